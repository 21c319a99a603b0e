"""How far back a run goes: as asked, else thirty days; dates of understood articles end a listing, and only dates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chained import PAGE, ChainedSite, chained_site
from conftest import Run
from crawler.health.horizon import EVERYTHING, Horizon, announcement, horizon
from crawler.sites import Site
from entries import bao
from pipelines.store import Store
from pipelines.store.articles import insert

pytestmark = pytest.mark.slow  # starts many crawls

NOW = 1794200400.0  # 2026-11-09


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return bao(tmp_path)


@pytest.fixture
def store(tmp_path: Path, site: Site) -> Iterator[Store]:
    with Store.open(tmp_path / "horizon.db") as store:
        with store.write() as tx:
            insert(tx, "sites", {"id": site.id, "name": site.name, "kind": "newspaper", "level": "province"})
        yield store


def run_of(store: Store, day: str, settings: str = "{}", verdict: str = "ok", reason: str | None = "finished") -> None:
    with store.write() as tx:
        row = {"id": f"run of {day} {settings}", "started": f"{day}T19:30:00Z", "version": "1", "settings": settings}
        insert(tx, "runs", row | {"reason": reason})
        insert(tx, "site_runs", {"run": row["id"], "site": "bao", "verdict": verdict})


def test_a_site_never_crawled_goes_back_thirty_days(store: Store, site: Site) -> None:
    assert horizon(store, site, None, "now", NOW) == Horizon("2026-10-10")
    run_of(store, "2026-11-01", reason=None)
    assert horizon(store, site, None, "now", NOW) == Horizon("2026-10-03"), "a run that was killed keeps its horizon"


def test_a_private_site_is_taken_whole(store: Store, site: Site) -> None:
    assert horizon(store, replace(site, private=True), None, "now", NOW) == Horizon()


ASKED = [
    ("never so far", [], True),
    ("so far already", [("2026-11-01", '{"since": "2025-12-01"}', "ok", "finished")], False),
    ("less far", [("2026-11-01", '{"since": "2026-06-01"}', "ok", "finished")], True),
    ("not to the end", [("2026-11-01", '{"since": "2025-12-01"}', "ok", "shutdown")], True),
    ("in vain", [("2026-11-01", '{"since": "2025-12-01"}', "attention", "finished")], True),
    ("with a limit", [("2026-11-01", '{"since": "2025-12-01", "limit": 5}', "ok", "finished")], True),
]


@pytest.mark.parametrize(("runs", "behind"), [a[1:] for a in ASKED], ids=[a[0] for a in ASKED])
def test_what_was_asked_for_goes_behind_what_is_known(
    store: Store, site: Site, runs: list[tuple[str, str, str, str]], behind: bool
) -> None:
    for day, settings, verdict, reason in runs:
        run_of(store, day, settings, verdict, reason)
    assert horizon(store, site, "2026-01-01", "now", NOW) == Horizon("2026-01-01", behind)


COSTS = [
    (None, None),
    ("2026-10-20", None),
    ("2025-11-09", "about 8,030 requests and 4.5 hours"),
    (EVERYTHING, "1,800 pages an hour"),
]


@pytest.mark.parametrize(("since", "words"), COSTS)
def test_more_is_announced(store: Store, site: Site, since: str | None, words: str | None) -> None:
    said = announcement(store, [site], since, NOW)
    assert (said is None) if words is None else (said is not None and words in said), said


def dated(site: ChainedSite, month: str | None) -> None:
    """Lets the articles bear the same month and year, or no date at all."""
    for k in range(site.articles):
        page = PAGE.format(k=k, n=k + 1, day=k % 28 + 1)
        date = f'<p class="date">{k % 28 + 1:02}/03/2023 08:00</p>'
        site.instead[f"/bai-viet-post{k}.html"] = page.replace(date, date.replace("03/2023", month) if month else "")


WHOLE = [
    ("03/2023", None, 6),
    ("03/2023", "2026-01-01", 3),
    (None, "2026-01-01", 6),
]


@pytest.mark.parametrize(("month", "since", "listings"), WHOLE)
def test_dates_end_a_listing_and_only_dates(
    tmp_path: Path, run: Run, month: str | None, since: str | None, listings: int
) -> None:
    with chained_site(listings=6, per_listing=4) as chained:
        dated(chained, month)
        command = ["crawl", "--workers", "1", "--db", tmp_path / "x.db", "--sites", chained.catalogue(tmp_path)]
        done = run(*command, *(["--since", since] if since else []))
        assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute("SELECT count(*) FROM urls WHERE kind = 'listing'").fetchone()[0] <= listings
        if listings == chained.listings:
            assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == chained.articles


def test_a_later_run_can_go_further_back(tmp_path: Path, run: Run) -> None:
    with chained_site(listings=6, per_listing=4) as chained:
        dated(chained, "03/2023")
        command = [
            "crawl",
            "--workers",
            "1",
            "--db",
            tmp_path / "x.db",
            "--sites",
            chained.catalogue(tmp_path),
            "--since",
        ]
        for since, n in (("2026-01-01", 12), ("2023-01-01", 24)):
            assert run(*command, since).returncode == 0
            with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
                found = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
            assert found <= n if n < chained.articles else found == n, f"{found} articles since {since}"
        before = sum(chained.served.values())
        assert run(*command, "2023-01-01").returncode == 0
        assert sum(chained.served.values()) - before <= 3, "what was reached is not walked again"


def test_sitemaps_that_ended_before_the_horizon_are_not_read(tmp_path: Path, run: Run) -> None:
    with chained_site(listings=1, per_listing=4) as site:
        base = f"http://127.0.0.1:{site.port}"
        parts = {"cu": "2020-05-31", "moi": "2023-03-20", "khong-ngay": ""}
        rows = "".join(
            f"<sitemap><loc>{base}/{n}.xml</loc><lastmod>{day}</lastmod></sitemap>" for n, day in parts.items()
        )
        site.instead["/sitemap.xml"] = f"<sitemapindex>{rows}</sitemapindex>"
        for k, name in enumerate(parts):
            loc = f"<url><loc>{base}/bai-viet-post{k}.html</loc></url>"
            site.instead[f"/{name}.xml"] = f"<urlset>{loc}</urlset>"
        catalogue = site.catalogue(tmp_path)
        entry = catalogue.read_text(encoding="utf-8").replace("start = ", f'sitemaps = ["{base}/sitemap.xml"]\n#')
        catalogue.write_text(entry, encoding="utf-8")
        done = run("crawl", "--workers", "1", "--db", tmp_path / "s.db", "--sites", catalogue, "--since", "2023-01-01")
        assert (done.returncode, "2 new" in done.stdout) == (0, True), done.stdout + done.stderr
        assert not site.served["/cu.xml"], site.served
