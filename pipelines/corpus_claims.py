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
    """Nothing; the temporary table ``voters`` holds every article with its cluster, in order of publication."""
    prepare(store, "voters", _VOTERS)
    store.connection.execute("CREATE UNIQUE INDEX temp.voters_article ON voters(article)")


def _open_ballot(store: Store) -> None:
    order_articles(store)
    store.connection.create_function("same", 1, _same, deterministic=True)


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


# The articles that vote: ``nth`` is their place in order of publication, undated ones last.
_VOTERS = """
SELECT id AS article, coalesce(cluster, id) AS cluster,
  row_number() OVER (ORDER BY published IS NULL, published, id) AS nth
FROM articles
"""

# How a regulation is written, by the pages that identify it; the spelling most clusters have, then the first in order.
_NAMES = """
WITH written(regulation, field, value, article) AS (
  SELECT regulation_in_page, 'symbol', symbol, article FROM mentions WHERE symbol IS NOT NULL
  UNION ALL SELECT regulation_in_page, 'code', issuer_code, article FROM mentions WHERE issuer_code IS NOT NULL
  UNION ALL SELECT regulation_in_page, 'surface', replace(surface, char(10), ' '), article FROM mentions
    WHERE kind IN ('named', 'congress')
), counted AS (
  SELECT regulation, field, value, count(DISTINCT cluster) AS n FROM written JOIN voters USING (article)
  WHERE regulation IS NOT NULL GROUP BY 1, 2, 3
)
SELECT regulation, field, value FROM (
  SELECT *, row_number() OVER (PARTITION BY regulation, field ORDER BY n DESC, value) AS place FROM counted
) WHERE place = 1
"""

_DAYS = """
WITH counted AS (
  SELECT regulation, date, count(DISTINCT cluster) AS n FROM mentions JOIN voters USING (article)
  WHERE date_role = 'issued' AND length(date) = 10 AND regulation IS NOT NULL GROUP BY 1, 2
), ranked AS (
  SELECT *, n = max(n) OVER (PARTITION BY regulation) AS leads FROM counted
)
SELECT regulation, min(date) AS issued FROM ranked WHERE leads GROUP BY 1 HAVING count(*) = 1
"""

_REGULATIONS = """
SELECT r.id, r.year, d.issued, s.value AS symbol, c.value AS code, w.value AS surface
FROM regulations r
LEFT JOIN temp.days d ON d.regulation = r.id
LEFT JOIN temp.names s ON s.regulation = r.id AND s.field = 'symbol'
LEFT JOIN temp.names c ON c.regulation = r.id AND c.field = 'code'
LEFT JOIN temp.names w ON w.regulation = r.id AND w.field = 'surface'
WHERE EXISTS (SELECT 1 FROM mentions m WHERE m.regulation_in_page = r.id)
"""

# Spellings of one claim are counted together and shown as the first article has it.
_CLAIMS = """
WITH said(regulation, field, value, article, i) AS (
  SELECT regulation, 'date', date, article, i FROM mentions WHERE date_role = 'issued' AND length(date) = 10
  UNION ALL SELECT regulation, 'issuer', issuer, article, i FROM mentions WHERE issuer IS NOT NULL
  UNION ALL SELECT regulation, 'subject', subject, article, i FROM mentions WHERE subject IS NOT NULL
)
SELECT regulation, field, value, n_clusters, (SELECT article FROM voters WHERE nth = first >> 16) AS first_article
FROM (
  SELECT regulation, field, value, count(DISTINCT cluster) AS n_clusters, min(nth << 16 | min(i, 65535)) AS first
  FROM said JOIN voters USING (article) WHERE regulation IS NOT NULL
  GROUP BY regulation, field, same(value)
)
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
