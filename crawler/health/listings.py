"""Start pages, feeds and sitemaps one by one: which of them gave nothing in a run, though others of the site did."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.addresses import canonical
from crawler.causes import in_words
from crawler.sites import Site
from pipelines.store import Store

HOPS = 5  # redirects of a start page
WORDS = {"no-links": "{} gave no links", "no-match": "none of the links on {} matches the article expression"}


@dataclass(frozen=True, slots=True)
class Mute:
    """A start page, feed or sitemap that led to nothing, and why."""

    kind: str
    url: str
    cause: str

    def __str__(self) -> str:
        name = f"its {self.kind} {self.url}"
        return WORDS.get(self.cause, f"{{}} could not be read: {in_words(self.cause)}").format(name)


def mute_listings(store: Store, run: str, site: Site) -> tuple[Mute, ...]:
    """Those of a site's entry that were asked for in this run and led to no article, in the entry's order."""
    return tuple(_mute(store, run, site))


def _mute(store: Store, run: str, site: Site) -> Iterator[Mute]:
    for url in (*site.start, *site.feeds, *site.sitemaps):
        row = _read(store, url)
        if row is None or row["run"] != run or row["cause"] is None:
            continue
        yield Mute(row["kind"], url, row["cause"])


def _read(store: Store, url: str) -> sqlite3.Row | None:
    """The row of the queue that a start page led to, with the run that fetched it last."""
    key = canonical(url)
    for _ in range(HOPS):
        row = next(iter(store.rows(_ROW, [key])), None)
        if row is None or row["cause"] != "redirect":
            return row
        target = store.value("SELECT url FROM url_aliases WHERE alias = ?", [key])
        if target is None:
            return row
        key = str(target)
    return None


_ROW = """
SELECT kind, cause, (SELECT run FROM fetches f WHERE f.url = u.url ORDER BY fetched_at DESC, id DESC LIMIT 1) AS run
FROM urls u WHERE url = ?
"""
