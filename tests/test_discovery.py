"""Discovery: the articles of a listing, and that no page, however hostile, stops it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import Found, Kind, discover
from crawler.sites import Site
from entries import bao


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return bao(tmp_path_factory.mktemp("catalogue"))


def articles(found: Found) -> list[str]:
    return [link.fetch_url for link in found.articles]


def page(*hrefs: str, head: str = "") -> bytes:
    links = "\n".join(f'<li><a href="{href}">x</a></li>' for href in hrefs)
    return f"<!DOCTYPE html><html><head>{head}</head><body><ul>{links}</ul></body></html>".encode()


# The links of a listing at https://bao.vn/muc/ and the articles it gives.
LISTINGS = [
    (["/a-post1.html"], ["https://bao.vn/a-post1.html"]),
    (["a-post1.html", "../b-post2.html"], ["https://bao.vn/muc/a-post1.html", "https://bao.vn/b-post2.html"]),
    (["//www.bao.vn/a-post1.html#binh-luan"], ["https://www.bao.vn/a-post1.html"]),
    (["/a-post1.html?utm_source=x&fbclid=y"], ["https://bao.vn/a-post1.html"]),
    (["/a-post1.html", "/doi-tieu-de-post1.html", "http://www.bao.vn/a-post1.html"], ["https://bao.vn/a-post1.html"]),
    (["/amp/a-post1.html", "/a-post1.html", "/a-post1.html/"], ["https://bao.vn/a-post1.html"]),
    (["/index.php/a-post1.html", "/a-post1.html?fbclid=1"], ["https://bao.vn/a-post1.html"]),
    (["/amp/a-post1.html"], ["https://bao.vn/amp/a-post1.html"]),
    (["https://khac.vn/a-post1.html", "https://en.bao.vn/a-post1.html"], []),
    (["javascript:go('/a-post1.html')", "mailto:a-post1.html", "#a-post1.html", "", "tel:1"], []),
    (["/a-tag1.html", "/", "/muc/", "/a-post1.html?page=2"], []),
    (["/vi/vi/a-post1.html", "/en/vi/a-post2.html", "/x/x/x/a-post3.html", "/x/y/x/y/a-post4.html"], []),
    (["http://bao.vn:99999/a-post1.html", "http://[/a-post1.html", "/" + "a" * 5000 + "-post1.html"], []),
]


@pytest.mark.parametrize(("hrefs", "expected"), LISTINGS)
def test_a_listing_gives_the_articles_of_its_site(site: Site, hrefs: list[str], expected: list[str]) -> None:
    assert articles(discover("listing", "https://bao.vn/muc/", page(*hrefs), site)) == expected, hrefs


def test_a_link_carries_key_identity_and_fetchable_address(site: Site) -> None:
    (link,) = discover("listing", "http://www.bao.vn/", page("/Tin/a-post1.html?zarsrc=30"), site).articles
    assert (link.url, link.fetch_url) == ("https://bao.vn/Tin/a-post1.html", "http://www.bao.vn/Tin/a-post1.html")
    assert (link.kind, link.identity, link.published, link.modified) == ("article", "bao:1", None, None)


def test_base_href_is_honoured(site: Site) -> None:
    for head, expected in [
        ('<base href="/goc/">', "https://bao.vn/goc/a-post1.html"),
        ('<base target="_blank"><base href="https://www.bao.vn/">', "https://www.bao.vn/a-post1.html"),
        ('<base href="javascript:x">', "https://bao.vn/muc/a-post1.html"),
    ]:
        found = discover("listing", "https://bao.vn/muc/", page("a-post1.html", head=head), site)
        assert articles(found) == [expected], head


def test_addresses_in_scripts_and_json_count_where_no_link_is_an_article(site: Site) -> None:
    for body in (
        b'{"items": [{"url": "\\/a-post1.html"}, {"url": "https:\\/\\/khac.vn\\/b-post2.html"}]}',
        b'<a href="/muc">x</a><script>state = {"path": "/a-post1.html", "next": "/muc?page=2"}</script>',
        b'<script>{"u":"https:\\u002F\\u002Fbao.vn\\u002Fa-post1.html"}</script>',
    ):
        found = discover("listing", "https://bao.vn/tin", body, site)
        assert (articles(found), found.refused) == (["https://bao.vn/a-post1.html"], ()), body
        assert found.n_links > 0
    linked = b'<a href="/a-post1.html">x</a><script>x = "/khac-post2.html"</script>'
    assert articles(discover("listing", "https://bao.vn/", linked, site)) == ["https://bao.vn/a-post1.html"]


def test_links_are_counted_so_that_no_links_and_no_matches_are_told_apart(site: Site) -> None:
    assert discover("listing", "https://bao.vn/", page(), site) == Found()
    found = discover("listing", "https://bao.vn/", page("/a", "/b", "https://khac.vn/", "javascript:x"), site)
    assert (found.articles, found.n_links, found.refused) == ((), 3, (("off site", 1),))
    assert dict(discover("listing", "https://bao.vn/", page("/vi/vi/a-post1.html"), site).refused) == {"loop": 1}


RSS = '<rss version="2.0"><channel><item><link>https://bao.vn/a-post1.html</link>{}</item></channel></rss>'
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE = [
    b"",
    b"\x00\x01\x02" * 1000,
    b"%PDF-1.4",
    b"PK\x03\x04" + b"a" * 100,
    b"\x1f\x8b",
    b"\x1f\x8b\x08\x00garbage",
    b"<",
    b"<" * 200_000,
    b"<a " * 100_000,
    b"<a href='" * 50_000,
    b"<div>" * 300_000 + b"<a href='/a-post1.html'>",
    b"<rss" + b"<item>" * 100_000,
    b"<rss>" + b"<a>" * 100_000,
    b"&" * 500_000,
    b"<!--" * 100_000,
    b"<a href='" + b"%" * 500_000 + b"'>",
    b"<a href='/" + b"a-" * 2000 + b"post1.htmlx'>x</a>" * 500,
    b"<a>" + b"trang " * 200_000 + b"</a>",
    f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>{RSS.format("<a>&l9;</a>")}'.encode(),
    f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>{RSS.format("&x;")}'.encode(),
    f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]>{RSS.format("")}'.encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["listing", "feed", "sitemap"])
def test_hostile_pages_neither_raise_nor_hang(site: Site, kind: Kind, body: bytes) -> None:
    start = time.perf_counter()
    found = discover(kind, "https://bao.vn/", body, site)
    assert time.perf_counter() - start < 2, body[:40]
    assert all(link.fetch_url.startswith("https://bao.vn/") for link in found.articles)
    assert "root:" not in repr(found)


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(["listing", "feed", "sitemap"]))
def test_no_bytes_raise(site: Site, noise: bytes, kind: Kind) -> None:
    for body in (noise, b"<rss><channel><item><link>" + noise, b"<urlset><url><lastmod>" + noise, b"<a href='" + noise):
        discover(kind, "https://bao.vn/", body, site)


def test_a_chain_of_pages_is_followed_to_its_end(site: Site) -> None:
    url, seen = "https://bao.vn/tin", 0
    for number in range(1, 101):
        links = "".join(f'<a href="/a-post{number * 20 + i}.html">x</a>' for i in range(20))
        after = f'<a href="/tin?page={number + 1}">Trang sau</a>' if number < 100 else ""
        found = discover("listing", url, (links + after).encode(), site)
        seen += len(found.articles)
        assert len(found.listings) == (1 if number < 100 else 0), number
        url = found.listings[0].fetch_url if found.listings else ""
    assert seen == 2000
