"""What a published copy holds in place of the texts: the words round each citation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.reading import Row, row, rows
from pipelines.reading.passages import Passage, cut


def is_standoff(connection: sqlite3.Connection) -> bool:
    """Whether a database is a published copy without texts."""
    return has_excerpts(connection) and row(connection, "SELECT 1 FROM texts LIMIT 1") is None


def has_excerpts(connection: sqlite3.Connection) -> bool:
    """Whether a database has the table of excerpts that only published copies have."""
    return row(connection, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'excerpts'") is not None


def excerpts(connection: sqlite3.Connection, article: int, mentions: Sequence[Row]) -> tuple[Passage, ...]:
    """The excerpts of an article in order, those that overlap as one, each with its citations apart."""
    if not has_excerpts(connection):
        return ()
    found = rows(connection, EXCERPTS, (article,))
    return tuple(
        replace(passage, number=number, kind="excerpt")
        for number, (start, words) in enumerate(_joined(found))
        for passage in cut(words, "[]", _within(mentions, start, start + len(words)))
    )


def excerpt_of(connection: sqlite3.Connection, article: int, i: int) -> Row | None:
    """The excerpt round one citation: start and excerpt; or None. To be asked only where ``has_excerpts``."""
    return row(connection, EXCERPT, (article, i))


def _joined(found: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Stretches of text as (start, words), none of which overlaps another."""
    start, words = 0, ""
    for one in found:
        reached = start + len(words)
        if words and one["start"] <= reached:
            words += one["excerpt"][reached - one["start"] :]
            continue
        if words:
            yield start, words
        start, words = one["start"], one["excerpt"]
    if words:
        yield start, words


def _within(mentions: Sequence[Row], start: int, end: int) -> list[Row]:
    """The citations that begin in a stretch, with their places in it."""
    return [
        {**mention, "start": mention["start"] - start, "end": mention["end"] - start}
        for mention in mentions
        if start <= mention["start"] < end
    ]


EXCERPTS = 'SELECT start, excerpt FROM excerpts WHERE article = ? ORDER BY start, "end"'
EXCERPT = "SELECT start, excerpt FROM excerpts WHERE article = ? AND i = ?"
