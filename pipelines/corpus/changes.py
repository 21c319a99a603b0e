"""Brings a table to what it should be by writing only the rows that differ, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from pipelines.store import Store

STEP_SECONDS = 0.05  # of a transaction, by the clock: others wait for the lock as long, on a slow machine too
STEP_ROWS = 50  # rows between two looks at the clock


def write_in_steps(store: Store, sql: str, rows: Sequence[Sequence[object]]) -> int:
    """The number of rows written by one statement each, in transactions of some ``STEP_SECONDS``."""
    written = 0
    while written < len(rows):
        with store.write() as tx:
            until = time.monotonic() + STEP_SECONDS
            while written < len(rows) and time.monotonic() < until:
                tx.executemany(sql, map(tuple, rows[written : written + STEP_ROWS]))
                written += STEP_ROWS
    return len(rows)


def prepare(store: Store, table: str, select: str) -> None:
    """Nothing; the rows of a query stand in a temporary table, which needs no lock of the database."""
    store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    store.connection.execute(f"CREATE TEMP TABLE {table} AS {select}")


def fill(store: Store, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Nothing; the given rows stand in a temporary table."""
    store.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    store.connection.execute(f"CREATE TEMP TABLE {table}({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    store.connection.executemany(f"INSERT INTO temp.{table} VALUES ({marks})", rows)  # noqa: S608 - our own names


def replace_rows(store: Store, table: str, keys: Sequence[str], fresh: str, *, among: str = "TRUE") -> int:
    """How many rows were deleted or written so that ``table`` holds what the temporary table ``fresh`` holds.

    Only the rows of ``table`` that fulfil the condition ``among`` are deleted.
    """
    key, columns = ", ".join(keys), _columns(store, fresh)
    names = ", ".join(columns)
    gone = store.rows(
        f"SELECT {key} FROM main.{table} WHERE {among} EXCEPT SELECT {key} FROM temp.{fresh}"  # noqa: S608 - our own names
    )
    new = _differing(store, table, names, fresh)
    marks = ", ".join("?" * len(columns))
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    deleted = write_in_steps(
        store,
        f"DELETE FROM main.{table} WHERE ({key}) = ({', '.join('?' * len(keys))})",  # noqa: S608 - our own names
        gone,
    )
    written = write_in_steps(
        store,
        f"INSERT INTO main.{table}({names}) VALUES ({marks}) "  # noqa: S608 - our own names
        f"ON CONFLICT({key}) DO {f'UPDATE SET {sets}' if sets else 'NOTHING'}",
        new,
    )
    return deleted + written


def update_rows(store: Store, table: str, key: str, fresh: str) -> int:
    """How many rows of ``table`` were changed so that their columns are those of ``fresh``, its first being ``key``."""
    columns = _columns(store, fresh)
    new = _differing(store, table, ", ".join(columns), fresh)
    sets = ", ".join(f"{name} = ?{nth}" for nth, name in enumerate(columns, start=1) if name != key)
    return write_in_steps(store, f"UPDATE main.{table} SET {sets} WHERE {key} = ?1", new)  # noqa: S608 - our own names


def _columns(store: Store, fresh: str) -> list[str]:
    described = store.connection.execute(f"SELECT * FROM temp.{fresh} LIMIT 0").description  # noqa: S608 - our own names
    return [column[0] for column in described]


def _differing(store: Store, table: str, names: str, fresh: str) -> list[Sequence[object]]:
    sql = f"SELECT {names} FROM temp.{fresh} EXCEPT SELECT {names} FROM main.{table}"  # noqa: S608 - our own names
    return list(store.rows(sql))
