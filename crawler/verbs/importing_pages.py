"""What an import reads: the pages of files and folders as jobs, in an order that a later run finds again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.addresses import canonical
from crawler.archive.files import files_of, is_archive, lies_in, read_path
from crawler.archive.pages import ArchivedPage, Problem
from crawler.batch import Tally
from crawler.batch.checkpoint import Place
from crawler.batch.imported import Job, job_of
from crawler.sites import Site, owner
from crawler.tables import counted
from pipelines.corpus import CorpusReport
from pipelines.errors import AttentionError, InputError
from pipelines.models import Position


@dataclass
class Report:
    """What an import met."""

    tally: Tally = field(default_factory=Tally)
    outside: int = 0
    problems: list[str] = field(default_factory=list)
    corpus: CorpusReport | None = None

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


@dataclass(frozen=True)
class Reader:
    """Reads pages of sites, or with ``everything`` all; with ``distant`` workers read WARC files themselves."""

    sites: Mapping[str, Site]
    everything: bool
    say: Callable[[str], None]
    distant: bool = False
    report: Report = field(default_factory=Report)

    def jobs(self, paths: Sequence[Path], after: Place = ()) -> Iterator[Job]:
        """The pages behind a place, in order, each with its own; what cannot be taken is said and reported."""
        trail = _Trail(paths)
        first, *rest = after or (0,)
        for n, path in enumerate(paths[int(first) :], int(first)):
            position = Position(str(rest[0]), int(rest[1]), int(rest[2])) if rest and n == first else None
            try:
                for item in read_path(path, wanted=self._wanted, after=position):
                    if isinstance(item, Problem):
                        self._note(item)
                    else:
                        yield self._job(path, item, (n, item.file, item.offset, item.length, trail.at(n, item.file)))
            except InputError as error:
                self.complain(str(error))

    def basis(self, paths: Sequence[Path]) -> str:
        """A digest of what is asked for: where it changed, no place of an earlier run is good."""
        sites = [(site.source(), site.domains, site.article.pattern) for _, site in sorted(self.sites.items())]
        asked = ([str(path.resolve()) for path in paths], self.everything, sites)
        return hashlib.sha256(repr(asked).encode("utf-8", "surrogateescape")).hexdigest()[:8]

    def complain(self, message: str) -> None:
        """Says and reports what needs a look."""
        self.report.problems.append(message)
        self.say(message)

    def _wanted(self, url: str) -> bool:
        return self.everything or owner(self.sites, url) is not None

    def _job(self, path: Path, page: ArchivedPage, place: Place) -> Job:
        folder = _folder(path, page) if self.distant else None
        return job_of(page, canonical(page.page.url), owner(self.sites, page.page.url), folder, place)

    def _note(self, problem: Problem) -> None:
        if problem.kind not in ("outside", "revisit"):
            self.complain(problem.message)
        elif problem.kind == "outside":
            self.report.outside += 1


def _folder(path: Path, page: ArchivedPage) -> Path | None:
    """Where the WARC file lies that a worker can read the page from at its offset, or None.

    A WACZ is a zip file; of several records in one gzip member only the last one's end is known.
    """
    folder = (path if path.is_dir() else path.parent).resolve()
    file = folder / page.file
    return folder if page.length and file.is_file() and is_archive(file) else None


def is_good(paths: Sequence[Path], place: Place) -> bool:
    """Whether the files up to that of a place are still those that the import passed."""
    n, file, *_, digest = place
    return any((n, digest) == (at, of) and lies_in(str(file), name) for at, name, of in _steps(paths))


class _Trail:
    """Follows an import from file to file."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._steps = _steps(paths)
        self._at = (-1, "", "")

    def at(self, n: int, file: str) -> str:
        """The digest up to the file of a page of the n-th path; to be asked in the order of the files."""
        while self._at[0] != n or not lies_in(file, self._at[1]):
            self._at = next(self._steps)
        return self._at[2]


def _steps(paths: Sequence[Path]) -> Iterator[tuple[int, str, str]]:
    """Every file: the number of its path, its name, and a digest of name, size and time of all files up to it."""
    digest = hashlib.sha256()
    for n, path in enumerate(paths):
        for file, name in files_of(path):
            try:
                status = file.stat()
                digest.update(f"{n} {name} {status.st_size} {status.st_mtime_ns}\n".encode())
            except OSError:  # reading it will say why
                digest.update(f"{n} {name}\n".encode())
            yield n, name, digest.hexdigest()[:16]
