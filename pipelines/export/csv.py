"""Tables as CSV: for spreadsheets, R and pandas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from pipelines.export.tables import Column

BOM = "\ufeff"  # so that Excel reads UTF-8
_FORMULA = frozenset("=+@\t\r＝＋＠－")  # East Asian spreadsheets take the wide forms too


def to_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]], out: TextIO) -> int:
    """The number of rows written below the header; UTF-8 with a BOM, comma, RFC 4180 quoting."""
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([column.name for column in columns])
    n = 0
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        n += 1
    return n


def _harmless(value: object) -> object:
    """A cell that a spreadsheet will not run as a formula (OWASP, CSV injection).

    A list item of a text ("- Quyết định ...") is no formula and stays as it is.
    """
    if isinstance(value, str) and (value[:1] in _FORMULA or (value[:1] == "-" and value[1:2] not in ("", " "))):
        return f"'{value}"
    return value
