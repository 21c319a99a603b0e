"""One spider for every site: turns leases into requests, and answers or their absence into visits."""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.causes import DROPPED, bug
from crawler.desk import Desk
from crawler.exchange import FetchError
from crawler.middlewares.robots import RobotsClosedError
from crawler.outcomes import after_error, after_exchange, refused
from crawler.plan import plan_of
from crawler.progress import PlainProgress, Progress
from crawler.tls.ladder import HostPolicy
from crawler.visit import Lease, Understanding, Visit
from crawler.writer.jobs import Settle


class NewsSpider(Spider):
    """Carries the desk of the crawl; every callback returns a list with exactly one visit, and never a request."""

    name = "news"
    desk: Desk

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, sites: str = "", display: Progress | None = None, **kwargs: Any
    ) -> Self:
        """The spider with its desk; ``-a sites=a,b`` names sites or units."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.desk = Desk(crawler, plan_of(crawler.settings, sites), display or PlainProgress())
        crawler.signals.connect(spider.bug, signals.spider_error)
        crawler.signals.connect(spider.dropped, signals.request_dropped)
        return spider

    async def start(self) -> Any:
        """Nothing: seeds are rows of the frontier."""
        return
        yield

    def request(self, lease: Lease) -> Request:
        """The request of a lease."""
        site = self.desk.plan.sites[lease.site]
        policy = HostPolicy(site.allow, site.extra_ca, site.private, site.connect)
        validators = {"If-None-Match": lease.etag, "If-Modified-Since": lease.last_modified}
        headers = validators if lease.conditional else {}
        return Request(
            lease.fetch_url,
            headers={name: value for name, value in headers.items() if value},
            callback=self.parse,
            errback=self.failed,
            dont_filter=True,
            meta={"lease": lease, "site": site, "policy": policy, "download_slot": lease.host},
        )

    def parse(self, response: Response, **_: Any) -> list[Visit]:
        """The visit of an answered request."""
        lease: Lease = response.meta["lease"]
        return [after_exchange(lease, response.meta["exchange"], self.desk.plan.sites[lease.site], self.desk.clock())]

    def failed(self, failure: Failure) -> list[Visit]:
        """The visit of a request without an answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy on every failure
        lease: Lease = request.meta["lease"]
        error = failure.value
        if isinstance(error, RobotsClosedError):
            return [refused(lease, "robots", self.desk.clock())]
        if not isinstance(error, FetchError):
            error = FetchError(bug(error), str(error), permanent=False)
        return [after_error(lease, error, self.desk.clock())]

    def bug(self, failure: Failure, response: Any, spider: Spider) -> None:
        """Ends the lease of a callback that raised."""
        request = response.request if hasattr(response, "request") else failure.request  # type: ignore[attr-defined]
        self._end(request, bug(failure.value))

    def dropped(self, request: Request, spider: Spider) -> None:
        """Ends the lease of a request that a middleware dropped."""
        self._end(request, DROPPED)

    def _end(self, request: Request, cause: str) -> None:
        lease: Lease | None = request.meta.get("lease")
        if lease is not None:
            visit = refused(lease, cause, self.desk.clock(), state="failed")
            self.desk.submit(Settle(visit, Understanding()))
