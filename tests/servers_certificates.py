"""Certificates for tests: a root, what hangs below it, and every fault a certificate can have."""

from __future__ import annotations

import atexit
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

HERE = Path(__file__).parent / "tls"
NAME = "bao.site.example"  # resolved nowhere; tests reach it by the policy's ``connect``
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


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
