"""Which site was observed on which day, so that zero is never taken for "not observed"; days without a run included.

A day is one of Vietnam. Rules: a day stays "observed" once a run saw the whole site on it. A run that sees the whole
site, back to what was known before, makes up for the days since: they become "backfilled" and keep their reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.store import Transaction

FURTHEST = 366  # days that one run fills in


@dataclass(frozen=True, slots=True)
class Look:
    """What one run saw of a site: its state, why, and the first day it made up for, if it made up for any.

    ``expected`` are the new articles it was expected to find.
    """

    site: str
    state: str
    listing_ok: bool
    reason: str | None = None
    expected: float | None = None
    reached: str | None = None


def cover(tx: Transaction, look: Look, today: date) -> None:
    """Writes today's row, and those of the days since the last one."""
    _fill(tx, look, today)
    if look.reached is not None:
        _make_up(tx, look, today)
    tx.execute(
        "INSERT INTO coverage(site, day, state, listing_ok, articles, with_date, expected, reason)"
        " SELECT :site, :day, :state, :listing_ok, count(*), count(published), :expected, :reason FROM articles"
        " WHERE site = :site AND date(first_seen, '+7 hours') = :day"
        " ON CONFLICT(site, day) DO UPDATE SET articles = excluded.articles, with_date = excluded.with_date,"
        " state = iif(state = 'observed', state, excluded.state),"
        " reason = iif(state = 'observed', reason, excluded.reason),"
        " expected = coalesce(expected, excluded.expected),"
        " listing_ok = max(coalesce(listing_ok, 0), excluded.listing_ok)",
        {
            "site": look.site,
            "day": today.isoformat(),
            "state": look.state,
            "listing_ok": int(look.listing_ok),
            "expected": look.expected,
            "reason": look.reason,
        },
    )


def _fill(tx: Transaction, look: Look, today: date) -> None:
    """Rows for the days since the last covered one, on which no run ended; before the first run, those it reached."""
    last = tx.execute(
        "SELECT max(day) FROM coverage WHERE site = ? AND day < ?", [look.site, today.isoformat()]
    ).fetchone()[0]
    first = last or look.reached
    if first is None:
        return
    day = max(date.fromisoformat(first), today - timedelta(days=FURTHEST))
    while day < today:
        state, reason = ("not_started", None) if last is None else _unfinished(tx, look.site, day)
        tx.execute(
            "INSERT INTO coverage(site, day, state, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [look.site, day.isoformat(), state, reason],
        )
        day += timedelta(days=1)


def _unfinished(tx: Transaction, site: str, day: date) -> tuple[str, str]:
    """The state of a day on which no run ended: a run may have been killed on it."""
    killed = tx.execute(
        "SELECT 1 FROM site_runs s JOIN runs r ON r.id = s.run WHERE s.site = ? AND s.fetched > 0"
        " AND date(r.started, '+7 hours') = ?",
        [site, day.isoformat()],
    ).fetchone()
    return ("partial", "its run did not end") if killed else ("not_started", "no run")


def _make_up(tx: Transaction, look: Look, today: date) -> None:
    """Turns the days that were missed into "backfilled", with the articles published on them."""
    tx.execute(
        "UPDATE coverage SET state = 'backfilled',"
        " reason = coalesce(reason || '; ', '') || 'caught up on ' || :today,"
        " articles = (SELECT count(*) FROM articles a WHERE a.site = coverage.site AND a.published >= coverage.day"
        "  AND a.published < date(coverage.day, '+1 day')),"
        " with_date = (SELECT count(*) FROM articles a WHERE a.site = coverage.site AND a.published >= coverage.day"
        "  AND a.published < date(coverage.day, '+1 day'))"
        " WHERE site = :site AND day >= :reached AND day < :today AND state IN ('down', 'partial', 'not_started')",
        {"site": look.site, "reached": look.reached, "today": today.isoformat()},
    )
