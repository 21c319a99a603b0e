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
    """``given``: each parameter of the question with what was meant by what was typed, "" while nothing was.

    ``columns`` and ``rows`` of the answer, both empty while a parameter is missing; ``more``: there are more rows.
    ``units``: those that can be asked about.
    """

    given: dict[str, str]
    columns: tuple[str, ...]
    rows: list[Row]
    more: bool
    units: list[Row]

    @property
    def complete(self) -> bool:
        """Whether every parameter is given."""
        return all(self.given.values())


def answer(connection: sqlite3.Connection, sql: str, typed: Mapping[str, str]) -> Answer:
    """The answer to a question of ours; a regulation may be typed in any spelling."""
    given = {name: meant(connection, name, typed.get(name, "").strip()) for name in parameters(sql)}
    units = rows(connection, UNITS) if "unit" in given else []
    if not all(given.values()):
        return Answer(given, (), [], False, units)
    cursor = connection.execute(sql, given)
    columns = tuple(column[0] for column in cursor.description)
    found = [dict(zip(columns, tuple(one), strict=True)) for one in cursor.fetchmany(MOST + 1)]
    return Answer(given, columns, found[:MOST], len(found) > MOST, units)


def parameters(sql: str) -> list[str]:
    """The names of the parameters of a query, in order."""
    return list(dict.fromkeys(_PARAMETER.findall(sql)))


def meant(connection: sqlite3.Connection, name: str, typed: str) -> str:
    """What is asked for by what was typed: the identity of a regulation in any spelling, else the words themselves."""
    found = regulation_meant(connection, typed) if name == "regulation" else None
    return found["id"] if found else typed


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
