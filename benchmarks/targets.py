"""What the project set out to reach, printed beside what a benchmark found; `python benchmarks` gathers these lines."""

from __future__ import annotations

import click

PREFIX = "target: "


def target(what: str, asked: str, found: float) -> None:
    """Prints a line: what was asked for, and what was found."""
    click.echo(f"{PREFIX}{what} | {asked} | {found:,.2f}")
