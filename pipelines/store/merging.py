"""Several databases into one: what comes out depends on their rows alone, not on their order or number.

Rows have the same keys everywhere, since they derive from addresses. Of two rows with one key the greater wins by an
order over their content, so nothing depends on which was first. Only ``fetches`` and ``notes`` are numbered as they
come; they are numbered anew, by content. An article's rows come together, from the database that knows its newest text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.store import Store, Transaction
from pipelines.store.merging_articles import choose_articles, copy_articles, gather_states
from pipelines.store.merging_fetches import copy_fetches, gather_fetches, number_fetches

# Of every table that is not worked out anew or comes with an article: its key, and what of it must be greatest, first
# things first; "T" stands for the row. Where all that is equal, the whole row as text decides.
_TABLES: Mapping[str, tuple[str, str]] = {
    "units": ("slug", ""),
    "sites": ("id", ""),
    "runs": ("id", "T.finished IS NOT NULL, coalesce(T.finished, '')"),
    "certificates": ("sha256", ""),
    "hosts": ("host", "coalesce(T.robots_checked, ''), coalesce(T.tls_learned, '')"),
    "urls": (
        "url",
        "coalesce(T.last_fetched, ''),"
        " CASE T.state WHEN 'done' THEN 3 WHEN 'new' THEN 1 WHEN 'failed' THEN 0 ELSE 2 END",
    ),
    "url_aliases": ("alias", ""),
    "regulations": ("id", ""),
    "regulation_aliases": ("alias, regulation", "T.source"),
    "regulation_links": ("subject, link, object", "coalesce(T.undone_at, '')"),
    "corrections": ('article, text_sha256, start, "end", field', "T.at"),
    "precision_scores": ("sheet_sha256, scope, name", "T.at"),
    "site_runs": ("run, site", "T.fetched, T.verdict IS NOT NULL"),
    "coverage": (
        "site, day",
        "CASE T.state WHEN 'observed' THEN 4 WHEN 'partial' THEN 3 WHEN 'backfilled' THEN 2 WHEN 'down' THEN 1 ELSE 0"
        " END,"
        " T.articles",
    ),
    "site_status": ("site", "coalesce(T.last_run, '')"),
}
# How a row is written before it is compared: a lease means nothing elsewhere, and counts are made anew.
_WRITTEN: Mapping[str, Mapping[str, str]] = {
    "urls": {"state": "iif(state = 'leased', 'new', state)", "owner": "NULL", "lease_until": "NULL"},
    "regulations": {
        **dict.fromkeys(("n_mentions", "n_articles", "n_clusters", "n_provinces"), "0"),
        **dict.fromkeys(("issued", "issued_precision", "first_cited"), "NULL"),
    },
}
# Columns that are not the winner's but the least or greatest of all.
_OF_ALL: Mapping[str, Mapping[str, str]] = {
    "urls": {"first_seen": "min(T.first_seen, excluded.first_seen)"},
    "hosts": {
        "next_allowed": "max(T.next_allowed, excluded.next_allowed)",
        "breaker_until": "max(T.breaker_until, excluded.breaker_until)",
    },
    "regulations": {"level": "nullif(min(coalesce(T.level, '~'), coalesce(excluded.level, '~')), '~')"},
}
_TOMBSTONES = """
INSERT INTO main.forgotten SELECT * FROM source.forgotten WHERE true
ON CONFLICT DO UPDATE SET at = excluded.at, reason = excluded.reason
WHERE (excluded.at, excluded.reason) < (forgotten.at, forgotten.reason)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A database to merge, and the names of its archive files in the merged one, where they differ."""

    path: Path
    renamed: Mapping[str, str] = field(default_factory=dict)


def merge_rows(target: Store, parts: Sequence[Part]) -> None:
    """Nothing; an empty database holds the rows of all parts, but for what the corpus steps work out.

    Nobody else knows of the target, and it is thrown away when this fails: it is written without a journal.
    """
    target.connection.execute("PRAGMA foreign_keys = OFF")  # rows come table by table; the end is checked by the caller
    target.connection.execute("PRAGMA journal_mode = OFF")
    for number, part in enumerate(parts):
        _with(target, part, number, _gather)
    with target.write() as tx:
        number_fetches(tx)
        choose_articles(tx)
    for number, part in enumerate(parts):
        _with(target, part, number, _copy)
    with target.write() as tx:
        copy_fetches(tx)
        _number_notes(tx)
    target.connection.execute("PRAGMA journal_mode = WAL")
    target.connection.execute("PRAGMA foreign_keys = ON")


def _with(target: Store, part: Part, number: int, work: Callable[[Transaction, Part, int], None]) -> None:
    target.connection.execute("ATTACH ? AS source", [str(part.path)])
    try:
        with target.write() as tx:
            work(tx, part, number)
    finally:
        target.connection.execute("DETACH source")


def _gather(tx: Transaction, part: Part, number: int) -> None:
    for table in _TABLES:
        _copy_table(tx, table)
    tx.execute(_TOMBSTONES)
    gather_fetches(tx, number, part.renamed)
    gather_states(tx, number)


def _copy(tx: Transaction, part: Part, number: int) -> None:
    copy_articles(tx, number)


def _copy_table(tx: Transaction, table: str) -> None:
    """Copies the rows of a table; of two with one key the greater stays."""
    key, order = _TABLES[table]
    columns = [row["name"] for row in tx.execute(f'PRAGMA main.table_info("{table}")')]
    of_all = {name: sql.replace("T.", f"{table}.") for name, sql in _OF_ALL.get(table, {}).items()}
    written = _WRITTEN.get(table, {})
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(written.get(name, f'"{name}"') for name in columns)
    sets = ", ".join(f'"{name}" = {of_all.get(name, f"excluded.[{name}]")}' for name in columns)
    compared = [name for name in columns if name not in of_all]
    greater = f"{_rank('excluded', compared, order)} > {_rank(table, compared, order)}"
    tx.execute(
        f"INSERT INTO main.{table}({names}) SELECT {values} FROM source.{table} WHERE true"  # noqa: S608 - our own names
        f" ON CONFLICT({key}) DO UPDATE SET {sets} WHERE {greater}"
    )
    for name, sql in of_all.items():
        value = sql.replace("excluded.", "s.")
        tx.execute(
            f"UPDATE main.{table} SET {name} = {value} FROM source.{table} s"  # noqa: S608 - our own names
            f" WHERE s.{key} = {table}.{key} AND {table}.{name} IS NOT {value}"
        )


def _rank(row: str, columns: Sequence[str], order: str) -> str:
    whole = ", ".join(f'{row}."{name}"' for name in columns)
    return f"({order.replace('T.', f'{row}.')}{', ' if order else ''}json_array({whole}))"


def _number_notes(tx: Transaction) -> None:
    tx.execute(
        "INSERT INTO notes(article, fetch, kind, text) SELECT article, fetch, kind, text FROM temp.merged_notes"
        " ORDER BY article IS NULL, article, fetch, place, kind, text, nth"
    )
