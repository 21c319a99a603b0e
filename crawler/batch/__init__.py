"""Pages that are already here, from archives and files: understood in the pool, kept one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from crawler.batch.archived_work import understand_archived
from crawler.plan import new_run
from crawler.sites import Site
from crawler.tables import counted
from crawler.visit import Understanding
from crawler.work import begin, cause_of
from pipelines.errors import StorageError
from pipelines.models import Document
from pipelines.store import Store, Transaction
from pipelines.store.articles import Outcome
from pipelines.store.runs import begin_run, end_run
from pipelines.workers import Workers, run_all


class HasTask(Protocol):
    """What can be sent to a worker."""

    def task(self) -> object:
        """What a worker needs of it."""


J = TypeVar("J", bound=HasTask)
Engine = Callable[[Iterator[Any], Callable[[Any, Understanding], None]], None]


@dataclass
class Tally:
    """What became of the pages."""

    outcomes: dict[str, int] = field(default_factory=dict)
    mentions: int = 0

    def add(self, name: str, mentions: int = 0) -> str:
        """The name of what became of one page, which is counted."""
        self.outcomes[name] = self.outcomes.get(name, 0) + 1
        self.mentions += mentions
        return name

    @property
    def pages(self) -> int:
        """How many pages were taken."""
        return sum(self.outcomes.values())

    @property
    def brief(self) -> str:
        """What fits beside a progress bar."""
        failed = self.outcomes.get("failed")
        return counted(self.mentions, "reference") + (f", {failed} failed" if failed else "")

    def __str__(self) -> str:
        parts = [f"{n} {name}" for name, n in sorted(self.outcomes.items())]
        return f"{counted(self.pages, 'page')}: {', '.join(parts) or 'none'}; {counted(self.mentions, 'reference')}"


def start_run(store: Store, command: str, sites: Mapping[str, Site], **settings: object) -> str:
    """The name of a new run that fetches nothing; units, catalogue and settings are written down with it."""
    run = new_run()
    with store.write() as tx:
        begin_run(tx, run, time.time(), {"command": command, **settings}, [site.row() for site in sites.values()])
    return run


def finish_run(store: Store, run: str) -> None:
    """Writes that a run came to its end."""
    with store.write() as tx:
        end_run(tx, run, "finished", time.time())


def understand_all(
    jobs: Iterable[J],
    workers: int,
    keep: Callable[[J, Understanding], None],
    function: Callable[[Any], Understanding] = understand_archived,
) -> None:
    """Nothing; ``keep`` was called with each job in order, in this thread. No more workers start than there are jobs.

    ``function`` is what a worker does with the task of a job.
    """
    by_task: dict[int, J] = {}
    source = iter(jobs)
    first = list(islice(source, workers))
    if not first:
        return

    def tasks() -> Iterable[object]:
        for job in chain(first, source):
            task = job.task()
            by_task[id(task)] = job
            yield task

    async def run() -> None:
        pool: Workers[Any, Understanding] = Workers(function, n=len(first), initializer=begin)
        await pool.open()
        try:
            async for task, result in run_all(pool, tasks()):
                keep(by_task.pop(id(task)), result if isinstance(result, Understanding) else cause_of(result))
        finally:
            await pool.close()

    asyncio.run(run())


def in_pool(workers: int) -> Engine:
    """An engine of so many processes on this machine."""

    def engine(jobs: Iterator[J], keep: Callable[[J, Understanding], None]) -> None:
        understand_all(jobs, workers, keep)

    return engine


def kept(
    store: Store, write: Callable[[Transaction, Understanding], tuple[str, int]], understood: Understanding
) -> tuple[str, int]:
    """What ``write`` said of a page, in one transaction. An error that is not the storage's fails that page alone."""
    try:
        with store.write() as tx:
            return write(tx, understood)
    except StorageError:
        raise
    except Exception as error:  # one page's rows must not end the run, nor stop the next one at the same place
        with store.write() as tx:
            return write(tx, cause_of(error))


def told(document: Document, outcome: Outcome) -> str:
    """The word for what a page turned out to be."""
    return document.kind if outcome == "none" else outcome
