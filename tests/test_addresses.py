"""Addresses: every duplicate form seen on real sites has one key, and what differs in meaning keeps its own."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical, clean, host_port, registered_domain, resolve

# Each row: addresses of one page.
SAME = [
    ["http://baogialai.com.vn/a-post1.html", "https://www.baogialai.com.vn/a-post1.html",
     "//baogialai.com.vn/a-post1.html"],
    ["https://yenbai.gov.vn/tin?b=1", "https://yenbai.gov.vn:443/tin?b=1", "http://yenbai.gov.vn:80/tin?b=1"],
    ["https://baolaichau.vn/chính-trị/bảo-đảm-đủ-vốn", "https://baolaichau.vn/chinh-tri/bao-dam-du-von",
     "https://baolaichau.vn/ch%C3%ADnh-tr%e1%bb%8b/b%E1%BA%A3o-%C4%91%E1%BA%A3m-%C4%91%E1%BB%A7-v%E1%BB%91n",
     "https://baolaichau.vn/chi\u0301nh-tri\u0323/ba\u0309o-đa\u0309m-đu\u0309-vô\u0301n"],
    ["https://tinhuyquangtri.vn/huyen-u%e1%bb%b7", "https://tinhuyquangtri.vn/huyen-u%E1%BB%B7"],
    ["https://baonamdinh.vn/channel/5093/201309/bao-nam-dinh-2271449/", "https://baonamdinh.vn/channel/5093/201309/bao-nam-dinh-2271449"],
    ["https://x.gov.vn/portal/Pages/Default.aspx?ItemID=3", "https://x.gov.vn/portal/pages/default.aspx?itemid=3"],
    ["https://baotayninh.vn/index.php/video/xem-video/a-9331.html", "https://baotayninh.vn/video/xem-video/a-9331.html"],
    ["http://m.btv.org.vn/tin-tuc/a-92322.html", "http://mb.btv.org.vn/tin-tuc/a-92322.html", "http://btv.org.vn/tin-tuc/a-92322.html"],
    ["https://demo.baosonla.org.vn/x/y-yul5dLNIR.html", "https://baosonla.org.vn/x/y-yul5dLNIR.html"],
    ["https://beta.baoninhbinh.org.vn/a/d20160930103549550.htm", "https://baoninhbinh.org.vn/a/d20160930103549550.htm"],
    ["https://mysql.baothaibinh.com.vn/tin-tuc/87/50415/x", "https://baothaibinh.com.vn/tin-tuc/87/50415/x"],
    ["https://amp.baonghean.vn/a-300867.html", "https://baonghean.vn/a-300867.html"],
    ["https://hanoionline.vn/amp/a-287933.htm", "https://hanoionline.vn/a-287933.htm", "https://hanoionline.vn/a-287933.htm/amp/"],
    ["https://x.vn/a.html?print=1", "https://x.vn/a.html", "https://x.vn/a.html/print",
     "https://x.vn/a.html?output=amp", "https://x.vn/a.html?amp"],
    ["http://v.gov.vn/dev~VanHoc/news/tin/?UserKey=a", "http://v.gov.vn/news/tin/?UserKey=a"],
    ["https://ninhbinh.gov.vn/kinh-te/a-336351", "https://ninhbinh.gov.vn/kinh-te/a-336351?fbclid=IwAR0x",
     "https://ninhbinh.gov.vn/kinh-te/a-336351?utm_source=zalo&utm_medium=zalo&zarsrc=30#comments"],
    ["https://x.vn/?cn=28&gd=4&tc=11669", "https://x.vn/?tc=11669&cn=28&gd=4", "https://x.vn/?tc=11669&amp;cn=28&amp;gd=4&gd=4"],
    ["https://x.gov.vn/a.aspx?l=Tintrongtinh&lv=11", "https://x.gov.vn/a.aspx?l=Tintrongtinh++++++++&lv=11", "https://x.gov.vn/a.aspx?l=Tintrongtinh%20%20&lv=11&p="],
    ["https://x.vn/a;jsessionid=0A1B?x=1", "https://x.vn/a?x=1", "https://x.vn/a?x=1&PHPSESSID=abc", "https://x.vn/a?x=1&sid=0123456789abcdef"],
    ["https://x.vn/(S(abc123))/a.aspx", "https://x.vn/a.aspx"],
    ["http://angiang.gov.vn/wps/portal/Home/tin/!ut/p/z0/lY_LTsMwE/", "http://angiang.gov.vn/wps/portal/Home/tin/!ut/p/z1/other/"],
    ["https://daklak.gov.vn/a/-/asset_publisher/h/content/ubnd", "https://daklak.gov.vn/a/-/asset_publisher/h/content/ubnd/pop_up?_101_INSTANCE_h_viewMode=print",
     "https://daklak.gov.vn/a/-/asset_publisher/h/content/ubnd?p_p_id=101&inheritRedirect=true&redirect=%2Fx&_101_INSTANCE_h_cur=2"],
    ["https://daklak.gov.vn/tin?p_p_id=101_INSTANCE_b&_101_INSTANCE_b_cur=2", "https://daklak.gov.vn/tin?_101_INSTANCE_b_cur=2&p_p_lifecycle=0&p_p_id=101_INSTANCE_b&_101_INSTANCE_b_delta=10&p_r_p_564_resetCur=false"],
    ["https://x.vn/a/../b//c/./d", "https://x.vn/b/c/d", "https://x.vn/a/%2e%2E/b/c/%2e/d"],
    ["https://X.VN./a", "https://x.vn/a", "https://user:secret@x.vn/a"],
    ["https://báo.vn/a", "https://xn--bo-mia.vn/a"],
    ["https://x.vn", "https://x.vn/", "https://x.vn/#top", "https://www.x.vn/index.php", "https://x.vn/index.html"],
]  # fmt: skip

DIFFERENT = [
    ("https://baosonla.org.vn/x/y-yul5dLNIR.html", "https://baosonla.org.vn/x/y-YUL5DLNIR.html"),  # ids tell case apart
    ("https://en.baophutho.vn/a.htm", "https://baophutho.vn/a.htm"),  # another language edition
    ("https://old.htv.com.vn/a", "https://htv.com.vn/a"),
    ("https://m.com.vn/a", "https://com.vn/a"),  # "com.vn" is nobody's site
    ("https://127.0.0.1:8001/a", "https://127.0.0.1:8002/a"),
    ("https://x.vn/a?cid=3", "https://x.vn/a?cid=4"),
    ("https://x.vn/a?sid=3", "https://x.vn/a?sid=4"),
    ("https://x.vn/?12345", "https://x.vn/?12346"),  # a parameter that is only a name
    ("https://x.vn/a?page=2", "https://x.vn/a?page=3"),
    ("https://x.vn/a%2Fb", "https://x.vn/a/b"),
    ("https://x.vn/tim?q=má", "https://x.vn/tim?q=ma"),  # marks matter in a query
    ("https://x.vn/a?x=1%262", "https://x.vn/a?x=1&2"),
    ("https://x.vn/print/1.html", "https://x.vn/1.html"),
    ("https://x.vn/%B5a", "https://x.vn/%B6a"),  # not UTF-8: legacy fonts
]


@pytest.mark.parametrize("addresses", SAME, ids=lambda addresses: str(addresses[0]))
def test_duplicate_forms_share_a_key(addresses: list[str]) -> None:
    keys = {canonical(resolve("https://page.vn/", address) or address) for address in addresses}
    assert len(keys) == 1, keys


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    assert canonical(one) != canonical(other), canonical(one)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.BaoLaiChau.vn:80/Chính-trị/?b=2&a=1#x", "https://baolaichau.vn/Chinh-tri?a=1&b=2"),
        ("http://x.vn:8080", "https://x.vn:8080/"),
        ("http://[::1]:8080/x", "https://[::1]:8080/x"),
        ("https://x.vn/50%", "https://x.vn/50%25"),
        ("https://x.vn/a b", "https://x.vn/a%20b"),
        ("file:///home/a/B.html", "file:///home/a/B.html"),
        ("", ""),
    ],
)
def test_the_key_is_an_https_address(url: str, key: str) -> None:
    assert canonical(url) == key, url


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("bai.html", "https://x.vn/muc/bai.html"),
        ("/bai.html", "https://x.vn/bai.html"),
        ("//y.vn/bai.html", "https://y.vn/bai.html"),
        ("?page=2", "https://x.vn/muc/danh-sach?page=2"),
        ("../a/b.html#c", "https://x.vn/a/b.html"),
        ("  /a\n\tb.html ", "https://x.vn/ab.html"),
        ("..\\tin\\a.html", "https://x.vn/tin/a.html"),
        ("HTTP://Y.VN/A", "http://y.vn/A"),
        ("https://y.vn/a b?c=d e&utm_source=x", "https://y.vn/a%20b?c=d%20e"),
        ("http://y.vn:80/a", "http://y.vn/a"),
        ("javascript:void(0)", None),
        ("\tjava\nscript:alert(1)", None),
        (" JavaScript:x", None),
        ("mailto:a@b.vn", None),
        ("tel:0123", None),
        ("data:text/html,x", None),
        ("ftp://x.vn/a", None),
        ("http://", None),
        ("http://x.vn:99999/", None),
        ("http://x.vn:port/", None),
        ("http://a b.vn/", None),
        ("http://[::1/", None),
        ("http://" + "a" * 70 + "ạ.vn/", None),
        ("/" + "a" * 5000, None),
    ],
)
def test_resolve(href: str, address: str | None) -> None:
    assert resolve("https://x.vn/muc/danh-sach", href) == address, href


def test_what_is_fetched_is_what_the_site_wrote() -> None:
    written = "http://www.x.vn/Tin-tức/A.html?z=1&a=2"
    assert clean(written) == "http://www.x.vn/Tin-t%E1%BB%A9c/A.html?z=1&a=2"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://baogialai.com.vn/a", "baogialai.com.vn:443"),
        ("http://www.x.vn/a", "www.x.vn:80"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://[::1]/a", "[::1]:80"),
        ("mailto:a@b.vn", ""),
    ],
)
def test_host_port(url: str, name: str) -> None:
    assert host_port(url) == name


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.baogialai.com.vn", "baogialai.com.vn"),
        ("dailoc.quangnam.gov.vn:443", "quangnam.gov.vn"),
        ("baobackan.vn", "baobackan.vn"),
        ("203.205.37.201:80", "203.205.37.201"),
        ("site-1.test:8443", "site-1.test"),
        ("localhost", "localhost"),
    ],
)
def test_registered_domain(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


PIECES = st.text(st.sampled_from("abđắẬ%/.?&=;-+ 0aF#~()\u0301\u00a0E2\\@:!index.phpamp\u200b\ud800"), max_size=40)


@given(PIECES)
def test_keys_and_cleaned_addresses_stay_themselves(piece: str) -> None:
    for url in (f"https://www.x.vn/{piece}", f"http://{piece}.x.vn/", piece):
        key, cleaned = canonical(url), clean(url)
        assert canonical(key) == key
        if cleaned is not None:
            assert (clean(cleaned), canonical(cleaned)) == (cleaned, key)


@given(st.text(max_size=60))
def test_no_link_raises_and_what_comes_out_can_be_fetched(href: str) -> None:
    address = resolve("https://x.vn/a/", href)
    if address is not None:
        parts = urlsplit(address)
        assert parts.scheme in {"http", "https"}, address
        assert parts.hostname, address
        assert address.isascii(), address
        assert resolve("https://y.vn/", address) == address


@pytest.mark.parametrize("unit", ["%", "a/../", "%C4%91", "&a=", "((", "./", "index.php/", "&amp;", "%25", "m."])
def test_hostile_addresses_are_read_in_linear_time(unit: str) -> None:
    start = time.perf_counter()
    for link in ("https://x.vn/" + unit * (4000 // len(unit)), "https://" + unit * 1000 + "x.vn/"):
        canonical(resolve("https://x.vn/", link) or link)
    assert time.perf_counter() - start < 0.5, unit
