"""Climbing the ladder for real: connections made, pauses kept, and what was learned of the host remembered."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from cryptography import x509

from crawler.exchange import Certificate, FetchError
from crawler.tls import aia
from crawler.tls.answer import AnswerError
from crawler.tls.certificates import describe
from crawler.tls.connection import ConnectError, Connection, connect
from crawler.tls.dial import Resolve, Resolver
from crawler.tls.faults import all_faults
from crawler.tls.ladder import (
    HTTP,
    Complete,
    HostMemory,
    HostPolicy,
    HostState,
    Stop,
    Try,
    Walk,
    after_failure,
    after_success,
    next_step,
    start,
)
from crawler.tls.probe import obsolete_cipher
from crawler.tls.target import Target


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for one handshake, and the first and the longest pause between two tries."""

    handshake: float = 15.0
    backoff_base: float = 0.25
    backoff_cap: float = 4.0

    def pause(self, tries: int) -> float:
        """How long to wait after so many tries: exponential, with jitter, so that hosts behind one box spread out."""
        return random.uniform(0.5, 1) * min(self.backoff_cap, self.backoff_base * 2.0 ** max(0, tries - 1))  # noqa: S311 # no secret


@dataclass(slots=True)
class Trail:
    """What happened on the way to one page, kept also when the way is cut short."""

    words: list[str] = field(default_factory=list)
    attempts: int = 0
    fault: str = ""
    detail: str = ""
    ip: str | None = None
    chain: Sequence[x509.Certificate] = ()
    reached_root: bool = False  # so that a chain without an issuer ends in a root that is not trusted

    def note(self, rung: str, error: ConnectError) -> None:
        """Keep a failed attempt."""
        self.fault = "unknown-root" if self.reached_root and error.fault == "no-issuer" else error.fault
        self.words.append(f"{rung}:{self.fault}")
        self.detail, self.ip = error.detail, error.ip or self.ip
        self.chain = error.chain or self.chain

    def error(self, fault: str, *, permanent: bool, detail: str = "", retry_after: float | None = None) -> FetchError:
        """The failure of the whole fetch."""
        means = all_faults()[fault].means
        return FetchError(
            fault,
            f"{means} ({detail})" if detail else means,
            permanent=permanent,
            retry_after=retry_after,
            path=tuple(self.words),
            attempts=self.attempts,
            ip=self.ip,
            certificate=self.certificate(),
        )

    def unsolved(self) -> str:
        """The class of the last fault, if nothing has succeeded since."""
        return self.fault if self.words and not self.words[-1].endswith(":ok") else ""

    def certificate(self) -> Certificate | None:
        """The leaf the server showed last."""
        return describe(self.chain[0]) if self.chain else None


