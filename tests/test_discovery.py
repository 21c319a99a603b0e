"""Discovery: what listings, feeds and sitemaps lead to, and that no page, however hostile, stops it."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import discovery
from crawler.discovery import Found, Kind, Link, discover
from crawler.discovery_dates import day_of, days_in_address
from crawler.discovery_html import Anchor
from crawler.discovery_pages import MAX_PAGE, next_pages, place
from crawler.discovery_traps import trap
from crawler.sites import Site, load_sites


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    file = tmp_path_factory.mktemp("catalogue") / "sites.toml"
    file.write_text(
        '[[site]]\nid = "bao"\ndomains = ["bao.vn"]\nstart = ["https://bao.vn/"]\n'
        r"article = '^https?://(?:www\.)?bao\.vn/[^?#]+-post(?P<id>\d+)\.html$'",
        encoding="utf-8",
    )
    return load_sites(file)["bao"]


def articles(found: Found) -> list[str]:
    return [link.fetch_url for link in found.articles]


def listings(found: Found) -> list[str]:
    return [link.fetch_url for link in found.listings]


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


def test_links_are_counted_so_that_no_links_and_no_matches_are_told_apart(site: Site) -> None:
    assert discover("listing", "https://bao.vn/", page(), site) == Found()
    found = discover("listing", "https://bao.vn/", page("/a", "/b", "https://khac.vn/", "javascript:x"), site)
    assert (found.articles, found.n_links, found.refused) == ((), 3, (("off site", 1),))
    assert dict(discover("listing", "https://bao.vn/", page("/vi/vi/a-post1.html"), site).refused) == {"loop": 1}


# A listing, the links on it with what they say, and the next pages.
PAGES = [
    ("https://bao.vn/tin", [("?page=1", "1"), ("?page=2", "2"), ("?page=3", "3"), ("?page=784", "cuối")], ["?page=2"]),
    ("https://bao.vn/tin?page=2", [("?page=1", "1"), ("?page=3", "3"), ("?page=4", "4")], ["?page=3"]),
    ("https://bao.vn/tin?page=9", [("?page=1", "1"), ("?page=8", "8"), ("?page=9", "9")], []),
    ("https://bao.vn/tin", [("?page=0", "1"), ("?page=1", "2"), ("?page=2", "3")], ["?page=1"]),
    ("https://bao.vn/tin?page=1", [("?page=-3", "x"), ("?page=x", "y"), ("?page=", "z")], []),
    ("https://bao.vn/chinh-tri/", [("trang-2.html", "2"), ("trang-29.html", "29"), ("/kinh-te/trang-2.html", "2")],
     ["https://bao.vn/chinh-tri/trang-2.html"]),
    ("https://bao.vn/chinh-tri.html", [("/chinh-tri/trang-2.html", "2")], ["https://bao.vn/chinh-tri/trang-2.html"]),
    ("https://bao.vn/chinh-tri.html", [("/chinh-tri-trang-2.html", "2")], ["https://bao.vn/chinh-tri-trang-2.html"]),
    ("https://bao.vn/trong-tinh/page-45", [("/trong-tinh/page-46", ">")], ["https://bao.vn/trong-tinh/page-46"]),
    ("https://bao.vn/11/page/1/CHINH-TRI.htm", [("/11/page/2/CHINH-TRI.htm", "2"), ("/12/page/2/KINH-TE.htm", "2")],
     ["https://bao.vn/11/page/2/CHINH-TRI.htm"]),
    ("https://bao.vn/news/Lich-su/page-15/", [("/news/Lich-su/page-16/", "16")], ["https://bao.vn/news/Lich-su/page-16/"]),
    ("https://bao.vn/tin", [("?p=2", "2")], ["?p=2"]),
    ("https://bao.vn/tin/?p=4&d=", [("?p=5&d=", "5")], ["https://bao.vn/tin/?p=5&d="]),
    ("https://bao.vn/tin.aspx?pageindex=135", [("/Tin.aspx?PageIndex=136", "136")], ["https://bao.vn/Tin.aspx?PageIndex=136"]),
    ("https://bao.vn/cong-nghiep?currentpage=4", [("?currentpage=5", "Tiếp")], ["?currentpage=5"]),
    ("https://bao.vn/tin.html", [("?start=30", "2"), ("?start=60", "3")], ["?start=30"]),
    ("https://bao.vn/tin.html?start=30", [("?start=0", "1"), ("?start=60", "3")], ["?start=60"]),
    ("https://bao.vn/tin?loai=3", [("?loai=3&page=2", "2"), ("?loai=4&page=2", "Văn hóa")], ["?loai=3&page=2"]),
    ("https://bao.vn/tin", [("?p_p_id=101_INSTANCE_b&p_p_lifecycle=0&_101_INSTANCE_b_cur=2", "2")],
     ["?p_p_id=101_INSTANCE_b&p_p_lifecycle=0&_101_INSTANCE_b_cur=2"]),
    ("https://bao.vn/tin?p_p_id=101_INSTANCE_b&_101_INSTANCE_b_cur=2",
     [("?p_p_id=101_INSTANCE_b&_101_INSTANCE_b_cur=3&_101_INSTANCE_b_delta=10", "Tiếp theo")],
     ["?p_p_id=101_INSTANCE_b&_101_INSTANCE_b_cur=3&_101_INSTANCE_b_delta=10"]),
    ("https://bao.vn/muc-c21072-1.html", [("/muc-c21072-2.html", "2"), ("/muc-c21073-1.html", "Khác")],
     ["https://bao.vn/muc-c21072-2.html"]),
    ("https://bao.vn/list/1", [("/list/2", "2"), ("/list/3", "3")], ["https://bao.vn/list/2"]),
    ("https://bao.vn/tin.html", [("/tin/2.html", "2"), ("/tin/3.html", "3")], ["https://bao.vn/tin/2.html"]),
    ("https://bao.vn/tin.html", [("/tin-2.html", "2"), ("/tin-9.html", "9")], ["https://bao.vn/tin-2.html"]),
    ("https://bao.vn/tin?a=1", [("?a=1&trangso=2", "2"), ("?a=2&trangso=2", "2")], ["?a=1&trangso=2"]),
    ("https://bao.vn/tin?trangso=2", [("?trangso=1", "1"), ("?trangso=3", "3")], ["?trangso=3"]),
    ("https://bao.vn/tin", [("/tin-10.html", "2"), ("/tin-tuc-2", "2"), ("?loai=3", "2")], []),
    ("https://bao.vn/", [("/list/2", "Trang 2"), ("/list/3", "Trang 3")], ["https://bao.vn/list/2"]),
    ("https://bao.vn/", [("/muc/cu-hon", "Trang sau »")], ["https://bao.vn/muc/cu-hon"]),
    ("https://bao.vn/", [("/cu?sau=abc", "›"), ("/cu?sau=zzz", "»")], ["https://bao.vn/cu?sau=abc"]),
    ("https://bao.vn/", [("/cuoi", "»"), ("/cu", "Next")], ["https://bao.vn/cu"]),
    ("https://bao.vn/tin", [("/kinh-te", "Kinh tế"), ("/2", "2"), ("/van-hoa?page=2", "Văn hóa")], []),
    ("https://bao.vn/tin", [("/sau-trang", "Sau sáp nhập"), ("/tiep-dan", "Tiếp công dân")], []),
    ("https://bao.vn/tin", [("https://khac.vn/tin?page=2", "2")], []),
    ("https://bao.vn/tin?page=2", [("?page=2", "2"), ("?page=2#x", "Trang sau")], []),
    ("https://bao.vn/page/2", [("/page/2/page/3", "3"), ("page/3", "")], []),
    (f"https://bao.vn/tin?page={MAX_PAGE}", [(f"?page={MAX_PAGE + 1}", "Sau")], []),
    ("https://bao.vn/lich?thang=11&nam=2026", [("?thang=12&nam=2026", "Sau")], []),
    ("https://bao.vn/2026/11/", [("/2026/12/", "›")], []),
    ("https://bao.vn/2026/11/", [("/2026/11/page/2/", "2")], ["https://bao.vn/2026/11/page/2/"]),
    ("https://bao.vn/vi/tin", [("/vi/vi/tin?page=2", "Sau")], []),
]  # fmt: skip


@pytest.mark.parametrize(("url", "links", "expected"), PAGES)
def test_the_next_page_of_the_same_listing(
    site: Site, url: str, links: list[tuple[str, str]], expected: list[str]
) -> None:
    body = "".join(f'<a href="{href.replace("&", "&amp;")}">{label}</a>' for href, label in links).encode()
    base = url.partition("?")[0]
    wanted = [base + href if href.startswith("?") else href for href in expected]
    assert listings(discover("listing", url, body, site)) == wanted, links


def test_markup_may_name_the_next_page(site: Site) -> None:
    for body in (
        b'<link rel="next" href="/tin/2"><a href="/tin/7">7</a>',
        b'<a rel="nofollow next" href="/tin/2">...</a><a href="/x">x</a>',
        b'<a href="/x"></a><li class="page next"><a href="/tin/2"><i></i></a></li>',
        b'<a href="/x"><img src=a></a><a href="/tin/2"><img src=b alt="Trang sau"></a>',
        b'<a href="/x" title="x"></a><a href="/tin/2" aria-label="Next"><svg></svg></a>',
    ):
        assert listings(discover("listing", "https://bao.vn/tin", body, site)) == ["https://bao.vn/tin/2"], body


def test_what_is_not_followed_is_reported() -> None:
    for url, href, label, reason in [
        ("https://bao.vn/tin?page=1000", "https://bao.vn/tin?page=1001", "", "page cap"),
        ("https://bao.vn/lich?thang=11", "https://bao.vn/lich?thang=12", "sau", "calendar"),
        ("https://bao.vn/vi/tin", "https://bao.vn/vi/en/tin", "sau", "loop"),
    ]:
        assert next_pages(url, [Anchor(href, label)]) == ([], {reason: 1}), href


@pytest.mark.parametrize(
    ("url", "listing", "number"),
    [
        ("https://bao.vn/thoi-su/trang-3.html", "/thoi-su?", 3),
        ("https://bao.vn/thoi-su.html?page=3", "/thoi-su?", 3),
        ("http://www.bao.vn/Thoi-Su/", "/thoi-su?", None),
        ("https://bao.vn/page-2/", "?", 2),
        ("https://bao.vn/", "?", None),
        ("https://bao.vn/tin?b=1&page=2&a=3", "/tin?a=3&b=1", 2),
        ("https://bao.vn/cup-3.html", "/cup-3?", None),
        ("https://bao.vn/trang-an", "/trang-an?", None),
    ],
)
def test_the_place_in_a_listing(url: str, listing: str, number: int | None) -> None:
    assert (place(url).listing, place(url).number) == (listing, number), url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://bao.vn/vi/news/tin-1.html", None),
        ("https://bao.vn/vi/vi/tin", "loop"),
        ("https://bao.vn/en/tin/vi/tin", "loop"),
        ("https://bao.vn/vi-vn/en-us/tin", "loop"),
        ("https://bao.vn/tin-tuc/tin-tuc/a-1.html", None),
        ("https://bao.vn/a/b/a/b", "loop"),
        ("https://bao.vn/a/x/a/y/a", "loop"),
        ("https://bao.vn/" + "/".join(map(str, range(13))), "too deep"),
        ("https://bao.vn/?" + "&".join(f"p{i}=1" for i in range(13)), "too many parameters"),
        ("https://bao.vn/?page=1&page=2&page=3", "loop"),
        ("https://bao.vn/tin-tuc/87/50415/hop-thu-50415", None),
    ],
)
def test_endless_addresses_are_recognised(url: str, reason: str | None) -> None:
    assert trap(url) == reason, url


def test_no_example_of_the_catalogue_looks_endless() -> None:
    for entry in load_sites().values():
        for address in (*entry.examples, *entry.start):
            assert trap(address) is None, address


LINK = "<link>https://bao.vn/a-post1.html</link>"
RSS = """<rss version="2.0"><channel><title>Báo</title><link>https://bao.vn/</link>
<item><title>A &amp; B</title><link>https://bao.vn/a-post1.html</link>{}</item></channel></rss>"""
NO_DATE = ""
GMT = "<pubDate>Tue, 24 Nov 2026 23:30:00 GMT</pubDate>"

