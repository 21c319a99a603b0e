"""Tables as they leave the house: their columns, and their rows one by one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import InputError
from pipelines.export.selection import Selection
from pipelines.store import Store

TABLES = ("citations", "mentions", "articles", "regulations", "relations", "coverage", "spread")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its SQLite type, and either what it holds or the ``table.column`` whose description it shares."""

    name: str
    kind: str
    sql: str = ""
    about: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table to write: ``n`` rows, to be read once."""

    name: str
    columns: tuple[Column, ...]
    n: int
    rows: Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Query:
    """Where the rows of a table come from."""

    source: str
    where: str
    order: str
    group: str = ""


def read_table(store: Store, name: str, selection: Selection) -> Table:
    """A table of ``TABLES``, in the order of its key; raises ``InputError`` for any other name."""
    if name not in TABLES:
        raise InputError(f"there is no table {name!r} to export: choose one of {', '.join(TABLES)}")
    columns, query = table_columns(store, name), _query(name, selection)
    body = f"FROM {query.source} WHERE {query.where}" + (f" GROUP BY {query.group}" if query.group else "")
    counted = f"SELECT count(*) FROM (SELECT 1 {body})"  # noqa: S608 - our own names
    listed = ", ".join(f'{column.sql} AS "{column.name}"' for column in columns)
    cursor = store.connection.execute(
        f"SELECT {listed} {body} ORDER BY {query.order}",
        selection.parameters,
    )
    return Table(name, columns, int(str(store.value(counted, selection.parameters))), map(tuple, cursor))


def table_columns(store: Store, name: str) -> tuple[Column, ...]:
    """The columns of an exported table: made ones as ``export_tables.toml`` lists them, others as they are stored."""
    made = _made().get(name)
    if made is None:
        alias = name[0] + "."
        return tuple(
            Column(column, kind, f'{alias}"{column}"', of=f"{name}.{column}") for column, kind in _stored(store, name)
        )
    return tuple(_column(store, column) for column in made["columns"])


def about_table(name: str) -> str | None:
    """What a row of a made table is; None for a stored one, which is described where the database is."""
    made = _made().get(name)
    return made["about"] if made else None


def _column(store: Store, row: Mapping[str, str]) -> Column:
    """A column of a made table; one that stands for a stored column has its type."""
    of = row.get("of", "")
    table, _, stored = of.partition(".")
    kind = row.get("kind") or dict(_stored(store, table))[stored]
    return Column(row["name"], kind, row["sql"], row.get("about", ""), of)


def _stored(store: Store, table: str) -> list[tuple[str, str]]:
    """Name and type of each column that is no generated one."""
    columns = store.rows("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", [table])
    return [(column["name"], column["type"]) for column in columns]


@cache
def _made() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _query(name: str, selection: Selection) -> _Query:
    """The rows of a table under a selection. Aliases are the first letter of the stored table's name."""
    articles = selection.articles()
    citing = selection.citing is not None
    mentions = f"{articles} AND m.regulation = :citing" if citing else articles
    relations = f"{articles} AND :citing IN (r.subject, r.object)" if citing else articles
    hung = "JOIN articles a ON a.id = "
    cited = (
        f"r.id IN (SELECT m.regulation FROM mentions m {hung}m.article WHERE {mentions}"  # noqa: S608 - our own names
        f" UNION SELECT r.subject FROM relations r {hung}r.article WHERE {relations}"
        f" UNION SELECT r.object FROM relations r {hung}r.article WHERE {relations})"
    )
    about_regulations = f"mentions m {hung}m.article LEFT JOIN regulations r ON r.id = m.regulation"
    return {
        "citations": _Query(about_regulations, mentions, "m.article, m.i"),
        "mentions": _Query(f"mentions m {hung}m.article", mentions, "m.article, m.i"),
        "articles": _Query("articles a", articles, "a.id"),
        "regulations": _Query("regulations r", cited if selection else "true", "r.id"),
        "relations": _Query(f"relations r {hung}r.article", relations, "r.article, r.subject, r.relation, r.object"),
        "coverage": _Query("coverage c", selection.days(), "c.site, c.day"),
        "spread": _Query(
            f"{about_regulations} JOIN units u ON u.slug = a.province"
            " LEFT JOIN regulation_units s ON s.regulation = m.regulation AND s.unit = a.province",
            f"{mentions} AND m.regulation IS NOT NULL",
            "m.regulation, min(a.published) IS NULL, min(a.published), u.slug",
            "m.regulation, u.slug",
        ),
    }[name]
