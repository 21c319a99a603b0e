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
    """The function with ``--db``."""
    default = Path("output/danchieu.db")
    return click.option("--db", type=FILE, default=default, show_default=True, help="The database.")(function)


def sites_option(function: F) -> F:
    """The function with ``--sites``."""
    return click.option("--sites", type=FILE, help="A catalogue file or folder to use instead of ours.")(function)


def workers_option(function: F) -> F:
    """The function with ``--workers``."""
    cores = os.cpu_count() or 1
    return click.option("--workers", type=click.IntRange(1), default=cores, help="Processes.  [default: all cores]")(
        function
    )
