"""Latency of every page of ours over a generated database, alone and while a writer stores articles.

    python benchmarks/browse.py 1000 10000 100000

prints, for each number of articles, the size of the database and the median and 95th percentile of each page in
milliseconds. The texts are random syllables of about 2,300 characters with five citations; one regulation in twenty
draws half of all citations, as in life.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from browse_world import generate, store
from datasette.app import Datasette
from targets import target

from crawler.verbs.browse import datasette_over

REPEATS = 15


def paths(database: Path) -> dict[str, str]:
    """The pages that are measured: the most cited regulation, the largest unit, common and rare words."""
    connection = sqlite3.connect(database)
    (article,) = connection.execute("SELECT id FROM articles ORDER BY published DESC LIMIT 1").fetchone()
    regulation, symbol = connection.execute(
        "SELECT id, symbol FROM regulations ORDER BY n_mentions DESC LIMIT 1"
    ).fetchone()
    (unit,) = connection.execute(
        "SELECT unit FROM unit_months GROUP BY 1 ORDER BY sum(articles) DESC LIMIT 1"
    ).fetchone()
    connection.close()
    return {
        "home": "/",
        "article": f"/w/article/{article}",
        "regulation (most cited)": f"/w/regulation/{regulation}",
        "units": "/w/unit",
        "unit (largest)": f"/w/unit/{unit}",
        "site": f"/w/site/bao-{unit}",
        "sites": "/w/site",
        "compare": f"/w/compare?regulation={symbol}&unit={unit}",
        "feed": f"/w/feed/{regulation}",
        "search quyết định": "/w/search?q=quyết+định",
        "search quyet dinh": "/w/search?q=quyet+dinh",
        "search by symbol": f"/w/search?q={symbol}",
        "search five common words": "/w/search?q=phiếu+tín+nhiệm+đất+đai",
        "stock /articles": "/w/articles",
        "stock /mentions": "/w/mentions",
    }


def latencies(datasette: Datasette, pages: dict[str, str]) -> Iterator[tuple[str, float, float]]:
    """(page, median, 95th percentile) in milliseconds, the first request of each page left out."""
    with asyncio.Runner() as runner:
        for name, path in pages.items():
            taken = []
            for _ in range(REPEATS + 1):
                started = time.perf_counter()
                response = runner.run(datasette.client.get(path))
                taken.append(1000 * (time.perf_counter() - started))
                assert response.status_code == 200, f"{path}: {response.status_code}"
            taken = sorted(taken[1:])
            yield name, statistics.median(taken), taken[int(0.95 * len(taken))]


class Writer(threading.Thread):
    """Stores one article after another, each in its own transaction, until stopped."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self.database, self.stopping, self.stored = database, threading.Event(), 0

    def run(self) -> None:
        connection = sqlite3.connect(self.database, timeout=30)
        chance = random.Random(1)
        sites = [tuple(row) for row in connection.execute("SELECT id, unit FROM sites")]
        regulations = [row[0] for row in connection.execute("SELECT id FROM regulations")]
        while not self.stopping.wait(0.05):
            with connection:
                store(connection, chance, 10_000_000 + self.stored, sites, regulations)
            self.stored += 1
        connection.close()


def measure(folder: Path, n_articles: int) -> None:
    database = folder / str(n_articles) / "w.db"
    database.parent.mkdir()
    generate(database, n_articles)
    size = database.stat().st_size
    print(f"\n{n_articles:,} articles: {size / 1e6:,.0f} MB, {size / n_articles:,.0f} bytes each")
    datasette = datasette_over([database])
    pages = paths(database)
    alone = list(latencies(datasette, pages))
    writer = Writer(database)
    writer.start()
    beside = list(latencies(datasette, pages))
    writer.stopping.set()
    writer.join()
    print(f"{'page':26} {'median':>8} {'p95':>8}   {'beside a writer':>15} {'p95':>8}")
    for (name, median, worst), (_, median_beside, worst_beside) in zip(alone, beside, strict=True):
        print(f"{name:26} {median:8.1f} {worst:8.1f}   {median_beside:15.1f} {worst_beside:8.1f}")
    ours = [(name, median) for name, median, _ in beside if not name.startswith("stock")]
    for what, is_search, asked in (("search", True, "≤ 250"), ("page", False, "≤ 100")):
        slowest = max(median for name, median in ours if name.startswith("search") == is_search)
        target(f"the slowest {what} of ours beside a writer, {n_articles:,} articles, median ms", asked, slowest)
    print(f"the writer stored {writer.stored} articles meanwhile")
    for database_of_datasette in datasette.databases.values():
        database_of_datasette.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for n_articles in map(int, sys.argv[1:] or ["1000", "10000", "100000"]):
            measure(Path(folder), n_articles)


if __name__ == "__main__":
    main()
