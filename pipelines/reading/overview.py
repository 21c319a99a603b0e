"""What is in a database, at a glance: figures, what is cited now, what is new, what is wrong."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.reading import Row, row, rows

RECENT_DAYS = 30
MOST = 12  # regulations on the home page


@dataclass(frozen=True, slots=True)
class Overview:
    """The home page of a database. Rows are dictionaries by column name."""

    figures: Row
    run: Row | None
    versions: list[Row]
    until: str | None
    most_cited: list[Row]
    newest: list[Row]
    troubled: list[Row]
    gaps: Row


def overview(connection: sqlite3.Connection) -> Overview:
    """The figures of the home page. ``most_cited`` looks at the 30 days up to ``until``, the last day with articles."""
    figures = row(connection, FIGURES) or {}
    until = _day(figures.get("last"))
    since = (date.fromisoformat(until) - timedelta(days=RECENT_DAYS)).isoformat() if until else None
    return Overview(
        figures=figures,
        run=row(connection, "SELECT * FROM runs ORDER BY started DESC LIMIT 1"),
        versions=rows(connection, VERSIONS),
        until=until,
        most_cited=_most_cited(connection, since, until),
        newest=rows(connection, NEWEST),
        troubled=rows(connection, TROUBLED),
        gaps=row(connection, GAPS) or {},
    )


def _most_cited(connection: sqlite3.Connection, since: str | None, until: str | None) -> list[Row]:
    """The regulations with most clusters of articles; counted here, since SQL would sort every citation three times."""
    citations: Counter[str] = Counter()
    clusters: dict[str, set[int]] = {}
    places: dict[str, set[str | None]] = {}
    for regulation, cluster, province in map(tuple, connection.execute(CITED, (since, until))):
        citations[regulation] += 1
        clusters.setdefault(regulation, set()).add(cluster)
        places.setdefault(regulation, set()).add(province)
    most = sorted(clusters, key=lambda name: (-len(clusters[name]), -citations[name], name))[:MOST]
    found = {one["id"]: one for one in rows(connection, LABELS, (json.dumps(most),))}
    return [
        {
            **found[name],
            "n": citations[name],
            "n_clusters": len(clusters[name]),
            "n_provinces": len(places[name] - {None}),
        }
        for name in most
    ]


def _day(instant: str | None) -> str | None:
    """The day of a stored instant, None when it is no day that a calendar knows."""
    try:
        return date.fromisoformat((instant or "")[:10]).isoformat()
    except ValueError:
        return None


# Articles of the future are misread dates: they do not say how far the collection reaches.
FIGURES = """
SELECT (SELECT count(*) FROM articles) AS articles,
       (SELECT count(*) FROM mentions) AS mentions,
       (SELECT count(*) FROM regulations WHERE n_mentions > 0) AS cited,
       (SELECT count(*) FROM regulations) AS regulations,
       (SELECT count(*) FROM sites) AS sites,
       (SELECT count(*) FROM sites s WHERE EXISTS (SELECT 1 FROM articles a WHERE a.site = s.id)) AS sites_read,
       (SELECT count(DISTINCT province) FROM articles) AS units,
       (SELECT min(published) FROM articles) AS first,
       (SELECT max(published) FROM articles WHERE published <= date('now', '+1 day')) AS last
"""

# The version of the last run first: the others are older, or of a reprocessing since.
VERSIONS = """
SELECT version, count(*) AS n FROM articles GROUP BY version
ORDER BY version IS (SELECT version FROM runs ORDER BY started DESC LIMIT 1) DESC, n DESC, version
"""

CITED = """
SELECT m.regulation, coalesce(a.cluster, a.id), a.province
FROM articles a JOIN mentions m ON m.article = a.id
WHERE a.published >= ? AND a.published <= ? || 'T99' AND m.regulation IS NOT NULL
"""

LABELS = "SELECT r.id, r.label, r.subject FROM json_each(?) asked JOIN regulations r ON r.id = asked.value"

NEWEST = """
SELECT a.id, a.title, a.published, a.n_mentions, s.name AS site_name
FROM articles a LEFT JOIN sites s ON s.id = a.site
WHERE a.published <= date('now', '+1 day') ORDER BY a.published DESC LIMIT 10
"""

TROUBLED = """
SELECT s.id, s.name, t.verdict, t.stage, t.last_new
FROM site_status t JOIN sites s ON s.id = t.site
WHERE coalesce(t.verdict, 'ok') <> 'ok' ORDER BY t.last_new, s.name LIMIT 12
"""

GAPS = """
SELECT (SELECT count(*) FROM articles WHERE published IS NULL) AS undated,
       (SELECT count(*) FROM mentions WHERE regulation IS NULL) AS unresolved,
       (SELECT count(*) FROM units u WHERE u.valid_to IS NULL
          AND NOT EXISTS (SELECT 1 FROM sites s WHERE s.unit = u.slug)) AS units_without_site,
       (SELECT count(*) FROM coverage WHERE state IN ('down', 'partial')) AS days_down
"""
