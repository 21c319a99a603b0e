"""What a visit adds to the counters of its site in this run: the figures that a run is judged by."""

from __future__ import annotations

from crawler.language import is_vietnamese
from crawler.visit import Kept, Understanding, Visit
from pipelines.store import Transaction
from pipelines.store import articles as store_articles


def count(tx: Transaction, run: str, visit: Visit, kept: Kept, understood: Understanding) -> None:
    """Adds a visit to the row of its site and run in ``site_runs``."""
    row = {"run": run, "site": visit.lease.site, **_fetching(visit, kept), **_listing(visit, kept, understood)}
    row |= _article(visit, kept, understood)
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in list(row)[2:])
    store_articles.insert(tx, "site_runs", row, conflict=f"ON CONFLICT(run, site) DO UPDATE SET {sums}")


def _fetching(visit: Visit, kept: Kept) -> dict[str, int]:
    ok = visit.fetch.status == 200
    put_off = kept.state == "new" and kept.cause not in (None, "redirect")
    weakened = len(visit.fetch.tls_path) > 1 or visit.fetch.tls_profile not in (None, "strict")
    return {
        "fetched": int(ok),
        "failed": int(kept.state == "failed" or put_off),
        "blocked": int(kept.state == "blocked"),
        "tls_recovered": int(ok and weakened),
    }


def _listing(visit: Visit, kept: Kept, understood: Understanding) -> dict[str, int]:
    found = understood.found
    if found is None:
        return {}
    return {
        "listings": 1,
        "links": found.n_links,
        "candidates": sum(candidate.kind == "article" for candidate in found.candidates),
        "known": kept.known,
        "foreign_pages": int(found.vietnamese is False),
    }


def _article(visit: Visit, kept: Kept, understood: Understanding) -> dict[str, int]:
    if visit.lease.kind != "article":
        return {}
    document, text = understood.document, kept.outcome in ("new", "changed", "unchanged")
    return {
        "pages": int(visit.fetch.status == 200),
        "texts": int(text),
        "dated": int(text and document is not None and document.metadata.published is not None),
        "citing": int(text and kept.mentions > 0),
        "new": int(kept.outcome == "new"),
        "changed": int(kept.outcome == "changed"),
        "unchanged": int(kept.outcome == "unchanged"),
        "mentions": kept.mentions if kept.outcome in ("new", "changed") else 0,
        "foreign_pages": int(document is not None and is_vietnamese(document.text) is False),
    }
