"""What a person decided about citations, applied after every understanding of their article.

A correction names an article, the digest of the text it was made on, a span in it and one column of ``mentions``.
``regulation`` is the document the citation means (none: it is no citation of a regulation); what the page alone says
stays in ``regulation_in_page``. A correction that fits no more is left out and said so in ``notes``.
"""

from __future__ import annotations

import re
import sqlite3

from pipelines.references.naming import Name, label_of
from pipelines.references.registers import document_types
from pipelines.store import Transaction

UNFIT = "correction_unfit"  # the kind of note
FLAG = "corrected"
COLUMNS = frozenset(
    ("kind", "type", "number", "year", "abbreviation", "symbol", "issuer_code", "issuer", "place", "place_by", "date",
     "date_role", "date_inferred", "pinpoint", "subject", "regulation", "quoted", "zone")
)  # fmt: skip
_REGULATION = re.compile(r"vn/(?:state|party|org)/[^/\s]+/[^/\s]+/(?:-|\d{4}|k?\d{1,2})/[^/\s]+")


def apply_corrections(tx: Transaction, article: int) -> int:
    """How many rows were written to make the citations of an article what its corrections say.

    Nothing is written that stands already, so that it may be called at any time.
    """
    corrections = tx.execute(_CORRECTIONS, [article]).fetchall()
    written, unfit = 0, []
    for row in corrections:
        why = _unfit(row)
        if why is None:
            try:
                written += _apply(tx, row)
            except sqlite3.IntegrityError:
                why = f"{row['value']!r} is no value for it"
        if why is not None:
            unfit.append(f"{row['field']} at {row['start']}-{row['end']}: {why}")
    return written + _note(tx, article, unfit)


def apply_all_corrections(tx: Transaction) -> int:
    """How many rows were written for the corrections of all articles: people decide at any time."""
    articles = tx.execute("SELECT DISTINCT article FROM corrections JOIN articles ON id = article").fetchall()
    return sum(apply_corrections(tx, row["article"]) for row in articles)


def _unfit(row: sqlite3.Row) -> str | None:
    """Why a correction cannot be applied, or None."""
    if row["field"] not in COLUMNS:
        return "it is no column that can be corrected"
    if row["text_sha256"] != row["text_now"]:
        return "the text has changed since"
    if row["i"] is None:
        return "no citation stands there"
    if row["field"] == "regulation" and row["value"] is not None and not _REGULATION.fullmatch(row["value"]):
        return f"{row['value']!r} is no identifier of a regulation"
    return None


def _apply(tx: Transaction, row: sqlite3.Row) -> int:
    """1 when the citation was not yet as corrected, else 0."""
    field, value = row["field"], row["value"]
    sets = f'"{field}" = :value, flags = {_FLAGGED}'
    if field == "regulation":
        sets += ", resolved_by = NULL"
        if value is not None:
            _know(tx, value)
    where = f'article = :article AND i = :i AND ("{field}" IS NOT :value OR NOT {_IS_FLAGGED})'
    parameters = {"value": value, "article": row["article"], "i": row["i"], "flag": FLAG}
    return tx.execute(f"UPDATE mentions SET {sets} WHERE {where}", parameters).rowcount  # noqa: S608 - our own names


def _know(tx: Transaction, id_: str) -> None:
    """Makes sure that a regulation a person named has a row."""
    name = Name.of(id_)
    kind = document_types().get(name.type.removesuffix("-qppl"))
    number = None if name.number.startswith("~") else name.number
    tx.execute(
        "INSERT INTO regulations(id, label, system, type, number, year, provisional) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [id_, label_of(id_), name.system, kind.name if kind else None, number, name.year, name.period == "-"],
    )


def _note(tx: Transaction, article: int, unfit: list[str]) -> int:
    """How many notes changed so that the article's say which corrections fit no more."""
    known = [
        row["text"]
        for row in tx.execute("SELECT text FROM notes WHERE article = ? AND kind = ? ORDER BY id", [article, UNFIT])
    ]
    if known == unfit:
        return 0
    tx.execute("DELETE FROM notes WHERE article = ? AND kind = ?", [article, UNFIT])
    tx.executemany(
        "INSERT INTO notes(article, fetch, kind, text) SELECT id, fetch, ?, ? FROM articles WHERE id = ?",
        [(UNFIT, text, article) for text in unfit],
    )
    return len(unfit) + len(known)


_IS_FLAGGED = "EXISTS (SELECT 1 FROM json_each(flags) WHERE value = :flag)"
_FLAGGED = f"iif({_IS_FLAGGED}, flags, json_insert(flags, '$[#]', :flag))"

_CORRECTIONS = """
SELECT c.*, a.text_sha256 AS text_now, m.i
FROM corrections c JOIN articles a ON a.id = c.article
LEFT JOIN mentions m ON m.article = c.article AND m.start = c.start AND m."end" = c."end"
WHERE c.article = ? ORDER BY c.start, c."end", c.field, c.text_sha256
"""
