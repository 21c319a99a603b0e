"""Whether a run did what it should: a verdict for each site with the first stage that failed, and the exit code."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.sites import Site
from pipelines.instants import instant
from pipelines.store import Store, Transaction

OK, ATTENTION, EVERY_SITE_FAILED = 0, 3, 5


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """One site in one run: "ok", "attention" or "failed", and what to look at."""

    site: str
    verdict: str
    stage: str | None
    new: int
    changed: int
    unchanged: int
    fetched: int
    failed: int
    mentions: int

    def __str__(self) -> str:
        articles = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged articles"
        pages = f"{self.fetched} pages fetched, {self.failed} failed"
        trouble = f" · {self.verdict}: {self.stage}" if self.stage else ""
        return f"{self.site}: {articles}, {self.mentions} references, {pages}{trouble}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run: how it ended, and its sites, those in trouble first."""

    run: str
    reason: str
    sites: tuple[SiteVerdict, ...]

    @property
    def exit_code(self) -> int:
        """The command's exit code (design, section 4)."""
        failed = [site for site in self.sites if site.verdict == "failed"]
        if failed and len(failed) == len(self.sites):
            return EVERY_SITE_FAILED
        return ATTENTION if any(site.verdict != "ok" for site in self.sites) else OK


def finish(store: Store, run: str, sites: Mapping[str, Site], reason: str) -> Verdict:
    """The verdict of a run that has ended, written into ``runs``, ``site_runs``, ``coverage`` and ``site_status``."""
    verdicts = [_judge(store, run, site) for site in sites]
    with store.write() as tx:
        tx.execute("UPDATE runs SET finished = ?, reason = ? WHERE id = ?", [instant(time.time()), reason, run])
        for verdict in verdicts:
            _write(tx, run, verdict)
            _cover(tx, verdict, whole=reason == "finished")
    order = {"failed": 0, "attention": 1, "ok": 2}
    return Verdict(run, reason, tuple(sorted(verdicts, key=lambda v: (order[v.verdict], v.site))))


def _judge(store: Store, run: str, site: str) -> SiteVerdict:
    row = store.connection.execute("SELECT * FROM site_runs WHERE run = ? AND site = ?", [run, site]).fetchone()
    counts = {
        name: row[name] if row else 0 for name in ("new", "changed", "unchanged", "fetched", "failed", "mentions")
    }
    verdict, stage = _stage(store, run, site, row["links"] if row else 0, counts["fetched"])
    return SiteVerdict(site, verdict, stage, **counts)


def _stage(store: Store, run: str, site: str, links: int, fetched: int) -> tuple[str, str | None]:
    """The first stage at which a site gave nothing, in words."""
    if not fetched:
        if _fetched_by_others(store, run, site):
            return "ok", None
        cause = store.value(
            "SELECT error_class FROM fetches WHERE run = ? AND site = ? AND error_class IS NOT NULL"
            " GROUP BY error_class ORDER BY count(*) DESC LIMIT 1",
            [run, site],
        )
        return "failed", f"no page answered ({cause})" if cause else "nothing was due"
    listings = store.value(
        "SELECT count(*) FROM fetches WHERE run = ? AND site = ? AND page_kind IN ('listing', 'feed', 'sitemap')",
        [run, site],
    )
    if listings and not links:
        return "attention", "its listings gave no links"
    if not store.value("SELECT 1 FROM urls WHERE site = ? AND kind = 'article' LIMIT 1", [site]):
        return "attention", "no link matches the article expression"
    if not store.value("SELECT 1 FROM articles WHERE site = ? LIMIT 1", [site]):
        return "attention", "no page gave an article"
    return "ok", None


def _fetched_by_others(store: Store, run: str, site: str) -> bool:
    """Whether another process on the same file did the work of this run."""
    return bool(
        store.value(
            "SELECT 1 FROM fetches, runs WHERE runs.id = :run AND fetches.run <> :run AND fetches.site = :site"
            " AND fetches.status = 200 AND fetches.fetched_at >= runs.started LIMIT 1",
            {"run": run, "site": site},
        )
    )


def _write(tx: Transaction, run: str, site: SiteVerdict) -> None:
    tx.execute(
        "INSERT INTO site_runs(run, site, verdict, stage) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(run, site) DO UPDATE SET verdict = excluded.verdict, stage = excluded.stage",
        [run, site.site, site.verdict, site.stage],
    )
    tx.execute(
        "INSERT INTO site_status(site, last_run, last_new, articles, mentions, verdict, stage, audit_recall)"
        " SELECT :site, :run, max(first_seen), count(*), coalesce(sum(n_mentions), 0), :verdict, :stage,"
        " 1.0 * sum(audit_kept) / nullif(sum(audit_page), 0) FROM articles WHERE site = :site"
        " ON CONFLICT(site) DO UPDATE SET last_run = excluded.last_run, last_new = excluded.last_new,"
        " articles = excluded.articles, mentions = excluded.mentions, verdict = excluded.verdict,"
        " stage = excluded.stage, audit_recall = excluded.audit_recall",
        {"site": site.site, "run": run, "verdict": site.verdict, "stage": site.stage},
    )


def _cover(tx: Transaction, site: SiteVerdict, *, whole: bool) -> None:
    """Today's row of ``coverage``: a day stays "observed" once one of its runs saw the whole site.

    The day is Vietnam's. A run that was stopped saw a part.
    """
    listing_ok = int(site.fetched > 0)
    state = "down" if site.verdict == "failed" else "observed" if site.verdict == "ok" and whole else "partial"
    tx.execute(
        "INSERT INTO coverage(site, day, state, listing_ok, articles, with_date, reason)"
        " SELECT :site, date('now', '+7 hours'), :state, :listing_ok, count(*), count(published), :reason FROM articles"
        " WHERE site = :site AND date(first_seen, '+7 hours') = date('now', '+7 hours')"
        " ON CONFLICT(site, day) DO UPDATE SET articles = excluded.articles, with_date = excluded.with_date,"
        " state = iif(state = 'observed', state, excluded.state),"
        " reason = iif(state = 'observed', reason, excluded.reason),"
        " listing_ok = max(coalesce(listing_ok, 0), excluded.listing_ok)",
        {"site": site.site, "state": state, "listing_ok": listing_ok, "reason": site.stage},
    )
