"""A generated database of any size for benchmarks/browse.py: random syllables as frequent as in running text."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.folding import fold
from pipelines.units import all_units

SCHEMA = Path(__file__).parent.parent / "pipelines" / "schema.sql"
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
        site = {"kind": "newspaper", "level": "province", "unit": unit.slug}
        insert(connection, "sites", id=f"bao-{unit.slug}", name=f"Báo {unit.name}", **site)
    insert(connection, "runs", id="r1", started="2026-11-01T20:00:00Z", version="0.1.0")
    for nth in range(n_regulations):
        write_regulation(connection, nth, words(chance, 14))
    return [(f"bao-{unit.slug}", unit.slug) for unit in present]


def write_regulation(connection: sqlite3.Connection, nth: int, subject: str) -> None:
    """A Party regulation with three spellings."""
    symbol, name = f"{nth}-QĐ/TW", f"vn/party/tw/quy-dinh/2023/{nth}"
    known = {"system": "party", "type": "Quy định", "number": str(nth), "symbol": symbol, "issued": "2023-02-02"}
    insert(connection, "regulations", id=name, label=f"Quy định {symbol} (2023)", subject=subject, **known)
    for alias in (f"Quy định số {symbol}", symbol, f"Quy định {nth}"):
        spelling = {"alias": alias, "folded": fold(alias).text, "source": "mention"}
        insert(connection, "regulation_aliases", regulation=name, **spelling)


def store(
    connection: sqlite3.Connection, chance: random.Random, nth: int, sites: list[tuple[str, str]], cited: list[str]
) -> None:
    """One article with its fetch, text, sentences of equal length and five citations."""
    site, unit = chance.choice(sites)
    url, text, seen = f"https://{site}.vn/{nth}", words(chance, 480), "2026-11-01T20:10:00Z"
    key = int(hashlib.sha256(url.encode()).hexdigest()[:13], 16)
    answer = {"status": 200, "tls_version": "TLSv1.3", "tls_verified": 1}
    fetch = insert(connection, "fetches", run="r1", url=url, site=site, fetched_at=seen, **answer)
    place = {"site": site, "unit": unit, "province": unit, "origin": "own"}
    made = {"text_sha256": "0" * 64, "version": "0.1.0", "fetch": fetch, "n_mentions": 5, "first_seen": seen}
    published = (date(2026, 11, 20) - timedelta(days=int(chance.expovariate(1 / 400)))).isoformat()
    insert(connection, "articles", id=key, url=url, title=text[:70], published=published, **place, **made)
    paragraphs = [{"start": at, "end": min(at + 400, len(text)), "kind": "body"} for at in range(0, len(text), 400)]
    insert(connection, "texts", article=key, text=text, paragraphs=json.dumps(paragraphs))
    for i, at in enumerate(range(0, len(text), 160)):
        insert(connection, "sentences", article=key, i=i, start=at, end=min(at + 160, len(text)), segmented="")
    write_mentions(connection, chance, key, text, cited)


def write_mentions(
    connection: sqlite3.Connection, chance: random.Random, article: int, text: str, cited: list[str]
) -> None:
    """Five citations, half of them of the popular few."""
    popular = max(1, len(cited) // 20)
    known = {"zone": "body", "kind": "full", "resolved_by": "full", "confidence": 1.0}
    for i in range(5):
        name = cited[chance.randrange(popular if chance.random() < 0.5 else len(cited))]
        span = {"start": 100 + 300 * i, "end": 112 + 300 * i, "surface": text[100 + 300 * i : 112 + 300 * i]}
        insert(connection, "mentions", article=article, i=i, regulation_in_page=name, regulation=name, **span, **known)


def summarise(connection: sqlite3.Connection) -> None:
    """The summary tables, as the corpus step would fill them."""
    for statement in SUMMARIES:
        connection.execute(statement)


def insert(connection: sqlite3.Connection, table: str, **columns: Any) -> int:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return connection.execute(f'INSERT INTO "{table}"({names}) VALUES ({marks})', list(columns.values())).lastrowid or 0


def words(chance: random.Random, n: int) -> str:
    return " ".join(chance.choices(SYLLABLES, WEIGHTS, k=n))
