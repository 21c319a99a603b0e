"""What a reader asks of a database: read-only questions over a plain ``sqlite3`` connection, answered as frozen values.

Nothing here knows of Datasette or of HTML; ``output/plugins`` shows the answers, tests compare them with known truth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

# Tables that together are found in no database but ours.
SIGNATURE = frozenset({"articles", "texts", "mentions", "regulations", "regulation_links", "coverage", "site_runs"})


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the database holds our tables, whatever its file is called."""
    names = {name for (name,) in map(tuple, connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))}
    return names >= SIGNATURE


def rows(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
    """The rows of a query as dictionaries, whatever the connection's row factory."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, tuple(row), strict=True)) for row in cursor]


def row(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Row | None:
    """The first row of a query as a dictionary, or None."""
    return next(iter(rows(connection, sql, parameters)), None)
