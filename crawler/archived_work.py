"""What a worker does with a page that is archived: reads it where it lies and understands it again.

A process of the pool and a worker of a cluster run the very same function; both see the archive's folder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crawler.archive_read import read_at
from crawler.visit import Understanding
from crawler.work import Task, work
from pipelines.errors import InputError
from pipelines.models import Position, Source

UNREADABLE = "archive"


@dataclass(frozen=True, slots=True)
class Archived:
    """A page in an archive: the row of ``fetches`` it belongs to, where it lies, and what is known of its site."""

    fetch: int
    url: str
    fetched_at: str
    folder: Path
    position: Position
    source: Source | None = None

    def task(self) -> Archived:
        """Itself: it is small enough to be sent as it is."""
        return self


def understand_archived(archived: Archived) -> Understanding:
    """The document of an archived page; the cause "archive: ..." when it is not there any more."""
    try:
        found = read_at(archived.folder, archived.position.file, archived.position.offset)
    except InputError as error:
        return Understanding(cause=f"{UNREADABLE}: {error}")
    return work(Task(replace(found.page, source=archived.source)))
