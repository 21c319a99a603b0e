"""The TLS profiles, strongest first, and the OpenSSL contexts that speak them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from OpenSSL import SSL, crypto

from pipelines.errors import InputError

LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, which pyOpenSSL does not name: servers without RFC 5746


@dataclass(frozen=True, slots=True)
class Profile:
    """What a client is willing to speak.

    Without TLS 1.3 no post-quantum key share is sent, and the ClientHello is 230 instead of 1,550 bytes (measured with
    OpenSSL 4.0): one packet, which servers and firewalls that mistake a second one for an attack let through.
    """

    name: str
    minimum: int
    maximum: int
    ciphers: str
    legacy_connect: bool = False


# No finite-field DH at the top, as in browsers: a server that prefers it in a small group then takes a better exchange.
STRICT = Profile("strict", SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION, "DEFAULT:!DH")
COMPAT = Profile("compat", SSL.TLS1_2_VERSION, SSL.TLS1_2_VERSION, "DEFAULT")
LEGACY = Profile("legacy", SSL.TLS1_VERSION, SSL.TLS1_2_VERSION, "DEFAULT:@SECLEVEL=0", legacy_connect=True)
LEGACY_NODH = Profile(
    "legacy-nodh", SSL.TLS1_VERSION, SSL.TLS1_2_VERSION, "DEFAULT:!DH:@SECLEVEL=0", legacy_connect=True
)
PROFILES = {profile.name: profile for profile in (STRICT, COMPAT, LEGACY, LEGACY_NODH)}


@lru_cache(maxsize=64)  # reading a trust store takes some 20 ms; hosts with certificates of their own are few
def context(profile: Profile, extra_ca: str = "", intermediates: tuple[str, ...] = ()) -> SSL.Context:
    """An OpenSSL context of that profile that trusts the system's roots and those in the PEM file ``extra_ca``.

    ``intermediates`` (PEM) help to build chains and are not trusted by themselves: PARTIAL_CHAIN is never set. Raises
    InputError if ``extra_ca`` cannot be read.
    """
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_min_proto_version(profile.minimum)
    made.set_max_proto_version(profile.maximum)
    made.set_cipher_list(profile.ciphers.encode())
    made.set_options(SSL.OP_NO_COMPRESSION | (LEGACY_SERVER_CONNECT if profile.legacy_connect else 0))
    made.set_default_verify_paths()
    store = made.get_cert_store()
    assert store is not None  # only a context that was never set up has none
    for certificate in (*_read(extra_ca), *(x509.load_pem_x509_certificate(pem.encode()) for pem in intermediates)):
        store.add_cert(crypto.X509.from_cryptography(certificate))
    return made


def _read(path: str) -> list[x509.Certificate]:
    """The certificates of a PEM file; none for an empty path."""
    if not path:
        return []
    try:
        with open(path, "rb") as file:
            return x509.load_pem_x509_certificates(file.read())
    except (OSError, ValueError) as error:
        raise InputError(f"extra_ca {path}: not a readable PEM file of certificates ({error})") from error
