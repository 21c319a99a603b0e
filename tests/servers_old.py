"""TLS servers that OpenSSL can no longer be: without RFC 5746, RC4 or 3DES only, tiny groups. By way of tlslite-ng."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives import serialization

import servers

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports asyncore where there is one
    from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
    from tlslite.constants import CipherSuite, ExtensionType
    from tlslite.errors import TLSError

TINY_PRIME = int(  # a safe prime of 512 bits
    "A8A56DFBD0465C3E240502B2844748B2ADEADE02D0A53D3EA380D0A26D49ADCB"
    "A09330578C69822D5A75EE473A350275EC29C85D6E6D17FF29CF903D32A78127",
    16,
)


class Overlooking(TLSConnection):
    """A server that does not know some extensions of a ClientHello."""

    overlooked: tuple[int, ...] = ()

    def _serverGetClientHello(self, *arguments: Any, **named: Any) -> Iterator[Any]:  # noqa: N802 # its name there
        for result in super()._serverGetClientHello(*arguments, **named):
            if isinstance(result, tuple):
                hello = result[0]
                hello.extensions = [e for e in hello.extensions if e.extType not in self.overlooked]
                scsv = CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV  # the other way to ask for RFC 5746
                hello.cipher_suites = [suite for suite in hello.cipher_suites if suite != scsv]
            yield result


class Forgetful(Overlooking):
    """A server older than RFC 5746, without secure renegotiation."""

    overlooked = (ExtensionType.renegotiation_info,)


class Older(Overlooking):
    """A server older than RFC 7919: it takes its own DH group, whatever groups the client names."""

    overlooked = (ExtensionType.supported_groups,)


def old(
    kind: type[TLSConnection] = TLSConnection,
    *,
    ciphers: Sequence[str] = (),
    exchanges: Sequence[str] = (),
    newest: tuple[int, int] = (3, 3),
    tiny_group: bool = False,
    hashes: Sequence[str] = (),
) -> servers.Serve:
    """A server with only these ciphers and key exchanges, up to TLS 1.2 or 1.0 ((3, 1)), and DH in 512 bits."""
    settings = HandshakeSettings()
    settings.minVersion, settings.maxVersion = (3, 1), newest
    settings.versions = [version for version in settings.versions if version <= newest]
    settings.cipherNames = list(ciphers) or settings.cipherNames
    settings.keyExchangeNames = list(exchanges) or settings.keyExchangeNames
    settings.rsaSigHashes = list(hashes) or settings.rsaSigHashes
    if tiny_group:
        settings.dhParams = (2, TINY_PRIME)
    issued = servers.rsa_leaf()
    pem = issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    chain = X509CertChain()
    chain.parsePemList(b"".join(map(servers.pem_of, (issued.certificate, *issued.above))).decode())

    def serve(sock: socket.socket, n: int) -> None:
        secure = kind(sock)
        with suppress(TLSError):
            secure.handshakeServer(
                certChain=chain, privateKey=parsePEMKey(pem.decode(), private=True), settings=settings
            )
            while secure.recv(65536):
                secure.sendall(servers.response(servers.PAGE))

    return serve
