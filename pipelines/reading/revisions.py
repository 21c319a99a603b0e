"""An earlier version of an article: its text, and what the next version changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.reading import Row, row, rows
from pipelines.reading.differences import Difference, difference

_FIELDS = ("title", "published", "author")


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """An earlier version and what became of it.

    ``next`` is the number of the version after it. ``fields`` are (name, old, new) where something beside the text
    changed; ``gained`` and ``lost`` the regulations (id, label) that are cited in one of both alone. ``difference`` is
    None where the next text is not kept.
    """

    revision: Row
    next: int
    fields: tuple[tuple[str, str | None, str | None], ...]
    difference: Difference | None
    gained: list[Row]
    lost: list[Row]


def revision_page(connection: sqlite3.Connection, number: int, revision: int) -> RevisionPage | None:
    """The page of one earlier version of an article, or None."""
    old = row(connection, REVISION, (number, revision))
    new = row(connection, REVISION, (number, revision + 1)) or row(connection, CURRENT, (number,))
    if old is None or new is None:
        return None
    before, after = (_cited(version["mentions"]) for version in (old, new))
    return RevisionPage(
        revision=old,
        next=new["revision"],
        fields=tuple((name, old[name], new[name]) for name in _FIELDS if old[name] != new[name]),
        difference=None if new["text"] is None else difference(old["text"], new["text"]),
        gained=_labelled(connection, after - before),
        lost=_labelled(connection, before - after),
    )


def _cited(mentions: str) -> set[str]:
    return {mention["regulation"] for mention in json.loads(mentions) if mention.get("regulation")}


def _labelled(connection: sqlite3.Connection, regulations: Iterable[str]) -> list[Row]:
    return rows(connection, LABELS, (json.dumps(sorted(regulations)),))


REVISION = """
SELECT article, revision, changed_at, title, published, author, text, text_sha256, mentions
FROM revisions WHERE article = ? AND revision = ?
"""

# What its page alone says, as a revision keeps it.
CURRENT = """
SELECT a.revision, a.title, a.published, a.author, t.text, (
  SELECT json_group_array(json_object('regulation', m.regulation_in_page)) FROM mentions m WHERE m.article = a.id
) AS mentions
FROM articles a LEFT JOIN texts t ON t.article = a.id WHERE a.id = ?
"""

LABELS = """
SELECT r.id, r.label FROM json_each(?) asked JOIN regulations r ON r.id = asked.value ORDER BY r.label, r.id
"""
