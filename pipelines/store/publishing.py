"""A database that may be published, made from one that may not: stand-off by default.

It has all tables, so that every page and query works on it, but holds of them only what ``store_publishing.toml``
names, and the table ``excerpts`` in place of the texts, which is what a search then looks in.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines.search.indexes import index_excerpts
from pipelines.store import Store, Transaction
from pipelines.store.publishing_masks import mask

EXCERPT = 300  # characters, the citation among them
WIDTHS = (EXCERPT, 220, 160, 120, 80, 60)  # narrower where citations are many
SHARE = 3  # the excerpts of an article show together at most a third of it, or as much as one excerpt

# With the texts come what belongs to them; earlier versions and what was removed from pages stay private.
_WITH_TEXTS: Mapping[str, Sequence[str]] = {
    "texts": ("article", "text", "paragraphs"),
    "sentences": ("article", "i", "start", "end", "segmented"),
}
_ALSO_OF_ARTICLES = ("lead", "author")
_EXCERPTS = """
CREATE TABLE excerpts (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  i INTEGER NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  excerpt TEXT NOT NULL,
  PRIMARY KEY (article, i)
) STRICT, WITHOUT ROWID
"""
_CITED = """
SELECT m.article, m.i, m.start, m."end", t.text FROM work.mentions m JOIN work.texts t ON t.article = m.article
ORDER BY m.article, m.i
"""


@cache
def published() -> Mapping[str, Mapping[str, Any]]:
    """For each table that is published its columns, which of them are masked, and which rows."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def leave_out(work: Store, is_closed: Callable[[str], bool]) -> int:
    """How many articles were removed from a working copy: withdrawn, gone from their site, or closed since."""
    rows = work.rows(
        "SELECT a.id, a.url, a.state, u.state AS page, u.cause FROM articles a LEFT JOIN urls u ON u.url = a.url"
    )
    gone = [
        (row["id"],)
        for row in rows
        if row["state"] != "current" or row["page"] == "gone" or row["cause"] == "robots" or is_closed(row["url"])
    ]
    with work.write() as tx:
        tx.executemany("UPDATE articles SET cluster = NULL WHERE cluster = ?", gone)
        tx.executemany("DELETE FROM articles WHERE id = ?", gone)
    return len(gone)


def write_public(public: Store, work: Path, *, with_texts: bool) -> None:
    """Nothing; a new database holds what may be published of the working copy at this path."""
    connection = public.connection
    connection.create_function("mask", 1, lambda text: None if text is None else mask(text), deterministic=True)
    connection.execute("PRAGMA foreign_keys = OFF")  # tables come one by one; the caller checks the end
    connection.execute("ATTACH ? AS work", [str(work)])
    try:
        with public.write() as tx:
            tx.execute(_EXCERPTS)
            for table, rule in published().items():
                also = _ALSO_OF_ARTICLES if with_texts and table == "articles" else ()
                _copy(tx, table, [*rule["columns"], *also], rule.get("masked", ()), rule.get("where", "true"))
            if with_texts:
                for table, columns in _WITH_TEXTS.items():
                    _copy(tx, table, columns)
            tx.executemany("INSERT INTO excerpts VALUES (?, ?, ?, ?, ?)", _excerpts(tx.execute(_CITED)))
            if not with_texts:
                index_excerpts(tx)
    finally:
        connection.execute("DETACH work")
        connection.execute("PRAGMA foreign_keys = ON")


def _copy(tx: Transaction, table: str, columns: Sequence[str], masked: Sequence[str] = (), where: str = "true") -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f'mask("{name}")' if name in masked else f'"{name}"' for name in columns)
    tx.execute(f"INSERT INTO main.{table}({names}) SELECT {values} FROM work.{table} WHERE {where}")  # noqa: S608 - ours


def _excerpts(rows: sqlite3.Cursor) -> Iterator[tuple[int, int, int, int, str]]:
    for article, cited in groupby(rows, key=itemgetter("article")):
        mentions = list(cited)
        text = mentions[0]["text"]
        keep = [(row["start"], row["end"]) for row in mentions]
        hidden = mask(text, keep)
        for row, span in zip(mentions, windows(text, keep), strict=True):
            if span is not None:
                yield article, row["i"], *span, hidden[slice(*span)]


def windows(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """The excerpt round each citation of an article, as wide as they can all be when together they show no more than
    a share of the text: else many excerpts were the text. Where even narrow ones are too many, the last have none.
    """
    most = max(EXCERPT, len(text) // SHARE)
    for width in WIDTHS:
        found = [window(text, start, end, width) for start, end in spans]
        if len(_shown(found)) <= most:
            return list(found)
    kept: list[tuple[int, int] | None] = []
    shown: set[int] = set()
    for span in found:
        more = set(range(*span)) - shown
        fits = len(shown) + len(more) <= most
        kept.append(span if fits else None)
        shown |= more if fits else set()
    return kept


def _shown(spans: Sequence[tuple[int, int]]) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def window(text: str, start: int, end: int, width: int = EXCERPT) -> tuple[int, int]:
    """The span of at most ``width`` characters round a citation, cut between words; a longer citation stands alone,
    cut off at ``EXCERPT``."""
    room = max(0, width - (end - start))
    since = max(0, start - room // 2)
    until = min(len(text), end + room - (start - since), since + EXCERPT)
    while 0 < since < start and not text[since - 1].isspace():
        since += 1
    while end < until < len(text) and not text[until].isspace():
        until -= 1
    return since, until
