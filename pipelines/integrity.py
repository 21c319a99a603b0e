"""Whether a database is whole (its schema, its foreign keys, its search index) and the disk has room for it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from pipelines.errors import StorageError

Part = tuple[object, ...]


def shape(connection: sqlite3.Connection) -> frozenset[Part]:
    """What a schema is, whatever way it came about: columns as SQLite sees them, indexes and triggers with their text.

    The place of a column in its table is left out: a column that a migration adds stands last. So is the text of a
    table, which then differs too.
    """
    objects = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^'"
        " AND tbl_name <> '_sqlite_migrations'"
    ).fetchall()
    parts: set[Part] = set()
    for kind, name, sql in objects:
        if kind == "table":
            parts |= {
                ("column", name, *tuple(column)[1:]) for column in connection.execute(f'PRAGMA table_xinfo("{name}")')
            }
        else:
            parts.add((kind, name, re.sub(r"\s+", " ", sql or "")))
    return frozenset(parts)


def check_search(tx: sqlite3.Connection, path: Path) -> None:
    """Nothing; raises ``StorageError`` when the search index does not hold what the texts say.

    The 1 has FTS5 compare it with the table it is over; it is written because FTS5 takes its commands as rows.
    """
    try:
        tx.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"{path}: the search index does not fit the texts ({error}): restore a backup, or have FTS5 rebuild it"
        ) from error


def check_keys(connection: sqlite3.Connection, path: Path) -> None:
    """Nothing; raises ``StorageError`` when a row points to one that is not there."""
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StorageError(f"{path}: a row of {broken[0]} points to no row of {broken[2]}: restore a backup")


def check_space(path: Path, needed: int) -> None:
    """Nothing; raises ``StorageError`` when the disk of a file that may not be there yet has not so many bytes free."""
    folder = next(parent for parent in path.absolute().parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"{path}: the disk has {free / 2**20:,.1f} MB free and {needed / 2**20:,.1f} MB are needed: make room,"
            " then run the same command again"
        )


def copy_database(path: Path, target: Path) -> None:
    """Nothing; ``target`` is the database as it is at one moment, its log included, whatever others write meanwhile.

    Raises ``StorageError``; then there is no target.
    """
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StorageError(f"{path} cannot be copied to {target} ({error}): make room or name another file") from error
