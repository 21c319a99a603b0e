"""One article as a page shows it: its text with citations, and everything that is known of how it came to be here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reading import Row, row, rows
from pipelines.reading.excerpts import excerpts
from pipelines.reading.passages import Block, blocks, contents, cut

NOTICED = frozenset({"lost_reference"})  # notes of what is wrong; the others are of what was taken out


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article, its text in blocks, and what stands beside it. Rows are dictionaries by column name.

    In a published copy without texts the blocks are its excerpts.
    """

    article: Row
    blocks: tuple[Block, ...]
    contents: tuple[tuple[int, str], ...]
    mentions: list[Row]
    cited: list[Row]
    removed: list[Row]
    noticed: list[Row]
    relations: list[Row]
    revisions: list[Row]
    copies: list[Row]
    fetch: Row | None

    @property
    def marked(self) -> frozenset[int]:
        """The numbers of the citations that are marked in the blocks: all, but for those without an excerpt."""
        pieces = (piece for block in self.blocks for passage in block.passages for piece in passage.pieces)
        return frozenset(piece.mention["i"] for piece in pieces if piece.mention)


def article_page(connection: sqlite3.Connection, number: int) -> ArticlePage | None:
    """The page of one article, or None when there is none of that number."""
    article = row(connection, ARTICLE, (number,))
    if article is None:
        return None
    mentions = rows(connection, MENTIONS, (number,))
    notes = rows(connection, NOTES, (number, article["fetch"]))
    if article["text"] is None:
        passages = excerpts(connection, number, mentions)
    else:
        passages = cut(article["text"], article["paragraphs"], mentions)
    return ArticlePage(
        article=article,
        blocks=blocks(passages),
        contents=contents(passages),
        mentions=mentions,
        cited=_cited(mentions),
        removed=[note for note in notes if note["kind"] not in NOTICED],
        noticed=[note for note in notes if note["kind"] in NOTICED],
        relations=_with_words(rows(connection, RELATIONS, (number,)), article["text"] or ""),
        revisions=rows(connection, REVISIONS, (number,)),
        copies=rows(connection, COPIES, {"number": number, "cluster": article["cluster"] or number}),
        fetch=row(connection, FETCH, (article["fetch"],)),
    )


def article_titles(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Row]:
    """Title, day, site and unit of some articles, by number."""
    found = rows(connection, TITLES, (json.dumps(list(numbers)),))
    return {one["id"]: one for one in found}


def _cited(mentions: list[Row]) -> list[Row]:
    """The regulations of an article in order of first citation, each with the numbers of its mentions."""
    found: dict[str, Row] = {}
    for mention in mentions:
        if mention["target"]:
            entry = found.setdefault(
                mention["target"],
                {"id": mention["target"], "label": mention["label"], "about": mention["about"], "mentions": []},
            )
            entry["mentions"].append(mention["i"])
    return list(found.values())


def _with_words(relations: list[Row], text: str) -> list[Row]:
    return [{**relation, "words": text[relation["start"] : relation["end"]]} for relation in relations]


ARTICLE = """
SELECT a.*, t.text, t.paragraphs, s.name AS site_name, u.name AS unit_name, p.name AS province_name
FROM articles a
LEFT JOIN texts t ON t.article = a.id
LEFT JOIN sites s ON s.id = a.site
LEFT JOIN units u ON u.slug = a.unit
LEFT JOIN units p ON p.slug = a.province
WHERE a.id = ?
"""

MENTIONS = """
SELECT m.*, m.regulation AS target, r.label, r.subject AS about
FROM mentions m
LEFT JOIN regulations r ON r.id = m.regulation
WHERE m.article = ?
ORDER BY m.start
"""

TITLES = """
SELECT a.id, a.title, a.published, a.n_mentions, s.name AS site_name, u.name AS unit_name
FROM json_each(?) asked JOIN articles a ON a.id = asked.value
LEFT JOIN sites s ON s.id = a.site LEFT JOIN units u ON u.slug = coalesce(a.unit, a.province)
"""

NOTES = """
SELECT id, kind, text FROM notes WHERE article = ?1
UNION
SELECT id, kind, text FROM notes WHERE article IS NULL AND fetch = ?2
ORDER BY id
"""

RELATIONS = """
SELECT e.*, s.label AS subject_label, o.label AS object_label
FROM relations e
JOIN regulations s ON s.id = e.subject
JOIN regulations o ON o.id = e.object
WHERE e.article = ?
ORDER BY e.start
"""

REVISIONS = "SELECT revision, changed_at, title, published FROM revisions WHERE article = ? ORDER BY revision DESC"

COPIES = """
SELECT a.id, a.title, a.published, a.origin, s.name AS site_name
FROM articles a
LEFT JOIN sites s ON s.id = a.site
WHERE a.id IN (SELECT id FROM articles WHERE cluster = :cluster UNION SELECT :cluster) AND a.id <> :number
ORDER BY a.published
LIMIT 100
"""

FETCH = """
SELECT f.*, c.subject AS certificate_subject, c.issuer AS certificate_issuer, c.not_after
FROM fetches f
LEFT JOIN certificates c ON c.sha256 = f.certificate
WHERE f.id = ?
"""
