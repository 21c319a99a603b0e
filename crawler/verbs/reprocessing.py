"""``danchieu reprocess``: archived pages understood again, nothing fetched.

Pages come in the order in which they lie in the archive, and are kept in that order. The run remembers the last one in
the transaction that keeps it, so that a run that was killed goes on behind it; once the program or the catalogue
changed, or the last run had ended, a run begins with the first page.

In the end the tables are those that an import of the archive would give: an article whose page is none by the present
rules is withdrawn.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from crawler.archive import archive_folder
from crawler.batch import Engine, Tally, finish_run, kept, start_run, told
from crawler.batch.archived_work import UNREADABLE, Archived
from crawler.batch.checkpoint import Checkpoint, unfinished
from crawler.batch.progress import progress
from crawler.causes import BUG
from crawler.lock import alone
from crawler.outcomes import BY_KIND
from crawler.sites import Site
from crawler.visit import Understanding
from pipelines.corpus import CorpusReport, run_corpus
from pipelines.corpus.leftovers import drop_uncited, drop_unsaid
from pipelines.errors import AttentionError, InputError
from pipelines.models import Document, Position, Source
from pipelines.store import Store, Transaction, reading
from pipelines.store.articles import VERSION, store_document
from pipelines.store.withdrawing import NOT_READ, withdraw

BATCH = 500  # rows of the database at a time

_LATER = """
SELECT 1 FROM fetches later WHERE later.url = f.url AND later.id > f.id AND later.warc_file IS NOT NULL
AND later.status = 200 AND coalesce(later.page_kind, '') NOT IN ('feed', 'sitemap')
"""
# Of each address that was, or could have become, an article: its last archived answer, the one its article is from, and
# what failed to be one since. An answer that came again unchanged lies where it lay, and is read once.
_PAGES = f"""
FROM fetches f
WHERE f.warc_file IS NOT NULL AND f.status = 200 AND coalesce(f.page_kind, '') NOT IN ('feed', 'sitemap')
AND (
  NOT EXISTS ({_LATER}) OR EXISTS (SELECT 1 FROM articles WHERE articles.fetch = f.id)
  OR coalesce(f.page_kind, '') NOT IN ('article', 'listing') AND NOT EXISTS (
    SELECT 1 FROM fetches g JOIN articles a ON a.fetch = g.id WHERE g.url = f.url AND g.id > f.id
  )
)
AND NOT EXISTS (SELECT 1 FROM urls WHERE urls.url = f.url AND urls.kind <> 'article')
AND (:failed = 0 OR f.page_kind IS NULL)
AND (f.warc_file, f.warc_offset) > (:file, :offset)
GROUP BY f.warc_file, f.warc_offset
"""  # noqa: S608 - our own names
_COLUMNS = "max(f.id) AS id, f.url, f.site, f.fetched_at, f.warc_file, f.warc_offset, f.warc_length"
_BATCH = f"SELECT {_COLUMNS} {_PAGES} ORDER BY f.warc_file, f.warc_offset LIMIT {BATCH}"
_RESTS_ON = "SELECT f.* FROM articles a JOIN fetches f ON f.id = a.fetch WHERE a.url = ?"
_WENT_BACK = "SELECT f.* FROM articles a JOIN fetches f ON f.id = a.fetch WHERE a.version = ?"

# What a page is now decides the state of an address whose last answer it was, unless the queue has other plans for it.
_SETTLE = f"""
UPDATE urls SET state = :state, cause = :cause WHERE url = :url AND (
  state = 'done' OR state = 'failed' AND (cause LIKE 'understand-%' OR cause LIKE '{BUG}%' OR cause LIKE 'not-html%')
  OR (state, cause) IN (VALUES {", ".join(f"('{state}', '{cause}')" for state, cause in BY_KIND.values())})
) AND NOT EXISTS (SELECT 1 FROM fetches f WHERE f.id = :fetch AND EXISTS ({_LATER}))
"""  # noqa: S608 - our own names


@dataclass
class Reprocessor:
    """Understands what the archive of one database holds."""

    store: Store
    sites: Mapping[str, Site]
    failed_only: bool = False
    tally: Tally = field(default_factory=Tally)
    problems: list[str] = field(default_factory=list)
    corpus: CorpusReport | None = None

    @cached_property
    def sources(self) -> dict[str, Source]:
        """What is known of every site, by its id: a crawl with another catalogue may have brought more than this."""
        stored = {row["id"]: _source(row) for row in self.store.rows("SELECT * FROM sites")}
        return stored | {site.id: site.source() for site in self.sites.values()}

    @property
    def exit_code(self) -> int:
        """0, or 3 when a page could not be read or understood."""
        return AttentionError.exit_code if self.problems else 0

    def run(self, engine: Engine) -> None:
        """Nothing; every archived page was understood and kept."""
        checkpoint = self._begin()
        with progress("understood", self.count(checkpoint)) as advance:

            def keep(page: Archived, understood: Understanding) -> None:
                self._keep(checkpoint, page, understood)
                advance(self.tally.brief)

            engine(self.pages(checkpoint), keep)
            seen: set[int | None] = set()
            while pages := [page for page in self._went_back() if page.fetch not in seen]:
                seen |= {page.fetch for page in pages}
                engine(iter(pages), keep)
        drop_unsaid(self.store)
        self.corpus = run_corpus(self.store)
        drop_uncited(self.store)
        finish_run(self.store, checkpoint.run)

    def pages(self, after: Checkpoint) -> Iterator[Archived]:
        """The pages behind a checkpoint, in the order of the archive.

        They are read in batches, since a query that stays open would keep the log of the database from being folded.
        """
        place = self._behind(after)
        while rows := self.store.rows(_BATCH, place):
            for row in rows:
                yield self._page(row)
            place |= {"file": rows[-1]["warc_file"], "offset": rows[-1]["warc_offset"]}

    def _page(self, row: sqlite3.Row) -> Archived:
        """A row of ``fetches`` as a task."""
        folder = archive_folder(self.store.path.resolve())  # a worker may run in another folder
        position = Position(row["warc_file"], row["warc_offset"], row["warc_length"])
        source, site = self.sources.get(row["site"]), self.sites.get(row["site"])
        return Archived(row["id"], row["url"], row["fetched_at"], folder, position, source, site=site)

    def _went_back(self) -> list[Archived]:
        """The pages of the articles that were withdrawn to an earlier answer."""
        return [self._page(row) for row in self.store.rows(_WENT_BACK, [NOT_READ])]

    def _begin(self) -> Checkpoint:
        """Where to go on: behind the last page of a run that was killed, else at the first one."""
        known = repr((self.failed_only, sorted(self.sources.items())))
        basis = f"{VERSION} {hashlib.sha256(known.encode()).hexdigest()[:8]}"
        return unfinished(self.store, "reprocess", basis) or Checkpoint(
            start_run(self.store, "reprocess", self.sites, basis=basis)
        )

    def count(self, after: Checkpoint) -> int:
        """How many pages are behind a checkpoint."""
        return int(str(self.store.value(f"SELECT count(*) FROM (SELECT 1 {_PAGES})", self._behind(after))))  # noqa: S608 - ours

    def _behind(self, after: Checkpoint) -> dict[str, object]:
        """The values of the names in ``_PAGES``."""
        file, offset = after.after or ("", 0)
        return {"file": file, "offset": offset, "failed": int(self.failed_only)}

    def _keep(self, checkpoint: Checkpoint, page: Archived, understood: Understanding) -> None:
        def write(tx: Transaction, understood: Understanding) -> tuple[str, int]:
            checkpoint.remember(tx, (page.position.file, page.position.offset))
            if understood.document is None:
                return self._failed(tx, page, understood.cause or "")
            return self._understood(tx, page, understood.document)

        self.tally.add(*kept(self.store, write, understood))

    def _failed(self, tx: Transaction, page: Archived, cause: str) -> tuple[str, int]:
        self.problems.append(f"{page.url}: {cause}")
        name = cause.partition(":")[0]
        if name != UNREADABLE:  # the page is in quarantine: --failed tries it again; its article stays as it was
            sql = "UPDATE fetches SET page_kind = NULL, error_class = ?, error = ? WHERE id = ?"
            tx.execute(sql, [name, cause, page.fetch])
        return "failed", 0

    def _understood(self, tx: Transaction, page: Archived, document: Document) -> tuple[str, int]:
        assert page.fetch is not None, "the pages of our archive have rows"
        sql = "UPDATE fetches SET page_kind = ?, error_class = NULL, error = NULL WHERE id = ?"
        tx.execute(sql, [document.kind, page.fetch])
        state, cause = ("done", None) if document.kind == "article" else BY_KIND[document.kind]
        tx.execute(_SETTLE, {"state": state, "cause": cause, "url": page.url, "fetch": page.fetch})
        tx.execute("DELETE FROM notes WHERE fetch = ? AND article IS NULL", [page.fetch])
        is_article = document.kind == "article" and document.text
        withdrawn = not is_article and withdraw(tx, page.position.file, page.position.offset)
        url = self._kept_as(page.position) or page.key(document)
        if is_article and self._is_superseded(url, page):
            return "older", 0
        stored = store_document(tx, document, url=url, fetch=page.fetch, seen_at=page.fetched_at, again=True)
        return "withdrawn" if withdrawn else told(document, stored.outcome), stored.mentions

    def _is_superseded(self, url: str, page: Archived) -> bool:
        """Whether an article has its text from a later answer, of another address that it goes by."""
        rests = self.store.rows(_RESTS_ON, [url])
        if not rests or (rests[0]["warc_file"], rests[0]["warc_offset"]) == (page.position.file, page.position.offset):
            return False
        return bool((rests[0]["fetched_at"], rests[0]["id"]) > (page.fetched_at, page.fetch))

    def _kept_as(self, at: Position) -> str | None:
        """The address of the article that rests on an archived answer."""
        sql = (
            "SELECT a.url FROM fetches f JOIN articles a ON a.fetch = f.id WHERE (f.warc_file, f.warc_offset) = (?, ?)"
        )
        url = self.store.value(sql, [at.file, at.offset])
        return str(url) if url is not None else None


def _source(row: sqlite3.Row) -> Source:
    former, domains = (tuple(json.loads(row[name])) for name in ("former", "domains"))
    return Source(row["id"], row["name"], row["kind"], row["level"], row["unit"], former, domains)


def reprocess_archive(db: Path, sites: Mapping[str, Site], engine: Engine, *, failed_only: bool = False) -> Reprocessor:
    """What came of understanding the archive of a database again; raises ``InputError`` when there is none.

    What is no database of ours is a ``StorageError``. A second one on the same database at the same time is refused.
    """
    if db.is_file():
        with reading(db):
            pass  # the sentence for a file that is not ours
    if not archive_folder(db).is_dir():
        raise InputError(f"{db} has no archive beside it: crawl or import first, or name another one with --db")
    with alone(db.with_name(f"{db.name}.reprocess")), Store.open(db) as store:
        reprocessor = Reprocessor(store, sites, failed_only)
        reprocessor.run(engine)
    return reprocessor
