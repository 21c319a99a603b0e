"""Rows of ``runs``: one for each crawl, import and re-processing."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pipelines.instants import instant
from pipelines.store import Transaction
from pipelines.store.articles import VERSION, insert


def begin_run(tx: Transaction, run: str, started: float, settings: Mapping[str, object]) -> None:
    """Writes that a run began (epoch seconds) and what it was asked to do; one that is there already stays."""
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
