"""Leaked server errors leave a page and become notes; pages that are nothing but an error are told apart."""

from __future__ import annotations

import pytest

from pipelines.leaks import LEAK, error_kind, soft_error, strip_leaks
from pipelines.markup import parse
from pipelines.markup.outline import read_blocks

GOOD = "Sáng 20/2, Ban Thường vụ Tỉnh ủy tổ chức hội nghị phổ biến Quy định số 96-QĐ/TW."
LEAKS = [
    "The request was aborted: Could not create SSL/TLS secure channel.",
    "The underlying connection was closed: An unexpected error occurred on a send.",
    "The remote server returned an error: (404) Not Found.",
    "The remote name could not be resolved: 'thoitiet.example'",
    "The operation has timed out",
    "Object reference not set to an instance of an object.",
    "Input string was not in a correct format.",
    "System.Net.WebException: The request was aborted: The operation has timed out.",
    "Timeout expired. The timeout period elapsed prior to completion of the operation or the server is not responding.",
    "Login failed for user 'portal'.",
    "Web Part Error: A Web Part or Web Form Control on this Page cannot be displayed or imported.",
    "Correlation ID: 7c1d9f3e-8a4b-4c2d-9e1f-0a1b2c3d4e5f",
    "Error: Tin nổi bật is currently unavailable.",
    "Weather portlet is temporarily unavailable.",
    "Warning: Undefined variable $x in /home/mau/a.php on line 12",
    "SQLSTATE[HY000] [2002] Connection refused",
    "Error establishing a database connection",
    "You have an error in your SQL syntax; check the manual near '' at line 1",
    "ORA-12541: TNS:no listener",
    "java.lang.NullPointerException: null",
    "at vn.mau.portal.Widget.render(Widget.java:88)",
    "Microsoft OLE DB Provider for SQL Server error '80004005'",
    "JFolder::create: Could not create directory",
    "{title} {publish} {head}",
    "No title... No title...",
]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("markup", ["<span>{}</span>", "<td>{}</td>", "<div>\n  {}\n</div>", "{}<br>", "<p>{}</p>"])
def test_a_leak_goes_and_the_article_stays(leak: str, markup: str) -> None:
    tree = parse(f"<title>Hội nghị</title><body>{markup.format(leak)}<h1>Hội nghị</h1><p>{GOOD}</p></body>")
    notes = strip_leaks(tree)
    assert [(note.kind, note.text) for note in notes] == [(LEAK, leak)]
    assert [block.text for block in read_blocks(tree)] == ["Hội nghị", GOOD]


def test_php_prints_its_errors_in_bold() -> None:
    tree = parse(
        f"<div><br />\n<b>Warning</b>:  f(): no in <b>/a.php</b> on line <b>7</b><br /> rest</div><p>{GOOD}</p>"
    )
    assert [note.text for note in strip_leaks(tree)] == ["Warning: f(): no in /a.php on line 7"]
    assert [block.text for block in read_blocks(tree)] == ["rest", GOOD]


@pytest.mark.parametrize(
    "leak", ["The request was aborted: Could not create SSL/TLS secure channel.", "ORA-12541: TNS:no listener"]
)
@pytest.mark.parametrize(
    "about",
    [
        "<p>Nhiều trang xã in ra dòng “{}” ngay trên tiêu đề.</p><p>{}</p>",
        "<pre>{}</pre>",
        "<p>Mã lỗi:</p><code>{}</code>",
        "<blockquote><p>{}</p></blockquote>",
    ],
)
def test_an_article_about_an_error_keeps_its_text(leak: str, about: str) -> None:
    tree = parse(f"<body>{about.replace('{}', leak)}</body>")
    assert strip_leaks(tree) == ()
    assert any(leak in block.text for block in read_blocks(tree))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "Cảnh báo: nước lũ lên nhanh ở hạ lưu, người dân trên line 12 cần sơ tán.",
        "Ông nói: “The operation has timed out” là câu ông gặp cả tuần.",
        "Thông tin từ System.Net cho biết dịch vụ sẽ dừng.",
    ],
)
def test_prose_is_no_leak(text: str) -> None:
    assert strip_leaks(parse(f"<p>{text}</p>")) == ()


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("<title>Runtime Error</title><h1>Server Error in '/' Application.<hr></h1>", "error"),
        ("<title>IIS 10.0 Detailed Error - 404.0 - Not Found</title>", "error"),
        ("<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", "error"),
        ("<title>HTTP Status 500 – Internal Server Error</title><h1>HTTP Status 500</h1>", "error"),
        ("<h1>Whitelabel Error Page</h1><p>This application has no explicit mapping</p>", "error"),
        ("<body><h1>Error establishing a database connection</h1></body>", "error"),
        ("<title>404 Not Found</title><h1>Not Found</h1>", "soft_404"),
        ("<title>Just a moment...</title>", "blocked"),
        ('<div class="cf-error-code">1020</div>', "blocked"),
        ("<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with "
         "your administrator.<br>Your support ID is: 123</body></html>", "blocked"),
        ('<script>document.cookie="D1N=0123456789abcdef"+"; path=/";window.location.reload(true);</script>', "blocked"),
        ('<script src="/aes.js"></script><script>slowAES.decrypt(c,2,a,b)</script>', "blocked"),
        (f"<title>Hội nghị</title><p>{GOOD}</p>", None),
        ('<title>Tin</title><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>', None),
        (f"<title>Tường lửa</title>{'<p>' + GOOD + ' Xã dùng FortiGate Application Control.</p>'}" * 12, None),
        (f"<title>Tin</title><script src='/_Incapsula_Resource?SWJIYLWA=1'></script><p>{GOOD}</p>", None),
        ("<title>500 hộ dân có nước sạch sau hai năm chờ đợi, đường vào thôn cũng vừa xong</title>", None),
    ],
)  # fmt: skip
def test_error_pages_and_walls(source: str, kind: str | None) -> None:
    found = error_kind(source)
    assert (found and found[0]) == kind, found


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Báo mẫu", "Bài viết này không tồn tại hoặc đã bị gỡ bỏ.", "soft_404"),
        ("Lỗi 404 | Báo mẫu", "", "soft_404"),
        ("Giới thiệu", "Nội dung đang được cập nhật", "soft_404"),
        ("Thông báo", "Hệ thống đang bảo trì, mời quay lại sau.", "error"),
        ("Đăng nhập\nCổng nội bộ", "Tên đăng nhập", "login"),
        ("Cổng", "Bạn cần đăng nhập để xem nội dung này.", "login"),
        ("Hội nghị", "Vì sao trang của xã báo lỗi 404? " + GOOD * 6, None),
        ("Hội nghị", GOOD, None),
    ],
)
def test_soft_errors_need_title_or_brevity(title: str, text: str, kind: str | None) -> None:
    found = soft_error(title, text)
    assert (found and found[0]) == kind, found
