"""Why a page is or is not there, and failures put back: in words, for every way a page can end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Run
from crawler.causes import all_causes, in_words
from crawler.sites import Site
from crawler.verbs.explaining import explain_address
from crawler.verbs.retrying import put_back
from entries import entry, load
from pipelines.errors import InputError
from pipelines.store import Store
from pipelines.store.articles import insert, sha256

HOST = "bao.vn:443"
ROWS = [
    ("tin-a-post1", "article", "failed", "reset"),
    ("tin-b-post2", "article", "blocked", "block-page"),
    ("tin-c-post3", "article", "gone", "not-found"),
    ("tin-d-post4", "article", "rejected", "robots"),
    ("tin-e-post5", "article", "new", None),
    ("tin-f-post6", "article", "new", "http-503"),
    ("tin-g-post7", "article", "leased", None),
    ("tin-h-post8", "article", "done", "redirect"),
    ("tin-i-post9", "article", "rejected", "forgotten"),
    ("tin-k-post11", "article", "failed", "not-html: application/pdf"),
    ("muc", "listing", "done", None),
]


def address(name: str) -> str:
    return f"https://bao.vn/{name}" + (".html" if "post" in name else "")


@pytest.fixture
def sites(tmp_path: Path) -> dict[str, Site]:
    return load(
        tmp_path,
        entry(),
        entry(
            id='"doan"',
            trust='"guessed"',
            domains='["doan.vn"]',
            start='["https://doan.vn/"]',
            article="'^https://doan.vn/(?P<id>\\d+)$'",
        ),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "why.db") as store:
        with store.write() as tx:
            insert(tx, "sites", {"id": "bao", "name": "Báo", "kind": "newspaper", "level": "province"})
            robots = {"robots": "rules", "robots_checked": "2026-11-25T02:00:00Z"}
            robots["robots_text"] = "User-agent: *\nDisallow: /tin-d"
            insert(tx, "hosts", {"host": HOST, "failures": 9, "breaker_until": 9e9} | robots)
            for name, kind, state, cause in ROWS:
                row = {"url": address(name), "fetch_url": address(name), "site": "bao", "host": HOST, "kind": kind}
                found_on = None if kind == "listing" else address("muc")
                seen = {"first_seen": "2026-11-25T02:00:00Z", "found_on": found_on, "tries": 5}
                insert(tx, "urls", row | seen | {"state": state, "cause": cause})
            insert(tx, "url_aliases", {"alias": "bao:1", "url": address("tin-a-post1")})
            insert(
                tx, "forgotten", {"url_sha256": sha256(address("tin-i-post9")), "at": "2026-11-25", "reason": "asked"}
            )
            fetch = {"url": address("tin-a-post1"), "fetched_at": "2026-11-25T02:00:00Z", "error_class": "reset"}
            insert(tx, "fetches", fetch | {"tls_path": '["strict:reset", "compat:reset"]'})
        yield store


CASES = [
    ("a failure", "https://bao.vn/tin-a-post1.html", "not there: the connection was", "strict:reset, compat:reset"),
    (
        "another slug of it",
        "http://www.bao.vn/ten-khac-post1.html?utm_source=x",
        "not there: the connection",
        "also as",
    ),
    ("a wall", "https://bao.vn/tin-b-post2.html", "not there: a wall", "block-page"),
    ("not found", "https://bao.vn/tin-c-post3.html", "not there: the server says that it is not there", "404"),
    ("robots.txt", "https://bao.vn/tin-d-post4.html", "robots.txt closes it", "closes it (asked on"),
    ("waiting", "bao.vn/tin-e-post5.html", "not there yet: it waits in the queue.", "https://bao.vn/muc"),
    ("waiting again", "https://bao.vn/tin-f-post6.html", "waits in the queue, since the server answered", "http-503"),
    ("under way", "https://bao.vn/tin-g-post7.html", "being fetched just now", "leased"),
    ("a redirect", "https://bao.vn/tin-h-post8.html", "leads to another address", "redirect"),
    ("forgotten", "https://bao.vn/tin-i-post9.html", "It was forgotten on 2026-11-25: asked", "forgotten"),
    ("a PDF", "https://bao.vn/tin-k-post11.html", "what came is no page", "application/pdf"),
    ("a listing", "https://bao.vn/muc", "read as a listing", "does not match"),
    ("nobody linked to it", "https://bao.vn/tin-l-post12.html", "has led to it", "number 12"),
    ("no article's address", "https://bao.vn/gioi-thieu", "does not match it", "unknown"),
    ("a loop", "https://bao.vn/a/b/a/b/a/b/x-post3.html", "endless series (loop)", "bao"),
    ("a guess", "https://doan.vn/5", "rests on a guess", "doan"),
    ("a stranger", "https://khac.vn/tin", "no site of the catalogue has this host", "khac.vn:443"),
    ("no address", "ftp://bao.vn/", "no web address", "such an address"),
]


@pytest.mark.parametrize(("url", "verdict", "fact"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_every_end_of_a_page_is_explained(
    store: Store, sites: dict[str, Site], url: str, verdict: str, fact: str
) -> None:
    said = str(explain_address(store, sites, url))
    assert verdict in said.splitlines()[0], said
    assert fact in said, said


def test_an_article_is_explained(demo_db: Path, run: Run) -> None:
    with Store.open(demo_db) as store:
        url = store.value("SELECT url FROM articles WHERE n_mentions > 0 AND published IS NOT NULL LIMIT 1")
    said = run("explain", str(url), "--db", demo_db).stdout
    for words in (
        "It is there: article",
        "answered 200",
        "archived in",
        "references",
        "certificate verified",
        "allows it",
    ):
        assert words in said, f"{words!r} is not said:\n{said}"


RETRIES = [
    ("all that may come right", {}, {"tin-a-post1", "tin-b-post2", "tin-k-post11"}),
    ("a cause", {"cause": "reset"}, {"tin-a-post1"}),
    ("a kind of fault", {"cause": "ambiguous"}, {"tin-a-post1"}),
    ("a cause with a detail", {"cause": "not-html"}, {"tin-k-post11"}),
    ("the first part of a cause", {"cause": "block"}, {"tin-b-post2"}),
    ("what is gone, when named", {"cause": "not-found"}, {"tin-c-post3"}),
    ("a site", {"site": "bao"}, {"tin-a-post1", "tin-b-post2", "tin-k-post11"}),
]


@pytest.mark.parametrize(("asked", "names"), [r[1:] for r in RETRIES], ids=[r[0] for r in RETRIES])
def test_failures_go_back(store: Store, asked: dict[str, str], names: set[str]) -> None:
    waiting = {row["url"] for row in store.rows("SELECT url FROM urls WHERE state = 'new'")}
    said = put_back(store, **asked)
    again = {row["url"] for row in store.rows("SELECT url FROM urls WHERE state = 'new' AND tries = 0")}
    assert again - waiting == {address(name) for name in names}, said
    assert f"{len(names)} page" in said[-1], said
    assert store.value("SELECT breaker_until FROM hosts") == 0, "the host still rests"


@pytest.mark.parametrize("asked", [{"cause": "forgotten"}, {"cause": "nonsense"}, {"site": "khac"}])
def test_nothing_to_put_back_says_what_there_is(store: Store, asked: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"what did: block-page, .*robots|see danchieu status"):
        put_back(store, **asked)


@pytest.mark.parametrize("cause", [*all_causes(), "http-503", "bug-KeyError: 'x'", "understand-timeout: 60 s"])
def test_every_cause_has_words(cause: str) -> None:
    assert in_words(cause) != cause
    assert in_words("unheard-of") == "unheard-of"
