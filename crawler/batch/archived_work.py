"""What a worker does with a page from an archive or a file: reads it where it lies, and understands it.

A process of the pool and a worker of a cluster run the very same function; both see the archive's folder.
"""

from __future__ import annotations

import faulthandler
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from crawler.archive.read import read_at
from crawler.sites import Site
from crawler.visit import Understanding
from crawler.work import Task, cause_of, work
from pipelines.errors import InputError
from pipelines.models import Document, Page, Position, Source
from pipelines.store.tombstones import whole_site
from pipelines.version import program_version
from pipelines.workers import PAGE_SECONDS

UNREADABLE = "archive"
_one_at_a_time = Lock()  # a process has one watch; and with the interpreter's lock two threads gain nothing


@dataclass(frozen=True, slots=True)
class Archived:
    """A page in a WARC file: the row of ``fetches`` it has, if any, where it lies, and what is known of its site.

    ``page`` is the page itself, where no worker could read it; ``body_sha256`` is asked for where the file is not ours.
    ``site`` is its entry in the catalogue, if it has one.
    """

    fetch: int | None
    url: str
    fetched_at: str
    folder: Path
    position: Position
    source: Source | None = None
    page: Page | None = None
    body_sha256: str | None = None
    site: Site | None = None

    def task(self) -> Archived:
        """Itself: it is small enough to be sent as it is."""
        return self

    def key(self, document: Document | None) -> str:
        """The canonical address that its document is known by."""
        return key_of(self.url, self.site, document)


def key_of(url: str, site: Site | None, document: Document | None) -> str:
    """The canonical address to store the document of a page under."""
    return site.declared(url, document.canonical) if site and document else url


def known_as(site: Site | None, *addresses: str) -> tuple[str, ...]:
    """All that a tombstone may stand on: the addresses of a page, its number within the site, the site as a whole."""
    if site is None:
        return addresses
    numbers = (site.identity(address) for address in addresses)
    return (*addresses, *(number for number in numbers if number), whole_site(site.id))


Understand = Callable[[Archived], Understanding]


def understand_archived(archived: Archived) -> Understanding:
    """The document of an archived page; the cause "archive: ..." when it is not there any more."""
    page, position = archived.page, archived.position
    if page is None:
        try:
            page = read_at(archived.folder, position.file, position.offset, archived.body_sha256).page
        except InputError as error:
            return Understanding(cause=f"{UNREADABLE}: {error}")
    return work(Task(replace(page, fetched_at=archived.fetched_at, source=archived.source)))


def understand_stretch(
    pages: Sequence[Archived],
    version: str,
    function: Understand = understand_archived,
    page_seconds: float = PAGE_SECONDS,
) -> list[Understanding]:
    """What ``function`` makes of each page, in order, in this process.

    A page that takes longer than ``page_seconds`` ends the process: nothing else stops a regular expression that
    hangs. Raises ``InputError`` where another program than ``version`` would answer.
    """
    if program_version() != version:
        raise InputError(f"a worker runs danchieu {program_version()}, this is {version}: install the same on all")
    with _one_at_a_time:
        return [_watched(page, function, page_seconds) for page in pages]


def _watched(page: Archived, function: Understand, seconds: float) -> Understanding:
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        return function(page)
    except Exception as error:  # whatever one page raised belongs to that page
        return cause_of(error)
    finally:
        faulthandler.cancel_dump_traceback_later()
