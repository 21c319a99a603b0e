"""Where a search looks: the texts, or in a published copy without them what it shows of each article."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """An FTS5 table whose column ``folded`` is asked, and the query of the texts (article, text) that it is over."""

    table: str
    texts: str


TEXTS = Index("articles_fts", "SELECT article, text FROM texts WHERE article IN (SELECT value FROM json_each(?))")

_SHOWN = """
SELECT a.id AS article, coalesce(a.title, '') || char(10) || coalesce(
  (SELECT group_concat(e.excerpt, ' … ') FROM excerpts e WHERE e.article = a.id), ''
) AS text FROM articles a WHERE {which}
"""
EXCERPTS = Index("excerpts_fts", _SHOWN.format(which="a.id IN (SELECT value FROM json_each(?))"))


def index_of(connection: sqlite3.Connection) -> Index:
    """The index that knows the articles of a database."""
    is_there = "SELECT 1 FROM sqlite_master WHERE name = 'excerpts_fts' AND NOT EXISTS (SELECT 1 FROM texts)"
    return EXCERPTS if connection.execute(is_there).fetchone() else TEXTS


def texts_of(connection: sqlite3.Connection, index: Index, articles: Sequence[int]) -> dict[int, str]:
    """What the index holds of some articles, by number."""
    return {row[0]: row[1] for row in connection.execute(index.texts, (json.dumps(list(articles)),))}


def index_excerpts(connection: sqlite3.Connection) -> None:
    """Nothing; the headlines and excerpts of a published copy can be searched.

    The index keeps no text of its own: what it is over is shown anyway.
    """
    connection.execute(
        "CREATE VIRTUAL TABLE excerpts_fts USING fts5(folded, content = '', tokenize = 'unicode61 remove_diacritics 2')"
    )
    connection.execute(_FILL)


_FILL = """
INSERT INTO excerpts_fts(rowid, folded)
SELECT article, replace(replace(text, 'đ', 'd'), 'Đ', 'D') FROM ({shown})
""".format(shown=_SHOWN.format(which="true"))
