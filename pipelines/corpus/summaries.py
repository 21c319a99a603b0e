"""Tables for browsing, made from the others: what each regulation and unit comes to.

A present unit's figures are those of all its articles, former units included; a former unit has its own up to its end.
So both have whole series, and one kind must not be added to the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipelines.corpus.ballots import Ballots
from pipelines.corpus.changes import fill, prepare, replace_rows, update_rows
from pipelines.corpus.counting import Integers, grouped, table
from pipelines.folding import fold
from pipelines.store import Store
from pipelines.units import served_on

COUNTED = ("n_mentions", "n_articles", "n_clusters", "n_provinces", "first_cited")
_EVE = "2025-06-30"  # the last day of the former units


def keep_aliases(store: Store) -> int:
    """How many spellings were added or taken back of regulations that only the whole corpus could tell."""
    store.connection.create_function("one_line", 1, lambda text: " ".join(text.split()), deterministic=True)
    store.connection.create_function("folded", 1, lambda text: fold(text).text, deterministic=True)
    prepare(store, "fresh_aliases", _ALIASES)
    return replace_rows(
        store, "regulation_aliases", ("alias", "regulation"), "fresh_aliases", among="source = 'corpus'"
    )


def keep_counts(store: Store, ballots: Ballots) -> int:
    """How many regulations are cited more or less, or in other places, than was counted."""
    fill(store, "cited", ("regulation", *COUNTED), _cited(ballots))
    prepare(store, "fresh_counts", _COUNTS)
    return update_rows(store, "regulations", "id", "fresh_counts")


def keep_regulation_units(store: Store, ballots: Ballots) -> int:
    """How many rows of ``regulation_units`` changed."""
    _serve(store)
    present = _by_unit(ballots, ballots.province, ballots.province >= 0)
    former = _by_unit(ballots, ballots.unit, (ballots.unit >= 0) & (ballots.unit != ballots.province))
    columns = ("regulation", "unit", "first_cited", "n", "n_own", "n_clusters")
    fill(store, "counted", columns, chain(present, former))
    prepare(store, "fresh_regulation_units", _REGULATION_UNITS)
    return replace_rows(store, "regulation_units", ("regulation", "unit"), "fresh_regulation_units")


def keep_unit_months(store: Store) -> int:
    """How many rows of ``unit_months`` changed."""
    _serve(store)
    prepare(store, "fresh_unit_months", _UNIT_MONTHS)
    return replace_rows(store, "unit_months", ("unit", "month"), "fresh_unit_months")


def _cited(ballots: Ballots) -> Iterator[tuple[object, ...]]:
    """Each regulation that is cited, with what ``COUNTED`` names."""
    groups = grouped(np.flatnonzero(ballots.regulation >= 0), ballots.regulation)
    counts = [groups.n, *map(groups.distinct, (ballots.nth, ballots.cluster, ballots.province))]
    regulations = ballots.regulations[ballots.regulation[groups.first]]
    return table(regulations, *counts, ballots.days[ballots.nth[groups.first]])


def _by_unit(ballots: Ballots, unit: Integers, among: NDArray[np.bool_]) -> Iterator[tuple[object, ...]]:
    """What each regulation comes to in each unit, by some of the citations, in the order of both."""
    groups = grouped(np.flatnonzero(among & (ballots.regulation >= 0)), ballots.regulation, unit)
    order = np.lexsort((unit[groups.first], ballots.regulation[groups.first]))
    first = groups.first[order]
    regulations, units = ballots.regulations[ballots.regulation[first]], ballots.units[unit[first]]
    counts = groups.n, groups.sum(ballots.own), groups.distinct(ballots.cluster)
    return table(regulations, units, ballots.days[ballots.nth[first]], *(count[order] for count in counts))


def _serve(store: Store) -> None:
    """Fills ``serving``: which units a site is watched for, and until when."""
    rows = store.rows("SELECT id, unit, former FROM sites WHERE unit IS NOT NULL")
    fill(store, "serving", ("site", "unit", "until"), [one for row in rows for one in _serving(*row)])
    prepare(store, "watched", _WATCHED)


def _serving(site: str, unit: str, former: str) -> Iterator[tuple[str, str, str | None]]:
    yield site, unit, None
    before = served_on(unit, json.loads(former), _EVE)
    if before is not None and before.slug != unit:
        yield site, before.slug, before.valid_to


_ALIASES = """
WITH written AS MATERIALIZED (
  SELECT DISTINCT surface, regulation FROM mentions
  WHERE regulation <> regulation_in_page AND kind NOT IN ('anaphor', 'list')
), spelled AS MATERIALIZED (
  SELECT DISTINCT one_line(surface) AS alias, regulation FROM written
)
SELECT alias, folded(alias) AS folded, regulation, 'corpus' AS source FROM spelled s
WHERE NOT EXISTS (
  SELECT 1 FROM regulation_aliases k
  WHERE k.alias = s.alias AND k.regulation = s.regulation AND k.source <> 'corpus'
)
"""

_COUNTS = """
SELECT r.id, coalesce(c.n_mentions, 0) AS n_mentions, coalesce(c.n_articles, 0) AS n_articles,
  coalesce(c.n_clusters, 0) AS n_clusters, coalesce(c.n_provinces, 0) AS n_provinces, c.first_cited
FROM regulations r LEFT JOIN temp.cited c ON c.regulation = r.id
"""

# A day on which no site of a unit could be read says nothing of that unit: not even that it was silent.
_WATCHED = """
SELECT s.unit, c.day, c.site FROM coverage c JOIN serving s ON s.site = c.site
WHERE c.state IN ('observed', 'backfilled') AND c.day <= coalesce(s.until, '9')
"""

# Censored unless the unit was watched from the first day on which the regulation can have been issued. A lag needs
# both days: ``issued`` is one that articles state in full.
_REGULATION_UNITS = """
WITH began AS (
  SELECT unit, min(day) AS day FROM watched GROUP BY unit
)
SELECT c.regulation, c.unit, c.first_cited,
  coalesce(b.day > coalesce(r.issued, r.year || '-01-01'), 1) AS censored,
  CAST(julianday(c.first_cited) - julianday(r.issued) AS INTEGER) AS lag_days, c.n, c.n_own, c.n_clusters
FROM temp.counted c JOIN regulations r ON r.id = c.regulation LEFT JOIN began b ON b.unit = c.unit
"""

_UNIT_MONTHS = """
WITH written(unit, day, n_mentions) AS (
  SELECT province, substr(published, 1, 10), n_mentions FROM articles WHERE province IS NOT NULL
  UNION ALL
  SELECT unit, substr(published, 1, 10), n_mentions FROM articles WHERE unit <> province
), added AS (
  SELECT unit, substr(day, 1, 7) AS month, count(*) AS articles, 0 AS days, 0 AS sites, sum(n_mentions) AS citations
  FROM written WHERE day IS NOT NULL GROUP BY 1, 2
  UNION ALL
  SELECT unit, substr(day, 1, 7), 0, count(DISTINCT day), count(DISTINCT site), 0 FROM watched GROUP BY 1, 2
)
SELECT unit, month, sum(articles) AS articles, sum(days) AS days_observed, sum(sites) AS n_sites_observed,
  sum(citations) AS citations
FROM added GROUP BY 1, 2
"""