# A feed and the articles it gives, with their days.
FEEDS = [
    (RSS.format(NO_DATE), [("a-post1", None, None)]),
    (RSS.format(GMT), [("a-post1", "2026-11-25", None)]),
    ("\ufeff\n\n " + RSS.format(GMT), [("a-post1", "2026-11-25", None)]),
    ("ï»¿<?xml version='1.0' encoding='utf-8'?>" + RSS.format(GMT), [("a-post1", "2026-11-25", None)]),
    ("<br />\n<b>Warning</b>: include()<?xml version='1.0'?>" + RSS.format(GMT), [("a-post1", "2026-11-25", None)]),
    (RSS.format(GMT).replace("/a-post1", "/?x=1&y=&id;/a-post1"), []),
    (RSS.format(GMT).removesuffix("</item></channel></rss>"), [("a-post1", "2026-11-25", None)]),
    (RSS.format(GMT).replace("&amp;", "& <b>&nbsp;"), [("a-post1", "2026-11-25", None)]),
    (RSS.format("").replace(LINK, "<link><![CDATA[ https://bao.vn/a-post1.html ]]></link>"),
     [("a-post1", None, None)]),
    (RSS.format("").replace(LINK, "<link/>https://bao.vn/a-post1.html"),
     [("a-post1", None, None)]),
    (RSS.format("").replace(LINK, "<guid>https://bao.vn/a-post1.html</guid>"),
     [("a-post1", None, None)]),
    (RSS.format("").replace(LINK, '<guid isPermaLink="false">https://bao.vn/a-post1.html</guid>'), []),
    (RSS.format("").replace("https://bao.vn/a-post1.html", "/a-post1.html"), [("a-post1", None, None)]),
    (RSS.format("").replace("https://bao.vn/a-post1.html", "https://khac.vn/a-post1.html"), []),
    ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
     'xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="https://bao.vn/a-post1.html">'
     "<dc:date>2026-11-24T08:00:00+07:00</dc:date></item></rdf:RDF>", [("a-post1", "2026-11-24", None)]),
    ('<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://bao.vn/"/><entry><link rel="self" href="https://bao.vn/x-post9.html"/>'
     '<link href="https://bao.vn/a-post1.html"/><published>2026-11-23T20:00:00Z</published><updated>2026-11-25T01:00:00Z</updated></entry></feed>',
     [("a-post1", "2026-11-24", "2026-11-25")]),
    ("<rss><channel></channel></rss>", []),
]  # fmt: skip


