"""Pages understood on a cluster and written as Parquet by the workers, a part for each stretch: no database grows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from crawler.batch import HasTask
from crawler.batch.archived_work import Archived, Understand, known_as, understand_archived, understand_stretch
from crawler.batch.cluster import CRASHED, Cluster
from crawler.visit import Understanding
from pipelines.contract.document import document_json
from pipelines.export.parquet import pyarrow_modules, to_parquet
from pipelines.export.tables import Column
from pipelines.files import binary_destination, writing
from pipelines.store.articles import sha256
from pipelines.store.tombstones import Tombstones

COLUMNS = tuple(
    Column(name, kind)
    for kind, names in (
        ("INTEGER", "fetch offset n_mentions"),
        ("TEXT", "file url canonical site unit fetched_at version kind cause title published text_sha256 document"),
    )
    for name in names.split()
)
J = TypeVar("J", bound=HasTask)
NOTHING_FORGOTTEN = Tombstones(frozenset())


@dataclass(frozen=True, slots=True)
class Told:
    """What a part says of a page: its kind and how many references it holds, or why it has none."""

    kind: str | None = None
    mentions: int = 0
    cause: str | None = None


def write_parts(
    jobs: Iterable[J], cluster: Cluster, folder: Path, stones: Tombstones = NOTHING_FORGOTTEN
) -> Iterator[tuple[J, Told]]:
    """Each page with what a part in ``folder``, which all workers see, says of it.

    A part that this very program wrote of the same pages is kept, unless one of them was forgotten since: what was
    killed goes on. Of a page under a tombstone a part has the place alone.
    """
    pyarrow_modules()
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write = partial(write_stretch, folder=folder.resolve(), stones=stones)
    yield from cluster.run(jobs, write, Told(cause=CRASHED.cause))


def write_stretch(
    pages: Sequence[Archived],
    version: str,
    folder: Path,
    stones: Tombstones = NOTHING_FORGOTTEN,
    function: Understand = understand_archived,
) -> list[Told]:
    """What became of each page of a stretch; on a worker, which leaves the rows in a part of their own."""
    path = folder / _name(pages[0])
    written = _written(path, pages, version, stones)
    if written is None:
        understood = understand_stretch(pages, version, function)
        rows = [_row(page, one, version, stones) for page, one in zip(pages, understood, strict=True)]
        with binary_destination(path) as out:
            to_parquet(COLUMNS, ([row[column.name] for column in COLUMNS] for row in rows), out)
        written = [_told(row) for row in rows]
    return written


def _name(first: Archived) -> str:
    """The name of the part that begins with a page. Files from elsewhere may be called alike in several folders."""
    file = first.position.file
    stem = file.removesuffix(".gz").removesuffix(".warc").replace("/", "+")
    if first.fetch is None:
        stem += "-" + hashlib.sha256(str(first.folder / file).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-{first.position.offset}.parquet"


def _written(path: Path, pages: Sequence[Archived], version: str, stones: Tombstones) -> list[Told] | None:
    """What a part says of its pages, or None when it must be written: anew where it was of others, or says too much."""
    arrow, parquet = pyarrow_modules()
    names = ["file", "offset", "fetched_at", "version", "kind", "n_mentions", "cause", "url", "canonical"]
    try:
        rows = parquet.read_table(path, columns=names).to_pylist()
    except (OSError, arrow.ArrowException):  # not there, damaged, or of a program with other columns
        return None
    expected = [(page.position.file, page.position.offset, page.fetched_at, version) for page in pages]
    if [(row["file"], row["offset"], row["fetched_at"], row["version"]) for row in rows] != expected:
        return None
    if any(_is_forgotten(page, row["canonical"], stones) for page, row in zip(pages, rows, strict=True) if row["url"]):
        return None
    return [_told(row) for row in rows]


def _is_forgotten(page: Archived, canonical: str | None, stones: Tombstones) -> bool:
    return any(map(stones.cover, known_as(page.site, page.url, canonical or page.url)))


def _told(row: dict[str, Any]) -> Told:
    return Told(row["kind"], row["n_mentions"], row["cause"])


def _row(page: Archived, understood: Understanding, version: str, stones: Tombstones) -> dict[str, Any]:
    """The columns of a page: ``document`` is the object of ``danchieu extract --json``."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in COLUMNS), None)
    row |= {"file": page.position.file, "offset": page.position.offset, "fetched_at": page.fetched_at}
    row |= {"version": version, "n_mentions": 0}
    document, canonical = understood.document, page.key(understood.document)
    if _is_forgotten(page, canonical, stones):
        return row | {"kind": "forgotten"}
    row |= {"fetch": page.fetch, "url": page.url, "canonical": canonical, "cause": understood.cause}
    row["site"] = page.source.site if page.source else None
    if document is None:
        return row
    return row | {
        "n_mentions": len(document.references.mentions),
        "unit": document.unit,
        "kind": document.kind,
        "title": document.metadata.title,
        "published": document.metadata.published,
        "text_sha256": sha256(document.text) if document.text else None,
        "document": json.dumps(document_json(document), ensure_ascii=False),
    }
