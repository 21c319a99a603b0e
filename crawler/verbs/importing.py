"""``danchieu import``: pages from WARC, WACZ, HTML files and folders, through the same understanding as a crawl.

The run remembers each page's place in the transaction that keeps it, so that one that was killed goes on behind it: no
file is read again up to there, unless one of them changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive import Archive, archive_folder, is_alive
from crawler.batch import Engine, finish_run, start_run
from crawler.batch.archived_work import UNREADABLE
from crawler.batch.checkpoint import Checkpoint, Place, unfinished
from crawler.batch.imported import Job, is_known, keep_imported
from crawler.batch.progress import progress
from crawler.verbs.importing_pages import Reader, Report, is_good
from crawler.visit import Understanding
from pipelines.corpus import run_corpus
from pipelines.errors import InputError
from pipelines.store import Store
from pipelines.store.articles import VERSION

_STDIN = Path("-")


@dataclass
class Importer:
    """Imports paths into one database. The database is opened with the first page, so that bad input leaves nothing."""

    db: Path
    reader: Reader
    engine: Engine
    _basis: str = ""
    _checkpoint: Checkpoint | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _store: Store | None = None
    _archive: Archive | None = None

    def run(self, paths: Sequence[Path]) -> Report:
        """The report of the import of all paths; raises ``InputError`` for "-" and for what workers cannot read."""
        refuse_standard_input(paths)
        report = self.reader.report
        with self._stack:
            after = self._begin(paths)
            with progress("imported") as advance:

                def keep(job: Job, understood: Understanding) -> None:
                    self._keep(job, understood)
                    advance(report.tally.brief)

                self.engine(self._jobs(paths, after), keep)
            if self._store is not None:
                report.corpus = run_corpus(self._store)
                if self._checkpoint is not None:
                    finish_run(self._store, self._checkpoint.run)
        return report

    def _begin(self, paths: Sequence[Path]) -> Place:
        """Where to go on: behind the last page of the same import that was stopped, else at the first one."""
        self._basis = f"{VERSION} {self.reader.basis(paths)}"
        if not self.db.exists():
            return ()
        stopped = unfinished(self._open_store(), "import", self._basis)
        if stopped is None or self._is_at_work(stopped.run):
            return ()
        self._checkpoint = stopped
        if not stopped.after or not is_good(paths, stopped.after):
            return ()
        _, file, offset, *_ = stopped.after
        self.reader.say(f"going on where the last import stopped: behind {file}, byte {offset:,}")
        return stopped.after

    def _is_at_work(self, run: str) -> bool:
        """Whether a process still imports under the name of a run."""
        return any(is_alive(path) for path in archive_folder(self.db).glob(f"{run}-*.warc.gz"))

    def _jobs(self, paths: Sequence[Path], after: Place) -> Iterator[Job]:
        for job in self.reader.jobs(paths, after):
            if self._is_known(job):
                self.reader.report.tally.add("known")
            else:
                yield job

    def _keep(self, job: Job, understood: Understanding) -> None:
        if job.folder is not None and understood.cause and understood.cause.startswith(UNREADABLE):
            raise InputError(f"{job.folder} must hold the same files for all workers ({understood.cause})")
        store = self._open_store()
        if self._checkpoint is None:
            self._checkpoint = Checkpoint(start_run(store, "import", self.reader.sites, basis=self._basis))
        if self._archive is None:
            self._archive = self._stack.enter_context(Archive(archive_folder(self.db), self._checkpoint.run))
        outcome = keep_imported(store, self._archive, self._checkpoint, job, understood, self.reader.report.tally)
        if outcome == "failed":
            self.reader.complain(f"{job.fetch.url}: {understood.cause or 'could not be kept'}")

    def _is_known(self, job: Job) -> bool:
        """Whether an import took the page before: it is not understood again."""
        return (self._store is not None or self.db.exists()) and is_known(self._open_store(), job.fetch)

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = self._stack.enter_context(Store.open(self.db))
        return self._store


def refuse_standard_input(paths: Sequence[Path]) -> None:
    """Nothing; raises ``InputError`` for "-"."""
    if _STDIN in paths and not _STDIN.exists():
        raise InputError("import takes files and folders, not standard input: save it to a file first")