@dataclass(slots=True)
class Climber:
    """Opens connections. One walk at a time for a host: whoever waits uses what the first one learned."""

    memory: HostMemory
    limits: Limits = Limits()
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
            try:
                return await self._walk(target, policy, trail, before, walk)
            except asyncio.CancelledError:  # out of time: the host rests as if the walk had come to its end
                if trail.unsolved():
                    self._give_up(target, policy, before, Stop(trail.fault, permanent=False), trail)
                raise

    def _refuse(self, state: HostState | None, policy: HostPolicy, trail: Trail) -> None:
        if state is None or not state.fault or state.policy != policy:
            return
        if not state.rest_until:
            raise trail.error(state.fault, permanent=True, detail="as found before in this run")
        if (rest := state.rest_until - self.now()) > 0:
            raise trail.error(state.fault, permanent=False, detail="the host rests", retry_after=rest)

    async def _walk(
        self, target: Target, policy: HostPolicy, trail: Trail, before: HostState | None, walk: Walk
    ) -> Connection:
        step: Try | Complete | Stop = Try(walk.rung)
        intermediates = before.intermediates if before is not None and walk.from_memory else ()
        if intermediates:
            trail.words.append("aia:known")
        while True:
            if isinstance(step, Stop):
                if step.fault == "handshake":
                    step = await self._name_cipher(target, policy, step, trail)
                raise self._give_up(target, policy, before, step, trail)
            if isinstance(step, Complete):
                intermediates = await self._complete(policy, trail) or (before.intermediates if before else ())
                step, walk = (Try(walk.rung), walk) if intermediates else next_step(walk, trail.fault, policy)
                continue
            if step.wait:
                await asyncio.sleep(self.limits.pause(trail.attempts))
            try:
                if step.rung == HTTP and target.scheme == "https" and not walk.from_memory:
                    await self._try_http(target, policy, trail)
                connection = await self._try(target, step, policy, intermediates, trail)
            except ConnectError:
                step, walk = next_step(walk, trail.fault, policy)
                continue
            self._remember(target, before, walk, intermediates)
            return connection

    async def _try(
        self, target: Target, step: Try, policy: HostPolicy, intermediates: tuple[str, ...], trail: Trail
    ) -> Connection:
        problem: ConnectError | None = None
        for host, port in target.places(plain=step.rung == HTTP, fault=trail.fault):
            trail.attempts += 1
            try:
                connection = await connect(
                    host,
                    port,
                    step.rung,
                    policy,
                    self.resolve,
                    intermediates=intermediates,
                    limit=self.limits.handshake,
                )
            except ConnectError as error:
                trail.note(str(step.rung), error)
                problem = error
            else:
                trail.words.append(f"{step.rung}:ok")
                connection.way = (*(("aia:known",) if intermediates else ()), f"{step.rung}:ok")
                return connection
        assert problem is not None
        raise problem

    async def _try_http(self, target: Target, policy: HostPolicy, trail: Trail) -> None:
        """Nothing, if the host answers in plain HTTP: that a port is open shows nothing. Raises ConnectError."""
        connection = await self._try(target, Try(HTTP), policy, (), trail)
        trail.words.pop()
        request = f"HEAD / HTTP/1.1\r\nHost: {target.authority}\r\nConnection: close\r\n\r\n"
        try:
            async with asyncio.timeout(self.limits.handshake):
                await connection.ask(request.encode("ascii"), "HEAD", 0)
        except (AnswerError, TimeoutError) as error:
            silent = ConnectError(getattr(error, "fault", "timeout"), str(error), connection.ip)
            trail.note(str(HTTP), silent)
            raise silent from error
        finally:
            connection.close()

    async def _complete(self, policy: HostPolicy, trail: Trail) -> tuple[str, ...]:
        async def get(address: str) -> bytes:
            return await fetch_plain(address, replace(policy, connect=""), self.resolve)

        completion = await aia.complete(trail.chain, get)
        trail.words.append("aia:ok" if completion.issuers else "aia:failed")
        trail.reached_root = completion.reached_root
        if completion.reached_root:
            trail.fault = "unknown-root"
        return completion.issuers

    async def _name_cipher(self, target: Target, policy: HostPolicy, stop: Stop, trail: Trail) -> Stop:
        """The same end with a clearer cause, where the server shows which obsolete cipher it wants."""
        trail.attempts += 1
        cipher = await obsolete_cipher(target.host, target.port, policy, self.resolve)
        trail.words.append("probe:obsolete" if cipher else "probe:none")
        if cipher is None:
            return stop
        trail.detail = f"it would speak {cipher}"
        return Stop("obsolete-cipher", permanent=True)

    def _remember(self, target: Target, before: HostState | None, walk: Walk, intermediates: tuple[str, ...]) -> None:
        if target.scheme == "http":
            state = replace(before or HostState(), fault="", policy=None, failures=0, rest_until=0.0)
        else:
            state = after_success(before, walk, intermediates, self.now())
        if state != (before or HostState()):
            self.memory.put(target.key, state)

    def _give_up(
        self, target: Target, policy: HostPolicy, before: HostState | None, stop: Stop, trail: Trail
    ) -> FetchError:
        state = after_failure(before, stop, policy, self.now())
        self.memory.put(target.key, state)
        rest = None if stop.permanent else state.rest_until - self.now()
        return trail.error(stop.fault, permanent=stop.permanent, detail=trail.detail, retry_after=rest)


async def fetch_plain(address: str, policy: HostPolicy, resolve: Resolve) -> bytes:
    """The body at an http address, at most 64 KiB, redirects not followed. Raises OSError for whatever goes wrong."""
    try:
        target = Target.of(address)
        connection = await connect(target.host, target.port, HTTP, policy, resolve)
    except (ConnectError, ValueError) as error:
        raise OSError(f"{address}: {error}") from error
    try:
        request = f"GET {target.path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nConnection: close\r\n\r\n"
        answer = await connection.ask(request.encode("ascii"), "GET", aia.LARGEST_CERTIFICATE)
    except (AnswerError, UnicodeError) as error:
        raise OSError(f"{address}: {error}") from error
    finally:
        connection.close()
    if answer.head.status != 200:
        raise OSError(f"{address}: status {answer.head.status}")
    return answer.body
