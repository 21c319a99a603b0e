"""What a server's certificate says, and whether it proves the host."""

from __future__ import annotations

import ipaddress
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.utils import CryptographyDeprecationWarning
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from crawler.exchange import Certificate

# All that cryptography raises for a certificate that is malformed or beyond it; most of them share no other ancestor.
STRANGE = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
LONGEST_NAME = 500  # characters kept of a subject or issuer, names kept of a certificate


@contextmanager
def oddities_allowed() -> Iterator[None]:
    """Nothing; inside, a strange certificate of a stranger is no news to whoever reads our warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


def describe(certificate: x509.Certificate) -> Certificate:
    """The facts of a certificate that table ``certificates`` keeps. Malformed parts are left empty, never an error."""
    return Certificate(
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        subject=_name(certificate, "subject"),
        issuer=_name(certificate, "issuer"),
        not_before=certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        not_after=certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        san=names_of(certificate),
    )


def _name(certificate: x509.Certificate, which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string()[:LONGEST_NAME]
    except STRANGE:
        return ""


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses a certificate was made for, at most 500."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except STRANGE:
        return ()
    known = (entry for entry in extension if isinstance(entry, x509.DNSName | x509.IPAddress))
    return tuple(str(entry.value) for entry in known)[:LONGEST_NAME]


def proves(certificate: x509.Certificate, host: str) -> bool:
    """Whether the certificate was made for that host (RFC 9525: its alternative names only, no common name)."""
    verify = verify_certificate_ip_address if is_address(host) else verify_certificate_hostname
    try:
        verify(certificate, host)
    except (CertificateError, VerificationError, *STRANGE):
        return False
    return True


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
