"""robots.txt: what each answer allows, asked once a host, recorded; a crawl obeys it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from chained import chained_site
from conftest import Run
from crawler.middlewares.robots import Rules

CLOSED = "User-agent: danchieu\nDisallow: /bai-viet-post3\n\nUser-agent: *\nDisallow: /\n"
ANSWERS = [
    ("one article closed to us", (200, CLOSED), 0, 5, "rules"),
    ("all articles closed", (200, "User-agent: *\nDisallow: /bai-viet\n"), 3, 0, "rules"),
    ("not found", (404, "<html>404</html>"), 0, 6, "none"),
]
TEXTS = [
    ("", True),
    ("User-agent: *\nAllow: /\n", True),
    ("User-agent: BadBot\nDisallow: /\n", True),
    ("User-agent: *\nDisallow: /\n", False),
    ("User-agent: danchieu\nDisallow: /\n\nUser-agent: *\nAllow: /\n", False),
    ("User-agent: *\nDisallow: /\nAllow: /bai\n", True),
    ("user-agent: DANCHIEU\ndisallow: /bai-*-post\n", False),
    ("<!doctype html><html><body>Trang chủ</body></html>", True),
    ("Disallow: /\n", True),
    ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
]


@pytest.mark.parametrize(("text", "allowed"), TEXTS)
def test_a_text_is_read_as_rfc_9309_says(text: str, allowed: bool) -> None:
    assert Rules("rules", 0.0, text).allows("https://bao.example/bai-mot-post1.html") is allowed, text


@pytest.mark.parametrize(
    ("answer", "code", "articles", "state"), [a[1:] for a in ANSWERS], ids=[answer[0] for answer in ANSWERS]
)
def test_a_crawl_obeys(tmp_path: Path, run: Run, answer: tuple[int, str], code: int, articles: int, state: str) -> None:
    db = tmp_path / "robots.db"
    with chained_site(listings=1, per_listing=6) as site:
        site.robots = answer
        done = run("crawl", "--db", db, "--sites", site.catalogue(tmp_path), "--workers", "1")
    assert done.returncode == code, done.stderr + done.stdout
    assert site.served["/robots.txt"] == 1, "asked once"
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == articles
        assert connection.execute("SELECT robots FROM hosts").fetchall() == [(state,)]
        closed = connection.execute(
            "SELECT count(*) FROM urls WHERE cause = 'robots' AND state = 'rejected'"
        ).fetchone()
        if answer[1] == CLOSED:
            assert closed[0] == 1
            assert "/bai-viet-post3.html" not in site.served


def test_a_server_in_trouble_defers_its_pages(tmp_path: Path) -> None:
    db = tmp_path / "robots.db"
    with chained_site(listings=1, per_listing=3) as site:
        site.robots = (503, "")
        arguments = ["crawl", "--db", db, "--sites", site.catalogue(tmp_path), "--workers", "1"]
        with subprocess.Popen(
            [sys.executable, "-m", "crawler", *map(str, arguments)], stderr=subprocess.PIPE
        ) as process:
            deadline = time.monotonic() + 90
            while _robots(db) is None and time.monotonic() < deadline:
                time.sleep(0.1)
            process.terminate()
            process.communicate()
        assert _robots(db) == "unreachable"
        assert set(site.served) == {"/robots.txt"}, "nothing is fetched unasked"
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT DISTINCT state FROM urls").fetchall() == [("new",)], "the page waits"


def _robots(db: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT robots FROM hosts").fetchone()
    except sqlite3.OperationalError:
        return None
    return row[0] if row else None
