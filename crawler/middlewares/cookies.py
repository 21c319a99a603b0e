"""Cookies, a jar for each host; a stub that asks for one is answered once, where the site's entry allows it.

In place of Scrapy's middleware, whose one jar for all hosts has to know public suffixes and fetches their list from the
network in the middle of a crawl.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.cookies import CookieJar
from scrapy.http.request import NO_CALLBACK

from crawler.addresses import host_port
from crawler.content import TooLargeError, page_of
from crawler.exchange import Exchange
from crawler.middlewares.cookie_stub import LARGEST, stub_cookie
from crawler.sites import Site

MOST_COOKIES = 100  # of one host; who sets more begins anew


@dataclass
class Jars:
    """The cookies of hosts, which each gets its own of."""

    _jars: dict[str, CookieJar] = field(default_factory=lambda: defaultdict(CookieJar))

    def give(self, request: Request) -> None:
        """Nothing; the request bears its host's cookies."""
        request.headers.pop("Cookie", None)
        self._jars[host_port(request.url)].add_cookie_header(request)

    def keep(self, request: Request, response: Response) -> None:
        """Nothing; what the answer sets is kept."""
        jar = self._jars[host_port(request.url)]
        jar.extract_cookies(response, request)
        if len(jar) > MOST_COOKIES:
            jar.clear()

    def set(self, url: str, cookie: str) -> None:
        """Nothing; ``name=value`` is kept as if the page had set it."""
        self.keep(Request(url), Response(url, headers={"Set-Cookie": f"{cookie}; Path=/"}))


@dataclass
class Cookies:
    """A downloader middleware that gives cookies back to the host that set them, for as long as the run lasts."""

    crawler: Crawler
    _jars: Jars = field(default_factory=Jars)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Nothing; the request bears its host's cookies."""
        self._jars.give(request)

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response, or the page behind the stub that it is; a second stub goes on as the answer it is."""
        self._jars.keep(request, response)
        exchange: Exchange | None = request.meta.get("exchange")
        site: Site | None = request.meta.get("site")
        if exchange is None or site is None or "cookie-stub" not in site.allow or request.meta.get("answers_stub"):
            return response
        cookie = cookie_asked_for(exchange)
        if cookie is None:
            return response
        self._jars.set(request.url, cookie)
        assert self.crawler.engine is not None, "a page is being fetched"
        # Without the lease, whose request leaves the downloader only once.
        meta = {"policy": request.meta["policy"], "site": site, "robots": True, "answers_stub": True}
        again = Request(request.url, headers=request.headers, meta=meta, callback=NO_CALLBACK)
        behind = await self.crawler.engine.download_async(again)
        request.meta["exchange"] = again.meta["exchange"]
        behind.request = request
        return behind


def cookie_asked_for(exchange: Exchange) -> str | None:
    """The cookie, as ``name=value``, that an answer asks for; None for any other answer."""
    if exchange.status != 200 or len(exchange.body) > LARGEST:
        return None
    try:
        return stub_cookie(page_of(exchange).body)
    except TooLargeError:
        return None
