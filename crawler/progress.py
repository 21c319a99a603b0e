"""The progress display, on stderr: one live line on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from crawler.tables import counted
from crawler.visit import Kept, Lease

PLAIN_SECONDS = 10.0
HEARTBEAT_SECONDS = 60.0  # between two lines that say the same


@dataclass
class Counters:
    """What a run has done so far."""

    started: float = field(default_factory=time.monotonic)
    sites: set[str] = field(default_factory=set)
    fetched: int = 0
    failed: int = 0
    waiting: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    mentions: int = 0

    def add(self, lease: Lease, kept: Kept) -> None:
        """Counts one visit."""
        if kept.lost or (kept.state == "new" and kept.cause is None):
            return
        self.sites.add(lease.site)
        self.fetched += kept.state == "done"
        self.failed += kept.state == "failed"
        self.waiting = max(0, self.waiting + kept.added - (kept.state != "new"))
        self.new += kept.outcome == "new"
        self.changed += kept.outcome == "changed"
        self.unchanged += kept.outcome == "unchanged"
        self.mentions += kept.mentions

    @property
    def figures(self) -> tuple[int, ...]:
        """What has been done: the same as long as nothing happens."""
        return (self.fetched, self.failed, self.waiting, self.new, self.changed, self.unchanged, self.mentions)

    def __str__(self) -> str:
        rate = self.fetched / max(0.001, time.monotonic() - self.started)
        return (
            f"{counted(len(self.sites), 'site')} · {counted(self.fetched, 'page')} fetched · {self.waiting} queued · "
            f"{self.failed} failed · {counted(self.new, 'new article')} · {counted(self.mentions, 'reference')} · "
            f"{rate:.1f} pages/s"
        )


class Progress(Protocol):
    """Shows how a run goes."""

    def say(self, line: str) -> None:
        """Shows a line that stays."""

    def update(self, counters: Counters) -> None:
        """Shows the figures of now."""

    def close(self) -> None:
        """Leaves the terminal as it was."""


class PlainProgress:
    """A line every ten seconds while something happens, else every minute: for logs and timers."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._shown = clock()
        self._figures: tuple[int, ...] = ()

    def say(self, line: str) -> None:
        """Shows a line."""
        print(line, file=self._stream, flush=True)

    def update(self, counters: Counters) -> None:
        """Shows the figures, if the last time is long enough ago."""
        pause = HEARTBEAT_SECONDS if counters.figures == self._figures else PLAIN_SECONDS
        if self._clock() - self._shown >= pause:
            self._shown, self._figures = self._clock(), counters.figures
            self.say(str(counters))

    def close(self) -> None:
        """Nothing to leave."""


class LiveProgress:
    """One line that changes in place."""

    def __init__(self, console: Console) -> None:
        self._bar = Bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console)
        self._task: TaskID = self._bar.add_task("starting", total=None)
        self._bar.start()

    def say(self, line: str) -> None:
        """Shows a line above the live one."""
        self._bar.console.print(line, highlight=False, markup=False)

    def update(self, counters: Counters) -> None:
        """Shows the figures of now."""
        self._bar.update(self._task, description=str(counters))

    def close(self) -> None:
        """Stops the display and leaves its last line."""
        self._bar.stop()


@contextmanager
def shown() -> Iterator[Progress]:
    """The display that fits where stderr leads, until the end of the block."""
    console = Console(stderr=True)
    display: Progress = LiveProgress(console) if console.is_terminal else PlainProgress()
    try:
        yield display
    finally:
        display.close()
