"""HTTP answers as servers really send them: read whole, refused with a reason, and always within bounds."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.tls.answer import LARGEST_HEAD, MOST_CHUNKS, Answer, AnswerError, Wire, read_answer
from crawler.tls.whole import is_whole

LIMIT = 100_000


def read(raw: bytes, *, method: str = "GET", pieces: int = 1 << 20, limit: int = LIMIT) -> Answer | str:
    """The answer in ``raw``, which arrives in pieces of that size, or the class of the fault."""
    parts = [raw[i : i + pieces] for i in range(0, len(raw), pieces)]

    async def source() -> bytes:
        return parts.pop(0) if parts else b""

    try:
        return asyncio.run(read_answer(Wire(source), method, limit))
    except AnswerError as error:
        return error.fault


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TWO = b"Content-Length: 2\r\n\r\nhi"

GOOD: dict[str, tuple[bytes, bytes, str, bool]] = {
    # what is peculiar: the bytes, the body, how its end is known, whether the connection may go on
    "length": (OK + TWO, b"hi", "length", True),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi", "length", True),
    "no reason": (b"HTTP/1.1 200\r\n" + TWO, b"hi", "length", True),
    "lower-case protocol": (b"http/1.1 200 ok\r\n" + TWO, b"hi", "length", True),
    "blank lines first": (b"\r\nHTTP/1.1 200 OK\r\n" + TWO, b"hi", "length", True),
    "same length twice": (OK + b"Content-Length: 2\r\ncontent-length: 2\r\n\r\nhi", b"hi", "length", True),
    "list of lengths": (OK + b"Content-Length: 2, 02\r\n\r\nhi", b"hi", "length", True),
    "a line that is no header": (OK + b"oops\r\n: x\r\n" + TWO, b"hi", "length", True),
    "folded header": (OK + b"A: b\r\n c\r\n" + TWO, b"hi", "length", True),
    "space before the colon": (OK + b"Content-Length : 2\r\n\r\nhi", b"hi", "length", True),
    "more than announced": (OK + b"Content-Length: 2\r\n\r\nhi there", b"hi", "length", False),
    "close": (OK + b"Connection: Close\r\n" + TWO, b"hi", "length", False),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n" + TWO, b"hi", "length", False),
    "HTTP/1.0 kept": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + TWO, b"hi", "length", True),
    "no length": (OK + b"\r\nhi", b"hi", "close", False),
    "a length that is none": (OK + b"Content-Length: two\r\n\r\nhi", b"hi", "close", False),
    "a negative length": (OK + b"Content-Length: -2\r\n\r\nhi", b"hi", "close", False),
    "identity": (OK + b"Transfer-Encoding: identity\r\n" + TWO, b"hi", "length", True),
    "chunked": (CHUNKED + b"1\r\nh\r\n1;x=y\r\ni\r\n0\r\n\r\n", b"hi", "chunked", True),
    "chunked, padded": (OK + b"Transfer-Encoding: Chunked\r\n\r\n2  \r\nhi\r\n0000\r\n\r\n", b"hi", "chunked", True),
    "chunked and a length": (
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"hi", "chunked", True,
    ),
    "trailers": (CHUNKED + b"2\r\nhi\r\n0\r\nA: b\r\n\r\n", b"hi", "chunked", True),
    "no end of trailers": (CHUNKED + b"2\r\nhi\r\n0\r\n", b"hi", "chunked", True),
    "interim answers": (b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n" + TWO, b"hi", "length", True),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", b"", "none", True),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", b"", "none", True),
    "error": (b"HTTP/1.1 503 Busy\r\n" + TWO, b"hi", "length", True),
    "no bytes at all": (OK + b"Content-Length: 0\r\n\r\n", b"", "length", True),
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
@pytest.mark.parametrize("pieces", [1 << 20, 1, 3])
def test_an_answer_is_read_however_it_is_written_and_arrives(case: str, pieces: int) -> None:
    raw, body, ending, reusable = GOOD[case]
    got = read(raw, pieces=pieces)
    assert isinstance(got, Answer), f"{case}: {got}"
    assert (got.body, got.ending) == (body, ending), case
    if pieces > len(raw):  # a surplus that comes later is seen when the connection waits
        assert got.reusable == reusable, case


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no-response"),
    "half a head": (OK + b"Content-Le", "bad-http"),
    "HTTP/0.9": (b"<html>hi</html>\r\n\r\n", "bad-http"),
    "another protocol": (b"220 ftp.site.example ready\r\n\r\n", "bad-http"),
    "status of letters": (b"HTTP/1.1 OK\r\n\r\n", "bad-http"),
    "contradicting lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", "bad-http"),
    "unknown transfer coding": (OK + b"Transfer-Encoding: br\r\n\r\nhi", "bad-http"),
    "no chunk size": (CHUNKED + b"hi there\r\n", "bad-http"),
    "negative chunk size": (CHUNKED + b"-2\r\nhi\r\n0\r\n\r\n", "bad-http"),
    "chunk longer than stated": (CHUNKED + b"2\r\nhi there\r\n0\r\n\r\n", "bad-http"),
    "endless chunk line": (CHUNKED + b"2" + b";x" * 9999, "bad-http"),
    "endless interim answers": (b"HTTP/1.1 100 Continue\r\n\r\n" * 20, "bad-http"),
    "endless headers": (OK + b"A: b\r\n" * (LARGEST_HEAD // 5), "too-large"),
    "endless header": (OK + b"A: " + b"b" * (LARGEST_HEAD + 9), "too-large"),
    "endless trailers": (CHUNKED + b"0\r\n" + b"A: b\r\n" * LARGEST_HEAD, "too-large"),
    "announced too large": (OK + b"Content-Length: 100001\r\n\r\nhi", "too-large"),
    "a chunk too large": (CHUNKED + b"FFFFFFFFFFFFFFF\r\nhi", "too-large"),
    "chunks too large": (
        CHUNKED + (b"800\r\n" + b"x" * 2048 + b"\r\n") * 50, "too-large",
    ),
    "endless body": (OK + b"\r\n" + b"x" * (LIMIT + 1), "too-large"),
    "cut by length": (OK + b"Content-Length: 9\r\n\r\nhi", "cut"),
    "cut in a chunk": (CHUNKED + b"9\r\nhi", "cut"),
    "cut between chunks": (CHUNKED + b"2\r\nhi\r\n", "cut"),
    "cut in a chunk size": (CHUNKED + b"2\r\nhi\r\n1", "cut"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("pieces", [1 << 20, 700])
def test_a_broken_answer_is_refused_with_a_reason(case: str, pieces: int) -> None:
    raw, fault = BAD[case]
    assert read(raw, pieces=pieces) == fault, case


def test_a_body_of_crumbs_is_refused_before_it_costs_seconds() -> None:
    assert read(CHUNKED + b"1\r\nx\r\n" * (MOST_CHUNKS + 1), limit=1 << 24, pieces=65536) == "too-large"


def test_headers_are_kept_as_received() -> None:
    got = read(
        b"HTTP/1.1 200 T\xe1\xbb\x91t\r\nX-b: 1\r\n"
        b"Set-Cookie: a=1\r\nset-cookie:b=2\r\nY: \xff\r\nContent-Length: 0\r\n\r\n"
    )
    assert isinstance(got, Answer)
    assert got.head.headers == (
        (b"X-b", b"1"), (b"Set-Cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"Y", b"\xff"), (b"Content-Length", b"0"),
    )  # fmt: skip
    assert (got.head.status, got.head.version, got.head.reason) == (200, "HTTP/1.1", "T\xe1\xbb\x91t")


def test_an_answer_to_head_has_no_body() -> None:
    got = read(OK + b"Content-Length: 99\r\n\r\n", method="HEAD")
    assert isinstance(got, Answer)
    assert (got.body, got.ending) == (b"", "none")


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_bytes_raise_anything_else(raw: bytes, pieces: int) -> None:
    for start in (b"", OK, CHUNKED + b""):
        got = read(start + raw, pieces=pieces, limit=200)
        assert isinstance(got, str) or len(got.body) <= 200


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=400), st.lists(st.integers(1, 50), max_size=12), st.integers(1, 60))
def test_chunks_are_put_together_wherever_they_are_cut(body: bytes, sizes: list[int], pieces: int) -> None:
    raw, rest = CHUNKED, body
    for size in [*sizes, 500]:
        part, rest = rest[:size], rest[size:]
        if part:
            raw += b"%x\r\n%b\r\n" % (len(part), part)
    got = read(raw + b"0\r\n\r\n", pieces=pieces)
    assert isinstance(got, Answer)
    assert got.body == body


HTML = "<!doctype html><html><body>Quyết định</body></html>".encode()
FEED = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><item/></channel></rss>\n'
SITEMAP = b'<?xml version="1.0"?><!-- x --><ns:urlset xmlns:ns="u"><ns:url/></ns:urlset>'

WHOLE: list[tuple[str, bytes, bytes, bool]] = [
    # what it is, the body, its content coding, whether it is whole
    ("a page", HTML, b"", True),
    ("a page and a comment", HTML + b"<!-- 0.2 s -->\n", b"", True),
    ("a page that closes oddly", b"<HTML><p>x</HTML >", b"", True),
    ("a cut page", HTML[:-8], b"", False),
    ("a page cut inside its last tag", HTML[:-1], b"", False),
    ("a page that never closes", b"<!doctype html><title>x</title><p>hi", b"", False),
    ("a page in UTF-16", b"\xff\xfe" + HTML.decode().encode("utf-16-le"), b"", True),
    ("a cut page in UTF-16", b"\xff\xfe" + HTML.decode().encode("utf-16-le")[:-20], b"", False),
    ("a feed", FEED, b"", True),
    ("a feed after a byte order mark", b"\xef\xbb\xbf" + FEED, b"", True),
    ("a cut feed", FEED[:-8], b"", False),
    ("a sitemap with a prefix", SITEMAP, b"", True),
    ("a cut sitemap", SITEMAP[:-14], b"", False),
    ("a fragment", b"<div>x</div>", b"", True),
    ("plain text", b"User-agent: *\nDisallow: /x\n", b"", True),
    ("nothing", b"", b"", False),
    ("gzip", gzip.compress(HTML), b"gzip", True),
    ("cut gzip", gzip.compress(HTML)[:-1], b"gzip", False),
    ("gzip of a cut page, sent whole", gzip.compress(HTML[:-9]), b"x-gzip", True),
    ("no gzip at all", HTML, b"gzip", True),
    ("no gzip at all, cut", HTML[:-8], b"gzip", False),
    ("deflate", zlib.compress(HTML), b"deflate", True),
    ("bare deflate", zlib.compress(HTML, wbits=-15), b"deflate", True),
    ("cut deflate", zlib.compress(HTML)[:-5], b"deflate", False),
    ("brotli", brotli.compress(HTML), b"br", True),
    ("cut brotli", brotli.compress(HTML)[:-1], b"br", False),
    ("gzip in capitals", gzip.compress(HTML), b" GZIP", True),
    ("an unknown coding", HTML[:-8], b"sdch", False),
]  # fmt: skip


@pytest.mark.parametrize(("case", "body", "coding", "whole"), WHOLE, ids=[row[0] for row in WHOLE])
def test_a_body_shows_whether_it_is_whole(case: str, body: bytes, coding: bytes, whole: bool) -> None:
    assert is_whole(body, ((b"Content-Encoding", coding),)) == whole, case


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300), st.sampled_from([b"", b"gzip", b"br", b"deflate", b"zstd"]))
def test_no_body_makes_the_question_fail(body: bytes, coding: bytes) -> None:
    assert is_whole(body, ((b"content-encoding", coding),)) in (True, False)
