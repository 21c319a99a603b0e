"""What passes between the frontier, Scrapy, the pool and the writer: leases, visits, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from crawler.exchange import Exchange
from pipelines.models import Document, Fetch, Page, PageKind
from pipelines.store.articles import Outcome

UrlKind = Literal["article", "listing", "feed", "sitemap"]
UrlState = Literal["new", "done", "failed", "gone", "blocked", "rejected"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address to add to the frontier: its canonical key and the form that can be fetched.

    ``identity`` (``<site>:<id>``) is the same for every address of one article where the site numbers its articles;
    ``days`` are the first and last day on which it can have been published, None where that is open.
    ``stale`` counts the listing pages in a row, up to the one that named this address, that showed nothing new.
    """

    url: str
    fetch_url: str
    site: str
    host: str
    kind: UrlKind
    priority: int = 0
    depth: int = 0
    stale: int = 0
    identity: str | None = None
    days: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that is ours to visit until ``until``, not before ``due`` (both epoch seconds)."""

    url: str
    fetch_url: str
    site: str
    host: str
    kind: UrlKind
    depth: int
    stale: int
    tries: int
    due: float
    etag: str | None = None
    last_modified: str | None = None
    interval: float | None = None

    @property
    def conditional(self) -> bool:
        """Whether the server may answer "not modified": only of an article that was stored.

        A listing that answers so would hide what an earlier, narrower run left out.
        """
        return self.kind == "article" and self.interval is not None and bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Next:
    """The state a lease ends in.

    ``retry_at`` (epoch seconds) says when state "new" is due, and when a "done" article is to be looked at again, which
    was ``interval`` seconds ahead. ``host_failed`` counts towards the host's breaker, None leaves it alone;
    ``host_rests`` are the seconds for which the host asks to be left alone. ``alias_of`` is the address that a redirect
    leads to; ``etag`` and ``last_modified`` are the server's, to be asked with next time.
    """

    state: UrlState
    cause: str | None = None
    retry_at: float | None = None
    interval: float | None = None
    fetch_url: str | None = None
    host_failed: bool | None = None
    host_rests: float | None = None
    children: tuple[Candidate, ...] = ()
    alias_of: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One lease and how its fetch ended: the item that every callback and errback returns, exactly one."""

    lease: Lease
    fetch: Fetch
    next: Next
    page: Page | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates a listing, feed or sitemap gave, how many links it held at all, and why others were refused.

    ``vietnamese`` is None where too little text tells.
    """

    candidates: tuple[Candidate, ...] = ()
    n_links: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    vietnamese: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page that looks like an article is none: the state and cause it ends in, and what kind of page it is."""

    state: UrlState
    cause: str
    page_kind: PageKind


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the pool made of a page: a document, or the candidates of a listing, or why neither."""

    document: Document | None = None
    found: Found | None = None
    cause: str | None = None
    refusal: Refusal | None = None
    again: bool = field(default=False)  # nobody's fault: the page goes back to the frontier


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a visit, for the counters; ``lost`` when the lease had passed to another process."""

    state: UrlState = "done"
    cause: str | None = None
    outcome: Outcome = "none"
    mentions: int = 0
    added: int = 0  # addresses that were unknown
    known: int = 0  # links to articles that were known before
    lost: bool = False
