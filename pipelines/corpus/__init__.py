"""The steps over all articles: corrections, near copies, names, identity, links, claims, aliases, counts and summaries.

Everything is worked out anew from what the pages say and only what differs is written, so the result depends on
the set of articles alone and not on the order of their arrival, and a second run writes nothing. What takes long,
the sketches of texts, is kept. Nothing here deletes an article, a citation or what a page alone says
(``mentions.regulation_in_page``); a link that a person has undone is never made again.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, field

from pipelines.corpus.ballots import keep_ballots, load_ballots
from pipelines.corpus.claims import keep_claims, keep_names
from pipelines.corpus.copies import keep_clusters, keep_sketches
from pipelines.corpus.links import keep_links
from pipelines.corpus.resolution import resolve_mentions
from pipelines.corpus.summaries import keep_aliases, keep_counts, keep_regulation_units, keep_unit_months
from pipelines.store import Store, storage_error
from pipelines.store.corrections import apply_all_corrections


@dataclass
class CorpusReport:
    """What the steps changed: rows and seconds by step, in order."""

    changed: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.monotonic)

    def did(self, step: str, changed: int) -> None:
        """Keeps what came of a step, which took the time since the last one."""
        now = time.monotonic()
        self.changed[step], self.seconds[step] = changed, now - self._since
        self._since = now

    @property
    def total(self) -> float:
        """The seconds of all steps."""
        return sum(self.seconds.values())

    def as_json(self) -> dict[str, object]:
        """The report as plain data."""
        seconds = {step: round(seconds, 3) for step, seconds in self.seconds.items()}
        return {"changed": self.changed, "seconds": seconds}

    def __str__(self) -> str:
        said = ", ".join(f"{n} {step.replace('_', ' ')}" for step, n in self.changed.items() if n)
        return f"corpus brought up to date in {self.total:.1f} s: {said or 'nothing changed'}"


def run_corpus(store: Store) -> CorpusReport:
    """What the corpus steps changed in a database. To be called outside a transaction, and not in the reactor's thread.

    Each writes in transactions of its own, far under 200 ms; when one is interrupted, the next run completes it.
    Raises ``StorageError``.
    """
    report = CorpusReport()
    try:
        _take_steps(store, report)
    except sqlite3.OperationalError as error:  # of a query: the disk of its temporary tables is full
        raise storage_error(error, store.path) from error
    return report


def _take_steps(store: Store, report: CorpusReport) -> None:
    """Names and days tell identities apart, identities say whose a claim is, and all of it is summed up."""
    report.did("corrections", _correct(store))
    report.did("texts", keep_sketches(store))
    report.did("clusters", keep_clusters(store))
    report.did("ballots", keep_ballots(store))
    ballots = load_ballots(store)
    report.did("names", keep_names(store, ballots))
    resolution = resolve_mentions(store, ballots)
    keep_ballots(store)  # those whose citations mean another regulation now
    report.did("identities", resolution.changed + keep_links(store, resolution.links))
    ballots = resolution.ballots
    report.did("claims", keep_claims(store, ballots))
    report.did("aliases", keep_aliases(store))
    report.did("counts", keep_counts(store, ballots))
    report.did("regulation_units", keep_regulation_units(store, ballots))
    report.did("unit_months", keep_unit_months(store))


def _correct(store: Store) -> int:
    with store.write() as tx:
        return apply_all_corrections(tx)