def summary(found: Found) -> list[tuple[str, str | None, str | None]]:
    return [
        (a.url.removeprefix("https://bao.vn/").removesuffix(".html"), a.published, a.modified) for a in found.articles
    ]


@pytest.mark.parametrize(("text", "expected"), FEEDS)
def test_feeds(site: Site, text: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert summary(discover("feed", "https://bao.vn/rss", text.encode(), site)) == expected, text


def urlset(*entries: str) -> str:
    inner = "".join(f"<url>{entry}</url>" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'


def loc(number: int, more: str = "") -> str:
    return f"<loc>https://bao.vn/a-post{number}.html</loc>{more}"


NEWS = (
    '<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    "<news:publication_date>2026-11-24T08:00:00+07:00</news:publication_date></news:news>"
)
STAMP = "<lastmod>2026-11-25T01:02:03+07:00</lastmod>"
SITEMAPS = [
    (urlset(loc(1)), [("a-post1", None, None)]),
    (urlset(loc(1, "<lastmod>2026-11-20</lastmod>")), [("a-post1", None, "2026-11-20")]),
    (urlset(loc(1, "<lastmod>20/11/2026</lastmod>")), [("a-post1", None, "2026-11-20")]),
    (urlset(loc(1, "<lastmod>0001-01-01T00:00:00</lastmod>")), [("a-post1", None, None)]),
    (urlset(loc(1, "<lastmod>hôm qua</lastmod>")), [("a-post1", None, None)]),
    (urlset(loc(1, "<lastmod>2099-01-01</lastmod>")), [("a-post1", None, None)]),
    (urlset(loc(1, NEWS)), [("a-post1", "2026-11-24", None)]),
    (urlset(loc(1, STAMP), loc(2, STAMP)), [("a-post1", None, "2026-11-25"), ("a-post2", None, "2026-11-25")]),
    (urlset(*(loc(i, STAMP) for i in range(5))), [(f"a-post{i}", None, None) for i in range(5)]),
    (urlset('<image xmlns="x"><loc>https://bao.vn/i-post9.html</loc></image>' + loc(1)), [("a-post1", None, None)]),
    ("\ufeff\ufeff" + urlset(loc(1)), [("a-post1", None, None)]),
    (urlset("<loc>\n https://bao.vn/a-post1.html\n</loc>"), [("a-post1", None, None)]),
    (urlset("<loc>https://bao.vn/muc</loc>", "<loc></loc>", "", "<loc>javascript:x</loc>"), []),
    (urlset(loc(1)).replace(' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', ""), [("a-post1", None, None)]),
]


@pytest.mark.parametrize(("text", "expected"), SITEMAPS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda body: gzip.compress(gzip.compress(body))])
def test_sitemaps(site: Site, text: str, expected: list[tuple[str, str | None, str | None]], pack: type[bytes]) -> None:
    found = discover("sitemap", "https://bao.vn/sitemap.xml.gz", pack(text.encode()), site, today="2026-11-25")
    assert summary(found) == expected, text
    assert found.refused == ()


def test_a_sitemap_index_gives_the_sitemaps_of_the_site(site: Site) -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://bao.vn/s1.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap>"
        "<sitemap><loc>/s2.xml</loc></sitemap><sitemap><loc>https://khac.vn/s3.xml</loc></sitemap>"
        "<sitemap><loc>https://bao.vn/sitemap.xml</loc></sitemap></sitemapindex>"
    )
    found = discover("sitemap", "https://bao.vn/sitemap.xml", index.encode(), site)
    assert [(link.fetch_url, link.kind, link.modified) for link in found.listings] == [
        ("https://bao.vn/s1.xml.gz", "sitemap", "2026-11-20"),
        ("https://bao.vn/s2.xml", "sitemap", None),
    ]
    assert (found.articles, found.n_links, found.refused) == ((), 4, (("off site", 1),))


