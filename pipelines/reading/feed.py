"""New citations of one regulation, for those who want to be told."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pipelines.reading import Row, row, rows


@dataclass(frozen=True, slots=True)
class Feed:
    """A regulation and the articles that cite it, the last that we saw first. Rows are dictionaries by column name."""

    regulation: Row
    entries: list[Row]


def newest_citations(connection: sqlite3.Connection, name: str) -> Feed | None:
    """The feed of one regulation, or None when there is none of that identity."""
    regulation = row(connection, "SELECT * FROM regulations WHERE id = ?", (name,))
    return Feed(regulation, rows(connection, ENTRIES, (name,))) if regulation else None


# By when we saw them, not by when they say they were published: what is found late is new too.
ENTRIES = """
SELECT a.id, a.title, a.url, a.published, a.first_seen, a.author, s.name AS site_name, min(m.surface) AS surface,
       count(*) AS n
FROM mentions m JOIN articles a ON a.id = m.article LEFT JOIN sites s ON s.id = a.site
WHERE m.regulation = ?
GROUP BY a.id ORDER BY a.first_seen DESC, a.id LIMIT 50
"""
