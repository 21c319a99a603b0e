"""tables.yaml describes every table and column of schema.sql, once; Datasette is told, whatever a file is called."""

from __future__ import annotations

import runpy
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from world import GIA_LAI_PLAN, RULE_96, World

ROOT = Path(__file__).parent.parent
TABLES: dict[str, Any] = yaml.safe_load((ROOT / "output" / "tables.yaml").read_text(encoding="utf-8"))
KNOWN_METADATA = {"label_column", "sort", "sort_desc", "size", "facets", "hidden", "fts_table", "fts_pk"}


@pytest.fixture(scope="module")
def schema() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript((ROOT / "pipelines" / "schema.sql").read_text(encoding="utf-8"))
        yield connection


def ordinary_tables(schema: sqlite3.Connection) -> list[str]:
    """The tables of ours: no shadow tables of the search index."""
    listed = schema.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall()
    return [name for name, kind in listed if kind == "table" and not name.startswith("sqlite_")]


def columns(schema: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in schema.execute(f'PRAGMA table_xinfo("{table}")')]


def test_every_table_is_described(schema: sqlite3.Connection) -> None:
    assert set(TABLES) == set(ordinary_tables(schema))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_in_both_languages(schema: sqlite3.Connection, table: str) -> None:
    described = TABLES[table]
    assert list(described["columns"]) == columns(schema, table)
    for name, said in {"label": described["label"], "about": described["about"], **described["columns"]}.items():
        assert [type(one) for one in said] == [str, str], f"{table}.{name}: {said!r} is not [Vietnamese, English]"
        assert all(one.strip() for one in said), f"{table}.{name} says nothing"


@pytest.mark.parametrize("table", TABLES)
def test_what_datasette_is_told_exists(schema: sqlite3.Connection, table: str) -> None:
    told = TABLES[table].get("datasette", {})
    assert set(told) <= KNOWN_METADATA
    for key in ("label_column", "sort", "sort_desc", "fts_pk"):
        assert told.get(key) in {None, *columns(schema, table)}, f"{table}: {key} {told.get(key)!r} is no column"


@pytest.mark.parametrize("table", TABLES)
def test_facets_stand_on_indexed_columns(schema: sqlite3.Connection, table: str) -> None:
    indexes = [name for _, name, *_ in schema.execute(f'PRAGMA index_list("{table}")')]
    first = {schema.execute(f'PRAGMA index_info("{index}")').fetchone()[2] for index in indexes}
    facets = set(TABLES[table].get("datasette", {}).get("facets", ()))
    assert facets <= first, f"{table}: {facets - first} would be counted by reading the whole table"


def test_foreign_keys_show_a_label(schema: sqlite3.Connection) -> None:
    pointed_at = {key[2] for table in TABLES for key in schema.execute(f'PRAGMA foreign_key_list("{table}")')}
    without = {table for table in pointed_at if "label_column" not in TABLES[table].get("datasette", {})}
    assert not without, f"foreign keys to {without} would show a bare key"


def test_the_database_document_is_up_to_date() -> None:
    written = (ROOT / "docs" / "database.md").read_text(encoding="utf-8")
    made = runpy.run_path(str(ROOT / "docs" / "write_database.py"))["render"]()
    assert written == made, "run: python docs/write_database.py"


QUESTIONS: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "questions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A world in which each of the worked questions has an answer."""
    path = tmp_path_factory.mktemp("questions") / "asked.db"
    with World(path) as made:
        made.ground()
        article = made.article("a")
        made.insert(
            "relations", article=article, subject=GIA_LAI_PLAN, relation="implements", object=RULE_96, start=0, end=9
        )
        made.insert("coverage", site="baogialai", day="2023-02-20", state="observed")
        made.insert(
            "regulation_units",
            regulation=RULE_96,
            unit="gia-lai-2025",
            first_cited="2023-02-20",
            lag_days=18,
            n=2,
            n_own=2,
            n_clusters=1,
        )
        made.insert(
            "unit_months",
            unit="gia-lai-2025",
            month="2023-02",
            articles=1,
            days_observed=1,
            n_sites_observed=1,
            citations=4,
        )
    with closing(sqlite3.connect(path)) as connection:
        yield connection


@pytest.mark.parametrize("question", QUESTIONS, ids=[one["question"] for one in QUESTIONS])
def test_worked_questions_have_answers(asked: sqlite3.Connection, question: dict[str, Any]) -> None:
    found = asked.execute(question["sql"], question.get("parameters", {})).fetchall()
    assert found, question["question"]
