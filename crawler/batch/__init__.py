"""Pages that are already here, from archives and files: understood in the pool, kept one by one."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Protocol, TypeVar

from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import exchange_of
from crawler.keeping import archived_before
from crawler.plan import new_run
from crawler.sites import Site
from crawler.tables import counted
from crawler.visit import Understanding
from crawler.work import Task, begin, cause_of, work
from pipelines.errors import StorageError
from pipelines.models import Document, Fetch, Position
from pipelines.store import Store, Transaction
from pipelines.store import articles as store_articles
from pipelines.store.articles import Outcome, record_fetch, store_document
from pipelines.store.catalogue import keep_sites, keep_units
from pipelines.store.runs import begin_run, end_run
from pipelines.store.tombstones import is_forgotten
from pipelines.workers import Workers, run_all


class HasTask(Protocol):
    """What can be sent to a worker."""

    def task(self) -> object:
        """What a worker needs of it."""


J = TypeVar("J", bound=HasTask)


@dataclass(frozen=True, slots=True)
class Job:
    """A page from elsewhere, to be understood: its address and its site."""

    archived: ArchivedPage
    url: str
    site: Site | None = None

    def task(self) -> Task:
        """What a worker needs of it."""
        return Task(replace(self.archived.page, source=self.site.source() if self.site else None))

    def key(self, document: Document) -> str:
        """The canonical address to store the document under."""
        return self.site.declared(self.url, document.canonical) if self.site else self.url


@dataclass
class Tally:
    """What became of the pages."""

    outcomes: dict[str, int] = field(default_factory=dict)
    mentions: int = 0

    def add(self, name: str, mentions: int = 0) -> None:
        """Counts one page."""
        self.outcomes[name] = self.outcomes.get(name, 0) + 1
        self.mentions += mentions

    @property
    def pages(self) -> int:
        """How many pages were taken."""
        return sum(self.outcomes.values())

    @property
    def brief(self) -> str:
        """What fits beside a progress bar."""
        failed = self.outcomes.get("failed")
        return counted(self.mentions, "reference") + (f", {failed} failed" if failed else "")

    def __str__(self) -> str:
        parts = [f"{n} {name}" for name, n in sorted(self.outcomes.items())]
        return f"{counted(self.pages, 'page')}: {', '.join(parts) or 'none'}; {counted(self.mentions, 'reference')}"


def start_run(store: Store, command: str, sites: Mapping[str, Site], **settings: object) -> str:
    """The name of a new run that fetches nothing; units, catalogue and settings are written down with it."""
    run = new_run()
    with store.write() as tx:
        keep_units(tx)
        keep_sites(tx, [site.row() for site in sites.values()])
        begin_run(tx, run, time.time(), {"command": command, **settings})
    return run


def finish_run(store: Store, run: str) -> None:
    """Writes that a run came to its end."""
    with store.write() as tx:
        end_run(tx, run, "finished", time.time())


def understand_all(
    jobs: Iterable[J],
    workers: int,
    keep: Callable[[J, Understanding], None],
    function: Callable[[Any], Understanding] = work,
) -> None:
    """Nothing; ``keep`` was called with each job in order, in this thread. Without a job no worker starts.

    ``function`` is what a worker does with the task of a job.
    """
    by_task: dict[int, J] = {}
    source = iter(jobs)
    first = next(source, None)
    if first is None:
        return

    def tasks() -> Iterable[object]:
        for job in chain((first,), source):
            task = job.task()
            by_task[id(task)] = job
            yield task

    async def run() -> None:
        pool: Workers[Any, Understanding] = Workers(function, n=workers, initializer=begin)
        await pool.open()
        try:
            async for task, result in run_all(pool, tasks()):
                keep(by_task.pop(id(task)), result if isinstance(result, Understanding) else cause_of(result))
        finally:
            await pool.close()

    asyncio.run(run())


def kept(
    store: Store, write: Callable[[Transaction, Understanding], tuple[str, int]], understood: Understanding
) -> tuple[str, int]:
    """What ``write`` said of a page, in one transaction. An error that is not the storage's fails that page alone."""
    try:
        with store.write() as tx:
            return write(tx, understood)
    except StorageError:
        raise
    except Exception as error:  # one page's rows must not end the run, nor stop the next one at the same place
        with store.write() as tx:
            return write(tx, cause_of(error))


def fetch_row(archived: ArchivedPage, url: str, site: Site | None) -> Fetch:
    """The row of ``fetches`` of a page from elsewhere: its digest is of the decoded body, whatever carried it."""
    body = archived.page.body
    digest = hashlib.sha256(body).hexdigest()
    return replace(archived.fetch, url=url, site=site.id if site else None, body_sha256=digest, bytes=len(body))


def keep_imported(store: Store, archive: Archive, run: str, job: Job, understood: Understanding, tally: Tally) -> None:
    """Archives an imported page and writes its rows, one transaction; a page known already is only counted."""
    fetch = fetch_row(job.archived, job.url, job.site)
    if is_known(store, fetch):
        tally.add("known")
        return
    if is_forgotten(store.connection, job.url, job.key(understood.document) if understood.document else None):
        tally.add("forgotten")
        return
    provenance: dict[str, object] = {"run": run, "url": job.url, "site": fetch.site, "body_sha256": fetch.body_sha256}
    if job.archived.flags:
        provenance["flags"] = list(job.archived.flags)
    position = archive.append(exchange_of(job.archived), provenance, same_as=archived_before(store, fetch))
    archive.sync()
    tally.add(*kept(store, lambda tx, found: _write(tx, run, job, fetch, position, found), understood))


def is_known(store: Store, fetch: Fetch) -> bool:
    """Whether this very fetch was imported before: an import that was stopped goes on behind it."""
    return bool(
        store.value(
            "SELECT 1 FROM fetches WHERE url = ? AND fetched_at = ? AND body_sha256 = ?",
            [fetch.url, fetch.fetched_at, fetch.body_sha256],
        )
    )


def _write(
    tx: Transaction, run: str, job: Job, fetch: Fetch, position: Position, understood: Understanding
) -> tuple[str, int]:
    if understood.cause is not None:
        failed = replace(fetch, error_class=understood.cause.partition(":")[0], error=understood.cause)
        record_fetch(tx, failed, run=run, position=position, page_kind=None)
        return "failed", 0
    document = understood.document
    assert document is not None, "an article was asked for"
    row = record_fetch(tx, fetch, run=run, position=position, page_kind=document.kind)
    stored = store_document(tx, document, url=job.key(document), fetch=row, seen_at=fetch.fetched_at)
    for flag in job.archived.flags:
        store_articles.insert(tx, "notes", {"article": stored.article, "fetch": row, "kind": "archive", "text": flag})
    return told(document, stored.outcome), stored.mentions


def told(document: Document, outcome: Outcome) -> str:
    """The word for what a page turned out to be."""
    return document.kind if outcome == "none" else outcome
