"""What the writer keeps of a visit: archive record, rows, children and the lease's end, one transaction a page."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawler import frontier
from crawler.archive import Archive
from crawler.frontier import redirects as frontier_redirects
from crawler.frontier import reopening as frontier_reopening
from crawler.health.horizon import Horizon, horizon
from crawler.outcomes import after_understanding
from crawler.plan import Plan
from crawler.tls.faults import host_faults
from crawler.visit import Candidate, Found, Kept, Lease, Next, Understanding, Visit
from crawler.writer.counting import count
from pipelines.models import Document, Position
from pipelines.store import Store, Transaction
from pipelines.store import articles as store_articles
from pipelines.store.articles import archived_before, article_id, record_fetch, sha256, store_document
from pipelines.store.tombstones import is_forgotten

STALE_PAGES = 2  # listing pages in a row without anything new, after which the rest is known
DATED_ENOUGH, OLDER_SHARE = 3, 0.8  # of a listing page's articles, to say that the next page is older still
ORDINARY = frozenset({"off site"})  # links that every page has and no reader misses; caps are noted

AT_ONCE = 1000  # links of a page that its own transaction takes: some 30 ms
FEW = 50  # links between two looks at the clock
STRETCH_SECONDS = 0.05
MAX_SITEMAPS = 1000  # of one index: a month each would be eighty years, and at 2 s between two they take half an hour
TOO_MANY_SITEMAPS = "too many sitemaps"


@dataclass(frozen=True, slots=True)
class Gain:
    """How many addresses a page named that were unknown, and how many articles that earlier runs knew."""

    new: int
    known: int


@dataclass
class Keeper:
    """Keeps visits for one run. Its methods are called by the writer's thread only."""

    plan: Plan
    started: float
    clock: frontier.Clock
    articles: int = 0  # fetched in this run, for --limit
    _horizons: Mapping[str, Horizon] = field(default_factory=dict)

    def look_back(self, store: Store) -> None:
        """Finds out how far back the run goes at each site."""
        plan = self.plan
        self._horizons = {
            key: horizon(store, site, plan.since, plan.run, self.started) for key, site in plan.sites.items()
        }

    def archive(self, store: Store, archive: Archive, visit: Visit, understood: Understanding) -> Position | None:
        """Where the exchange is archived, or None: what is known and unchanged, or was forgotten, is not kept."""
        if visit.exchange is None or visit.exchange.status == 304 or understood.refusal is not None:
            return None  # what was refused beside other pages could not be judged again from the archive
        document = understood.document
        key = visit.lease.url if document is None else self.key(store.connection, visit, document)
        if is_forgotten(store.connection, visit.lease.url, key):
            return None
        if not self.plan.archive_all and document is not None and document.kind == "article":
            known = store.value("SELECT text_sha256 FROM articles WHERE id = ?", [article_id(key)])
            if known == sha256(document.text):
                return None
        provenance = {
            "run": self.plan.run,
            "url": visit.lease.url,
            "site": visit.lease.site,
            "body_sha256": visit.fetch.body_sha256,
            "bytes": visit.fetch.bytes,
            "page_kind": _page_kind(visit, understood),
        }
        return archive.append(visit.exchange, provenance, same_as=archived_before(store.connection, visit.fetch))

    def keep(
        self,
        tx: Transaction,
        owner: str,
        visit: Visit,
        understood: Understanding,
        position: Position | None,
        *,
        ahead: Gain | None = None,
    ) -> Kept:
        """Writes all rows of a visit and ends its lease; raises ``LeaseLost`` when it is no longer ours.

        ``ahead`` is what `add_ahead` gave.
        """
        now = self.clock()
        step = frontier_redirects.unless_circular(tx, visit.lease.url, after_understanding(visit, understood, now))
        kind = _page_kind(visit, understood)
        fetch = record_fetch(tx, visit.fetch, run=self.plan.run, position=position, page_kind=kind)
        kept = Kept(step.state, step.cause)
        if understood.document is not None and understood.refusal is None:
            url = self.key(tx, visit, understood.document)
            stored = store_document(tx, understood.document, url=url, fetch=fetch, seen_at=visit.fetch.fetched_at)
            kept = replace(kept, outcome=stored.outcome, mentions=stored.mentions)
            if stored.outcome == "forgotten":
                step = Next("rejected", cause="forgotten")
        if step.children:
            self._queue(tx, visit.lease, step.children, now, stale=visit.lease.stale)
        if understood.found is not None:
            gain = self._keep_links(tx, visit.lease, understood.found, fetch, now, ahead)
            kept = replace(kept, added=gain.new, known=gain.known)
        frontier.settle(tx, visit.lease, step, owner=owner, now=now)
        count(tx, self.plan.run, visit, kept, understood)
        self.articles += visit.lease.kind == "article" and visit.fetch.status == 200
        return kept

    def key(self, connection: sqlite3.Connection, visit: Visit, document: Document) -> str:
        """The canonical address an article is stored under: the one it declares, if that is an article of its site.

        One that is stored already keeps the address it has, though its site may have moved since.
        """
        url = visit.lease.url
        declared = self.plan.sites[visit.lease.site].declared(url, document.canonical)
        kept = connection.execute("SELECT 1 FROM articles WHERE id = ?", [article_id(url)]).fetchone()
        return declared if kept is None else url

    def add_ahead(self, store: Store, visit: Visit, understood: Understanding) -> Gain | None:
        """What a page of very many links gave, added in short transactions before its own; None for any other page.

        Ten thousand links in one would keep other processes from writing for a third of a second. Who is killed in
        between visits the page again, and finds what was added.
        """
        found = understood.found
        if found is None or len(found.candidates) <= AT_ONCE:
            return None
        articles = self._articles(found)
        known = frontier.known_before(store.connection, articles, before=self.started)
        waiting, now, new = deque(articles), self.clock(), 0
        while waiting:
            until = time.monotonic() + STRETCH_SECONDS
            with store.write() as tx:
                while waiting and time.monotonic() < until:
                    few = [waiting.popleft() for _ in range(min(FEW, len(waiting)))]
                    new += frontier.add(tx, few, now=now, found_on=visit.lease.url)
        return Gain(new, known)

    def _keep_links(
        self, tx: Transaction, lease: Lease, found: Found, fetch: int, now: float, ahead: Gain | None
    ) -> Gain:
        """What a listing, feed or sitemap gave; its next page is followed while pages show something new."""
        frontier_reopening.reopen_unreached(tx, lease.site, lease.host, host_faults(), before=self.started)
        gain = ahead or self._add_articles(tx, lease, self._articles(found), now)
        stale = 0 if gain.new else lease.stale + 1
        fresh = stale < STALE_PAGES or self._horizon(lease.site).behind
        refused = list(found.refused)
        if fresh and lease.depth < frontier.MAX_DEPTH and not self._past(tx, lease):
            listings = [c for c in found.candidates if c.kind == "listing"]
            sitemaps = [c for c in found.candidates if c.kind == "sitemap" and self._in_time(c)]
            if len(sitemaps) > MAX_SITEMAPS:
                refused.append((TOO_MANY_SITEMAPS, len(sitemaps) - MAX_SITEMAPS))
            more = [_behind(c, lease.depth + 1, stale) for c in (*listings, *_newest(sitemaps))]
            gain = replace(gain, new=gain.new + self._queue(tx, lease, more, now, stale=stale))
        for reason, n in refused:
            if reason not in ORDINARY:
                note = {"fetch": fetch, "kind": "links_refused", "text": f"{reason}: {n}"}
                store_articles.insert(tx, "notes", note)
        return gain

    def _add_articles(self, tx: Transaction, lease: Lease, articles: Sequence[Candidate], now: float) -> Gain:
        new = frontier.add(tx, articles, now=now, found_on=lease.url)
        return Gain(new, frontier.known_before(tx, articles, before=self.started))

    def _queue(self, tx: Transaction, lease: Lease, pages: Sequence[Candidate], now: float, *, stale: int) -> int:
        """How many of the pages that a lease led to were unknown; listings among the known are visited again."""
        new = frontier.add(tx, pages, now=now, found_on=lease.url)
        frontier_reopening.reopen(tx, [page.url for page in pages], before=self.started, now=now, stale=stale)
        return new

    def _articles(self, found: Found) -> list[Candidate]:
        return [c for c in found.candidates if c.kind == "article" and self._in_time(c)]

    def _horizon(self, site: str) -> Horizon:
        return self._horizons.get(site) or Horizon()

    def _in_time(self, candidate: Candidate) -> bool:
        """Whether an article, or one in a sitemap, may lie between horizon and ``until``; without a date it may."""
        first, last = candidate.days
        since = self._horizon(candidate.site).day
        return (last or "9999") >= (since or "") and (first or "") <= (self.plan.until or "9999")

    def _past(self, tx: Transaction, lease: Lease) -> bool:
        """Whether the articles of the page before this one, fetched by now, nearly all lie behind the horizon."""
        since = self._horizon(lease.site).day
        if since is None or lease.depth == 0:
            return False
        row = tx.execute(
            "SELECT count(*) AS dated, sum(substr(a.published, 1, 10) < :since) AS older FROM urls u"
            " JOIN articles a ON a.url = u.url WHERE u.found_on = (SELECT found_on FROM urls WHERE url = :url)"
            " AND u.kind = 'article' AND a.published IS NOT NULL",
            {"since": since, "url": lease.url},
        ).fetchone()
        return bool(row["dated"] >= DATED_ENOUGH and row["older"] >= OLDER_SHARE * row["dated"])


def _newest(sitemaps: Sequence[Candidate]) -> Sequence[Candidate]:
    """As many sitemaps as one index may lead to: by the last day they can be of, else in the order of the index."""
    return sorted(sitemaps, key=lambda c: c.days[1] or c.days[0] or "", reverse=True)[:MAX_SITEMAPS]


def _behind(candidate: Candidate, depth: int, stale: int) -> Candidate:
    return replace(candidate, depth=depth, stale=stale)


def _page_kind(visit: Visit, understood: Understanding) -> str | None:
    if understood.refusal is not None:
        return understood.refusal.page_kind
    if understood.document is not None:
        return understood.document.kind
    return visit.lease.kind if understood.found is not None else None
