"""Missing intermediates: fetched where it is safe, put together in any order, and never trusted by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

import servers
from crawler.exchange import Exchange, FetchError
from crawler.tls import aia, ascent, dial
from crawler.tls.ladder import HostPolicy, HostState
from servers import Issued, context, issue, tls
from servers_client import Client, run


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def at(port: int, path: str = "/middle.cer") -> str:
    return f"http://127.0.0.1:{port}{path}"


def test_a_missing_intermediate_is_fetched_once_and_remembered() -> None:
    answer = servers.response(der(servers.middle().certificate))
    with servers.serving(servers.http(answer)) as authority:
        made = issue("leaf", servers.middle(), issuer_at=at(authority.port))
        with servers.serving(tls(context(made, above=()))) as server:
            client = Client()
            [got] = run(server, client=client)
            [again] = run(server, client=client)
    assert isinstance(got, Exchange), repr(got)
    assert isinstance(again, Exchange), repr(again)
    assert got.tls is not None
    assert (got.tls.path, got.tls.verified) == (("strict:no-issuer", "aia:ok", "strict:ok"), True)
    assert again.path == ("aia:known", "strict:ok"), "a new connection uses what was fetched"
    assert (authority.connections, server.connections) == (1, 3)


@pytest.mark.parametrize("form", ["DER", "PEM", "PKCS7"])
def test_every_form_of_certificate_is_read(form: str) -> None:
    certificate = servers.middle().certificate
    raw = {
        "DER": der(certificate),
        "PEM": servers.pem_of(certificate),
        "PKCS7": pkcs7.serialize_certificates([servers.root().certificate, certificate], Encoding.DER),
    }[form]
    assert certificate in aia.read_certificates(raw), form


def complete(chain: list[x509.Certificate], shelf: dict[str, bytes]) -> tuple[aia.Completion, list[str]]:
    """A completion from a shelf of files by address, and the addresses asked for."""
    asked: list[str] = []

    async def get(address: str) -> bytes:
        asked.append(address)
        if address not in shelf:
            raise OSError("nothing there")
        return shelf[address]

    return asyncio.run(aia.complete(chain, get)), asked


def ladder_of(n: int) -> list[Issued]:
    """A root, and n intermediates that each name the address of the one above: http://ca/0 is the root's."""
    made = [servers.root()]
    for i in range(n):
        made.append(issue(f"step {i}", made[-1], authority=True, issuer_at=f"http://ca/{i}"))
    return made


def test_several_issuers_are_climbed_and_a_root_is_left_out() -> None:
    steps = ladder_of(3)
    shelf = {f"http://ca/{i}": der(step.certificate) for i, step in enumerate(steps)}
    leaf = issue("leaf", steps[-1], issuer_at="http://ca/3")
    done, asked = complete([leaf.certificate], shelf)
    assert done.issuers == tuple(servers.pem_of(step.certificate).decode() for step in steps[:0:-1])
    assert done.reached_root, "the climb saw the root"
    assert asked == [f"http://ca/{i}" for i in (3, 2, 1, 0)]


def test_the_climb_is_bounded() -> None:
    steps = ladder_of(9)
    shelf = {f"http://ca/{i}": der(step.certificate) for i, step in enumerate(steps)}
    done, asked = complete([issue("leaf", steps[-1], issuer_at="http://ca/9").certificate], shelf)
    assert (len(done.issuers), len(asked)) == (aia.MOST_HOPS, aia.MOST_HOPS)


IMPOSTORS: dict[str, Callable[[], bytes]] = {
    "a key that did not sign": lambda: der(issue("Middle", servers.root(), authority=True).certificate),
    "no authority": lambda: der(issue("Middle", servers.root(), key=servers.middle().key).certificate),
    "an unrelated certificate": lambda: der(servers.leaf().certificate),
    "no certificate": lambda: b"<html>404</html>",
    "nothing": lambda: b"",
    "half a certificate": lambda: der(servers.middle().certificate)[:200],
}


@pytest.mark.parametrize("impostor", IMPOSTORS)
def test_what_did_not_sign_the_certificate_is_no_issuer(impostor: str) -> None:
    leaf = issue("leaf", servers.middle(), issuer_at="http://ca/m")
    done, _ = complete([leaf.certificate], {"http://ca/m": IMPOSTORS[impostor]()})
    assert done == aia.Completion(), impostor


