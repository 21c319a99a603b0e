"""The last check before the wire: a host is never asked sooner than its pace allows, whoever asks.

Leases keep the pace between pages. robots.txt, the probe and a page asked again with its cookie are no leases.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.addresses import host_port
from crawler.sites import Site


@dataclass
class Pace:
    """A downloader middleware that lets one request of a host through at a time, ``Site.delay`` apart."""

    _free: dict[str, float] = field(default_factory=dict)  # by host, monotonic seconds; as many as sites have hosts
    _turn: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls()

    async def process_request(self, request: Request) -> None:
        """Nothing, once the host has rested."""
        site: Site | None = request.meta.get("site")
        if site is None:
            return
        host = host_port(request.url)
        async with self._turn[host]:
            pause = self._free.get(host, 0.0) - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            self._free[host] = time.monotonic() + site.delay
