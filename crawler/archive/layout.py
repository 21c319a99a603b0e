"""What an exchange looks like in our archive: a ``response``, ``revisit`` or ``resource`` and its ``metadata`` record.

warcio lays the records out; headers go in as received, because its own percent-encode whatever is not ASCII.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from typing import Any

from warcio.warcwriter import WARCWriter

from crawler.exchange import Exchange

GZIP = 31  # zlib's window bits for a gzip header and trailer


@dataclass(frozen=True, slots=True)
class Original:
    """An archived exchange with the same payload, to which a ``revisit`` record refers."""

    url: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class _AsReceived:
    """Stands for warcio's HTTP headers where a record is written."""

    headers_buff: bytes

    def compute_headers_buffer(self, header_filter: object) -> None:
        """Nothing to compute: the bytes are there."""


def exchange_records(exchange: Exchange, row: Mapping[str, object], revisit_of: Original | None) -> bytes:
    """Two gzip members: the answer (its headers alone for a revisit), and ``row`` as JSON, which names it."""
    writer = WARCWriter(None, gzip=False, warc_version="1.1")
    answer = _answer(writer, exchange, revisit_of)
    metadata = _metadata(writer, exchange, row, answer.rec_headers.get_header("WARC-Record-ID"))
    return _member(answer) + _member(metadata)


def _member(record: Any) -> bytes:
    plain = BytesIO()
    WARCWriter(plain, gzip=False).write_record(record)
    return zlib.compress(plain.getvalue(), wbits=GZIP)


def _answer(writer: Any, exchange: Exchange, revisit_of: Original | None) -> Any:
    headers = _AsReceived(http_head(exchange))
    about = {"WARC-Date": exchange.fetched_at} | ({"WARC-IP-Address": exchange.ip} if exchange.ip else {})
    if not exchange.url.startswith(("http:", "https:")):  # a saved file: no server answered, nothing to have headers
        return writer.create_warc_record(
            exchange.url,
            "resource",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            warc_content_type="text/html",
            warc_headers_dict=about,
        )
    if revisit_of is None:
        return writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=headers,
            warc_headers_dict=about,
        )
    return writer.create_revisit_record(
        exchange.url,
        payload_digest(exchange.body),
        revisit_of.url,
        revisit_of.fetched_at,
        http_headers=headers,
        warc_headers_dict=about,
    )


def _metadata(writer: Any, exchange: Exchange, row: Mapping[str, object], concurrent_to: str) -> Any:
    data = json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    return writer.create_warc_record(
        exchange.url,
        "metadata",
        payload=BytesIO(data),
        length=len(data),
        warc_content_type="application/json",
        warc_headers_dict={"WARC-Date": exchange.fetched_at, "WARC-Concurrent-To": concurrent_to},
    )


def payload_digest(body: bytes) -> str:
    """The WARC-Payload-Digest of a body, in the form that warcio and most crawlers write."""
    return "sha1:" + b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def warcinfo_record(name: str) -> bytes:
    """The gzip member that a file of this name begins with."""
    facts = {
        "software": f"danchieu/{version('danchieu')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "ISO 28500:2017",
    }
    return _member(WARCWriter(None, gzip=False, warc_version="1.1").create_warcinfo_record(name, facts))


def http_head(exchange: Exchange) -> bytes:
    """The status line and headers as received, but saying how the body is framed now.

    The transfer coding is undone, so its header is kept under the name that Wayback tools give to what they changed
    (``X-Archive-Orig-``), and Content-Length is the length of the body that follows.
    """
    version = exchange.http_version.removeprefix("HTTP/")
    lines = [f"HTTP/{version} {exchange.status} {exchange.reason}".rstrip().encode("latin-1", "replace")]
    length = str(len(exchange.body)).encode()
    framed = False
    for name, value in exchange.headers:
        if name.lower() == b"content-length" and value.strip() == length and not framed:
            framed = True
        elif name.lower() in (b"transfer-encoding", b"content-length"):
            name = b"X-Archive-Orig-" + name
        lines.append(name + b": " + value)
    if not framed:
        lines.append(b"Content-Length: " + length)
    return b"".join(b" ".join(line.splitlines()) + b"\r\n" for line in lines) + b"\r\n"
