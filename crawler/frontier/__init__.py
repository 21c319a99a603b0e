"""The queue in SQLite: add, lease, settle. "Seen" and "done" are different states, and a lease is never lost.

Every function is given a transaction (or, to look, a connection) and the time; none commits. Clocks are epoch seconds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from crawler.visit import Candidate, Lease, Next
from pipelines.instants import instant
from pipelines.store import Transaction
from pipelines.store.tombstones import is_forgotten

Clock = Callable[[], float]  # epoch seconds

HELD_PER_HOST = 16  # leases of one host at once, so that a slow one does not hold them all
HORIZON = 1.0  # only time slots this close are leased, so that a lease never ages waiting for its turn
LEASE_SECONDS = 60.0  # renewed by the writer, so it may be short however slow a page is
PATIENCE = 120.0  # a run waits this long for a row that is not due; a later one is the next run's
MAX_DEPTH = 400  # of listing pages behind one another; a calendar without end stops here
BREAKER_AFTER = 5  # failures of a host in a row
BREAKER_SECONDS = 60.0
BREAKER_LIMIT = 3600.0  # also for what a host asks for itself


class LeaseLost(Exception):  # noqa: N818 - an event between two processes, not an error of this one
    """The address is no longer ours: another process took it over, and what we made of it must not be stored."""


@dataclass(frozen=True, slots=True)
class Territory:
    """What a run may lease: its sites with the seconds between two requests of each, and their hosts."""

    delays: Mapping[str, float]
    hosts: frozenset[str]
    parameters: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        lists = {"sites": json.dumps(sorted(self.delays)), "hosts": json.dumps(sorted(self.hosts))}
        object.__setattr__(self, "parameters", lists)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left for this run: ``more`` is False when nothing is; ``wake_at`` is when something next falls due."""

    more: bool
    wake_at: float | None = None


def add(tx: Transaction, candidates: Iterable[Candidate], *, now: float, found_on: str | None = None) -> int:
    """How many of the addresses were unknown; known ones, in whatever form, stay as they are, forgotten ones away."""
    added = 0
    for candidate in candidates:
        known = tx.execute(
            "SELECT 1 FROM url_aliases WHERE alias IN (?, ?)", [candidate.url, candidate.identity]
        ).fetchone()
        if known is not None or is_forgotten(tx, candidate.url, candidate.identity):
            continue
        tx.execute("INSERT INTO hosts(host) VALUES (?) ON CONFLICT DO NOTHING", [candidate.host])
        inserted = tx.execute(
            "INSERT INTO urls(url, fetch_url, site, host, kind, priority, depth, stale, first_seen, found_on)"
            " VALUES (:url, :fetch_url, :site, :host, :kind, :priority, :depth, :stale, :first_seen, :found_on)"
            " ON CONFLICT(url) DO NOTHING",
            {
                "url": candidate.url,
                "fetch_url": candidate.fetch_url,
                "site": candidate.site,
                "host": candidate.host,
                "kind": candidate.kind,
                "priority": candidate.priority,
                "depth": candidate.depth,
                "stale": candidate.stale,
                "first_seen": instant(now),
                "found_on": found_on,
            },
        ).rowcount
        if inserted and candidate.identity is not None:
            tx.execute("INSERT INTO url_aliases(alias, url) VALUES (?, ?)", [candidate.identity, candidate.url])
        added += inserted
    return added


def known_before(tx: Transaction, candidates: Iterable[Candidate], *, before: float) -> int:
    """How many of the addresses, under whatever form, were found before this run began."""
    keys = [key for candidate in candidates for key in (candidate.url, candidate.identity) if key is not None]
    row = tx.execute(
        "WITH asked(key) AS (SELECT value FROM json_each(?))"
        " SELECT count(*) AS n FROM urls WHERE first_seen < ? AND url IN"
        " (SELECT key FROM asked UNION SELECT url FROM asked JOIN url_aliases ON alias = key)",
        [json.dumps(keys), instant(before)],
    ).fetchone()
    return int(row["n"])


def waiting(connection: sqlite3.Connection, territory: Territory) -> int:
    """How many addresses wait to be visited."""
    row = connection.execute(
        "SELECT count(*) AS n FROM urls WHERE state = 'new' AND site IN (SELECT value FROM json_each(:sites))",
        territory.parameters,
    ).fetchone()
    return int(row["n"])


