"""One site in one run, judged: the figures of the run against what the site usually gives."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields

from crawler.health.coverage import Look
from crawler.health.expectations import Expectation, expectation
from crawler.health.horizon import horizon
from crawler.health.listings import mute_listings
from crawler.health.stages import Counts, first_failing_stage
from crawler.sites import Site
from crawler.tables import counted
from pipelines.instants import instant
from pipelines.store import Store

BASELINE = "first run: a baseline for the next ones"
GAP = "its listings do not reach back to what was known: articles between may be missing"
ALWAYS = "0001-01-01"


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """One site in one run: "ok", "attention" or "failed", and what to look at.

    ``expected`` are the new articles that its earlier runs made likely; ``remark`` says what is no failure.
    """

    site: str
    verdict: str
    stage: str | None
    new: int
    changed: int
    unchanged: int
    fetched: int
    failed: int
    mentions: int
    expected: float | None = None
    remark: str | None = None

    def __str__(self) -> str:
        articles = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged articles"
        pages = f"{counted(self.fetched, 'page')} fetched, {self.failed} failed"
        trouble = f" · {self.verdict}: {self.stage}" if self.stage else ""
        remark = f" · {self.remark}" if self.remark else ""
        return f"{self.site}: {articles}, {counted(self.mentions, 'reference')}, {pages}{trouble}{remark}"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended: its name, why and when it ended, and what narrowed it (see ``crawler.plan.Plan``)."""

    run: str
    reason: str
    now: float
    since: str | None = None
    until: str | None = None
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it was to see all that is new."""
        return self.reason == "finished" and self.limit is None and self.until is None


def judge(store: Store, ended: Finished, entry: Site) -> tuple[SiteVerdict, Look]:
    """The verdict on one site, and what the run saw of it."""
    site = entry.id
    row = next(iter(store.rows("SELECT * FROM site_runs WHERE run = ? AND site = ?", [ended.run, site])), None)
    counts = _counts(store, ended, entry, row)
    usual = expectation(store, site, ended.run, ended.now)
    shared = _fetched_by_others(store, ended.run, site)
    whole = ended.whole and not shared
    verdict, stage = _verdict(counts, usual, whole=whole, shared=shared)
    first = not usual.runs and not shared
    shown = ("new", "changed", "unchanged", "fetched", "failed", "mentions")
    told = SiteVerdict(
        site,
        verdict,
        stage,
        **{name: row[name] if row else 0 for name in shown},
        expected=usual.new if whole else None,
        remark=BASELINE if first and verdict == "ok" else None,
    )
    since = horizon(store, entry, ended.since, ended.run, ended.now).day
    return told, _look(store, ended, told, counts, since=since, known=bool(row and row["known"]))


def _verdict(counts: Counts, usual: Expectation, *, whole: bool, shared: bool) -> tuple[str, str | None]:
    if counts.fetched:
        stage = first_failing_stage(counts, usual, whole=whole)
        return "attention" if stage else "ok", stage
    if shared:
        return "ok", None
    return "failed", f"no page answered: {counts.cause}" if counts.causes else "nothing was due"


def _look(store: Store, ended: Finished, told: SiteVerdict, counts: Counts, *, since: str | None, known: bool) -> Look:
    """What the run saw; it made up for missed days if its listings reach back to what was known, or to its first."""
    before = store.value("SELECT 1 FROM coverage WHERE site = ? AND state <> 'not_started' LIMIT 1", [told.site])
    reached = None
    if told.verdict == "failed":
        state, reason = "down", told.stage
    elif told.verdict != "ok" or ended.reason != "finished" or ended.limit is not None:
        state, reason = "partial", told.stage or ("the run had a limit" if ended.limit else "the run was stopped")
    elif before and counts.candidates and not known:
        state, reason = "partial", GAP
    else:
        state, reason = "observed", None
        reached = ALWAYS if before and ended.since is None else since
    return Look(told.site, state, counts.fetched > 0, reason, told.expected, reached)


def _counts(store: Store, ended: Finished, entry: Site, row: sqlite3.Row | None) -> Counts:
    """The figures of a site in this run, and what went wrong on its pages."""
    site = entry.id
    key = {"run": ended.run, "site": site, "now": instant(ended.now)}
    causes = {said["cause"]: said["n"] for said in store.rows(_CAUSES, key)}
    own = {one.name for one in fields(Counts)}
    figures = {name: row[name] for name in row.keys() if name in own} if row is not None else {}  # noqa: SIM118 - columns
    silent = store.rows(_SILENT, key)[0][0]
    return Counts(
        **figures,
        asked=store.rows(_ASKED, key)[0][0],
        ever=store.value("SELECT 1 FROM articles WHERE site = ? LIMIT 1", [site]) is not None,
        silent_days=silent,
        causes=causes,
        mute=mute_listings(store, ended.run, entry),
    )


_CAUSES = """
SELECT coalesce(u.cause, f.error_class) AS cause, count(DISTINCT f.url) AS n
FROM fetches f LEFT JOIN urls u ON u.url = f.url
WHERE f.run = :run AND f.site = :site AND coalesce(u.cause, f.error_class, 'redirect') NOT IN
  ('redirect', 'no-links', 'no-match') GROUP BY 1
"""
_ASKED = """
SELECT count(*) FROM fetches f JOIN urls u ON u.url = f.url
WHERE f.run = :run AND f.site = :site AND u.kind <> 'article'
"""
_SILENT = """
SELECT julianday(:now) - julianday(max(r.started)) FROM site_runs s JOIN runs r ON r.id = s.run
WHERE s.site = :site AND s.new > 0 AND s.run <> :run
"""


def _fetched_by_others(store: Store, run: str, site: str) -> bool:
    """Whether another process on the same file did the work of this run, or a part of it."""
    return bool(store.value(_OTHERS, {"run": run, "site": site}))


# CROSS JOIN keeps the order: SQLite would go through all fetches of all years.
_OTHERS = """
SELECT 1 FROM runs mine CROSS JOIN runs other CROSS JOIN fetches f
WHERE mine.id = :run AND other.id <> :run AND coalesce(other.finished, '9999') >= mine.started
AND f.run = other.id AND f.site = :site AND f.status = 200 AND f.fetched_at >= mine.started LIMIT 1
"""
