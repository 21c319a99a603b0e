"""Latency of every page of ours over a generated database, alone and while a writer stores articles.

    python benchmarks/browse.py 1000 10000 100000

prints, for each number of articles, the size of the database and the median and 95th percentile of each page in
milliseconds. The texts are random syllables of about 2,300 characters with five citations; one regulation in twenty
draws half of all citations, as in life.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from crawler.browse import datasette_over
from pipelines.folding import fold
from pipelines.units import all_units

SCHEMA = Path(__file__).parent.parent / "pipelines" / "schema.sql"
REPEATS = 15
BATCH = 1000  # articles in one transaction, so that the write-ahead log stays small
REGULATIONS_PER_ARTICLE = 0.06  # as in the measured corpus: 6,000 regulations for 100,000 articles
COMMON = "của và các theo quyết định được nhân dân tỉnh quy công phiếu tín nhiệm đất đai thực hiện ủy ban hội đồng"
ONSETS = "b c ch d đ g gi h kh l m n nh ng ph qu r s t th tr v x"
RHYMES = (
    "a à á ả ã ạ ai ái am ám an án ang áng anh ánh ao áo ăn ắn ăng ắt âm ấm ân ấn âng ấu e é em en eo ế ên ền êu i í "
    "ia iêm iên iến iêu im in inh ích o ó oa oan oi ói om on ong óng ô ố ôi ối ôn ồn ông ống ơ ờ ơi ới ơn u ú ua uân "
    "ui ung ươi ươm ươn ương ướng ư ứ ưa ưng y ý"
)

SUMMARIES = (
    "UPDATE regulations SET n_mentions = (SELECT count(*) FROM mentions WHERE regulation = regulations.id)",
    "INSERT INTO regulation_units SELECT m.regulation, a.province, min(a.published), 0, 30, count(*), count(*),"
    " count(DISTINCT a.id) FROM mentions m JOIN articles a ON a.id = m.article GROUP BY 1, 2",
    "INSERT INTO unit_months SELECT unit, substr(published, 1, 7), count(*), 28, 1, sum(n_mentions)"
    " FROM articles GROUP BY 1, 2",
    "INSERT INTO site_status(site, last_run, articles, mentions, verdict)"
    " SELECT site, 'r1', count(*), sum(n_mentions), 'ok' FROM articles GROUP BY 1",
)


def vocabulary(size: int = 2000) -> tuple[list[str], list[float]]:
    """Syllables and how often they occur: common ones in front, the rest by Zipf's law, as in running text."""
    built = [onset + rhyme for rhyme in RHYMES.split() for onset in ONSETS.split()]
    random.Random(3).shuffle(built)
    syllables = [*COMMON.split(), *built[:size]]
    return syllables, [1 / (rank + 4) for rank in range(len(syllables))]


SYLLABLES, WEIGHTS = vocabulary()


def generate(path: Path, n_articles: int, seed: int = 7) -> None:
    """A database of ``n_articles`` with all that the pages read, summaries included."""
    chance = random.Random(seed)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size = 16384")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    with connection:
        sites = ground(connection, chance, max(40, int(n_articles * REGULATIONS_PER_ARTICLE)))
        regulations = [row[0] for row in connection.execute("SELECT id FROM regulations ORDER BY id")]
    for first in range(0, n_articles, BATCH):
        with connection:
            for nth in range(first, min(first + BATCH, n_articles)):
                store(connection, chance, nth, sites, regulations)
    with connection:
        summarise(connection)
    connection.execute("ANALYZE")
    connection.close()


