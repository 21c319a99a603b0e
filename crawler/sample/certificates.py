"""A throw-away certificate authority: a root, one intermediate under it, and a certificate for each host.

It is made anew at every start and lives in a temporary folder, so that no key of it is worth stealing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class Signer:
    """A certificate and the key that belongs to it."""

    certificate: x509.Certificate
    key: Key

    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def der(self) -> bytes:
        """The certificate as DER, the form in which RFC 5280 section 4.2.2.1 has issuers published."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def make_root() -> Signer:
    """A self-signed root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Danchieu sample root")
    return Signer(_authority(_builder(name, name, key), key.public_key()).sign(key, hashes.SHA256()), key)


def make_intermediate(root: Signer) -> Signer:
    """An authority that the root vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name("Danchieu sample intermediate"), root.certificate.subject, key)
    return Signer(_authority(builder, root.key.public_key()).sign(root.key, hashes.SHA256()), key)


def issue(issuer: Signer, host: str, issuer_url: str) -> Signer:
    """A certificate for ``host`` that says where its issuer's own certificate is found.

    The key is RSA: a server without elliptic curves, as TLS 1.0 ones are, can use no other.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    found_at = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_url)
    )
    certificate = (
        _builder(_name(host), issuer.certificate.subject, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(x509.AuthorityInformationAccess([found_at]), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Signer(certificate, key)


def write_chain(path: Path, leaf: Signer, *above: Signer) -> Path:
    """``path``, with the leaf's key and certificate and those above it, as ``ssl`` loads them."""
    key = leaf.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(b"".join([key, leaf.pem(), *(signer.pem() for signer in above)]))
    return path


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(builder: x509.CertificateBuilder, signed_by: PublicKey) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by), critical=False)
    )
