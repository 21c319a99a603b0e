"""What the citations of each article say, in numbers that lie ready to be counted.

To read all citations takes most of the time of counting them, and a night changes few. So what an article says is kept
as one row of bytes (``ballots``), which triggers remove when its citations or its text change. Texts stand there as a
``code``: where codes are equal the texts are, and any citation that has it can be asked for the text.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.corpus.counting import Integers
from pipelines.corpus.identity import assembly_term, is_provisional, stated_term
from pipelines.folding import fold
from pipelines.store import Store, Transaction
from pipelines.version import program_version

LOOK_AHEAD = 40  # characters behind a citation in which it may name its term: "..., khóa XII"
AT_ONCE = 100  # articles in one transaction, some 10 ms
CODE = "<u8"
CITATION = np.dtype(
    [
        ("i", "<u4"),
        ("page_says", CODE),
        ("regulation", CODE),
        ("symbol", CODE),  # and the issuer's code
        ("surface", CODE),  # of a regulation cited by name
        ("date", CODE),  # a whole day of issue
        ("issuer", CODE),
        ("subject", CODE),
        ("resolved_by", CODE),
        ("resolved_in_page", CODE),
        ("term", "S8"),  # which the citation of a provisional regulation states: "k13", "qh15"
    ]
)

NONE = -1
LAST = "~"  # behind every day
Texts = NDArray[np.object_]


@lru_cache(maxsize=65_536)  # regulations, issuers and days repeat; the bound keeps a long run small
def code(text: str | None) -> int:
    """A number of 64 bits for a text, 0 for none; two of ten million texts share one by a chance of 3 in a million."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") if text is not None else 0


@lru_cache(maxsize=65_536)  # as above
def _alike(value: str | None) -> int:
    """The code of what two spellings of one claim have in common: "bộ Chính Trị " and "Bộ Chính trị"."""
    return code(" ".join(fold(value).text.split()).strip(" .,;:-")) if value is not None else 0


@cache
def _rules() -> int:
    """A number that changes with the rules by which citations become numbers."""
    ours = b"".join(Path(__file__).with_name(name).read_bytes() for name in ("ballots.py", "identity.py"))
    return zlib.crc32(program_version().encode() + ours)


def keep_ballots(store: Store) -> int:
    """How many articles were read, new or changed ones, or all where the rules are others."""
    n, last = 0, 0
    while True:
        with store.write() as tx:  # what is read may not change before it is kept
            missing = [row["id"] for row in tx.execute(_MISSING, [last, _rules(), AT_ONCE])]
            tx.executemany(_KEEP, [(article, _rules(), says) for article, says in _read(tx, missing)])
        if not missing:
            return n
        n, last = n + len(missing), missing[-1]


