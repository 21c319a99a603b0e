"""How a run begins: leases of dead processes are taken back, the catalogue is written down, listings are reopened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crawler import frontier
from crawler.addresses import canonical, host_port
from crawler.archive import Repaired, archive_folder, take_over
from crawler.frontier import Territory
from crawler.frontier import reopening as frontier_reopening
from crawler.health.horizon import announcement
from crawler.outcomes import PRIORITIES
from crawler.plan import Plan
from crawler.sites import Site
from crawler.tables import counted
from crawler.tls import memory
from crawler.tls.ladder import HostState
from crawler.visit import Candidate, UrlKind
from pipelines.errors import InputError
from pipelines.store import Store, Transaction
from pipelines.store.runs import begin_run
from pipelines.store.tombstones import tombstones, whole_site

TAKE_OUT = "take what was forgotten out of the catalogue (danchieu explain URL says when and why)"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a run found at its start: pages in flight that were taken back, torn archives, and pages waiting."""

    recovered: int
    repaired: tuple[Repaired, ...]
    waiting: int
    hosts: Mapping[str, HostState]
    announcement: str | None = None
    forgotten: frozenset[str] = frozenset()  # sites

    def __str__(self) -> str:
        parts = [f"{counted(self.waiting, 'page')} waiting"]
        if self.recovered:
            parts.append(f"{self.recovered} in flight when the last run ended were taken back")
        parts += [f"archive {r.file}: a torn end of {r.cut} bytes was cut off" for r in self.repaired if r.cut]
        parts += [f"archive {r.file}: {r.missing} bytes are missing" for r in self.repaired if r.missing]
        parts += [self.announcement] if self.announcement else []
        if self.forgotten:
            parts.append(f"left out, since forgotten: {', '.join(sorted(self.forgotten))}; {TAKE_OUT}")
        return "; ".join(parts)


def territory(sites: Iterable[Site]) -> Territory:
    """The sites of a run with their pace, and every host:port their domains cover."""
    chosen = list(sites)
    return Territory({site.id: site.delay for site in chosen}, frozenset(h for site in chosen for h in site.hosts))


def open_run(store: Store, plan: Plan, ground: Territory, *, owner: str, started: float) -> Opening:
    """What the run starts from, once its row, the catalogue, the seeds and the rows that fell due are written.

    Sites that were forgotten are left out; raises ``InputError`` where no other is left.
    """
    forgotten = _forgotten(store, plan.sites.values())
    sites = {name: site for name, site in plan.sites.items() if name not in forgotten}
    if forgotten and not sites:
        raise InputError(f"{', '.join(sorted(forgotten))}: forgotten, so nothing is crawled; {TAKE_OUT}")
    recovered, repaired = take_back_dead(store, owner)
    repaired += mend_archive(store)
    with store.write() as tx:
        begin_run(tx, plan.run, started, plan.narrowed() | {"archive": owner}, [site.row() for site in sites.values()])
    with store.write() as tx:
        for site in sites.values() if plan.seeds else ():
            _seed(tx, site, started)
        frontier_reopening.resume_deferred(tx, ground, now=started)
        frontier_reopening.reopen_due(tx, ground, now=started)
        if plan.refetch:
            frontier_reopening.reopen_all(tx, ground)
        waiting = frontier.waiting(tx, ground)
    costs = announcement(store, sites.values(), plan.since, started)
    return Opening(recovered, repaired, waiting, memory.load(store.connection), costs, forgotten)


def _forgotten(store: Store, sites: Iterable[Site]) -> frozenset[str]:
    """The sites that were forgotten as a whole: by their id, or with all their hosts."""
    stones = tombstones(store.connection)
    hosts = {site.id: [f"https://{domain}/" for domain in site.domains] for site in sites}
    return frozenset(
        name
        for name, fronts in hosts.items()
        if stones.cover(whole_site(name)) or all(stones.cover(canonical(front)) for front in fronts)
    )


def take_back_dead(store: Store, own: str | None = None) -> tuple[int, tuple[Repaired, ...]]:
    """How many leases of dead processes are free again, and what was mended in their archives."""
    recovered, repaired = 0, []
    folder = archive_folder(store.path)
    for owner in frontier.owners(store.connection):
        if owner == own or (mended := _mend(store, folder / owner)) is None:
            continue
        repaired.append(mended)
        with store.write() as tx:
            recovered += frontier.take_back(tx, owner)
    return recovered, tuple(repaired)


def mend_archive(store: Store) -> tuple[Repaired, ...]:
    """What was mended in the archive files that no living process owns, those of killed imports too."""
    files = sorted(archive_folder(store.path).glob("*.warc.gz"))
    return tuple(mended for path in files if (mended := _mend(store, path)) is not None)


def _mend(store: Store, path: Path) -> Repaired | None:
    """What was mended in an archive file, or None while its owner lives."""
    end = store.value("SELECT max(warc_offset + warc_length) FROM fetches WHERE warc_file = ?", [path.name])
    return take_over(path, int(str(end or 0)))


def _seed(tx: Transaction, site: Site, started: float) -> None:
    """Puts a site's listings, feeds and sitemaps into the queue, new or again."""
    kinds: tuple[tuple[tuple[str, ...], UrlKind, int], ...] = (
        (site.start, "listing", PRIORITIES["seed"]),
        (site.feeds, "feed", PRIORITIES["feed"]),
        (site.sitemaps, "sitemap", PRIORITIES["feed"]),
    )
    for urls, kind, priority in kinds:
        seeds = [Candidate(canonical(url), url, site.id, host_port(url), kind, priority) for url in urls]
        frontier.add(tx, seeds, now=started)
        frontier_reopening.reopen(tx, [seed.url for seed in seeds], before=started, now=started)
