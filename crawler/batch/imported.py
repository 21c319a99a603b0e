"""A page from elsewhere: what a worker needs of it, and how it is archived and its rows are written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import exchange_of, read_at
from crawler.batch import Tally, kept, told
from crawler.batch.archived_work import Archived, key_of, known_as
from crawler.batch.checkpoint import Checkpoint, Place
from crawler.sites import Site
from crawler.visit import Understanding
from pipelines.models import Document, Fetch, Position
from pipelines.store import Store, Transaction
from pipelines.store import articles as store_articles
from pipelines.store.articles import archived_before, record_fetch, store_document
from pipelines.store.tombstones import is_forgotten


@dataclass(frozen=True, slots=True)
class Job:
    """A page from elsewhere, to be understood: its row of ``fetches``, its site, and its place in the import.

    ``folder`` is where workers find the WARC file that it lies in; then its body is not held here.
    """

    archived: ArchivedPage
    fetch: Fetch
    site: Site | None = None
    folder: Path | None = None
    place: Place = ()

    def task(self) -> Archived:
        """What a worker needs of it: where it lies, or the page itself."""
        page, source = self.archived.page, self.site.source() if self.site else None
        return Archived(
            None,
            self.fetch.url,
            page.fetched_at or self.fetch.fetched_at,
            self.folder or Path(),
            self.archived.position,
            source,
            None if self.folder else page,
            self.fetch.body_sha256,
            self.site,
        )

    def key(self, document: Document | None) -> str:
        """The canonical address to store the document under."""
        return key_of(self.fetch.url, self.site, document)

    def whole(self) -> ArchivedPage:
        """The page with its body, read again where that is not held; raises ``InputError`` when it is gone."""
        if self.folder is None:
            return self.archived
        position = self.archived.position
        body = read_at(self.folder, position.file, position.offset, self.fetch.body_sha256).page.body
        return replace(self.archived, page=replace(self.archived.page, body=body))


def job_of(
    archived: ArchivedPage, url: str, site: Site | None = None, folder: Path | None = None, place: Place = ()
) -> Job:
    """A page as a job; its digest is of the decoded body, whatever carried it."""
    page = archived.page
    digest = hashlib.sha256(page.body).hexdigest()
    name = site.id if site else None
    fetch = replace(archived.fetch, url=url, site=name, body_sha256=digest, bytes=len(page.body))
    if folder is not None:
        archived = replace(archived, page=replace(page, body=b""))
    return Job(archived, fetch, site, folder, place)


def keep_imported(
    store: Store, archive: Archive, checkpoint: Checkpoint, job: Job, understood: Understanding, tally: Tally
) -> str:
    """What became of a page, which is archived and its rows written, one transaction; a known one is only counted.

    Raises ``InputError`` when its body cannot be read any more.
    """
    fetch, document = job.fetch, understood.document
    if is_known(store, fetch):
        return tally.add("known")
    if is_forgotten(store.connection, *known_as(job.site, fetch.url, job.key(document))):
        return tally.add("forgotten")
    provenance: dict[str, object] = {name: getattr(fetch, name) for name in ("url", "site", "body_sha256")}
    provenance["run"] = checkpoint.run
    if job.archived.flags:
        provenance["flags"] = list(job.archived.flags)
    position = archive.append(exchange_of(job.whole()), provenance, same_as=archived_before(store.connection, fetch))
    archive.sync()
    return tally.add(*kept(store, lambda tx, found: _write(tx, checkpoint, job, position, found), understood))


def is_known(store: Store, fetch: Fetch) -> bool:
    """Whether this very fetch was imported before."""
    return bool(
        store.value(
            "SELECT 1 FROM fetches WHERE url = ? AND fetched_at = ? AND body_sha256 = ?",
            [fetch.url, fetch.fetched_at, fetch.body_sha256],
        )
    )


def _write(
    tx: Transaction, checkpoint: Checkpoint, job: Job, position: Position, understood: Understanding
) -> tuple[str, int]:
    fetch, run = job.fetch, checkpoint.run
    checkpoint.remember(tx, job.place)
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
