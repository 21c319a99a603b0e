"""``danchieu sites check --live``: one listing and one article of each site, fetched as a crawl would, none stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.addresses import resolve
from crawler.causes import in_words
from crawler.content import TooLargeError, page_of
from crawler.exchange import Exchange, FetchError
from crawler.health import ATTENTION, EVERY_SITE_FAILED, OK
from crawler.robots import rules_of
from crawler.sites import Site
from crawler.tls.climb import Climber
from crawler.tls.handler import LadderHandler, limits_of
from crawler.tls.ladder import HostPolicy, RunMemory
from crawler.visit import Understanding, UrlKind
from crawler.work import Task, begin, work
from pipelines.models import Page
from pipelines.workers import PageTimeout, PoolBroken, WorkerDied, Workers

SITE_SECONDS = 50.0  # for one site, so that a unit takes less than a minute: its sites are asked at the same time
SITES_AT_ONCE = 16
REDIRECTS = 3
HEADER = ("site", "result", "what was seen")


@dataclass(frozen=True, slots=True)
class Found:
    """One site: "ok", "no links", "blocked", "no text", "no date" or "no answer", and what was seen."""

    site: str
    result: str
    detail: str = ""


class _EndedError(Exception):
    """The check of a site ended early, with this result."""

    def __init__(self, result: str, detail: str) -> None:
        super().__init__(result)
        self.result, self.detail = result, detail


def exit_code(found: Sequence[Found]) -> int:
    """0 where all is well, 3 where some sites need a look, 5 where all do."""
    well = sum(one.result == "ok" for one in found)
    return OK if well == len(found) else ATTENTION if well else EVERY_SITE_FAILED


def check_live(sites: Iterable[Site], settings: BaseSettings) -> list[Found]:
    """What each site shows now, in the order given."""
    return asyncio.run(_check_all(list(sites), settings))


async def _check_all(sites: Sequence[Site], settings: BaseSettings) -> list[Found]:
    handler = LadderHandler(
        Climber(RunMemory(), limits_of(settings)),
        timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        largest=settings.getint("DOWNLOAD_MAXSIZE"),
        idle_per_host=1,
    )
    workers: Workers[Task, Understanding] = Workers(work, n=2, initializer=begin, page_seconds=20.0)
    await workers.open()
    headers = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings.get("USER_AGENT")}
    room = asyncio.Semaphore(SITES_AT_ONCE)
    try:
        return list(await asyncio.gather(*(_Check(site, handler, workers, headers, room).result() for site in sites)))
    finally:
        await handler.close()
        await workers.close()


@dataclass(frozen=True)
class _Check:
    """The check of one site."""

    site: Site
    handler: LadderHandler
    workers: Workers[Task, Understanding]
    headers: dict[str, str]
    room: asyncio.Semaphore

    async def result(self) -> Found:
        async with self.room:
            try:
                async with asyncio.timeout(SITE_SECONDS):
                    return Found(self.site.id, *await self._look())
            except _EndedError as ended:
                return Found(self.site.id, ended.result, ended.detail)
            except TimeoutError:
                return Found(self.site.id, "no answer", f"within {SITE_SECONDS:.0f} s")
            except (PageTimeout, PoolBroken, WorkerDied) as error:
                return Found(self.site.id, "no text", f"understanding failed: {error}")

    async def _look(self) -> tuple[str, str]:
        kinds: tuple[tuple[tuple[str, ...], UrlKind], ...] = (
            (self.site.start, "listing"),
            (self.site.feeds, "feed"),
            (self.site.sitemaps, "sitemap"),
        )
        url, kind = next((urls[0], kind) for urls, kind in kinds if urls)
        found = (await self.workers.run(Task(await self._page(url), kind, self.site))).found
        n_links = found.n_links if found else 0
        articles = [c for c in found.candidates if c.kind == "article"] if found else []
        if not articles:
            return (
                "no links",
                f"none of the {n_links} links on {url} matches the article expression" if n_links else url,
            )
        return await self._article(articles[0].fetch_url)

    async def _article(self, url: str) -> tuple[str, str]:
        understood = await self.workers.run(Task(await self._page(url), "article", self.site))
        document = understood.document
        if document is None or document.kind != "article" or not document.text:
            kind = document.kind if document else understood.cause or "nothing"
            return "blocked" if kind == "blocked" else "no text", f"{kind}: {url}"
        title = document.metadata.title or url
        if document.metadata.published is None:
            return "no date", f"{title} ({url})"
        return "ok", f"{document.metadata.published[:10]} {title}"

    async def _page(self, url: str) -> Page:
        """The page at an address, robots.txt asked before, redirects followed within the site."""
        robots = rules_of(await self._fetch(resolve(url, "/robots.txt") or url))
        if robots.state == "unreachable" or not robots.allows(url):
            raise _EndedError("blocked", f"by robots.txt: {url}")
        for _ in range(REDIRECTS + 1):
            request = self._request(url)
            response = await self._fetch_as(request)
            exchange: Exchange = request.meta["exchange"]
            target = resolve(url, (response.headers.get("Location") or b"").decode("utf-8", "replace"))
            if not 300 <= response.status < 400 or target is None:
                return _page(exchange, self.site)
            if not self.site.owns(target):
                raise _EndedError("blocked", in_words("redirect-off-site") + f": {target}")
            url = target
        raise _EndedError("blocked", in_words("redirect-loop"))

    async def _fetch(self, url: str) -> Response:
        return await self._fetch_as(self._request(url))

    def _request(self, url: str) -> Request:
        site = self.site
        policy = HostPolicy(site.allow, site.extra_ca, site.private, site.connect)
        return Request(url, headers=self.headers, meta={"policy": policy})

    async def _fetch_as(self, request: Request) -> Response:
        try:
            response = await self.handler.download_request(request)
        except FetchError as error:
            raise _EndedError("no answer", f"{error.message} ({error.error_class}): {request.url}") from error
        await asyncio.sleep(self.site.delay)
        return response


def _page(exchange: Exchange, site: Site) -> Page:
    if exchange.status != 200:
        result = "blocked" if exchange.status in (401, 403, 429, 451) else "no answer"
        raise _EndedError(result, f"status {exchange.status}: {exchange.url}")
    try:
        page = page_of(exchange)
    except TooLargeError as error:
        raise _EndedError("no text", str(error)) from error
    return Page(page.url, page.body, page.status, page.headers, page.fetched_at, site.source())
