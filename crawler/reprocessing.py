"""``danchieu reprocess``: archived pages understood again, nothing fetched."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from crawler.archive_read import read_at
from crawler.batch import Job, Tally, end_run, start_run, told, understand_all
from crawler.opening import archive_folder
from crawler.sites import Site
from crawler.visit import Understanding
from pipelines.corpus import run_corpus
from pipelines.errors import AttentionError, InputError
from pipelines.models import Source
from pipelines.store import Store
from pipelines.store_articles import store_document

# The last archived answer of each address that was, or could have become, an article.
_PAGES = """
SELECT f.id, f.url, f.site, f.warc_file, f.warc_offset FROM fetches f
WHERE f.id IN (
  SELECT max(id) FROM fetches
  WHERE warc_file IS NOT NULL AND status = 200 AND coalesce(page_kind, '') NOT IN ('feed', 'sitemap') GROUP BY url
)
AND NOT EXISTS (SELECT 1 FROM urls WHERE urls.url = f.url AND urls.kind <> 'article')
AND (:failed = 0 OR f.page_kind IS NULL)
ORDER BY f.warc_file, f.warc_offset
"""


@dataclass
class Reprocessor:
    """Understands what the archive of one database holds."""

    store: Store
    sites: Mapping[str, Site]
    failed_only: bool = False
    tally: Tally = field(default_factory=Tally)
    problems: list[str] = field(default_factory=list)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """What the database knows of its sites: a crawl with another catalogue may have brought them."""
        return {row["id"]: _source(row) for row in self.store.rows("SELECT * FROM sites")}

    @property
    def exit_code(self) -> int:
        """0, or 3 when a page could not be read or understood."""
        return AttentionError.exit_code if self.problems else 0

    def run(self, workers: int) -> None:
        """Nothing; every archived page was understood and kept."""
        run = start_run(self.store, "reprocess", self.sites)
        understand_all(self._jobs(), workers, self._keep)
        run_corpus(self.store)
        end_run(self.store, run, "finished")

    def _jobs(self) -> Iterator[Job]:
        folder = archive_folder(self.store.path)
        for row in self.store.rows(_PAGES, {"failed": int(self.failed_only)}):
            try:
                page = read_at(folder, row["warc_file"], row["warc_offset"])
            except InputError as error:
                self.problems.append(str(error))
                continue
            site = self.sites.get(row["site"])
            yield Job(page, row["url"], site, self.sources.get(row["site"]), row["id"])

    def _kept_as(self, fetch: int) -> str | None:
        """The address of the article that this fetch gave."""
        url = self.store.value("SELECT url FROM articles WHERE fetch = ?", [fetch])
        return str(url) if url is not None else None

    def _keep(self, job: Job, understood: Understanding) -> None:
        document = understood.document
        assert job.fetch is not None, "it comes from our archive"
        if document is None:
            self.problems.append(f"{job.url}: {understood.cause}")
            self.tally.add("failed")
            return
        with self.store.write() as tx:
            tx.execute("UPDATE fetches SET page_kind = ? WHERE id = ?", [document.kind, job.fetch])
            url = self._kept_as(job.fetch) or job.key(document)
            stored = store_document(tx, document, url=url, fetch=job.fetch, seen_at=job.archived.fetch.fetched_at)
        self.tally.add(told(document, stored.outcome), stored.mentions)


def _source(row: sqlite3.Row) -> Source:
    former, domains = (tuple(json.loads(row[name])) for name in ("former", "domains"))
    return Source(row["id"], row["name"], row["kind"], row["level"], row["unit"], former, domains)


def reprocess_archive(db: Path, sites: Mapping[str, Site], workers: int, *, failed_only: bool = False) -> Reprocessor:
    """What came of understanding the archive of a database again; raises ``InputError`` when there is none."""
    if not archive_folder(db).is_dir():
        raise InputError(f"{db} has no archive beside it: crawl or import first, or name another one with --db")
    with Store.open(db) as store:
        reprocessor = Reprocessor(store, sites, failed_only)
        reprocessor.run(workers)
    return reprocessor
