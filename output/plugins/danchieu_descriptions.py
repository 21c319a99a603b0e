"""Tells Datasette what each database of ours holds, whatever its file is called: tables.yaml, queries.yaml."""

from __future__ import annotations

import copy
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database

from pipelines.reading import is_ours

OUTPUT = Path(__file__).parent.parent
RECOGNISED: WeakSet[Database] = (
    WeakSet()
)  # a database of ours stays ours; another is looked at again, it may become one


@hookimpl
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    ours = [name for name, attached in datasette.databases.items() if recognised(attached)]
    return {
        "title": "dẫn chiếu",
        "description": "Báo chí các tỉnh dẫn chiếu văn bản nào, khi nào · Which regulations provincial news cites",
        "databases": {name: {"tables": described_tables()} for name in ours},
    }


@hookimpl
def canned_queries(datasette: Datasette, database: str) -> dict[str, Any]:
    if not recognised(datasette.databases[database]):
        return {}
    return {name: {"hide_sql": True, **query} for name, query in described("queries.yaml").items()}


def described_tables() -> dict[str, Any]:
    """What Datasette is told of each table, made anew each time since Datasette writes into what it is given."""
    return {name: datasette_metadata(table) for name, table in described("tables.yaml").items()}


def datasette_metadata(table: dict[str, Any]) -> dict[str, Any]:
    """The metadata of one table: Vietnamese first, English after it."""
    return {
        **copy.deepcopy(table.get("datasette", {})),
        "title": " · ".join(table["label"]),
        "description": " · ".join(table["about"]),
        "columns": {column: " · ".join(said) for column, said in table["columns"].items()},
    }


@cache  # files of the checkout, read once a process
def described(name: str) -> dict[str, Any]:
    return yaml.safe_load((OUTPUT / name).read_text(encoding="utf-8"))


def recognised(attached: Database) -> bool:
    """Whether an attached database is one of ours."""
    if attached not in RECOGNISED and attached.path and looks_like_ours(attached):
        RECOGNISED.add(attached)
    return attached in RECOGNISED


def looks_like_ours(attached: Database) -> bool:
    """Whether the file holds our tables now; asked without Datasette's pool, since this hook cannot wait for it."""
    flag = "mode=ro" if attached.is_mutable else "immutable=1"
    try:
        connection = sqlite3.connect(f"{Path(attached.path).absolute().as_uri()}?{flag}", uri=True)
    except sqlite3.OperationalError:
        return False
    try:
        return is_ours(connection)
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
