"""From the bytes of a page to its text: charset, legacy Vietnamese fonts, one Unicode form."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes
from w3lib.encoding import http_content_type_encoding, resolve_encoding

from pipelines.decode.legacy import convert_legacy, vietnamese_share
from pipelines.errors import InputError

MAX_BYTES = 16 * 2**20
# Only the head of a page declares its charset (HTML Living Standard, "prescan a byte stream": 1,024 bytes; portals put
# long comments first).
HEAD_BYTES = 8192
SAMPLE_BYTES = 65536
# A page cut in the middle of a letter, or with one pasted foreign byte, is still UTF-8; a page with more is not.
MAX_BROKEN_SHARE = 0.02
# Below this share of well-formed syllables a reading of the bytes is not Vietnamese.
MIN_VIETNAMESE = 0.6
NUL_PER_BYTE = 1 / 1000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (or an Office document)"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"RIFF", "an image, a sound or a video"),
    (b"ID3", "a sound"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)
_META = re.compile(rb"<meta\b[^>]{0,400}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text (NFC, no NUL, legacy fonts converted) and the encoding it was read with ("cp1258", "tcvn3")."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of a page's bytes. Order: BOM, strict UTF-8, HTTP header, meta, what reads as Vietnamese, detector.

    Raises ``InputError`` for what is no text: nothing at all, over 16 MiB, PDF, archives, images, NULs, undecodable.
    """
    _refuse_binary(body)
    text, encoding = _read(body, content_type)
    text, legacy = convert_legacy(text.replace("\x00", ""))
    return Decoded(_compose(text), legacy or encoding)


def _compose(text: str) -> str:
    """The text in NFC, line by line: most lines of a page are script or markup without any letter to compose."""
    normalize = unicodedata.normalize
    return "\n".join(line if line.isascii() else normalize("NFC", line) for line in text.split("\n"))


def _refuse_binary(body: bytes) -> None:
    if not body:
        raise InputError("the page is empty (0 bytes): nothing was saved, fetch it again")
    if len(body) > MAX_BYTES:
        raise InputError(f"the page has {len(body):,} bytes; pages over 16 MiB are not read")
    head = body[:HEAD_BYTES].lstrip()
    for magic, name in _BINARY:
        if head.startswith(magic):
            raise InputError(f"this is {name}, not an HTML page: give the saved page itself")


def _read(body: bytes, content_type: str | None) -> tuple[str, str]:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace").removeprefix("\ufeff"), name
    declared = _declared(body, content_type)
    for name in declared:
        if name in _WIDE and len(body) > 1:
            return body.decode(name, "replace"), name
    if body.count(0) > 1 + len(body) * NUL_PER_BYTE:
        raise InputError("this is binary data, not an HTML page: give the saved page itself")
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _read_single_byte(body, declared)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Python names of the encodings that HTTP header, XML declaration and meta element claim, in that order."""
    claims = [http_content_type_encoding(content_type)]
    head = body[:HEAD_BYTES]
    claims += [found.group(1).decode("ascii") for found in (_XML.search(head), _META.search(head)) if found]
    names = [resolve_encoding(claim) for claim in claims if claim]
    return list(dict.fromkeys(name for name in names if name))


def _read_single_byte(body: bytes, declared: list[str]) -> tuple[str, str]:
    """Bytes that are not valid UTF-8: nearly UTF-8, what was declared, or what reads best as Vietnamese."""
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= 1 + MAX_BROKEN_SHARE * sum(not char.isascii() for char in text):
        return text, "utf-8"
    candidates = [name for name in declared if name != "utf-8"]
    readings = {name: _strict(body, name) for name in dict.fromkeys([*candidates, "cp1258", "cp1252"])}
    scores = {name: vietnamese_share(convert_legacy(text)[0]) for name, text in readings.items() if text is not None}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] >= MIN_VIETNAMESE:
        return readings[best] or "", best
    for name in candidates:
        if (claimed := readings[name]) is not None:
            return claimed, name
    return _detect(body)


def _strict(body: bytes, name: str) -> str | None:
    """The bytes in one encoding. Windows code pages have holes that browsers read as C1 controls: so do we."""
    try:
        return body.decode(name, "c1_controls" if name.startswith("cp125") else "strict")
    except (UnicodeDecodeError, LookupError):
        return None


def _c1_controls(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error("c1_controls", _c1_controls)


def _detect(body: bytes) -> tuple[str, str]:
    best = from_bytes(body[:SAMPLE_BYTES]).best()
    text = _strict(body, best.encoding) if best else None
    if best is None or text is None:
        raise InputError("no known charset reads this page: it is damaged or not text")
    return text, best.encoding
