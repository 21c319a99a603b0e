"""``danchieu retry``: puts failures back into the queue."""

from __future__ import annotations

import sqlite3

from crawler.tls.faults import all_faults
from pipelines.errors import InputError
from pipelines.store import Store

# Without a cause only what may come right by itself; a page that is gone or no article goes back when it is named.
USUAL, ANY = ("failed", "blocked"), ("failed", "blocked", "gone", "rejected")


def put_back(store: Store, *, cause: str | None = None, site: str | None = None) -> list[str]:
    """How many pages were put back, a line for each cause and site, then what to do; hosts that rested are awake.

    Raises ``InputError`` for a site the database does not know and a cause that nothing failed with.
    """
    if site is not None and store.value("SELECT 1 FROM sites WHERE id = ?", [site]) is None:
        raise InputError(f"the database knows no site {site!r}: see danchieu status")
    rows = [
        row
        for row in _failures(store, ANY if cause else USUAL, site)
        if cause is None or _is(row["cause"] or "", cause)
    ]
    if cause is not None and not rows:
        causes = sorted({str(row["cause"]) for row in _failures(store, ANY, site)} - {"forgotten"})
        raise InputError(f"nothing failed because of {cause!r}; what did: {', '.join(causes[:20]) or 'nothing'}")
    with store.write() as tx:
        for row in rows:
            key = {"site": row["site"], "state": row["state"], "cause": row["cause"]}
            hosts = "SELECT DISTINCT host FROM urls WHERE site = :site AND state = :state AND cause IS :cause"
            tx.execute(f"UPDATE hosts SET failures = 0, breaker_until = 0 WHERE host IN ({hosts})", key)  # noqa: S608 - our own words
            tx.execute(
                "UPDATE urls SET state = 'new', next_at = 0, tries = 0, cause = NULL"
                " WHERE site = :site AND state = :state AND cause IS :cause",
                key,
            )
    lines = [f"{row['n']} of {row['site']}: {row['cause']}" for row in rows]
    n = sum(row["n"] for row in rows)
    pages = "1 page is" if n == 1 else f"{n} pages are"
    return [*lines, f"{pages} back in the queue" + (": the next danchieu crawl fetches them" if n else "")]


def _failures(store: Store, states: tuple[str, ...], site: str | None) -> list[sqlite3.Row]:
    marks = ", ".join("?" * len(states))
    return store.rows(
        "SELECT site, state, cause, count(*) AS n FROM urls"  # noqa: S608 - only marks are put in
        f" WHERE site IN (SELECT id FROM sites WHERE id = coalesce(?, id)) AND state IN ({marks})"
        " AND cause IS NOT 'forgotten' GROUP BY site, state, cause ORDER BY n DESC, site, cause",
        [site, *states],
    )


def _is(cause: str, asked: str) -> bool:
    """Whether a cause is the one asked for: "http-503" is "http", "not-html: a PDF" is "not-html", and every fault of
    a kind of tls/faults.toml ("certificate", "network") is that kind."""
    word = cause.partition(":")[0]
    fault = all_faults().get(word)
    return asked in (cause, word) or word.startswith(f"{asked}-") or (fault is not None and fault.kind == asked)
