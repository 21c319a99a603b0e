"""Faulty TLS servers on loopback: which are read verified, which only by permission, which never, and at what cost."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import servers
import servers_old
from crawler.exchange import Exchange, FetchError
from servers import OLD, TLS10, TLS11, TLS12, context, right, tls
from servers_client import HASTY, LIMITS, Client, run

Maker = Callable[[], servers.Serve]


def old_version(version: ssl.TLSVersion, ciphers: str = OLD, dh: str = "") -> servers.Serve:
    return tls(context(servers.rsa_leaf(), version=version, ciphers=ciphers, dh=dh))


def speaks_tls13(hello: bytes) -> bool:
    """Whether a ClientHello offers TLS 1.3 and 1.2, in its extension supported_versions (RFC 8446 section 4.2.1)."""
    return b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03" in hello


def without_name(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
    return None if name == servers.NAME else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def on_curve(curve: ec.EllipticCurve) -> servers.Issued:
    return servers.issue("leaf", servers.middle(), key=ec.generate_private_key(curve))


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
        lambda: servers_old.old(servers_old.Older, exchanges=["dhe_rsa", "rsa"], newest=(3, 1), tiny_group=True),
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
    "large ClientHello reset, certificate on P-521": (
        lambda: servers.choosy(lambda hello: len(hello) > 600, servers.reset, tls(context(on_curve(ec.SECP521R1())))),
        ("strict:reset", "strict:reset", "compat:ok"),
    ),
    "DH only, in 2048 bit": (lambda: servers_old.old(exchanges=["dhe_rsa"]), ("strict:handshake", "compat:ok")),
    "SHA-1 in the key exchange": (
        lambda: servers_old.old(exchanges=["ecdhe_rsa"], hashes=["sha1"]),
        ("strict:handshake", "compat:handshake", "legacy:ok"),
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
    silent = any("handshake-timeout" in word for word in path)
    with servers.serving(serve()) as server:
        [got] = run(server, client=Client(limits=HASTY if silent else LIMITS))
    assert isinstance(got, Exchange), f"{fault}: {got!r} by {getattr(got, 'path', '')}"
    assert got.tls is not None
    assert (got.tls.path, got.tls.verified) == (path, True), fault
    assert got.tls.profile == path[-1].removesuffix(":ok"), fault
    assert (got.body, got.attempts) == (servers.PAGE, len(path)), fault
    assert got.tls.certificate is not None, fault


TRANSIENT: dict[str, tuple[Maker, str, int]] = {
    "reset for ever": (lambda: servers.reset, "reset", 5),
    "closed for ever": (lambda: servers.shut, "closed", 5),
    "stall for ever": (lambda: servers.stall, "handshake-timeout", 3),
    "internal_error for ever": (lambda: servers.alert(80), "internal-error", 5),
}


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_host_that_keeps_failing_rests_and_is_never_read_unverified(fault: str) -> None:
    serve, error_class, connections = TRANSIENT[fault]
    with servers.serving(serve()) as server:
        got = run(server, "unverified", pages=3, client=Client(limits=HASTY))
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
