"""Opens the database and owns the only write transaction."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipelines.errors import DanchieuError, InputError, StorageError
from pipelines.integrity import check_space
from pipelines.migrations import is_older, migrate, refuse_newer

Transaction = sqlite3.Connection  # one that is inside BEGIN IMMEDIATE: who is given it writes and never commits
PAGE_SIZE = 16384  # full scans 2-4x faster than with 4096, and smaller files: rows of 3 kB waste small pages
BUSY_SECONDS = 30
JOURNAL_LIMIT = 64 * 1024 * 1024
RESERVE = 32 * 1024 * 1024  # bytes that stay free: the largest page (16 MiB) in the archive and its rows in the log

_PLAIN = (
    (r"disk is full|disk I/O error", "the disk is full or failing: make room, then run the same command again"),
    (r"readonly|unable to open|permission|read-only", "it cannot be written: check the folder's permissions"),
    (r"locked|busy", "another process holds it: wait for that one to end, then run the same command again"),
    (r"not a database|malformed|encrypted", "it is not a danchieu database, or damaged: restore a backup or use --db"),
)
_ELSE = "it cannot be used: check that its folder exists and can be written"


def storage_error(error: Exception, path: Path) -> StorageError:
    """A plain sentence for what SQLite or the system said about a file."""
    said = str(error)
    advice = next((advice for pattern, advice in _PLAIN if re.search(pattern, said, re.IGNORECASE)), _ELSE)
    return StorageError(f"{path}: {advice} ({said})")


class Store:
    """A database of ours, open. Use as a context manager; not shared between threads at the same time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, reserve: int = 0) -> None:
        self.path = path
        self.connection = connection
        self.reserve = reserve

    @classmethod
    def open(cls, path: Path, *, reserve: int = RESERVE, say: Callable[[str], None] = lambda line: None) -> Self:
        """The database at ``path``, made or brought up to date; ``say`` is told when an older one was.

        ``reserve`` is how many bytes of the disk every transaction leaves free. Raises ``StorageError`` when they are
        not, and when the file cannot be opened, written, or was made by a newer program.
        """
        connection: sqlite3.Connection | None = None
        try:
            check_space(path, reserve)
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(path)
            _refuse_foreign(connection, path)  # before the first pragma that writes
            refuse_newer(connection, path)
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            _go_over_to_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT}")
            migrate(connection, path, say)
        except (OSError, sqlite3.Error) as error:
            if connection is not None:
                connection.close()
            raise storage_error(error, path) from error
        except StorageError:
            if connection is not None:
                connection.close()
            raise
        return cls(path, connection, reserve)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """The one write transaction: committed at the end, rolled back when anything is raised.

        BEGIN IMMEDIATE, since a deferred BEGIN lost 115 of 600 writes with two writers. Raises ``StorageError``.
        """
        if self.reserve:  # one system call: a log that grows until nothing fits would leave no room to clean up
            check_space(self.path, self.reserve)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException as error:
            # A full disk has rolled back already, and a second ROLLBACK would hide the cause.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
                error, sqlite3.IntegrityError | sqlite3.ProgrammingError
            ):
                raise storage_error(error, self.path) from error
            raise

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[sqlite3.Row]:
        """The rows of a query, by column name."""
        return self.connection.execute(sql, parameters).fetchall()

    def tuples(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as they come, without names: for those that are many."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        return cursor.execute(sql)

    def value(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> object:
        """The first column of the first row of a query, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def compact_into(self, target: Path) -> None:
        """Nothing; a new file holds this database without free pages. Raises ``StorageError``."""
        try:
            self.connection.execute("VACUUM INTO ?", [str(target)])
        except sqlite3.OperationalError as error:
            raise storage_error(error, target) from error

    def close(self) -> None:
        """Folds the log back into the file when nobody else uses it, and closes."""
        try:
            self.connection.execute("PRAGMA busy_timeout = 0")  # another process at work will do it
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            pass  # a reader is still at work or the disk is full: SQLite folds it back at the next opening
        finally:
            self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connect(path: Path | str) -> sqlite3.Connection:
    """A connection to a file, or to what a URI of SQLite names."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=isinstance(path, str)
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that never writes. Raises ``sqlite3.Error``.

    SQLite writes files beside a database in WAL mode even to read it. Where it may not, the file is taken as one that
    nobody changes, which is wrong only while a log waits to be folded in.
    """
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or _has_log(path):
            raise
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
    return connection


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _go_over_to_log(connection: sqlite3.Connection) -> None:
    """Nothing; the database is in WAL mode.

    Of two processes that both read a new file and want to change its mode, SQLite tells one "locked" at once, since
    neither would ever give way; that one has to let go and try again.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _refuse_foreign(connection: sqlite3.Connection, path: Path, *, empty: bool = False) -> None:
    """Raises ``StorageError`` for a database of somebody else's, and for one without tables if ``empty``."""
    tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "articles" not in tables and (tables or empty):
        raise StorageError(f"{path} is not a danchieu database: name another one with --db")


@contextmanager
def reading(path: Path) -> Iterator[Store]:
    """A database opened for reading only, from a read-only disk too.

    Raises ``InputError`` when it is missing, ``StorageError`` when it is not ours or cannot be read.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder: name the database file with --db")
    if not path.is_file():
        raise InputError(f"{path} does not exist: run `danchieu demo` or `danchieu crawl` first, or name one with --db")
    connection: sqlite3.Connection | None = None
    try:
        connection = _connect_to_read(path)
        _refuse_foreign(connection, path, empty=True)
        refuse_newer(connection, path)
        yield Store(path, connection)
    except DanchieuError:
        raise
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    finally:
        if connection is not None:
            connection.close()


def bring_up_to_date(path: Path, say: Callable[[str], None]) -> None:
    """Nothing; the database of an older program is one of this program, and ``say`` was told.

    What is missing, or no database of ours, is left to whoever opens it.
    """
    if not path.is_file():
        return
    try:
        with closing(_connect(path)) as connection:
            older = is_older(connection)
    except sqlite3.Error:
        return
    if older:
        Store.open(path, reserve=0, say=say).close()
