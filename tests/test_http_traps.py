"""Traps of HTTP on loopback servers: bounded in time and memory, never taken for a page nor for another's answer."""

from __future__ import annotations

import socket
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servers
from crawler.content import TooLargeError, page_of
from crawler.exchange import Exchange, FetchError
from crawler.tls.answer import parse_head
from crawler.tls.handler import response_of
from servers import context, http, response
from servers_client import Client, run

PAGE = servers.PAGE
CUT = PAGE[: len(PAGE) // 2]
OPEN_ENDED = ("Content-Type: text/html", "Connection: close")
CHUNKED = ("Content-Type: text/html", "Transfer-Encoding: chunked")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def secure(answer: bytes, *, notify: bool) -> servers.Serve:
    """The raw answer over TLS, which then ends with a close_notify or with the bare end of the connection."""
    made = context(servers.leaf(), version=ssl.TLSVersion.TLSv1_2)

    def serve(sock: socket.socket, n: int) -> None:
        inner = made.wrap_socket(sock, server_side=True, suppress_ragged_eofs=True)
        recorded = servers.read_request(inner)
        servers.recorders[servers.port_of(inner)].requests.append(recorded)
        inner.sendall(answer)
        if notify:
            with suppress(OSError):
                inner.unwrap()
        inner.close()

    return serve


def then_reset(answer: bytes) -> servers.Serve:
    """The raw answer in plain HTTP, and a reset in place of an end."""

    def serve(sock: socket.socket, n: int) -> None:
        servers.read_request(sock)
        sock.sendall(answer)
        time.sleep(0.05)  # or the reset overtakes the bytes
        servers.abort(sock)

    return serve


def plainly(server: servers.Server, pages: int = 1, client: Client | None = None) -> list[Exchange | FetchError]:
    return run(server, pages=pages, client=client, scheme="http")


CUTS: dict[str, tuple[Callable[[], servers.Serve], str, str]] = {
    # the way in which a body is cut: the server, the scheme, the class of the error
    "length, closed": (lambda: http(response(PAGE)[:-9], keep=False), "http", "cut"),
    "length, reset": (lambda: then_reset(response(PAGE)[:-9]), "http", "cut"),
    "length, over TLS": (lambda: secure(response(PAGE)[:-9], notify=False), "https", "cut"),
    "length, with close_notify": (lambda: secure(response(PAGE)[:-9], notify=True), "https", "cut"),
    "chunked, no last chunk": (
        lambda: http(response(chunk(PAGE), *CHUNKED, length=False), keep=False),
        "http",
        "cut",
    ),
    "chunked, in a chunk": (
        lambda: http(response(chunk(PAGE)[:-50], *CHUNKED, length=False), keep=False),
        "http",
        "cut",
    ),
    "chunked, over TLS": (
        lambda: secure(response(chunk(PAGE), *CHUNKED, length=False), notify=False),
        "https",
        "cut",
    ),
    "chunked, reset": (lambda: then_reset(response(chunk(PAGE), *CHUNKED, length=False)), "http", "cut"),
    "to the end, reset": (lambda: then_reset(response(CUT, *OPEN_ENDED, length=False)), "http", "cut"),
    "to the end": (lambda: http(response(CUT, *OPEN_ENDED, length=False), keep=False), "http", "truncated"),
    "to the end, over TLS": (
        lambda: secure(response(CUT, *OPEN_ENDED, length=False), notify=False),
        "https",
        "truncated",
    ),
    "to the end, compressed": (
        lambda: http(
            response(zlib.compress(PAGE)[:-9], "Content-Encoding: deflate", *OPEN_ENDED, length=False), keep=False
        ),
        "http",
        "truncated",
    ),
    "before any byte": (lambda: http(b"", keep=False), "http", "no-response"),
    "in the headers": (lambda: http(response(PAGE)[:30], keep=False), "http", "bad-http"),
}


@pytest.mark.parametrize("kind", CUTS)
def test_a_cut_body_is_never_a_page_and_never_changes_the_profile(kind: str) -> None:
    serve, scheme, error_class = CUTS[kind]
    with servers.serving(serve()) as server:
        [error] = run(server, scheme=scheme)
        used = server.connections
    assert isinstance(error, FetchError), f"{kind}: {error!r}"
    assert error.error_class == error_class, f"{kind}: {error}"
    assert set(error.path) == {"http:ok" if scheme == "http" else "strict:ok"}, kind
    assert 1 <= used <= 3, kind
    assert error.ip == "127.0.0.1", kind
    assert (error.certificate is not None) == (scheme == "https"), kind
    if error_class == "truncated":
        assert error.exchange is not None, kind
        assert error.exchange.body_end == "unproven", kind


WHOLE: dict[str, tuple[Callable[[], servers.Serve], str, str]] = {
    "length": (lambda: http(), "http", "framed"),
    "chunked": (lambda: http(response(chunk(PAGE) + b"0\r\n\r\n", *CHUNKED, length=False)), "http", "framed"),
    "to the end": (lambda: http(response(PAGE, *OPEN_ENDED, length=False), keep=False), "http", "unproven"),
    "to the end, over TLS": (
        lambda: secure(response(PAGE, *OPEN_ENDED, length=False), notify=False),
        "https",
        "unproven",
    ),
    "to the end, with close_notify": (
        lambda: secure(response(PAGE, *OPEN_ENDED, length=False), notify=True),
        "https",
        "close_notify",
    ),
    "length, closed after it without close_notify": (lambda: secure(response(PAGE), notify=False), "https", "framed"),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_body_says_how_its_end_is_known(kind: str) -> None:
    serve, scheme, body_end = WHOLE[kind]
    with servers.serving(serve()) as server:
        [got] = run(server, scheme=scheme)
    assert isinstance(got, Exchange), f"{kind}: {got!r}"
    assert (got.body, got.body_end) == (PAGE, body_end), kind


def test_a_close_notify_proves_the_end_of_a_body_that_does_not_look_whole() -> None:
    with servers.serving(secure(response(CUT, *OPEN_ENDED, length=False), notify=True)) as server:
        [got] = run(server)
    assert isinstance(got, Exchange)
    assert (got.body, got.body_end) == (CUT, "close_notify")


def test_a_connection_that_broke_off_once_is_tried_again() -> None:
    with servers.serving(servers.first(1, then_reset(response(PAGE)[:-9]), http())) as server:
        [got] = plainly(server)
    assert isinstance(got, Exchange)
    assert (got.body, got.attempts, server.connections) == (PAGE, 2, 2)


def endless(piece: bytes, pause: float = 0.0, head: bytes = b"") -> servers.Serve:
    """A server that never comes to an end."""

    def serve(sock: socket.socket, n: int) -> None:
        servers.read_request(sock)
        sock.sendall(head)
        while True:
            sock.sendall(piece)
            time.sleep(pause)

    return serve


TO_THE_END = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
ENDLESS: dict[str, tuple[servers.Serve, str]] = {
    "body": (endless(b"<p>x" * 10_000, head=TO_THE_END), "too-large"),
    "chunks": (endless(chunk(b"<p>x" * 10_000), head=response(b"", *CHUNKED, length=False)), "too-large"),
    "headers": (endless(b"X: y\r\n" * 1000, head=b"HTTP/1.1 200 OK\r\n"), "too-large"),
    "one header": (endless(b"y" * 10_000, head=b"HTTP/1.1 200 OK\r\nX: "), "too-large"),
    "slow drip of a body": (endless(b"x", 0.02, TO_THE_END), "timeout"),
    "slow drip of headers": (endless(b"X: y\r\n", 0.02, b"HTTP/1.1 200 OK\r\n"), "timeout"),
    "slow drip of a status": (endless(b" ", 0.02, b"HTTP/1.1"), "timeout"),
    "slow drip of chunk sizes": (endless(b"0", 0.02, response(b"", *CHUNKED, length=False)), "timeout"),
    "interim answers": (endless(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "bad-http"),
    "silence": (servers.stall, "timeout"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_never_ends_is_left_in_time(kind: str) -> None:
    serve, error_class = ENDLESS[kind]
    client = Client(timeout=0.6)
    begun = time.monotonic()
    with servers.serving(serve) as server:
        [error] = plainly(server, client=client)
    assert isinstance(error, FetchError), f"{kind}: {error!r}"
    assert error.error_class == error_class, f"{kind}: {error}"
    assert error.permanent == (error_class != "timeout"), kind
    assert time.monotonic() - begun < 10, kind


def test_a_gzip_bomb_is_small_until_it_is_opened_and_then_refused() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 2**20) for _ in range(300)) + packer.flush()
    with servers.serving(http(response(bomb, "Content-Type: text/html", "Content-Encoding: gzip"))) as server:
        tracemalloc.start()
        try:
            [got] = plainly(server)
            assert isinstance(got, Exchange), repr(got)
            with pytest.raises(TooLargeError):
                page_of(got)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 64 * 2**20, f"{peak:,} bytes for a bomb of {len(bomb):,}"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("redirect to itself", response(b"", "Location: /tin-0.html", status="302 Found")),
        ("redirect to a private address", response(b"", "Location: http://169.254.169.254/", status="301 Moved")),
        ("refresh to itself", response(b'<html><meta http-equiv=refresh content="60;url=/tin-0.html"></html>')),
        ("wrong charset", response("<html>Quyết</html>".encode(), "Content-Type: text/html; charset=iso-8859-1")),
        ("unknown charset", response(PAGE, "Content-Type: text/html; charset=x-nonsense")),
        ("a PDF called HTML", response(b"%PDF-1.7\n\0\xff", "Content-Type: text/html")),
        ("no Content-Type", response(PAGE, "Server: x")),
        ("a nonsense Content-Type", response(PAGE, "Content-Type: \xff;;;=")),
        ("headers of bytes", response(PAGE, "X-\xff: \x01\xfe", "Set-Cookie: \xff")),
        ("server error", response(PAGE, status="500 Lỗi")),
        ("missing", response(b"", status="404 Not Found")),
    ],
)
def test_odd_answers_are_handed_on_as_they_came(kind: str, answer: bytes) -> None:
    with servers.serving(http(answer)) as server:
        [got] = plainly(server)
        used = server.connections
    assert isinstance(got, Exchange), f"{kind}: {got!r}"
    assert got.body == answer.partition(b"\r\n\r\n")[2], kind
    assert got.status == int(answer.split()[1]), kind
    assert used == 1, f"{kind}: nothing is followed"


NAMES = st.sampled_from(
    [b"Content-Type", b"content-encoding", b"Content-Disposition", b"Set-Cookie", b"Location", b"X"]
)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(NAMES | st.binary(max_size=20), st.binary(max_size=60)), max_size=8), st.binary(max_size=200))
def test_no_headers_make_scrapys_form_of_an_answer_fail(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    raw = b"\r\n".join([b"HTTP/1.1 200 OK", *(name + b": " + value for name, value in headers)])
    head = parse_head(raw)
    exchange = Exchange("http://a.example/x", "GET", (), head.status, head.reason, head.version, head.headers, body, "")
    answer = response_of(exchange)
    assert (answer.status, answer.body) == (200, body)
