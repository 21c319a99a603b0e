"""What a site is expected to give, learned from its own earlier runs: new articles by weekday, and usual shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from statistics import median

from pipelines.instants import instant
from pipelines.store import Store

VIETNAM = timezone(timedelta(hours=7))
LOOK_BACK = 60  # runs
APART = 0.8  # days between two runs from which on the articles of one can be compared with those of another
ENOUGH_NIGHTS, ENOUGH_ALIKE = 4, 3  # comparable runs in all, and of one weekday
LONGEST_GAP = 7.0  # days: what a listing still shows after a pause does not grow for ever


@dataclass(frozen=True, slots=True)
class Night:
    """One run that worked: its day in Vietnam, the days since the one before it (None for the first), its counts."""

    day: date
    gap: float | None
    new: int
    listings: int
    candidates: int
    pages: int
    texts: int
    dated: int
    citing: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a site usually gives; None where its history does not say. ``new`` and ``least`` are articles of this run.

    ``least`` is what the poorest comparable run gave, ``candidates`` the links to articles on a listing page; shares
    are of the pages or texts of a run; ``silence`` is the longest time in days without a new article.
    """

    runs: int = 0
    new: float | None = None
    least: float | None = None
    candidates: float | None = None
    with_text: float | None = None
    with_date: float | None = None
    with_references: float | None = None
    silence: float | None = None


def local_day(epoch: float) -> date:
    """The day in Vietnam."""
    return datetime.fromtimestamp(epoch, VIETNAM).date()


def expectation(store: Store, site: str, run: str, now: float) -> Expectation:
    """What the runs before ``run`` teach of a site."""
    return learn(_nights(store, site, run, now), local_day(now), _days_since(store, site, run, now))


# Runs that broke teach nothing: else a site that is down long enough is expected to be.
_GOOD = """
SELECT r.started, s.* FROM site_runs s JOIN runs r ON r.id = s.run
WHERE s.site = :site AND r.id <> :run AND r.started <= :now AND r.reason = 'finished'
AND json_extract(r.settings, '$.limit') IS NULL AND (s.verdict = 'ok' OR s.new > 0) ORDER BY r.started DESC LIMIT :limit
"""


def _nights(store: Store, site: str, run: str, now: float) -> list[Night]:
    """The good runs of a site, oldest first."""
    parameters = {"site": site, "run": run, "now": instant(now), "limit": LOOK_BACK}
    nights: list[Night] = []
    before: float | None = None
    for row in reversed(store.rows(_GOOD, parameters)):
        started = datetime.fromisoformat(row["started"]).timestamp()
        gap = None if before is None else (started - before) / 86400
        counts = {name: row[name] for name in ("new", "listings", "candidates", "pages", "texts", "dated", "citing")}
        nights.append(Night(local_day(started), gap, **counts))
        before = started
    return nights


def _days_since(store: Store, site: str, run: str, now: float) -> float | None:
    rows = store.rows(_GOOD, {"site": site, "run": run, "now": instant(now), "limit": 1})
    return (now - datetime.fromisoformat(rows[0]["started"]).timestamp()) / 86400 if rows else None


def learn(nights: Sequence[Night], today: date, gap: float | None) -> Expectation:
    """What the good runs of a site, oldest first, teach of a run ``gap`` days after the last of them."""
    rates = [(night.day, night.new / night.gap) for night in nights if night.gap is not None and night.gap >= APART]
    alike = _alike(rates, today)
    usual = Expectation(
        runs=len(nights),
        candidates=_median(night.candidates / night.listings for night in nights if night.listings),
        with_text=_share(sum(night.texts for night in nights), sum(night.pages for night in nights)),
        with_date=_share(sum(night.dated for night in nights), sum(night.texts for night in nights)),
        with_references=_share(sum(night.citing for night in nights), sum(night.texts for night in nights)),
        silence=_longest_silence(nights),
    )
    if gap is None or gap < APART or len(rates) < ENOUGH_NIGHTS:
        return usual
    days = min(gap, LONGEST_GAP)
    return replace(usual, new=median(alike) * days, least=min(alike) * days)


def _alike(rates: Sequence[tuple[date, float]], today: date) -> list[float]:
    """New articles a day on the runs most like today's: of its weekday, else of weekends or working days, else all."""
    same = [rate for day, rate in rates if day.weekday() == today.weekday()]
    near = [rate for day, rate in rates if (day.weekday() >= 5) == (today.weekday() >= 5)]
    return next((some for some in (same, near) if len(some) >= ENOUGH_ALIKE), [rate for _, rate in rates])


def _longest_silence(nights: Sequence[Night]) -> float | None:
    days = [night.day for night in nights if night.new > 0]
    if len(days) <= ENOUGH_NIGHTS:
        return None
    return float(max((later - earlier).days for earlier, later in pairwise(days)))


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