def ground(connection: sqlite3.Connection, chance: random.Random, n_regulations: int) -> list[tuple[str, str]]:
    """Units, thirty sites and the regulations; the sites as (id, present unit)."""
    for unit in sorted(all_units().values(), key=lambda unit: unit.successor is not None):
        columns = ("slug", "name", "scheme", "code", "region", "valid_from", "valid_to", "successor")
        insert(connection, "units", **{name: getattr(unit, name) for name in columns})
    present = [unit for unit in all_units().values() if unit.valid_to is None][:30]
    for unit in present:
        insert(
            connection,
            "sites",
            id=f"bao-{unit.slug}",
            name=f"Báo {unit.name}",
            kind="newspaper",
            level="province",
            unit=unit.slug,
        )
    insert(connection, "runs", id="r1", started="2026-11-01T20:00:00Z", version="0.1.0")
    for nth in range(n_regulations):
        symbol, name = f"{nth}-QĐ/TW", f"vn/party/tw/quy-dinh/2023/{nth}"
        insert(
            connection,
            "regulations",
            id=name,
            label=f"Quy định {symbol} (2023)",
            system="party",
            type="Quy định",
            number=str(nth),
            symbol=symbol,
            subject=words(chance, 14),
            issued="2023-02-02",
        )
        for alias in (f"Quy định số {symbol}", symbol, f"Quy định {nth}"):
            insert(
                connection,
                "regulation_aliases",
                alias=alias,
                folded=fold(alias).text,
                regulation=name,
                source="mention",
            )
    return [(f"bao-{unit.slug}", unit.slug) for unit in present]


def store(
    connection: sqlite3.Connection,
    chance: random.Random,
    nth: int,
    sites: list[tuple[str, str]],
    regulations: list[str],
) -> None:
    """One article with its text, sentences of equal length and five citations, half of them of the popular few."""
    site, unit = chance.choice(sites)
    url = f"https://{site}.vn/{nth}"
    key = int(hashlib.sha256(url.encode()).hexdigest()[:13], 16)
    text = words(chance, 480)
    published = (date(2026, 11, 20) - timedelta(days=int(chance.expovariate(1 / 400)))).isoformat()
    fetch = insert(
        connection,
        "fetches",
        run="r1",
        url=url,
        site=site,
        fetched_at="2026-11-01T20:10:00Z",
        status=200,
        tls_version="TLSv1.3",
        tls_verified=1,
    )
    insert(
        connection,
        "articles",
        id=key,
        url=url,
        site=site,
        unit=unit,
        province=unit,
        title=text[:70],
        published=published,
        first_seen="2026-11-01T20:10:00Z",
        text_sha256="0" * 64,
        version="0.1.0",
        fetch=fetch,
        n_mentions=5,
        origin="own",
    )
    paragraphs = [{"start": at, "end": min(at + 400, len(text)), "kind": "body"} for at in range(0, len(text), 400)]
    insert(connection, "texts", article=key, text=text, paragraphs=json.dumps(paragraphs))
    for i, at in enumerate(range(0, len(text), 160)):
        insert(connection, "sentences", article=key, i=i, start=at, end=min(at + 160, len(text)), segmented="")
    popular = max(1, len(regulations) // 20)
    for i in range(5):
        regulation = regulations[chance.randrange(popular if chance.random() < 0.5 else len(regulations))]
        start = 100 + 300 * i
        insert(
            connection,
            "mentions",
            article=key,
            i=i,
            start=start,
            end=start + 12,
            surface=text[start : start + 12],
            zone="body",
            kind="full",
            regulation_in_page=regulation,
            regulation=regulation,
            resolved_by="full",
            confidence=1.0,
        )


def summarise(connection: sqlite3.Connection) -> None:
    """The summary tables, as the corpus step would fill them."""
    for statement in SUMMARIES:
        connection.execute(statement)


def insert(connection: sqlite3.Connection, table: str, **columns: Any) -> int:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return connection.execute(f'INSERT INTO "{table}"({names}) VALUES ({marks})', list(columns.values())).lastrowid or 0


def words(chance: random.Random, n: int) -> str:
    return " ".join(chance.choices(SYLLABLES, WEIGHTS, k=n))


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
    print(f"the writer stored {writer.stored} articles meanwhile")
    for database_of_datasette in datasette.databases.values():
        database_of_datasette.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for n_articles in map(int, sys.argv[1:] or ["1000", "10000", "100000"]):
            measure(Path(folder), n_articles)


if __name__ == "__main__":
    main()
