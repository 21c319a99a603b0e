"""Exchanges for the tests of the archive, and what warcio's own reader sees of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from crawler.exchange import Certificate, Exchange, TlsRecord
from pipelines.models import Position

CERTIFICATE = Certificate("ab" * 32, "CN=tinh.example", "CN=CA", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", ("x",))
TLS = TlsRecord("legacy", "TLSv1", "AES128-SHA", True, ("strict:protocol", "legacy:ok"), CERTIFICATE)
BODY = "<html><body><p>Quy định số 96-QĐ/TW</p></body></html>".encode()


def exchange(**changes: Any) -> Exchange:
    values: dict[str, Any] = {
        "url": "https://tinh.example/tin/1",
        "method": "GET",
        "request_headers": ((b"User-Agent", b"danchieu"),),
        "status": 200,
        "reason": "OK",
        "http_version": "HTTP/1.1",
        "headers": ((b"Content-Type", b"text/html; charset=utf-8"), (b"Transfer-Encoding", b"chunked")),
        "body": BODY,
        "fetched_at": "2026-11-25T01:02:03Z",
        "ip": "203.0.113.7",
        "attempts": 2,
        "tls": TLS,
    }
    return Exchange(**(values | changes))


def records(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """What warcio's own reader sees: type, WARC headers and content of each record, digests checked."""
    with path.open("rb") as file:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def end_of(position: Position) -> int:
    return position.offset + position.length
