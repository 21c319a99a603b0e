"""What comes back into the queue: listings at every run, articles on their day, pages that earlier runs left over."""

from __future__ import annotations

import json
from collections.abc import Iterable

from crawler.frontier import PATIENCE, Territory
from pipelines.instants import instant
from pipelines.store import Transaction


def reopen(tx: Transaction, urls: Iterable[str], *, before: float, now: float, stale: int = 0) -> int:
    """How many known listings, feeds and sitemaps, last fetched ``before`` this run began, are to be visited again.

    What was fetched in the future was fetched by a clock that ran ahead.
    """
    return sum(
        tx.execute(
            "UPDATE urls SET state = 'new', next_at = 0, tries = 0, stale = ?, cause = NULL"
            " WHERE url = ? AND kind <> 'article' AND state NOT IN ('new', 'leased')"
            " AND (coalesce(last_fetched, '') < ? OR last_fetched > ?)",
            [stale, url, instant(before), instant(now + PATIENCE)],
        ).rowcount
        for url in urls
    )


def reopen_unreached(tx: Transaction, site: str, host: str, causes: Iterable[str], *, before: float) -> int:
    """How many pages get another chance that earlier runs gave up because of their host, which now answers again."""
    return tx.execute(
        "UPDATE urls SET state = 'new', next_at = 0, tries = 0 WHERE site = :site AND state = 'failed' AND host = :host"
        " AND last_fetched < :before AND cause IN (SELECT value FROM json_each(:causes))",
        {"site": site, "host": host, "before": instant(before), "causes": json.dumps(list(causes))},
    ).rowcount


def reopen_due(tx: Transaction, territory: Territory, *, now: float) -> int:
    """How many articles have come to the day when they are to be looked at again."""
    return tx.execute(
        "UPDATE urls INDEXED BY urls_again SET state = 'new' WHERE state = 'done' AND next_at > 0 AND next_at <= :now"
        " AND site IN (SELECT value FROM json_each(:sites))",
        {**territory.parameters, "now": now},
    ).rowcount


def resume_deferred(tx: Transaction, territory: Territory, *, now: float) -> int:
    """How many addresses that earlier runs left to this one are due at once; hosts that rest get a new chance too."""
    parameters = {**territory.parameters, "later": now + PATIENCE}
    tx.execute(
        "UPDATE hosts SET failures = 0, breaker_until = 0 WHERE breaker_until > 0"
        " AND host IN (SELECT value FROM json_each(:hosts))",
        parameters,
    )
    tx.execute(  # a clock that once ran ahead must not close a host until then
        "UPDATE hosts SET next_allowed = :now WHERE next_allowed > :later"
        " AND host IN (SELECT value FROM json_each(:hosts))",
        {**parameters, "now": now},
    )
    return tx.execute(
        "UPDATE urls SET next_at = 0 WHERE state = 'new' AND next_at > :later"
        " AND site IN (SELECT value FROM json_each(:sites))",
        parameters,
    ).rowcount


def reopen_all(tx: Transaction, territory: Territory) -> int:
    """How many articles, whatever became of them, are to be fetched again because somebody asked."""
    return tx.execute(
        "UPDATE urls SET state = 'new', next_at = 0, tries = 0 WHERE kind = 'article' AND state <> 'leased'"
        " AND site IN (SELECT value FROM json_each(:sites))",
        territory.parameters,
    ).rowcount
