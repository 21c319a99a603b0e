"""Writes docs/database.md from output/tables.yaml, pipelines/schema.sql and docs/questions.yaml.

python docs/write_database.py
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
INTRODUCTION = """# The database

Made by `python docs/write_database.py` from `output/tables.yaml`, `pipelines/schema.sql` and `docs/questions.yaml`;
a test says when it is no longer true.

`output/danchieu.db` is one SQLite file. Booleans are 0 or 1, instants `YYYY-MM-DDTHH:MM:SSZ` (UTC), dates `YYYY-MM-DD`,
the clocks of the queue epoch seconds; JSON is checked text; numbers and years of documents are text ("30a").
Offsets are Unicode code points into `texts.text` of that `text_sha256`, and `text[start:end] == surface`, always. A
single citation is cited as `<article>@<first 12 of text_sha256>:<start>-<end>`.

Three things to keep in mind when counting:

- **Zero is not "not observed".** `coverage` says of each site and day whether anybody looked.
- **A reprint is not local talk.** Count `coalesce(cluster, id)` for texts and `origin = 'own'` for what a site wrote.
- **Gia Lai of 2023 is not Gia Lai of 2026.** `articles.unit` is the unit of the publication date, `articles.province`
  the present one; `units.successor` joins them.
"""


def render() -> str:
    """The whole document."""
    described = yaml.safe_load((ROOT / "output" / "tables.yaml").read_text(encoding="utf-8"))
    questions = yaml.safe_load((ROOT / "docs" / "questions.yaml").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(":memory:")) as schema:
        schema.executescript((ROOT / "pipelines" / "schema.sql").read_text(encoding="utf-8"))
        tables = "\n".join(table_section(schema, name, table) for name, table in described.items())
    index = "\n".join(f"- [`{name}`](#{name}): {table['about'][1]}" for name, table in described.items())
    asked = "\n".join(question_section(number, one) for number, one in enumerate(questions, 1))
    return f"{INTRODUCTION}\n## Tables\n\n{index}\n\n{tables}\n## Ten questions\n\n{asked}"


def table_section(schema: sqlite3.Connection, name: str, table: dict[str, Any]) -> str:
    """One table: what a row is, and its columns with type, what they point to, and both descriptions."""
    keys = {key[3]: key[2] for key in schema.execute(f'PRAGMA foreign_key_list("{name}")')}
    rows = []
    for _, column, kind, _, _, in_key, _ in schema.execute(f'PRAGMA table_xinfo("{name}")'):
        vietnamese, english = table["columns"][column]
        points = f" → [`{keys[column]}`](#{keys[column]})" if column in keys else ""
        marks = f"{'key, ' if in_key else ''}{kind.lower()}{points}"
        rows.append(f"| `{column}` | {marks} | {cell(english)} | {cell(vietnamese)} |")
    label, about = table["label"], table["about"]
    head = f"### {name}\n\n{about[1]}. *{label[0]}: {about[0]}.*\n\n| column | type | | |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def question_section(number: int, asked: dict[str, Any]) -> str:
    """One question with its SQL and the parameters of the example."""
    why = f"{asked['why']}\n\n" if "why" in asked else ""
    example = "".join(f"-- :{name} = {value}\n" for name, value in asked.get("parameters", {}).items())
    return f"### {number}. {asked['question']}\n\n{why}```sql\n{example}{asked['sql']}\n```\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    (ROOT / "docs" / "database.md").write_text(render(), encoding="utf-8")
