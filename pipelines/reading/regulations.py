"""One regulation as a page shows it: who cites it, since when, and what is claimed of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.reading import Row, row, rows
from pipelines.reading.excerpts import excerpt_of, has_excerpts
from pipelines.reading.months import Series, month_of, series

PAGE = 25  # citing articles shown at once


@dataclass(frozen=True, slots=True)
class Citing:
    """One article that cites the regulation, ``n`` times; ``copies`` are the other articles of its cluster."""

    article: int
    cluster: int
    published: str | None
    unit: str | None
    province: str | None
    origin: str
    n: int
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """One present unit: its first citation, days after the issue (None unless both days are known), and how much."""

    unit: str
    name: str
    first_cited: str | None
    lag_days: int | None
    censored: bool
    n: int
    n_own: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class RegulationPage:
    """A regulation and what the articles say of it. Rows are dictionaries by column name."""

    regulation: Row
    aliases: list[Row]
    claims: dict[str, list[Row]]
    links: list[Row]
    relations: list[Row]
    spread: list[Spread]
    months: Series
    breaks: list[Row]
    articles: list[Row]
    n_mentions: int
    n_articles: int
    n_clusters: int
    n_listed: int
    page: int
    last: int
    every: bool


def regulation_page(
    connection: sqlite3.Connection, name: str, *, page: int = 1, every: bool = False
) -> RegulationPage | None:
    """The page of one regulation, or None; ``every`` lists each copy of an article rather than one of a cluster."""
    regulation = row(connection, REGULATION, (name,))
    if regulation is None:
        return None
    citing = citing_articles(connection, name)
    heads = one_a_cluster(citing)
    listed = citing if every else heads
    page, last, shown = _one_page(newest_first(listed), page)
    return RegulationPage(
        regulation=regulation,
        aliases=rows(connection, ALIASES, (name,)),
        claims=_by_field(rows(connection, CLAIMS, (name,))),
        links=rows(connection, LINKS, (name,)),
        relations=rows(connection, RELATIONS, (name,)),
        spread=spread(connection, name, citing),
        months=by_month(citing),
        breaks=rows(connection, BREAKS),
        articles=[_listed(connection, name, one) for one in shown],
        n_mentions=sum(one.n for one in citing),
        n_articles=len(citing),
        n_clusters=len(heads),
        n_listed=len(listed),
        page=page,
        last=last,
        every=every,
    )


def _one_page(listed: Sequence[Citing], page: int) -> tuple[int, int, Sequence[Citing]]:
    """The page of a list that is nearest to the one asked for: its number, the last number, what is on it."""
    last = max(1, -(-len(listed) // PAGE))
    page = min(page, last)
    return page, last, listed[(page - 1) * PAGE : page * PAGE]


def citing_articles(connection: sqlite3.Connection, name: str) -> list[Citing]:
    """Every article that cites the regulation, read once; the figures of its page are counted from it."""
    return [Citing(**found) for found in rows(connection, CITING, (name,))]


def one_a_cluster(citing: Sequence[Citing]) -> list[Citing]:
    """The earliest article of each cluster, with how many copies of it cite too."""
    heads: dict[int, Citing] = {}
    sizes = Counter(one.cluster for one in citing)
    for one in sorted(citing, key=lambda one: (one.published or "9", one.article)):
        heads.setdefault(one.cluster, replace(one, copies=sizes[one.cluster] - 1))
    return list(heads.values())


def newest_first(citing: Sequence[Citing]) -> list[Citing]:
    """Articles with the newest in front and those without a date at the end."""
    return sorted(citing, key=lambda one: (one.published or "", one.article), reverse=True)


def by_month(citing: Sequence[Citing]) -> Series:
    """(month, citations, clusters) for every month from the first to the last; articles without a date are left out."""
    citations: Counter[str] = Counter()
    clusters: dict[str, set[int]] = {}
    for one in citing:
        if month := month_of(one.published):
            citations[month] += one.n
            clusters.setdefault(month, set()).add(one.cluster)
    return series(citations, {month: len(those) for month, those in clusters.items()})


def spread(connection: sqlite3.Connection, name: str, citing: Sequence[Citing]) -> list[Spread]:
    """How the present units took the regulation up, earliest first.

    From the summary table where the corpus step has filled it; else counted here, and then without a lag, since only
    that step knows whether a unit was watched when the regulation came out.
    """
    names = {unit["slug"]: unit["name"] for unit in rows(connection, "SELECT slug, name FROM units")}
    kept = rows(connection, SUMMARY, (name,))
    found = [_summarised(one, names) for one in kept] if kept else _counted(citing, names)
    return sorted(found, key=lambda one: (one.first_cited or "9", one.unit))


def _summarised(kept: Row, names: dict[str, str]) -> Spread:
    slug: str = kept["unit"]
    return Spread(**{**kept, "name": names.get(slug, slug), "censored": bool(kept["censored"])})


def _counted(citing: Sequence[Citing], names: dict[str, str]) -> list[Spread]:
    units: dict[str, list[Citing]] = {}
    for one in citing:
        if one.province:
            units.setdefault(one.province, []).append(one)
    return [
        Spread(
            unit=unit,
            name=names.get(unit, unit),
            first_cited=min((one.published[:10] for one in theirs if one.published), default=None),
            lag_days=None,
            censored=False,
            n=sum(one.n for one in theirs),
            n_own=sum(one.n for one in theirs if one.origin == "own"),
            n_clusters=len({one.cluster for one in theirs}),
        )
        for unit, theirs in units.items()
    ]


def _by_field(claims: Sequence[Row]) -> dict[str, list[Row]]:
    fields: dict[str, list[Row]] = {}
    for claim in claims:
        fields.setdefault(claim["field"], []).append(claim)
    return fields


def _listed(connection: sqlite3.Connection, name: str, citing: Citing) -> Row:
    """An article of the list with the sentence of its first citation, cut at the citation."""
    found = row(connection, LISTED, {"regulation": name, "article": citing.article}) or {}
    surface = found.get("surface") or ""
    start, sentence = _words_round(connection, found)
    at = found["start"] - start if sentence else 0
    return {
        **found,
        "n": citing.n,
        "copies": citing.copies,
        "before": sentence[:at],
        "surface": surface,
        "after": sentence[at + len(surface) :],
    }


def _words_round(connection: sqlite3.Connection, found: Row) -> tuple[int, str]:
    """Where the sentence of a citation starts and what it is; the excerpt in a published copy; else nothing."""
    if found.get("sentence"):
        return found["sentence_start"], found["sentence"]
    excerpt = excerpt_of(connection, found["id"], found["i"]) if found and has_excerpts(connection) else None
    return (excerpt["start"], excerpt["excerpt"]) if excerpt else (0, "")


REGULATION = """
SELECT r.*, u.name AS unit_name FROM regulations r LEFT JOIN units u ON u.slug = r.unit WHERE r.id = ?
"""

ALIASES = """
SELECT alias, min(source) AS source FROM regulation_aliases WHERE regulation = ? GROUP BY alias ORDER BY alias LIMIT 60
"""

CLAIMS = """
SELECT c.field, c.value, c.n_clusters, c.first_article, a.title
FROM claims c LEFT JOIN articles a ON a.id = c.first_article
WHERE c.regulation = ? ORDER BY c.field, c.n_clusters DESC, c.value
"""

LINKS = """
SELECT l.*, s.label AS subject_label, o.label AS object_label
FROM regulation_links l JOIN regulations s ON s.id = l.subject JOIN regulations o ON o.id = l.object
WHERE (l.subject = ?1 OR l.object = ?1) AND l.undone_at IS NULL ORDER BY l.link, l.subject LIMIT 60
"""

# Both ways round, each with how many articles say so and one of them as evidence.
RELATIONS = """
SELECT e.subject, e.relation, e.object, s.label AS subject_label, o.label AS object_label,
       count(DISTINCT e.article) AS n_articles, min(e.article) AS article
