"""A generated site for the tests of the queue: listing pages chained one behind another, each with its articles."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = """<!doctype html><html lang="vi"><head><title>Bài viết số {k}</title></head><body>
<h1>Bài viết số {k}</h1><p class="date">{day:02}/03/2023 08:00</p>
<div class="content"><p><b>Hội nghị lần thứ {k} của huyện đã bàn cách đưa quy định mới vào sinh hoạt chi bộ.</b></p>
<p>Báo cáo viên giới thiệu Quy định số {n}-QĐ/TW, ngày {day:02} tháng 02 năm 2023 của Bộ Chính trị trước toàn thể đảng
viên của xã, rồi trả lời các câu hỏi được gửi đến ban tổ chức từ tuần trước.</p>
<p>Buổi làm việc kết thúc lúc chiều muộn, với {k} ý kiến được ghi vào biên bản để gửi lên cấp trên.</p></div>
</body></html>"""


@dataclass
class ChainedSite:
    """The running site; ``served`` counts the answers by path, ``instead`` holds pages to show in place of its own.

    ``asked`` are the requests in order: when (monotonic seconds), which path, and with which Cookie header.
    """

    port: int
    listings: int
    per_listing: int
    robots: tuple[int, str] = (200, "User-agent: *\nAllow: /\n")
    served: Counter[str] = field(default_factory=Counter)
    instead: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[float, str, str]] = field(default_factory=list)

    @property
    def articles(self) -> int:
        """How many articles there are."""
        return self.listings * self.per_listing

    def catalogue(self, folder: Path, *, delay: float = 0.0) -> Path:
        """A catalogue file that leads to the site."""
        path = folder / "chained.toml"
        path.write_text(
            f"""[[site]]
id = "chained"
domains = ["127.0.0.1:{self.port}"]
start = ["http://127.0.0.1:{self.port}/tin"]
article = '^http://127\\.0\\.0\\.1:\\d+/bai-viet-post(?P<id>\\d+)\\.html$'
private = true
allow = ["http"]
delay = {delay}
""",
            encoding="utf-8",
        )
        return path

    def answer(self, path: str) -> tuple[int, str]:
        """The status and the page of a path."""
        if path in self.instead:
            return 200, self.instead[path]
        if path == "/robots.txt":
            return self.robots
        page = self._page(path)
        return (404, "") if page is None else (200, page)

    def _page(self, path: str) -> str | None:
        if listing := re.fullmatch(r"/tin(?:\?page=(\d+))?", path):
            return self._listing(int(listing[1] or 1))
        if article := re.fullmatch(r"/bai-viet-post(\d+)\.html", path):
            k = int(article[1])
            return PAGE.format(k=k, n=k % 400 + 1, day=k % 28 + 1)
        return None

    def _listing(self, i: int) -> str:
        first = (i - 1) * self.per_listing
        links = "".join(
            f'<li><a href="/bai-viet-post{k}.html">Bài viết số {k}</a></li>'
            for k in range(first, first + self.per_listing)
        )
        following = f'<a rel="next" href="/tin?page={i + 1}">Trang sau</a>' if i < self.listings else ""
        return (
            f"<!doctype html><html><head><title>Tin tức</title></head><body><ul>{links}</ul>{following}</body></html>"
        )


@contextmanager
def chained_site(listings: int, per_listing: int, *, seconds: float = 0.0) -> Iterator[ChainedSite]:
    """The site on a free port of this machine; ``seconds`` slows every answer."""
    site = ChainedSite(0, listings, per_listing)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((time.monotonic(), self.path, self.headers.get("Cookie", "")))
            time.sleep(seconds)
            site.served[self.path] += 1
            status, page = site.answer(self.path)
            body = page.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Says nothing: the tests count."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
