"""Discovery: entries and days of feeds and sitemaps, whole, damaged, compressed."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import discovery
from crawler.discovery import Found, Kind, Link, discover
from crawler.discovery.dates import day_of, days_in_address
from crawler.sites import Site
from entries import bao


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return bao(tmp_path_factory.mktemp("catalogue"))


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
    html = discover(kind, "https://bao.vn/x", b'<a href="/a-post1.html">x</a>', site)
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
