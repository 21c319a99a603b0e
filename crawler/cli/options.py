"""Options that several verbs share."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Named(click.Path):
    """A path that has a name: to ``Path`` an empty one (a variable that is not set) would mean this folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; raises ``click.BadParameter`` for a name that is empty or longer than the system takes."""
        if value == "":
            self.fail("an empty name: name a file", param, ctx)
        try:
            os.lstat(value)
        except OSError as error:  # what is missing may be made
            if error.errno == errno.ENAMETOOLONG:
                self.fail("the name is too long: give a shorter one", param, ctx)
        return super().convert(value, param, ctx)


FILE = Named(path_type=Path)
NAME = Named()  # for what means something else too: "-" is standard input, "x/" a folder


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


def cluster_options(function: F) -> F:
    """The function with ``--dask`` and ``--parquet``."""
    for option in (
        click.option("--parquet", type=FILE, metavar="DIR", help="With --dask: into Parquet files, not the database."),
        click.option("--dask", metavar="ADDRESS", help="On the workers of this Dask scheduler: tcp://10.0.0.1:8786."),
    ):
        function = option(function)
    return function


def workers_option(function: F) -> F:
    """The function with ``--workers``."""
    cores = os.cpu_count() or 1
    said = "Processes, at most two a core.  [default: all cores]"
    return click.option(
        "--workers", type=click.IntRange(1), default=cores, help=said, callback=lambda _, __, n: min(n, 2 * cores)
    )(function)
