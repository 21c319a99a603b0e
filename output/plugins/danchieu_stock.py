"""Stock pages over a database of ours, whatever its file is called: descriptions, queries, links to our pages."""

from __future__ import annotations

import copy
import sqlite3
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

import yaml
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from jinja2 import Environment
from markupsafe import Markup

from pipelines.reading import is_ours

OUTPUT = Path(__file__).parent.parent
PAGES = {"articles": "article", "regulations": "regulation", "units": "unit", "sites": "site"}
NAMES = {
    ("articles", "title"): "id",
    ("regulations", "label"): "id",
    ("units", "name"): "slug",
    ("sites", "name"): "id",
}
QUERY_COLUMNS = {"regulation": "regulation", "article": "article", "an_article": "article"}
FIELD_NAMES = {  # by an attribute of a field of the stock templates; in the text of a page its quotes are escaped
    'name="_filter_column': "Cột · Column",
    'name="_filter_op': "Phép so sánh · Comparison",
    'name="_filter_value': "Giá trị · Value",
    'name="_sort"': "Xếp theo · Sort by",
    'id="sql-editor"': "SQL",
}
RECOGNISED: WeakSet[Database] = (
    WeakSet()
)  # a database of ours stays ours; another is looked at again, it may become one


@hookimpl
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    """What our databases, tables and columns are, under whatever name they are attached."""
    ours = [name for name, attached in datasette.databases.items() if recognised(attached)]
    return {
        "title": "dẫn chiếu",
        "description": "Báo chí các tỉnh dẫn chiếu văn bản nào, khi nào · Which regulations provincial news cites",
        "databases": {name: {"tables": described_tables()} for name in ours},
    }


@hookimpl
def canned_queries(datasette: Datasette, database: str) -> dict[str, Any]:
    """The ready questions of a database of ours, their SQL hidden."""
    if not recognised(datasette.databases[database]):
        return {}
    return {name: {"hide_sql": True, **query} for name, query in described("queries.yaml").items()}


@hookimpl
def render_cell(
    row: Any, value: Any, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """A link to our page where a cell names or points to an article, regulation, unit or site."""
    key, label = (value["value"], value["label"]) if isinstance(value, dict) else (value, value)
    target = links().get((table, column)) if table else QUERY_COLUMNS.get(column)
    if target is None or key is None or not recognised(datasette.databases[database]):
        return None
    if (table, column) in NAMES:
        key = row[NAMES[table, column]]
    address = f"{datasette.urls.database(database)}/{target}/{quote(str(key), safe='/@~+.-_')}"
    return Markup('<a href="{}">{}</a>').format(address, label)


@hookimpl
def extra_css_urls(datasette: Datasette) -> list[str]:
    """The looks of stock pages."""
    return [datasette.urls.path("/static/stock.css")]


@hookimpl
def extra_js_urls(datasette: Datasette) -> list[dict[str, Any]]:
    """What names the SQL editor, for those who do not see it."""
    return [{"url": datasette.urls.path("/static/stock.js"), "module": True}]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """The filter of base.html."""
    env.filters["with_names"] = with_names


@hookimpl
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """The way back to our home page."""
    return [{"href": datasette.urls.instance(), "label": "Dẫn chiếu"}]


def with_names(html: Markup) -> Markup:
    """The HTML of a stock page with names for its fields, which say what they are by their place alone."""
    named = str(html)
    for attribute, name in FIELD_NAMES.items():
        named = named.replace(attribute, f'aria-label="{name}" {attribute}')
    return Markup(named)  # noqa: S704 - safe before, and the names are ours


@cache  # a file of the checkout, read once a process
def links() -> dict[tuple[str | None, str], str]:
    """The page of ours that a column leads to, by (table, column): names of their own row, and foreign keys."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(files("pipelines").joinpath("schema.sql").read_text(encoding="utf-8"))
        found = {name: PAGES[name[0]] for name in NAMES}
        for table in described("tables.yaml"):
            for key in connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,)):
                if key[2] in PAGES:
                    found[table, key[3]] = PAGES[key[2]]
        return found
    finally:
        connection.close()


def described_tables() -> dict[str, Any]:
    """What Datasette is told of each table, made anew each time since Datasette writes into what it is given."""
    ours = {name: datasette_metadata(table) for name, table in described("tables.yaml").items()}
    return {**ours, "_sqlite_migrations": {"hidden": True}}


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
    """What a YAML file of this folder says."""
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
