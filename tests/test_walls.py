"""Walls, pages for nothing and domains that passed to others: recognised, counted, never stored as articles."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from chained import PAGE, ChainedSite, chained_site
from conftest import Run
from crawler.middlewares.cookie_stub import stub_cookie
from crawler.middlewares.probing import nowhere
from crawler.refusing import NOT_VIETNAMESE, SAME_AS_NOWHERE, Doorkeeper
from crawler.visit import Found, Lease, Next, Understanding, UrlKind, Visit
from pipelines.models import Document, Fetch

pytestmark = pytest.mark.slow  # starts many crawls

HEX = "0123456789abcdef0123456789abcdef"
STUB = (
    f'<html><body><script>document.cookie="D1N={HEX}"+"; expires=Fri, 31 Dec 2099 23:59:59 GMT; path=/";'
    "window.location.reload(true);</script></body></html>"
)
STUBS = [
    (STUB, f"D1N={HEX}"),
    (f"<script>document.cookie = 'D1N={HEX.upper()}';location.reload()</script>", f"D1N={HEX.upper()}"),
    (STUB + "x" * 600, None),
    (f'<script>document.cookie="SESSION={HEX}";</script>', None),
    ('<script>document.cookie="D1N=xyz";</script>', None),
    ("", None),
]


@pytest.mark.parametrize(("body", "cookie"), STUBS)
def test_a_stub_names_its_cookie(body: str, cookie: str | None) -> None:
    assert stub_cookie(body.encode()) == cookie


@pytest.fixture
def site() -> Iterator[ChainedSite]:
    with chained_site(listings=1, per_listing=5) as site:
        yield site


def behind(site: ChainedSite, page: Callable[[str, str], str | None]) -> None:
    """Lets the site answer with ``page(path, cookie)`` where that is not None."""
    own = site.answer

    def answer(path: str) -> tuple[int, str]:
        shown = page(path, next(cookie for _, asked, cookie in reversed(site.asked) if asked == path))
        return own(path) if shown is None else (200, shown)

    site.answer = answer  # type: ignore[method-assign]


def crawl(run: Run, site: ChainedSite, folder: Path, *, allow: str = "http") -> tuple[int, str, Path]:
    catalogue = site.catalogue(folder, delay=0.03)
    catalogue.write_text(catalogue.read_text().replace('["http"]', f'["http", "{allow}"]'))
    done = run("crawl", "--workers", "1", "--db", folder / "x.db", "--sites", catalogue)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, folder / "x.db"


def ends(db: Path) -> dict[str, int]:
    with closing(sqlite3.connect(db)) as connection:
        return dict(connection.execute("SELECT state || ' ' || coalesce(cause, ''), count(*) FROM urls GROUP BY 1"))


def test_the_cookie_is_given_back_once(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    behind(site, lambda path, cookie: None if f"D1N={HEX}" in cookie else STUB)
    code, said, db = crawl(run, site, tmp_path, allow="cookie-stub")
    assert (code, ends(db)) == (0, {"done ": 6}), said
    assert sum(cookie == "" for _, _, cookie in site.asked) == 1, "the cookie holds for the run"
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT count(*) FROM fetches").fetchone()[0] == 6, "a stub is no fetch of its own"


@pytest.mark.parametrize(("allow", "asked"), [("cookie-stub", 2), ("unverified", 1)], ids=["twice", "not allowed"])
def test_a_stub_without_end_is_a_wall(site: ChainedSite, tmp_path: Path, run: Run, allow: str, asked: int) -> None:
    behind(site, lambda path, cookie: None if path == "/robots.txt" else STUB)
    code, said, db = crawl(run, site, tmp_path, allow=allow)
    assert ends(db) == {"blocked cookie-stub": 1}
    assert site.served["/tin"] == asked
    assert (code, "a page that wants a cookie back" in said) == (3, True), said


NOTHING = PAGE.format(k=0, n=1, day=1).replace("Hội nghị lần thứ 0", "Trang bạn tìm nay đã được chuyển, hội nghị")


def test_who_shows_one_page_for_everything_has_nothing_there(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    missing = {f"/bai-viet-post{k}.html" for k in (1, 3)}
    behind(site, lambda path, _: NOTHING if path in missing or "khong-co-trang-nay" in path else None)
    code, said, db = crawl(run, site, tmp_path)
    assert (code, ends(db)) == (0, {"done ": 4, "gone soft-404": 2}), said
    probes = [path for path in site.served if "khong-co-trang-nay" in path]
    assert [site.served[path] for path in probes] == [1], "one probe a host and run"
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute("SELECT url, page_kind FROM fetches ORDER BY 1").fetchall()
    assert not any("khong-co-trang-nay" in url for url, _ in rows), "a probe is no fetch of a page"
    assert sum(kind == "soft_404" for _, kind in rows) == 2


ENGLISH = "The best online casino bonuses of the month are listed here for every player of the region"
CASINO = (
    "<!doctype html><html><head><title>Casino</title></head><body>"
    + "".join(f'<p><a href="/bai-viet-post{k}.html">{ENGLISH}</a></p>' for k in range(5))
    + f"<h1>{ENGLISH}</h1>"
    + f"<p>{ENGLISH}, and nothing else is. </p>" * 4
    + "</body></html>"
)
WIN = f"<!doctype html><html><head><title>Win</title></head><body><h1>{ENGLISH}</h1>" + (
    f"<p>{ENGLISH}, and whoever plays today will be paid by tomorrow at the latest, as the rules of the house say.</p>"
    * 3
    + "</body></html>"
)


def test_a_domain_that_passed_to_somebody_else(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    behind(site, lambda path, _: None if path == "/robots.txt" else CASINO if path == "/tin" else WIN)
    code, said, db = crawl(run, site, tmp_path)
    assert (code, "its pages are not in Vietnamese" in said) == (3, True), said
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 0


def test_a_host_is_never_asked_sooner_than_its_pace(site: ChainedSite, tmp_path: Path, run: Run) -> None:
    done = run("crawl", "--workers", "1", "--db", tmp_path / "x.db", "--sites", site.catalogue(tmp_path, delay=0.25))
    assert done.returncode == 0, done.stderr
    gaps = [later - earlier for (earlier, *_), (later, *_) in pairwise(site.asked)]
    assert len(gaps) == 7, "robots.txt, a listing, a probe and five articles"
    assert min(gaps) >= 0.1, f"{gaps}"  # a busy machine moves arrivals, not the pace
    assert sum(gaps) >= 7 * 0.25 * 0.9, f"{gaps}"


def test_a_probe_has_no_number_that_could_be_an_article_s() -> None:
    probe = nowhere("https://bao.vn:8443/chuyen-muc/tin-post123.html?id=9")
    assert probe.startswith("https://bao.vn:8443/khong-co-trang-nay-")
    assert not any(letter.isdigit() for letter in probe.removeprefix("https://bao.vn:8443"))
    assert nowhere("https://bao.vn/") != nowhere("https://bao.vn/")


VIETNAMESE = "Hội nghị của Ban Chấp hành Đảng bộ tỉnh đã thống nhất nhiều nội dung quan trọng trong quý. " * 4
FOREIGN = f"{ENGLISH}. " * 4


def visit(kind: UrlKind, *, interval: float | None = None) -> Visit:
    lease = Lease("https://bao.vn/x", "https://bao.vn/x", "bao", "bao.vn:443", kind, 0, 0, 1, 0.0, interval=interval)
    return Visit(lease, Fetch("https://bao.vn/x", "2026-11-25T00:00:00Z"), Next("done"))


LANGUAGES = [
    (True, None, FOREIGN, None),  # the English pages of a Vietnamese site
    (True, 86400.0, FOREIGN, None),
    (False, None, FOREIGN, NOT_VIETNAMESE),
    (False, None, VIETNAMESE, None),
    (None, None, FOREIGN, None),  # nothing is known yet
    (None, 86400.0, FOREIGN, NOT_VIETNAMESE),  # an article that was replaced
    (None, 86400.0, VIETNAMESE, None),
]


@pytest.mark.parametrize(("listing", "interval", "text", "refusal"), LANGUAGES)
def test_language_counts_where_the_site_has_changed(
    listing: bool | None, interval: float | None, text: str, refusal: object
) -> None:
    door = Doorkeeper()
    door.judged(visit("listing"), Understanding(found=Found(vietnamese=listing)))
    document = Document("https://bao.vn/x", "article", text)
    judged = door.judged(visit("article", interval=interval), Understanding(document=document))
    assert judged.refusal == refusal


def test_a_page_is_compared_line_by_line() -> None:
    door = Doorkeeper()
    door.know_nowhere("bao.vn:443", Document("", "article", "\n".join(f"Dòng {i}" for i in range(20))))
    clock = "\n".join([*(f"Dòng {i}" for i in range(19)), "Lúc 10:15"])
    for text, refusal in ((clock, SAME_AS_NOWHERE), (VIETNAMESE, None), ("Dòng 1\nMột tin khác hẳn", None)):
        judged = door.judged(visit("article"), Understanding(document=Document("", "article", text)))
        assert judged.refusal == refusal, json.dumps(text, ensure_ascii=False)
