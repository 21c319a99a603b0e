"""The body of an answer with its codings undone: one way for pages from the web and from any archive.

Servers and archives lie about codings, so a header is a claim that the bytes have to bear out. A body that is not what
its header says is taken as it is: tools that store decoded bodies often leave the old header beside them.
"""

from __future__ import annotations

import codecs
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import brotli

from crawler.exchange import Exchange
from pipelines.models import Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_BYTES = 16 * 2**20
MAX_CODINGS = 3  # RFC 9110 sets no limit; more than two is an attack or a mistake
STEP = 1 << 16  # bytes decoded at a time, so that a bomb is noticed early
SNIFF = 8192  # bytes in which a page shows that it is one
ZSTD_WINDOW = 23  # 8 MiB, all that RFC 9659 allows a content coding

_GZIP_MAGIC = b"\x1f\x8b\x08"
# Chunk sizes over 8 hex digits (4 GiB) are no sizes of pages.
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1024})?\r?\n")
_CHUNK_END = re.compile(rb"\r?(?:\n|\Z)")
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:(?><!--.*?-->|<\?xml[^>]*>)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,1024}<[!?a-zA-Z]")

Headers = Sequence[tuple[str, str]]
Flag = Literal["cut", "stale-transfer-encoding", "stale-content-encoding"]


class TooLargeError(Exception):
    """The body is over the limit once decoded."""


class _CutError(Exception):
    """The coded body ends before its end mark."""


@dataclass(frozen=True, slots=True)
class Content:
    """A body with its codings undone.

    Flags say what was wrong: "cut" when the end is missing or its checksum false, "stale-..." for a false header.
    """

    body: bytes
    flags: tuple[Flag, ...] = ()


def page_of(exchange: Exchange) -> Page:
    """The page of a live answer. Raises `TooLargeError` for more than 16 MiB decoded."""
    headers = tuple((text(name), text(value)) for name, value in exchange.headers)
    content = undo_content_coding(exchange.body, headers)
    return Page(exchange.url, content.body, exchange.status, headers, exchange.fetched_at)


def text(raw: bytes) -> str:
    """A header's bytes as text: UTF-8 where they are, else Latin-1, which never fails (RFC 9110, section 5.5)."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def undo_codings(raw: bytes, headers: Headers, limit: int = MAX_BYTES) -> Content:
    """The content of an archived answer: first its transfer coding undone, then its content coding.

    Raises `TooLargeError` for more than ``limit`` bytes decoded.
    """
    coded, flags = raw, list[Flag]()
    if "chunked" in _tokens(headers, "transfer-encoding"):
        coded, flag = _dechunk(raw)
        flags += [flag] if flag else []
    content = undo_content_coding(coded, headers, limit)
    return Content(content.body, tuple(dict.fromkeys([*flags, *content.flags])))


def undo_content_coding(coded: bytes, headers: Headers, limit: int = MAX_BYTES) -> Content:
    """The content of a body whose transfer coding is undone. Raises `TooLargeError` for more than ``limit`` bytes.

    Names that are no codings ("utf-8", "none") are passed over, as browsers do.
    """
    body, flags = coded, list[Flag]()
    decoders = [_DECODERS[name] for name in _tokens(headers, "content-encoding") if name in _DECODERS]
    if not decoders and coded.startswith(_GZIP_MAGIC) and is_html(headers):
        decoders = [_gunzip]  # servers that compress twice or store pages compressed forget to say so
    for decoder in decoders[: -MAX_CODINGS - 1 : -1]:
        body, flag = _decode(decoder, body, limit)
        flags += [flag] if flag else []
    if len(body) > limit:
        raise TooLargeError(f"over {limit:,} bytes")
    return Content(body, tuple(dict.fromkeys(flags)))


def is_html(headers: Headers) -> bool:
    """Whether the headers call the body a page."""
    kind = next((value for key, value in headers if key.lower() == "content-type"), "")
    return kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")


def looks_like_html(body: bytes) -> bool:
    """Whether the body begins as a page does, behind comments and an XML declaration."""
    head = body[:SNIFF]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return _HTML_START.match(head) is not None


def _tokens(headers: Headers, name: str) -> list[str]:
    values = ",".join(value for key, value in headers if key.lower() == name)
    return [token for token in (part.strip().lower() for part in values.split(",")) if token]


def _decode(decoder: Callable[[bytes], Iterator[bytes]], body: bytes, limit: int) -> tuple[bytes, Flag | None]:
    decoded = bytearray()
    try:
        for piece in decoder(body):
            decoded += piece
            if len(decoded) > limit:
                raise TooLargeError(f"over {limit:,} bytes")
    except (_CutError, zlib.error, brotli.error, zstd.ZstdError):
        if body and (not decoded or _MARKUP.match(body)):
            return body, "stale-content-encoding"
        return bytes(decoded), "cut"
    return bytes(decoded), None


def _gunzip(data: bytes) -> Iterator[bytes]:
    yield from _inflate(data, 31)


def _undeflate(data: bytes) -> Iterator[bytes]:
    """With the zlib header that RFC 9110 asks for, or without, as old IIS sends it."""
    zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    yield from _inflate(data, 15 if zlib_header else -15)


def _inflate(data: bytes, window_bits: int) -> Iterator[bytes]:
    while data:
        inflate = zlib.decompressobj(window_bits)
        parts = [data[-8:], data[:-8]]  # the checksum apart: zlib drops the text it comes with when it is false
        while parts and not inflate.eof:
            part = parts.pop()
            while part and not inflate.eof:
                yield inflate.decompress(part, STEP)
                part = inflate.unconsumed_tail
        if not inflate.eof:
            yield inflate.flush()
            raise _CutError
        rest = inflate.unused_data + b"".join(reversed(parts))
        data = rest if window_bits == 31 and rest.startswith(_GZIP_MAGIC) else b""  # anything else is padding


def _unbrotli(data: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(data, output_buffer_limit=STEP) if data else b""
    while piece:
        yield piece
        piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=STEP)
    if data and not decoder.is_finished():
        raise _CutError


def _unzstd(data: bytes) -> Iterator[bytes]:
    while data:
        decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW})
        piece = decoder.decompress(data, STEP)
        while not decoder.eof and (piece or not decoder.needs_input):
            yield piece
            piece = decoder.decompress(b"", STEP)
        yield piece
        if not decoder.eof:
            raise _CutError
        data = decoder.unused_data


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _dechunk(raw: bytes) -> tuple[bytes, Flag | None]:
    """The body of a chunked message (RFC 9112, section 7.1); bytes that do not begin with a chunk are stale."""
    body = bytearray()
    at = 0
    while size_line := _CHUNK.match(raw, at):
        start, size = size_line.end(), int(size_line[1], 16)
        if size == 0:
            return bytes(body), None
        line_end = _CHUNK_END.match(raw, start + size)
        if line_end is None:
            break
        body += raw[start : start + size]
        at = line_end.end()
    if not body:
        return raw, "stale-transfer-encoding" if raw else None
    return bytes(body), "cut"
