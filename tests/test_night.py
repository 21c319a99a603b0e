"""Nights of a timer: a site that breaks in silence is told of, by exit code, in status, and to --notify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chained import ChainedSite, chained_site
from conftest import Run
from crawler.health.looking import Look, Trouble, last_look, look, looked
from crawler.lock import alone
from pipelines.errors import StorageError
from pipelines.store import Store
from pipelines.store.articles import insert

pytestmark = pytest.mark.slow  # starts many crawls

LINKS = "".join(f'<a href="/moi/{k}">Bài viết số {k} của trang</a>' for k in range(9))
MOVED = f"<!doctype html><html><head><title>Tin tức</title></head><body>{LINKS}</body></html>"
EMPTY = "<!doctype html><html><head><title>Chuyên đề</title></head><body></body></html>"
LISTING = MOVED.replace("/moi/0", "/bai-viet-post0.html")
FEED = "<rss><channel><item><link>/bai-viet-post0.html</link></item></channel></rss>"
WORDS = "none of the 9 links on its listings matches"


@pytest.fixture
def site() -> Iterator[ChainedSite]:
    with chained_site(listings=2, per_listing=5) as site:
        yield site


def test_a_site_that_breaks_in_silence(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    db, catalogue, told = tmp_path / "night.db", site.catalogue(tmp_path), tmp_path / "told.json"
    crawl = ("crawl", "--workers", "1", "--db", db, "--sites", catalogue, "--notify", f"cat > {told}")
    first = run(*crawl)
    assert (first.returncode, "baseline" in first.stdout) == (0, True), first.stdout + first.stderr
    assert (
        json.loads(told.read_text())["sites"][0] | {"site": "chained", "verdict": "ok", "new": 10}
        == json.loads(told.read_text())["sites"][0]
    )
    assert "nothing broke" in run("status", "--since-last-look", "--db", db).stdout
    site.instead["/tin"] = MOVED
    broken = run(*crawl)
    assert (broken.returncode, WORDS in broken.stdout) == (3, True), broken.stdout + broken.stderr
    said = json.loads(told.read_text())
    assert (said["exit_code"], WORDS in said["sites"][0]["stage"]) == (3, True), said
    assert WORDS in run("status", "--db", db).stdout.splitlines()[1], "not first in status"
    since = run("status", "--since-last-look", "--db", db).stdout
    assert "chained: still broken: none of the 9 links" in since, since
    site.instead.clear()
    assert run(*crawl).returncode == 0
    again = json.loads(run("status", "--since-last-look", "--json", "--db", db).stdout)
    assert (again["runs"], again["troubles"]) == (1, []), again


MUTE = [
    ("listing", "/chuyen-de", EMPTY, "its listing http://127.0.0.1:{port}/chuyen-de gave no links"),
    ("listing", "/chuyen-de", MOVED, "none of the links on its listing http://127.0.0.1:{port}/chuyen-de matches"),
    ("feed", "/rss", "", "its feed http://127.0.0.1:{port}/rss gave no links"),
    ("feed", "/rss", None, "its feed http://127.0.0.1:{port}/rss could not be read: the server says that it is not th"),
]


@pytest.mark.parametrize(("kind", "path", "page", "said"), MUTE, ids=[case[3][:30] + case[1] for case in MUTE])
def test_one_start_page_of_several_that_gives_nothing_is_named(
    site: ChainedSite, tmp_path: Path, run: Run, kind: str, path: str, page: str | None, said: str
) -> None:
    db, catalogue = tmp_path / "night.db", site.catalogue(tmp_path)
    url, entry = f"http://127.0.0.1:{site.port}{path}", catalogue.read_text(encoding="utf-8")
    more = f'{entry}feeds = ["{url}"]\n' if kind == "feed" else entry.replace('/tin"]', f'/tin", "{url}"]')
    catalogue.write_text(more, encoding="utf-8")
    if page is not None:
        site.instead[path] = page
    crawl = ("crawl", "--workers", "1", "--db", db, "--sites", catalogue)
    for _ in range(2):
        done = run(*crawl)
        assert (done.returncode, said.format(port=site.port) in done.stdout) == (3, True), done.stdout + done.stderr
    assert said.format(port=site.port) in run("status", "--db", db).stdout
    site.instead[path] = FEED if kind == "feed" else LISTING
    done = run(*crawl)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_notice_that_fails_is_noticed(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    db, catalogue = tmp_path / "night.db", site.catalogue(tmp_path)
    done = run("crawl", "--workers", "1", "--db", db, "--sites", catalogue, "--notify", "exit 7")
    assert (done.returncode, "ended with 7" in done.stderr) == (3, True), done.stderr
    assert "10 new" in done.stdout


def test_what_keeps_a_run_from_starting_is_told_too(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    db, catalogue, told = tmp_path / "night.db", site.catalogue(tmp_path), tmp_path / "told.json"
    with alone(db):
        done = run("crawl", "--alone", "--db", db, "--sites", catalogue, "--notify", f"cat > {told}")
    assert done.returncode == 2
    said = json.loads(told.read_text())
    assert (said["exit_code"], "still at work" in said["reason"]) == (2, True), said


DAYS = [
    ("2026-11-01", "observed", "ok", None),
    ("2026-11-02", "down", "failed", "no page answered: the host name has no address (dns)"),
    ("2026-11-03", "down", "failed", "no page answered: the host name has no address (dns)"),
    ("2026-11-05", "observed", "ok", None),
    ("2026-11-06", "partial", "attention", "its listings gave no links"),
]
NOON = 1794200400.0  # 2026-11-09T05:00:00Z


@pytest.fixture
def month(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "month.db") as store:
        with store.write() as tx:
            insert(tx, "sites", {"id": "bao", "name": "Báo", "kind": "newspaper", "level": "province"})
            for day, state, verdict, stage in DAYS:
                started = {"started": f"{day}T01:00:00Z", "finished": f"{day}T02:00:00Z", "version": "1"}
                insert(tx, "runs", {"id": day, **started})
                insert(tx, "site_runs", {"run": day, "site": "bao", "verdict": verdict, "stage": stage})
                insert(tx, "coverage", {"site": "bao", "day": day, "state": state})
            insert(tx, "coverage", {"site": "bao", "day": "2026-11-04", "state": "not_started"})
            insert(tx, "site_status", {"site": "bao", "verdict": "attention", "stage": DAYS[-1][3]})
        yield store


LOOKS = [
    (None, 3, "2026-11-02 to 2026-11-04, 2026-11-06 to 2026-11-08", "3 runs since 2026-11-02T01:00:00Z"),
    ("2026-11-04T09:00:00Z", 1, "2026-11-04, 2026-11-06 to 2026-11-08", "1 run since 2026-11-06T01:00:00Z"),
    ("2026-11-07T09:00:00Z", 0, "2026-11-07 to 2026-11-08", ""),
]


@pytest.mark.parametrize(("since", "bad", "spans", "words"), LOOKS)
def test_what_broke_since_a_look(month: Store, since: str | None, bad: int, spans: str, words: str) -> None:
    found = look(month, since, NOON)
    (trouble,) = found.troubles
    assert (trouble.bad_runs, trouble.still) == (bad, True)
    assert f"lost ({spans})" in str(trouble), str(trouble)
    assert words in str(trouble), str(trouble)


def test_a_look_is_kept(tmp_path: Path) -> None:
    db = tmp_path / "x.db"
    assert last_look(db) is None
    looked(db, NOON)
    assert last_look(db) == "2026-11-09T05:00:00Z"
    with pytest.raises(StorageError, match="cannot be written"):
        looked(tmp_path / "none" / "x.db", NOON)


def test_sites_that_are_still_broken_come_first() -> None:
    lines = Look(None, 2, 1, (Trouble("bao", 1, "2026-11-02", True, "x", ()),)).lines()
    assert lines == [
        "since the beginning: 2 runs, 1 of which did not end",
        "bao: still broken: x; 1 run since 2026-11-02",
    ]
