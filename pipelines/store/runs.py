"""Rows of ``runs``: one for each crawl, import and re-processing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pipelines.instants import instant
from pipelines.store import Transaction
from pipelines.store.articles import VERSION, insert
from pipelines.store.catalogue import keep_sites, keep_units


def begin_run(
    tx: Transaction,
    run: str,
    started: float,
    settings: Mapping[str, object],
    sites: Iterable[Mapping[str, object]],
) -> None:
    """Writes that a run began (epoch seconds), what it was asked to do, and the units and ``sites`` it knows.

    The row of a run that is there already stays: several processes may share one.
    """
    keep_units(tx)
    keep_sites(tx, sites)
    row = {
        "id": run,
        "started": instant(started),
        "version": VERSION,
        "settings": json.dumps(dict(settings), ensure_ascii=False),
    }
    insert(tx, "runs", row, conflict="ON CONFLICT(id) DO NOTHING")


def end_run(tx: Transaction, run: str, reason: str, now: float) -> None:
    """Writes when a run ended (epoch seconds), and why."""
    tx.execute("UPDATE runs SET finished = ?, reason = ? WHERE id = ?", [instant(now), reason, run])
