"""``danchieu import``: pages from WARC, WACZ, HTML files and folders, through the same understanding as a crawl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from crawler.addresses import canonical
from crawler.archive import Archive, archive_folder
from crawler.archive.files import read_path
from crawler.archive.pages import ArchivedPage, Problem
from crawler.batch import Job, Tally, fetch_row, finish_run, is_known, keep_imported, start_run, understand_all
from crawler.batch.progress import progress
from crawler.sites import Site, owner
from crawler.tables import counted
from crawler.visit import Understanding
from pipelines.corpus import run_corpus
from pipelines.errors import AttentionError, InputError
from pipelines.store import Store

_STDIN = Path("-")


@dataclass
class Report:
    """What an import met."""

    tally: Tally = field(default_factory=Tally)
    outside: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when all went in, 3 when something was damaged and pages were taken, 2 when none was."""
        if not self.problems:
            return 0
        return AttentionError.exit_code if self.tally.pages else InputError.exit_code

    def __str__(self) -> str:
        """What was taken and passed over; empty where the problems are all there is to say."""
        taken = [str(self.tally)] if self.tally.pages or not self.problems else []
        skipped = f"{counted(self.outside, 'page')} outside the catalogue skipped (--all takes them)"
        return "; ".join([*taken, *([skipped] if self.outside else [])])


@dataclass
class Importer:
    """Imports paths into one database. The database is opened with the first page, so that bad input leaves nothing."""

    db: Path
    sites: Mapping[str, Site]
    everything: bool
    workers: int
    say: Callable[[str], None]
    report: Report = field(default_factory=Report)
    _stack: ExitStack = field(default_factory=ExitStack)
    _store: Store | None = None
    _archive: Archive | None = None
    _run: str = ""

    def run(self, paths: Sequence[Path]) -> Report:
        """The report of the import of all paths; raises ``InputError`` for "-"."""
        if _STDIN in paths and not _STDIN.exists():
            raise InputError("import takes files and folders, not standard input: save it to a file first")
        with self._stack:
            with progress("imported") as advance:

                def keep(job: Job, understood: Understanding) -> None:
                    self._keep(job, understood)
                    advance(self.report.tally.brief)

                understand_all(self._jobs(paths), self.workers, keep)
            if self._store is not None:
                run_corpus(self._store)
                finish_run(self._store, self._run)
        return self.report

    def _jobs(self, paths: Sequence[Path]) -> Iterator[Job]:
        for path in paths:
            try:
                for item in read_path(path, wanted=self._wanted):
                    if isinstance(item, Problem):
                        self._note(item)
                    elif self._is_known(job := self._job(item)):
                        self.report.tally.add("known")
                    else:
                        yield job
            except InputError as error:
                self.report.problems.append(str(error))
                self.say(str(error))

    def _wanted(self, url: str) -> bool:
        return self.everything or owner(self.sites, url) is not None

    def _job(self, page: ArchivedPage) -> Job:
        site = owner(self.sites, page.page.url)
        return Job(page, canonical(page.page.url), site)

    def _note(self, problem: Problem) -> None:
        if problem.kind in ("outside", "revisit"):
            self.report.outside += problem.kind == "outside"
            return
        self.report.problems.append(problem.message)
        self.say(problem.message)

    def _keep(self, job: Job, understood: Understanding) -> None:
        store, archive = self._opened()
        keep_imported(store, archive, self._run, job, understood, self.report.tally)

    def _is_known(self, job: Job) -> bool:
        """Whether an import took the page before, this one too, had it been killed: it is not understood again."""
        if self._store is None and not self.db.exists():
            return False
        return is_known(self._open_store(), fetch_row(job.archived, job.url, job.site))

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = self._stack.enter_context(Store.open(self.db))
        return self._store

    def _opened(self) -> tuple[Store, Archive]:
        store = self._open_store()
        if self._archive is None:
            self._run = start_run(store, "import", self.sites)
            self._archive = self._stack.enter_context(Archive(archive_folder(self.db), self._run))
        return store, self._archive
