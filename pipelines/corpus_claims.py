"""What the articles say of each regulation, and what most of them say: a vote in which a cluster has one voice.

Ten papers that print one release with one misprint are one voice. A regulation's own columns are what most clusters
say; where two values have as many, nothing is said of date, issuer and subject, and of spellings the first in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pipelines.corpus_changes import fill, prepare, replace_rows, update_rows
from pipelines.corpus_identity import label_of, term_of
from pipelines.folding import fold
from pipelines.store import Store


def keep_names(store: Store) -> int:
    """How many regulations were given another label, symbol, code, day of issue or term."""
    _open_ballot(store)
    prepare(store, "names", _NAMES)
    prepare(store, "days", _DAYS)
    columns = ("id", "label", "symbol", "issuer_code", "issued", "issued_precision", "term")
    fill(store, "fresh_names", columns, list(_named(store)))
    return update_rows(store, "regulations", "id", "fresh_names")


def keep_claims(store: Store) -> int:
    """How many claims, and regulations by them, changed."""
    _open_ballot(store)
    prepare(store, "fresh_claims", _CLAIMS)
    changed = replace_rows(store, "claims", ("regulation", "field", "value"), "fresh_claims")
    prepare(store, "fresh_said", _SAID)
    return changed + update_rows(store, "regulations", "id", "fresh_said")


def order_articles(store: Store) -> None:
    """Nothing; the temporary table ``voters`` holds every article in order of publication: its rowid is its place."""
    prepare(store, "voters", _VOTERS)
    store.connection.execute("CREATE UNIQUE INDEX temp.voters_article ON voters(article)")


def _open_ballot(store: Store) -> None:
    """Lays out what every citation says of its regulation; grouped from there ten times as fast as from the table."""
    store.connection.create_function("same", 1, _same, deterministic=True)
    prepare(store, "ballot", _BALLOT)


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
SELECT id AS article, coalesce(cluster, id) AS cluster, substr(published, 1, 10) AS day, unit, province,
  origin = 'own' AS own
FROM articles ORDER BY published IS NULL, published, id
"""

# ``place`` orders citations by the publication of their articles, then within an article.
_BALLOT = """
SELECT m.regulation_in_page AS page_says, m.regulation, v.cluster, v.rowid << 16 | min(m.i, 65535) AS place,
  m.symbol, m.issuer_code AS code,
  iif(m.kind IN ('named', 'congress'), replace(m.surface, char(10), ' '), NULL) AS surface,
  iif(m.date_role = 'issued' AND length(m.date) = 10, m.date, NULL) AS date, m.issuer, m.subject
FROM mentions m JOIN voters v ON v.article = m.article
"""

# How a regulation is written, by the pages that identify it; the spelling most clusters have, then the first in order.
_NAMES = """
WITH counted AS (
  SELECT page_says, 'symbol' AS field, symbol AS value, count(DISTINCT cluster) AS n FROM ballot
  WHERE symbol IS NOT NULL GROUP BY 1, 3
  UNION ALL
  SELECT page_says, 'code', code, count(DISTINCT cluster) FROM ballot WHERE code IS NOT NULL GROUP BY 1, 3
  UNION ALL
  SELECT page_says, 'surface', surface, count(DISTINCT cluster) FROM ballot WHERE surface IS NOT NULL GROUP BY 1, 3
)
SELECT page_says AS regulation, field, value FROM (
  SELECT *, row_number() OVER (PARTITION BY page_says, field ORDER BY n DESC, value) AS rank FROM counted
) WHERE rank = 1 AND page_says IS NOT NULL
"""

_DAYS = """
WITH counted AS (
  SELECT regulation, date, count(DISTINCT cluster) AS n FROM ballot
  WHERE date IS NOT NULL AND regulation IS NOT NULL GROUP BY 1, 2
), ranked AS (
  SELECT *, n = max(n) OVER (PARTITION BY regulation) AS leads FROM counted
)
SELECT regulation, min(date) AS issued FROM ranked WHERE leads GROUP BY 1 HAVING count(*) = 1
"""

_REGULATIONS = """
SELECT r.id, r.year, d.issued, s.value AS symbol, c.value AS code, w.value AS surface
FROM regulations r
LEFT JOIN days d ON d.regulation = r.id
LEFT JOIN names s ON s.regulation = r.id AND s.field = 'symbol'
LEFT JOIN names c ON c.regulation = r.id AND c.field = 'code'
LEFT JOIN names w ON w.regulation = r.id AND w.field = 'surface'
WHERE EXISTS (SELECT 1 FROM mentions m WHERE m.regulation_in_page = r.id)
"""

# Spellings of one claim are counted together and shown as the first article has it.
_CLAIMS = """
WITH said AS (
  SELECT regulation, 'date' AS field, date AS value, count(DISTINCT cluster) AS n_clusters, min(place) AS first
  FROM ballot WHERE date IS NOT NULL GROUP BY regulation, date
  UNION ALL
  SELECT regulation, 'issuer', issuer, count(DISTINCT cluster), min(place)
  FROM ballot WHERE issuer IS NOT NULL GROUP BY regulation, same(issuer)
  UNION ALL
  SELECT regulation, 'subject', subject, count(DISTINCT cluster), min(place)
  FROM ballot WHERE subject IS NOT NULL GROUP BY regulation, same(subject)
)
SELECT regulation, field, value, n_clusters, article AS first_article
FROM said JOIN voters ON voters.rowid = first >> 16 WHERE regulation IS NOT NULL
"""

_SAID = """
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
WHERE EXISTS (SELECT 1 FROM mentions m WHERE m.regulation_in_page = r.id OR m.regulation = r.id)
"""
