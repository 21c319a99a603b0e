"""What a host answers to an address that cannot exist: asked once a host and run, before its first article.

A host that says "not found" is as good as its word. One that answers with a page gets that page compared with every
later one: who shows the same page under any address has nothing there, whatever its status says.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.content import TooLargeError, page_of
from crawler.exchange import Exchange, FetchError
from crawler.sites import Site
from crawler.visit import Lease


@dataclass
class Probe:
    """A downloader middleware that probes a host before its first article; a probe that fails is no matter."""

    crawler: Crawler
    _probed: set[str] = field(default_factory=set)  # hosts of this run
    _probing: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Nothing, once the host has been probed."""
        lease: Lease | None = request.meta.get("lease")
        if lease is None or lease.kind != "article":
            return
        async with self._probing[lease.host]:
            if lease.host in self._probed:
                return
            self._probed.add(lease.host)
            exchange = await self._ask(request, request.meta["site"])
            if exchange is not None and exchange.status == 200:
                await self._compare_with(exchange, lease.host)

    async def _ask(self, request: Request, site: Site) -> Exchange | None:
        """The answer to the random address: no lease, no row of ``fetches``."""
        assert self.crawler.engine is not None, "a page is being fetched"
        meta = {"policy": request.meta["policy"], "site": site}
        probe = Request(nowhere(request.url), meta=meta, callback=NO_CALLBACK)
        try:
            await self.crawler.engine.download_async(probe)
        except FetchError:  # closed by robots.txt, or the host is in trouble: its pages will say so themselves
            return None
        exchange: Exchange = probe.meta["exchange"]
        return exchange

    async def _compare_with(self, exchange: Exchange, host: str) -> None:
        try:
            page = page_of(exchange)
        except TooLargeError:
            return
        await self.crawler.spider.desk.know_nowhere(host, page)  # type: ignore[union-attr]  # our spider


def nowhere(url: str) -> str:
    """An address on the same host that nobody ever gave out: of letters only, since any number may be an article's."""
    parts = urlsplit(url)
    word = "".join(secrets.choice(string.ascii_lowercase) for _ in range(20))
    return f"{parts.scheme}://{parts.netloc}/khong-co-trang-nay-{word}"
