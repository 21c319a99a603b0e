"""Discovery: the next page of a listing, and the endless addresses that are not followed."""

from __future__ import annotations

import pytest

from crawler.discovery import discover
from crawler.discovery.html import Anchor
from crawler.discovery.pages import MAX_PAGE, next_pages, place
from crawler.discovery.traps import trap
from crawler.sites import Site, load_sites
from entries import bao


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return bao(tmp_path_factory.mktemp("catalogue"))


def listings(url: str, body: bytes, site: Site) -> list[str]:
    return [link.fetch_url for link in discover("listing", url, body, site).listings]


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
    ("https://bao.vn/tin/trang-5", [("/tin/trang-2", "❯"), ("/tin", "Trang sau")], []),
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
    assert listings(url, body, site) == wanted, links


def test_markup_may_name_the_next_page(site: Site) -> None:
    for body in (
        b'<link rel="next" href="/tin/2"><a href="/tin/7">7</a>',
        b'<a rel="nofollow next" href="/tin/2">...</a><a href="/x">x</a>',
        b'<a href="/x"></a><li class="page next"><a href="/tin/2"><i></i></a></li>',
        b'<a href="/x"><img src=a></a><a href="/tin/2"><img src=b alt="Trang sau"></a>',
        b'<a href="/x" title="x"></a><a href="/tin/2" aria-label="Next"><svg></svg></a>',
    ):
        assert listings("https://bao.vn/tin", body, site) == ["https://bao.vn/tin/2"], body


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
