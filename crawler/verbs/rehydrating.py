"""``danchieu rehydrate``: the texts of a release, taken from the web or from archives, and checked by their digests.

The release stays as it is; the database with the texts is a new file beside it. It can be stopped: the same command
goes on with the texts that are still missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.addresses import canonical, host_port
from crawler.archive import archive_folder
from crawler.archive.files import read_path
from crawler.archive.pages import ArchivedPage
from crawler.batch import understand_all
from crawler.batch.imported import Job, job_of
from crawler.frontier import add
from crawler.sites import Site, owner
from crawler.verbs.publishing import DATABASE, MANIFEST, digest_of
from crawler.visit import Candidate, Understanding
from pipelines.errors import AttentionError, InputError
from pipelines.integrity import check_search, check_space, copy_database
from pipelines.store import Store, reading
from pipelines.store.catalogue import keep_sites, keep_units
from pipelines.store.rehydrating import Missing, missing_texts, restore
from pipelines.version import program_version

SHOWN = 20  # addresses of each kind that are named

Fetch = Callable[[Path, Sequence[str]], None]  # crawls what waits in the queue of a database, of these sites


@dataclass
class Rehydrated:
    """How many texts came back, which pages say something else now, and which were not found."""

    path: Path
    restored: int = 0
    changed: set[str] = field(default_factory=set)
    absent: list[str] = field(default_factory=list)
    other_rules: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when every text is there, else 3."""
        return AttentionError.exit_code if self.changed or self.absent else 0

    def __str__(self) -> str:
        lines = [
            f"{self.path}: texts restored: {self.restored}; no longer matching their digest: {len(self.changed)};"
            f" not found: {len(self.absent)}"
        ]
        if self.changed and self.other_rules:
            lines.append(f"some were read by other rules than this program's: {', '.join(self.other_rules)}")
        lines += [f"no longer matches: {url}" for url in sorted(self.changed)[:SHOWN]]
        lines += [f"not found: {url}" for url in self.absent[:SHOWN]]
        return "\n".join(lines)


@dataclass
class Rehydrator:
    """Puts texts into one database that was copied from a release."""

    store: Store
    sites: Mapping[str, Site]
    workers: int
    report: Rehydrated
    wanted: dict[str, Missing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wanted = dict(missing_texts(self.store))

    def take(self, paths: Sequence[Path]) -> None:
        """Nothing; what archives, pages and folders hold of the missing texts is in the database."""
        understand_all(self._jobs(paths), self.workers, self._keep)

    def _jobs(self, paths: Sequence[Path]) -> Iterator[Job]:
        for path in paths:
            for item in read_path(path, wanted=lambda url: canonical(url) in self.wanted):
                if isinstance(item, ArchivedPage):
                    url = canonical(item.page.url)
                    yield job_of(item, url, owner(self.sites, url))

    def _keep(self, job: Job, understood: Understanding) -> None:
        document = understood.document
        if document is None or not document.text:
            return
        key = job.fetch.url if job.fetch.url in self.wanted else job.key(document)
        if key not in self.wanted:
            return
        with self.store.write() as tx:
            if not restore(tx, self.wanted[key], document):
                self.report.changed.add(key)
                return
        self.report.restored += 1
        self.report.changed.discard(key)
        del self.wanted[key]


def rehydrate(
    folder: Path,
    output: Path | None,
    archives: Sequence[Path],
    sites: Mapping[str, Site],
    workers: int,
    fetch: Fetch,
) -> Rehydrated:
    """What came back of the texts of the release in a folder; without archives ``fetch`` gets the pages from the web.

    Raises ``InputError`` for a folder that holds no release, or one that is not as it was made.
    """
    _check(folder)
    path = output or folder.with_name(f"{folder.name}.db")
    if not path.exists():
        check_space(path, 2 * (folder / DATABASE).stat().st_size)
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        copy_database(folder / DATABASE, part)
        part.replace(path)
    with reading(path):
        pass  # the sentence for a file that is not ours
    with Store.open(path) as store:
        rehydrator = Rehydrator(store, sites, workers, Rehydrated(path))
        if archives or not rehydrator.wanted:
            rehydrator.take(archives)
        else:
            rehydrator.take(_from_web(path, rehydrator.wanted.values(), sites, fetch))
        with store.write() as tx:
            check_search(tx, path)
        rules = [row["version"] for row in store.rows("SELECT DISTINCT version FROM articles ORDER BY version")]
    report = rehydrator.report
    report.other_rules = tuple(rule for rule in rules if rule != program_version())
    report.absent = [url for url in rehydrator.wanted if url not in report.changed]
    return report


def _check(folder: Path) -> None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected = manifest["files"][DATABASE]["sha256"]
        found = digest_of(folder / DATABASE)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{folder} holds no release: give the folder that danchieu publish made") from error
    if found != expected:
        raise InputError(f"{folder / DATABASE} is not the file that was published: get the release again")


def _from_web(path: Path, wanted: Iterable[Missing], sites: Mapping[str, Site], fetch: Fetch) -> list[Path]:
    """The archive of a crawl of exactly the pages that are wanted, in a database of its own."""
    scratch = path.with_name(f"{path.name}.web.db")
    known = [(site, missing) for missing in wanted if (site := _site(sites, missing)) is not None]
    if not known:
        return []
    with Store.open(scratch) as store, store.write() as tx:
        keep_units(tx)
        keep_sites(tx, [site.row() for site in sites.values()])
        add(tx, [_candidate(site, missing) for site, missing in known], now=0)
    fetch(scratch, sorted({site.id for site, _ in known}))
    folder = archive_folder(scratch)
    return [folder] if any(folder.glob("*.warc.gz")) else []


def _site(sites: Mapping[str, Site], missing: Missing) -> Site | None:
    return owner(sites, missing.fetch_url) or owner(sites, missing.url)


def _candidate(site: Site, missing: Missing) -> Candidate:
    return Candidate(missing.url, missing.fetch_url, site.id, host_port(missing.fetch_url), "article")
