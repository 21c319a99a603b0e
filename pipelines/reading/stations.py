"""Sites as a reader sees them: how each is doing, what it yielded, and when it was not observed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pipelines.folding import fold
from pipelines.reading import Row, row, rows
from pipelines.reading.months import Series, series_of_rows


@dataclass(frozen=True, slots=True)
class SitePage:
    """A site and its record. Rows are dictionaries by column name."""

    site: Row
    former: list[Row]
    months: Series
    articles: list[Row]
    runs: list[Row]
    states: list[Row]
    coverage: list[Row]
    fetch: Row | None


def site_list(connection: sqlite3.Connection) -> list[Row]:
    """Every site with its unit and latest state, those in trouble first."""
    listed = rows(connection, SITE_LIST)
    return sorted(listed, key=lambda site: ((site["verdict"] or "ok") == "ok", fold(site["name"]).text))


def site_page(connection: sqlite3.Connection, name: str) -> SitePage | None:
    """The page of one site, or None."""
    site = row(connection, SITE, (name,))
    if site is None:
        return None
    return SitePage(
        site=site,
        former=rows(connection, FORMER, (site["former"],)),
        months=series_of_rows(rows(connection, MONTHS, (name,))),
        articles=rows(connection, NEWEST, (name,)),
        runs=rows(connection, RUNS, (name,)),
        states=rows(connection, STATES, (name,)),
        coverage=rows(connection, "SELECT day, state FROM coverage WHERE site = ? ORDER BY day", (name,)),
        fetch=row(connection, FETCH, (name,)),
    )


SITE_LIST = """
SELECT s.*, u.name AS unit_name, t.verdict, t.stage, t.articles, t.mentions, t.expected, t.last_new, t.audit_recall
FROM sites s LEFT JOIN units u ON u.slug = s.unit LEFT JOIN site_status t ON t.site = s.id
"""

SITE = """
SELECT s.*, u.name AS unit_name, t.verdict, t.stage, t.articles, t.mentions, t.expected, t.last_new, t.audit_recall
FROM sites s LEFT JOIN units u ON u.slug = s.unit LEFT JOIN site_status t ON t.site = s.id
WHERE s.id = ?
"""

FORMER = """
SELECT value AS slug, coalesce(u.name, value) AS name FROM json_each(?) LEFT JOIN units u ON u.slug = value
"""

MONTHS = """
SELECT substr(published, 1, 7) AS month, sum(n_mentions) AS citations, count(*) AS articles
FROM articles WHERE site = ? AND published IS NOT NULL GROUP BY 1 ORDER BY 1
"""

NEWEST = "SELECT id, title, published, n_mentions FROM articles WHERE site = ? ORDER BY published DESC LIMIT 15"

RUNS = """
SELECT r.started, r.finished, s.* FROM site_runs s JOIN runs r ON r.id = s.run
WHERE s.site = ? ORDER BY r.started DESC LIMIT 14
"""

STATES = """
SELECT state, cause, count(*) AS n FROM urls WHERE site = ? GROUP BY state, cause ORDER BY n DESC LIMIT 20
"""

FETCH = """
SELECT f.*, c.subject AS certificate_subject, c.issuer AS certificate_issuer, c.not_after
FROM fetches f LEFT JOIN certificates c ON c.sha256 = f.certificate
WHERE f.site = ?1 AND f.run = (SELECT max(run) FROM site_runs WHERE site = ?1) ORDER BY f.id DESC LIMIT 1
"""
