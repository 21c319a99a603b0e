"""Certificates as strangers make them: described, judged and climbed from without an exception."""

from __future__ import annotations

import asyncio
import base64
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

import servers
from crawler.exchange import Exchange, FetchError
from crawler.tls import aia
from crawler.tls.certificates import describe, names_of, proves
from servers_client import run


def der_of(issued: servers.Issued) -> bytes:
    return issued.certificate.public_bytes(Encoding.DER)


def damaged(der: bytes, places: list[tuple[int, int]]) -> bytes:
    raw = bytearray(der)
    for place, value in places:
        raw[place % len(raw)] = value
    return bytes(raw)


PLACES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=4)
LEAF = der_of(servers.issue("leaf", servers.middle(), issuer_at="http://ca/m", hosts=["a.example", "10.0.0.1"]))


@settings(deadline=None)  # the machine may be busy
@given(PLACES, PLACES)
def test_no_certificate_makes_reading_it_fail(leaf: list[tuple[int, int]], above: list[tuple[int, int]]) -> None:
    async def get(_: str) -> bytes:
        return damaged(der_of(servers.middle()), above)

    for certificate in aia.read_certificates(damaged(LEAF, leaf)):
        described = describe(certificate)
        assert re.fullmatch(r"[0-9a-f]{64}", described.sha256)
        proves(certificate, "a.example")
        proves(certificate, "10.0.0.1")
        asyncio.run(aia.complete([certificate, servers.middle().certificate], get))
        asyncio.run(aia.complete([certificate], get))


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_certificate(raw: bytes) -> None:
    assert aia.read_certificates(raw) == []


def test_a_certificate_is_described_by_its_facts() -> None:
    [certificate] = aia.read_certificates(LEAF)
    described = describe(certificate)
    assert (described.subject, described.issuer) == ("CN=leaf", "CN=Middle")
    assert described.san == ("a.example", "10.0.0.1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", described.not_after)
    assert described.not_before < described.not_after


def test_a_certificate_of_thousands_of_names_is_cut_short() -> None:
    made = servers.issue("big", servers.middle(), hosts=[f"h{n}.example" for n in range(2000)])
    assert len(names_of(made.certificate)) == 500


@pytest.mark.parametrize(
    ("names", "host", "proved"),
    [
        (["a.example"], "a.example", True),
        (["a.example"], "A.Example", True),
        (["a.example"], "b.example", False),
        (["*.example.vn"], "bao.example.vn", True),
        (["*.example.vn"], "example.vn", False),
        (["*.example.vn"], "a.b.example.vn", False),
        (["10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1"], "10.0.0.2", False),
        (["xn--bo-mia.vn"], "xn--bo-mia.vn", True),
        (["a_b.example"], "a_b.example", True),
        (["10.0.0.1"], "a.example", False),
    ],
)
def test_a_certificate_proves_the_hosts_it_was_made_for(names: list[str], host: str, proved: bool) -> None:
    assert proves(servers.issue("leaf", hosts=names).certificate, host) == proved, (names, host)


def test_a_common_name_proves_nothing() -> None:
    assert not proves(servers.issue("a.example", authority=True).certificate, "a.example")


def malformed() -> bytes:
    """Key and chain of a server whose certificate states a time that is none; its signature no longer fits."""
    issued = servers.rsa_leaf()
    raw = der_of(issued)
    at = raw.index(b"\x17\x0d") + 2
    broken = raw[:at] + b"9999999999" + raw[at + 10 :]
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(broken) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(ValueError, match="asn1"):
        x509.load_der_x509_certificate(broken)
    return issued.pem().partition(b"-----BEGIN CERTIFICATE-----")[0] + pem


@pytest.mark.parametrize("allow", [(), ("unverified",)])
def test_a_server_with_a_malformed_certificate(allow: tuple[str, ...]) -> None:
    with servers.serving(servers.tls(servers.context(malformed()))) as server:
        [got] = run(server, *allow)
    if allow:
        assert isinstance(got, Exchange), repr(got)
        assert got.tls is not None
        assert (got.tls.verified, got.tls.certificate) == (False, None)
    else:
        assert isinstance(got, FetchError)
        assert (got.permanent, got.certificate) == (True, None), got.path
