"""Dates, authors, origins, genres and headlines, in the forms of the sites; a guess is worse than nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.body import find_body
from pipelines.markup import parse
from pipelines.metadata import Story, read_story
from pipelines.metadata.byline import as_author, read_signature
from pipelines.metadata.origin import agency_of, origin_of, split_prefix
from pipelines.models import Page, Rules, Source
from pipelines.view import look
from pipelines.view.dates import date_in_url, read_declared_date, read_moments
from pipelines.view.declared import read_declared

TEXT = (
    "Ban Thường vụ Tỉnh ủy yêu cầu các đơn vị rà soát danh sách theo Quy định số 96-QĐ/TW, ngày 02/02/2023 của Bộ "
    "Chính trị, báo cáo kết quả trước ngày 15 và chịu trách nhiệm về số liệu của mình."
)
TITLE = "Chuẩn bị lấy phiếu tín nhiệm ở cơ sở"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20/02/2023 - Lượt xem: 158", "2023-02-20"),
        ("15:28:44 , 18/11/2017", "2017-11-18T15:28:44+07:00"),
        ("05:09, 17/09/2013", "2013-09-17T05:09:00+07:00"),
        ("10:30, 20/08/2021 [GMT+7]", "2021-08-20T10:30:00+07:00"),
        ("Thứ Năm, 03/01/2013, 06:21 (GMT+7)", "2013-01-03T06:21:00+07:00"),
        ("THỨ SÁU, 23/10/2020 08:02:36", "2020-10-23T08:02:36+07:00"),
        ("Cập nhật lúc: 18:18 |31/03/2020", "2020-03-31T18:18:00+07:00"),
        ("Đăng ngày 11 - 11 - 2023", "2023-11-11"),
        ("Đăng ngày 15-05-2022 10:48", "2022-05-15T10:48:00+07:00"),
        ("Đăng ngày: 20/01/2020 - 8:28:04 AM", "2020-01-20T08:28:04+07:00"),
        ("Thời gian đăng: 26/11/2018 01:49:17 PM", "2018-11-26T13:49:17+07:00"),
        ("Được đăng: Thứ ba, 13 Tháng 10 2015 09:10", "2015-10-13T09:10:00+07:00"),
        ("07:22 25/02/2020", "2020-02-25T07:22:00+07:00"),
        ("Thứ bảy, 7-2-26 13:33:45", "2026-02-07T13:33:45+07:00"),
        ("Thứ Bảy, ngày 29 tháng 2 năm 2020 - 8:28:19 PM", "2020-02-29T20:28:19+07:00"),
        ("Thứ Sáu, 19/08/2016 08:28 SA", "2016-08-19T08:28:00+07:00"),
        ("Thứ Sáu, 27/12/2024 12:05 CH", "2024-12-27T12:05:00+07:00"),
        ("đăng lúc 8h15' ngày 2/2/2023", "2023-02-02T08:15:00+07:00"),
        ("Cập nhật lúc 08:15, Thứ Hai, 20/02/2023 (GMT+7)", "2023-02-20T08:15:00+07:00"),
        ("12:05 SA 27/12/2024", "2024-12-27T00:05:00+07:00"),
        ("T6, 03/02/23", "2023-02-03"),
        ("30 tháng 8, 2024", "2024-08-30"),
        ("30 Tháng Tám, 2024", "2024-08-30"),
        ("Tháng Mười Hai 5, 2019", "2019-12-05"),
        ("August 30, 2024", "2024-08-30"),
        ("2024-08-30 07:15", "2024-08-30T07:15:00+07:00"),
        ("7 giờ 30 phút, ngày 5/3/2024", "2024-03-05T07:30:00+07:00"),
        ("11/19/2019 3:00 PM", "2019-11-19T15:00:00+07:00"),
        ("21/12/2012 | 12:00 AM", "2012-12-21"),
        ("14/12/2021Ngày 13/12, đoàn", "2021-12-14"),
        ("5/7/2019 3:00 PM", None),  # month or day first?
        ("03/02/23", None),  # a number of a document, a score
        ("31/02/2023", None),
        ("Nghị định 30/2020/NĐ-CP", None),
        ("điện thoại 0269.3824.112", None),
    ],
)
def test_printed_dates(text: str, value: str | None) -> None:
    assert next((moment.value for moment in read_moments(text)), None) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-07T08:06:00+07:00", "2026-03-07T08:06:00+07:00"),
        ("2026-03-06T20:06:00Z", "2026-03-07T03:06:00+07:00"),
        ("2026-03-07T08:06:00.123+0700", "2026-03-07T08:06:00+07:00"),
        ("2026-03-07 08:06", "2026-03-07T08:06:00+07:00"),
        ("2026-03-07", "2026-03-07"),
        ("2026-03-07T00:00:00", "2026-03-07"),
        ("Thứ Hai, 07/03/2022 - 08:06", "2022-03-07T08:06:00+07:00"),
        ("0001-01-01T00:00:00", None),
        ("2026-13-40", None),
        ("hôm qua", None),
    ],
)
def test_declared_dates(text: str, value: str | None) -> None:
    moment = read_declared_date(text)
    assert (moment and moment.value) == value


@given(st.text(max_size=60))
def test_dates_never_fail(text: str) -> None:
    for moment in read_moments(text):
        assert text[moment.start : moment.end] == moment.raw
    read_declared_date(text)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://t.example/portal/Pages/2023-11-11/Thu-tuong.aspx", "2023-11-11"),
        ("https://t.example/2023/02/03/tin.html", "2023-02-03"),
        ("https://t.example/chinh-tri/201711/tin/", None),
        ("https://t.example/2023/13/40/tin.html", None),
    ],
)
def test_date_in_url(url: str, day: str | None) -> None:
    assert date_in_url(url) == day


def story(
    html: str, url: str = "https://bao.example/tin-1.html", source: Source | None = None, fetched: str | None = None
) -> Story:
    view = look(parse(html), source.rules if source else Rules())
    return read_story(view, find_body(view, url), Page(url, b"", fetched_at=fetched, source=source))


def page(dateline: str = "", head: str = "", before: str = "", after: str = "", end: str = "", lead: str = "") -> str:
    text = "".join(f"<p>{i}. {TEXT}</p>" for i in range(5))
    article = f"<h1>{TITLE}</h1>{dateline}{lead}<div>{text}{end}</div>"
    return f"<html><head>{head}</head><body>{before}{article}{after}</body></html>"


def ld(**fields: object) -> str:
    return script(json.dumps({"@type": "NewsArticle", "headline": TITLE, **fields}))


def script(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("html", "published", "source"),
    [
        (page("<p>20/02/2023 08:00</p>"), "2023-02-20T08:00:00+07:00", "dateline"),
        (page("<p>20/02/2023</p>", ld(datePublished="2023-02-19T06:00Z")), "2023-02-19T13:00:00+07:00", "json-ld"),
        (page("", "<meta property='article:published_time' content='2023-02-19'>"), "2023-02-19", "meta"),
        (page("", script('{"@type":"NewsArticle","datePublished":"2023-02-19",}')), "2023-02-19", "json-ld"),
        (page("", script('{"@type":"NewsArticle","x":"a"b","datePublished":"2023-02-19"}')), "2023-02-19", "json-ld"),
        (page(before="<p>20/02/2023</p>"), "2023-02-20", "dateline"),
        (page(before="<div><p>20/02/2023</p></div><div>", after="</div>"), None, None),  # the head of the page
        (page(before="<div>20/02/2023</div><a href=1>Trang chủ</a>"), None, None),
        (page(before="<p>Hôm nay, Thứ Tư ngày 25 tháng 11 năm 2026</p>"), None, None),
        (page("<p>Ngày 2/2/2023, 8:15 AM | Chính quyền</p>"), "2023-02-02T08:15:00+07:00", "dateline"),
        (page("<time datetime='2023-02-20T08:00+07:00'>3 giờ trước</time>"), "2023-02-20T08:00:00+07:00", "dateline"),
        (page("<i itemprop='datePublished' content='2023-02-20'>20/2</i>"), "2023-02-20", "dateline"),
        (page("<a href='/x'><time>20 Tháng Hai, 2023</time></a>"), "2023-02-20", "dateline"),
        (page("<p>x</p>" * 20, end="<p>Lê Khánh</p><p>20/02/2023</p>"), "2023-02-20", "dateline"),
        (page(), None, None),
        (page(after="<p>Giấy phép số 36/GP-TTĐT cấp ngày 12/5/2021</p>"), None, None),
        (page(after="<h3>Tin khác</h3><p><a href=x>Một tin nào khác nữa</a> 12/03/2022 10:00</p>"), None, None),
        (page("<p>Ngày 12/03/2022, Ban Thường vụ ký ban hành.</p>"), None, None),
        (page("<p>Quyết định số 12/QĐ-UBND ngày 12/03/2022</p>"), None, None),
        (page("<p>Hải Phòng, ngày 08 tháng 12 năm 2019</p>"), None, None),
        (page("<p>Thời gian: 08 giờ 00, ngày 15/04/2022 (Thứ Sáu)</p>"), None, None),
        (page("<p>Thời gian tổ chức: 15/04/2022 08:00</p>"), None, None),
        (page("<p>Thời gian đăng: 15/04/2022 08:00</p>"), "2022-04-15T08:00:00+07:00", "dateline"),
        (page("<p>Hạn nộp hồ sơ: trước ngày 12/03/2022</p>"), None, None),
    ],
)  # fmt: skip
def test_published(html: str, published: str | None, source: str | None) -> None:
    metadata = story(html).metadata
    assert (metadata.published, metadata.published_source) == (published, source)


@pytest.mark.parametrize(
    ("html", "published"),
    [
        (page(before="<p>Thứ Tư, 25/11/2026, 08:00</p>"), None),  # the clock
        (page("<p>25/11/2026 08:01</p>"), None),  # a clock below the headline
        (page("<p>25/11/2026 06:30</p>"), "2026-11-25T06:30:00+07:00"),  # this morning's news
        (page("<p>19/08/2024 08:28</p>", before="<p>Thứ Tư, 25/11/2026, 08:00</p>"), "2024-08-19T08:28:00+07:00"),
        (page("<p>26/12/2027 08:28</p>"), None),  # not yet
        (page("", ld(datePublished="2099-01-01")), None),
    ],
)
def test_page_clocks_and_the_future(html: str, published: str | None) -> None:
    assert story(html, fetched="2026-11-25T01:01:30Z").metadata.published == published


def test_site_rules_for_date_and_author() -> None:
    html = page("<p>20/02/2023</p><i class=a>Người viết: Lê Khánh</i><b class=d>Lên trang 21-02-2023</b>")
    source = Source("bao", "Báo", rules=Rules(date="//b[@class='d']", author="//i[@class='a']"))
    metadata = story(html, source=source).metadata
    assert (metadata.published, metadata.published_source, metadata.author) == ("2023-02-21", "rule", "Lê Khánh")


@pytest.mark.parametrize(
    ("described", "published", "author"),
    [
        (
            [{"headline": "Một bài khác", "author": "Thu Hà"}, {"headline": TITLE, "author": "Lê Khánh"}],
            None,
            "Lê Khánh",
        ),
        ([{"headline": f"{TITLE} năm nay", "datePublished": "2023-02-20"}], "2023-02-20", None),
        ([{"headline": "Khai mạc hội trại ở xã vùng biên", "datePublished": "2021-01-02"}], None, None),
        ([{"datePublished": "2023-02-20"}], "2023-02-20", None),
    ],
)
def test_a_related_article_is_not_the_pages_own(
    described: list[dict[str, str]], published: str | None, author: str | None
) -> None:
    head = "".join(script(json.dumps({"@type": "NewsArticle", **each})) for each in described)
    metadata = story(page(head=head, after="<a href=/x>Khai mạc hội trại ở xã vùng biên</a>")).metadata
    assert (metadata.published, metadata.author) == (published, author)


@pytest.mark.parametrize(
    "line", ["Theo <a href=//b.vn>b.vn</a>", "Nguồn: <a href=//b.vn>b.vn</a>", "<a href=/>Nguồn: b.vn</a>"]
)
@pytest.mark.parametrize("place", ["dateline", "end", "after"])
def test_a_source_may_be_a_link(line: str, place: str) -> None:
    where = {place: f"<p>20/02/2023 08:15 | {line}</p>" if place == "dateline" else f"<p>{line}</p>"}
    metadata = story(page(**where)).metadata
    assert (metadata.origin, metadata.source_name) == ("reprint", "b.vn")


def test_modified_is_later_than_published() -> None:
    dates = {"datePublished": "2023-02-19T06:00:00+07:00"}
    assert (
        story(page(head=ld(**dates, dateModified="2023-02-20T06:00:00+07:00"))).metadata.modified
        == "2023-02-20T06:00:00+07:00"
    )
    assert story(page(head=ld(**dates, dateModified="2023-02-18T06:00:00+07:00"))).metadata.modified is None


@pytest.mark.parametrize(
    ("line", "marked", "author", "source"),
    [
        ("Lê Khánh", True, "Lê Khánh", None),
        ("NHẬT XUÂN - NGHI VŨ", True, "NHẬT XUÂN - NGHI VŨ", None),
        ("Tin, ảnh: Thu Hà", False, "Thu Hà", None),
        ("Bài và ảnh: Hoàng Yến, Minh Sơn", False, "Hoàng Yến, Minh Sơn", None),
        ("Tác giả bài viết: Ngô Văn Tú", False, "Ngô Văn Tú", None),
        ("ThS. Ngô Văn Tú", True, "ThS. Ngô Văn Tú", None),
        ("Thu Hà (Theo TTXVN)", False, "Thu Hà", "TTXVN"),
        ("Thu Hà (tổng hợp)", True, "Thu Hà", None),
        ("Theo TTXVN", False, None, "TTXVN"),
        ("Theo Báo Nhân Dân", False, None, "Báo Nhân Dân"),
        ("(Nguồn: baochinhphu.vn)", False, None, "baochinhphu.vn"),
        ("Nguồn: Báo Nhân Dân", True, None, "Báo Nhân Dân"),
        ("Theo Thu Hà/Báo Tin tức", False, "Thu Hà", "Báo Tin tức"),
        ("Theo Bnews/TTXVN", False, None, "TTXVN"),
        ("Thu Hà (tổng hợp từ TTXVN, VOV)", True, "Thu Hà", "TTXVN, VOV"),
        ("Lê Thị Khánh (Trung tâm Văn hóa huyện)", True, "Lê Thị Khánh", None),
        ("Lê Khánh – VPUB", True, "Lê Khánh", None),
        ("Tin bài: Lê Khánh; ảnh: Thu Hà", False, "Lê Khánh", None),
        ("TTXVN", True, None, "TTXVN"),
        ("Tin, ảnh: PV", False, None, None),
        ("PV (theo TTXVN)", False, None, "TTXVN"),
    ],
)
def test_signatures(line: str, marked: bool, author: str | None, source: str | None) -> None:
    signature = read_signature(line, marked)
    assert signature is not None, line
    assert (signature.author, signature.source) == (author, source)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("Lê Khánh", False),
        ("Ảnh: Thu Hà", True),
        ("Theo Luật Đất đai, người dân được bồi thường.", False),
        ("Theo đó, mỗi xã có một tổ công tác", False),
        ("Ban biên tập", True),
        ("Báo Gia Lai", True),
        ("admin", True),
        ("Phòng Nội vụ", True),
        ("baogialai.com.vn", True),
        ("Kết luận:", True),
        ("Điều 1. Phạm vi", True),
        ("Những hồ sơ còn vướng", True),
        ("12/03/2022", True),
        ("Theo đó", True),
        ("TTO - Phiên họp bàn việc giải ngân.", True),
        ("Theo Quyết định số 12/QĐ-UBND", True),
        ("đồng chí", True),
    ],
)
def test_lines_that_sign_nothing(line: str, marked: bool) -> None:
    assert read_signature(line, marked) is None


@given(st.text(max_size=60))
def test_signatures_never_fail(text: str) -> None:
    read_signature(text, marked=True)
    as_author(text)
    split_prefix(text)


@pytest.mark.parametrize(
    ("html", "author"),
    [
        (page(end="<p style='text-align:right'><strong>Lê Khánh</strong></p>"), "Lê Khánh"),
        (page(end="<p><b>Lê Khánh</b></p>"), "Lê Khánh"),
        (page(after="<p align=right><b>Lê Khánh</b></p>"), "Lê Khánh"),
        (page("<p class='author'>Lê Khánh</p>"), "Lê Khánh"),
        (page("<p>20/02/2023 | Lượt xem: 12 | Lê Khánh</p>"), "Lê Khánh"),
        (page(head=ld(author={"@type": "Person", "name": "Lê Khánh"})), "Lê Khánh"),
        (page(head=ld(author=[{"name": "Lê Khánh"}, {"name": "Thu Hà"}])), "Lê Khánh; Thu Hà"),
        (page(head=ld(author={"@type": "Organization", "name": "Khánh Hòa"})), None),
        (page(head=ld(author={"@type": "Person", "name": "Báo Mẫu"})), None),
        (page(head="<meta name='author' content='Mau Life'>"), None),
        (page("<p class='author'>admin</p>"), None),
        (page(end="<p>TM. ỦY BAN NHÂN DÂN</p><p>CHỦ TỊCH</p><p><b>Lê Khánh</b></p>"), None),
        (page(end="<p>Chủ tịch tỉnh yêu cầu các sở báo cáo trước ngày 25.</p><p><b>Lê Khánh</b></p>"), "Lê Khánh"),
        (page("<p>Đăng lúc: 20/02/2023 09:12 (GMT+7) - Người viết: Lê Khánh</p>"), "Lê Khánh"),
        (page(end="<p>(Đã ký)</p><p><b>Lê Khánh</b></p>"), None),
        (page(end="<p>Lê Khánh</p><p>20/02/2023</p>"), "Lê Khánh"),
        (page(end="<p>Lê Khánh</p><p>Nguồn: Báo Nhân Dân</p>"), "Lê Khánh"),
        (page(end="<p>Lê Khánh</p><p>Hội nghị kết thúc trong ngày.</p>"), None),
        (page(end="<p align=right>Lê Khánh (lekhanh@bao.example)</p>"), "Lê Khánh"),
        (page(end="<p><b>Trang Anh - Trường Giang</b></p>"), "Trang Anh - Trường Giang"),
        (page(end="<p><b>CTV Huyện Mẫu</b></p>"), None),
        (page(end="<p>Ban Chấp hành gồm:</p><p>Lê Khánh</p><p>Thu Hà</p>"), None),
        (page(end="<p>Đoàn đã tới:</p><p>Thôn Ba, Thôn Bốn</p>"), None),
        (page("<p>Viết bởi <span>Super User</span></p>"), None),
        (page("<p>Viết bởi Lê Khánh</p>"), "Lê Khánh"),
        (page("<p><a href='/tac-gia/le-khanh'>Lê Khánh</a></p>"), "Lê Khánh"),
        (page("<div><a href='/u/7'>Lê Khánh</a><i>20/02/2023</i></div>"), "Lê Khánh"),
        (page(end="<p><b>Kết quả cuối cùng là như vậy.</b></p>"), None),
        (page(), None),
    ],
)  # fmt: skip
def test_author(html: str, author: str | None) -> None:
    assert story(html).metadata.author == author


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("(GLO)- Sáng nay, hội nghị", "GLO", "Sáng nay, hội nghị"),
        ("(BHG) - Sáng nay", "BHG", "Sáng nay"),
        ("(Baothanhhoa.vn) - Sáng nay", "Baothanhhoa.vn", "Sáng nay"),
        ("CTTĐT - Sáng nay", "CTTĐT", "Sáng nay"),
        ("QTO - Sáng nay", "QTO", "Sáng nay"),
        ("(BBNĐT) Sáng nay", "BBNĐT", "Sáng nay"),
        ("(LĐ online) - Sáng nay", "LĐ online", "Sáng nay"),
        ("(TTXVN/Vietnam+) - Sáng nay", "TTXVN/Vietnam+", "Sáng nay"),
        ("[VNA] - Sáng nay", "VNA", "Sáng nay"),
    ],
)
def test_prefixes(text: str, code: str, rest: str) -> None:
    prefix = split_prefix(text)
    assert prefix is not None, text
    assert (prefix.code, prefix.rest) == (code, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Sáng nay (20/2), hội nghị",
        "(Ảnh minh họa) Sáng nay",
        "COVID-19 lan nhanh",
        "UBND tỉnh - nơi nhận",
        "GLO",
        "(GLO)",
        "HĐND tỉnh họp",
    ],
)
def test_no_prefixes(text: str) -> None:
    assert split_prefix(text) is None


GLO = Source("baogialai", "Báo Gia Lai", domains=("baogialai.com.vn",))


@pytest.mark.parametrize(
    ("source_text", "prefix", "has_author", "site", "origin"),
    [
        (None, "GLO", False, GLO, ("own", None)),
        (None, "GLO", False, None, ("own", None)),
        (None, "GLO", False, Source("x", "Cổng X", domains=("x.gov.vn",)), ("reprint", "GLO")),
        ("TTXVN", "GLO", True, GLO, ("agency", "TTXVN")),
        (None, "TTXVN", False, GLO, ("agency", "TTXVN")),
        ("TTXVN, VOV", None, True, GLO, ("agency", "TTXVN, VOV")),
        ("Báo Nhân Dân", None, False, GLO, ("reprint", "Báo Nhân Dân")),
        ("Báo Gia Lai", None, False, GLO, ("own", None)),
        ("nhandan.vn", None, False, None, ("reprint", "nhandan.vn")),
        ("Sở Y tế", None, False, GLO, ("official", "Sở Y tế")),
        ("UBND tỉnh", None, True, None, ("official", "UBND tỉnh")),
        ("Cổng TTĐT Chính phủ", None, False, None, ("reprint", "Cổng TTĐT Chính phủ")),
        ("Sở Nội vụ", None, False, Source("snv", "Sở Nội vụ"), ("own", None)),
        (None, None, True, GLO, ("own", None)),
        (None, None, False, GLO, ("unknown", None)),
    ],
)
def test_origin(
    source_text: str | None, prefix: str | None, has_author: bool, site: Source | None, origin: tuple[str, str | None]
) -> None:
    assert origin_of(source_text, prefix, has_author, site) == origin


@pytest.mark.parametrize(
    ("source_text", "host", "origin"),
    [
        ("Báo Gia Lai", "baogialai.com.vn", ("own", None)),
        ("Báo Gia Lai", "www.baogialai.com.vn", ("own", None)),
        ("Báo Gia Lai", "gialai.gov.vn", ("reprint", "Báo Gia Lai")),
        ("TTXVN", "baogialai.com.vn", ("agency", "TTXVN")),
    ],
)
def test_origin_of_a_page_of_no_known_site(source_text: str, host: str, origin: tuple[str, str | None]) -> None:
    assert origin_of(source_text, None, False, None, host) == origin


def test_newsrooms_have_one_code() -> None:
    agency = agency_of("(TTXVN)")
    assert agency is not None
    assert agency.origin == "agency"
    assert agency_of("Thu Hà") is None


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (f"<p><strong>{TEXT}</strong></p>", TEXT),
        (f"<h2 class='detail-sapo'>{TEXT}</h2>", TEXT),
        (f"<p><em>{TEXT}</em></p>", TEXT),
        (f"<p class='x7'>{TEXT}</p>", TEXT),
        (f"<div class='summary'>(GLO)- {TEXT}</div>", TEXT),
        (f"<div><p class='News_Lead'>{TEXT}</p></div>", TEXT),
        ("", None),
        ("<p><b>Hết.</b></p>", None),
    ],
)
def test_lead(lead: str, expected: str | None) -> None:
    told = story(page(lead=lead))
    assert told.metadata.lead == expected
    assert [text for kind, text in told.paragraphs if kind == "lead"] == ([expected] if expected else [])


@pytest.mark.parametrize(
    "line",
    [
        "Hội nghị lần thứ 2 của huyện đã bàn cách làm mới.",
        "UBND tỉnh vừa ban hành kế hoạch mới.",
        "Sở Nội vụ trình Quyết định 12/QĐ-UBND",
    ],
)
def test_a_lead_about_an_office_is_no_byline(line: str) -> None:
    told = story(f"<h1>{TITLE}</h1><p>01/03/2023 08:00</p><p>{line}</p><p>{TEXT}</p><p>{TEXT}</p>")
    assert line in [text for _, text in told.paragraphs], told.paragraphs


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (f"<title>Báo Mẫu</title><h1>{TITLE}</h1><p>{TEXT}</p>", TITLE),
        (f"<title>{TITLE} | Báo Mẫu</title><p>{TEXT}</p>", TITLE),
        (f"<h1>CỔNG THÔNG TIN MẪU</h1><span id='ctl00_lblTitle'>{TITLE}</span><p>20/02/2023</p><p>{TEXT}</p>", TITLE),
        (f"<title>Tin tức - {TITLE}</title><div class='news-title'>{TITLE}</div><p>{TEXT}</p>", TITLE),
        (f"<h1>Menu chính của trang</h1><h1>{TITLE}</h1><div>20/02/2023 08:00</div><p>{TEXT}</p>", TITLE),
        (f"<meta property='og:title' content='{TITLE}'><p>{TEXT}</p>", TITLE),
        (f"<title>Trang</title><center><font size=5><b>{TITLE}</b></font></center><p>{TEXT}</p>", TITLE),
        (f"<title>Sở Mẫu &gt; Tin</title><span class='Head'>{TITLE}</span><p>20/02/2023</p><p>{TEXT}</p>", TITLE),
        (f"<title>Báo Mẫu</title><p>{TEXT}</p>", None),
        (f"<title>Cổng M</title><h1><a href=/>Cổng M</a></h1><h2>{TITLE}</h2><p>20/02/2023</p><p>{TEXT}</p>", TITLE),
    ],
)  # fmt: skip
def test_title(html: str, title: str | None) -> None:
    assert look(parse(f"<html><body>{html}<p>{TEXT}</p></body></html>"), Rules()).headline.text == title


@pytest.mark.parametrize(
    ("title", "lines", "genre"),
    [
        ("Điểm báo ngày 12/3", [TEXT], "digest"),
        ("Thông báo lịch tiếp công dân", [TEXT], "notice"),
        ("Hỏi - đáp về đất đai", [TEXT], "qa"),
        ("Chế độ nghỉ việc", ["Hỏi: Tôi nộp hồ sơ ở đâu?", "Trả lời: Tại đơn vị.", TEXT], "qa"),
        ("Giao biên chế", ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Điều 1. C", "Điều 2. D"], "official_text"),
        (TITLE, ["Tác giả nhắc Điều 1 và Điều 2.", TEXT, TEXT], "news"),
    ],
)  # fmt: skip
def test_genre(title: str, lines: list[str], genre: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<html><body><h1>{title}</h1><p>20/02/2023 08:00</p><div class='noidung'>{text}<p>{TEXT}</p></div>"
    assert story(html).metadata.genre == genre


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        '"x"',
        "[[[[[[[[[[]]]]]]]]]]",
        '{"@type":[]}',
        '{"@type":"NewsArticle","author":[null,5,{"name":7}],"headline":5}',
        "[" * 5000,
    ],
)
def test_odd_json_ld_is_passed_over(text: str) -> None:
    declared = read_declared(parse(f"{script(text)}<p>x</p>"))
    assert declared.title == ""
    story(page(head=script(text)))
