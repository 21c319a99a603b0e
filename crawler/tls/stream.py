"""Byte streams to a server: plain TCP, and TLS as a profile speaks it, over asyncio."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from cryptography import x509
from OpenSSL import SSL

from crawler.tls.certificates import STRANGE, oddities_allowed

CHUNK = 65536


class Stream(Protocol):
    """A connection that a request can be written to and its answer read from."""

    async def read(self) -> bytes:
        """The next bytes, empty at the end. Raises OSError or SSL.Error where the end is not a clean one."""

    async def write(self, data: bytes) -> None:
        """Send all of ``data``."""

    def proves_end(self) -> bool:
        """Whether the other side has said that nothing more follows (TLS close_notify, RFC 8446 section 6.1)."""

    def leave(self) -> None:
        """Say goodbye as the protocol has it, and let go of the connection."""

    def close(self) -> None:
        """Let go of the connection at once."""


@dataclass(slots=True)
class TcpStream:
    """A plain connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> bytes:
        """See Stream."""
        return await self.reader.read(CHUNK)

    async def write(self, data: bytes) -> None:
        """See Stream."""
        self.writer.write(data)
        await self.writer.drain()

    def proves_end(self) -> bool:
        """Never: anyone on the way can end a TCP connection."""
        return False

    def leave(self) -> None:
        """See Stream."""
        self.writer.close()

    def close(self) -> None:
        """See Stream. Without lingering: what is unread is of no use."""
        self.writer.transport.abort()


@dataclass(slots=True)
class Verdict:
    """What OpenSSL found wrong with a chain: X509_V_ERR_* codes, and at which depth, the leaf's being 0."""

    errors: list[tuple[int, int]] = field(default_factory=list)

    def note(self, code: int, depth: int) -> None:
        """Keep one error; a hostile chain cannot make the list grow without end."""
        if len(self.errors) < 32:
            self.errors.append((code, depth))


@dataclass(slots=True)
class TlsStream:
    """TLS over a plain connection. Nothing is sent over it before ``handshake`` has returned."""

    tcp: TcpStream
    tls: SSL.Connection
    verdict: Verdict = field(default_factory=Verdict)
    first_bytes: bytes = b""
    _ended: bool = False

    @classmethod
    def over(cls, tcp: TcpStream, context: SSL.Context, server_name: str | None) -> TlsStream:
        """A stream that will speak as ``context`` does and ask for ``server_name`` (SNI; None for an address)."""
        stream = cls(tcp, SSL.Connection(context, None))

        def note_error(_: SSL.Connection, certificate: object, code: int, depth: int, ok: int) -> bool:
            if not ok:
                stream.verdict.note(code, depth)
            return True  # the caller judges the whole list after the handshake, before it sends anything

        stream.tls.set_verify(SSL.VERIFY_PEER, note_error)
        if server_name is not None:
            stream.tls.set_tlsext_host_name(server_name.encode("ascii"))
        stream.tls.set_connect_state()
        return stream

    async def handshake(self) -> None:
        """Complete the handshake. Raises SSL.Error, OSError, or EOFError when the server closes instead."""
        while True:
            try:
                self.tls.do_handshake()
            except SSL.WantReadError:
                await self._flush()
                if not await self._receive():
                    raise EOFError("closed during the handshake") from None
            else:
                return await self._flush()
            finally:
                self._flush_soon()  # an alert that explains our refusal goes out as well

    async def read(self) -> bytes:
        """See Stream."""
        while not self._ended:
            try:
                return self.tls.recv(CHUNK)
            except SSL.WantReadError:
                await self._flush()
                self._ended = not await self._receive()
            except SSL.ZeroReturnError:
                self._ended = True
        return b""

    async def write(self, data: bytes) -> None:
        """See Stream."""
        for start in range(0, len(data), CHUNK):
            self.tls.sendall(data[start : start + CHUNK])
            await self._flush()

    def proves_end(self) -> bool:
        """See Stream."""
        return bool(self.tls.get_shutdown() & SSL.RECEIVED_SHUTDOWN)

    def leave(self) -> None:
        """See Stream."""
        with suppress(SSL.Error):
            self.tls.shutdown()
        self._flush_soon()
        self.tcp.leave()

    def close(self) -> None:
        """See Stream."""
        self.tcp.close()

    def chain(self) -> list[x509.Certificate]:
        """The certificates as the server sent them, leaf first; none from the first malformed one on."""
        read: list[x509.Certificate] = []
        with suppress(*STRANGE), oddities_allowed():  # OpenSSL forgives more than cryptography does
            read.extend(certificate.to_cryptography() for certificate in self.tls.get_peer_cert_chain() or ())
        return read

    async def _receive(self) -> bool:
        data = await self.tcp.read()
        if len(self.first_bytes) < 16:
            self.first_bytes += data[:16]
        if data:
            self.tls.bio_write(data)
        return bool(data)

    async def _flush(self) -> None:
        self._flush_soon()
        await self.tcp.writer.drain()

    def _flush_soon(self) -> None:
        while True:
            try:
                self.tcp.writer.write(self.tls.bio_read(CHUNK))
            except SSL.WantReadError:
                return
