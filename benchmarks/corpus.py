"""How long the corpus steps take over a generated database, and then for one more night.

    python benchmarks/corpus.py 100000 2000

prints the seconds of each step for 100,000 articles (five citations each) from nothing, for 2,000 more, and for a run
without anything new, with the processor's seconds beside them and the longest transaction. Texts are some 2,300
characters of random syllables; one article in six is a reprint; one regulation in twenty draws half of all citations,
as in life; one citation in five has no date.
"""

from __future__ import annotations

import gc
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from targets import target

from pipelines.corpus import run_corpus
from pipelines.store import Store, Transaction
from pipelines.store.catalogue import keep_sites, keep_units
from pipelines.units import all_units

FULL = 100_000  # articles for which the targets are set
MENTIONS = 5
REGULATIONS_PER_ARTICLE = 0.06  # as in the measured corpus: 6,000 regulations for 100,000 articles
FIRST_DAY = date(2021, 1, 1)
ISSUERS = ("Bộ Chính trị", "Ban Bí thư", "bộ Chính trị", "Ban Chấp hành Trung ương", None, None, None)
SUBJECTS = ("về lấy phiếu tín nhiệm", "về công tác cán bộ", "về những điều đảng viên không được làm", None, None, None)
ARTICLE = """
INSERT INTO articles(
  id, url, site, unit, province, published, first_seen, origin, text_sha256, n_mentions, version, cluster
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '1', ?1)
"""
REGULATION = """
INSERT INTO regulations(id, label, system, type, number, year, provisional) VALUES (?, ?, 'party', 'Quy định', ?, ?, ?)
"""
MENTION = """
INSERT INTO mentions(article, i, start, "end", surface, zone, kind, type, number, symbol, issuer_code, issuer, subject,
  date, date_role, regulation_in_page, regulation, resolved_by, resolved_in_page)
VALUES (?, ?, ?, ?, ?, 'body', 'full', 'Quy định', ?, ?, 'TW', ?, ?, ?, ?, ?, ?, 'full', 'full')
"""


class TimedStore(Store):
    """A store that knows its longest transaction, in seconds."""

    longest = 0.0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """The write transaction, timed."""
        started = time.perf_counter()
        with super().write() as tx:
            yield tx
        self.longest = max(self.longest, time.perf_counter() - started)


