"""Archives as an input: one page in every dress, what is torn or damaged, what is no page, and hostile files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive_samples import end_of, exchange
from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage, Problem
from crawler.archive.provenance import fetch_of, provenance, restore
from crawler.archive.read import exchange_of, read_archive, read_at
from crawler.content import page_of
from pipelines.errors import DanchieuError, InputError
from pipelines.models import Certificate, Fetch

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

URL = "https://tinh.example/tin/1"
DATE = "2026-11-25T01:02:03Z"
PARAGRAPHS = [
    f"Buổi làm việc thứ {n} của đoàn kiểm tra cho thấy xã đã thực hiện Kết luận số {n}-KL/TW, ngày {n}/3/2024 của Bộ"
    f" Chính trị, với {n * 7} hộ dân được vay vốn để trồng rừng và sửa lại đường vào thôn."
    for n in range(11, 21)
]
PAGE = (
    "<!DOCTYPE html>\r\n<html><head><title>Xã vùng cao trồng rừng</title></head>\r\n"
    "<body><h1>Xã vùng cao trồng rừng</h1>"
    + "".join(f"<p>{paragraph}</p>\r\n\r\n" for paragraph in PARAGRAPHS)
    + "</body></html>"
).encode()
HTML = ("Content-Type", "text/html; charset=utf-8")


def warc(kind: str, url: str, block: bytes, *, compress: bool = True, length: int | None = None, **more: str) -> bytes:
    """A record written by hand; ``more`` are WARC headers with underscores for hyphens."""
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {DATE}\r\n"
    head += f"WARC-Record-ID: <urn:uuid:{zlib.crc32(url.encode()):032x}>\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
    head += f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    record = head.encode() + block + b"\r\n\r\n"
    return gzip.compress(record, 1, mtime=0) if compress else record


def http(body: bytes, *headers: tuple[str, str], status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def response(body: bytes = PAGE, *headers: tuple[str, str], url: str = URL, **more: Any) -> bytes:
    return warc("response", url, http(body, HTML, *headers), **more)


def chunked(data: bytes) -> bytes:
    pieces = [data[at : at + 777] for at in range(0, len(data), 777)]
    return b"".join(b"%X\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def zipped(data: bytes, name: str = "archive/data.warc.gz", method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as pack:
        pack.writestr("datapackage.json", "{}")
        pack.writestr("indexes/index.cdx.gz", gzip.compress(b"CDX"))
        pack.writestr(name, data)
    return buffer.getvalue()


def written_by_warcio() -> bytes:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    headers = StatusAndHeaders("200 OK", [HTML, ("Content-Encoding", "gzip")], protocol="HTTP/1.1")
    body = gzip.compress(PAGE)
    writer.write_record(
        writer.create_warc_record(
            URL,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": DATE},
        )
    )
    return buffer.getvalue()


def written_by_us(tmp_path: Path, body: bytes, *headers: tuple[bytes, bytes]) -> bytes:
    with Archive(tmp_path / "ours", "r1") as archive:
        position = archive.append(exchange(body=body, headers=((b"Content-Type", b"text/html"), *headers)), {})
    return (tmp_path / "ours" / position.file).read_bytes()


GZIP = gzip.compress(PAGE)
DRESSES: dict[str, Callable[[Path], bytes]] = {
    "ours": lambda tmp: written_by_us(tmp, PAGE),
    "ours, gzip": lambda tmp: written_by_us(tmp, GZIP, (b"Content-Encoding", b"gzip")),
    "ours, was chunked": lambda tmp: written_by_us(
        tmp, GZIP, (b"content-encoding", b"gzip"), (b"Transfer-Encoding", b"chunked")
    ),
    "ours, brotli": lambda tmp: written_by_us(tmp, brotli.compress(PAGE), (b"Content-Encoding", b"br")),
    "warcio": lambda tmp: written_by_warcio(),
    "plain": lambda tmp: response(),
    "not compressed": lambda tmp: response(compress=False),
    "gzip": lambda tmp: response(GZIP, ("Content-Encoding", "gzip")),
    "chunked": lambda tmp: response(chunked(PAGE), ("Transfer-Encoding", "chunked")),
    "gzip, chunked": lambda tmp: response(
        chunked(GZIP), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")
    ),
    "deflate": lambda tmp: response(zlib.compress(PAGE), ("Content-Encoding", "deflate")),
    "brotli": lambda tmp: response(brotli.compress(PAGE), ("Content-Encoding", "br")),
    "zstd": lambda tmp: response(zstd.compress(PAGE), ("Content-Encoding", "zstd")),
    "stale gzip": lambda tmp: response(PAGE, ("Content-Encoding", "gzip")),
    "stale brotli": lambda tmp: response(PAGE, ("Content-Encoding", "br")),
    "stale chunked": lambda tmp: response(PAGE, ("Transfer-Encoding", "chunked")),
    "both stale": lambda tmp: response(PAGE, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")),
    "headers renamed": lambda tmp: response(PAGE, ("X-Crawler-Content-Encoding", "gzip")),
    "wget's brackets": lambda tmp: response(url=f"<{URL}>"),
    "one gzip over all": lambda tmp: gzip.compress(
        response(compress=False, url="http://a.example/") + response(compress=False)
    ),
    "resource": lambda tmp: warc("resource", URL, PAGE, Content_Type="text/html"),
    "bare line feeds": lambda tmp: gzip.compress(response(compress=False).replace(b"\r\n", b"\n", 7)),
    "folded headers": lambda tmp: response(PAGE, ("X-A", "b\r\n c: d")),
    "wacz": lambda tmp: zipped(response()),
    "wacz, deflated": lambda tmp: zipped(response(), method=zipfile.ZIP_DEFLATED),
    "wacz, plain warc": lambda tmp: zipped(response(compress=False), "archive/a.warc"),
    "a zip of warcs": lambda tmp: zipped(response(), "my crawl/x.WARC.GZ"),
    "http/2": lambda tmp: warc("response", URL, http(PAGE, HTML).replace(b"HTTP/1.1 200 OK", b"HTTP/2 200")),
    "early hints": lambda tmp: warc(
        "response", URL, b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + http(PAGE, HTML)
    ),
    "no type, but a page": lambda tmp: warc("response", URL, http(PAGE)),
    "text/plain, but a page": lambda tmp: warc(
        "response", URL, http(b"\xef\xbb\xbf<!-- a --> " + PAGE, ("Content-Type", "text/plain"))
    ),
}


def pages(path: Path, **options: Any) -> list[ArchivedPage]:
    return [item for item in read_archive(path, **options) if isinstance(item, ArchivedPage)]


def problems(path: Path, **options: Any) -> list[Problem]:
    return [item for item in read_archive(path, **options) if isinstance(item, Problem)]


def saved(tmp_path: Path, data: bytes, name: str = "a.warc.gz") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("dress", DRESSES)
def test_one_page_is_the_same_in_every_dress(dress: str, tmp_path: Path) -> None:
    live = page_of(exchange(body=GZIP, headers=((b"Content-Encoding", b"gzip"),)))
    assert live.body == PAGE
    path = saved(tmp_path, DRESSES[dress](tmp_path))
    last = pages(path)[-1]
    shown = (last.page.url, last.page.status, last.page.fetched_at)
    assert shown == (live.url, live.status, live.fetched_at), dress
    assert last.page.body.removeprefix(b"\xef\xbb\xbf<!-- a --> ") == live.body, dress
    assert problems(path) == [], dress


def test_ours_comes_back_as_it_was_fetched(tmp_path: Path) -> None:
    lived = exchange(body=GZIP, headers=((b"Content-Type", b"text/html"), (b"Content-Encoding", b"gzip")))
    known = {"run": "r1", "url": "https://tinh.example/tin/1?", "site": "tinh", "page_kind": "article"}
    with Archive(tmp_path, "r1") as archive:
        positions = [archive.append(lived, known) for _ in range(3)]
    found = pages(tmp_path / positions[0].file)
    assert [page.position for page in found] == positions
    for page in found:
        assert page.page.body == page_of(lived).body == PAGE
        digest = hashlib.sha256(PAGE).hexdigest()
        fetch = fetch_of(lived, url="https://tinh.example/tin/1?", site="tinh")
        assert page.fetch == replace(fetch, body_sha256=digest, bytes=len(PAGE))
        assert (page.provenance["run"], page.provenance["page_kind"]) == ("r1", "article")
        assert read_at(tmp_path, page.file, page.offset) == page
    assert pages(tmp_path / positions[0].file, after=positions[0])[0].position == positions[1]


def test_any_type_can_be_read_at_its_place(tmp_path: Path) -> None:
    feed = exchange(
        body=b"<rss/>", headers=((b"Content-Type", b"application/rss+xml"),), status=404, reason="Not Found"
    )
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(feed, {})
    assert pages(tmp_path / position.file) == []
    page = read_at(tmp_path, position.file, position.offset).page
    assert (page.body, page.status, page.header("content-type")) == (b"<rss/>", 404, "application/rss+xml")


@pytest.mark.parametrize("offset", [1, 10**9])
def test_nothing_there_is_an_input_error(tmp_path: Path, offset: int) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
    with pytest.raises(InputError, match="holds no answer at byte"):
        read_at(tmp_path, position.file, offset)
    with pytest.raises(InputError, match="there is no file"):
        read_at(tmp_path, "gone.warc.gz", offset)


def test_a_page_from_elsewhere_can_be_archived(tmp_path: Path) -> None:
    foreign = pages(
        saved(tmp_path, response(chunked(GZIP), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")))
    )[0]
    with Archive(tmp_path / "ours", "r1") as archive:
        position = archive.append(exchange_of(foreign), {})
    (ours,) = pages(tmp_path / "ours" / position.file)
    assert (ours.page.body, ours.page.url, ours.page.fetched_at, ours.flags) == (PAGE, URL, DATE, ())
    assert ours.fetch.tls_version is None
    lived = exchange(headers=((b"Content-Type", b"text/html"),))
    with Archive(tmp_path / "first", "r1") as archive:
        position = archive.append(lived, {})
    (page,) = pages(tmp_path / "first" / position.file)
    assert fetch_of(exchange_of(page)) == replace(page.fetch, body_sha256=None, bytes=None) == fetch_of(lived)


def test_what_was_odd_stays_known(tmp_path: Path) -> None:
    (foreign,) = pages(saved(tmp_path, response(PAGE[:900], ("Content-Encoding", "br"), WARC_Truncated="length")))
    with Archive(tmp_path / "ours", "r1") as archive:
        position = archive.append(exchange_of(foreign), {"flags": foreign.flags})
    ours = read_at(tmp_path / "ours", position.file, position.offset)
    assert ours.flags == foreign.flags == ("truncated:length", "stale-content-encoding")


OTHER = response(b"<html>other</html>", url="https://tinh.example/2")
IMAGE = warc("response", "https://tinh.example/a.png", http(b"\x89PNG", ("Content-Type", "image/png")))
ID = f"<urn:uuid:{zlib.crc32(URL.encode()):032x}>"
PASSED_OVER = {
    "warcinfo": warc("warcinfo", "", b"software: x\r\n"),
    "request": warc("request", URL, b"GET / HTTP/1.1\r\n\r\n", WARC_Concurrent_To=ID),
    "metadata": warc("metadata", URL, b"via: x\r\n", WARC_Concurrent_To=ID),
    "odd json": warc("metadata", URL, b"[[", WARC_Concurrent_To=ID, Content_Type="application/json"),
    "deep json": warc("metadata", URL, b"[" * 100_000, WARC_Concurrent_To=ID, Content_Type="application/json"),
    "json list": warc("metadata", URL, b"[1]", WARC_Concurrent_To=ID, Content_Type="application/json"),
    "image": IMAGE,
    "redirect": warc("response", URL, http(b"<html>Moved", HTML, status="301 Moved Permanently")),
    "not found": warc("response", URL, http(PAGE, HTML, status="404")),
    "part": warc("response", URL, http(PAGE, HTML, status="206 Partial Content")),
    "script": warc("response", URL, http(b"<html>", ("Content-Type", "application/javascript"))),
    "plain text": warc("response", URL, http(b"hello", ("Content-Type", "text/plain"))),
    "pageinfo": warc("resource", "urn:pageinfo:x", b"{}", Content_Type="text/html"),
    "dns": warc("response", "dns:tinh.example", b"x", Content_Type="text/dns"),
    "no address": warc("response", "", http(PAGE, HTML)),
    "broken address": warc("response", "http://[::1", http(PAGE, HTML)),
    "no answer": warc("response", URL, b"hello"),
    "conversion": warc("conversion", URL, b"text", Content_Type="text/html"),
    "unknown": warc("x" * 1000, URL, b"text"),
}


@pytest.mark.parametrize("between", PASSED_OVER)
@pytest.mark.parametrize("compress", [True, False])
def test_what_is_no_page_is_passed_over(between: str, compress: bool, tmp_path: Path) -> None:
    data = response() + PASSED_OVER[between] + OTHER + PASSED_OVER[between]
    if not compress:
        data = gzip.decompress(data)
    items = list(read_archive(saved(tmp_path, data)))
    assert [item.page.url for item in items if isinstance(item, ArchivedPage)] == [URL, "https://tinh.example/2"]
    assert len(items) == 2, between


def test_unwanted_pages_are_counted_and_unwanted_images_are_not(tmp_path: Path) -> None:
    items = list(read_archive(saved(tmp_path, response() + IMAGE + OTHER), wanted=lambda url: url == URL))
    assert [type(item) for item in items] == [ArchivedPage, Problem]
    assert isinstance(items[1], Problem)
    assert (items[1].kind, items[1].url) == ("outside", "https://tinh.example/2")


def test_revisits_are_told(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
        archive.append(exchange(), {}, same_as=position)
    (page, revisit) = read_archive(tmp_path / position.file)
    assert isinstance(page, ArchivedPage)
    assert isinstance(revisit, Problem)
    assert (revisit.kind, revisit.url, revisit.offset) == ("revisit", URL, end_of(position))


FLAGGED = [
    ("truncated by the crawler", response(PAGE[:900], WARC_Truncated="length"), ("truncated:length",)),
    ("a short block", response(length=10**6), ("short",)),
    ("a cut coding", response(GZIP[:-20], ("Content-Encoding", "gzip")), ("cut",)),
    ("a stale header", response(PAGE, ("Content-Encoding", "gzip")), ("stale-content-encoding",)),
]


@pytest.mark.parametrize(("name", "data", "flags"), FLAGGED, ids=[case[0] for case in FLAGGED])
def test_oddities_are_flagged(name: str, data: bytes, flags: tuple[str, ...], tmp_path: Path) -> None:
    found = pages(saved(tmp_path, data + OTHER))
    assert [page.flags for page in found] == [flags, ()], name


def test_pages_over_16_mib_are_problems(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<html>" + b" " * 2**24)
    data = (
        response(bomb, ("Content-Encoding", "gzip"))
        + response(b"<html>" + b"\0" * 2**25)
        + warc("response", "https://tinh.example/a.mp4", http(b"\0" * (2**25 + 9), ("Content-Type", "video/mp4")))
        + warc("response", "https://tinh.example/a.iso", http(b"\0" * (2**25 + 9), ("Content-Type", "text/plain")))
        + response()
    )
    path = saved(tmp_path, data)
    tracemalloc.start()
    items = list(read_archive(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [getattr(item, "kind", "page") for item in items] == ["too-large", "too-large", "page"]
    assert peak < 200 * 2**20, f"{peak / 2**20:.0f} MiB"


def test_headers_keep_their_own_encodings(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-A: \xff\r\nX-B: \xe1\xbb\x89\r\n" + b"X-C: c\r\n " * 2
    (page,) = pages(saved(tmp_path, warc("response", URL, head + b"\r\n\r\n" + PAGE)))
    assert page.page.headers[1:] == (("X-A", "ÿ"), ("X-B", "ỉ"), ("X-C", "c X-C: c "))


def test_endless_headers_are_damage(tmp_path: Path) -> None:
    endless = gzip.compress(b"WARC/1.0\r\n" + b"a" * 2**26)
    lines = gzip.compress(b"WARC/1.0\r\n" + b"a: b\r\n" * 2**20)
    blanks = gzip.compress(b"\r\n" * 2**25)
    items = list(read_archive(saved(tmp_path, response() + endless + lines + blanks + OTHER)))
    assert [getattr(item, "kind", "page") for item in items] == ["page", "damaged", "damaged", "page"]


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_cut_anywhere_gives_what_is_whole(compress: bool, tmp_path: Path) -> None:
    body = b"<html>Quy" + bytes(random.Random(3).choices(b"abcdef", k=100))
    one, two = (response(body, url=f"https://tinh.example/{n}", compress=compress) for n in (1, 2))
    for size in range(1, len(two)):
        path = saved(tmp_path, one + two[:size])
        items = list(read_archive(path))
        first = items[0]
        assert isinstance(first, ArchivedPage)
        if compress or size < len(two) - 4:
            assert [(item.kind, item.offset) for item in items[1:] if isinstance(item, Problem)] == [("torn", len(one))]
        assert items == [first, *(item for item in read_archive(path, after=first.position))] or size >= len(two) - 4
    for size in range(1, len(one), 7):
        path = saved(tmp_path, one[:size])
        if compress or size < len(one) - 4:
            with pytest.raises(InputError, match="copy it again"):
                list(read_archive(path))


@pytest.mark.parametrize("compress", [True, False])
def test_damage_in_the_middle_costs_that_record(compress: bool, tmp_path: Path) -> None:
    middle = response(random.Random(1).randbytes(3000), url="https://tinh.example/m", compress=compress)
    rng = random.Random(5)
    for _ in range(60):
        broken = bytearray(middle)
        at = rng.randrange(20, len(broken) - 60)
        broken[at : at + 40] = rng.randbytes(40)
        found = pages(saved(tmp_path, response(compress=compress) + bytes(broken) + OTHER_AS[compress]))
        assert found[0].page.url == URL
        assert found[-1].page.url == "https://tinh.example/2", at


OTHER_AS = {True: OTHER, False: gzip.decompress(OTHER)}


def test_a_wacz_that_lost_its_end_gives_its_pages(tmp_path: Path) -> None:
    whole = zipped(response() + OTHER)
    path = saved(tmp_path, whole[:-200], "a.wacz")
    assert [page.page.url for page in pages(path)] == [URL, "https://tinh.example/2"]
    assert {problem.kind for problem in problems(path)} <= {"torn", "damaged"}


def test_every_warc_of_a_wacz_is_read_and_resumed(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        for part in "cab":
            urls = [f"https://tinh.example/{part}{n}" for n in range(3)]
            pack.writestr(f"archive/{part}.warc.gz", b"".join(response(url=url) for url in urls))
    path = saved(tmp_path, buffer.getvalue(), "a.wacz")
    found = pages(path)
    assert [page.page.url[-2:] for page in found] == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2"]
    assert found[4].file == "a.wacz/archive/b.warc.gz"
    for n, page in enumerate(found):
        assert pages(path, after=page.position) == found[n + 1 :], n


NO_ARCHIVE = {
    "empty": (b"", "is empty"),
    "text": (b"hello\n" * 99, "no WARC or WACZ"),
    "html": (PAGE, "no WARC or WACZ"),
    "gzip of text": (gzip.compress(b"hello"), "no WARC or WACZ"),
    "zeros": (b"\0" * 9999, "no WARC or WACZ"),
    "zip without warc": (zipped(b"x", "a.txt"), "without WARC files"),
    "broken zip": (b"PK\3\4" + b"x" * 99, "no WARC or WACZ"),
    "wacz of nothing": (zipped(b""), "no WARC or WACZ"),
    "only a version": (b"WARC/1.0\r\n", "no WARC or WACZ"),
}


@pytest.mark.parametrize("name", NO_ARCHIVE)
def test_what_is_no_archive_is_an_input_error(name: str, tmp_path: Path) -> None:
    data, message = NO_ARCHIVE[name]
    with pytest.raises(InputError, match=message) as raised:
        list(read_archive(saved(tmp_path, data)))
    assert "\n" not in str(raised.value)


def test_missing_files_and_folders_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        list(read_archive(tmp_path / "gone.warc"))
    with pytest.raises(InputError, match="cannot read"):
        list(read_archive(tmp_path))


def test_an_encrypted_part_costs_that_part(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        pack.writestr("archive/a.warc.gz", response())
        pack.writestr("archive/b.warc.gz", OTHER)
    whole = bytearray(buffer.getvalue())
    whole[whole.find(b"archive/a") - 30 + 6] |= 1  # the flag in the file's own header
    whole[whole.rfind(b"archive/a") - 46 + 8] |= 1  # and in the central directory
    locked, page = read_archive(saved(tmp_path, bytes(whole), "a.wacz"))
    assert isinstance(locked, Problem)
    assert "encrypted" in locked.message
    assert isinstance(page, ArchivedPage)


def test_a_bomb_in_a_wacz_costs_that_part(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        with pack.open("archive/a.warc", "w", force_zip64=True) as part:
            for _ in range(220):
                part.write(b"\n" * 2**20)
        pack.writestr("archive/b.warc.gz", response())
    bomb, page = read_archive(path)
    assert isinstance(bomb, Problem)
    assert "that unpack to" in bomb.message
    assert isinstance(page, ArchivedPage)


PROVENANCE: list[tuple[dict[str, object], dict[str, object]]] = [
    ({"tls_verified": "yes", "attempts": -1, "tls_path": "x", "site": 5}, {}),
    ({"tls_verified": 0}, {"tls_verified": False}),
    ({"tls_verified": 7, "attempts": 10**30}, {}),
    ({"tls_path": ["a", 5], "certificate": {"sha256": "x"}}, {}),
    ({"tls_path": ["strict:ok"], "attempts": 3}, {"tls_path": ("strict:ok",), "attempts": 3}),
    ({"site": "\ud800", "url": "a\nb", "tls_version": "x" * 5000}, {}),
    ({"site": "tinh", "tls_version": "TLSv1"}, {"site": "tinh", "tls_version": "TLSv1"}),
    ({"status": 500, "fetched_at": "never", "bytes": 1, "body_sha256": "x", "unknown": 1}, {}),
]


@pytest.mark.parametrize(("known", "restored"), PROVENANCE)
def test_provenance_from_elsewhere_is_not_believed_blindly(known: Any, restored: Any, tmp_path: Path) -> None:
    block = json.dumps(known).encode()
    data = response() + warc("metadata", URL, block, WARC_Concurrent_To=ID, Content_Type="application/json")
    (page,) = pages(saved(tmp_path, data))
    (bare,) = pages(saved(tmp_path, response()))
    changed = {
        name: getattr(page.fetch, name)
        for name in page.fetch.__slots__
        if getattr(page.fetch, name) != getattr(bare.fetch, name)
    }
    assert changed == restored


@pytest.mark.parametrize(
    ("written", "ip"), [("203.0.113.7", "203.0.113.7"), ("2001:DB8::1", "2001:db8::1"), ("a\rb", None)]
)
def test_addresses_of_servers(written: str, ip: str | None, tmp_path: Path) -> None:
    assert pages(saved(tmp_path, response(WARC_IP_Address=written)))[0].fetch.ip == ip


FETCHES = st.builds(
    Fetch,
    url=st.just(URL),
    fetched_at=st.just(DATE),
    status=st.integers(100, 599),
    final_url=st.just("https://tinh.example/tin/2"),
    attempts=st.integers(1, 99),
    ip=st.none() | st.just("203.0.113.7"),
    tls_profile=st.none() | st.sampled_from(["strict", "legacy"]),
    tls_version=st.none() | st.just("TLSv1"),
    tls_verified=st.none() | st.booleans(),
    tls_path=st.lists(st.sampled_from(["strict:protocol", "legacy:ok"]), max_size=3).map(tuple),
    certificate=st.none() | st.builds(Certificate, st.just("ab" * 32), *[st.just("CN=tỉnh")] * 4, st.just(("a", "b"))),
)


@settings(deadline=None)
@given(FETCHES)
def test_a_fetch_survives_its_json(fetch: Fetch) -> None:
    read = Fetch(url="x", fetched_at=fetch.fetched_at, status=fetch.status)
    assert restore(json.loads(json.dumps(provenance(fetch))), read) == fetch


DATES = [
    ("2026-11-25T01:02:03.123456Z", "2026-11-25T01:02:03Z"),
    ("20261125010203", "2026-11-25T01:02:03Z"),
    ("2026-11-25", "2026-11-25T00:00:00Z"),
    ("2026-11-25T01:02Z", "2026-11-25T01:02:00Z"),
]


@pytest.mark.parametrize(("written", "read"), DATES)
def test_dates(written: str, read: str, tmp_path: Path) -> None:
    data = response(compress=False).replace(DATE.encode(), written.encode())
    assert pages(saved(tmp_path, data))[0].page.fetched_at == read


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-25T01:02:03Z", "9" * 60])
def test_without_a_date_the_file_gives_it(written: str, tmp_path: Path) -> None:
    path = saved(tmp_path, response(compress=False).replace(DATE.encode(), written.encode()))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert pages(path)[0].page.fetched_at == "2001-09-09T01:46:40Z"


SEEDS = [response(), response(compress=False), zipped(response()), written_by_warcio(), OTHER + response(chunked(GZIP))]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_give_another_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    seed = bytearray(data.draw(st.sampled_from(SEEDS)) * 2)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(seed) - 1))
        seed[at : at + data.draw(st.integers(0, 50))] = data.draw(st.binary(max_size=30))
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(gzip.compress(seed) if data.draw(st.booleans()) else seed)
    try:
        for item in read_archive(path):
            assert isinstance(item, ArchivedPage | Problem)
    except DanchieuError:
        pass
