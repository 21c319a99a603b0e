"""Scrapy's download handler for http and https: one request in, one answer out, by way of the TLS ladder."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.asyncio import is_asyncio_available

from crawler.exchange import BodyEnd, Exchange, FetchError
from crawler.exchange import Headers as ExchangeHeaders
from crawler.tls.answer import Answer, AnswerError
from crawler.tls.climb import Climber
from crawler.tls.connection import Connection
from crawler.tls.faults import Fault, all_faults
from crawler.tls.ladder import HTTP, HostMemory, HostPolicy, RunMemory
from crawler.tls.target import Target
from crawler.tls.trail import Limits, Trail
from crawler.tls.whole import is_whole

TRIES = 3  # connections for one request whose answer broke off
REPEATABLE = ("GET", "HEAD")
CONNECTION_HEADERS = (b"host", b"connection", b"content-length", b"transfer-encoding", b"keep-alive", b"upgrade", b"te")
PRIVATE_HEADERS = (b"cookie", b"authorization")  # never sent where TLS was left for plain http


class LadderHandler:
    """The handler Scrapy makes once for each scheme. Redirects are not followed and proxies not used."""

    lazy = True

    def __init__(self, climber: Climber, *, timeout: float, largest: int, idle_per_host: int) -> None:
        self.climber = climber
        self.timeout = timeout
        self.largest = largest
        self.idle_per_host = idle_per_host
        self.idle: dict[tuple[str, str, HostPolicy], deque[Connection]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The handler of a crawl. Host memory is ``crawler.host_memory``; without one, it lasts as long as the handler:
        Scrapy's own commands (fetch, shell) know no database."""
        if not is_asyncio_available():
            raise NotConfigured("the TLS ladder needs Scrapy's asyncio reactor")
        settings = crawler.settings
        memory: HostMemory = getattr(crawler, "host_memory", None) or RunMemory()
        return cls(
            Climber(memory, limits_of(settings)),
            timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
            largest=settings.getint("DOWNLOAD_MAXSIZE"),
            idle_per_host=max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")),
        )

    async def download_request(self, request: Request) -> Response:
        """The answer to a request, whatever its status; ``request.meta["exchange"]`` holds it as received.

        Raises FetchError when there is none.
        """
        trail = Trail()
        try:
            target = Target.of(request.url)
        except ValueError as error:
            raise trail.error("bad-url", permanent=True, detail=str(error)) from error
        seconds = float(request.meta.get("download_timeout") or self.timeout)
        try:
            async with asyncio.timeout(seconds):
                exchange = await self._exchange(request, target, trail)
        except TimeoutError as error:
            raise trail.error(
                trail.unsolved() or "timeout", permanent=False, detail=f"{seconds:g} s are over"
            ) from error
        request.meta["exchange"] = exchange
        return response_of(exchange)

    async def close(self) -> None:
        """Let go of all idle connections."""
        for connections in self.idle.values():
            while connections:
                connections.pop().leave()
        self.idle.clear()
        self.climber.resolve.close()
        await asyncio.sleep(0)  # the loop closes the sockets in its next turn

    async def _exchange(self, request: Request, target: Target, trail: Trail) -> Exchange:
        policy: HostPolicy = request.meta.get("policy") or HostPolicy()
        broken = 0
        while True:
            connection = self._take(target, policy) or await self.climber.open(target, policy, trail)
            try:
                return await self._ask(connection, request, target, policy, trail)
            except AnswerError as error:
                stale = error.fault == "no-response" and connection.used > 1
                broken += not stale
                fault = all_faults()[error.fault]
                if fault.permanent or broken >= TRIES or request.method not in REPEATABLE:
                    raise failure_of(connection, trail, fault, error.message) from error
                if not stale:
                    await asyncio.sleep(self.climber.limits.pause(broken))

    async def _ask(
        self, connection: Connection, request: Request, target: Target, policy: HostPolicy, trail: Trail
    ) -> Exchange:
        headers = headers_of(request, target, downgraded=connection.rung == HTTP and target.scheme == "https")
        trail.ip = connection.ip
        try:
            answer = await connection.ask(message_of(request, target, headers), request.method, self.largest)
            exchange = exchange_of(connection, request, target, headers, answer, trail)
            if exchange.body_end == "unproven" and 200 <= exchange.status < 300:
                require_whole(exchange, connection, trail)
        except BaseException:  # also when cancelled: half an answer is in the pipe
            connection.close()
            raise
        self._put_back(connection, target, policy, answer)
        return exchange

    def _take(self, target: Target, policy: HostPolicy) -> Connection | None:
        """An idle connection of the rung that the host still needs."""
        waiting = self.idle.get((target.scheme, target.key, policy), ())
        while waiting:
            connection = waiting.pop()
            if connection.alive() and self._settled(target, connection):
                return connection
            connection.close()
        return None

    def _put_back(self, connection: Connection, target: Target, policy: HostPolicy, answer: Answer) -> None:
        """Keep a connection for the next request, unless its rung is in doubt: then strict is to be tried again."""
        waiting = self.idle.setdefault((target.scheme, target.key, policy), deque())
        if answer.reusable and len(waiting) < self.idle_per_host and self._settled(target, connection):
            connection.park()
            waiting.append(connection)
        else:
            connection.leave()

    def _settled(self, target: Target, connection: Connection) -> bool:
        state = self.climber.memory.get(target.key)
        if target.scheme == "http":
            return True
        return state is not None and state.rung == connection.rung and state.expires > self.climber.now()


