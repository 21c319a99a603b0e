"""Missing intermediate certificates, fetched from the address that the certificate below names (RFC 5280 4.2.2.1).

The address is in the hand of whoever made the certificate, and the fetch is not authenticated: hence http only, public
addresses only, small, short, few, and an issuer counts only if its key signed what it is to have issued. What is found
helps to build a chain and is never trusted by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from crawler.tls.certificates import STRANGE, oddities_allowed

LARGEST_CERTIFICATE = 65536  # bytes of one answer
LIMIT = 10.0  # seconds for one address
LONGEST_CHAIN = 10  # certificates of a server that are looked at
MOST_HOPS = 4  # issuers above the one the server sent last
MOST_ADDRESSES = 3  # tried for one issuer

Get = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Completion:
    """The issuers found above a chain, as PEM, nearest first, and whether the climb ended at a root.

    A root is never among them: it is trusted because it is in the store, not because somebody offered it.
    """

    issuers: tuple[str, ...] = ()
    reached_root: bool = False


async def complete(chain: Sequence[x509.Certificate], get: Get) -> Completion:
    """The missing issuers of a server's chain, found by climbing from its end.

    ``get`` fetches the bytes of an http address, bounded in size and to permitted addresses.
    """
    found: list[str] = []
    highest = end_of(chain)
    while highest is not None and len(found) < MOST_HOPS:
        issuer = await _issuer(highest, get)
        if issuer is None:
            break
        if _issued(issuer, issuer):
            return Completion(tuple(found), reached_root=True)
        found.append(issuer.public_bytes(Encoding.PEM).decode("ascii"))
        highest = issuer
    return Completion(tuple(found))


def end_of(chain: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The last certificate in force that follows from the leaf, whatever order the server sent them in."""
    now = datetime.now(UTC)
    current, rest = (chain[0] if chain else None), [c for c in chain[1:LONGEST_CHAIN] if c.not_valid_after_utc > now]
    while current and (issuer := next((c for c in rest if _issued(c, current)), None)):
        rest.remove(issuer)
        current = issuer
    return current


async def _issuer(certificate: x509.Certificate, get: Get) -> x509.Certificate | None:
    for address in issuer_addresses(certificate)[:MOST_ADDRESSES]:
        try:
            async with asyncio.timeout(LIMIT):
                raw = await get(address)
        except (OSError, ValueError):
            continue
        for candidate in read_certificates(raw):
            if _is_authority(candidate) and _issued(candidate, certificate):
                return candidate
    return None


def issuer_addresses(certificate: x509.Certificate) -> list[str]:
    """The http addresses at which a certificate says its issuer can be had."""
    try:
        access = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    except STRANGE:
        return []
    assert isinstance(access, x509.AuthorityInformationAccess)
    places = [
        description.access_location.value
        for description in access
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(description.access_location, x509.UniformResourceIdentifier)
    ]
    return [place for place in places if urlsplit(place).scheme == "http"]


def read_certificates(raw: bytes) -> list[x509.Certificate]:
    """The certificates in DER, PEM or PKCS #7 (.p7c) bytes; none where there are none."""
    readers: tuple[Callable[[bytes], list[x509.Certificate]], ...] = (
        lambda data: [x509.load_der_x509_certificate(data)],
        x509.load_pem_x509_certificates,
        pkcs7.load_der_pkcs7_certificates,
        pkcs7.load_pem_pkcs7_certificates,
    )
    for read in readers:
        try:
            with oddities_allowed():
                return read(raw)
        except STRANGE:
            continue
    return []


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except STRANGE:
        return False


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except STRANGE:
        return False
    return True
