"""The desk of a crawl: the one place where Scrapy, the pool and the writer meet. Lives in the reactor's thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from crawler.archive import Archive, archive_folder
from crawler.clock import SteadyClock
from crawler.frontier import Outlook
from crawler.health import Verdict, finish
from crawler.health.judging import Finished
from crawler.plan import Plan
from crawler.progress import Counters, Progress
from crawler.refusing import Doorkeeper
from crawler.tls.memory import LastingMemory
from crawler.visit import Kept, Understanding, Visit
from crawler.work import Task, begin, cause_of, work
from crawler.writer import Writer
from crawler.writer.jobs import Delivery, Job, Remember, Return, Settle
from crawler.writer.keeping import Keeper
from crawler.writer.opening import open_run, territory
from pipelines.corpus import run_corpus
from pipelines.errors import DanchieuError
from pipelines.models import Page
from pipelines.store import Store, Transaction
from pipelines.workers import PoolBroken, Workers

GIVEN_BACK_SECONDS = 5.0  # a page whose pool broke waits so long
CLOSING_SECONDS = 3.0  # after a Ctrl-C a page may be understood for so long before it is given back


class Desk:
    """Understands pages in the pool, has them kept by the writer, and closes the run when either cannot go on."""

    def __init__(self, crawler: Crawler, plan: Plan, progress: Progress) -> None:
        self.plan = plan
        self.error: DanchieuError | None = None
        self.verdict: Verdict | None = None
        self.counters = Counters()
        self.clock = SteadyClock()
        self.started = self.clock.began
        self.on_delivery: Callable[[Delivery], None] = lambda _: None
        self._doorkeeper = Doorkeeper(frozenset(site.id for site in plan.sites.values() if site.private))
        self._crawler = crawler
        self._progress = progress
        self._workers: Workers[Task, Understanding] | None = None
        self._settling: dict[str, asyncio.Future[Kept]] = {}
        self._closing: asyncio.Task[None] | None = None
        self._stopped_at: float | None = None
        self._loop = asyncio.get_event_loop()
        self._ended = asyncio.Event()
        ground = territory(plan.sites.values())
        self._writer = Writer(
            open_store=lambda: Store.open(plan.db),
            open_archive=lambda: Archive(archive_folder(plan.db), plan.run),
            keeper=Keeper(plan, self.started, self.clock),
            begin=lambda store, owner: open_run(store, plan, ground, owner=owner, started=self.started),
            territory=ground,
            post=self._post,
            limit=plan.limit,
            clock=self.clock,
        )
        self.hosts = LastingMemory(self.remember)
        crawler.host_memory = self.hosts  # type: ignore[attr-defined]  # read by the download handler

    def _post(self, delivery: Delivery) -> None:
        """Hands a delivery over from the writer's thread; a loop that has ended needs it no more."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver, delivery)

    def submit(self, job: Job) -> None:
        """Hands the writer a job."""
        self._writer.submit(job)

    def remember(self, write: Callable[[Transaction], None]) -> None:
        """Has the writer call ``write`` with a transaction, soon."""
        self.submit(Remember(write))

    async def start_writer(self) -> None:
        """Starts the writer; what it cannot open is raised when the pipeline opens, where Scrapy closes in order."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()

    async def open(self) -> None:
        """Starts the workers; raises ``CloseSpider`` when the writer could not begin."""
        self._workers = Workers(work, n=self.plan.workers, initializer=begin, page_seconds=self.plan.page_seconds)
        try:
            await self._workers.open()
        except PoolBroken as error:
            self.error = error
            raise CloseSpider("pool") from error
        if self.error is not None:
            raise CloseSpider("storage")

    async def handle(self, visit: Visit) -> None:
        """Has the page of a visit understood and waits until the visit is kept, or gives its lease back."""
        if visit.fetch.attempts == 0 and visit.next.state == "new":
            self._give_back(visit, visit.next.retry_at)  # the host rests: nobody was asked
            return
        understanding = self._doorkeeper.judged(visit, await self._understand(visit))
        if understanding.again:
            self._give_back(visit, self.clock() + GIVEN_BACK_SECONDS)
            return
        if self._ended.is_set():  # the writer is gone: nothing can be kept, and nobody would answer
            self.on_delivery(Delivery(kept=((visit.lease, Kept(lost=True)),), outlook=Outlook(more=False)))
            return
        future: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._settling[visit.lease.url] = future
        self.submit(Settle(visit, understanding))
        await future

    def _give_back(self, visit: Visit, at: float | None) -> None:
        self.submit(Return(visit.lease, after=at or 0))
        self.on_delivery(Delivery(kept=((visit.lease, Kept(state="new")),)))

    async def know_nowhere(self, host: str, page: Page) -> None:
        """Remembers what a host shows under an address that cannot exist."""
        assert self._workers is not None, "the pipeline has opened"
        try:
            understood = await self._workers.run(Task(page))
        except Exception:  # whatever a page raises in a worker belongs to that page, and this one is nobody's
            return
        self._doorkeeper.know_nowhere(host, understood.document)

    async def _understand(self, visit: Visit) -> Understanding:
        if visit.page is None:
            return Understanding()
        assert self._workers is not None, "the pipeline has opened"
        task = Task(visit.page, visit.lease.kind, self.plan.sites.get(visit.lease.site))
        running = asyncio.ensure_future(self._workers.run(task))
        while not running.done():
            await asyncio.wait({running}, timeout=1)
            if self._overdue():
                running.cancel()
                return Understanding(again=True)
        try:
            return running.result()
        except PoolBroken:
            self.close_crawl("pool")
            return Understanding(again=True)
        except Exception as error:  # whatever a page raises in a worker belongs to that page
            return cause_of(error)

    def _overdue(self) -> bool:
        """Whether the engine was told to stop a while ago."""
        engine = self._crawler.engine
        if engine is None or engine.running:
            return False
        self._stopped_at = self._stopped_at or time.monotonic()
        return time.monotonic() - self._stopped_at > CLOSING_SECONDS

    def _deliver(self, delivery: Delivery) -> None:
        """Takes what the writer posted: in the reactor's thread, after the commit."""
        if delivery.opening is not None:
            self._leave_out(delivery.opening.forgotten)
            self.hosts.load(delivery.opening.hosts)
            self.counters.waiting = delivery.opening.waiting
            self._progress.say(str(delivery.opening))
        for lease, kept in delivery.kept:
            self.counters.add(lease, kept)
            if (future := self._settling.pop(lease.url, None)) and not future.done():
                future.set_result(kept)
        self._progress.update(self.counters)
        if delivery.error is not None:
            self._fail(delivery.error)
        if delivery.stopped or delivery.error is not None:
            self._ended.set()
        self.on_delivery(delivery)

    def _leave_out(self, forgotten: frozenset[str]) -> None:
        """Sites that were forgotten give nothing, which is no failure of theirs."""
        sites = {name: site for name, site in self.plan.sites.items() if name not in forgotten}
        self.plan = replace(self.plan, sites=sites)

    def _fail(self, error: DanchieuError) -> None:
        self.error = error
        for future in self._settling.values():
            if not future.done():
                future.set_result(Kept(lost=True))
        self._settling.clear()
        self.close_crawl("storage")

    def close_crawl(self, reason: str) -> None:
        """Closes the run by a task: awaited in the pipeline it would wait for itself."""
        engine = self._crawler.engine
        if engine is not None and engine.running and self._closing is None:
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason=reason))

    async def close(self) -> None:
        """Stops the workers."""
        if self._workers is not None:
            await self._workers.close()

    async def stop_writer(self, reason: str) -> None:
        """Lets the writer give back what is held, waits for it, and judges the run."""
        self.submit(None)
        with suppress(TimeoutError):  # the disk hangs: leases are taken back at the next start
            await asyncio.wait_for(self._ended.wait(), timeout=10)
        self._progress.update(self.counters)
        if self.error is None:
            try:
                self.verdict = await asyncio.to_thread(self._finish, reason)
            except DanchieuError as error:
                self.error = error

    def _finish(self, reason: str) -> Verdict:
        with Store.open(self.plan.db) as store:
            verdict = finish(store, self._narrowed(reason), self.plan.sites)
            if reason != "shutdown":  # who stops a run does not wait for them; the next run does them
                # After the verdict, since summaries count the days that it says were observed.
                self._progress.say(str(run_corpus(store)))
            return verdict

    def _narrowed(self, reason: str) -> Finished:
        plan = self.plan
        return Finished(plan.run, reason, self.clock(), since=plan.since, until=plan.until, limit=plan.limit)