FROM relations e JOIN regulations s ON s.id = e.subject JOIN regulations o ON o.id = e.object
WHERE e.subject = ?1 OR e.object = ?1
GROUP BY e.subject, e.relation, e.object ORDER BY n_articles DESC, e.relation, e.subject, e.object LIMIT 60
"""

CITING = """
SELECT c.article, coalesce(a.cluster, a.id) AS cluster, a.published, a.unit, a.province, a.origin, c.n
FROM (SELECT article, count(*) AS n FROM mentions WHERE regulation = ? GROUP BY article) c
JOIN articles a ON a.id = c.article
"""

# Present units only: each counts its former ones, which have rows of their own.
# The summary has rows of former units besides: they are within those of the present ones.
SUMMARY = """
SELECT unit, first_cited, lag_days, censored, n, n_own, n_clusters
FROM regulation_units JOIN units ON slug = unit WHERE regulation = ? AND valid_to IS NULL
"""

# Where what is seen may have changed with the program or with the sites: the months in which a version first ran or
# sites were first observed, but for the very first.
BREAKS = """
WITH versions AS (
  SELECT substr(min(started), 1, 7) AS month, version, 0 AS n_sites FROM runs GROUP BY version
), started AS (
  SELECT substr(min(day), 1, 7) AS month, site FROM coverage WHERE state IN ('observed', 'partial') GROUP BY site
), sites AS (
  SELECT month, NULL AS version, count(*) AS n_sites FROM started GROUP BY month
)
SELECT * FROM versions WHERE month > (SELECT min(month) FROM versions)
UNION ALL
SELECT * FROM sites WHERE month > (SELECT min(month) FROM sites)
ORDER BY month
"""

LISTED = """
SELECT a.id, a.title, a.published, a.origin, a.genre, s.name AS site_name, u.name AS unit_name, m.surface, m.start,
       m.i, e.start AS sentence_start, substr(t.text, e.start + 1, e."end" - e.start) AS sentence
FROM articles a
JOIN mentions m ON m.article = a.id AND m.regulation = :regulation
LEFT JOIN sites s ON s.id = a.site
LEFT JOIN units u ON u.slug = coalesce(a.unit, a.province)
LEFT JOIN texts t ON t.article = a.id
LEFT JOIN sentences e ON e.article = a.id AND e.start <= m.start AND e."end" > m.start
WHERE a.id = :article
ORDER BY m.start
LIMIT 1
"""
