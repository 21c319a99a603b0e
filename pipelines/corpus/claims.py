"""What the articles say of each regulation, and what most of them say: a vote in which a cluster has one voice.

Ten papers that print one release with one misprint are one voice. A regulation's own columns are what most clusters
say; where two values have as many, nothing is said of date, issuer and subject, and of spellings the first in order.
What no article says any more is said no more: a regulation nobody cites keeps what its identifier tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pipelines.corpus.changes import fill, prepare, replace_rows, update_rows
from pipelines.corpus.identity import term_of
from pipelines.folding import fold
from pipelines.references.naming import label_of
from pipelines.store import Store


def _order_articles(store: Store) -> None:
    """Nothing; the temporary table ``voters`` holds every article, ``nth`` being its place in order of publication."""
    store.connection.execute("DROP TABLE IF EXISTS temp.voters")
    store.connection.execute(_VOTERS)
    store.connection.execute(_ORDER)


def keep_names(store: Store) -> int:
    """How many regulations were given another label, symbol, code, day of issue or term; it orders the articles too."""
    _order_articles(store)
    prepare(store, "ballot", _WRITTEN)
    prepare(store, "names", _NAMES)
    prepare(store, "dated", _DATED)
    prepare(store, "days", _DAYS)
    columns = ("id", "label", "symbol", "issuer_code", "issued", "issued_precision", "term")
    fill(store, "fresh_names", columns, list(_named(store)))
    return update_rows(store, "regulations", "id", "fresh_names")


def keep_claims(store: Store) -> int:
    """How many claims, and regulations by them, changed; to be called after ``keep_names``, which counts the days."""
    store.connection.create_function("same", 1, _same, deterministic=True)
    prepare(store, "ballot", _SAID)
    prepare(store, "fresh_claims", _CLAIMS)
    changed = replace_rows(store, "claims", ("regulation", "field", "value"), "fresh_claims")
    prepare(store, "fresh_columns", _COLUMNS)
    return changed + update_rows(store, "regulations", "id", "fresh_columns")


@lru_cache(maxsize=65_536)  # issuers and subjects repeat within a run; the bound keeps a long one small
def _same(value: str) -> str:
    """What two spellings of one claim have in common: "bộ Chính Trị " and "Bộ Chính trị"."""
    return " ".join(fold(value).text.split()).strip(" .,;:-")


def _named(store: Store) -> Iterator[tuple[object, ...]]:
    for row in store.connection.execute(_REGULATIONS):
        issued = row["issued"]
        precision = "day" if issued else "year" if row["year"] else None
        term = term_of(row["id"], issued, row["symbol"])
        yield (
            row["id"],
            label_of(row["id"], row["symbol"], row["surface"]),
            row["symbol"],
            row["code"],
            issued,
            precision,
            term,
        )


_VOTERS = """
CREATE TEMP TABLE voters(
  article INTEGER PRIMARY KEY, nth INTEGER UNIQUE, cluster INTEGER, day TEXT, unit TEXT, province TEXT, own INTEGER
)
"""
_ORDER = """
INSERT INTO temp.voters
SELECT id, row_number() OVER (ORDER BY published IS NULL, published, id), coalesce(cluster, id),
  substr(published, 1, 10), unit, province, origin = 'own'
FROM articles ORDER BY id
"""

# What citations say is laid out once and grouped from there, ten times as fast as by way of the table's indexes.
# ``place`` orders them by the publication of their articles, then within an article.
_WRITTEN = """
SELECT m.regulation_in_page AS page_says, m.regulation, v.cluster, v.nth << 16 | min(m.i, 65535) AS place,
  m.symbol, m.issuer_code AS code,
  iif(m.kind IN ('named', 'congress'), replace(m.surface, char(10), ' '), NULL) AS surface,
  iif(m.date_role = 'issued' AND length(m.date) = 10, m.date, NULL) AS date
FROM mentions m JOIN voters v ON v.article = m.article
"""
_SAID = """
SELECT m.regulation, v.cluster, v.nth << 16 | min(m.i, 65535) AS place, m.issuer, m.subject
FROM mentions m JOIN voters v ON v.article = m.article WHERE m.issuer IS NOT NULL OR m.subject IS NOT NULL
"""

# How a regulation is written, by the pages that identify it; the spelling most clusters have, then the first in order.
_NAMES = """
WITH counted AS (
  SELECT page_says, 'symbol' AS field, symbol AS value, code, count(DISTINCT cluster) AS n FROM ballot
  WHERE symbol IS NOT NULL GROUP BY page_says, symbol, code
  UNION ALL
  SELECT page_says, 'surface', surface, NULL, count(DISTINCT cluster) FROM ballot
  WHERE surface IS NOT NULL GROUP BY page_says, surface
)
SELECT page_says AS regulation, field, value, code FROM (
  SELECT *, row_number() OVER (PARTITION BY page_says, field ORDER BY n DESC, value, code) AS rank FROM counted
) WHERE rank = 1 AND page_says IS NOT NULL
"""

_DATED = """
SELECT regulation, 'date' AS field, date AS value, count(DISTINCT cluster) AS n_clusters, min(place) AS first
FROM ballot WHERE date IS NOT NULL AND regulation IS NOT NULL GROUP BY regulation, date
"""
_DAYS = """
WITH ranked AS (
  SELECT *, n_clusters = max(n_clusters) OVER (PARTITION BY regulation) AS leads FROM dated
)
SELECT regulation, min(value) AS issued FROM ranked WHERE leads GROUP BY 1 HAVING count(*) = 1
"""

_REGULATIONS = """
SELECT r.id, r.year, d.issued, s.value AS symbol, s.code, w.value AS surface
FROM regulations r
LEFT JOIN days d ON d.regulation = r.id
LEFT JOIN names s ON s.regulation = r.id AND s.field = 'symbol'
LEFT JOIN names w ON w.regulation = r.id AND w.field = 'surface'
"""

# Spellings of one claim are counted together and shown as the first article has it.
_CLAIMS = """
WITH said AS (
  SELECT * FROM dated
  UNION ALL
  SELECT regulation, 'issuer', issuer, count(DISTINCT cluster), min(place)
  FROM ballot WHERE issuer IS NOT NULL GROUP BY regulation, same(issuer)
  UNION ALL
  SELECT regulation, 'subject', subject, count(DISTINCT cluster), min(place)
  FROM ballot WHERE subject IS NOT NULL GROUP BY regulation, same(subject)
)
SELECT regulation, field, value, n_clusters, article AS first_article
FROM said JOIN voters ON voters.nth = first >> 16 WHERE regulation IS NOT NULL
"""

_COLUMNS = """
WITH leading AS (
  SELECT regulation, field, value, n_clusters = max(n_clusters) OVER (PARTITION BY regulation, field) AS leads
  FROM claims
), won AS (
  SELECT regulation, field, min(value) AS value FROM leading WHERE leads GROUP BY 1, 2 HAVING count(*) = 1
)
SELECT r.id, i.value AS issuer, s.value AS subject
FROM regulations r
LEFT JOIN won i ON i.regulation = r.id AND i.field = 'issuer'
LEFT JOIN won s ON s.regulation = r.id AND s.field = 'subject'
"""
