"""What an answer means for the queue: a table of statuses, headers and bodies."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import pytest

from crawler.exchange import Exchange, FetchError
from crawler.frontier import PATIENCE
from crawler.outcomes import NEXT_RUN_SECONDS, TRIES, TRIES_A_RUN, after_error, after_exchange, back_off, refused
from crawler.sites import Site, site_of
from crawler.sites.read import read_catalogue
from crawler.visit import Lease, UrlKind

NOW = 1_700_000_000.0
URL = "https://bao.example/tin-a-post1.html"
HTML = b"<!doctype html><html><body><p>Tin</p></body></html>"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("catalogue") / "bao.toml"
    path.write_text(
        'site = [{id = "bao", domains = ["bao.example"], start = ["https://bao.example/"],'
        " article = '^https://(www\\.)?bao\\.example/[^?#]+-post(?P<id>\\d+)\\.html$'}]"
    )
    return site_of(next(iter(read_catalogue(path))))


def lease(*, kind: UrlKind = "article", tries: int = 1, depth: int = 0, etag: str | None = None) -> Lease:
    return Lease(URL, URL, "bao", "bao.example:443", kind, depth, 0, tries, NOW, etag=etag, interval=86400.0)


def exchange(status: int, headers: Mapping[str, str] | None = None, body: bytes = HTML) -> Exchange:
    pairs = tuple((name.encode(), value.encode()) for name, value in (headers or {}).items())
    return Exchange(URL, "GET", (), status, "", "1.1", pairs, body, "2023-02-03T01:02:03Z")


WWW, CASINO = "https://www.bao.example/tin-a-post1.html", "https://casino.example/"


def moved(to: str) -> Exchange:
    return exchange(302, {"Location": to})


ANSWERS = [
    ("a page", exchange(200), lease(), ("done", None)),
    ("gone for good", exchange(410), lease(), ("gone", "gone")),
    ("not found", exchange(404), lease(), ("gone", "not-found")),
    ("refused", exchange(403), lease(), ("blocked", "forbidden")),
    ("a server in trouble", exchange(503), lease(), ("new", "http-503")),
    ("in trouble for the last time", exchange(503), lease(tries=TRIES), ("failed", "http-503")),
    ("too many requests", exchange(429, {"Retry-After": "120"}), lease(), ("new", "http-429")),
    ("a teapot", exchange(418), lease(), ("failed", "http-418")),
    ("not modified, as asked", exchange(304), lease(etag='"a"'), ("done", None)),
    ("not modified, a listing", exchange(304), lease(kind="listing", etag='"a"'), ("new", "unasked-304")),
    ("not modified, unasked", exchange(304), lease(), ("new", "unasked-304")),
    (
        "cut gzip",
        exchange(200, {"Content-Encoding": "gzip"}, gzip.compress(HTML)[:-12]),
        lease(),
        ("new", "truncated"),
    ),
    ("a redirect on site", moved("/tin-b-post2.html"), lease(), ("done", "redirect")),
    ("a redirect to www", moved(WWW), lease(), ("new", "redirect")),
    ("a redirect to a new headline", exchange(301, {"Location": "/ten-moi-post1.html"}), lease(), ("new", "redirect")),
    ("a redirect to itself", moved(URL), lease(), ("failed", "redirect-loop")),
    ("a redirect elsewhere", moved(CASINO), lease(), ("rejected", "redirect-off-site")),
    ("a redirect home", moved("/"), lease(), ("gone", "redirect-home")),
    ("a redirect to a login", moved("/dang-nhap?next=1"), lease(), ("rejected", "redirect-elsewhere")),
    ("a redirect nowhere", exchange(302), lease(), ("failed", "bad-redirect")),
    ("a redirect of redirects", moved("/tin-c-post3.html"), lease(depth=5), ("failed", "redirect-loop")),
]


@pytest.mark.parametrize(("answer", "held", "expected"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
def test_an_answer_decides_the_next_state(
    site: Site, answer: Exchange, held: Lease, expected: tuple[str, str | None]
) -> None:
    visit = after_exchange(held, answer, site, NOW)
    assert (visit.next.state, visit.next.cause) == expected
    assert (visit.page is not None) == (expected == ("done", None) and answer.status == 200)
    assert visit.fetch.status == answer.status
    assert visit.fetch.body_sha256
    if visit.next.state == "new":
        assert visit.next.retry_at is not None


def test_retry_after_is_honoured(site: Site) -> None:
    visit = after_exchange(lease(), exchange(429, {"Retry-After": "120"}), site, NOW)
    assert (visit.next.retry_at or 0) >= NOW + 120
    assert visit.next.host_rests == 120, "the host, not this page alone"


def test_a_redirect_adds_its_target_and_leaves_an_alias(site: Site) -> None:
    step = after_exchange(lease(), moved("/tin-b-post2.html"), site, NOW).next
    assert [child.url for child in step.children] == ["https://bao.example/tin-b-post2.html"] == [step.alias_of]
    assert step.children[0].kind == "article"


@pytest.mark.parametrize(
    ("permanent", "tries", "state"),
    [(True, 1, "failed"), (False, 1, "new"), (False, TRIES, "failed")],
    ids=["permanent", "passing", "passing too often"],
)
def test_no_answer(permanent: bool, tries: int, state: str) -> None:
    error = FetchError("reset", "the connection was reset", permanent=permanent, path=("strict:reset",), attempts=3)
    visit = after_error(lease(tries=tries), error, NOW)
    assert (visit.next.state, visit.next.cause) == (state, "reset")
    assert (visit.fetch.status, visit.fetch.error_class, visit.fetch.attempts) == (None, "reset", 3)


def test_the_last_try_of_a_run_leaves_the_page_to_the_next(site: Site) -> None:
    pauses = [
        (after_exchange(lease(tries=tries), exchange(503), site, NOW).next.retry_at or 0) - NOW
        for tries in range(1, TRIES)
    ]
    later = [pause >= NEXT_RUN_SECONDS for pause in pauses]
    assert later == [tries % TRIES_A_RUN == 0 for tries in range(1, TRIES)], pauses


def test_a_host_that_does_not_exist_is_asked_by_the_next_run() -> None:
    error = FetchError("no-such-host", "the host name does not exist", permanent=True)
    step = after_error(lease(), error, NOW).next
    assert (step.state, step.cause) == ("new", "no-such-host")
    assert (step.retry_at or 0) > NOW + PATIENCE, "not in this run"
    assert after_error(lease(tries=TRIES), error, NOW).next.state == "failed"


def test_a_bomb_is_refused(site: Site) -> None:
    bomb = gzip.compress(b"<html>" + b" " * 20_000_000)
    visit = after_exchange(lease(), exchange(200, {"Content-Encoding": "gzip"}, bomb), site, NOW)
    assert (visit.next.state, visit.next.cause, visit.page) == ("failed", "too-large", None)


def test_what_robots_closes_is_rejected() -> None:
    assert refused(lease(), "robots", NOW).next.state == "rejected"


def test_back_off_grows_and_is_bounded() -> None:
    pauses = [back_off(tries) for tries in range(1, 60)]
    assert all(0 < pause <= 3600 for pause in pauses)
    assert max(pauses[:2]) < min(pauses[20:])