def lease(
    tx: Transaction, territory: Territory, *, owner: str, now: float, limit: int, held: Mapping[str, int] | None = None
) -> list[Lease]:
    """At most ``limit`` addresses whose time slot begins within ``HORIZON``, by slot; ``held`` counts leases by host.

    Each takes the next free slot of its host, here in the table, so that any number of processes are as polite as one.
    """
    tx.execute("UPDATE urls SET state = 'new', owner = NULL WHERE state = 'leased' AND lease_until < ?", [now])
    until = now + HORIZON
    ready = tx.execute(
        "SELECT host, max(next_allowed, breaker_until) AS at FROM hosts"
        " WHERE host IN (SELECT value FROM json_each(:hosts)) AND max(next_allowed, breaker_until) <= :until"
        " AND EXISTS (SELECT 1 FROM urls WHERE state = 'new' AND urls.host = hosts.host AND next_at <= :until"
        "  AND site IN (SELECT value FROM json_each(:sites))) ORDER BY at",
        {**territory.parameters, "until": until},
    ).fetchall()
    leases: list[Lease] = []
    share = max(1, limit // max(1, len(ready)))
    for row in ready:
        if len(leases) >= limit:
            break
        free = HELD_PER_HOST - (held or {}).get(row["host"], 0)
        room = min(share, limit - len(leases), free)
        if room > 0:
            leases += _lease_host(tx, territory, row, owner=owner, now=now, limit=room)
    return sorted(leases, key=lambda found: found.due)


def _lease_host(
    tx: Transaction, territory: Territory, host: sqlite3.Row, *, owner: str, now: float, limit: int
) -> list[Lease]:
    # Left alone, SQLite takes the index by time and sorts all that waits for the host, at every lease.
    rows = tx.execute(
        "SELECT * FROM urls INDEXED BY urls_ready WHERE state = 'new' AND host = :host AND next_at <= :until"
        " AND site IN (SELECT value FROM json_each(:sites)) ORDER BY priority DESC, next_at LIMIT :limit",
        {**territory.parameters, "host": host["host"], "until": now + HORIZON, "limit": limit},
    ).fetchall()
    leases: list[Lease] = []
    allowed = host["at"]
    for row in rows:
        due = max(now, allowed, row["next_at"])
        if due > now + HORIZON:
            break
        allowed = due + territory.delays[row["site"]]
        leases.append(_take(tx, row, owner=owner, until=due + LEASE_SECONDS, due=due))
    if leases:
        tx.execute("UPDATE hosts SET next_allowed = ? WHERE host = ?", [allowed, host["host"]])
    return leases


def _take(tx: Transaction, row: sqlite3.Row, *, owner: str, until: float, due: float) -> Lease:
    tx.execute(
        "UPDATE urls SET state = 'leased', owner = ?, lease_until = ?, tries = tries + 1 WHERE url = ?",
        [owner, until, row["url"]],
    )
    return Lease(
        url=row["url"],
        fetch_url=row["fetch_url"],
        site=row["site"],
        host=row["host"],
        kind=row["kind"],
        depth=row["depth"],
        stale=row["stale"],
        tries=row["tries"] + 1,
        due=due,
        etag=row["etag"],
        last_modified=row["last_modified"],
        interval=row["interval"],
    )


def settle(tx: Transaction, held: Lease, step: Next, *, owner: str, now: float) -> None:
    """Ends a lease in its next state; raises ``LeaseLost`` when it is no longer ours, and then nothing may be kept."""
    changed = tx.execute(
        "UPDATE urls SET state = :state, cause = :cause, owner = NULL, lease_until = NULL,"
        " tries = iif(:state = 'done', 0, tries), next_at = :next_at, fetch_url = coalesce(:fetch_url, fetch_url),"
        " interval = coalesce(:interval, interval), etag = coalesce(:etag, etag),"
        " last_modified = coalesce(:last_modified, last_modified), last_fetched = :now"
        " WHERE url = :url AND state = 'leased' AND owner = :owner",
        {
            "state": step.state,
            "cause": step.cause,
            "next_at": step.retry_at or 0,
            "fetch_url": step.fetch_url,
            "interval": step.interval,
            "etag": step.etag,
            "last_modified": step.last_modified,
            "now": instant(now),
            "url": held.url,
            "owner": owner,
        },
    ).rowcount
    if not changed:
        raise LeaseLost(held.url)
    if step.alias_of is not None:  # a target that was forgotten is not in the queue
        tx.execute(
            "INSERT INTO url_aliases(alias, url) SELECT ?, url FROM urls WHERE url = ?"
            " ON CONFLICT(alias) DO UPDATE SET url = excluded.url",  # it may lead elsewhere than it did
            [held.url, step.alias_of],
        )
    if step.host_failed is not None:
        _breaker(tx, held.host, failed=step.host_failed, now=now)
    if step.host_rests:
        until = now + min(step.host_rests, BREAKER_LIMIT)
        tx.execute("UPDATE hosts SET next_allowed = max(next_allowed, ?) WHERE host = ?", [until, held.host])


def _breaker(tx: Transaction, host: str, *, failed: bool, now: float) -> None:
    """Lets a host rest after repeated failures, twice as long each time; its pages keep their places."""
    if not failed:
        tx.execute("UPDATE hosts SET failures = 0, breaker_until = 0 WHERE host = ? AND failures > 0", [host])
        return
    row = tx.execute("UPDATE hosts SET failures = failures + 1 WHERE host = ? RETURNING failures", [host]).fetchone()
    over = (row["failures"] if row else 0) - BREAKER_AFTER
    if over >= 0:
        rest = min(BREAKER_LIMIT, BREAKER_SECONDS * 2 ** min(over, 10))
        tx.execute("UPDATE hosts SET breaker_until = ? WHERE host = ?", [now + rest, host])


def give_back(tx: Transaction, urls: Iterable[str], *, owner: str, at: float = 0) -> None:
    """Puts leases back as if they had not been taken: the next lease counts as the same try."""
    tx.executemany(
        "UPDATE urls SET state = 'new', owner = NULL, lease_until = NULL, tries = max(0, tries - 1), next_at = ?"
        " WHERE url = ? AND state = 'leased' AND owner = ?",
        [(at, url, owner) for url in urls],
    )


def renew(tx: Transaction, *, owner: str, now: float) -> None:
    """Extends every lease of a living process."""
    tx.execute(
        "UPDATE urls SET lease_until = max(lease_until, ?) WHERE state = 'leased' AND owner = ?",
        [now + LEASE_SECONDS, owner],
    )


def owners(connection: sqlite3.Connection) -> list[str]:
    """The processes, by the name of their archive file, that hold leases; a dead one's can be taken back."""
    return [row["owner"] for row in connection.execute("SELECT DISTINCT owner FROM urls WHERE state = 'leased'")]


def take_back(tx: Transaction, owner: str) -> int:
    """How many leases of a dead process are free again."""
    return tx.execute(
        "UPDATE urls SET state = 'new', owner = NULL, lease_until = NULL WHERE state = 'leased' AND owner = ?", [owner]
    ).rowcount


def outlook(connection: sqlite3.Connection, territory: Territory, *, owner: str, now: float) -> Outlook:
    """Whether work is left for this run, and when to look again.

    Rows leased by others count: should their process die, they are ours.
    """
    parameters = {**territory.parameters, "owner": owner}
    due = connection.execute(
        "SELECT min(max(next_allowed, breaker_until, coalesce("
        " (SELECT min(next_at) FROM urls WHERE state = 'new' AND urls.host = hosts.host"
        "  AND site IN (SELECT value FROM json_each(:sites))), 1e18))) AS at FROM hosts"
        " WHERE host IN (SELECT value FROM json_each(:hosts))",
        parameters,
    ).fetchone()["at"]
    others = connection.execute(
        "SELECT min(lease_until) AS at FROM urls WHERE state = 'leased' AND owner <> :owner"
        " AND site IN (SELECT value FROM json_each(:sites))",
        parameters,
    ).fetchone()["at"]
    patience = PATIENCE + max(territory.delays.values(), default=0)
    times = [at for at in (due, others) if at is not None and at <= now + patience]
    return Outlook(bool(times), max(now, min(times)) if times else None)
