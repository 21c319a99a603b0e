"""Faulty TLS servers on loopback: which are read verified, which only by permission, which never, and at what cost."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import servers
import servers_old
from crawler.exchange import Exchange, FetchError
from servers import OLD, TLS10, TLS11, TLS12, context, right, tls
from servers_client import Client, run

Maker = Callable[[], servers.Serve]


def old_version(version: ssl.TLSVersion, ciphers: str = OLD, dh: str = "") -> servers.Serve:
    return tls(context(servers.rsa_leaf(), version=version, ciphers=ciphers, dh=dh))


def speaks_tls13(hello: bytes) -> bool:
    """Whether a ClientHello offers TLS 1.3, in its extension supported_versions (0x002b)."""
    place = hello.find(b"\x00\x2b")
    return place > 0 and b"\x03\x04" in hello[place : place + 16]


def without_name(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
    return None if name == servers.NAME else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def weak(bits: int) -> servers.Serve:
    return tls(context(servers.rsa_leaf(bits), ciphers=OLD))


VERIFIED: dict[str, tuple[Maker, tuple[str, ...]]] = {
    # the fault: the server, and the way to a verified answer
    "none": (right, ("strict:ok",)),
    "RSA key exchange only": (lambda: old_version(TLS12, "AES128-GCM-SHA256"), ("strict:ok",)),
    "SNI required": (lambda: tls(context(servers.leaf(), sni=without_name)), ("strict:ok",)),
    "certificates in the wrong order": (
        lambda: tls(context(servers.issue("leaf of deep", servers.deep()), above=servers.deep_chain()[::-1])),
        ("strict:ok",),
    ),
    "TLS 1.0 only": (lambda: old_version(TLS10), ("strict:protocol", "legacy:ok")),
    "TLS 1.1 only": (lambda: old_version(TLS11), ("strict:protocol", "legacy:ok")),
    "TLS 1.0 only, 1024-bit group only": (
        lambda: old_version(TLS10, "DHE-RSA-AES256-SHA:@SECLEVEL=0", "dh1024.pem"),
        ("strict:protocol", "legacy:ok"),
    ),
    "1024-bit group only": (
        lambda: old_version(TLS12, "DHE-RSA-AES128-SHA:@SECLEVEL=0", "dh1024.pem"),
        ("strict:handshake", "compat:dh-too-small", "legacy:ok"),
    ),
    "1024-bit group preferred": (
        lambda: old_version(TLS12, "DHE-RSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "dh1024.pem"),
        ("strict:ok",),
    ),
    "TLS 1.0 only, 512-bit group preferred": (
        lambda: servers_old.old(exchanges=["dhe_rsa", "rsa"], newest=(3, 1), tiny_group=True),
        ("strict:protocol", "legacy:dh-too-small", "legacy-nodh:ok"),
    ),
    "SHA-1 leaf": (
        lambda: tls(context((servers.HERE / "sha1-leaf.pem").read_bytes(), ciphers=OLD)),
        ("strict:weak-certificate", "legacy:ok"),
    ),
    "1024-bit leaf": (lambda: weak(1024), ("strict:weak-certificate", "legacy:ok")),
    "no RFC 5746": (lambda: servers_old.old(servers_old.Forgetful), ("strict:no-rfc5746", "legacy:ok")),
    "no RFC 5746, TLS 1.0": (
        lambda: servers_old.old(servers_old.Forgetful, newest=(3, 1)),
        ("strict:protocol", "legacy:ok"),
    ),
    "large ClientHello reset": (
        lambda: servers.choosy(lambda hello: len(hello) > 600, servers.reset, right()),
        ("strict:reset", "strict:reset", "compat:ok"),
    ),
    "large ClientHello swallowed": (
        lambda: servers.choosy(lambda hello: len(hello) > 600, servers.stall, right()),
        ("strict:handshake-timeout", "compat:ok"),
    ),
    "TLS 1.3 intolerance by reset": (
        lambda: servers.choosy(speaks_tls13, servers.reset, right()),
        ("strict:reset", "strict:reset", "compat:ok"),
    ),
    "TLS 1.3 intolerance by handshake_failure": (
        lambda: servers.choosy(speaks_tls13, servers.alert(40), right()),
        ("strict:handshake", "compat:ok"),
    ),
    "TLS 1.3 intolerance by protocol_version": (
        lambda: servers.choosy(speaks_tls13, servers.alert(70), right()),
        ("strict:protocol", "legacy:ok"),
    ),
    "one reset": (lambda: servers.first(1, servers.reset, right()), ("strict:reset", "strict:ok")),
    "two resets": (lambda: servers.first(2, servers.reset, right()), ("strict:reset", "strict:reset", "compat:ok")),
    "four resets": (
        lambda: servers.first(4, servers.reset, right()),
        ("strict:reset", "strict:reset", "compat:reset", "legacy:reset", "strict:ok"),
    ),
    "one internal_error": (
        lambda: servers.first(1, servers.alert(80), right()),
        ("strict:internal-error", "strict:ok"),
    ),
    "closed twice": (
        lambda: servers.first(2, servers.shut, right()),
        ("strict:closed", "strict:closed", "compat:ok"),
    ),
    "one stall": (lambda: servers.first(1, servers.stall, right()), ("strict:handshake-timeout", "compat:ok")),
    "old TLS behind a reset": (
        lambda: servers.first(1, servers.reset, old_version(TLS10)),
        ("strict:reset", "strict:protocol", "legacy:ok"),
    ),
}


@pytest.mark.parametrize("fault", VERIFIED)
def test_a_faulty_host_is_read_verified_without_any_permission(fault: str) -> None:
    serve, path = VERIFIED[fault]
    with servers.serving(serve()) as server:
        [got] = run(server)
    assert isinstance(got, Exchange), f"{fault}: {got!r} by {getattr(got, 'path', '')}"
    assert got.tls is not None
    assert (got.tls.path, got.tls.verified) == (path, True), fault
    assert got.tls.profile == path[-1].removesuffix(":ok"), fault
    assert (got.body, got.attempts) == (servers.PAGE, len(path)), fault
    assert got.tls.certificate is not None, fault


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
    "RC4 only": (lambda: servers_old.old(ciphers=["rc4"], exchanges=["rsa"]), "obsolete-cipher", 5),
    "3DES only": (lambda: servers_old.old(ciphers=["3des"], exchanges=["rsa"]), "obsolete-cipher", 5),
    "no cipher at all": (lambda: servers.alert(40), "handshake", 5),
    "SSL 3 only": (lambda: servers.alert(70), "protocol", 2),
    "512-bit group only": (
        lambda: servers_old.old(exchanges=["dhe_rsa"], tiny_group=True),
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
@pytest.mark.parametrize("allow", [(), ("unverified",)])
def test_a_host_without_common_ground_is_given_up_once(fault: str, allow: tuple[str, ...]) -> None:
    serve, error_class, connections = NO_WAY[fault]
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
}


def dead_tls(fault: servers.Serve) -> servers.Serve:
    return servers.choosy(lambda hello: hello[:1] == b"\x16", fault, servers.http())


@pytest.mark.parametrize("fault", TLS_DEAD)
def test_plain_http_needs_permission_and_leaves_cookies_behind(fault: str) -> None:
    serve, error_class = TLS_DEAD[fault]
    with servers.serving(serve()) as server:
        [refused] = run(server)
        assert isinstance(refused, FetchError), fault
        assert refused.error_class == error_class, fault
        assert not server.requests, f"{fault}: asked without TLS, without permission"
        [got] = run(server, "http", headers={"Cookie": "a=b", "Authorization": "Basic eA==", "X": "y"})
    assert isinstance(got, Exchange), f"{fault}: {got!r}"
    assert (got.tls, got.path[-1], got.url[:7]) == (None, "http:ok", "http://"), fault
    sent = server.requests[-1].lower()
    assert b"x: y" in sent, fault
    assert b"cookie" not in sent, fault
    assert b"authorization" not in sent, fault


TRANSIENT: dict[str, tuple[Maker, str, int]] = {
    "reset for ever": (lambda: servers.reset, "reset", 5),
    "closed for ever": (lambda: servers.shut, "closed", 5),
    "stall for ever": (lambda: servers.stall, "handshake-timeout", 4),
    "internal_error for ever": (lambda: servers.alert(80), "internal-error", 5),
}


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_host_that_keeps_failing_rests_and_is_never_read_unverified(fault: str) -> None:
    serve, error_class, connections = TRANSIENT[fault]
    with servers.serving(serve()) as server:
        got = run(server, "unverified", pages=3)
        used = server.connections
    assert used == connections, f"{fault}: while the host rests, no page costs a connection"
    for error in got:
        assert isinstance(error, FetchError), f"{fault}: {error!r}"
        assert (error.error_class, error.permanent) == (error_class, False), f"{fault}: {error.path}"
        assert error.retry_after is not None, fault
        assert error.retry_after > 0, fault
        assert "unverified" not in " ".join(error.path), fault
    assert [e.attempts for e in got if isinstance(e, FetchError)] == [connections, 0, 0], fault


def test_a_passing_fault_does_not_pin_the_host_to_a_weaker_profile() -> None:
    client = Client()
    with servers.serving(servers.first(2, servers.reset, right())) as server:
        got = run(server, pages=3, client=client)
    assert [e.path for e in got if isinstance(e, Exchange)] == [
        ("strict:reset", "strict:reset", "compat:ok"),
        ("strict:ok",),
        ("strict:ok",),
    ]
    assert server.connections == 4


def test_a_real_intolerance_is_remembered_from_the_second_connection_on() -> None:
    with servers.serving(servers.choosy(lambda hello: len(hello) > 600, servers.reset, right())) as server:
        got = run(server, pages=4)
    assert [e.path for e in got if isinstance(e, Exchange)] == [
        ("strict:reset", "strict:reset", "compat:ok"),
        ("strict:reset", "compat:ok"),
        ("compat:ok",),
        ("compat:ok",),
    ]
