"""Older databases become what a new one is, after a backup; newer ones are refused; what fails changes nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from conftest import Run
from corpus_world import World, article
from pipelines.errors import StorageError
from pipelines.integrity import check_keys, check_search, check_space, shape
from pipelines.migrations import SCHEMA, back_up, migrate, migrations, schema, statements
from pipelines.store import Store, bring_up_to_date, reading

ADDED_TABLE, ADDED_COLUMN, ADDED_INDEX = "precision_scores", "pattern", "urls_due"


def first_schema() -> list[str]:
    """The schema of an imagined first version: a table, a column and an index less than now."""
    kept = [s for s in statements(SCHEMA.read_text(encoding="utf-8")) if ADDED_TABLE not in s and ADDED_INDEX not in s]
    return [
        "\n".join(line for line in s.splitlines() if not line.startswith(f"  {ADDED_COLUMN} ")).replace(
            "('seen', 'guessed')),\n)", "('seen', 'guessed'))\n)"
        )
        for s in kept
    ]


def statement(word: str) -> str:
    return next(s for s in statements(SCHEMA.read_text(encoding="utf-8")) if word in s)


def three_steps() -> Migrations:
    """How that version would have come to be the present one."""
    steps = Migrations("danchieu")

    @steps()
    def m0001_first(db: Database) -> None:
        for one in first_schema():
            db.conn.execute(one)

    @steps()
    def m0002_scores(db: Database) -> None:
        db.conn.execute(statement(ADDED_TABLE))

    @steps()
    def m0003_pattern(db: Database) -> None:
        db.conn.execute(
            "ALTER TABLE sites ADD COLUMN pattern TEXT NOT NULL DEFAULT 'examples'"
            " CHECK (pattern IN ('examples', 'guessed'))"
        )
        db.conn.execute(statement(f"INDEX {ADDED_INDEX}"))

    return steps


def names(steps: Migrations) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as empty:
        return [step.name for step in steps.pending(Database(empty))]


def older(path: Path, steps: Migrations, last: str) -> None:
    """A database as a program knew it whose last step was this one, with a row or two."""
    known = names(steps)
    rest = known[known.index(last) + 1 :]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        steps.apply(Database(connection), stop_before=rest)
        connection.execute("INSERT INTO sites(id, name, kind, level) VALUES ('bao', 'Báo', 'newspaper', 'province')")
        connection.execute(
            "INSERT INTO articles(id, url, first_seen, text_sha256, version) VALUES (1, 'u', '', 'x', '0')"
        )
        connection.execute("INSERT INTO texts(article, text, paragraphs) VALUES (1, 'Quyết định', '[]')")


def fresh() -> frozenset[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for one in statements(SCHEMA.read_text(encoding="utf-8")):
            connection.execute(one)
        return shape(connection)


VERSIONS = [
    *(pytest.param(three_steps(), last, id=f"imagined-{last}") for last in names(three_steps())),
    *(pytest.param(migrations, last, id=last) for last in names(migrations)),
]


@pytest.mark.parametrize(("steps", "last"), VERSIONS)
def test_every_earlier_version_becomes_the_present_one(tmp_path: Path, steps: Migrations, last: str) -> None:
    path = tmp_path / "danchieu.db"
    older(path, steps, last)
    said: list[str] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        before = shape(connection)
        migrate(connection, path, said.append, steps)
        assert shape(connection) == fresh()
        check_search(connection, path)
        check_keys(connection, path)
        assert connection.execute("SELECT pattern FROM sites").fetchone() == ("examples",)
        assert connection.execute("SELECT rowid FROM articles_fts('quyet dinh')").fetchone() == (1,)
        migrate(connection, path, said.append, steps)
    backup = tmp_path / f"danchieu.db.bak-{last}"
    if last == names(steps)[-1]:
        assert said == []
        assert not backup.exists()
        return
    assert said == [f"{path} is of an older danchieu and is brought up to date; as it was, it is kept as {backup.name}"]
    with closing(sqlite3.connect(backup)) as connection:
        assert shape(connection) == before
        assert connection.execute("SELECT text FROM texts").fetchone() == ("Quyết định",)


def broken(wrong: Sequence[str]) -> Migrations:
    steps = three_steps()

    @steps()
    def m0004_wrong(db: Database) -> None:
        for one in wrong:
            db.conn.execute(one)

    return steps


WRONG = [
    (["DROP INDEX urls_ready"], "urls_ready.*is missing"),
    (["DROP TRIGGER texts_updated"], "texts_updated.*is missing"),
    (["ALTER TABLE hosts DROP COLUMN failures"], "failures.*is missing"),
    (["INSERT INTO url_aliases VALUES ('a', 'nowhere')"], "a row of url_aliases points to no row of urls"),
    (["INSERT INTO articles_fts(rowid, text, folded) VALUES (1, 'thừa', 'thừa')"], "search index does not fit"),
    (["DROP TABLE sketches", "SELECT colour FROM sites"], "no such column"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_a_migration_that_goes_wrong_changes_nothing(tmp_path: Path, wrong: list[str], words: str) -> None:
    path = tmp_path / "danchieu.db"
    older(path, three_steps(), "m0001_first")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        before = shape(connection)
        with pytest.raises((StorageError, sqlite3.OperationalError), match=words):
            migrate(connection, path, lambda line: None, broken(wrong))
        assert shape(connection) == before
        assert not connection.in_transaction
    assert (tmp_path / "danchieu.db.bak-m0001_first").exists()


def test_a_backup_holds_what_is_still_in_the_log(tmp_path: Path) -> None:
    with World(tmp_path / "a.db").open([article("tin", "Quy định 96")]) as store:
        backup = back_up(store.path, "v")
        with reading(backup) as copy:
            assert copy.value("SELECT count(*) FROM articles") == 1
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []


def test_space_is_looked_at_when_opening_and_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "danchieu.db"
    with pytest.raises(StorageError, match=r"the disk has .* MB free and .* MB are needed: make room") as caught:
        Store.open(path, reserve=1 << 62)
    assert caught.value.exit_code == 4
    assert not path.parent.exists(), "nothing was written"
    with Store.open(path) as store:
        store.reserve = 1 << 62
        with pytest.raises(StorageError, match="make room"), store.write():
            pytest.fail("it was not to begin")
        assert not store.connection.in_transaction
    check_space(path, 0)


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="it cannot be used") as caught:
        Store.open(tmp_path / "file" / "danchieu.db")
    assert caught.value.exit_code == 4


def test_a_reader_refuses_a_newer_database(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "danchieu.db"
    with Store.open(path) as store:
        store.connection.execute(
            "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('danchieu', 'm0999_future', '')"
        )
    with pytest.raises(StorageError, match=r"newer danchieu.*m0999_future"), reading(path):
        pytest.fail("it was not to be read")
    done = run("status", "--db", path)
    assert (done.returncode, "update the program" in done.stderr) == (4, True), done.stderr


def test_what_is_no_older_database_is_left_alone(tmp_path: Path) -> None:
    for name, content in (("none.db", None), ("empty.db", b""), ("text.db", b"not a database" * 100)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        bring_up_to_date(tmp_path / name, pytest.fail)
        assert (tmp_path / name).exists() == (content is not None)
        assert content is None or (tmp_path / name).read_bytes() == content


# What each step brings, as databases have it already: a change of ``schema.sql`` needs a step of its own.
BROUGHT = {
    "m0001_schema": "01eca38cf253ef95",
    "m0002_indexes": "b798677b6fc300f3",
    "m0003_articles_fetch": "43aa0554927d4daa",
    "m0004_ballots": "6e30efb2986a338e",
}


@pytest.mark.parametrize("step", names(migrations))
def test_a_step_brings_what_it_always_brought(step: str) -> None:
    lines = [line for one in schema(step) for line in one.splitlines() if not line.startswith("--")]
    digest = hashlib.sha256(" ".join(" ".join(lines).split()).encode()).hexdigest()[:16]
    assert digest == BROUGHT.get(step), f"{step} brings something else now: databases that took it would lack that"
