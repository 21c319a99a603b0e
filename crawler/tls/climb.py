"""Connections for pages: a host's memory read, one walk up its ladder made if need be, and what was learned kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from crawler.exchange import FetchError
from crawler.tls.ascent import Ascent, LedNowhereError
from crawler.tls.connection import Connection
from crawler.tls.dial import Resolve, Resolver
from crawler.tls.ladder import (
    HTTP,
    HostMemory,
    HostPolicy,
    HostState,
    Stop,
    Walk,
    after_failure,
    after_success,
    start,
)
from crawler.tls.target import Target
from crawler.tls.trail import Limits, Trail


@dataclass(slots=True)
class Climber:
    """Opens connections. One walk at a time for a host: whoever waits uses what the first one learned."""

    memory: HostMemory
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = time.time
    resolve: Resolve = field(default_factory=Resolver)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def open(self, target: Target, policy: HostPolicy, trail: Trail) -> Connection:
        """A connection to the target that its host's certificate, or the site's entry, vouches for.

        Raises FetchError: at once, with no attempt, when the host's fault is known to be permanent or the host rests.
        """
        lock = self._locks.setdefault(target.key, asyncio.Lock())
        async with lock:
            before = self.memory.get(target.key)
            self._refuse(before, policy, trail)
            walk = start(before, policy, self.now()) if target.scheme == "https" else Walk(rung=HTTP, spare=())
            known = before.intermediates if before is not None else ()
            ascent = Ascent(target, policy, trail, walk, known, self.limits, self.resolve)
            try:
                connection = await ascent.run()
            except LedNowhereError as error:
                raise self._give_up(ascent, before, error.stop) from error
            except asyncio.CancelledError:  # out of time: the host rests as if the walk had come to its end
                if trail.unsolved():
                    self._give_up(ascent, before, Stop(trail.fault, permanent=False))
                raise
            self._remember(ascent, before)
            return connection

    def _refuse(self, state: HostState | None, policy: HostPolicy, trail: Trail) -> None:
        if state is None or not state.fault or state.policy != policy:
            return
        if not state.rest_until:
            raise trail.error(state.fault, permanent=True, detail="as found before in this run")
        if (rest := state.rest_until - self.now()) > 0:
            raise trail.error(state.fault, permanent=False, detail="the host rests", retry_after=rest)

    def _remember(self, ascent: Ascent, before: HostState | None) -> None:
        if ascent.target.scheme == "http":
            state = replace(before or HostState(), fault="", policy=None, failures=0, rest_until=0.0)
        else:
            state = after_success(before, ascent.walk, ascent.intermediates, self.now())
        if state != (before or HostState()):
            self.memory.put(ascent.target.key, state)

    def _give_up(self, ascent: Ascent, before: HostState | None, stop: Stop) -> FetchError:
        state = after_failure(before, stop, ascent.policy, self.now())
        self.memory.put(ascent.target.key, state)
        rest = None if stop.permanent else state.rest_until - self.now()
        return ascent.trail.error(stop.fault, permanent=stop.permanent, detail=ascent.trail.detail, retry_after=rest)
