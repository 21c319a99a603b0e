"""The queue at 10^4 to 2*10^6 known addresses: milliseconds to add, lease and settle, memory and size of the file.

Run: python benchmarks/frontier.py [--sizes 10000,100000,1000000,2000000]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from crawler import frontier
from crawler.frontier import Territory
from crawler.visit import Candidate, Lease, Next
from pipelines.store import Store, Transaction

SITES = 100
WAITING = 53  # one known address in so many waits, on every site; the rest were fetched, as after a year of nights
PAGE = 20  # addresses a listing gives
TURNS = 200  # measured
BATCH = 48  # leases a writer holds
LEASES = 12  # what waits at the smallest size is not leased out before
GROUND = Territory({f"site{i}": 0.0 for i in range(SITES)}, frozenset(f"site{i}.vn:443" for i in range(SITES)))


def candidate(k: int) -> Candidate:
    """The k-th address, of one of the sites in turn."""
    site = k % SITES
    url = f"https://site{site}.vn/chuyen-muc/mot-tieu-de-dai-nhu-that-{k}-post{k}.html"
    return Candidate(url, url, f"site{site}", f"site{site}.vn:443", "article", 30, identity=f"site{site}:{k}")


def fill(store: Store, known: range) -> None:
    """Adds addresses straight to the tables, most of them as fetched."""
    with store.write() as tx:
        tx.executemany("INSERT INTO hosts(host) VALUES (?) ON CONFLICT DO NOTHING", [(host,) for host in GROUND.hosts])
        tx.executemany(
            "INSERT INTO sites(id, name, kind, level) VALUES (?, 'x', 'newspaper', 'province') ON CONFLICT DO NOTHING",
            [(site,) for site in GROUND.delays],
        )
        tx.executemany(
            "INSERT INTO urls(url, fetch_url, site, host, kind, state, priority, first_seen, last_fetched)"
            " VALUES (?, ?, ?, ?, 'article', ?, 30, '2026-11-25T00:00:00Z', '2026-11-25T00:00:00Z')",
            ((c.url, c.fetch_url, c.site, c.host, "new" if k % WAITING == 0 else "done") for k, c in _numbered(known)),
        )
        tx.executemany("INSERT INTO url_aliases VALUES (?, ?)", ((c.identity, c.url) for _, c in _numbered(known)))


def _numbered(known: range) -> Iterator[tuple[int, Candidate]]:
    return ((k, candidate(k)) for k in known)


def measured(store: Store, work: Callable[[Transaction, int], None], turns: int) -> tuple[float, float]:
    """Median and 99th percentile of one transaction, in milliseconds of this process: the disk is another matter."""
    times = []
    for turn in range(turns):
        began = time.process_time()
        with store.write() as tx:
            work(tx, turn)
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def figures(store: Store, n: int, seconds: Iterator[int]) -> list[str]:
    """The row of a size: each verb's median and 99th percentile, megabytes of memory and of the file.

    ``seconds`` is the clock: a host's slots lie behind one another.
    """
    held: list[Lease] = []

    def add(tx: Transaction, turn: int) -> None:
        half = PAGE // 2  # a listing names as many known addresses as new ones
        new = [candidate(n + turn * half + i) for i in range(half)]
        frontier.add(tx, [*new, *(candidate((turn * 7919 + i) % n) for i in range(half))], now=0.0)

    def lease(tx: Transaction, turn: int) -> None:
        found = frontier.lease(tx, GROUND, owner="bench", now=float(next(seconds)), limit=BATCH)
        assert len(found) == BATCH, "every lease has its fill"
        held.extend(found)

    def settle(tx: Transaction, turn: int) -> None:
        frontier.settle(tx, held[turn], Next("done", host_failed=False), owner="bench", now=1e6)

    def outlook(tx: Transaction, turn: int) -> None:
        frontier.outlook(tx, GROUND, owner="bench", now=float(next(seconds)))

    turns = {add: TURNS, lease: LEASES, settle: TURNS // 2, outlook: TURNS // 10}
    timed = [measured(store, work, n_turns) for work, n_turns in turns.items()]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in store.path.parent.glob(f"{store.path.name}*")) / 1e6
    return [f"{n:,}", *(f"{median:.2f} ({tail:.2f})" for median, tail in timed), f"{memory:.0f}", f"{size:,.0f}"]


def main() -> None:
    """Prints a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000,2000000")
    sizes = sorted(int(size) for size in parser.parse_args().sizes.split(","))
    header = ("known", f"add {PAGE}", f"lease {BATCH}", "settle 1", "outlook", "memory MiB", "file MB")
    print("milliseconds of processor time a transaction: median (99th percentile)")
    print(" | ".join(header))
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "frontier.db") as store:
        filled, seconds = 0, count()
        for size in sizes:
            fill(store, range(filled, size))
            filled = size + PAGE * TURNS // 2  # what adding has added
            print(" | ".join(figures(store, size, seconds)), flush=True)


if __name__ == "__main__":
    main()
