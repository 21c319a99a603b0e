"""What a server's certificate says, and whether it proves the host."""

from __future__ import annotations

import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from crawler.exchange import Certificate

LONGEST_NAME = 500  # characters kept of a subject or issuer, names kept of a certificate


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
    except ValueError:
        return ""


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses a certificate was made for, at most 500."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    known = (entry for entry in extension if isinstance(entry, x509.DNSName | x509.IPAddress))
    return tuple(str(entry.value) for entry in known)[:LONGEST_NAME]


def proves(certificate: x509.Certificate, host: str) -> bool:
    """Whether the certificate was made for that host (RFC 9525: its alternative names only, no common name)."""
    verify = verify_certificate_ip_address if is_address(host) else verify_certificate_hostname
    try:
        verify(certificate, host)
    except (CertificateError, VerificationError, ValueError):
        return False
    return True


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
