"""The one thread that writes: archive, fsync, transactions, renewals and leases. It posts what it did after its commit.

SQL and fsync never run in the reactor's thread, where a busy database would stall every handshake. One fsync serves
several visits; each visit has its own transaction.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crawler import frontier
from crawler.archive import Archive
from crawler.causes import bug
from crawler.frontier import LeaseLost, Outlook, Territory
from crawler.visit import Kept, Lease, Next
from crawler.work import cause_of
from crawler.writer.jobs import Delivery, Job, Remember, Return, Settle
from crawler.writer.keeping import Keeper
from crawler.writer.opening import Opening, take_back_dead
from pipelines.errors import DanchieuError, StorageError
from pipelines.models import Position
from pipelines.store import Store, Transaction

BATCH = 16  # visits that share one fsync
BUFFER = 256  # leases held: in the buffer, on the wire, in the pool
BEAT = 1.0
RESCUE_SECONDS = 3.0


@dataclass
class Writer:
    """A thread with a queue of jobs. ``post`` is called from the thread and must only hand the delivery on."""

    open_store: Callable[[], Store]
    open_archive: Callable[[], Archive]
    keeper: Keeper
    begin: Callable[[Store, str], Opening]
    territory: Territory
    post: Callable[[Delivery], None]
    limit: int | None = None  # articles to lease in this run
    clock: Callable[[], float] = time.time
    _jobs: queue.SimpleQueue[Job] = field(default_factory=queue.SimpleQueue)
    _held: dict[str, Lease] = field(default_factory=dict)
    _renewed: float = 0.0
    _looked: float = 0.0
    _stop: bool = False

    def start(self) -> threading.Thread:
        """Starts the thread; a daemon, so that a stuck disk cannot hang the exit."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()
        return self._thread

    def submit(self, job: Job) -> None:
        """Hands the thread a job; None lets it give back what it holds and end."""
        self._jobs.put(job)

    def join(self, seconds: float) -> None:
        """Waits for the thread to end, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self.open_store() as store, self.open_archive() as archive:
                opening = self.begin(store, archive.owner)
                self.keeper.look_back(store)
                self.post(Delivery(opening=opening))
                while not self._stop:
                    self.post(self._turn(store, archive))
        except DanchieuError as error:
            self.post(Delivery(error=error, outlook=Outlook(more=False)))
        except Exception as error:  # a bug here must close the run and be seen, not leave it waiting for ever
            failure = DanchieuError(f"the writer failed ({bug(error)}): {error}")
            failure.__cause__ = error
            self.post(Delivery(error=failure, outlook=Outlook(more=False)))
        else:
            self.post(Delivery(outlook=Outlook(more=False), stopped=True))

    def _turn(self, store: Store, archive: Archive) -> Delivery:
        jobs = self._drain()
        settling = [job for job in jobs if isinstance(job, Settle)]
        positions = [self.keeper.archive(store, archive, job.visit, job.understanding) for job in settling]
        if any(positions):
            archive.sync()
        kept = tuple(
            (job.visit.lease, self._settle(store, archive.owner, job, position))
            for job, position in zip(settling, positions, strict=True)
        )
        self._small_jobs(store, archive.owner, jobs)
        with store.write() as tx:
            self._renew(tx, archive.owner)
            leases = () if self._stop else self._lease(tx, archive.owner)
        outlook = frontier.outlook(store.connection, self.territory, owner=archive.owner, now=self.clock())
        if outlook.more and not self._held:
            self._rescue(store, archive.owner)
        return Delivery(leases, kept, self._within_limit(outlook))

    def _rescue(self, store: Store, owner: str) -> None:
        """With nothing else to do, looks whether a process that holds leases has died: sooner than they expire."""
        if self.clock() - self._looked >= RESCUE_SECONDS:
            self._looked = self.clock()
            take_back_dead(store, owner)

    def _drain(self) -> list[Job]:
        jobs: list[Job] = []
        try:
            jobs.append(self._jobs.get(timeout=BEAT))
            while len(jobs) < BATCH:
                jobs.append(self._jobs.get_nowait())
        except queue.Empty:
            pass
        self._stop = self._stop or None in jobs
        return jobs

    def _settle(self, store: Store, owner: str, job: Settle, position: Position | None) -> Kept:
        """What became of a visit; an error that is not the storage's is the page's, and the page fails with it."""
        self._held.pop(job.visit.lease.url, None)
        try:
            ahead = self.keeper.add_ahead(store, job.visit, job.understanding)
            with store.write() as tx:
                return self.keeper.keep(tx, owner, job.visit, job.understanding, position, ahead=ahead)
        except LeaseLost:
            return Kept(lost=True)
        except StorageError:
            raise
        except Exception as error:  # one page's rows must not end the run; it is kept as failed with its cause
            understood = cause_of(error)
            failed = replace(job.visit, next=Next("failed", cause=understood.cause))
            with store.write() as tx:
                return self.keeper.keep(tx, owner, failed, understood, position)

    def _small_jobs(self, store: Store, owner: str, jobs: list[Job]) -> None:
        returned = [job for job in jobs if isinstance(job, Return)]
        remembered = [job for job in jobs if isinstance(job, Remember)]
        if not (returned or remembered or self._stop):
            return
        with store.write() as tx:
            for job in remembered:
                job.write(tx)
            for back in returned:
                frontier.give_back(tx, [back.lease.url], owner=owner, at=back.after)
                self._held.pop(back.lease.url, None)
            if self._stop:
                frontier.give_back(tx, list(self._held), owner=owner)
                self._held.clear()

    def _renew(self, tx: Transaction, owner: str) -> None:
        now = self.clock()
        if now - self._renewed > frontier.LEASE_SECONDS / 3:
            frontier.renew(tx, owner=owner, now=now)
            self._renewed = now

    def _lease(self, tx: Transaction, owner: str) -> tuple[Lease, ...]:
        room = min(BUFFER - len(self._held), self._left())
        if room <= 0:
            return ()
        held = Counter(lease.host for lease in self._held.values())
        leases = frontier.lease(tx, self.territory, owner=owner, now=self.clock(), limit=room, held=held)
        self._held |= {lease.url: lease for lease in leases}
        return tuple(leases)

    def _left(self) -> int:
        """How many more articles may be leased in this run; those under way count as fetched."""
        if self.limit is None:
            return BUFFER
        return self.limit - self.keeper.articles - sum(lease.kind == "article" for lease in self._held.values())

    def _within_limit(self, outlook: Outlook) -> Outlook:
        return outlook if self._left() > 0 or self._held else Outlook(more=False)
