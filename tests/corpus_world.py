"""A small world of articles whose truth is known, stored as a crawl would store them. All text is our own."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.models import Document, Fetch, Metadata, Paragraph
from pipelines.references import find_references
from pipelines.store import Store
from pipelines.store.articles import article_id, record_fetch, sha256, store_document
from pipelines.store.catalogue import keep_sites, keep_units
from pipelines.units import served_on

SITES = {
    "baogialai": ("gia-lai-2025", ["gia-lai"]),
    "baobinhdinh": ("gia-lai-2025", ["binh-dinh"]),
    "baoquangnam": ("da-nang-2025", ["quang-nam"]),
    "baohue": ("hue", []),
    "baonghean": ("nghe-an", []),
}
DERIVED = (
    "articles", "mentions", "regulations", "relations", "claims", "regulation_links", "regulation_aliases",
    "regulation_units", "unit_months", "sketches",
)  # fmt: skip


SYLLABLES = [
    onset + rhyme
    for onset in "b c ch d g h kh l m n ng nh ph qu r s t th tr v x".split()  # noqa: SIM905 - a list of 21 is no clearer
    for rhyme in "a ă â e ê i o ô ơ u ư".split()  # noqa: SIM905 - the same
]


def syllables(seed: int, n: int) -> list[str]:
    """Syllables that cite nothing; those of two seeds have no run of three in common but by rare chance."""
    return random.Random(seed).choices(SYLLABLES, k=n)


@dataclass(frozen=True)
class Article:
    """An article as its page was understood."""

    name: str
    text: str
    published: str | None = "2023-03-01"
    site: str = "baogialai"
    origin: str = "own"

    @property
    def url(self) -> str:
        return f"https://{self.site}.example/{self.name}"

    @property
    def id(self) -> int:
        return article_id(self.url)


def article(name: str, words: str, published: str | None = "2023-03-01", **more: str) -> Article:
    """An article that says these words and is no near copy of any other."""
    rest = " ".join(syllables(zlib.crc32(name.encode()), 120))
    return Article(name, f"Hội nghị bàn về {words}.\n\n{rest}", published, **more)


@dataclass
class World:
    """A database of a few sites; ``days`` are the days on which each was observed."""

    path: Path
    days: dict[str, Iterable[str]] = field(default_factory=dict)

    def open(self, articles: Sequence[Article] = ()) -> Store:
        """The database, made on the first call, with these articles stored in this order."""
        store = Store.open(self.path)
        with store.write() as tx:
            keep_units(tx)
            keep_sites(tx, [_site(name) for name in SITES])
            for site, days in self.days.items():
                rows = [(site, *day.partition(" ")[::2]) for day in days]
                tx.executemany(
                    "INSERT INTO coverage(site, day, state) VALUES (?, ?, iif(?3 = '', 'observed', ?3))"
                    " ON CONFLICT DO NOTHING",
                    rows,
                )
        for article in articles:
            keep(store, article)
        return store


def _site(name: str) -> dict[str, object]:
    unit, former = SITES[name]
    row = {"id": name, "name": name, "kind": "newspaper", "level": "province", "unit": unit}
    return row | {"former": json.dumps(former), "domains": "[]", "trust": "seen", "pattern": "examples"}


def keep(store: Store, article: Article) -> None:
    """Stores an article, as new, changed or known."""
    unit = served_on(SITES[article.site][0], SITES[article.site][1], article.published)
    slug = unit.slug if unit else None
    paragraphs = (Paragraph(0, len(article.text), "body"),)
    found = find_references(article.text, published=article.published, unit=slug, paragraphs=paragraphs)
    metadata = Metadata(title=article.name, published=article.published, origin=article.origin)
    document = Document(
        article.url, "article", article.text, metadata, article.site, slug, paragraphs, references=found
    )
    with store.write() as tx:
        fetch = Fetch(article.url, "2026-01-01T00:00:00Z", article.site, 200, body_sha256=sha256(article.text))
        row = record_fetch(tx, fetch, run=None, position=None, page_kind="article")
        store_document(tx, document, url=article.url, fetch=row, seen_at=fetch.fetched_at)


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows that follow from the articles, sorted; not the number of an article's fetch, which tells its arrival."""
    found = {table: store.rows(f"SELECT * FROM {table}") for table in DERIVED}
    return {
        table: sorted((tuple(value for name, value in dict(row).items() if name != "fetch") for row in rows), key=repr)
        for table, rows in found.items()
    }
