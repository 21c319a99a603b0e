"""How far back a run goes: thirty days for a site never crawled, unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.health.expectations import local_day
from crawler.sites import Site
from pipelines.store import Store

DAYS = 30
EVERYTHING = "0001-01-01"  # what ``--since all`` means
A_DAY = 20  # articles of a site on a day of which nothing is known yet; newspapers of the catalogue have 20 to 60
LISTED = 10  # articles on a listing page


@dataclass(frozen=True, slots=True)
class Horizon:
    """The first day of a site that a run is after (None: no limit), and whether that lies behind what it knows.

    Where it does, pages that show nothing new are no reason to stop.
    """

    day: str | None = None
    behind: bool = False


def horizon(store: Store, site: Site, since: str | None, run: str, now: float) -> Horizon:
    """How far back a run goes at one site: as far as asked, else thirty days before its first run.

    A private site, a test or somebody's own server, is taken whole: the limit spares others.
    """
    if since is not None:
        return Horizon(since, behind=not _reached(store, site.id, since, run))
    if site.private:
        return Horizon()
    first = store.value(
        "SELECT date(min(r.started), '+7 hours') FROM site_runs s JOIN runs r ON r.id = s.run WHERE s.site = ?",
        [site.id],
    )
    began = date.fromisoformat(str(first)) if first is not None else local_day(now)
    return Horizon((began - timedelta(days=DAYS)).isoformat())


def _reached(store: Store, site: str, since: str, run: str) -> bool:
    """Whether an earlier run that went as far back saw the whole site, or the site was never crawled before."""
    return bool(
        store.value(
            "SELECT 1 FROM site_runs s JOIN runs r ON r.id = s.run WHERE s.site = :site AND r.id <> :run"
            " AND r.reason = 'finished' AND s.verdict = 'ok' AND json_extract(r.settings, '$.limit') IS NULL"
            " AND json_extract(r.settings, '$.since') <= :since LIMIT 1",
            {"site": site, "since": since, "run": run},
        )
    )


def announcement(store: Store, sites: Iterable[Site], since: str | None, now: float) -> str | None:
    """What going further back than thirty days will cost, in a sentence; None for a run that does not."""
    if since is None or since >= (local_day(now) - timedelta(days=DAYS)).isoformat():
        return None
    chosen = list(sites)
    pace = max((site.delay for site in chosen), default=0.0)
    if since == EVERYTHING:
        hourly = f"{3600 / pace:,.0f}" if pace else "any number of"
        return f"going back to the first article: how much that is nobody knows; {hourly} pages an hour a site at most"
    days = (local_day(now) - date.fromisoformat(since)).days
    loads = [(_daily(store, site.id) * days * (1 + 1 / LISTED), site.delay) for site in chosen]
    requests, hours = sum(n for n, _ in loads), max((n * delay / 3600 for n, delay in loads), default=0.0)
    return f"going back to {since}: about {requests:,.0f} requests and {hours:,.1f} hours, all sites at the same time"


def _daily(store: Store, site: str) -> float:
    """Articles a day, as far as the last weeks tell."""
    row = store.rows(
        "SELECT count(*) AS n, count(DISTINCT substr(published, 1, 10)) AS days FROM articles"
        " WHERE site = ? AND published >= date('now', '-60 days')",
        [site],
    )[0]
    return row["n"] / row["days"] if row["days"] else float(A_DAY)
