"""Loopback web servers with the TLS faults that provincial sites show, each on a free port and in its own threads."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import socketserver
import ssl
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

Fault = Literal["old-tls", "reset-twice", "no-intermediate"]
DH_PARAMETERS = Path(__file__).with_name("dh1024.pem")
COMPRESS_FROM = 1024  # bytes; below, the gzip header eats the gain


@dataclass(frozen=True)
class Response:
    """What a server answers."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Answer = Callable[[str], Response]  # from the path and query of a request


def context_for(fault: Fault, chain: Path) -> ssl.SSLContext:
    """The TLS that a server with this fault speaks, with the key and certificates of ``chain``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if fault == "old-tls":
        context.set_ciphers("DHE-RSA-AES256-SHA:@SECLEVEL=0")
        context.load_dh_params(str(DH_PARAMETERS))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # an old protocol is what this server is for
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(chain)
    return context


class Server(socketserver.ThreadingTCPServer):
    """A web server on a free loopback port: plain without a context, and hanging up on the first ``resets`` handshakes.

    The handshake runs in the connection's own thread, so that a client that stalls holds up nobody.
    """

    request_queue_size = 64

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None, resets: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.port: int = self.server_address[1]
        self._context = context
        self._resets = resets
        self._connections = itertools.count()
        self._open: set[socket.socket] = set()
        self._closing = False
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Hangs up, or speaks TLS if there is a context, and then HTTP until either side has had enough."""
        request.settimeout(Handler.timeout)
        with self._tracked(request):
            if next(self._connections) < self._resets:
                _reset(request)
                return
            if self._context is None:
                super().finish_request(request, client_address)
                return
            secured = self._context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        with secured, self._tracked(secured):
            secured.do_handshake()
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports mistakes of ours; a client that turns away from bad TLS, or leaves early, is expected here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    @contextlib.contextmanager
    def _tracked(self, connection: socket.socket) -> Iterator[None]:
        """Keeps a connection where ``close`` finds it."""
        self._open.add(connection)
        try:
            if self._closing:
                raise ConnectionAbortedError
            yield
        finally:
            self._open.discard(connection)

    def close(self) -> None:
        """Stops listening, hangs up on everyone and waits for the threads to end."""
        self._closing = True
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # it closed meanwhile
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD over keep-alive connections, gzip for who accepts it."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Answers with headers and body."""
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        """Answers with headers alone."""
        self._respond(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name it has in the base class
        """Nothing: the requests are logged where they are answered."""

    def version_string(self) -> str:
        """What goes for a server's name in its headers."""
        return "danchieu-sample"

    def _respond(self, *, with_body: bool) -> None:
        response = self.server.answer(self.path)
        headers = [("Content-Type", response.content_type), *response.headers]
        body = response.body
        if len(body) >= COMPRESS_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        self.send_response(response.status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _reset(connection: socket.socket) -> None:
    """Takes the first bytes and answers with a TCP reset: what closing a socket without lingering sends."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
