"""Archived pages on a Dask cluster: stretches of WARC files as tasks, results in the order of the archive.

Dask does the tasks of a lost worker again. A stretch under which worker after worker dies is done page by page, so that
only the page that kills them fails.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from types import ModuleType
from typing import Any, Generic, TypeVar

from crawler.batch import Engine, HasTask
from crawler.batch.archived_work import understand_stretch
from crawler.visit import Understanding
from pipelines.errors import AttentionError, InputError
from pipelines.version import program_version

J = TypeVar("J", bound=HasTask)
R = TypeVar("R")
Function = Callable[[Sequence[Any], str], Sequence[R]]
STRETCH = 32  # pages in a task: a second or two of work, and some megabytes of results
AHEAD = 2  # tasks at once for every thread of a worker
CONNECT_SECONDS = 10
WORKER_SECONDS = 60
CRASHED = Understanding(cause="understand-crash: worker after worker died under it, or it took too long on each")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Dask scheduler, such as "tcp://10.0.0.1:8786", and how many pages are one task."""

    address: str
    stretch: int = STRETCH

    def run(self, pages: Iterable[J], function: Function[R], crashed: R) -> Generator[tuple[J, R]]:
        """Each page with what ``function`` gave for it, in order; with ``crashed`` if no worker survived it.

        ``function`` is called on a worker with the tasks of a stretch of pages and the version of this program, and
        gives a result for each. Raises ``InputError`` without a scheduler or a worker, ``AttentionError`` when they
        are gone.
        """
        dask = _distributed()
        with _client(dask, self.address) as client:
            session = _Session(client, dask.KilledWorker, function, crashed)
            under_way: deque[tuple[list[J], Any]] = deque()
            try:
                for some in _stretches(pages, self.stretch):
                    under_way.append((some, session.submit(some)))
                    if len(under_way) > session.room():
                        yield from session.results(*under_way.popleft())
                while under_way:
                    yield from session.results(*under_way.popleft())
            except (CancelledError, OSError) as error:
                raise AttentionError(
                    f"the cluster at {self.address} is gone: run the same command again to go on"
                ) from error


@dataclass(frozen=True)
class _Session(Generic[R]):
    """A function on a cluster."""

    client: Any
    killed: type[Exception]
    function: Function[R]
    crashed: R

    def room(self) -> int:
        """How many tasks may be under way, by the workers that are there now."""
        threads: int = sum(self.client.nthreads().values())
        return AHEAD * max(1, threads)

    def submit(self, pages: Sequence[HasTask]) -> Any:
        return self.client.submit(self.function, [page.task() for page in pages], program_version(), pure=False)

    def results(self, pages: Sequence[J], future: Any) -> Iterator[tuple[J, R]]:
        try:
            yield from zip(pages, future.result(), strict=True)
        except self.killed:
            if len(pages) == 1:
                yield pages[0], self.crashed
                return
            for page in pages:  # one after the other, so that a death is the fault of the page it happens under
                yield from self.results([page], self.submit([page]))


def on_cluster(cluster: Cluster) -> Engine:
    """An engine that understands pages on a cluster and has them kept here, by this process alone."""

    def engine(pages: Iterator[J], keep: Callable[[J, Understanding], None]) -> None:
        with closing(cluster.run(pages, understand_stretch, CRASHED)) as results:
            for page, understood in results:
                keep(page, understood)

    return engine


def _stretches(pages: Iterable[J], n: int) -> Iterator[list[J]]:
    source = iter(pages)
    while some := list(islice(source, n)):
        yield some


def _client(dask: ModuleType, address: str) -> Any:
    """A client of a scheduler that has a worker."""
    try:
        client = dask.Client(address, timeout=CONNECT_SECONDS)
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except BaseException:
            client.close()
            raise
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler with workers answers at {address}: start one with  dask scheduler  and  dask worker"
        ) from error
    return client


def _distributed() -> ModuleType:
    try:
        import distributed
    except ImportError as error:
        raise InputError("a cluster needs Dask: in the checkout, run  pip install -e '.[dask]'") from error
    module: ModuleType = distributed
    return module
