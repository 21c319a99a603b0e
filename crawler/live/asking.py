"""Pages asked for outside of any queue, as a crawl would ask: robots.txt first, at the site's pace, cookies kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.addresses import host_port, resolve
from crawler.causes import in_words
from crawler.content import TooLargeError, page_of
from crawler.exchange import Exchange, FetchError
from crawler.middlewares.cookies import Jars, cookie_asked_for
from crawler.middlewares.robots import Rules, ask_rules
from crawler.sites import Site
from crawler.tls.climb import Climber
from crawler.tls.handler import LadderHandler, limits_of
from crawler.tls.ladder import HostPolicy, RunMemory
from pipelines.errors import EverySiteFailedError
from pipelines.models import Page

REDIRECTS = 3
Result = Literal["blocked", "no answer", "no text"]


class NoPageError(EverySiteFailedError):
    """An address gave no page: in a word, why, and which fault it was where the network or TLS is to blame."""

    def __init__(self, result: Result, detail: str, fault: str = "") -> None:
        super().__init__(f"{result}: {detail}")
        self.result, self.detail, self.fault = result, detail, fault


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, and the exchange that brought it: how it came, by which TLS."""

    page: Page
    exchange: Exchange


@asynccontextmanager
async def opened_handler(settings: BaseSettings) -> AsyncIterator[LadderHandler]:
    """The download handler of a crawl with a memory of its own, closed at the end of the block."""
    handler = LadderHandler(
        Climber(RunMemory(), limits_of(settings)),
        timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        largest=settings.getint("DOWNLOAD_MAXSIZE"),
        idle_per_host=1,
    )
    try:
        yield handler
    finally:
        await handler.close()


def headers_of(settings: BaseSettings) -> dict[str, str]:
    """The headers that a crawl sends with every request."""
    return {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings.get("USER_AGENT")}


@dataclass
class Asker:
    """Asks one site for pages, one at a time. ``strays``: a redirect may lead to another site."""

    site: Site
    handler: LadderHandler
    headers: Mapping[str, str]
    strays: bool = False
    answered_stub: bool = False
    _rules: dict[str, Rules] = field(default_factory=dict)
    _jars: Jars = field(default_factory=Jars)
    _free: float = 0.0  # monotonic seconds

    async def page(self, url: str) -> Answer:
        """The page at an address, redirects followed. Raises ``NoPageError``."""
        for _ in range(REDIRECTS + 1):
            if not (await self.rules(url)).allows(url):
                raise NoPageError("blocked", f"{in_words('robots')}: {url}")
            response, exchange = await self._past_stub(url)
            target = resolve(url, (response.headers.get("Location") or b"").decode("utf-8", "replace"))
            if not 300 <= response.status < 400 or target is None:
                return Answer(_page(exchange, self.site), exchange)
            if not self.strays and not self.site.owns(target):
                raise NoPageError("blocked", f"{in_words('redirect-off-site')}: {target}")
            url = target
        raise NoPageError("blocked", f"{in_words('redirect-loop')}: {url}")

    async def rules(self, url: str) -> Rules:
        """What the robots.txt of an address says, asked for once. Raises ``NoPageError`` where it cannot be asked."""
        host = host_port(url)
        if host not in self._rules:
            self._rules[host] = await ask_rules(url, self._robots, self.site)
        error = self._rules[host].error
        if error is not None:
            fault = error.error_class
            result: Result = "blocked" if fault == "robots-unreachable" else "no answer"
            raise NoPageError(result, f"{error.message} ({fault}): {url}", fault)
        return self._rules[host]

    async def _robots(self, url: str) -> Response:
        return (await self._ask(url))[0]

    async def _past_stub(self, url: str) -> tuple[Response, Exchange]:
        """The answer, or the one behind a page that wants its cookie back, if the site's entry allows to answer it."""
        response, exchange = await self._ask(url)
        cookie = cookie_asked_for(exchange)
        if cookie is None:
            return response, exchange
        if "cookie-stub" in self.site.allow:
            self._jars.set(url, cookie)
            self.answered_stub = True
            response, exchange = await self._ask(url)
        if cookie_asked_for(exchange) is not None:
            raise NoPageError("blocked", f"{in_words('cookie-stub')}: {url}", "cookie-stub")
        return response, exchange

    async def _ask(self, url: str) -> tuple[Response, Exchange]:
        await asyncio.sleep(max(0.0, self._free - time.monotonic()))
        site = self.site
        policy = HostPolicy(site.allow, site.extra_ca, site.private, site.connect)
        request = Request(url, headers=dict(self.headers), meta={"policy": policy})
        self._jars.give(request)
        try:
            response = await self.handler.download_request(request)
        except FetchError as error:
            said = f"{error.message} ({error.error_class}): {url}"
            raise NoPageError("no answer", said, error.error_class) from error
        finally:
            self._free = time.monotonic() + site.delay
        self._jars.keep(request, response)
        return response, request.meta["exchange"]


def _page(exchange: Exchange, site: Site) -> Page:
    if exchange.status != 200:
        result: Result = "blocked" if exchange.status in (401, 403, 429, 451) else "no answer"
        raise NoPageError(result, f"status {exchange.status}: {exchange.url}")
    try:
        return replace(page_of(exchange), source=site.source())
    except TooLargeError as error:
        raise NoPageError("no text", f"{error}: {exchange.url}") from error
