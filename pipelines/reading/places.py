"""Units as a reader sees them: the map's figures, and one unit's volume, coverage and citations.

A present unit's figures are those of all its articles, the former units that went into it included; a former one has
its own up to its end. The summary tables hold both kinds, and one is never added to the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reading import Row, row, rows
from pipelines.reading.months import Series, series_of_rows

PRESENT, FORMER = "gso2025", "gso63"


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit's volume; ``rate`` is citations per 1,000 articles, None where nothing was observed."""

    slug: str
    name: str
    articles: int
    citations: int
    observed: bool

    @property
    def rate(self) -> float | None:
        """Citations per 1,000 observed articles."""
        return 1000 * self.citations / self.articles if self.observed and self.articles else None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit and what its sites wrote. Rows are dictionaries by column name, months (month, citations, articles)."""

    unit: Row
    former: list[Row]
    successor: Row | None
    sites: list[Row]
    months: Series
    cited: list[Row]
    first: list[Row]
    articles: list[Row]
    coverage: list[Row]


def unit_figures(connection: sqlite3.Connection, scheme: str = PRESENT) -> list[UnitFigures]:
    """The figures of the 34 present units, or of the 63 former ones up to their end, in alphabetical order."""
    sql = FIGURES if row(connection, "SELECT 1 FROM unit_months LIMIT 1") else COUNTED_FIGURES[scheme]
    totals = {found["unit"]: found for found in rows(connection, sql)}
    return [
        UnitFigures(
            slug=unit["slug"],
            name=unit["name"],
            articles=totals.get(unit["slug"], {}).get("articles", 0),
            citations=totals.get(unit["slug"], {}).get("citations", 0),
            observed=bool(totals.get(unit["slug"], {}).get("observed", 0)),
        )
        for unit in rows(connection, OF_SCHEME[scheme])
    ]


def unit_page(connection: sqlite3.Connection, slug: str) -> UnitPage | None:
    """The page of one unit, former or present, or None."""
    unit = row(connection, "SELECT * FROM units WHERE slug = ?", (slug,))
    if unit is None:
        return None
    former = rows(connection, "SELECT slug, name FROM units WHERE successor = ? ORDER BY slug", (slug,))
    column = "unit" if unit["successor"] else "province"
    return UnitPage(
        unit=unit,
        former=former,
        successor=row(connection, "SELECT slug, name FROM units WHERE slug = ?", (unit["successor"],)),
        sites=rows(connection, SITES, (slug, slug)),
        months=series_of_rows(rows(connection, SUMMED_MONTHS, (slug,)) or rows(connection, MONTHS[column], (slug,))),
        cited=rows(connection, CITED, (slug,)),
        first=rows(connection, FIRST, (slug,)),
        articles=rows(connection, NEWEST[column], (slug,)),
        coverage=rows(connection, COVERAGE, (slug, slug)),
    )


def best_states(days: Sequence[Row]) -> dict[str, str]:
    """For each day the best state that any site was in: a unit is observed when one of its sites is."""
    best: dict[str, str] = {}
    for day in days:
        known = best.get(day["day"])
        if known is None or STATES.index(day["state"]) < STATES.index(known):
            best[day["day"]] = day["state"]
    return best


STATES = ("observed", "backfilled", "partial", "down", "not_started")

OF_SCHEME = {
    PRESENT: "SELECT slug, name FROM units WHERE valid_to IS NULL ORDER BY slug",
    FORMER: "SELECT slug, name FROM units WHERE valid_from IS NULL ORDER BY slug",
}

FIGURES = """
SELECT unit, sum(articles) AS articles, sum(citations) AS citations, max(days_observed > 0) AS observed
FROM unit_months GROUP BY unit
"""

# Without the summary: what has an article was observed.
COUNTED_FIGURES = {
    scheme: f"""
SELECT {column} AS unit, count(*) AS articles, sum(n_mentions) AS citations, 1 AS observed
FROM articles WHERE {column} IS NOT NULL GROUP BY 1
"""  # noqa: S608 - our own words
    for scheme, column in ((PRESENT, "province"), (FORMER, "unit"))
}

SITES = """
SELECT s.id, s.name, s.kind, t.verdict, t.articles, t.mentions, t.last_new
FROM sites s LEFT JOIN site_status t ON t.site = s.id
WHERE s.unit = ? OR EXISTS (SELECT 1 FROM json_each(s.former) WHERE value = ?)
ORDER BY s.name
"""

SUMMED_MONTHS = "SELECT month, citations, articles FROM unit_months WHERE unit = ?"

MONTHS = {
    column: f"""
SELECT substr(published, 1, 7) AS month, sum(n_mentions) AS citations, count(*) AS articles
FROM articles WHERE {condition} AND published IS NOT NULL GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - our own words
    for column, condition in (
        ("province", "province = ?1"),
        ("unit", "province = (SELECT successor FROM units WHERE slug = ?1) AND unit = ?1"),
    )
}

NEWEST = {
    column: f"""
SELECT a.id, a.title, a.published, a.n_mentions, s.name AS site_name FROM articles a LEFT JOIN sites s ON s.id = a.site
WHERE {condition} ORDER BY a.published DESC LIMIT 15
"""  # noqa: S608 - our own words
    for column, condition in (
        ("province", "a.province = ?1"),
        ("unit", "a.province = (SELECT successor FROM units WHERE slug = ?1) AND a.unit = ?1"),
    )
}

CITED = """
SELECT r.id, r.label, r.subject, u.n, u.n_own, u.n_clusters, u.first_cited
FROM regulation_units u JOIN regulations r ON r.id = u.regulation
WHERE u.unit = ? ORDER BY u.n DESC, r.id LIMIT 25
"""

# Where this unit was the first of all of its kind, and watched from before the issue; ties are first together.
FIRST = """
WITH kin(slug) AS (
  SELECT slug FROM units
  WHERE CASE WHEN (SELECT successor FROM units WHERE slug = ?1) IS NULL THEN valid_to ELSE valid_from END IS NULL
), mine AS (
  SELECT t.*, (SELECT count(*) FROM regulation_units o WHERE o.regulation = t.regulation AND o.unit IN kin) AS n_units
  FROM regulation_units t
  WHERE t.unit = ?1 AND NOT t.censored AND NOT EXISTS (
    SELECT 1 FROM regulation_units o
    WHERE o.regulation = t.regulation AND o.unit <> ?1 AND o.first_cited < t.first_cited AND o.unit IN kin
  )
)
SELECT r.id, r.label, mine.first_cited, mine.lag_days, mine.n_units
FROM mine JOIN regulations r ON r.id = mine.regulation
WHERE mine.n_units > 1 AND mine.first_cited IS NOT NULL
ORDER BY mine.n_units DESC, mine.first_cited DESC LIMIT 15
"""

COVERAGE = """
SELECT c.day, c.state, c.site FROM coverage c JOIN sites s ON s.id = c.site
WHERE s.unit = ? OR EXISTS (SELECT 1 FROM json_each(s.former) WHERE value = ?)
ORDER BY c.day
"""
