"""``danchieu corpus``: the steps over all articles, on demand, and what they did in words."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.purge import quiet
from crawler.tables import counted
from pipelines.corpus import CorpusReport, run_corpus
from pipelines.store import Store, reading

# What a step's figure counts, in the order of the steps: a thing, and what became of it.
_SAID = {
    "corrections": ("correction", "applied"),
    "texts": ("text", "sketched, to be compared with the others"),
    "clusters": ("article", "put into another group of near copies"),
    "ballots": ("article", "read for what they say of regulations"),
    "names": ("regulation", "given another name, symbol, day or term"),
    "identities": ("answer", "changed to which regulation a citation means, or which two are one"),
    "claims": ("claim", "changed of what pages say of a regulation, or of what most of them say"),
    "aliases": ("spelling", "changed of regulations that only all pages together could tell"),
    "counts": ("regulation", "cited more or less, or elsewhere, than was counted"),
    "regulation_units": ("row", "changed of which unit cites which regulation"),
    "unit_months": ("row", "changed of what a unit published in a month"),
}


def corpus(db: Path) -> CorpusReport:
    """What the corpus steps changed in a database.

    Raises ``InputError`` when it is missing and while a crawl, an import or a reprocessing is at work on it.
    """
    with reading(db):
        pass  # the sentence for a file that is missing or not ours
    with quiet(db), Store.open(db) as store:
        return run_corpus(store)


def in_words(report: CorpusReport) -> str:
    """A line for every step that changed something, and one for all of them."""
    lines = [f"{counted(n, _SAID[step][0])} {_SAID[step][1]}" for step, n in report.changed.items() if n]
    return "\n".join([*(lines or ["nothing changed: all was as the pages say"]), f"{report.total:.1f} s"])
