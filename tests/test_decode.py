"""Bytes to text: the order of trust, the charsets and fonts of old Vietnamese sites, and what is no text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.decode import MAX_BYTES, decode
from pipelines.decode.legacy import FONTS, vietnamese_share
from pipelines.errors import InputError

TEXT = (
    "Quyết định số 96-QĐ/TW của Bộ Chính trị về lấy phiếu tín nhiệm đối với chức danh, chức vụ lãnh đạo. "
    "Những trường hợp khuyết danh, hoãn, thuở trước, quyển sách, giặt giũ, tuần tra, nguyễn, hưởng, kỹ thuật."
)
TONES = "\u0300\u0301\u0303\u0309\u0323"


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><p>{text}</p></body></html>"


def cp1258(text: str) -> bytes:
    """Text in windows-1258, which has letters with quality marks and tones apart."""
    encoded = b""
    for char in text:
        marks = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in marks if mark in TONES)
        base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        try:
            encoded += char.encode("cp1258")
        except UnicodeEncodeError:
            encoded += (base + tones).encode("cp1258")
    return encoded


def font(name: str, text: str) -> str:
    letters = {after: before for before, after in FONTS[name].pairs}
    return "".join(letters.get(char, char) for char in text)


DECLARED = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (page(TEXT).encode(), None, "utf-8"),
        (b"\xef\xbb\xbf" + page(TEXT).encode(), "text/html; charset=windows-1258", "utf-8"),
        (page(TEXT, DECLARED.format("iso-8859-1")).encode(), "text/html; charset=ISO-8859-1", "utf-8"),
        (unicodedata.normalize("NFD", page(TEXT)).encode(), None, "utf-8"),
        (page(TEXT).encode("utf-16"), None, "utf-16"),
        (page(TEXT).encode("utf-16-le"), "text/html; charset=utf-16le", "utf-16-le"),
        (cp1258(page(TEXT)), None, "cp1258"),
        (cp1258(page(TEXT)), "text/html; charset=utf-8", "cp1258"),
        (cp1258(page(TEXT, DECLARED.format("iso-8859-1"))), None, "cp1258"),
        (page(font("tcvn3", TEXT)).encode("cp1252"), None, "tcvn3"),
        (page(font("tcvn3", TEXT)).encode(), None, "tcvn3"),
        (page(f'<font face=".VnTime">{font("tcvn3", TEXT)}</font>').encode(), "text/html; charset=utf-8", "tcvn3"),
        (page(font("vni", TEXT)).encode("cp1252"), "text/html; charset=windows-1252", "vni"),
        (page(TEXT).encode() + b"<p>\xe1\xbb", "text/html; charset=utf-8", "utf-8"),
        (page(TEXT).encode(), "text/html; charset=x-klingon", "utf-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_reads_vietnamese(body: bytes, content_type: str | None, encoding: str) -> None:
    decoded = decode(body, content_type)
    assert decoded.encoding == encoding
    assert f">{TEXT}<" in decoded.text, decoded.text


def test_menu_in_unicode_around_an_old_text_stays() -> None:
    menu = "Trang chủ, tin tức, văn bản, liên hệ"
    decoded = decode(f"<ul><li>{menu}</li></ul><p>{font('tcvn3', TEXT)}</p>".encode())
    assert menu in decoded.text
    assert TEXT in decoded.text


def test_font_of_capitals_gives_capitals() -> None:
    line = "hội nghị tổng kết công tác kiểm tra, giám sát"
    decoded = decode(f'<p><font face=".VnTimeH">{font("tcvn3", line)}</font></p><p>{font("tcvn3", TEXT)}</p>'.encode())
    assert line.upper() in decoded.text


@pytest.mark.parametrize(
    "text",
    ["Les élèves où à été ça Noël", "Größe, Müller, straße für Käse", "El niño señaló que mañana habrá función"],
)
def test_other_languages_are_not_taken_for_old_fonts(text: str) -> None:
    assert decode(page(text * 8).encode()).text == page(text * 8)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF-1.7 ...",
        b"PK\x03\x04" + bytes(30),
        b"\x89PNG\r\n\x1a\n",
        b"\x1f\x8b\x08" + bytes(20),
        b"\xd0\xcf\x11\xe0",
        bytes(range(256)) * 8,
        b"<html>" + b"a" * MAX_BYTES,
    ],
    ids=["nothing", "pdf", "zip", "png", "gzip", "doc", "binary", "too large"],
)
def test_refuses_what_is_no_text(body: bytes) -> None:
    with pytest.raises(InputError):
        decode(body)


def test_a_stray_nul_is_dropped() -> None:
    assert decode(page(TEXT).replace("Bộ", "B\x00ộ").encode()).text == page(TEXT)


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=utf-8", "text/html; charset=tis-620"]))
def test_text_is_nfc_without_nul_or_surrogate(body: bytes, content_type: str | None) -> None:
    try:
        text = decode(body, content_type).text
    except InputError:
        return
    assert "\x00" not in text
    assert unicodedata.is_normalized("NFC", text)
    text.encode()


@pytest.mark.parametrize(("text", "share"), [(TEXT, 0.95), ("quyeát cuûa Boä lÖ", 0.0), ("", 0.0)])
def test_share_of_vietnamese_syllables(text: str, share: float) -> None:
    assert abs(vietnamese_share(text) - share) <= 0.05
