"""What the writer keeps of a visit: archive record, rows, children and the lease's end, one transaction a page."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crawler import frontier
from crawler.archive import Archive
from crawler.frontier import reopening as frontier_reopening
from crawler.health.horizon import Horizon, horizon
from crawler.outcomes import after_understanding
from crawler.plan import Plan
from crawler.tls.faults import host_faults
from crawler.visit import Candidate, Kept, Lease, Next, Understanding, Visit
from crawler.writer.counting import count
from pipelines.models import Document, Position
from pipelines.store import Store, Transaction
from pipelines.store import articles as store_articles
from pipelines.store.articles import archived_before, article_id, record_fetch, sha256, store_document
from pipelines.store.tombstones import is_forgotten

STALE_PAGES = 2  # listing pages in a row without anything new, after which the rest is known
DATED_ENOUGH, OLDER_SHARE = 3, 0.8  # of a listing page's articles, to say that the next page is older still
ORDINARY = frozenset({"off site"})  # links that every page has and no reader misses; caps are noted


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
        self, tx: Transaction, owner: str, visit: Visit, understood: Understanding, position: Position | None
    ) -> Kept:
        """Writes all rows of a visit and ends its lease; raises ``LeaseLost`` when it is no longer ours."""
        now = self.clock()
        step = after_understanding(visit, understood, now)
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
            frontier.add(tx, step.children, now=now, found_on=visit.lease.url)
            frontier_reopening.reopen(
                tx, [c.url for c in step.children], before=self.started, now=now, stale=visit.lease.stale
            )
        if understood.found is not None:
            frontier_reopening.reopen_unreached(
                tx, visit.lease.site, visit.lease.host, host_faults(), before=self.started
            )
            added, known = self._children(tx, visit, understood, fetch, now)
            kept = replace(kept, added=added, known=known)
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

    def _children(
        self, tx: Transaction, visit: Visit, understood: Understanding, fetch: int, now: float
    ) -> tuple[int, int]:
        """How many new addresses a listing gave, and how many known articles; its next page is followed while pages
        show something new."""
        assert understood.found is not None, "called for a listing"
        lease = visit.lease
        candidates = understood.found.candidates
        articles = [c for c in candidates if c.kind == "article" and self._in_time(c)]
        new = frontier.add(tx, articles, now=now, found_on=lease.url)
        known = frontier.known_before(tx, articles, before=self.started)
        for reason, n in understood.found.refused:
            if reason not in ORDINARY:
                note = {"fetch": fetch, "kind": "links_refused", "text": f"{reason}: {n}"}
                store_articles.insert(tx, "notes", note)
        stale = 0 if new else lease.stale + 1
        fresh = stale < STALE_PAGES or self._horizon(lease.site).behind
        if fresh and lease.depth < frontier.MAX_DEPTH and not self._past(tx, lease):
            wanted = (c for c in candidates if c.kind == "listing" or (c.kind == "sitemap" and self._in_time(c)))
            more = [_behind(c, lease.depth + 1, stale) for c in wanted]
            new += frontier.add(tx, more, now=now, found_on=lease.url)
            frontier_reopening.reopen(tx, [c.url for c in more], before=self.started, now=now, stale=stale)
        return new, known

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


def _behind(candidate: Candidate, depth: int, stale: int) -> Candidate:
    return replace(candidate, depth=depth, stale=stale)


def _page_kind(visit: Visit, understood: Understanding) -> str | None:
    if understood.refusal is not None:
        return understood.refusal.page_kind
    if understood.document is not None:
        return understood.document.kind
    return visit.lease.kind if understood.found is not None else None