def _read(tx: Transaction, articles: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    for article in articles:
        citations = [_in_numbers(row) for row in tx.execute(_CITATIONS, [article])]
        yield article, np.array(citations, CITATION).tobytes()


def _in_numbers(row: sqlite3.Row) -> tuple[object, ...]:
    symbol = f"{row['symbol']}\t{row['issuer_code'] or ''}" if row["symbol"] is not None else None
    texts = (row["page_says"], row["regulation"], symbol, row["surface"], row["date"])
    resolved = (row["resolved_by"], row["resolved_in_page"])
    claimed = (_alike(row["issuer"]), _alike(row["subject"]))
    return (row["i"], *map(code, texts), *claimed, *map(code, resolved), _term(row).encode())


def _term(row: sqlite3.Row) -> str:
    """The term that the citation of a provisional regulation states, or nothing."""
    page_says = row["page_says"] or ""
    if not is_provisional(page_says):
        return ""
    if page_says.startswith("vn/state/"):
        return assembly_term(row["issuer_code"]) or ""
    return (stated_term(row["behind"], row["issuer"]) or "") if row["behind"] is not None else ""


@dataclass(frozen=True, slots=True)
class Ballots:
    """All citations, one a row, in the order of publication of their articles, then within an article.

    ``nth`` are places in ``articles`` and ``days``, ``page_says`` and ``regulation`` in ``regulations``, ``unit`` and
    ``province`` in ``units``, which are sorted; -1 is none.
    """

    citations: NDArray[np.void]
    nth: Integers
    cluster: Integers  # numbered from 0
    own: Integers
    unit: Integers
    province: Integers
    page_says: Integers
    regulation: Integers
    articles: Integers
    days: Texts
    regulations: Texts
    units: Texts

    def places(self, rows: Integers) -> tuple[Integers, Integers]:
        """The articles of some citations, and their numbers within them."""
        return self.articles[self.nth[rows]], self.citations["i"][rows]


def load_ballots(store: Store) -> Ballots:
    """What ``keep_ballots`` left in a database."""
    rows = list(store.tuples(_ARTICLES))
    ids, published, clusters, owns, provinces, units, says = zip(*rows, strict=True) if rows else ((),) * 7
    order = np.argsort(np.array([day or LAST for day in published], str), kind="stable")
    blobs = [says[at] or b"" for at in order.tolist()]
    citations = np.frombuffer(b"".join(blobs), CITATION)
    nth = np.repeat(np.arange(len(ids)), [len(blob) // CITATION.itemsize for blob in blobs])
    names = sorted({unit for unit in (*provinces, *units) if unit})
    place = {name: at for at, name in enumerate(names)}
    regulations = [row["id"] for row in store.rows("SELECT id FROM regulations ORDER BY id")]
    return Ballots(
        citations,
        nth,
        cluster=np.unique(np.array(clusters, np.int64), return_inverse=True)[1][order][nth],
        own=np.array(owns, np.int64)[order][nth],
        unit=np.array([place.get(unit, NONE) for unit in units], np.int64)[order][nth],
        province=np.array([place.get(province, NONE) for province in provinces], np.int64)[order][nth],
        page_says=_places(regulations, citations["page_says"]),
        regulation=_places(regulations, citations["regulation"]),
        articles=np.array(ids, np.int64)[order],
        days=np.array([day and day[:10] for day in published], object)[order],
        regulations=np.array(regulations, object),
        units=np.array(names, object),
    )


def _places(texts: Sequence[str], column: NDArray[np.uint64]) -> Integers:
    """The places of the texts that a column of codes stands for."""
    codes = np.array([code(text) for text in texts], np.uint64)
    order = np.argsort(codes)
    known, places = np.append(codes[order], np.iinfo(np.uint64).max), np.append(order, NONE)
    found = np.searchsorted(known, column)
    return np.where(known[found] == column, places[found], NONE)


_MISSING = """
SELECT a.id FROM articles a LEFT JOIN ballots b ON b.article = a.id
WHERE a.id > ? AND b.rules IS NOT ? ORDER BY a.id LIMIT ?
"""
_ARTICLES = """
SELECT a.id, a.published, coalesce(a.cluster, a.id), a.origin = 'own', a.province, a.unit, b.says
FROM articles a LEFT JOIN ballots b ON b.article = a.id ORDER BY a.id
"""
_KEEP = """
INSERT INTO ballots(article, rules, says) VALUES (?, ?, ?)
ON CONFLICT(article) DO UPDATE SET rules = excluded.rules, says = excluded.says
"""
_CITATIONS = f"""
SELECT i, regulation_in_page AS page_says, regulation, symbol, issuer_code, issuer, subject, resolved_by,
  resolved_in_page, iif(kind IN ('named', 'congress'), replace(surface, char(10), ' '), NULL) AS surface,
  iif(date_role = 'issued' AND length(date) = 10, date, NULL) AS date,
  CASE WHEN kind <> 'anaphor' AND regulation_in_page GLOB 'vn/party/*/-/*' THEN (
    SELECT substr(t.text, m."end" + 1, {LOOK_AHEAD}) FROM texts t WHERE t.article = m.article
  ) END AS behind
FROM mentions m WHERE article = ? ORDER BY i
"""  # noqa: S608 - our own number
