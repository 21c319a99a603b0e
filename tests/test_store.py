"""The database file: made, migrated, refused, locked, full; and the one write transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlite_utils import Database

from pipelines.errors import DanchieuError, InputError, StorageError
from pipelines.migrations import SCHEMA, migrations, statements
from pipelines.store import PAGE_SIZE, Store, reading


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "danchieu.db"


def shape(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Everything of a schema that matters: objects with their text, and columns as SQLite sees them."""
    objects = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> '_sqlite_migrations' ORDER BY 1, 2"
    ).fetchall()
    columns = [
        (name, *tuple(column))
        for kind, name, _ in objects
        if kind == "table"
        for column in connection.execute(f'PRAGMA table_xinfo("{name}")')
    ]
    return [*map(tuple, objects), *columns]


def test_a_new_database_has_the_schema_and_settings(path: Path) -> None:
    with Store.open(path) as store:
        assert store.value("PRAGMA journal_mode") == "wal"
        assert store.value("PRAGMA page_size") == PAGE_SIZE
        assert store.value("PRAGMA foreign_keys") == 1
        with closing(sqlite3.connect(":memory:")) as fresh:
            for statement in statements(SCHEMA.read_text(encoding="utf-8")):
                fresh.execute(statement)
            assert shape(store.connection) == shape(fresh)


def test_opening_again_changes_nothing(path: Path) -> None:
    with Store.open(path) as store:
        before = shape(store.connection)
    with Store.open(path) as store:
        assert shape(store.connection) == before
        assert migrations.pending(Database(store.connection)) == []


def test_a_newer_database_is_refused_and_left_alone(path: Path) -> None:
    with Store.open(path) as store:
        store.connection.execute(
            "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('danchieu', 'm0999_future', '')"
        )
    with pytest.raises(StorageError, match=r"newer danchieu.*m0999_future.*update the program") as caught:
        Store.open(path)
    assert caught.value.exit_code == 4


def test_two_processes_may_make_the_file_at_once(path: Path) -> None:
    errors: list[BaseException] = []

    def make() -> None:
        try:
            Store.open(path).close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


class Reluctant(sqlite3.Connection):
    """Says "locked" the first few times that its mode is to be changed, as SQLite does when two change it at once."""

    refusals = 3

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        if sql == "PRAGMA journal_mode = WAL" and self.refusals:
            self.refusals -= 1
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise locked
        return super().execute(sql, *parameters)  # type: ignore[arg-type]


def test_a_new_file_whose_mode_another_changes_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Reluctant))
    with Store.open(path) as store:
        assert store.value("PRAGMA journal_mode") == "wal"


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    with Store.open(path) as store:
        with store.write() as tx:
            tx.execute("INSERT INTO hosts(host) VALUES ('kept')")
        with pytest.raises(sqlite3.IntegrityError), store.write() as tx:
            tx.executemany("INSERT INTO hosts(host) VALUES (?)", [["lost"], ["kept"]])
        assert [row["host"] for row in store.rows("SELECT host FROM hosts")] == ["kept"]


def test_writers_wait_for_one_another(path: Path) -> None:
    """A deferred BEGIN would lose some of these with "database is locked"."""
    Store.open(path).close()

    def write() -> None:
        with Store.open(path) as store:
            for _ in range(50):
                with store.write() as tx:
                    n = tx.execute("SELECT coalesce(max(failures), 0) FROM hosts").fetchone()[0]
                    tx.execute("INSERT INTO hosts(host, failures) VALUES (?, ?)", [f"host{n + 1}", n + 1])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(path) as store:
        assert store.value("SELECT count(*) FROM hosts") == 200


def test_a_full_disk_is_said_plainly_and_loses_nothing(path: Path) -> None:
    with Store.open(path) as store:
        with store.write() as tx:
            tx.execute("INSERT INTO hosts(host) VALUES ('kept')")
        store.connection.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count')}")
        with pytest.raises(StorageError, match="the disk is full or failing: make room"), store.write() as tx:
            tx.execute("INSERT INTO hosts(host, robots_text) VALUES ('lost', ?)", ["x" * 10_000_000])
        assert [row["host"] for row in store.rows("SELECT host FROM hosts")] == ["kept"]


def test_what_is_no_database_of_ours(path: Path) -> None:
    path.parent.mkdir()
    cases: list[tuple[bytes, type[DanchieuError], str]] = [
        (b"<html>not a database</html>" * 100, StorageError, "not a danchieu database"),
        (b"", StorageError, "not a danchieu database"),
    ]
    for content, error, words in cases:
        path.write_bytes(content)
        with pytest.raises(error, match=words), reading(path):
            pass
    with pytest.raises(InputError, match="does not exist: run"), reading(path.with_name("none.db")):
        pass


def test_a_stranger_s_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs(a)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="not a danchieu database"):
        Store.open(path)
    assert path.read_bytes() == before


@contextmanager
def unable_to_write(folder: Path) -> Iterator[None]:
    """This process may read in the folder and not write; as root, whom no mode stops, it is somebody else so long."""
    folder.chmod(0o555)
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_a_reader_needs_no_writable_disk() -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "danh mục?#%20.db"
        Store.open(path).close()
        with unable_to_write(path.parent), reading(path) as store:
            assert store.value("SELECT count(*) FROM articles") == 0
            assert not list(path.parent.glob("*-shm")), "else this test shows nothing"


def test_a_log_that_cannot_be_read_is_not_passed_over() -> None:
    """What it holds would be missing without a word."""
    with TemporaryDirectory() as name:
        path = Path(name) / "danchieu.db"
        Store.open(path).close()
        path.with_name("danchieu.db-wal").write_bytes(b"of a writer that was killed")
        with unable_to_write(path.parent), pytest.raises(StorageError, match="cannot be written"), reading(path):
            pass


def test_a_reader_cannot_write(path: Path) -> None:
    Store.open(path).close()
    with pytest.raises(StorageError), reading(path) as store:
        store.connection.execute("INSERT INTO hosts(host) VALUES ('x')")
