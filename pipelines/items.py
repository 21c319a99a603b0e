"""The Scrapy item pipeline: has each page understood in the pool, then kept by the writer. Thin, calls the others."""

from __future__ import annotations

from typing import Any, Protocol, Self

from scrapy.crawler import Crawler


class Desk(Protocol):
    """What the crawl offers the pipeline: it understands a visit's page and keeps the visit."""

    async def open(self) -> None:
        """Starts the workers; raises ``CloseSpider`` when the run cannot begin."""

    async def handle(self, visit: Any) -> None:
        """Understands the page of a visit and waits until the visit is kept."""

    async def close(self) -> None:
        """Stops the workers."""


class Understanding:
    """Hands every visit to the desk; Scrapy's own item machinery ends here."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl whose spider carries the desk."""
        return cls(crawler.spider.desk)  # type: ignore[union-attr]  # our spider, made before the pipelines

    async def open_spider(self) -> None:
        """Starts the workers."""
        await self._desk.open()

    async def process_item(self, item: Any) -> Any:
        """The same visit, kept."""
        await self._desk.handle(item)
        return item

    async def close_spider(self) -> None:
        """Stops the workers; the engine has waited for every page by then."""
        await self._desk.close()
