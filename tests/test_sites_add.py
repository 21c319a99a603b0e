"""``danchieu sites add URL``: a site is asked for a listing, an article and its feeds, and its entry proposed."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import servers
from conftest import Run
from crawler.sample.servers import Response, Server
from crawler.sites import Site, load_sites

ARTICLE = """<!doctype html><html lang="vi"><head><title>Tin số {k} - Báo Thử Sơn La</title></head><body>
<h1>Tin số {k}: xã vùng cao họp bàn về chính sách mới</h1><p class="date">Ngày đăng: {day:02}/03/2026 08:00</p>
<p>Hội nghị sáng nay ở huyện nghe Quy định số {k}-QĐ/TW, ngày {day:02} tháng 02 năm 2026 của Bộ Chính trị, sau đó trả
lời câu hỏi của đại biểu các xã và thống nhất cách làm cho quý sau.</p>
<p>Người dân được biết kết quả qua loa truyền thanh của bản và qua trang thông tin của tỉnh trong tuần này.</p></body>
</html>"""
RSS = "<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
D1N = '<html><body><script>document.cookie="D1N={}"+"; path=/";window.location.reload(true);</script></body></html>'


def listing(n: int = 6, *, head: str = "", label: str = "Tin số {}: xã vùng cao họp bàn về chính sách") -> str:
    links = "".join(f'<li><a href="/thoi-su/tin-so-{k}-post10{k}0.html">{label.format(k)}</a></li>' for k in range(n))
    menu = '<a href="/thoi-su-21.html">Thời sự</a><a href="/video">Video</a><a rel="next" href="/tin?page=2">Sau</a>'
    title = "<title>Thời sự | Báo Thử Sơn La</title>"
    return f"<!doctype html><html><head>{title}{head}</head><body>{menu}<ul>{links}</ul></body></html>"


FEEDS = "".join(
    f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in ("/rss/tin.rss", "/rss/chet.rss")
)


@dataclass
class Paper:
    """A small paper: its pages by path, and what was asked for."""

    port: int = 0
    pages: dict[str, Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> Response:
        self.asked.append(path)
        return self.pages.get(path) or self.article(path) or Response(b"", status=404)

    def article(self, path: str) -> Response | None:
        if not path.startswith("/thoi-su/tin-so-"):
            return None
        k = int(path.removeprefix("/thoi-su/tin-so-").partition("-")[0])
        return html(ARTICLE.format(k=k + 10, day=k + 1))

    def put(self, pages: Mapping[str, str | Response]) -> None:
        self.pages |= {path: html(page) if isinstance(page, str) else page for path, page in pages.items()}


def html(page: str) -> Response:
    return Response(page.encode())


@contextmanager
def paper(context: object = None) -> Iterator[Paper]:
    made = Paper()
    server = Server(made.answer, context)  # type: ignore[arg-type]  # an SSLContext or None
    made.port = server.port
    made.put({"/tin": listing(head=FEEDS), "/": listing(head=FEEDS)})
    items = "".join(f"<item><link>/thoi-su/tin-so-{k}-post10{k}0.html</link></item>" for k in range(3))
    made.put({"/rss/tin.rss": Response(b"\xef\xbb\xbf" + RSS.format(items=items).encode(), "application/rss+xml")})
    made.put({"/rss/chet.rss": "<html><body>trang không tồn tại</body></html>"})
    try:
        yield made
    finally:
        server.close()


def entry(folder: Path, toml: str) -> Site:
    file = folder / "proposed.toml"
    file.write_text(toml, encoding="utf-8")
    return next(iter(load_sites(file).values()))


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/tin", "/thoi-su/tin-so-2-post1020.html", "/rss/tin.rss"])
def test_a_listing_an_article_or_a_feed_leads_to_an_entry_that_works(tmp_path: Path, run: Run, path: str) -> None:
    with paper() as site:
        sitemap = f"<urlset><url><loc>http://127.0.0.1:{site.port}/thoi-su/tin-so-4-post1040.html</loc></url></urlset>"
        named = f"Sitemap: http://127.0.0.1:{site.port}/tin.xml.gz\nSitemap: https://khac.vn/x.xml\nCrawl-delay: 0\n"
        site.put({"/tin.xml.gz": Response(gzip.compress(sitemap.encode()), "application/gzip")})
        site.put({"/robots.txt": Response(b"User-agent: *\nAllow: /\n" + named.encode(), "text/plain")})
        done = run("sites", "add", f"http://127.0.0.1:{site.port}{path}")
        base = f"http://127.0.0.1:{site.port}"
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        found = entry(tmp_path, done.stdout)
        assert (found.name, found.unit, found.pattern) == ("Báo Thử Sơn La", "son-la", "examples"), done.stdout
        assert found.feeds == (f"{base}/rss/tin.rss",), done.stdout
        assert found.sitemaps == (f"{base}/tin.xml.gz",), done.stdout
        assert found.start == (f"{base}{'/tin' if path == '/tin' else '/'}",), done.stdout
        assert f"{base}/thoi-su-21.html" in found.listings, done.stdout
        assert found.matches_article(f"{base}/thoi-su/tin-khac-post2000.html"), found.article.pattern
        for said in ("tried http", "/rss/chet.rss names no article", "check them"):
            assert said in done.stderr, (said, done.stderr)
        assert len(site.asked) == len(set(site.asked)) + (path == "/rss/tin.rss"), f"asked twice: {site.asked}"
        checked = run("sites", "check", "--sites", tmp_path / "proposed.toml")
        assert checked.returncode == 0, checked.stdout + checked.stderr


UNSURE: list[tuple[str, dict[str, str], int, tuple[str, ...]]] = [
    ("links without headlines, an article seen", {"/tin": listing(label="Tin {}")}, 0, ("tried",)),
    (
        "links without headlines that lead to no article",
        {"/tin": listing(label="Tin {}"), "/thoi-su/tin-so-0-post1000.html": ""},
        3,
        ("gave no article",),
    ),
    ("too few links", {"/tin": listing(1)}, 3, ("is a guess",)),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pages", "code", "said"), UNSURE, ids=[case[0] for case in UNSURE])
def test_what_could_not_be_told_is_said(
    run: Run, name: str, pages: dict[str, str], code: int, said: tuple[str, ...]
) -> None:
    with paper() as site:
        site.put(pages)
        done = run("sites", "add", f"http://127.0.0.1:{site.port}/tin")
        assert done.returncode == code, done.stdout + done.stderr
        assert any(words in done.stderr for words in said), done.stderr
        assert ('pattern = "guessed"' in done.stdout) is (code == 3), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("version", ["old", "stale"])
def test_what_tls_was_needed_is_said(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", servers.root_file())
    old = servers.context(servers.leaf(), version=servers.TLS11, ciphers=servers.OLD)
    with paper(old if version == "old" else servers.context(servers.stale())) as site:
        url = f"https://127.0.0.1:{site.port}/tin"
        done = run("sites", "add", url)
        if version == "stale":
            assert (done.returncode, done.stdout) == (5, ""), done.stderr
            assert "--allow unverified" in done.stderr, done.stderr
            done = run("sites", "add", url, "--allow", "unverified", "--allow", "http")
        assert done.returncode == 0, done.stderr
        allowed = frozenset({"unverified"}) if version == "stale" else frozenset()
        assert entry(tmp_path, done.stdout).allow == allowed, "only what was needed"
        assert version == "stale" or "it speaks TLSv1.1 by the profile" in done.stderr, done.stderr


@pytest.mark.slow
def test_a_wall_that_wants_its_cookie_is_answered_where_that_is_permitted(tmp_path: Path, run: Run) -> None:
    stub = D1N.format("0123456789abcdef" * 2)
    with paper() as site:
        seen = []

        def once(path: str) -> Response:
            seen.append(path)
            return html(stub) if seen.count(path) == 1 and path == "/tin" else site.pages[path]

        wall = Server(lambda path: once(path) if path == "/tin" else Paper.answer(site, path))
        try:
            done = run("sites", "add", f"http://127.0.0.1:{wall.port}/tin")
            assert (done.returncode, "--allow cookie-stub" in done.stderr) == (5, True), done.stderr
            seen.clear()
            done = run("sites", "add", f"http://127.0.0.1:{wall.port}/tin", "--allow", "cookie-stub")
            assert entry(tmp_path, done.stdout).allow == frozenset({"cookie-stub"}), done.stderr
        finally:
            wall.close()


def robots(answer: Response) -> Callable[[Paper], None]:
    return lambda site: site.put({"/robots.txt": answer})


def page(path: str, answer: Response) -> Callable[[Paper], None]:
    return lambda site: site.put({path: answer})


REFUSED = [
    (robots(html("User-agent: *\nDisallow: /")), 5, "robots.txt closes"),
    (robots(Response(b"", status=503)), 5, "robots.txt answers 503"),
    (page("/tin", Response(b"", status=403)), 5, "status 403"),
    (page("/tin", Response(b"", status=302, headers=(("Location", "/tin"),))), 5, "redirects to itself"),
    (lambda site: site.put(dict.fromkeys(("/tin", "/"), "<p>chưa có gì</p>")), 2, "no links to its own site"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("spoil", "code", "said"), REFUSED, ids=[case[2] for case in REFUSED])
def test_a_page_that_gives_nothing_gets_one_sentence(
    run: Run, spoil: Callable[[Paper], None], code: int, said: str
) -> None:
    with paper() as site:
        spoil(site)
        done = run("sites", "add", f"http://127.0.0.1:{site.port}/tin")
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert said in done.stderr.splitlines()[-1], done.stderr
        assert "Traceback" not in done.stderr, done.stderr


MISUSE = [
    ("http://127.0.0.1:1/", {}, 5, "nothing listens"),
    ("https://khong-co-that.invalid/", {}, 5, "does not exist"),
    ("https://x.vn/", {"DANCHIEU_CONTACT": ""}, 2, "DANCHIEU_CONTACT"),
    ("mailto:toa-soan@x.vn", {}, 2, "no web address"),
    ("https://[::1", {}, 2, "no web address"),
    ("tin", {}, 2, "no web address"),
    ("https://x.vn/" + "a" * 70_000, {}, 2, "no web address"),
]


@pytest.mark.parametrize(("url", "environment", "code", "said"), MISUSE, ids=[case[0][:30] for case in MISUSE])
def test_an_address_that_cannot_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], code: int, said: str
) -> None:
    for name, value in ({"DANCHIEU_CONTACT": "night@example.org"} | environment).items():
        monkeypatch.setenv(name, value)
    done = run("sites", "add", url)
    assert (done.returncode, done.stdout, said in done.stderr) == (code, "", True), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert len(done.stderr) < 1000, len(done.stderr)
