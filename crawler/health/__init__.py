"""Whether a run did what it should: a verdict for each site with the first stage that failed, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from crawler.health.coverage import cover
from crawler.health.expectations import local_day
from crawler.health.judging import Finished, SiteVerdict, judge
from crawler.sites import Site
from pipelines.store import Store, Transaction
from pipelines.store.runs import end_run

OK, ATTENTION, EVERY_SITE_FAILED = 0, 3, 5
IN_ORDER = {"failed": 0, "attention": 1, "ok": 2}


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

    def as_json(self) -> dict[str, object]:
        """The verdict as plain data: what ``--notify`` is given."""
        sites = [asdict(site) for site in self.sites]
        return {"run": self.run, "reason": self.reason, "exit_code": self.exit_code, "sites": sites}


def finish(store: Store, ended: Finished, sites: Mapping[str, Site]) -> Verdict:
    """The verdict of a run that has ended, written into ``runs``, ``site_runs``, ``coverage`` and ``site_status``."""
    judged = [judge(store, ended, site) for site in sites.values()]
    for verdict, look in judged:
        with store.write() as tx:  # one a site: each counts all its articles
            _write(tx, ended.run, verdict)
            cover(tx, look, local_day(ended.now))
    with store.write() as tx:
        end_run(tx, ended.run, ended.reason, ended.now)
    verdicts = sorted((verdict for verdict, _ in judged), key=lambda v: (IN_ORDER[v.verdict], v.site))
    return Verdict(ended.run, ended.reason, tuple(verdicts))


def _write(tx: Transaction, run: str, site: SiteVerdict) -> None:
    row = {"run": run, "site": site.site, "verdict": site.verdict, "stage": site.stage, "expected": site.expected}
    tx.execute(
        "INSERT INTO site_runs(run, site, verdict, stage, expected) VALUES (:run, :site, :verdict, :stage, :expected)"
        " ON CONFLICT(run, site) DO UPDATE SET verdict = excluded.verdict, stage = excluded.stage,"
        " expected = excluded.expected",
        row,
    )
    tx.execute(
        "INSERT INTO site_status(site, last_run, last_new, articles, mentions, expected, verdict, stage, audit_recall)"
        " SELECT :site, :run, max(first_seen), count(*), coalesce(sum(n_mentions), 0), :expected, :verdict, :stage,"
        " 1.0 * sum(audit_kept) / nullif(sum(audit_page), 0) FROM articles WHERE site = :site"
        " ON CONFLICT(site) DO UPDATE SET last_run = excluded.last_run, last_new = excluded.last_new,"
        " articles = excluded.articles, mentions = excluded.mentions, expected = coalesce(excluded.expected, expected),"
        " verdict = excluded.verdict, stage = excluded.stage, audit_recall = excluded.audit_recall",
        row,
    )
