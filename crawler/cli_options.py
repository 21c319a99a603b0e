"""Options that several verbs share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


def db_option(function: F) -> F:
    """The function with ``--db``; a database of an older program is brought up to date before it is called."""
    default = Path("output/danchieu.db")
    return click.option(
        "--db", type=FILE, default=default, show_default=True, callback=_up_to_date, help="The database."
    )(function)


def _up_to_date(context: click.Context, parameter: click.Parameter, path: Path) -> Path:
    from pipelines.store import bring_up_to_date

    if not context.resilient_parsing:
        bring_up_to_date(path, lambda line: click.echo(f"danchieu: {line}", err=True))
    return path


def sites_option(function: F) -> F:
    """The function with ``--sites``."""
    return click.option("--sites", type=FILE, help="A catalogue file or folder to use instead of ours.")(function)


def workers_option(function: F) -> F:
    """The function with ``--workers``."""
    cores = os.cpu_count() or 1
    return click.option("--workers", type=click.IntRange(1), default=cores, help="Processes.  [default: all cores]")(
        function
    )
