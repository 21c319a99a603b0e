"""Brings a database up to the schema of this program: one function a step, recorded by sqlite-utils.

``schema.sql`` is always the newest schema. Whoever changes it adds a step that makes the same of an older database.
What is a whole statement there is named in ``ADDED``, so that the first step leaves it to its own; for any other change
the first step needs a copy of the schema as it was then. The tests build a database of every earlier step, bring it up
to date and compare it with a new one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from pipelines.errors import StorageError
from pipelines.integrity import check_keys, check_search, check_space, copy_database, shape

SCHEMA = Path(__file__).with_name("schema.sql")
FIRST = "m0001_schema"
ADDED = {  # by the step that brings them
    "m0002_indexes": frozenset({"urls_again", "urls_found_on"}),
    "m0003_articles_fetch": frozenset({"articles_fetch"}),
    "m0004_ballots": frozenset(
        {"ballots", "mentions_inserted", "mentions_deleted", "mentions_updated", "texts_rewritten"}
    ),
}
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


def schema(step: str) -> list[str]:
    """The statements of ``schema.sql`` that a step brings."""
    later = {name: brings for brings, names in ADDED.items() for name in names}
    found = statements(SCHEMA.read_text(encoding="utf-8"))
    return [one for one in found if next((later[w] for w in one.split() if w in later), FIRST) == step]


@migrations()
def m0001_schema(db: Database) -> None:
    """Every table of ``schema.sql``."""
    for statement in schema(FIRST):
        db.conn.execute(statement)


@migrations()
def m0002_indexes(db: Database) -> None:
    """Indexes without which a start of a run, and every listing page, went through all known addresses."""
    for statement in schema("m0002_indexes"):
        db.conn.execute(statement)


@migrations()
def m0003_articles_fetch(db: Database) -> None:
    """The index that finds the article of a fetch, which understanding the archive again asks for every page."""
    db.conn.execute("DROP INDEX IF EXISTS articles_fetch")  # some databases of the second step have it
    for statement in schema("m0003_articles_fetch"):
        db.conn.execute(statement)


@migrations()
def m0004_ballots(db: Database) -> None:
    """The table that spares the corpus steps the reading of all citations every night, and what keeps it true."""
    for statement in schema("m0004_ballots"):
        db.conn.execute(statement)


def newer_steps(db: Database, steps: Migrations) -> set[str]:
    """The steps a database has taken that this program does not know: not empty when it was made by a newer one."""
    with Database(memory=True) as empty:
        known = {step.name for step in steps.pending(empty)}
    return {step.name for step in steps.applied(db)} - known


def refuse_newer(connection: sqlite3.Connection, path: Path, steps: Migrations = migrations) -> None:
    """Nothing; raises ``StorageError`` for the database of a newer program. Writes nothing."""
    if unknown := newer_steps(Database(connection), steps):
        raise StorageError(
            f"{path} was written by a newer danchieu (it knows {', '.join(sorted(unknown))}): update the program, "
            "or name another database with --db"
        )


def is_older(connection: sqlite3.Connection, steps: Migrations = migrations) -> bool:
    """Whether a database was made by an older program; one that has no rows of ours yet is not."""
    db = Database(connection)
    return bool(steps.applied(db)) and bool(steps.pending(db))


def migrate(
    connection: sqlite3.Connection, path: Path, say: Callable[[str], None], steps: Migrations = migrations
) -> None:
    """Applies the missing steps, all or none; raises ``StorageError`` for the database of a newer program.

    The write lock is taken before looking, so that two processes may open a new file at once. A database that has
    rows already is copied to ``<name>.bak-<its last step>`` before, and ``say`` is told so.
    """
    refuse_newer(connection, path, steps)
    db = Database(connection)
    if not steps.pending(db):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if steps.pending(db):
            _apply(connection, path, say, steps)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _apply(connection: sqlite3.Connection, path: Path, say: Callable[[str], None], steps: Migrations) -> None:
    db = Database(connection)
    older = steps.applied(db)
    if older:
        backup = back_up(path, older[-1].name)
        say(f"{path} is of an older danchieu and is brought up to date; as it was, it is kept as {backup.name}")
    steps.apply(db)
    if older:
        _check(connection, path)


def back_up(path: Path, version: str) -> Path:
    """A whole copy beside a database, its log included; it is there under its name only when it is complete.

    Raises ``StorageError`` when the disk has no room for it.
    """
    backup = path.with_name(f"{path.name}.bak-{version}")
    size = sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())
    check_space(path, 2 * size)  # the copy, and what the migration itself writes
    part = backup.with_name(f"{backup.name}.part")
    try:
        copy_database(path, part)
        part.replace(backup)
    finally:
        part.unlink(missing_ok=True)
    return backup


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Nothing; raises ``StorageError`` when a database that was brought up to date is not what a new one would be."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in statements(SCHEMA.read_text(encoding="utf-8")):
            fresh.execute(statement)
        if missing := shape(fresh) - shape(connection):
            raise StorageError(
                f"{path}: after the migration {sorted(map(str, missing))[0]} is missing; nothing was changed"
            )
    check_keys(connection, path)
    check_search(connection, path)
