"""Loopback servers that do to a client what provincial sites do: each connection runs in a thread of its own."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509

from servers_certificates import (
    HERE,
    NAME,
    Issued,
    deep,
    deep_chain,
    issue,
    leaf,
    middle,
    pem_of,
    root,
    root_file,
    rsa_leaf,
    stale,
)

__all__ = [
    "HERE",
    "NAME",
    "OLD",
    "PAGE",
    "TLS10",
    "TLS11",
    "TLS12",
    "Issued",
    "Serve",
    "Server",
    "abort",
    "alert",
    "choosy",
    "context",
    "deep",
    "deep_chain",
    "first",
    "http",
    "issue",
    "leaf",
    "middle",
    "pem_of",
    "port_of",
    "read_request",
    "recorders",
    "reset",
    "response",
    "right",
    "root",
    "root_file",
    "rsa_leaf",
    "serving",
    "shut",
    "stale",
    "stall",
    "tls",
]

PAGE = b"<!doctype html><html><title>Tin</title><body><p>" + "Quyết định. ".encode() * 40 + b"</p></body></html>"
Serve = Callable[[socket.socket, int], None]
OLD = "ALL:@SECLEVEL=0"  # every cipher that OpenSSL still has
TLS10, TLS11, TLS12 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2


def context(
    issued: Issued | bytes,
    *,
    version: ssl.TLSVersion | None = None,
    ciphers: str = "",
    dh: str = "",
    sni: Callable[[ssl.SSLObject, str | None, ssl.SSLContext], int | None] | None = None,
    above: Sequence[x509.Certificate] | None = None,
) -> ssl.SSLContext:
    """A server's TLS: one version only, or that and newer ones without ``version``."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an old protocol is what some servers are for
        if version is not None:
            made.minimum_version = made.maximum_version = version
    if ciphers:
        made.set_ciphers(ciphers)
    if sni is not None:
        made.sni_callback = sni
    if dh:
        made.load_dh_params(str(HERE / dh))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.write_bytes(issued if isinstance(issued, bytes) else issued.pem(above=above))
        made.load_cert_chain(path)
    return made


@dataclass
class Server:
    """A listening server: its port, and what has come in so far."""

    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def connect(self) -> str:
        """The address, as a policy's ``connect`` states it."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving(serve: Serve) -> Iterator[Server]:
    """A server on a free loopback port that calls ``serve(socket, n)`` for its n-th connection, counted from 1."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = Server(listener.getsockname()[1])
    opened: list[socket.socket] = []

    def run(sock: socket.socket, n: int) -> None:
        with suppress(OSError, ssl.SSLError, ValueError), sock:
            serve(sock, n)

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                sock.settimeout(5)
                opened.append(sock)
                server.connections += 1
                threading.Thread(target=run, args=(sock, server.connections), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    recorders[server.port] = server
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in opened:
            with suppress(OSError):
                sock.close()
        del recorders[server.port]


recorders: dict[int, Server] = {}  # by port, so that a server's own functions can note what they saw


def http(answer: bytes | Callable[[bytes], bytes] | None = None, *, keep: bool = True) -> Serve:
    """Plain HTTP: the same raw answer (or that of a function of the request) to each request."""
    whole = response(PAGE) if answer is None else answer

    def serve(sock: socket.socket, n: int) -> None:
        while request := read_request(sock):
            recorders[port_of(sock)].requests.append(request)
            sock.sendall(whole(request) if callable(whole) else whole)
            if not keep:
                return

    return serve


def tls(made: ssl.SSLContext, then: Serve | None = None) -> Serve:
    """TLS as ``made`` speaks it, and ``then`` inside; it ends with a close_notify."""
    inside = then or http()

    def serve(sock: socket.socket, n: int) -> None:
        with made.wrap_socket(sock, server_side=True) as secure:
            inside(secure, n)
            with suppress(OSError):
                secure.unwrap()

    return serve


def right() -> Serve:
    """A server without a fault."""
    return tls(context(leaf()))


def first(n: int, fault: Serve, then: Serve) -> Serve:
    """``fault`` for the first n connections, ``then`` for the rest."""
    return lambda sock, count: (fault if count <= n else then)(sock, count)


def reset(sock: socket.socket, n: int) -> None:
    """Take the ClientHello and reset the connection."""
    sock.recv(65536)
    abort(sock)


def shut(sock: socket.socket, n: int) -> None:
    """Take the ClientHello and close the connection."""
    sock.recv(65536)


def stall(sock: socket.socket, n: int) -> None:
    """Say nothing until the client has had enough."""
    with suppress(OSError):
        while sock.recv(65536):
            pass


def alert(description: int) -> Serve:
    """Answer the ClientHello with a fatal alert (RFC 8446 section 6): 40 handshake_failure, 70 protocol_version, 80."""

    def serve(sock: socket.socket, n: int) -> None:
        sock.recv(65536)
        sock.sendall(bytes([21, 3, 1, 0, 2, 2, description]))
        with suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
            sock.recv(65536)

    return serve


def choosy(refuses: Callable[[bytes], bool], fault: Serve, then: Serve) -> Serve:
    """``fault`` for a ClientHello that ``refuses`` dislikes, ``then`` for others. The hello is only looked at."""

    def serve(sock: socket.socket, n: int) -> None:
        hello = sock.recv(65536, socket.MSG_PEEK)
        deadline = time.monotonic() + 2
        while (
            hello[:1] == b"\x16" and len(hello) < 5 + int.from_bytes(hello[3:5], "big") and time.monotonic() < deadline
        ):
            time.sleep(0.005)
            hello = sock.recv(65536, socket.MSG_PEEK)
        (fault if refuses(hello) else then)(sock, n)

    return serve


def response(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """A raw HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status}", *(headers or ("Content-Type: text/html; charset=utf-8",))]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_request(sock: socket.socket) -> bytes:
    """The head of the next request, empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return b""
        data += more
    return data


def abort(sock: socket.socket) -> None:
    """Close with a reset: SO_LINGER of zero seconds makes the kernel send RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(sock.detach())


def port_of(sock: socket.socket) -> int:
    """The server's port of one of its connections."""
    port: int = sock.getsockname()[1]
    return port
