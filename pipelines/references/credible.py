"""Whether a number and the letters after it are the symbol of a document, and which type the symbol means."""

from __future__ import annotations

import re

from . import grammar
from .citation import Head
from .registers import DocumentType, abbreviations, document_types, issuers, key
from .symbols import Reading, Symbol
from .text import Text

_SPACED = re.compile(rf"{grammar.NUMBER} +- +")  # "phòng họp số 5 - UBND tỉnh" joins nothing
_OTHER_PAPERS = frozenset(("HĐ", "VPHC"))  # contracts, records of offences
_AMBIGUOUS = frozenset(("quyet-dinh", "quy-dinh"))
_LETTERS = frozenset(("cong-van", "bao-cao", "to-trinh"))  # numbered by issuer and unit, without an abbreviation


def is_symbol(text: Text, start: int, symbol: Symbol, reading: Reading, head: Head | None, *, marked: bool) -> bool:
    """Whether it is one: with a type word almost always; alone, or after "số" (``marked``),"
    "when its codes are known."""
    if not _OTHER_PAPERS.isdisjoint((reading.abbreviation, *reading.codes[:1])):
        return False
    known = bool(reading.codes) and known_code(reading.codes[0])
    if reading.abbreviation is None and _SPACED.match(text.folded, start) and not _letter(head):
        return False
    if not symbol.certain:
        return reading.abbreviation is not None and known
    if head:
        return True
    if not marked and _continues(text.folded, start):
        return False
    if reading.abbreviation:
        return known or (marked and bool(reading.codes))
    return known and (marked or symbol.year is not None or len(reading.codes) > 1)


def _letter(head: Head | None) -> bool:
    return head is not None and head.type is not None and head.type.slug in _LETTERS


def _continues(folded: str, start: int) -> bool:
    """Whether a number continues what stands before it: "81A-003", "QCVN 01:2021/BYT", "K4-Đ20"."""
    before = folded[max(0, start - 2) : start]
    return bool(before) and (before[-1].isalnum() or (before[-1] in ":/-.,_" and before[0].isalnum()))


def known_code(code: str) -> bool:
    """Whether the registers know a code: a body, a body with its term (QH15), a department (SYT)."""
    word = key(code)
    return word in issuers() or word.rstrip("0123456789") in issuers() or "b" + word[1:] in issuers()


def fits(reading: Reading, kind: DocumentType | None) -> bool:
    """Whether a symbol may belong to a type: its abbreviation is one of the type's, or it has none."""
    if kind is None:
        return False
    if reading.abbreviation is None:
        return True
    return kind in abbreviations().get(key(reading.abbreviation), ("", ()))[1]


def flags_of(reading: Reading, kind: DocumentType | None) -> tuple[str, ...]:
    """What is odd about a symbol: it contradicts its type word, its code is in no register."""
    odd = ("type_conflict",) if kind and not fits(reading, kind) else ()
    unknown = bool(reading.codes) and not known_code(reading.codes[0])
    return (*odd, "unknown_issuer") if unknown else odd


def type_of_symbol(symbol: Symbol, reading: Reading) -> DocumentType | None:
    """The type that a symbol alone means, or None where it may mean two; issuer and unit alone mean a letter."""
    if reading.abbreviation is None:
        letter = symbol.year is None and len(reading.codes) > 1 and known_code(reading.codes[0])
        return document_types()["cong-van"] if letter and not reading.codes[0][-1].isdigit() else None
    if reading.abbreviation in ("QĐi", "QyĐ"):
        return document_types()["quy-dinh"]
    kinds = abbreviations()[key(reading.abbreviation)][1]
    if len(kinds) == 1:
        return kinds[0]
    issuer = issuers().get(key(reading.codes[0])) if reading.codes else None
    system = issuer.system if issuer else "state"
    if {kind.slug for kind in kinds} == _AMBIGUOUS:
        return None if system == "party" else document_types()["quyet-dinh"]
    return next((kind for kind in kinds if kind.system in (system, "both")), kinds[0])
