"""Naming the cause when no cipher is in common: a ClientHello that offers what no TLS library still has.

It is never completed. The server's choice says what it would have spoken (RFC 5246 section 7.4.1; suites of the IANA
TLS registry; RC4 is prohibited by RFC 7465, export and DES suites since RFC 4346 and RFC 5469).
"""

from __future__ import annotations

import asyncio
import os

from crawler.tls.certificates import is_address
from crawler.tls.dial import Resolve, dial
from crawler.tls.ladder import HostPolicy

LIMIT = 5.0  # seconds for the server to choose
OBSOLETE = {
    0x0003: "RC4 export",
    0x0004: "RC4",
    0x0005: "RC4",
    0x0006: "RC2 export",
    0x0007: "IDEA",
    0x0008: "DES export",
    0x0009: "DES",
    0x000A: "3DES",
    0x0014: "DES export",
    0x0015: "DES",
    0x0016: "3DES",
    0xC007: "RC4",
    0xC008: "3DES",
    0xC011: "RC4",
    0xC012: "3DES",
    0x0018: "RC4 without a certificate",
    0x001B: "3DES without a certificate",
}


async def obsolete_cipher(host: str, port: int, policy: HostPolicy, resolve: Resolve) -> str | None:
    """The obsolete cipher that the server would speak, or None if it takes none of them either."""
    try:
        async with asyncio.timeout(LIMIT):
            stream = (await dial(host, port, policy, resolve)).stream
            try:
                await stream.write(client_hello(None if is_address(host) else host))
                answer = b""
                while len(answer) < 512 and (more := await stream.read()):
                    answer += more
                    if chosen(answer) is not None:
                        break
            finally:
                stream.close()
    except OSError:  # TimeoutError is one
        return None
    return OBSOLETE.get(chosen(answer) or 0)


def client_hello(server_name: str | None) -> bytes:
    """A TLS 1.2 ClientHello that offers only obsolete suites, as one record."""
    suites = b"".join(suite.to_bytes(2, "big") for suite in (*OBSOLETE, 0x00FF))  # 0x00FF: RFC 5746 is understood
    extensions = _extension(10, _block(b"\x00\x17\x00\x18", 2)) + _extension(
        11, b"\x01\x00"
    )  # P-256, P-384; uncompressed
    extensions += _extension(13, _block(bytes.fromhex("040102010401050106010403"), 2))  # RSA and ECDSA signatures
    if server_name is not None:
        extensions = _extension(0, _block(b"\x00" + _block(server_name.encode("ascii"), 2), 2)) + extensions
    body = b"\x03\x03" + os.urandom(32) + b"\x00" + _block(suites, 2) + b"\x01\x00" + _block(extensions, 2)
    return b"\x16\x03\x01" + _block(b"\x01" + _block(body, 3), 2)


def chosen(answer: bytes) -> int | None:
    """The suite in a ServerHello that begins ``answer``; None for an alert, for anything else, or too few bytes."""
    if answer[:1] != b"\x16" or answer[5:6] != b"\x02" or len(answer) < 44:
        return None
    start = 44 + answer[43]  # record 5, handshake 4, version 2, random 32, then the session's length
    suite = answer[start : start + 2]
    return int.from_bytes(suite, "big") if len(suite) == 2 else None


def _block(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _extension(number: int, data: bytes) -> bytes:
    return number.to_bytes(2, "big") + _block(data, 2)