@pytest.mark.parametrize("kind", ["feed", "sitemap", "listing"])
def test_what_the_page_is_decides(site: Site, kind: Kind) -> None:
    assert len(discover(kind, "https://bao.vn/x", urlset(loc(1)).encode(), site).articles) == 1
    html = discover(kind, "https://bao.vn/x", page("/a-post1.html"), site)
    assert len(html.articles) == (1 if kind == "listing" else 0)


def test_a_damaged_or_endless_archive_gives_what_came_before(site: Site) -> None:
    whole = gzip.compress(urlset(*(loc(i) for i in range(2_000))).encode())
    found = discover("sitemap", "https://bao.vn/s", whole[: len(whole) // 2], site)
    assert 100 < len(found.articles) < 2_000
    assert found.refused == (("cut short", 1),)
    bomb = gzip.compress(urlset(loc(1)).encode()[:-9] + b" " * 64 * 2**20)
    found = discover("sitemap", "https://bao.vn/s", bomb, site)
    assert (len(found.articles), found.refused) == (1, (("cut short", 1),))


def test_more_links_than_a_file_may_hold_are_reported(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MAX_ENTRIES", 5)
    found = discover("sitemap", "https://bao.vn/s", urlset(*(loc(i) for i in range(8))).encode(), site)
    assert (len(found.articles), found.n_links, found.refused) == (5, 8, (("too many", 3),))


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


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T18:30:00Z", "2026-11-25"),
        ("2026-11-24T23:30:00+07:00", "2026-11-24"),
        ("2026-11-24T23:30:00", "2026-11-24"),
        ("2026-11-24 23:30:00.123", "2026-11-24"),
        ("2026/11/24 23:30", "2026-11-24"),
        ("2026-11-24T99:99:99Z", "2026-11-24"),
        ("Tue, 24 Nov 2026 18:30:00 +0000", "2026-11-25"),
        ("Tue, 24 Nov 2026 23:30:00 +0700", "2026-11-24"),
        ("24 Nov 2026 23:30:00", "2026-11-24"),
        ("24/11/2026 23:30", "2026-11-24"),
        ("Thứ Ba, 24/11/2026 23:30:00", "2026-11-24"),
        ("4/5/2026 8:00 SA", "2026-05-04"),
        ("11/24/2026 8:00:00 AM", "2026-11-24"),
        ("24/11/2026 8:00:00 AM", "2026-11-24"),
        ("4/5/2026 8:00:00 AM", None),
        ("5/5/2026 8:00:00 AM", "2026-05-05"),
        ("31/02/2026", None),
        ("2026-13-45", None),
        ("0001-01-01T00:00:00", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("9999-12-31T23:59:59Z", "9999-12-31"),
        ("hôm qua", None),
        ("", None),
        (None, None),
        ("9" * 10_000, None),
    ],
)
def test_the_day_a_source_states(written: str | None, day: str | None) -> None:
    assert day_of(written) == day, written


@pytest.mark.parametrize(
    ("url", "days"),
    [
        ("https://bao.vn/xa-hoi/202112/mot-tin-785426", ("2021-12-01", "2021-12-31")),
        ("https://bao.vn/xa-hoi/202402/mot-tin-1ca37b2/", ("2024-02-01", "2024-02-29")),
        ("https://bao.gov.vn/portal/Pages/2023-11-9/Thu-tuong.aspx", ("2023-11-09", "2023-11-09")),
        ("https://bao.vn/2023/11/09/mot-tin", ("2023-11-09", "2023-11-09")),
        ("https://bao.org.vn/mot-tin/d20160930103549550.htm", ("2016-09-30", "2016-09-30")),
        ("https://bao.vn/mot-tin-20260307075519174.htm", ("2026-03-07", "2026-03-07")),
        ("https://bao.vn/mot-tin-20269907075519174.htm", None),
        ("https://bao.vn/202113/mot-tin", None),
        ("https://bao.vn/2023-02-31/mot-tin", None),
        ("https://bao.vn/mot-tin-202112.html", None),
        ("https://bao.vn/mot-tin-nam-2021-post579869.html", None),
    ],
)
def test_the_days_an_address_allows(url: str, days: tuple[str, str] | None) -> None:
    assert days_in_address(url) == days, url


@pytest.mark.parametrize(
    ("published", "modified", "url", "days"),
    [
        (None, None, "https://bao.vn/a", (None, None)),
        ("2026-11-24", "2026-11-25", "https://bao.vn/202612/a", ("2026-11-24", "2026-11-24")),
        (None, "2026-11-25", "https://bao.vn/a", (None, "2026-11-25")),
        (None, "2026-11-25", "https://bao.vn/202611/a", ("2026-11-01", "2026-11-25")),
        (None, "2026-12-25", "https://bao.vn/202611/a", ("2026-11-01", "2026-11-30")),
    ],
)
def test_the_days_a_link_allows(
    published: str | None, modified: str | None, url: str, days: tuple[str | None, str | None]
) -> None:
    assert Link(url, url, "article", published=published, modified=modified).days == days


@given(st.text(alphabet="0123456789-/:., TZ+GMTNovTueAMPMSACH\u0660", max_size=40))
def test_no_date_raises(written: str) -> None:
    day_of(written)


def test_a_chain_of_pages_is_followed_to_its_end(site: Site, tmp_path: Path) -> None:
    url, seen = "https://bao.vn/tin", 0
    for number in range(1, 101):
        links = "".join(f'<a href="/a-post{number * 20 + i}.html">x</a>' for i in range(20))
        after = f'<a href="/tin?page={number + 1}">Trang sau</a>' if number < 100 else ""
        found = discover("listing", url, (links + after).encode(), site)
        seen += len(found.articles)
        assert len(found.listings) == (1 if number < 100 else 0), number
        url = found.listings[0].fetch_url if found.listings else ""
    assert seen == 2000
