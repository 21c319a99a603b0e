"""Brings a database up to the schema of this program: one function a step, recorded by sqlite-utils."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from pipelines.errors import StorageError

SCHEMA = Path(__file__).with_name("schema.sql")
migrations = Migrations("danchieu")


def statements(script: str) -> list[str]:
    """The statements of an SQL script, triggers whole.

    ``executescript`` would commit the transaction a migration runs in.
    """
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found


@migrations()
def m0001_schema(db: Database) -> None:
    """Every table of ``schema.sql``."""
    for statement in statements(SCHEMA.read_text(encoding="utf-8")):
        db.conn.execute(statement)


def newer_steps(db: Database) -> set[str]:
    """The steps a database has taken that this program does not know: not empty when it was made by a newer one."""
    with Database(memory=True) as empty:
        known = {step.name for step in migrations.pending(empty)}
    return {step.name for step in migrations.applied(db)} - known


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Applies the missing steps; raises ``StorageError`` for the database of a newer program.

    The write lock is taken before looking, so that two processes may open a new file at once.
    """
    db = Database(connection)
    if unknown := newer_steps(db):
        raise StorageError(
            f"{path} was written by a newer danchieu (it knows {', '.join(sorted(unknown))}): update the program, "
            "or name another database with --db"
        )
    if not migrations.pending(db):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
