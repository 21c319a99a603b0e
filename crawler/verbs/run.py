"""Runs a crawl in this process: from settings to a verdict, or to the error the command ends with."""

from __future__ import annotations

from collections.abc import Mapping

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.health import Verdict
from crawler.progress import Progress
from crawler.spiders.news import NewsSpider
from pipelines.errors import DanchieuError


class InterruptedRunError(DanchieuError):
    """Somebody stopped the run; it goes on where it was when started again."""

    exit_code = 130


def settings_of(overrides: Mapping[str, object]) -> Settings:
    """The project's settings with those of the command line."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(dict(overrides), priority="cmdline")
    return settings


def run_crawl(overrides: Mapping[str, object], display: Progress) -> Verdict:
    """The verdict of one crawl. Raises ``DanchieuError`` for all that keeps it from ending well.

    Once in a process: Scrapy's reactor cannot be started twice.
    """
    process = AsyncCrawlerProcess(settings_of(overrides))
    crawler = process.create_crawler(NewsSpider)
    task = process.crawl(crawler, display=display)
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        raise error
    desk = crawler.spider.desk if crawler.spider is not None else None  # type: ignore[attr-defined]  # NewsSpider's
    if desk is not None and desk.error is not None:
        raise desk.error
    reason = crawler.stats.get_value("finish_reason") if crawler.stats is not None else None
    if desk is None or desk.verdict is None or reason in (None, "shutdown"):
        raise InterruptedRunError("stopped; run the same command again to go on")
    if reason == "pool":
        raise DanchieuError("the worker processes died again and again; run the same command again to go on")
    verdict: Verdict = desk.verdict
    return verdict