@pytest.mark.parametrize("address", ["https://ca/m", "ldap://ca/m", "file:///etc/passwd", "ftp://ca/m", "//ca/m"])
def test_only_http_addresses_are_asked(address: str) -> None:
    done, asked = complete([issue("leaf", servers.middle(), issuer_at=address).certificate], {})
    assert (done, asked) == (aia.Completion(), []), address


def test_the_climb_starts_at_the_end_of_the_chain_whatever_its_order() -> None:
    steps = ladder_of(3)
    leaf = issue("leaf", steps[-1], issuer_at="http://ca/3")
    sent = [leaf.certificate, servers.stale().certificate, steps[2].certificate, steps[3].certificate]
    assert aia.end_of(sent) == steps[2].certificate
    assert aia.end_of([]) is None


def test_an_issuer_on_a_private_network_is_not_asked() -> None:
    with servers.serving(servers.http(servers.response(der(servers.middle().certificate)))) as authority:
        made = issue("leaf", servers.middle(), issuer_at=at(authority.port))
        with pytest.raises(OSError, match="not public"):
            asyncio.run(ascent.fetch_plain(aia.issuer_addresses(made.certificate)[0], HostPolicy(), dial.Resolver()))
    assert authority.connections == 0


HOSTILE: dict[str, servers.Serve] = {
    "endless": servers.http(servers.response(b"x" * 200_000, length=False), keep=False),
    "longer than allowed": servers.http(servers.response(b"x" * 200_000)),
    "redirect": servers.http(servers.response(b"", "Location: http://127.0.0.1:9/", status="302 Found")),
    "error": servers.http(servers.response(b"", status="503 Busy")),
    "reset": servers.reset,
    "no http": servers.http(b"\x00" * 100, keep=False),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_bad_answer_leaves_the_host_unproved(kind: str) -> None:
    with servers.serving(HOSTILE[kind]) as authority:
        made = issue("leaf", servers.middle(), issuer_at=at(authority.port))
        with servers.serving(tls(context(made, above=()))) as server:
            [error] = run(server)
    assert isinstance(error, FetchError), kind
    assert (error.error_class, error.path) == ("no-issuer", ("strict:no-issuer", "aia:failed")), kind


def test_a_fetched_issuer_of_a_foreign_root_proves_nothing() -> None:
    foreign = issue("Foreign root", authority=True)
    with servers.serving(servers.http(lambda request: servers.response(shelf[request.split()[1]]))) as authority:
        between = issue("Between", foreign, authority=True, issuer_at=at(authority.port, "/root"))
        made = issue("leaf", between, issuer_at=at(authority.port, "/between"))
        shelf = {b"/root": der(foreign.certificate), b"/between": der(between.certificate)}
        with servers.serving(tls(context(made, above=()))) as server:
            [error] = run(server)
    assert isinstance(error, FetchError)
    assert error.error_class == "unknown-root"
    assert error.path == ("strict:no-issuer", "aia:ok", "strict:unknown-root")


def test_an_intermediate_in_memory_is_no_anchor() -> None:
    """With PARTIAL_CHAIN an intermediate would vouch for a leaf although its root is unknown."""
    foreign = issue("Foreign root", authority=True)
    between = issue("Between", foreign, authority=True)
    client = Client()
    known = HostState(expires=2e9, learned=1e9, intermediates=(servers.pem_of(between.certificate).decode(),))
    client.memory.put(f"{servers.NAME}:443", known)
    with servers.serving(tls(context(issue("leaf", between), above=()))) as server:
        [error] = run(server, client=client)
    assert isinstance(error, FetchError), "an issuer that was only offered is trusted"
    assert error.error_class == "no-issuer"


def test_an_expired_intermediate_is_replaced_by_a_newer_one() -> None:
    old = servers.stale()
    newer = issue("Stale", servers.root(), authority=True, key=old.key)
    with servers.serving(servers.http(servers.response(der(newer.certificate)))) as authority:
        made = issue("leaf", old, issuer_at=at(authority.port))
        with servers.serving(tls(context(made, above=(old.certificate,)))) as server:
            [got] = run(server)
    assert isinstance(got, Exchange), f"{got!r} by {getattr(got, 'path', '')}"
    assert got.tls is not None
    assert got.tls.path == ("strict:expired-issuer", "aia:ok", "strict:ok")


PUBLIC = ["8.8.8.8", "203.162.4.190", "2001:ee0::1", "::ffff:203.162.4.190", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "198.18.0.1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC + NOT_PUBLIC)
def test_private_addresses_are_told_from_public_ones(address: str) -> None:
    assert dial.is_public(address) == (address in PUBLIC), address
