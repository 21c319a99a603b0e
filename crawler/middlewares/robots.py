"""robots.txt (RFC 9309): fetched through the ladder, asked before every page. 4xx allows, silence defers the host."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.addresses import host_port, resolve
from crawler.exchange import FetchError
from crawler.sites import Site
from pipelines.instants import instant
from pipelines.store import Transaction

AGENT = "danchieu"
MAX_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for at least 500 KiB
MAX_REDIRECTS = 5  # RFC 9309 section 2.3.1.2
KEEP_SECONDS = 86400.0  # RFC 9309 section 2.4

State = Literal["rules", "none", "unreachable"]


class RobotsClosedError(FetchError):
    """robots.txt closes the page to us."""

    def __init__(self, url: str) -> None:
        super().__init__("robots", f"robots.txt closes {url}", permanent=True, attempts=0)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host said: its text, when "rules"; "none" allows everything, "unreachable" nothing for now."""

    state: State
    checked: float
    text: str = ""
    error: FetchError | None = None
    parsed: Protego = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Parsed once: half a megabyte of rules takes a fifth of a second.
        object.__setattr__(self, "parsed", Protego.parse(self.text.removeprefix("\ufeff")))

    def allows(self, url: str) -> bool:
        """Whether the page may be fetched."""
        return self.state == "none" or self.parsed.can_fetch(url, AGENT)

    @property
    def delay(self) -> float:
        """The seconds between two pages that it asks for, at most a minute; 0 if it asks for none."""
        return min(60.0, float(self.parsed.crawl_delay(AGENT) or 0))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps it names, as written."""
        return tuple(self.parsed.sitemaps)


def save(tx: Transaction, host: str, rules: Rules) -> None:
    """Writes what a host's robots.txt said."""
    digest = hashlib.sha256(rules.text.encode()).hexdigest() if rules.state == "rules" else None
    tx.execute(
        "INSERT INTO hosts(host, robots, robots_checked, robots_text, robots_sha256) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT(host) DO UPDATE SET robots = excluded.robots, robots_checked = excluded.robots_checked,"
        " robots_text = excluded.robots_text, robots_sha256 = excluded.robots_sha256",
        [host, rules.state, instant(rules.checked), rules.text or None, digest],
    )


@dataclass
class Robots:
    """A downloader middleware that lets a page through only after asking its host's robots.txt, once a run."""

    crawler: Crawler
    _known: dict[str, Rules] = field(default_factory=dict)
    _asking: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Nothing, when the page may be fetched; raises ``RobotsClosedError``, or ``FetchError`` to try later."""
        site: Site | None = request.meta.get("site")
        if site is None or request.meta.get("robots"):
            return
        host = host_port(request.url)
        async with self._asking[host]:
            rules = self._known.get(host)
            if rules is None or time.time() - rules.checked > KEEP_SECONDS:
                rules = await ask_rules(request.url, lambda url: self._download(url, request), site)
                if rules.state == "unreachable":
                    self._known.pop(host, None)
                else:
                    self._known[host] = rules
                self.crawler.spider.desk.remember(lambda tx: save(tx, host, rules))  # type: ignore[union-attr]
        if rules.error is not None:
            raise rules.error
        if not rules.allows(request.url):
            raise RobotsClosedError(request.url)

    async def _download(self, url: str, page: Request) -> Response:
        assert self.crawler.engine is not None, "a page is being fetched"
        meta = {"policy": page.meta["policy"], "site": page.meta["site"], "robots": True}
        request = Request(url, meta=meta, callback=NO_CALLBACK, priority=1000)
        return await self.crawler.engine.download_async(request)


async def ask_rules(page: str, download: Callable[[str], Awaitable[Response]], site: Site) -> Rules:
    """The rules for a page's host: its robots.txt, redirects followed within the site."""
    parts = urlsplit(page)
    url = f"{parts.scheme}://{parts.netloc}/robots.txt"
    for _ in range(MAX_REDIRECTS + 1):
        try:
            response = await download(url)
        except FetchError as error:
            return Rules("unreachable", time.time(), error=_deferred(error))
        location = response.headers.get("Location") or b""
        target = resolve(url, location.decode("utf-8", "replace"))
        if not 300 <= response.status < 400 or not target or not site.owns(target):
            break
        url = target
    return rules_of(response)


def rules_of(response: Response) -> Rules:
    """What an answer to the question for robots.txt says."""
    now = time.time()
    if response.status >= 500 or response.status == 429:
        error = FetchError("robots-unreachable", f"robots.txt answers {response.status}", permanent=False)
        return Rules("unreachable", now, error=error)
    if response.status != 200:
        return Rules("none", now)
    return Rules("rules", now, response.body[:MAX_BYTES].decode("utf-8", "replace"))


def _deferred(error: FetchError) -> FetchError:
    """The error a page ends in when its host's robots.txt could not be asked: later if later may help."""
    if error.permanent:
        return error
    return FetchError(
        error.error_class,
        f"robots.txt cannot be asked: {error.message}",
        permanent=False,
        retry_after=error.retry_after,
        path=error.path,
        attempts=error.attempts,
        ip=error.ip,
    )
