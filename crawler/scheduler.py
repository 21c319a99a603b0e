"""Scrapy's SCHEDULER over the frontier: answers from memory, hands out a row when its slot has come, wakes the engine.

The frontier alone feeds Scrapy: ``enqueue_request`` takes nothing but the wake-up call.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from itertools import count
from typing import Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

from crawler.desk import Desk
from crawler.frontier import Outlook
from crawler.visit import Lease
from crawler.writer.jobs import Delivery

ON_THE_WIRE = 200  # so that a few dozen hosts that hang for a minute do not stop the others
BEHIND_IT = 32  # rows between the downloader and their commit, whose pages are in memory
PER_HOST = 2  # connections to a host at once, however slow it is
WAKE = Request("about:wake")  # does nothing but make the engine look again


class LeaseScheduler:
    """Leases in memory, by time slot."""

    def __init__(self, crawler: Crawler, desk: Desk) -> None:
        self._crawler = crawler
        self._desk = desk
        self._order = count()
        self._ready: list[tuple[float, int, Lease]] = []
        self._out: dict[str, Lease] = {}
        self._connected: dict[str, str] = {}  # address -> host, of the rows on the wire
        self._busy: Counter[str] = Counter()  # how many of them a host has
        self._last: dict[str, float] = {}
        self._outlook = Outlook(more=True)
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The scheduler of a crawl whose spider carries the desk."""
        desk: Desk = crawler.spider.desk  # type: ignore[union-attr]  # our spider, made before the engine
        scheduler = cls(crawler, desk)
        desk.on_delivery = scheduler.deliver
        crawler.signals.connect(scheduler._left, signals.request_left_downloader)
        return scheduler

    def open(self, spider: Spider) -> Deferred[None]:
        """Starts the writer."""
        return deferred_from_coro(self._desk.start_writer())

    def close(self, reason: str) -> Deferred[None]:
        """Gives back what was not visited, and ends the writer."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        return deferred_from_coro(self._desk.stop_writer(reason))

    def has_pending_requests(self) -> bool:
        """Whether anything is left for this run, here or in the frontier."""
        return bool(self._ready or self._out or self._outlook.more)

    def enqueue_request(self, request: Request) -> bool:
        """Whether the request is the wake-up call; no other may enter."""
        return request is WAKE

    def next_request(self) -> Request | None:
        """The next row whose slot has come and whose host has a free connection."""
        if self._closing or self._is_full():
            return None
        now = self._desk.clock()
        later: list[tuple[float, int, Lease]] = []
        chosen: Lease | None = None
        while self._ready and self._ready[0][0] <= now:
            entry = heapq.heappop(self._ready)
            if self._may_go(entry[2], now):
                chosen = entry[2]
                break
            later.append(entry)
        for entry in later:
            heapq.heappush(self._ready, entry)
        if chosen is not None:
            self._out[chosen.url] = chosen
            self._connected[chosen.url] = chosen.host
            self._busy[chosen.host] += 1
            self._last[chosen.host] = now
        self._arm(now)
        return None if chosen is None else self._crawler.spider.request(chosen)  # type: ignore[union-attr]

    def deliver(self, delivery: Delivery) -> None:
        """Takes new leases, forgets settled ones, and makes the engine look."""
        for lease in delivery.leases:
            heapq.heappush(self._ready, (lease.due, next(self._order), lease))
        for lease, _ in delivery.kept:
            self._out.pop(lease.url, None)
            self._off_the_wire(lease)  # one that a middleware stopped never left the downloader
        self._outlook = delivery.outlook
        if delivery.error is not None or delivery.stopped:
            self._ready.clear()
            self._out.clear()
        self._wake()

    def _is_full(self) -> bool:
        """Whether no further row may be handed out; CONCURRENT_REQUESTS counts the downloader alone."""
        wire = len(self._connected)
        return wire >= ON_THE_WIRE or len(self._out) - wire >= BEHIND_IT

    def _may_go(self, lease: Lease, now: float) -> bool:
        """Whether its host has a free connection and has rested: two late rows must not leave together."""
        return self._has_room(lease) and self._rested(lease) <= now

    def _has_room(self, lease: Lease) -> bool:
        return self._busy[lease.host] < PER_HOST

    def _rested(self, lease: Lease) -> float:
        """When the host of a row may be asked again."""
        return self._last.get(lease.host, 0) + self._desk.plan.sites[lease.site].delay

    def _left(self, request: Request, spider: Spider) -> None:
        lease: Lease | None = request.meta.get("lease")
        if lease is not None and self._off_the_wire(lease):
            self._wake()

    def _off_the_wire(self, lease: Lease) -> bool:
        """Whether the row was on the wire until now."""
        if self._connected.pop(lease.url, None) is None:
            return False
        self._busy[lease.host] -= 1
        return True

    def _wake(self) -> None:
        engine = self._crawler.engine
        if engine is not None and engine.running and not self._closing:
            engine.crawl(WAKE)

    def _arm(self, now: float) -> None:
        """Sets the alarm for the next row that is not yet due; without it the engine looks every five seconds.

        A row whose host has no free connection is woken by the one that ends.
        """
        if self._timer is not None:
            self._timer.cancel()
        if self._closing or self._is_full():
            return
        times = [max(due, self._rested(lease)) for due, _, lease in self._ready if self._has_room(lease)]
        if times:
            self._timer = asyncio.get_running_loop().call_later(max(0.001, min(times) - now), self._wake)
