"""One walk up the ladder over the network: connections made, pauses kept, issuers fetched, causes named."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.tls import aia
from crawler.tls.answer import AnswerError
from crawler.tls.connection import ConnectError, Connection, connect
from crawler.tls.dial import Resolve
from crawler.tls.ladder import HTTP, Complete, HostPolicy, Rung, Stop, Try, Walk, next_step
from crawler.tls.probe import obsolete_cipher
from crawler.tls.target import Target
from crawler.tls.trail import Limits, Trail


class LedNowhereError(Exception):
    """The walk ended without a connection, as ``stop`` says."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.fault)
        self.stop = stop


@dataclass(slots=True)
class Ascent:
    """A walk to one target under one policy. ``known`` are issuers that the host's chain needed before."""

    target: Target
    policy: HostPolicy
    trail: Trail
    walk: Walk
    known: tuple[str, ...]
    limits: Limits
    resolve: Resolve
    intermediates: tuple[str, ...] = field(init=False, default=())

    async def run(self) -> Connection:
        """A connection on the rung ``walk.rung``, with the issuers ``intermediates``. Raises LedNowhereError."""
        if self.walk.from_memory and self.known:
            self.intermediates = self.known
            self.trail.words.append("aia:known")
        step: Try | Complete | Stop = Try(self.walk.rung)
        while True:
            if isinstance(step, Stop):
                raise LedNowhereError(await self._named(step))
            if isinstance(step, Complete):
                step = await self._complete()
                continue
            if step.wait:
                await asyncio.sleep(self.limits.pause(self.trail.attempts))
            try:
                if step.rung == HTTP and self.target.scheme == "https" and not self.walk.from_memory:
                    await self._require_http()
                return await self._connect(step.rung)
            except ConnectError:
                step = self._next()

    def _next(self) -> Try | Complete | Stop:
        step, self.walk = next_step(self.walk, self.trail.fault, self.policy)
        return step

    async def _connect(self, rung: Rung) -> Connection:
        problem: ConnectError | None = None
        for host, port in self.target.places(plain=rung == HTTP, fault=self.trail.fault):
            self.trail.attempts += 1
            try:
                connection = await connect(
                    host, port, rung, self.policy, self.resolve, self.intermediates, self.limits.handshake
                )
            except ConnectError as error:
                self.trail.note(str(rung), error)
                problem = error
            else:
                self.trail.words.append(f"{rung}:ok")
                connection.way = (*(("aia:known",) if self.intermediates else ()), f"{rung}:ok")
                return connection
        assert problem is not None, "every target has a place"
        raise problem

    async def _require_http(self) -> None:
        """Nothing, if the host answers in plain HTTP: that a port is open shows nothing. Raises ConnectError."""
        connection = await self._connect(HTTP)
        self.trail.words.pop()
        request = f"GET / HTTP/1.1\r\nHost: {self.target.authority}\r\nConnection: close\r\n\r\n"
        try:
            async with asyncio.timeout(self.limits.handshake):
                await connection.head(request.encode("ascii"))
        except (AnswerError, TimeoutError) as error:
            silent = ConnectError(getattr(error, "fault", "timeout"), str(error), connection.ip)
            self.trail.note(str(HTTP), silent)
            raise silent from error
        finally:
            connection.close()

    async def _complete(self) -> Try | Complete | Stop:
        """The step after looking for the missing issuer: the same rung again, with whatever is known of it."""

        async def get(address: str) -> bytes:
            return await fetch_plain(address, replace(self.policy, connect=""), self.resolve)

        completion = await aia.complete(self.trail.chain, get)
        self.trail.words.append("aia:ok" if completion.issuers else "aia:failed")
        self.trail.reached_root = completion.reached_root
        if completion.reached_root:
            self.trail.fault = "unknown-root"
        self.intermediates = completion.issuers or self.known
        return Try(self.walk.rung) if self.intermediates else self._next()

    async def _named(self, stop: Stop) -> Stop:
        """The same end with a clearer cause, where the server shows which obsolete cipher it wants."""
        if stop.fault != "handshake":
            return stop
        self.trail.attempts += 1
        cipher = await obsolete_cipher(self.target.host, self.target.port, self.policy, self.resolve)
        self.trail.words.append("probe:obsolete" if cipher else "probe:none")
        if cipher is None:
            return stop
        self.trail.detail = f"it would speak {cipher}"
        return Stop("obsolete-cipher", permanent=stop.permanent)


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
