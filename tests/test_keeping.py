"""What the writer keeps of a visit: many links in short transactions, caps that are named, redirects in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import frontier
from crawler.archive import Archive
from crawler.exchange import Exchange
from crawler.health import finish
from crawler.health.judging import Finished
from crawler.outcomes import after_exchange
from crawler.plan import Plan
from crawler.sites import Site
from crawler.verbs.status import as_lines, status
from crawler.visit import Candidate, Found, Kept, Lease, Understanding, UrlKind, Visit
from crawler.writer import Writer
from crawler.writer.jobs import Delivery
from crawler.writer.keeping import AT_ONCE, MAX_SITEMAPS, Keeper
from crawler.writer.opening import Opening, open_run, territory
from entries import entry, load
from pipelines.store import Store

NOW = 1_700_000_000.0
HOST, OWNER = "bao.example:443", "owner"


class Night:
    """A run on a database, visit by visit, at a clock that a test sets."""

    def __init__(self, store: Store, sites: dict[str, Site]) -> None:
        self.store, self.site, self.now = store, sites["bao"], NOW
        self.ground = territory(sites.values())
        plan = Plan(store.path, "night", sites, since="2000-01-01")
        self.keeper = Keeper(plan, NOW, lambda: self.now)
        open_run(store, plan, self.ground, owner=OWNER, started=NOW)
        self.keeper.look_back(store)

    def leases(self) -> Iterator[Lease]:
        """What is due, one after the other, as far as the clock goes."""
        while self.now < NOW + 100:
            with self.store.write() as tx:
                leases = frontier.lease(tx, self.ground, owner=OWNER, now=self.now, limit=1)
            yield from leases
            self.now += 1

    def keep(self, visit: Visit, understood: Understanding) -> Kept:
        ahead = self.keeper.add_ahead(self.store, visit, understood)
        with self.store.write() as tx:
            return self.keeper.keep(tx, OWNER, visit, understood, None, ahead=ahead)

    def answer(self, lease: Lease, location: str | None = None) -> Visit:
        headers = ((b"Location", location.encode()),) if location else ()
        exchange = Exchange(
            lease.fetch_url, "GET", (), 302 if location else 200, "", "1.1", headers, b"<html>", "2023-11-14T22:13:20Z"
        )
        return after_exchange(lease, exchange, self.site, self.now)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    fields = {"id": '"bao"', "domains": '["bao.example"]', "start": '["https://bao.example/"]', "delay": "1.0"}
    article = r"'^https://bao\.example/[^?#]+-post(?P<id>\d+)\.html$'"
    sites = dict(load(tmp_path, entry(**fields, article=article)))
    with Store.open(tmp_path / "danchieu.db") as store:
        yield Night(store, sites)


def candidate(name: str, kind: UrlKind = "article", day: str | None = None) -> Candidate:
    url = f"https://bao.example/{name}"
    return Candidate(url, url, "bao", HOST, kind, days=(None, day))


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    rows = store.rows("SELECT url, state, cause FROM urls")
    return {row["url"].partition("example")[2]: (row["state"], row["cause"]) for row in rows}


def test_very_many_links_are_added_in_several_transactions(night: Night) -> None:
    lease = next(night.leases())
    found = Found(tuple(candidate(f"tin-{i}-post{i}.html") for i in range(12 * AT_ONCE)), 12 * AT_ONCE)
    said: list[str] = []
    night.store.connection.set_trace_callback(said.append)
    kept = night.keep(night.answer(lease), Understanding(found=found))
    night.store.connection.set_trace_callback(None)
    assert said.count("COMMIT") > 3, "one transaction would keep others from writing for too long"
    assert (kept.added, kept.known) == (12 * AT_ONCE, 0)
    assert states(night.store)["/"] == ("done", None)
    assert frontier.waiting(night.store.connection, night.ground) == 12 * AT_ONCE


def test_an_index_of_too_many_sitemaps_is_cut_to_the_newest_and_named_in_status(night: Night) -> None:
    lease = next(night.leases())
    sitemaps = [candidate(f"{2000 + i // 300}-{i}.xml", "sitemap", f"{2000 + i // 300}-01-01") for i in range(6000)]
    night.keep(night.answer(lease), Understanding(found=Found(tuple(sitemaps), 6000)))
    queued = {url for url, (state, _) in states(night.store).items() if state == "new"}
    assert len(queued) == MAX_SITEMAPS
    assert min(queued) == "/2016-4800.xml", "the newest"
    finish(night.store, Finished("night", "finished", night.now), {"bao": night.site})
    lines = as_lines(status(night.store))
    said = f"bao: links not followed (too many sitemaps): {6000 - MAX_SITEMAPS}, as on https://bao.example/"
    assert said in lines, lines


CIRCLES = [
    ("two articles", {"/a-post1.html": "/b-post2.html", "/b-post2.html": "/a-post1.html"}),
    ("three", {"/a-post1.html": "/b-post2.html", "/b-post2.html": "/c-post3.html", "/c-post3.html": "/a-post1.html"}),
    (
        "a way into a circle",
        {"/a-post1.html": "/b-post2.html", "/b-post2.html": "/c-post3.html", "/c-post3.html": "/b-post2.html"},
    ),
]


@pytest.mark.parametrize("leads", [case[1] for case in CIRCLES], ids=[case[0] for case in CIRCLES])
def test_redirects_in_a_circle_fail(night: Night, leads: dict[str, str]) -> None:
    with night.store.write() as tx:
        frontier.add(tx, [candidate("a-post1.html")], now=NOW)
    for lease in night.leases():
        night.keep(night.answer(lease, leads.get(lease.url.partition("example")[2])), Understanding())
    found = {url: state for url, state in states(night.store).items() if url != "/"}
    into = {"/a-post1.html"} - set(leads.values())
    assert found == {url: ("done", "redirect") if url in into else ("failed", "redirect-loop") for url in leads}


def test_a_circle_that_was_mended_is_none(night: Night) -> None:
    """Both redirect to one another; then one is an article, to which the other goes on leading."""
    first, second = "/a-post1.html", "/b-post2.html"
    with night.store.write() as tx:
        frontier.add(tx, [candidate("a-post1.html")], now=NOW)
    leads: dict[str, str | None] = {first: second, second: first}
    for mended in (False, True):
        for lease in night.leases():
            night.keep(night.answer(lease, leads.get(lease.url.partition("example")[2])), Understanding())
        if not mended:
            leads[first] = None
            night.now = NOW
            with night.store.write() as tx:
                tx.execute("UPDATE urls SET state = 'new', tries = 0, next_at = 0 WHERE state = 'failed'")
                tx.execute("UPDATE hosts SET next_allowed = 0")
    found = states(night.store)
    assert (found[first], found[second]) == (("done", None), ("done", "redirect"))


def test_a_mistake_in_the_writer_ends_the_run_as_one(night: Night, tmp_path: Path) -> None:
    """As an unexpected error (1), not as one of the storage (4); and nobody waits for ever."""

    def begin(store: Store, owner: str) -> Opening:
        raise LookupError("no such thing")

    posted: list[Delivery] = []
    writer = Writer(
        open_store=lambda: Store.open(night.store.path),
        open_archive=lambda: Archive(tmp_path / "archive", "night"),
        keeper=night.keeper,
        begin=begin,
        territory=night.ground,
        post=posted.append,
    )
    writer.start()
    writer.join(10)
    (last,) = posted
    assert last.error is not None
    assert (last.error.exit_code, last.outlook.more) == (1, False)
    assert str(last.error) == "the writer failed (bug-LookupError): no such thing"
