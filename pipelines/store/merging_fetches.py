"""The fetches of several databases, each once, numbered by when they were and what they are."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.store import Transaction

# One lease of one address in one run; what else a row holds may have changed since (reprocess, prune).
_KEY = "fetched_at, url, coalesce(run, ''), coalesce(status, 0), coalesce(body_sha256, '')"


def gather_fetches(tx: Transaction, part: int, renamed: Mapping[str, str]) -> None:
    """Nothing; the temporary table ``all_fetches`` holds those of the attached database too, with their old numbers."""
    tx.execute("CREATE TEMP TABLE IF NOT EXISTS all_fetches AS SELECT 0 AS part, * FROM main.fetches LIMIT 0")
    tx.execute("INSERT INTO temp.all_fetches SELECT ?, * FROM source.fetches", [part])
    tx.executemany(
        "UPDATE temp.all_fetches SET warc_file = ? WHERE part = ? AND warc_file = ?",
        [(new, part, old) for old, new in renamed.items()],
    )


def number_fetches(tx: Transaction) -> None:
    """Nothing; the temporary table ``fetch_numbers`` maps each old number of each part to its new one."""
    tx.execute("CREATE TEMP TABLE fetch_numbers(part, old, new, PRIMARY KEY (part, old)) WITHOUT ROWID")
    tx.execute(
        f"INSERT INTO temp.fetch_numbers SELECT part, id, dense_rank() OVER (ORDER BY {_KEY}) FROM temp.all_fetches"  # noqa: S608 - our own names
    )


def copy_fetches(tx: Transaction) -> None:
    """Nothing; the table ``fetches`` holds each fetch once; of two rows for one, that whose answer is archived."""
    columns = [row["name"] for row in tx.execute("PRAGMA main.table_info(fetches)")][1:]
    names = ", ".join(columns)
    tx.execute(
        f"INSERT INTO main.fetches(id, {names}) SELECT new, {names} FROM ("  # noqa: S608 - our own names
        f" SELECT n.new, f.*, row_number() OVER (PARTITION BY n.new"
        f"  ORDER BY f.warc_file IS NULL, json_array({', '.join(f'f.{name}' for name in columns)})) AS nth"
        " FROM temp.all_fetches f JOIN temp.fetch_numbers n ON n.part = f.part AND n.old = f.id"
        ") WHERE nth = 1 ORDER BY new"
    )
