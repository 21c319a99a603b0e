"""How far a batch of pages is, on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from crawler.progress import PLAIN_SECONDS
from crawler.tables import counted

Advance = Callable[[str], None]


@contextmanager
def progress(verb: str, n: int | None = None) -> Iterator[Advance]:
    """A function to call after each page with what to show; ``n`` is how many pages there will be, if that is known."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(verb, n)
        return
    known = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) if n is not None else ()
    with Progress(
        SpinnerColumn(), *known, TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task(verb, total=n)
        yield lambda said: bar.update(task, advance=1, description=f"{verb}: {said}")


def _plain(verb: str, n: int | None) -> Advance:
    shown, done = time.monotonic(), 0

    def advance(said: str) -> None:
        nonlocal shown, done
        done += 1
        if time.monotonic() - shown >= PLAIN_SECONDS:
            shown = time.monotonic()
            pages = counted(done, "page") if n is None else f"{done} of {counted(n, 'page')}"
            print(f"{verb}: {pages}, {said}", file=sys.stderr, flush=True)

    return advance
