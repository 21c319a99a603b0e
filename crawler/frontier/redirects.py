"""Redirects in a circle: each is an answer, and together they lead nowhere."""

from __future__ import annotations

import sqlite3

from crawler.visit import Next
from pipelines.store import Transaction

LONGEST = 5  # addresses; the outcome of a redirect bounds how many follow one another

_LEADS_TO = """
SELECT a.url FROM urls u JOIN url_aliases a ON a.alias = u.url
WHERE u.url = ? AND u.state = 'done' AND u.cause = 'redirect'
"""


def unless_circular(tx: Transaction, url: str, step: Next) -> Next:
    """The step, or a failure where it redirects to an address that redirects back: then all of them have failed.

    The others were settled as redirects when nobody could know better. They are no other forms of an article any more,
    so that a later visit, when the site has mended it, begins anew.
    """
    others = [] if step.alias_of is None else _circle(tx, url, step.alias_of)
    if not others:
        return step
    tx.executemany(
        "UPDATE urls SET state = 'failed', cause = 'redirect-loop', next_at = 0 WHERE url = ?", [(u,) for u in others]
    )
    tx.executemany("DELETE FROM url_aliases WHERE alias = ?", [(u,) for u in others])
    return Next("failed", cause="redirect-loop", host_failed=step.host_failed)


def _circle(connection: sqlite3.Connection, url: str, target: str) -> list[str]:
    """The addresses from ``target`` on that redirect back to ``url``; none where they lead elsewhere."""
    passed: list[str] = []
    while target != url:
        row = connection.execute(_LEADS_TO, [target]).fetchone()
        if row is None or len(passed) == LONGEST:
            return []
        passed.append(target)
        target = row["url"]
    return passed
