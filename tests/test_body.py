"""Blocks, furniture, families, embedded state, the audit that chooses, and what a page is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.body import find_body
from pipelines.body.embedded import embedded_blocks
from pipelines.body.kind import page_kind
from pipelines.markup import is_html, parse, tidy
from pipelines.markup.outline import read_blocks
from pipelines.models import Rules
from pipelines.view import look
from pipelines.view.declared import read_declared
from pipelines.view.families import families, family_containers
from pipelines.view.furniture import has_furniture_name, is_furniture_line, is_head

PROSE = (
    "Ban Thường vụ Tỉnh ủy yêu cầu các đơn vị rà soát danh sách, báo cáo trước ngày 15 và chịu trách nhiệm về số liệu; "
    "nơi nào chậm phải giải trình trong phiên họp giao ban tháng của cấp ủy."
)


def blocks(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_blocks(parse(html))]


def body(html: str, rules: Rules | None = None) -> list[str]:
    return [block.text for block in find_body(look(parse(html), rules or Rules())).blocks]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p>b<div>c</div>", [("body", "a"), ("body", "b"), ("body", "c")]),
        ("<p>Quy định số<br>96-QĐ/TW</p>", [("body", "Quy định số 96-QĐ/TW")]),
        ("<p>Một câu<br>đi tiếp.</p>", [("body", "Một câu đi tiếp.")]),
        ("<p>Một dòng.<br>Hai dòng.</p>", [("body", "Một dòng."), ("body", "Hai dòng.")]),
        ("<div>Một câu<br><br>nữa</div>", [("body", "Một câu"), ("body", "nữa")]),
        ("<p>a)<br>b) hai</p>", [("body", "a)"), ("body", "b) hai")]),
        ("<h1>Hội nghị<br>Tỉnh ủy</h1>", [("heading", "Hội nghị Tỉnh ủy")]),
        ("<ul><li>x<ul><li>y</li></ul></li></ul>", [("item", "x"), ("item", "y")]),
        ("<table><tr><td>1<td><p>A</p><p>B</p></tr><tr><td>2<td>C</table>", [("row", "1 | A B"), ("row", "2 | C")]),
        ("<table><tr><td><table><tr><td>a</table></td><td>b</td></tr></table>", [("body", "a"), ("body", "b")]),
        ("<figure><img><figcaption>c</figcaption></figure>", [("caption", "c")]),
        ("<p><img></p><p><em>Quang cảnh</em></p><p>Sau</p>", [("caption", "Quang cảnh"), ("body", "Sau")]),
        ("<p><img></p><p>Quang cảnh. Ảnh: Đ.T</p>", [("caption", "Quang cảnh. Ảnh: Đ.T")]),
        ("<p>xong<sup><a href='#n1'>1</a></sup>.</p>", [("body", "xong.")]),
        ("<p>số 14<sup>(1)</sup>/QĐ, 5 m<sup>2</sup></p>", [("body", "số 14/QĐ, 5 m2")]),
        ("<p>a<script>x</script>b<select><option>o</option></select>c</p>", [("body", "abc")]),
        ("<span>a</span><span>b</span>", [("body", "ab")]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", [("body", "a"), ("item", "b")]),
    ],
)  # fmt: skip
def test_blocks_are_what_a_reader_sees(html: str, expected: list[tuple[str, str]]) -> None:
    assert blocks(html) == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("số\u200b97-QĐ/TW", "số 97-QĐ/TW"),
        ("96-\u200bQĐ/TW", "96-QĐ/TW"),
        ("96-Q\u00d0/TW", "96-QĐ/TW"),
        ("bồi\u00adthường", "bồithường"),
        ("a\u00a0\n b", "a b"),
        ("a\x00b\u202ec\ud800", "a bc"),
        ("kế hoạch&nbsp;130/KH", "kế hoạch 130/KH"),
        ("Quye\u0302\u0301t", "Quyết"),
    ],
)
def test_tidy(text: str, kept: str) -> None:
    assert tidy(text) == kept


@given(st.text(max_size=80))
def test_tidy_twice_is_tidy_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.lists(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=12), min_size=1, max_size=8))
def test_no_letter_is_lost(words: list[str]) -> None:
    html = (
        "<div>"
        + "".join(f"<p>{w}</p><table><tr><td>{w}</td><td>{w}</td></tr></table>{w}<br>" for w in words)
        + "</div>"
    )
    read = "".join(text for _, text in blocks(html)).replace(" | ", "").replace(" ", "")
    assert read == "".join(tidy(w) * 4 for w in words)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<p>x</p>", True),
        ("<!DOCTYPE html><html></html>", True),
        ('<?xml version="1.0"?><html><p>x</p></html>', True),
        ("words < more", False),
        ('{"a": "<p>x</p>"}', False),
        ('<?xml version="1.0"?><rss><channel/></rss>', False),
        ("<!-- x --><feed><title>t</title></feed>", False),
    ],
)
def test_is_html(text: str, html: bool) -> None:
    assert is_html(text) is html


@pytest.mark.parametrize(
    ("names", "furniture"),
    [
        ("box-lien-quan", True),
        ("tinLienQuan", True),
        ("related_news", True),
        ("news-other clearfix", True),
        ("breadcrumb", True),
        ("col-md-9 sidebar", True),
        ("share-zalo", True),
        ("du-lich", False),
        ("article-content has-sidebar", False),
        ("news-detail print-area", False),
        ("thong-bao", False),
        ("", False),
    ],
)
def test_names_of_furniture(names: str, furniture: bool) -> None:
    assert has_furniture_name(names) is furniture


LINES = [
    "Lượt xem: 1082", "1,499 lượt xem", "Đang online: 3", "1106 người đang online", "In bài này", "100%",
    "Email In PDF.",
    "Xem với cở chữ : A- A A+", "Theo dõi Báo Gia Lai trênGoogle News", "Xin vui lòng gõ tiếng Việt có dấu",
    "Trang chủ > Giới thiệu chung", ">> TIN TỨC >> Tin địa phương", "Powered by Techcity", "6.jpg", ",", "3 phút đọc",
    "Facebook Zalo In bài Theo dõi Báo Gia Lai trên Google News", "In trang | Gửi email | Về đầu trang",
    "img_1361(1).jpeg",
    "![]()", "Xem tiếp »", "Quay lại | Lên đầu trang", "Truy cập nội dung luôn", "Từ khóa: đất đai, di dời",
    "image advertisement",
    "Email của bạn sẽ không được hiển thị công khai. Các trường bắt buộc được đánh dấu *",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_lines_of_furniture(line: str) -> None:
    assert is_furniture_line(line)


@pytest.mark.parametrize(
    "line",
    [PROSE, "Điện thoại liên hệ: 0269 300 001", "Hôm nay, hội nghị bế mạc.", "Điều 1.", "85% hộ dân có nước sạch"],
)
def test_lines_of_text(line: str) -> None:
    assert not is_furniture_line(line)


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("Tin liên quan", True), ("Các tin khác", True), ("CÁC TIN ĐÃ ĐƯA:", True), ("Những tin mới hơn", True),
        ("Bình luận (3)", True),
        ("Có thể bạn quan tâm", True), ("Xem nhiều nhất", True), ("Thăm dò ý kiến", True), ("Tin tức", False),
        ("Những hồ sơ còn vướng", False), (PROSE, False),
    ],
)  # fmt: skip
def test_heads_of_lists(line: str, head: bool) -> None:
    assert is_head(line) is head


def links(*targets: str) -> str:
    items = "".join(
        f"<li><a href='{target}'>Quyết định số {i}/QĐ-UBND về đất</a></li>" for i, target in enumerate(targets)
    )
    return f"<ul>{items}</ul>"


@pytest.mark.parametrize(
    ("title", "listed", "kept"),
    [
        ("Văn bản liên quan", links("/van-ban/1", "/van-ban/2"), False),
        ("Các tài liệu cùng lĩnh vực:", links("/van-ban/1"), False),
        ("Văn bản liên quan", links("/f/1.pdf", "/f/2.docx"), True),  # what a reader may keep is part of the article
        ("Tài liệu đính kèm:", links("/van-ban/1", "/van-ban/2"), True),
        ("Văn bản liên quan", "<p>Quyết định số 0/QĐ-UBND về đất</p>", True),
        ("Tin liên quan", links("/tin/1", "/tin/2"), False),
        ("Nội dung bài viết", "<ul><li><a href='#a'>Phần thứ nhất của bài</a></li></ul>", False),
        ("Nội dung", "<p>Quyết định số 0/QĐ-UBND về đất</p>", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["journal-content-article", "x"])
def test_lists_in_an_article(title: str, listed: str, kept: bool, name: str) -> None:
    text = f"<div class='{name}'>{f'<p>{PROSE}</p>' * 3}<p><b>{title}</b></p>{listed}<p>{PROSE} Hết.</p></div>"
    found = body(article(text))
    rest = [line for line in found if not line.startswith(PROSE[:20])]
    assert (found.count(PROSE), found[-1], bool(rest)) == (3, f"{PROSE} Hết.", kept), found


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("<p><a href='/a'>Ba cây cầu dân sinh được thông xe</a></p>", False),
        ("<div><a href='/a'><img></a><a href='/a'>Sẽ thu hồi Quyết định 55/QĐ-UBND</a></div>", False),
        ("<h3><a href='/a'>Ba cây cầu thông xe</a></h3>", False),
        ("<h3><a href='#a'>Đối tượng áp dụng</a></h3>", True),
        ("<p><a href='/a'>Hỏi: Người làm hợp đồng có được hưởng không?</a></p>", True),
        ("<p><a href='/a'>Kế hoạch số 89/KH-UBND của tỉnh</a></p>", True),
        ("<p><a href='/a'>Luật Đất đai sửa đổi</a></p>", True),
        ("<p><a href='/a.pdf'>Bản đồ quy hoạch của tỉnh</a></p>", True),
        ("<p><a href='mailto:x@y.example'>Gửi thư cho tòa soạn</a></p>", True),
        ("<p>Xem <a href='/a'>bài viết về ba cây cầu dân sinh</a> hôm qua của báo ta nhé</p>", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["journal-content-article", "x"])
def test_a_link_between_paragraphs(line: str, kept: bool, name: str) -> None:
    text = f"<div class='{name}'><p>{PROSE}</p><p>{PROSE}</p>{line}<p>{PROSE}</p><p>{PROSE}</p></div>"
    assert len(body(article(text))) == 4 + kept


@pytest.mark.parametrize(
    ("opener", "panel", "kept"),
    [
        ("<a href='#a'>Mở</a>", f"<p>{PROSE}</p>", True),
        ("<button data-bs-target='#a'>Mở</button>", f"<p>{PROSE}</p>", True),
        ("<a href='#b'>Mở</a>", f"<p>{PROSE}</p>", False),
        ("<a href='#a'>Mở</a>", f"<p>{PROSE}</p><input name='ten'>", False),
        ("<a href='#a'>Mở</a>", "<p>Ngắn.</p>", False),
    ],
)
def test_what_a_reader_can_open_is_text(opener: str, panel: str, kept: bool) -> None:
    text = f"<p>{PROSE} Một.</p>{opener}<div id='a' style='display:none'>{panel}</div><p>{PROSE} Hai.</p>"
    assert (PROSE in body(article(f"<div class='x'>{text}</div>"))) is kept


SELECTORS = sorted({(family.name, selector) for family in families() for selector in family.container})


@pytest.mark.parametrize(("family", "selector"), [pair for pair in SELECTORS if " " not in pair[1]])
def test_each_selector_finds_its_container(family: str, selector: str) -> None:
    mark, name = selector[0], selector[1:].lstrip("*")
    attribute = {".": f'class="x {name}"', "^": f'class="{name}9F"', "#": f'id="{name}"', "@": f'itemprop="{name}"'}[
        mark
    ]
    if selector.startswith("#*"):
        attribute = f'id="ctl00_{name}"'
    tree = parse(f"<div class='top'>menu</div><div {attribute}><p>{PROSE}</p></div>")
    assert family in [found for found, _ in family_containers(tree)]


def test_selectors_have_one_name() -> None:
    assert [selector for _, selector in SELECTORS if " " in selector] == []


def article(inner: str, before: str = "", after: str = "") -> str:
    return f"<html><body>{before}<h1>Chuẩn bị lấy phiếu tín nhiệm ở cơ sở</h1>{inner}{after}</body></html>"


def test_rules_of_the_site_come_first() -> None:
    html = article(
        f"<div class='entry-content'><p>Sai.</p><p>{PROSE}</p></div><div id='z'><p>{PROSE} Đúng.</p><b>bỏ</b></div>"
    )
    view = look(parse(html), Rules(container=("//div[@id='z']",), remove=(".//b",)))
    found = find_body(view)
    assert (found.extractor, [block.text for block in found.blocks]) == ("rules", [f"{PROSE} Đúng."])


@pytest.mark.parametrize("path", ["//div[", "count(//p)", "//div/text()", "//nope"])
def test_a_rule_that_finds_nothing_is_passed_over(path: str) -> None:
    assert body(article(f"<p>{PROSE}</p>" * 4), Rules(container=(path,))) == [PROSE] * 4


def test_identical_clauses_are_all_kept() -> None:
    assert body(article(f"<div class='noidung'>{f'<p>{PROSE}</p>' * 5}</div>")) == [PROSE] * 5


def test_the_audit_goes_on_where_a_container_loses_a_reference() -> None:
    annex = (
        "<table>"
        + "".join(f"<tr><td>{i}</td><td>Quyết định số {i}/QĐ-UBND</td></tr>" for i in range(11, 31))
        + "</table>"
    )
    html = article(f"<div class='entry-content'><p>{PROSE} {PROSE}</p></div><div>{annex}</div>")
    found = find_body(look(parse(html), Rules()))
    assert found.audit.missing == ()
    assert found.audit.page == 20


def test_what_stays_lost_is_told() -> None:
    far = f"<div><p>{PROSE} Việc này theo Quyết định số 77/QĐ-UBND.</p></div>"
    text = f"<div class=noidung>{f'<p>{PROSE}</p>' * 9}</div>"
    html = article(text, before=far + "<a href=x>một mục khác</a><br>" * 5)
    assert find_body(look(parse(html), Rules())).audit.missing == ("77/QĐ-UBND",)


def test_licences_and_related_news_do_not_count() -> None:
    related = (
        "<h3>Tin liên quan</h3><ul>"
        + "<li><a href=x>Toàn văn Quy định số 114-QĐ/TW của Bộ Chính trị</a></li>" * 3
        + "</ul>"
    )
    footer = "<div>Giấy phép số 36/GP-TTĐT do Sở cấp</div>"
    found = find_body(look(parse(article(f"<div>{f'<p>{PROSE}</p>' * 6}</div>", after=related + footer)), Rules()))
    assert (found.audit.page, [b.text for b in found.blocks]) == (0, [PROSE] * 6)


@pytest.mark.parametrize(
    "script",
    [
        '<script id="__NEXT_DATA__" type="application/json">{}</script>',
        "<script>window.__NUXT__ = {};</script>",
        '<script id="initial-state" type="application/json">{}</script>',
    ],
)
def test_state_for_scripts_is_read(script: str) -> None:
    state = {"page": {"menu": ["a"], "content": "".join(f"<p>{PROSE}</p>" for _ in range(3)), "n": [1, {"x": None}]}}
    html = article("", after=script.replace("{}", json.dumps(state)))
    found = find_body(look(parse(html), Rules()))
    assert (found.extractor, [b.text for b in found.blocks]) == ("embedded", [PROSE] * 3)


def test_summaries_beside_a_short_article_are_not_its_text() -> None:
    text = "<p>Giá thu mua sáng qua giảm bốn nghìn đồng một ký so với tuần trước, theo các vựa ở thôn Ba.</p>" * 2
    view = look(parse(article(f"<p>20/02/2023</p>{text}", after=f"<div>{TEASERS}</div>")), Rules())
    found = find_body(view)
    assert (len(found.blocks), found.audit.missing, page_kind(view, found, "x")[0]) == (2, (), "article")


def test_state_of_another_article_is_left() -> None:
    mine, other = (f"<p>{PROSE} {word}.</p>" * n for word, n in (("Mình", 3), ("Khác", 9)))
    title = {"rendered": "Chuẩn bị lấy phiếu tín nhiệm ở cơ sở"}
    state = {"post": {"title": title, "content": mine}, "more": [{"title": "Ba cây cầu dân sinh", "content": other}]}
    script = '<script id="__NEXT_DATA__" type="application/json">%s</script>'
    assert body(article("", after=script % json.dumps(state))) == [f"{PROSE} Mình."] * 3
    assert body(article(mine, after=script % json.dumps({"more": state["more"]}))) == [f"{PROSE} Mình."] * 3


@pytest.mark.parametrize("row", ['5:["$","div",null,{"content":%s}]', "6:T%x,%s"])
def test_the_stream_of_next_is_read(row: str) -> None:
    text = "".join(f"<p>{PROSE}</p>" for _ in range(3))
    stream = row % json.dumps(text) if "%x" not in row else row % (len(text.encode()), text)
    scripts = "".join(
        f"<script>self.__next_f.push({json.dumps([1, part])})</script>" for part in (stream[:500], f"{stream[500:]}\n")
    )
    found = find_body(look(parse(article("<div>Đang tải</div>", after=scripts)), Rules()))
    assert (found.extractor, [b.text for b in found.blocks]) == ("embedded", [PROSE] * 3)


@pytest.mark.parametrize("script", ["{broken", "[" * 9000, "null", '{"content": 5}', '{"content": "ngắn"}'])
def test_broken_state_is_none(script: str) -> None:
    tree = parse(f'<script type="application/json">{script}{" " * 300}</script>')
    assert embedded_blocks(tree, read_declared(tree)) == []


TEASERS = "".join(f"<div><a href='/{i}'>Tin thứ {i} trong chuyên mục này</a><p>{PROSE}</p></div>" for i in range(6))


@pytest.mark.parametrize(
    ("html", "url", "kind"),
    [
        (article(f"<p>{PROSE}</p>" * 4), "https://b.example/a1.html", "article"),
        (article(f"<p>{PROSE}</p>" * 4, after=f"<h3>Tin khác</h3>{TEASERS}"), "https://b.example/a1.html", "article"),
        (f"<h1>Thời sự</h1>{TEASERS}", "https://b.example/a-post1.html", "listing"),
        (f"<div>{TEASERS}</div>", "https://b.example/", "listing"),
        (
            f"<h1>Chuyển đổi số</h1><p>{PROSE} {PROSE}</p>" + "<p><a href=x>Một tin trong danh sách này</a></p>" * 12,
            "https://b.example/x.html",
            "listing",
        ),
        (f"<h1>Thời sự</h1>{TEASERS[: len(TEASERS) // 3]}", "https://b.example/a-post1.html", "listing"),
        (f"<h1>Kết quả tìm kiếm</h1>{TEASERS}", "https://b.example/tim-kiem?q=x", "listing"),
        (
            "<ul>" + "<li><a href=x>Một tin trong danh sách này</a></li>" * 9 + "</ul>",
            "https://b.example/x.html",
            "listing",
        ),
        ("<p>Tên đăng nhập</p><input><p>Mật khẩu</p><input type=password>", "https://b.example/x", "login"),
        ("<h1>Rất tiếc</h1><p>Không tìm thấy trang bạn yêu cầu.</p>", "https://b.example/x", "soft_404"),
        ("<p>Hệ thống đang bảo trì.</p>", "https://b.example/x", "error"),
        ("<div></div>", "https://b.example/x", "empty"),
    ],
)
def test_kind_of_page(html: str, url: str, kind: str) -> None:
    view = look(parse(f"<html><body>{html}</body></html>"), Rules())
    assert page_kind(view, find_body(view, url), url)[0] == kind
