"""Loopback servers that do to a client what provincial sites do: each connection runs in a thread of its own."""

from __future__ import annotations

import atexit
import datetime
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
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

HERE = Path(__file__).parent / "tls"
NAME = "bao.site.example"  # resolved nowhere; tests reach it by the policy's ``connect``
PAGE = b"<!doctype html><html><title>Tin</title><body><p>" + "Quyết định. ".encode() * 40 + b"</p></body></html>"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Serve = Callable[[socket.socket, int], None]
OLD = "ALL:@SECLEVEL=0"  # every cipher that OpenSSL still has
TLS10, TLS11, TLS12 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2


@dataclass(frozen=True)
class Issued:
    """A certificate, its key, and the certificates above it up to, without, the root."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()

    def pem(self, *, above: Sequence[x509.Certificate] | None = None) -> bytes:
        """Key, leaf and what follows it, as a server loads them."""
        parts = [self.certificate, *(self.above if above is None else above)]
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + b"".join(pem_of(part) for part in parts)


def issue(
    name: str,
    by: Issued | None = None,
    *,
    authority: bool = False,
    hosts: Sequence[str] = (NAME, "127.0.0.1"),
    days: tuple[int, int] = (-10, 300),
    key: Key | None = None,
    issuer_at: str | None = None,
) -> Issued:
    """A certificate made by ``by`` (by itself without), valid from and until so many days from now."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days[0]))
        .not_valid_after(now + datetime.timedelta(days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        names = [x509.IPAddress(ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if issuer_at:
        place = x509.UniformResourceIdentifier(issuer_at)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    made = builder.sign(by.key if by else own, hashes.SHA256())
    above = (by.certificate, *by.above) if by is not None and by.certificate.issuer != by.certificate.subject else ()
    return Issued(made, own, above)


@cache
def root() -> Issued:
    """The root that the tests trust."""
    return issue("Root", authority=True)


@cache
def middle() -> Issued:
    """An intermediate under the root."""
    return issue("Middle", root(), authority=True)


@cache
def deep() -> Issued:
    """An intermediate under an intermediate."""
    return issue("Deep", middle(), authority=True)


def deep_chain() -> tuple[x509.Certificate, ...]:
    """The intermediates above a leaf of ``deep``, nearest first."""
    return (deep().certificate, *deep().above)


@cache
def stale() -> Issued:
    """An intermediate that was valid once."""
    return issue("Stale", root(), authority=True, days=(-90, -1))


@cache
def leaf() -> Issued:
    """A right certificate for NAME and 127.0.0.1."""
    return issue("leaf", middle())


@cache
def rsa_leaf(bits: int = 2048) -> Issued:
    """A right certificate on an RSA key, as old key exchanges need."""
    return issue("rsa leaf", middle(), key=rsa.generate_private_key(65537, bits))


@cache
def root_file() -> str:
    """A PEM file of the roots that the tests trust."""
    folder = mkdtemp()
    atexit.register(rmtree, folder)
    path = Path(folder) / "roots.pem"
    path.write_bytes(pem_of(root().certificate) + (HERE / "sha1-root.pem").read_bytes())
    return str(path)


def pem_of(certificate: x509.Certificate) -> bytes:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


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
