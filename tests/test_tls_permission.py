"""Hosts that cannot be read verified: which permission opens what, and what they cost without."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import servers
import servers_old
from crawler.archive.provenance import fetch_of
from crawler.exchange import Exchange, FetchError
from servers import OLD, TLS10, context, tls
from servers_client import HASTY, LIMITS, Client, run

Maker = Callable[[], servers.Serve]


def self_signed() -> servers.Issued:
    return servers.issue("self")


def foreign(above: bool = True) -> servers.Serve:
    authority = servers.issue("Government root", authority=True)
    made = servers.issue("leaf", authority)
    return tls(context(made, above=(authority.certificate,) if above else ()))


PERMANENT: dict[str, tuple[Maker, str, int, str]] = {
    # the fault: the server, the class of error, connections, and the rung that permission for "unverified" opens
    "self-signed": (lambda: tls(context(self_signed())), "self-signed", 1, "unverified"),
    "expired": (lambda: tls(context(servers.issue("l", servers.middle(), days=(-90, -1)))), "expired", 1, "unverified"),
    "not yet valid": (
        lambda: tls(context(servers.issue("l", servers.middle(), days=(5, 90)))),
        "not-yet-valid",
        1,
        "unverified",
    ),
    "wrong host": (
        lambda: tls(context(servers.issue("l", servers.middle(), hosts=["other.site.example"]))),
        "hostname",
        1,
        "unverified",
    ),
    "expired and missing intermediate": (
        lambda: tls(context(servers.issue("l", servers.middle(), days=(-90, -1)), above=())),
        "expired",
        1,
        "unverified",
    ),
    "missing intermediate, no address": (lambda: tls(context(servers.leaf(), above=())), "no-issuer", 1, "unverified"),
    "missing intermediate, dead address": (
        lambda: tls(context(servers.issue("l", servers.middle(), issuer_at="http://127.0.0.1:9/m.cer"), above=())),
        "no-issuer",
        1,
        "unverified",
    ),
    "unknown root": (foreign, "unknown-root", 1, "unverified"),
    "unknown root, not sent": (lambda: foreign(above=False), "no-issuer", 1, "unverified"),
    "expired intermediate": (
        lambda: tls(context(servers.issue("l", servers.stale()), above=(servers.stale().certificate,))),
        "expired-issuer",
        1,
        "unverified",
    ),
    "self-signed, TLS 1.0": (
        lambda: tls(context(servers.issue("s", key=servers.rsa_leaf().key), version=TLS10, ciphers=OLD)),
        "self-signed",
        2,
        "legacy-unverified",
    ),
}


@pytest.mark.parametrize("fault", PERMANENT)
def test_a_certificate_that_proves_nothing_costs_one_connection_a_host(fault: str) -> None:
    serve, error_class, connections, _ = PERMANENT[fault]
    with servers.serving(serve()) as server:
        got = run(server, pages=4)
        used = server.connections
    assert used == connections, fault
    for error in got:
        assert isinstance(error, FetchError), f"{fault}: {error!r}"
        assert (error.error_class, error.permanent) == (error_class, True), f"{fault}: {error.path}"
    assert isinstance(got[0], FetchError)
    assert got[0].certificate is not None, fault
    assert not server.requests, f"{fault}: a request was sent to an unproved host"


@pytest.mark.parametrize("fault", PERMANENT)
def test_permission_opens_the_unverified_rung_and_is_recorded(fault: str) -> None:
    serve, error_class, connections, rung = PERMANENT[fault]
    with servers.serving(serve()) as server:
        got = run(server, "unverified", pages=3)
        used = server.connections
    assert used == connections + 1, f"{fault}: the connection is kept, and strict is not tried for each page"
    for exchange in got:
        assert isinstance(exchange, Exchange), f"{fault}: {exchange!r}"
        assert exchange.tls is not None
        assert (exchange.tls.profile, exchange.tls.verified) == (rung, False), fault
    first = got[0]
    assert isinstance(first, Exchange)
    assert f":{error_class}" in " ".join(first.path), fault


NO_WAY: dict[str, tuple[Maker, str, int]] = {
    # the fault: the server, the class of error, connections to one profile each and one that looks for the cause
    "RC4 only": (lambda: servers_old.old(ciphers=["rc4"], exchanges=["rsa"]), "obsolete-cipher", 4),
    "3DES only": (lambda: servers_old.old(ciphers=["3des"], exchanges=["rsa"]), "obsolete-cipher", 4),
    "no cipher at all": (lambda: servers.alert(40), "handshake", 4),
    "SSL 3 only": (lambda: servers.alert(70), "protocol", 2),
    "512-bit group only": (
        lambda: servers_old.old(servers_old.Older, exchanges=["dhe_rsa"], tiny_group=True),
        "dh-too-small",
        4,
    ),
    "unknown name": (lambda: servers.alert(112), "unrecognized-name", 1),
    "plain http": (lambda: http_on_tls_port, "plain-http", 1),
}


def http_on_tls_port(sock: socket.socket, n: int) -> None:
    """A web server that takes the ClientHello for a broken request."""
    if sock.recv(65536, socket.MSG_PEEK)[:1] == b"\x16":
        sock.recv(65536)
        sock.sendall(servers.response(b"<html>400</html>", status="400 Bad Request"))
    else:
        servers.http()(sock, n)


@pytest.mark.parametrize("fault", NO_WAY)
@pytest.mark.parametrize("allow", [(), ("unverified",), ("http",)])
def test_a_host_without_common_ground_is_given_up_once(fault: str, allow: tuple[str, ...]) -> None:
    serve, error_class, connections = NO_WAY[fault]
    if "http" in allow:
        if fault == "plain http":
            return  # then there is common ground
        connections += 1  # which shows that there is no plain http either
    with servers.serving(serve()) as server:
        got = run(server, *allow, pages=3)
        used = server.connections
    assert used == connections, fault
    for error in got:
        assert isinstance(error, FetchError), f"{fault}: {error!r}"
        assert (error.error_class, error.permanent) == (error_class, True), f"{fault}: {error.path} {error}"


def test_a_root_of_the_site_itself_is_trusted_for_that_site(tmp_path: Path) -> None:
    authority = servers.issue("Government root", authority=True)
    file = tmp_path / "root.pem"
    file.write_bytes(servers.pem_of(authority.certificate))
    with servers.serving(tls(context(servers.issue("leaf", authority)))) as server:
        [refused] = run(server)
        [got] = run(server, client=Client(extra_ca=str(file)))
    assert isinstance(refused, FetchError)
    assert isinstance(got, Exchange), repr(got)
    assert (got.path, got.tls is not None and got.tls.verified) == (("strict:ok",), True)


def test_a_self_signed_certificate_can_be_its_own_root(tmp_path: Path) -> None:
    made = self_signed()
    file = tmp_path / "site.pem"
    file.write_bytes(servers.pem_of(made.certificate))
    with servers.serving(tls(context(made))) as server:
        [got] = run(server, client=Client(extra_ca=str(file)))
    assert isinstance(got, Exchange), repr(got)
    assert got.tls is not None
    assert got.tls.verified


def wants_client_certificate(sock: socket.socket, n: int) -> None:
    made = context(servers.leaf(), version=ssl.TLSVersion.TLSv1_3)
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(servers.root_file())
    with made.wrap_socket(sock, server_side=True, do_handshake_on_connect=False) as secure:
        with suppress(ssl.SSLError):
            secure.do_handshake()
        while socket.socket.recv(secure, 4096):  # until the client leaves: a reset would overtake the alert
            pass


def test_a_server_that_wants_a_client_certificate_says_so_after_the_handshake() -> None:
    with servers.serving(wants_client_certificate) as server:
        [error] = run(server)
        assert server.connections == 1
    assert isinstance(error, FetchError)
    assert (error.error_class, error.permanent) == ("client-certificate", True), str(error)


def test_the_obsolete_cipher_is_named() -> None:
    for cipher, name in (("rc4", "RC4"), ("3des", "3DES")):
        with servers.serving(servers_old.old(ciphers=[cipher], exchanges=["rsa"])) as server:
            [error] = run(server)
        assert f"would speak {name}" in str(error)


TLS_DEAD: dict[str, tuple[Maker, str]] = {
    "plain http on the TLS port": (lambda: http_on_tls_port, "plain-http"),
    "handshake failure": (lambda: dead_tls(servers.alert(40)), "handshake"),
    "reset for ever": (lambda: dead_tls(servers.reset), "reset"),
    "closed for ever": (lambda: dead_tls(servers.shut), "closed"),
    "silent for ever": (lambda: dead_tls(servers.stall), "handshake-timeout"),
}


def dead_tls(fault: servers.Serve) -> servers.Serve:
    return servers.choosy(lambda hello: hello[:1] == b"\x16", fault, servers.http())


@pytest.mark.parametrize("fault", TLS_DEAD)
def test_plain_http_needs_permission_and_leaves_cookies_behind(fault: str) -> None:
    serve, error_class = TLS_DEAD[fault]
    with servers.serving(serve()) as server:
        limits = HASTY if error_class == "handshake-timeout" else LIMITS
        [refused] = run(server, client=Client(limits=limits))
        assert isinstance(refused, FetchError), fault
        assert refused.error_class == error_class, fault
        assert not server.requests, f"{fault}: asked without TLS, without permission"
        [got] = run(
            server,
            "http",
            client=Client(limits=limits),
            headers={"Cookie": "a=b", "Authorization": "Basic eA==", "X": "y"},
        )
    assert isinstance(got, Exchange), f"{fault}: {got!r}"
    assert (got.tls, got.path[-1], got.url[:7]) == (None, "http:ok", "http://"), fault
    fetch = fetch_of(got)
    assert (fetch.tls_profile, fetch.tls_path, fetch.tls_verified) == ("http", got.path, None), fault
    sent = server.requests[-1].lower()
    assert b"x: y" in sent, fault
    assert b"cookie" not in sent, fault
    assert b"authorization" not in sent, fault