def failure_of(connection: Connection, trail: Trail, fault: Fault, detail: str) -> FetchError:
    """The failure of an answer: with the connection it came over, which the way there may not show."""
    error = trail.error(fault.name, permanent=fault.permanent, detail=detail)
    error.path = error.path or connection.way
    error.certificate = connection.tls.certificate if connection.tls else None
    return error


def require_whole(exchange: Exchange, connection: Connection, trail: Trail) -> None:
    """Nothing, if the body shows that it is whole. Raises FetchError("truncated"), which keeps the exchange."""
    if not is_whole(exchange.body, exchange.headers):
        detail = f"{len(exchange.body)} bytes, then nothing"
        error = failure_of(connection, trail, all_faults()["truncated"], detail)
        error.exchange = exchange
        raise error


def headers_of(request: Request, target: Target, *, downgraded: bool) -> ExchangeHeaders:
    """The headers to send: Host first, the request's own, none that belongs to the connection or could split it."""
    headers = [(b"Host", target.host_header().encode("ascii"))]
    for name, values in request.headers.items():
        unwanted = name.lower() in CONNECTION_HEADERS or (downgraded and name.lower() in PRIVATE_HEADERS)
        headers += [(name, v) for v in values if not unwanted and not {10, 13, 0}.intersection(name + v)]
    if request.body or request.method in ("POST", "PUT"):
        headers.append((b"Content-Length", str(len(request.body)).encode()))
    return tuple(headers)


def message_of(request: Request, target: Target, headers: ExchangeHeaders) -> bytes:
    """The request as it goes over the wire (RFC 9112 section 3)."""
    first = f"{request.method} {target.path} HTTP/1.1".encode("ascii")
    return b"\r\n".join([first, *(name + b": " + value for name, value in headers), b"", request.body])


def exchange_of(
    connection: Connection,
    request: Request,
    target: Target,
    headers: ExchangeHeaders,
    answer: Answer,
    trail: Trail,
) -> Exchange:
    """What went over the wire, as one value."""
    end: BodyEnd = "framed"
    if answer.ending == "close":
        end = "close_notify" if connection.stream.proves_end() else "unproven"
    path = (tuple(trail.words) or connection.way) if target.scheme == "https" else ()
    return Exchange(
        url=request.url if connection.rung != HTTP else plain_url(request.url),
        method=request.method,
        request_headers=headers,
        status=answer.head.status,
        reason=answer.head.reason,
        http_version=answer.head.version,
        headers=answer.head.headers,
        body=answer.body,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        ip=connection.ip,
        attempts=max(1, trail.attempts),
        body_end=end,
        tls=replace(connection.tls, path=path) if connection.tls else None,
        path=path,
    )


def plain_url(url: str) -> str:
    """The address of the same page without TLS."""
    return "http:" + url.partition(":")[2] if url[:6].lower() == "https:" else url


def response_of(exchange: Exchange) -> Response:
    """Scrapy's form of an answer, still compressed: HttpCompressionMiddleware stands above the handler."""
    headers = Headers()
    for name, value in exchange.headers:
        headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=exchange.url, body=exchange.body[:5000])
    return kind(
        url=exchange.url,
        status=exchange.status,
        headers=headers,
        body=exchange.body,
        ip_address=ipaddress.ip_address(exchange.ip) if exchange.ip else None,
        protocol=exchange.http_version,
    )


def limits_of(settings: BaseSettings) -> Limits:
    """The ladder's limits by the settings TLS_HANDSHAKE_TIMEOUT, TLS_BACKOFF_BASE and TLS_BACKOFF_CAP."""
    usual = Limits()
    return Limits(
        handshake=settings.getfloat("TLS_HANDSHAKE_TIMEOUT", usual.handshake),
        backoff_base=settings.getfloat("TLS_BACKOFF_BASE", usual.backoff_base),
        backoff_cap=settings.getfloat("TLS_BACKOFF_CAP", usual.backoff_cap),
    )
