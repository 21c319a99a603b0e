"""Archived pages understood on a cluster and written as Parquet, a part for each stretch: no database grows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from crawler.batch.archived_work import Archived, Understand, understand_archived, understand_stretch
from crawler.batch.checkpoint import Checkpoint
from crawler.batch.cluster import CRASHED, Cluster
from crawler.batch.progress import progress
from crawler.sites import Site
from crawler.verbs.reprocessing import Reprocessor
from crawler.visit import Understanding
from pipelines.contract.document import document_json
from pipelines.export import binary_destination
from pipelines.export.parquet import pyarrow_modules, to_parquet
from pipelines.export.tables import Column
from pipelines.store import reading
from pipelines.store.articles import sha256

COLUMNS = tuple(
    Column(name, kind)
    for kind, names in (
        ("INTEGER", "fetch n_mentions"),
        ("TEXT", "url site unit fetched_at version kind cause title published text_sha256 document"),
    )
    for name in names.split()
)
Told = tuple[str | None, int, str | None]  # of a page: its kind, how many references it holds, why it has none


def write_parts(db: Path, sites: Mapping[str, Site], cluster: Cluster, folder: Path) -> Reprocessor:
    """What came of understanding the archive of a database into Parquet files in ``folder``, which all workers see.

    The database is only read. A part that this very program wrote before is kept: what was killed goes on.
    """
    pyarrow_modules()
    folder.mkdir(parents=True, exist_ok=True)
    with reading(db) as store:
        report = Reprocessor(store, sites)
        start = Checkpoint("")
        crashed: Told = (None, 0, CRASHED.cause)
        write = partial(write_stretch, folder=folder.resolve())
        with progress("understood", report.count(start)) as advance:
            for page, (kind, mentions, cause) in cluster.run(report.pages(start), write, crashed):
                report.tally.add(kind or "failed", mentions)
                if cause is not None:
                    report.problems.append(f"{page.url}: {cause}")
                advance(report.tally.brief)
    return report


def write_stretch(
    pages: Sequence[Archived], version: str, folder: Path, function: Understand = understand_archived
) -> list[Told]:
    """What became of each page of a stretch; on a worker, which leaves the rows in a part of their own."""
    first = pages[0].position
    path = folder / f"{first.file.removesuffix('.warc.gz')}-{first.offset}.parquet"
    written = _written(path, pages, version)
    if written is None:
        understood = understand_stretch(pages, version, function)
        rows = [_row(page, one, version) for page, one in zip(pages, understood, strict=True)]
        with binary_destination(path) as out:
            to_parquet(COLUMNS, ([row[column.name] for column in COLUMNS] for row in rows), out)
        written = [(row["kind"], row["n_mentions"], row["cause"]) for row in rows]
    return written


def _written(path: Path, pages: Sequence[Archived], version: str) -> list[Told] | None:
    """What a part says of its pages, or None when it is not there or of other pages or another program."""
    if not path.is_file():
        return None
    _, parquet = pyarrow_modules()
    rows = parquet.read_table(path, columns=["fetch", "version", "kind", "n_mentions", "cause"]).to_pylist()
    if [(row["fetch"], row["version"]) for row in rows] != [(page.fetch, version) for page in pages]:
        return None
    return [(row["kind"], row["n_mentions"], row["cause"]) for row in rows]


def _row(page: Archived, understood: Understanding, version: str) -> dict[str, Any]:
    """The columns of a page: ``document`` is the object of ``danchieu extract --json``."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in COLUMNS), None)
    site = page.source.site if page.source else None
    row |= {"fetch": page.fetch, "n_mentions": 0, "url": page.url, "site": site, "fetched_at": page.fetched_at}
    row |= {"version": version, "cause": understood.cause}
    document = understood.document
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
