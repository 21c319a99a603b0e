"""Codings undone: every one, true headers and false ones, whole bodies and cut ones, and bombs."""

from __future__ import annotations

import gzip
import sys
import zlib
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_samples import exchange
from crawler.content import MAX_BYTES, TooLargeError, page_of, undo_codings, undo_content_coding

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = ("<!DOCTYPE html><html><body>" + "<p>Nghị quyết số 18-NQ/TW</p>" * 3000 + "</body></html>").encode()


def raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


def chunked(data: bytes, size: int = 1000) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


GZIP = gzip.compress(PAGE)
CODED = {
    "gzip": GZIP,
    "x-gzip": GZIP,
    "GZip": GZIP,
    "deflate": zlib.compress(PAGE),
    "br": brotli.compress(PAGE),
    "zstd": zstd.compress(PAGE),
    "identity": PAGE,
    "utf-8": PAGE,
    "none": PAGE,
    "": PAGE,
    "gzip, br": brotli.compress(GZIP),
    "identity, gzip": GZIP,
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("framing", ["", "chunked", "Chunked", "gzip, chunked"])
def test_every_coding(coding: str, framing: str) -> None:
    raw = chunked(CODED[coding]) if "hunked" in framing else CODED[coding]
    content = undo_codings(raw, (("content-encoding", coding), ("Transfer-Encoding", framing)))
    assert (content.body == PAGE, content.flags) == (True, ())


TYPE = ("Content-Type", "text/html; charset=utf-8")
ODD: list[tuple[str, bytes, tuple[tuple[str, str], ...], bytes, tuple[str, ...]]] = [
    ("raw deflate", raw_deflate(PAGE), (("Content-Encoding", "deflate"),), PAGE, ()),
    (
        "two gzip members",
        gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]),
        (("Content-Encoding", "gzip"),),
        PAGE,
        (),
    ),
    ("zeros after gzip", GZIP + b"\0" * 9, (("Content-Encoding", "gzip"),), PAGE, ()),
    ("words after gzip", GZIP + b"<!-- cached -->", (("Content-Encoding", "gzip"),), PAGE, ()),
    ("words after deflate", CODED["deflate"] + b"<!-- -->", (("Content-Encoding", "deflate"),), PAGE, ()),
    ("two zstd frames", zstd.compress(PAGE[:99]) + zstd.compress(PAGE[99:]), (("Content-Encoding", "zstd"),), PAGE, ()),
    ("a false checksum", GZIP[:-8] + b"\0" * 8, (("Content-Encoding", "gzip"),), PAGE, ("cut",)),
    ("no checksum", GZIP[:-8], (("Content-Encoding", "gzip"),), PAGE, ("cut",)),
    ("half a checksum", GZIP[:-3], (("Content-Encoding", "gzip"),), PAGE, ("cut",)),
    ("two headers", brotli.compress(GZIP), (("Content-Encoding", "gzip"), ("content-encoding", "br")), PAGE, ()),
    ("gzip unsaid", GZIP, (TYPE,), PAGE, ()),
    ("a gzip file", GZIP, (("Content-Type", "application/gzip"),), GZIP, ()),
    ("nothing", b"", (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")), b"", ()),
    ("no chunks", b"0\r\n\r\n", (("Transfer-Encoding", "chunked"),), b"", ()),
    ("chunk extensions", b"3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", (("Transfer-Encoding", "chunked"),), b"abc", ()),
    ("bare line feeds", b"3\nabc\n 2 \nde\n0\n\n", (("Transfer-Encoding", "chunked"),), b"abcde", ()),
    ("no last chunk", b"3\r\nabc\r\n", (("Transfer-Encoding", "chunked"),), b"abc", ("cut",)),
    ("cut in a chunk", b"3\r\nabc\r\nff\r\nxyz", (("Transfer-Encoding", "chunked"),), b"abcxyz", ("cut",)),
    ("no chunk after a chunk", b"3\r\nabc\r\n<p>", (("Transfer-Encoding", "chunked"),), b"abc", ("cut",)),
    ("gzip, brotli said", GZIP, (("Content-Encoding", "br"),), GZIP, ("stale-content-encoding",)),
]
ODD += [
    (f"stale {coding}", PAGE, (("Content-Encoding", coding),), PAGE, ("stale-content-encoding",))
    for coding in ("gzip", "deflate", "br", "zstd")
]
ODD += [("stale chunked", PAGE, (("Transfer-Encoding", "chunked"),), PAGE, ("stale-transfer-encoding",))]
ODD += [
    (
        "both stale",
        PAGE,
        (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")),
        PAGE,
        ("stale-transfer-encoding", "stale-content-encoding"),
    )
]


@pytest.mark.parametrize(("name", "raw", "headers", "body", "flags"), ODD, ids=[case[0] for case in ODD])
def test_odd_bodies(name: str, raw: bytes, headers: Any, body: bytes, flags: tuple[str, ...]) -> None:
    content = undo_codings(raw, headers)
    assert (content.body, content.flags) == (body, flags), name


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_cut_body_gives_what_is_there(coding: str) -> None:
    page = "".join(f"<p>Điều {n * 7919 % 10007}</p>" for n in range(20_000)).encode()
    whole = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda data: brotli.compress(data, quality=5),
        "zstd": zstd.compress,
    }[coding](page)
    content = undo_content_coding(whole[: len(whole) * 9 // 10], (("Content-Encoding", coding),))
    assert content.flags == ("cut",)
    assert page.startswith(content.body)
    assert len(content.body) > 100_000, "brotli and zstd give whole blocks only"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", ""])
def test_bombs_are_refused(coding: str) -> None:
    at_limit, over = b" " * MAX_BYTES, b" " * (MAX_BYTES + 1)
    pack = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda data: brotli.compress(data, quality=1),
        "zstd": zstd.compress,
        "": lambda data: data,
    }[coding]
    assert len(undo_content_coding(pack(at_limit), (("Content-Encoding", coding),)).body) == MAX_BYTES
    with pytest.raises(TooLargeError):
        undo_content_coding(pack(over), (("Content-Encoding", coding),))


def test_a_zstd_frame_that_asks_for_much_memory_is_not_read() -> None:
    encoder = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    huge = encoder.compress(PAGE) + encoder.flush()
    assert undo_content_coding(huge, (("Content-Encoding", "zstd"),)).flags == ("stale-content-encoding",)


@settings(deadline=None)
@given(st.binary(max_size=300), st.lists(st.sampled_from(["gzip", "br", "deflate", "zstd", "x"]), max_size=9))
def test_any_bytes_give_a_body(raw: bytes, codings: list[str]) -> None:
    headers = (("Content-Encoding", ",".join(codings)), ("Transfer-Encoding", "chunked"))
    assert isinstance(undo_codings(raw, headers, 10_000).body, bytes)


@settings(deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 5000))
def test_chunks_of_any_size(body: bytes, size: int) -> None:
    assert undo_codings(chunked(body, size), (("Transfer-Encoding", "chunked"),)).body == body


def test_the_page_of_a_live_answer() -> None:
    live = exchange(body=GZIP, headers=((b"Content-Encoding", b"gzip"), (b"X-Ten", b"\xe1\xbb\x89"), (b"X", b"\xff")))
    page = page_of(live)
    assert (page.url, page.status, page.fetched_at) == (live.url, 200, live.fetched_at)
    assert page.body == PAGE
    assert page.headers == (("Content-Encoding", "gzip"), ("X-Ten", "ỉ"), ("X", "ÿ"))
