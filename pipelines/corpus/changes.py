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
    store.connection.execute("BEGIN")  # of the temporary tables alone: else every row is a transaction
    store.connection.executemany(f"INSERT INTO temp.{table} VALUES ({marks})", rows)  # noqa: S608 - our own names
    store.connection.execute("COMMIT")


def replace_rows(store: Store, table: str, keys: Sequence[str], fresh: str, *, among: str = "TRUE") -> int:
    """How many rows were deleted or written so that ``table`` holds what the temporary table ``fresh`` holds.

    Only the rows of ``table`` that fulfil the condition ``among`` are deleted.
    """
    key, columns = ", ".join(keys), _columns(store, fresh)
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    written = write_in_steps(
        store,
        f"INSERT INTO main.{table}({names}) VALUES ({marks}) "  # noqa: S608 - our own names
        f"ON CONFLICT({key}) DO {f'UPDATE SET {sets}' if sets else 'NOTHING'}",
        _differing(store, table, keys, columns, fresh),
    )
    return written + _delete_gone(store, table, key, fresh, among)


def _delete_gone(store: Store, table: str, key: str, fresh: str, among: str) -> int:
    """How many rows were deleted whose key ``fresh`` has not, all of whose rows ``table`` has."""
    surplus = f"SELECT (SELECT count(*) FROM main.{table} WHERE {among}) > (SELECT count(*) FROM temp.{fresh})"  # noqa: S608
    if not store.value(surplus):
        return 0
    gone = store.rows(
        f"SELECT {key} FROM main.{table} WHERE {among} EXCEPT SELECT {key} FROM temp.{fresh}"  # noqa: S608 - our own names
    )
    marks = ", ".join("?" * (key.count(",") + 1))
    return write_in_steps(store, f"DELETE FROM main.{table} WHERE ({key}) = ({marks})", gone)  # noqa: S608 - our own names


def update_rows(store: Store, table: str, key: str, fresh: str) -> int:
    """How many rows of ``table`` were changed so that their columns are those of ``fresh``, its first being ``key``."""
    columns = _columns(store, fresh)
    new = _differing(store, table, (key,), columns, fresh)
    sets = ", ".join(f"{name} = ?{nth}" for nth, name in enumerate(columns, start=1) if name != key)
    return write_in_steps(store, f"UPDATE main.{table} SET {sets} WHERE {key} = ?1", new)  # noqa: S608 - our own names


def _columns(store: Store, fresh: str) -> list[str]:
    described = store.connection.execute(f"SELECT * FROM temp.{fresh} LIMIT 0").description  # noqa: S608 - our own names
    return [column[0] for column in described]


def _differing(
    store: Store, table: str, keys: Sequence[str], columns: Sequence[str], fresh: str
) -> list[Sequence[object]]:
    """The rows of ``fresh`` that ``table`` has not; quickest where they come in the order of its key."""
    rest = [name for name in columns if name not in keys]
    ours, theirs = (", ".join(f"{one}.{name}" for name in rest) for one in ("f", "t"))
    differs = f"({ours}) IS NOT ({theirs})" if rest else "FALSE"
    sql = f"""
    SELECT {", ".join(f"f.{name}" for name in columns)} FROM temp.{fresh} f LEFT JOIN main.{table} t
    USING ({", ".join(keys)}) WHERE t.{keys[0]} IS NULL OR {differs}
    """  # noqa: S608 - our own names
    return list(store.rows(sql))
