"""The steps over all articles: corrections, near copies, names, identity, links, claims, aliases, counts and summaries.

Everything is worked out anew from what the pages say and only what differs is written, so the result depends on
the set of articles alone and not on the order of their arrival, and a second run writes nothing. What takes long,
the sketches of texts, is kept. Nothing here deletes an article, a citation or what a page alone says
(``mentions.regulation_in_page``); a link that a person has undone is never made again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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

    def take(self, step: str, work: Callable[[Store], int], store: Store) -> None:
        """Does one step and keeps what came of it."""
        started = time.monotonic()
        self.changed[step] = work(store)
        self.seconds[step] = time.monotonic() - started

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
        for step, work in _STEPS.items():
            report.take(step, work, store)
    except sqlite3.OperationalError as error:  # of a query: the disk of its temporary tables is full
        raise storage_error(error, store.path) from error
    return report


def _correct(store: Store) -> int:
    with store.write() as tx:
        return apply_all_corrections(tx)


def _identify(store: Store) -> int:
    resolution = resolve_mentions(store)
    return resolution.changed + keep_links(store, resolution.links)


# In this order: names and days tell identities apart, identities say whose a claim is, and all of it is summed up.
_STEPS: Mapping[str, Callable[[Store], int]] = {
    "corrections": _correct,
    "texts": keep_sketches,
    "clusters": keep_clusters,
    "names": keep_names,
    "identities": _identify,
    "claims": keep_claims,
    "aliases": keep_aliases,
    "counts": keep_counts,
    "regulation_units": keep_regulation_units,
    "unit_months": keep_unit_months,
}
