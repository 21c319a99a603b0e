"""``danchieu sites check --live``: one listing and one article of each site, fetched as a crawl would, none stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scrapy.settings import BaseSettings

from crawler.health import ATTENTION, EVERY_SITE_FAILED, OK
from crawler.live.asking import Asker, NoPageError, headers_of, opened_handler
from crawler.sites import Site
from crawler.visit import Understanding, UrlKind
from crawler.work import Task, begin, work
from pipelines.workers import PageTimeout, PoolBroken, WorkerDied, Workers

SITE_SECONDS = 50.0  # for one site, so that a unit takes less than a minute: its sites are asked at the same time
SITES_AT_ONCE = 16
HEADER = ("site", "result", "what was seen")


@dataclass(frozen=True, slots=True)
class Found:
    """One site: "ok", "no links", "blocked", "no text", "no date" or "no answer", and what was seen."""

    site: str
    result: str
    detail: str = ""


def exit_code(found: Sequence[Found]) -> int:
    """0 where all is well, 3 where some sites need a look, 5 where all do."""
    well = sum(one.result == "ok" for one in found)
    return OK if well == len(found) else ATTENTION if well else EVERY_SITE_FAILED


def check_live(sites: Iterable[Site], settings: BaseSettings) -> list[Found]:
    """What each site shows now, in the order given."""
    return asyncio.run(_check_all(list(sites), settings))


async def _check_all(sites: Sequence[Site], settings: BaseSettings) -> list[Found]:
    workers: Workers[Task, Understanding] = Workers(work, n=2, initializer=begin, page_seconds=20.0)
    headers, room = headers_of(settings), asyncio.Semaphore(SITES_AT_ONCE)
    async with opened_handler(settings) as handler:
        await workers.open()
        try:
            checks = [_Check(site, Asker(site, handler, headers), workers, room) for site in sites]
            return list(await asyncio.gather(*(check.result() for check in checks)))
        finally:
            await workers.close()


@dataclass(frozen=True)
class _Check:
    """The check of one site."""

    site: Site
    asker: Asker
    workers: Workers[Task, Understanding]
    room: asyncio.Semaphore

    async def result(self) -> Found:
        async with self.room:
            try:
                async with asyncio.timeout(SITE_SECONDS):
                    return Found(self.site.id, *await self._look())
            except NoPageError as ended:
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
        listing = await self.asker.page(url)
        found = (await self.workers.run(Task(listing.page, kind, self.site))).found
        n_links = found.n_links if found else 0
        articles = [c for c in found.candidates if c.kind == "article"] if found else []
        if not articles:
            return (
                "no links",
                f"none of the {n_links} links on {url} matches the article expression" if n_links else url,
            )
        return await self._article(articles[0].fetch_url)

    async def _article(self, url: str) -> tuple[str, str]:
        answer = await self.asker.page(url)
        understood = await self.workers.run(Task(answer.page, "article", self.site))
        document = understood.document
        if document is None or document.kind != "article" or not document.text:
            kind = document.kind if document else understood.cause or "nothing"
            return "blocked" if kind == "blocked" else "no text", f"{kind}: {url}"
        title = document.metadata.title or url
        if document.metadata.published is None:
            return "no date", f"{title} ({url})"
        return "ok", f"{document.metadata.published[:10]} {title}"
