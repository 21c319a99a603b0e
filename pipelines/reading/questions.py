"""Ready questions: SQL with named parameters, which a reader fills in."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.reading import Row, row, rows
from pipelines.search import parse, search_regulations

MOST = 200  # rows shown; the rest is in the CSV
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """``given``: each parameter of the question, "" while nothing was typed; ``regulation``: the one that is meant.

    ``units``: those that can be asked about. ``columns`` and ``rows`` of the answer are empty while a parameter is
    missing; ``more``: there are more rows.
    """

    given: dict[str, str]
    regulation: Row | None
    units: list[Row]
    columns: tuple[str, ...]
    rows: list[Row]
    more: bool

    @property
    def complete(self) -> bool:
        """Whether every parameter is given."""
        return all(self.given.values())


def answer(connection: sqlite3.Connection, sql: str, typed: Mapping[str, str]) -> Answer:
    """The answer to a question of ours; a regulation may be typed in any spelling."""
    given = {name: typed.get(name, "").strip() for name in parameters(sql)}
    regulation = regulation_meant(connection, given.get("regulation", ""))
    if regulation:
        given["regulation"] = regulation["id"]
    units = rows(connection, UNITS) if "unit" in given else []
    if not all(given.values()):
        return Answer(given, regulation, units, (), [], False)
    cursor = connection.execute(sql, given)
    columns = tuple(column[0] for column in cursor.description)
    found = [dict(zip(columns, tuple(one), strict=True)) for one in cursor.fetchmany(MOST + 1)]
    return Answer(given, regulation, units, columns, found[:MOST], len(found) > MOST)


def parameters(sql: str) -> list[str]:
    """The names of the parameters of a query, in order."""
    return list(dict.fromkeys(_PARAMETER.findall(sql)))


def regulation_meant(connection: sqlite3.Connection, typed: str) -> Row | None:
    """The regulation of that identity, or the best that is written so; None when there is none."""
    found = row(connection, REGULATION, (typed,))
    query = parse(typed)
    if found or query is None:
        return found
    written = search_regulations(connection, query, limit=1)
    return row(connection, REGULATION, (written[0]["id"],)) if written else None


REGULATION = "SELECT * FROM regulations WHERE id = ?"
UNITS = "SELECT slug, name FROM units WHERE valid_to IS NULL ORDER BY slug"
