"""The README beside a folder of exported tables: what each column holds."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from pipelines.export.tables import TABLES, Column, about_table, table_columns
from pipelines.store import Store

_HEAD = """# Citations of regulations in Vietnam's provincial news

Exported by danchieu {version}, one {form} file a table.

- Offsets (`start`, `end`) are Unicode code points into the text of that `text_sha256`; texts are in `export jsonl`.
- Zero is not "not observed": `coverage` says of each site and day whether anybody looked.
- A reprint is not local talk: count `cluster` for texts, and `origin = 'own'` for what a site wrote itself.
- `unit` is the province of the publication date, `province` the present one (merger of 1 July 2025).
{note}"""
_NOTES = {
    "csv": "- UTF-8 with a byte order mark, so that Excel reads it. A cell that a spreadsheet would run as a formula"
    " begins with `'`.\n"
    "- Numbers of documents are text (`08` is no 8), `article` and `cluster` have up to 16 digits, of which Excel keeps"
    " 15, and `1/2` becomes a date: open with Data > From Text/CSV, all columns as text; in pandas, `dtype=str`.\n",
    "parquet": "- Columns are typed; columns that hold JSON are strings.\n",
}


def readme(store: Store, form: str, described: Mapping[str, Any]) -> str:
    """The text of the README; ``described`` holds the tables of the database as ``output/tables.yaml`` has them."""
    parts = [_HEAD.format(version=version("danchieu"), form=form, note=_NOTES[form])]
    for name in TABLES:
        about = about_table(name) or described[name]["about"][1]
        rows = [
            f"| `{column.name}` | {column.kind.lower()} | {_about(column, described)} |"
            for column in table_columns(store, name)
        ]
        parts.append(
            "\n".join(
                [
                    f"\n## {name}\n\nA row: {about[0].lower()}{about[1:]}.\n",
                    "| column | type | |",
                    "|---|---|---|",
                    *rows,
                    "",
                ]
            )
        )
    return "".join(parts)


def _about(column: Column, described: Mapping[str, Any]) -> str:
    if not column.of:
        return column.about
    table, _, name = column.of.partition(".")
    return str(described[table]["columns"][name][1]).replace("|", "\\|")
