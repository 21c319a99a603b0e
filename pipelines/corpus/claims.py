"""What the articles say of each regulation, and what most of them say: a vote in which a cluster has one voice.

Ten papers that print one release with one misprint are one voice. A regulation's own columns are what most clusters
say; where two values have as many, nothing is said of date, issuer and subject, and of spellings the first in order.
What no article says any more is said no more: a regulation nobody cites keeps what its identifier tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np

from pipelines.corpus.ballots import Ballots
from pipelines.corpus.changes import fill, prepare, replace_rows, update_rows
from pipelines.corpus.counting import Groups, Integers, grouped, leading, table
from pipelines.corpus.identity import term_of
from pipelines.references.naming import label_of
from pipelines.store import Store


def keep_names(store: Store, ballots: Ballots) -> int:
    """How many regulations were given another label, symbol, code, day of issue or term."""
    spelled = (_spellings(ballots, field) for field in ("symbol", "surface"))
    fill(store, "spelled", ("field", "regulation", "article", "i"), chain.from_iterable(spelled))
    fill(
        store,
        "dated",
        ("regulation", "article", "i"),
        _undisputed(ballots, *_vote(ballots, ballots.regulation, "date")),
    )
    columns = ("id", "label", "symbol", "issuer_code", "issued", "issued_precision", "term")
    fill(store, "fresh_names", columns, list(_named(store)))
    return update_rows(store, "regulations", "id", "fresh_names")


def keep_claims(store: Store, ballots: Ballots) -> int:
    """How many claims, and regulations by them, changed."""
    votes = {field: _vote(ballots, ballots.regulation, field) for field in ("date", "issuer", "subject")}
    fill(store, "said", ("field", "regulation", "n_clusters", "article", "i"), _claims(ballots, votes))
    prepare(store, "fresh_claims", _CLAIMS)
    changed = replace_rows(store, "claims", ("regulation", "field", "value"), "fresh_claims")
    fill(store, "issuers", ("regulation", "article", "i"), _undisputed(ballots, *votes["issuer"]))
    fill(store, "subjects", ("regulation", "article", "i"), _undisputed(ballots, *votes["subject"]))
    prepare(store, "fresh_columns", _COLUMNS)
    return changed + update_rows(store, "regulations", "id", "fresh_columns")


def _spellings(ballots: Ballots, field: str) -> Iterator[tuple[object, ...]]:
    """Of each regulation the spellings that most clusters have, each by a citation of the pages that identify it."""
    groups, votes = _vote(ballots, ballots.page_says, field)
    rows = groups.first[leading(votes, ballots.page_says[groups.first])]
    return table(field, ballots.regulations[ballots.page_says[rows]], *ballots.places(rows))


def _undisputed(ballots: Ballots, groups: Groups, votes: Integers) -> Iterator[tuple[object, ...]]:
    """Of each regulation what most clusters say of it, where that is one thing, by the first citation that says it."""
    leaders = groups.first[leading(votes, ballots.regulation[groups.first])]
    regulations, at, n = np.unique(ballots.regulation[leaders], return_index=True, return_counts=True)
    return table(ballots.regulations[regulations[n == 1]], *ballots.places(leaders[at[n == 1]]))


def _claims(ballots: Ballots, votes: Mapping[str, tuple[Groups, Integers]]) -> Iterator[tuple[object, ...]]:
    """What is said of each regulation, by how many clusters, and first in which citation; as these lie on the disk."""
    fields = np.concatenate([np.full(len(n), field, object) for field, (_, n) in votes.items()])
    rows = np.concatenate([groups.first for groups, _ in votes.values()])
    n_clusters = np.concatenate([n for _, n in votes.values()])
    articles, numbers = ballots.places(rows)
    columns = fields, ballots.regulations[ballots.regulation[rows]], n_clusters, articles, numbers
    order = np.lexsort((numbers, articles))
    return table(*(column[order] for column in columns))


def _vote(ballots: Ballots, of: Integers, field: str) -> tuple[Groups, Integers]:
    """What is said in a field of each regulation, and how many clusters say it."""
    said = ballots.citations[field]
    groups = grouped(np.flatnonzero((said != 0) & (of >= 0)), of, said)
    return groups, groups.distinct(ballots.cluster)


def _named(store: Store) -> Iterator[tuple[object, ...]]:
    for row in store.connection.execute(_REGULATIONS):
        issued = row["issued"]
        precision = "day" if issued else "year" if row["year"] else None
        term = term_of(row["id"], issued, row["symbol"])
        label = label_of(row["id"], row["symbol"], row["surface"])
        yield row["id"], label, row["symbol"], row["code"], issued, precision, term


# Of spellings that as many clusters have the first in order.
_REGULATIONS = """
WITH names AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY regulation, field ORDER BY value, issuer_code) AS nth FROM (
    SELECT s.regulation, s.field, m.issuer_code,
      iif(s.field = 'symbol', m.symbol, replace(m.surface, char(10), ' ')) AS value
    FROM temp.spelled s CROSS JOIN mentions m USING (article, i)
  )
), days AS MATERIALIZED (
  SELECT d.regulation, m.date FROM temp.dated d CROSS JOIN mentions m USING (article, i)
)
SELECT r.id, r.year, d.date AS issued, s.value AS symbol, s.issuer_code AS code, w.value AS surface
FROM regulations r
LEFT JOIN days d ON d.regulation = r.id
LEFT JOIN names s ON s.regulation = r.id AND s.field = 'symbol' AND s.nth = 1
LEFT JOIN names w ON w.regulation = r.id AND w.field = 'surface' AND w.nth = 1
"""

# Spellings of one claim are counted together and shown as the first article has it.
_CLAIMS = """
SELECT s.regulation, s.field, CASE s.field WHEN 'date' THEN m.date WHEN 'issuer' THEN m.issuer ELSE m.subject END
  AS value, s.n_clusters, s.article AS first_article
FROM temp.said s CROSS JOIN mentions m USING (article, i) ORDER BY 1, 2, 3
"""

_COLUMNS = """
WITH issued_by AS MATERIALIZED (
  SELECT s.regulation, m.issuer FROM temp.issuers s CROSS JOIN mentions m USING (article, i)
), about AS MATERIALIZED (
  SELECT s.regulation, m.subject FROM temp.subjects s CROSS JOIN mentions m USING (article, i)
)
SELECT r.id, i.issuer, s.subject
FROM regulations r LEFT JOIN issued_by i ON i.regulation = r.id LEFT JOIN about s ON s.regulation = r.id
"""
