"""The steps over all articles: corrections, near copies, names, identity, links, claims, aliases, counts and summaries.

Everything is worked out anew from what the pages say and only what differs is written, so the result depends on
the set of articles alone and not on the order of their arrival, and a second run writes nothing. What takes long,
the sketches of texts, is kept. Nothing here deletes an article, a citation or what a page alone says
(``mentions.regulation_in_page``); a link that a person has undone is never made again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pipelines.corpus_claims import keep_claims, keep_names, order_articles
from pipelines.corpus_copies import keep_clusters, keep_sketches
from pipelines.corpus_links import keep_links
from pipelines.corpus_resolution import resolve_mentions
from pipelines.corpus_summaries import keep_aliases, keep_counts, keep_regulation_units, keep_unit_months
from pipelines.store import Store
from pipelines.store_corrections import apply_all_corrections


@dataclass
class CorpusReport:
    """What the steps changed: rows and seconds by step, in order."""

    changed: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def take(self, step: str, work: Callable[[], int]) -> None:
        """Does one step and keeps what came of it."""
        started = time.monotonic()
        self.changed[step] = work()
        self.seconds[step] = time.monotonic() - started

    def __str__(self) -> str:
        said = ", ".join(f"{n} {step}" for step, n in self.changed.items() if n)
        return f"corpus: {said or 'nothing changed'} ({sum(self.seconds.values()):.1f} s)"


def run_corpus(store: Store) -> CorpusReport:
    """What the corpus steps changed in a database. To be called outside a transaction, and not in the reactor's thread.

    Each writes in transactions of its own, far under 200 ms; when one is interrupted, the next run completes it.
    """
    report = CorpusReport()
    report.take("corrections", lambda: _correct(store))
    report.take("texts", lambda: keep_sketches(store))
    report.take("clusters", lambda: keep_clusters(store))
    order_articles(store)
    report.take("names", lambda: keep_names(store))
    report.take("identities", lambda: _identify(store))
    report.take("claims", lambda: keep_claims(store))
    report.take("aliases", lambda: keep_aliases(store))
    report.take("counts", lambda: keep_counts(store))
    report.take("regulation_units", lambda: keep_regulation_units(store))
    report.take("unit_months", lambda: keep_unit_months(store))
    return report


def _correct(store: Store) -> int:
    with store.write() as tx:
        return apply_all_corrections(tx)


def _identify(store: Store) -> int:
    resolution = resolve_mentions(store)
    return resolution.changed + keep_links(store, resolution.links)
