"""Regulations that a query names, in any spelling, or that are about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pipelines.folding import fold, normalise
from pipelines.references import find_references
from pipelines.search.query import Query


def search_regulations(connection: sqlite3.Connection, query: Query, *, limit: int = 8) -> list[dict[str, Any]]:
    """Regulations that are written so or are about it: id, label, subject, alias; exact spellings, then the most cited.

    Each token must be a word of one alias: "quy dinh 96" finds 96-QĐ/TW. Where no alias has them, the query is read as
    a citation of an article would be ("NĐ178", "Quy định 96 của Bộ Chính trị"), and then label and subject are asked.
    """
    connection.create_function("folded", 1, _folded, deterministic=True)
    return (
        _written_so(connection, _ALIASES, query, limit)
        or _cited_so(connection, query, limit)
        or _written_so(connection, _NAMES, query, limit)
    )


@lru_cache(maxsize=16384)  # every search asks the same labels and subjects again
def _folded(text: str | None) -> str:
    return fold(normalise(text)).text if text else ""


def _written_so(connection: sqlite3.Connection, written: str, query: Query, limit: int) -> list[dict[str, Any]]:
    """The regulations of which one name (of the query ``written``) has every token of the query as a word."""
    tokens = [fold(token).text for token in query.tokens]
    words = " AND ".join(f"instr(folded, :bare{i}) AND instr({_SPELLING}, :token{i})" for i in range(len(tokens)))
    parameters: dict[str, Any] = {"spelling": f" {' '.join(tokens)} ", "number": tokens[0], "limit": limit}
    for i, token in enumerate(tokens):
        parameters |= {f"bare{i}": token, f"token{i}": f" {token} "}
    return _rows(connection, _WRITTEN_SO.format(written=written, spelling=_SPELLING, words=words), parameters)


def _cited_so(connection: sqlite3.Connection, query: Query, limit: int) -> list[dict[str, Any]]:
    """The regulations that the first citation in the query can mean: what it leaves open may be anything."""
    cited = next(iter(find_references(query.text).mentions), None)
    if cited is None:
        return []
    return _rows(
        connection,
        _CITED_SO,
        {
            "id": cited.regulation,
            "number": cited.number,
            "year": cited.year,
            "type": None if fold(cited.surface).text.startswith("qd") else cited.type,  # QĐ stands for two types
            "code": cited.issuer_code,
            "limit": limit,
        },
    )


def _rows(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, tuple(row), strict=True)) for row in cursor]


_ALIASES = "SELECT regulation, alias, folded FROM regulation_aliases"
_NAMES = (
    "SELECT id AS regulation, NULL AS alias,"
    " folded(label || ' ' || coalesce(symbol, '') || ' ' || coalesce(subject, '')) AS folded FROM regulations"
)
# Folded words between single spaces.
_SPELLING = "' ' || replace(replace(replace(replace(folded, '-', ' '), '/', ' '), ',', ' '), '.', ' ') || ' '"
# Materialized, so that a label is folded once and not for every word that is looked for in it.
_WRITTEN_SO = """
WITH written AS MATERIALIZED ({written}), found AS (
  SELECT regulation, min(alias) AS alias, max({spelling} = :spelling) AS exact
  FROM written WHERE {words} GROUP BY regulation
)
SELECT r.id, r.label, r.subject, found.alias, r.n_mentions
FROM found JOIN regulations r ON r.id = found.regulation
ORDER BY exact DESC, r.number IS :number DESC, r.n_mentions DESC, r.id
LIMIT :limit
"""
_CITED_SO = """
SELECT r.id, r.label, r.subject, NULL AS alias, r.n_mentions
FROM regulations r
WHERE r.id = :id OR (
  r.number = :number AND r.year IS coalesce(:year, r.year) AND r.type IS coalesce(:type, r.type)
  AND r.issuer_code IS coalesce(:code, r.issuer_code)
)
ORDER BY r.id IS :id DESC, r.n_mentions DESC, r.id
LIMIT :limit
"""
