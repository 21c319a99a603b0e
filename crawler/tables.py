"""What a person reads: numbers in words, and tables, which are tab-separated lines where the output is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def counted(n: int, unit: str) -> str:
    """A number of things in words, such as "1 page", "0 pages" and "2 fetches"."""
    ending = "" if n == 1 else "es" if unit.endswith(("ss", "ch")) else "s"
    return f"{n} {unit}{ending}"


def print_rows(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: frozenset[str] = frozenset()) -> None:
    """Nothing; the rows are on stdout, aligned on a terminal and tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in (header, *rows):
            print("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for name in header:
        table.add_column(name, justify="right" if name in right else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table, markup=False)
