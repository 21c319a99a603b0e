"""The pool: a page that hangs, crashes or raises costs that page alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time

from pipelines.workers import PageTimeout, WorkerDied, Workers, run_all


def page(kind: str) -> str:
    """A page that does what its name says."""
    if kind == "hangs":
        time.sleep(600)
    if kind == "hangs deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if kind == "crashes":
        os._exit(3)
    if kind == "deaf to Ctrl-C?":
        return str(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))
    if kind == "raises":
        raise ValueError("no page")
    return kind.upper()


def outcomes(kinds: list[str], n: int = 2, seconds: float = 1.0) -> list[object]:
    async def run() -> list[object]:
        workers: Workers[str, str] = Workers(page, n=n, page_seconds=seconds)
        await workers.open()
        try:
            return [result async for _, result in run_all(workers, kinds)]
        finally:
            await workers.close()

    return asyncio.run(run())


def test_each_page_pays_for_itself() -> None:
    kinds = ["a", "hangs", "b", "crashes", "raises", *"cdefgh", "hangs deaf", "i"]
    found = outcomes(kinds, seconds=4)  # so long no page waits for a processor that others keep busy
    for kind, result in zip(kinds, found, strict=True):
        expected: object = {
            "hangs": PageTimeout,
            "hangs deaf": PageTimeout,
            "crashes": WorkerDied,
            "raises": ValueError,
        }.get(kind, str)
        assert isinstance(result, expected), f"{kind}: {result!r}"  # type: ignore[arg-type]
    assert [result for result in found if isinstance(result, str)] == list("ABCDEFGHI")


def test_order_is_kept_and_nothing_is_lost() -> None:
    kinds = [str(i) for i in range(100)]
    assert outcomes(kinds, seconds=30) == kinds


def test_a_pool_whose_workers_were_killed_is_replaced() -> None:
    async def run() -> list[str]:
        workers: Workers[str, str] = Workers(page, n=1, page_seconds=5)
        await workers.open()
        try:
            found = [await workers.run("a")]
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)
            await asyncio.sleep(0.5)
            return [*found, await workers.run("b")]
        finally:
            await workers.close()

    assert asyncio.run(run()) == ["A", "B"]


def test_workers_start_deaf_to_ctrl_c_and_those_that_follow_too() -> None:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert outcomes(["deaf to Ctrl-C?", "hangs", "deaf to Ctrl-C?"], n=1)[::2] == ["True", "True"]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask, "this process hears it as before"