class Generator:
    """Articles without end, the same ones for one seed."""

    def __init__(self, n_articles: int, seed: int = 7) -> None:
        self.chance = random.Random(seed)
        letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
        self.syllables = ["".join(self.chance.choices(letters, k=self.chance.randint(2, 5))) for _ in range(4000)]
        self.n_regulations = max(40, int(n_articles * REGULATIONS_PER_ARTICLE))
        self.sites = [unit for unit in all_units().values() if unit.valid_to is None][:30]
        self.releases: list[list[str]] = []
        self.made = 0

    def ground(self, store: Store) -> None:
        """Writes units, sites, their coverage and the regulations."""
        row = {"level": "province", "kind": "newspaper", "former": "[]", "domains": "[]", "trust": "seen"}
        with store.write() as tx:
            keep_units(tx)
            keep_sites(
                tx, [row | {"id": u.slug, "name": u.name, "unit": u.slug, "pattern": "examples"} for u in self.sites]
            )
            days = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in range(1800)]
            tx.executemany(
                "INSERT INTO coverage(site, day, state) VALUES (?, ?, 'observed')",
                [(unit.slug, day) for unit in self.sites for day in days],
            )
            for nth in range(self.n_regulations):
                for period in (str(2021 + nth % 5), "-"):
                    id_ = f"vn/party/tw/quy-dinh/{period}/{nth}"
                    tx.execute(REGULATION, [id_, id_, str(nth), period.strip("-") or None, period == "-"])

    def add(self, store: Store, n: int) -> None:
        """Writes so many articles."""
        for start in range(0, n, 500):
            with store.write() as tx:
                for _ in range(min(500, n - start)):
                    self._article(tx)

    def _article(self, tx: Transaction) -> None:
        url, site = f"https://example.vn/{self.made}", self.chance.choice(self.sites)
        self.made += 1
        text, number = self._text(), int(hashlib.sha256(url.encode()).hexdigest()[:13], 16)
        day = (FIRST_DAY + timedelta(days=self.chance.randrange(1800))).isoformat()
        origin = self.chance.choice(("own", "own", "reprint"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        row = (number, url, site.slug, site.slug, site.slug, day, f"{day}T00:00:00Z", origin, digest, MENTIONS)
        tx.execute(ARTICLE, row)
        tx.execute("INSERT INTO texts(article, text, paragraphs) VALUES (?, ?, '[]')", [number, text])
        tx.executemany(MENTION, [self._mention(number, i) for i in range(MENTIONS)])

    def _text(self) -> str:
        if self.releases and self.chance.random() < 1 / 6:
            words = list(self.chance.choice(self.releases))
            for _ in range(8):
                words[self.chance.randrange(len(words))] = self.chance.choice(self.syllables)
            return " ".join(words)
        words = self.chance.choices(self.syllables, k=500)
        if self.chance.random() < 0.1:
            self.releases.append(words)
        return " ".join(words)

    def _mention(self, article: int, i: int) -> tuple[object, ...]:
        often = max(1, self.n_regulations // 20)
        nth = self.chance.randrange(often if self.chance.random() < 0.5 else self.n_regulations)
        year = 2021 + nth % 5
        dated = self.chance.random() < 0.8
        issued = f"{year}-02-{1 + nth % 27:02d}" if self.chance.random() < 0.97 else f"{year}-03-01"
        id_ = f"vn/party/tw/quy-dinh/{year if dated else '-'}/{nth}"
        symbol = f"{nth}-QĐ/TW"
        surface = f"Quy định số {symbol}"
        issuer, subject = self.chance.choice(ISSUERS), self.chance.choice(SUBJECTS)
        day, role = (issued, "issued") if dated else (None, None)
        return (article, i, 40 * i, 40 * i + len(surface), surface, nth, symbol, issuer, subject, day, role, id_, id_)


def measure(store: TimedStore, what: str) -> tuple[float, float]:
    """The processor's seconds that a run of the steps took, and those of its longest transaction; prints all of it."""
    gc.collect()
    gc.freeze()  # the generator's words are no part of the program
    store.longest, started = 0.0, time.process_time()
    report = run_corpus(store)
    steps = "  ".join(f"{step} {seconds:.2f}" for step, seconds in report.seconds.items())
    total, busy = sum(report.seconds.values()), time.process_time() - started
    print(f"{what}: {total:.1f} s ({busy:.1f} s of the processor), longest transaction {store.longest * 1000:.0f} ms")
    print(f"  {steps}\n  {report}", flush=True)
    return busy, store.longest


def main(n_articles: int = 10_000, n_more: int = 2_000) -> None:
    """Prints the figures for a database of ``n_articles`` and one night of ``n_more``."""
    with tempfile.TemporaryDirectory() as folder, TimedStore.open(Path(folder) / "corpus.db") as store:
        articles = Generator(n_articles)
        articles.ground(store)
        articles.add(store, n_articles)
        first, longest = measure(store, f"{n_articles} articles, from nothing")
        articles.add(store, n_more)
        night, longer = measure(store, f"{n_more} more")
        if n_articles >= FULL:
            target(f"corpus steps from nothing, {n_articles:,} articles, s of the processor", "≤ 60", first)
            target(f"corpus steps of a night of {n_more:,}, {n_articles:,} articles, s of the processor", "≤ 5", night)
        target(
            f"longest transaction of the corpus steps, {n_articles:,} articles, ms",
            "≤ 200",
            max(longest, longer) * 1000,
        )
        measure(store, "nothing new")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
