"""``--parquet``: archived pages, ours or from elsewhere, into Parquet files that the workers of a cluster write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from crawler.batch.checkpoint import Checkpoint
from crawler.batch.cluster import Cluster
from crawler.batch.parts import NOTHING_FORGOTTEN, write_parts
from crawler.batch.progress import progress
from crawler.sites import Site
from crawler.verbs.importing import refuse_standard_input
from crawler.verbs.importing_pages import Reader, Report
from crawler.verbs.reprocessing import Reprocessor
from pipelines.store import reading
from pipelines.store.tombstones import Tombstones, tombstones


def reprocess_into_parts(db: Path, sites: Mapping[str, Site], cluster: Cluster, folder: Path) -> Reprocessor:
    """What came of understanding the archive of a database, which is only read."""
    with reading(db) as store:
        report = Reprocessor(store, sites)
        start = Checkpoint("")
        with progress("understood", report.count(start)) as advance:
            for page, told in write_parts(report.pages(start), cluster, folder, tombstones(store.connection)):
                report.tally.add(told.kind or "failed", told.mentions)
                if told.cause is not None:
                    report.problems.append(f"{page.url}: {told.cause}")
                advance(report.tally.brief)
    return report


def import_into_parts(db: Path, reader: Reader, cluster: Cluster, folder: Path, paths: Sequence[Path]) -> Report:
    """What came of understanding pages from elsewhere. Of the database, if there is one, what was forgotten counts."""
    refuse_standard_input(paths)
    report = reader.report
    with progress("imported") as advance:
        for job, told in write_parts(reader.jobs(paths), cluster, folder, _stones(db)):
            report.tally.add(told.kind or "failed", told.mentions)
            if told.cause is not None:
                reader.complain(f"{job.fetch.url}: {told.cause}")
            advance(report.tally.brief)
    return report


def _stones(db: Path) -> Tombstones:
    if not db.exists():
        return NOTHING_FORGOTTEN
    with reading(db) as store:
        return tombstones(store.connection)
