"""Many pages: a pool of processes that a hanging or crashing page cannot take down. It is given the function it runs.

pebble, spawn context: with concurrent.futures one dead worker breaks every task and a hung one cannot be killed. A
pool that breaks while idle never resolves its futures, so waiters look for a newer one every second.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipelines.errors import DanchieuError

A = TypeVar("A")
R = TypeVar("R")

TRIES = 5  # pools in a row that break under one page before we give up
STOP_SECONDS = 10.0
PAGE_SECONDS = 60.0


class PageTimeout(Exception):  # noqa: N818 - the name of an outcome
    """Understanding a page took longer than its wall-clock limit; its worker was killed."""


class WorkerDied(Exception):  # noqa: N818 - the name of an outcome
    """The worker died twice under one page."""


class PoolBroken(DanchieuError):  # noqa: N818 - the name of an outcome
    """No pool holds: not the fault of the page, which goes back to the queue."""


def _nothing() -> None:
    """Awaited once a worker, so that all have started before the first page."""


class Workers(Generic[A, R]):
    """Runs one function on many arguments in worker processes; lives in an asyncio loop."""

    def __init__(
        self,
        function: Callable[[A], R],
        *,
        n: int,
        initializer: Callable[[], None] | None = None,
        page_seconds: float = PAGE_SECONDS,
    ) -> None:
        self._function = function
        self._initializer = initializer
        self.n = n
        self._page_seconds = page_seconds
        self._pool: ProcessPool | None = None
        self._renewing = asyncio.Lock()
        self._finished_at = time.monotonic()

    async def open(self) -> None:
        """Starts the workers and waits until each has warmed up; raises ``PoolBroken`` when they do not start."""
        self._pool = self._start()
        try:
            await asyncio.gather(*(asyncio.wrap_future(self._pool.schedule(_nothing)) for _ in range(self.n)))
        except (BrokenExecutor, ProcessExpired) as error:
            await self.close()
            raise PoolBroken("the worker processes do not start") from error
        self._finished_at = time.monotonic()

    async def run(self, argument: A) -> R:
        """The function's result.

        Raises what the function raised, ``PageTimeout``, ``WorkerDied`` or ``PoolBroken``.
        """
        deaths = 0
        for _ in range(TRIES):
            pool = self._pool
            if pool is None:
                break
            began = time.monotonic()
            try:
                # A pool that broke while idle says so only here.
                future = asyncio.wrap_future(
                    pool.schedule(self._function, args=(argument,), timeout=self._page_seconds)
                )
            except RuntimeError:
                await self._renew(pool)
                continue
            if not await self._finishes(future, pool):
                continue
            try:
                return future.result()
            except TimeoutError as error:
                if time.monotonic() - began < self._page_seconds:
                    continue  # the system's clock was set, by which pebble goes
                raise PageTimeout(f"not understood within {self._page_seconds:.0f} s") from error
            except (CancelledError, asyncio.CancelledError):
                continue
            except BrokenExecutor:  # a worker died idle, and the pool took every page with it
                await self._renew(pool)
            except ProcessExpired as error:
                # It may have been this page or the system short of memory: once more tells.
                deaths += 1
                if deaths > 1:
                    raise WorkerDied(f"its worker died twice, last with exit code {error.exitcode}") from error
        raise PoolBroken("the worker pool broke again and again")

    async def _finishes(self, future: asyncio.Future[R], pool: ProcessPool) -> bool:
        """Whether the future ends in this pool; False when the pool was replaced or stands still.

        One that nobody waits for any longer is cancelled: else asyncio would report whatever it ends in.
        """
        try:
            while self._pool is pool:
                done, _ = await asyncio.wait({future}, timeout=1)
                if done:
                    self._finished_at = time.monotonic()
                    return True
                if time.monotonic() - self._finished_at > 2 * self._page_seconds + STOP_SECONDS:
                    await self._renew(pool)
            return False
        finally:
            future.cancel()  # does nothing to one that has ended

    async def _renew(self, broken: ProcessPool) -> None:
        async with self._renewing:
            if self._pool is not broken:
                return
            await _stop(broken)
            self._pool = self._start()
            self._finished_at = time.monotonic()

    def _start(self) -> ProcessPool:
        pool = ProcessPool(
            max_workers=self.n, initializer=self._initializer, context=multiprocessing.get_context("spawn")
        )
        with _interrupts_held(), suppress(BrokenExecutor):  # of which whoever schedules next is told too
            pool.schedule(_nothing)  # the first task starts the processes
        return pool

    async def close(self) -> None:
        """Stops the workers: at most ``STOP_SECONDS``, then they are killed."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await _stop(pool)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Has Ctrl-C wait until the end of the block; processes and threads that are started in it never see one.

    A worker ignores SIGINT, but not before it has imported what it needs: until then each would print a traceback.
    """
    resource_tracker.ensure_running()  # else the first process starts it, which unblocks SIGINT
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _stop(pool: ProcessPool) -> None:
    """Stops a pool in a thread of its own: a hung executor thread would hang the exit of the interpreter."""

    def stop() -> None:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves this one unannotated
        pool.join()

    thread = threading.Thread(target=stop, daemon=True)
    thread.start()
    deadline = time.monotonic() + STOP_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    if thread.is_alive():
        for child in multiprocessing.active_children():
            child.kill()


async def run_all(workers: Workers[A, R], arguments: Iterable[A]) -> AsyncIterator[tuple[A, R | Exception]]:
    """Each argument with its result or the exception it ended in, in order, a bounded number under way at once.

    ``PoolBroken`` is raised: without a pool nothing more can be done.
    """
    pending: list[tuple[A, asyncio.Task[R]]] = []
    source = iter(arguments)
    exhausted = False
    while pending or not exhausted:
        while not exhausted and len(pending) < 2 * workers.n + 2:
            try:
                argument = next(source)
            except StopIteration:
                exhausted = True
                break
            pending.append((argument, asyncio.ensure_future(workers.run(argument))))
        if not pending:
            break
        argument, task = pending.pop(0)
        try:
            yield argument, await task
        except PoolBroken:
            for _, other in pending:
                other.cancel()
            raise
        except Exception as error:  # whatever one page raised belongs to that page, not to the run
            yield argument, error
