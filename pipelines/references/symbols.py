"""Number and symbol of a document, read from the way a text writes them: "68- NQ/TW", "05/2018/TTLT-BCA-VKSNDTC"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipelines.folding import fold

from . import grammar
from .registers import DocumentType, abbreviations, issuers, key

_YEAR = re.compile(rf"{grammar.JOINT}(?P<year>{grammar.YEAR}|[89]\d(?=[/-][a-z]))")
_PIECE = re.compile(rf"(?P<joint>{grammar.JOINT}|{grammar.LOOSE})(?P<code>{grammar.CODE})")
_UNIT = re.compile(grammar.UNIT_IN_BRACKETS)
_TERM = re.compile(r"(qh|ubtvqh|hdnn)(\d{1,2})")
_TERM_BODIES = {"qh": "QH", "ubtvqh": "UBTVQH", "hdnn": "HĐNN"}
_UPPER = re.compile(r"[A-ZĐƯƠ0-9&]+")
_MIXED = re.compile(r"(?:[A-ZĐƯƠ0-9&]+(?:r|h|i|g|y|th|ch)(?=[A-ZĐƯƠ]))+[A-ZĐƯƠ0-9&]+")  # GDTrH
_SYLLABLE = re.compile(r"(?:ngh?|nh|[cgkpt]h|gi|qu|tr|[bcdđghklmnpqrstvx])?[aeiouyươ]*$", re.IGNORECASE)


class Tail(NamedTuple):
    """What is written with a number, in canonical spelling; ``length`` is how much text that took.

    ``pieces`` are the parts after the year: ("QĐ", "TW"), ("TTLT", "BCA", "VKSNDTC"), ("UBND", "KGVX"); ``code`` is
    all of them as their rules write them: "-QĐ/TW", "/TTLT-BCA-VKSNDTC", "/UBND-KGVX".
    """

    length: int = 0
    year: str | None = None
    pieces: tuple[str, ...] = ()
    code: str = ""
    certain: bool = True  # False: written in lower case throughout


class Symbol(NamedTuple):
    """The number of a document and its ``Tail``; ``length`` is how much text the whole took."""

    number: str
    length: int
    year: str | None
    pieces: tuple[str, ...]
    code: str
    certain: bool

    @property
    def text(self) -> str:
        """The symbol as its rules write it, without spaces: "96-QĐ/TW", "06/2022/QĐ-TTg"."""
        return f"{self.number}/{self.year}{self.code}" if self.year else self.number + self.code


class Reading(NamedTuple):
    """The pieces of a symbol told apart: what abbreviates the type, and who issued (units, joint bodies in order)."""

    abbreviation: str | None
    codes: tuple[str, ...]


def read_symbol(number: str, raw: str) -> Symbol:
    """The symbol of a number, as folding writes it, and of the text that follows it."""
    tail = read_tail(raw)
    return Symbol(number, len(number) + tail.length, tail.year, tail.pieces, tail.code, tail.certain)


@lru_cache(maxsize=8192)  # pages repeat what follows their numbers; the bound keeps a long run small
def read_tail(raw: str) -> Tail:
    """What belongs to a number at the start of the text that follows it.

    The text is the source, not folded: letter case tells CT from CTr, and a code from the word glued to it.
    """
    folded = fold(raw).text
    written_year = _YEAR.match(folded)
    begun = end = written_year.end() if written_year else 0
    pieces: list[str] = []
    joints: list[str] = []
    while piece := _PIECE.match(folded, end):
        written = raw[piece.start("code") : piece.end("code")]
        code, length = _canonical(written)
        if code is None:
            break
        split = _split_glued(code)
        pieces += split
        joints += [piece["joint"].strip().replace("_", "-") or "-", *["-"] * (len(split) - 1)]
        end = piece.start("code") + length
        if length < len(written):
            break
    if pieces and (unit := _UNIT.match(folded, end)):
        pieces.append(raw[unit.start() + 1 : unit.end() - 1].upper())
        joints.append("-")
        end = unit.end()
    year = _full_year(written_year["year"]) if written_year else None
    code = "".join(joint + piece for joint, piece in zip(joints, pieces, strict=True))
    return Tail(end, year, tuple(pieces), code, any(map(str.isupper, raw[begun:end])))


def _full_year(year: str) -> str:
    return year if len(year) == 4 else f"19{year}"


def _canonical(written: str) -> tuple[str | None, int]:
    """The canonical spelling of a code and how much of the written word it takes; None for what is no code."""
    word = fold(written).text.replace("&", "").replace(".", "")
    if known := _known(word, written):
        return known, len(written)
    if _MIXED.fullmatch(written):
        return written.replace("&", ""), len(written)
    upper = _UPPER.match(written.replace("Ð", "Đ").replace("Ɖ", "Đ"))
    if upper is None:
        return None, 0
    prefix, glued = upper[0], written[upper.end() :]
    if glued and fold(glued).text and glued[0].isupper():  # "VPĐOÀN": take the syllable that bears a mark off
        prefix = _SYLLABLE.sub("", prefix)
    if glued and (known := _known(fold(prefix).text, prefix)):
        return known, len(prefix)
    return (prefix.replace("&", ""), len(prefix)) if len(prefix) > 1 and not prefix.isdigit() else (None, 0)


def _known(word: str, written: str) -> str | None:
    """The canonical spelling of a folded code of the registers, of a term, or of a provincial department."""
    if term := _TERM.fullmatch(word):
        return _TERM_BODIES[term[1]] + term[2]
    if word in abbreviations():
        canonical = abbreviations()[word][0]
        return _by_stroke(canonical, written)
    if word == "tu" and "Ư" in written.upper():
        return "TW"  # TƯ is Trung ương, TU a provincial committee
    if word in issuers():
        return issuers()[word].code
    if word.startswith("s") and (ministry := issuers().get("b" + word[1:])):
        return "S" + ministry.code[1:]
    return None


def _by_stroke(canonical: str, written: str) -> str:
    """An abbreviation that the stroke tells from another, as written: HD from HĐ (a contract), DA from ĐA."""
    stroked = "Đ" in written.upper()
    if canonical in ("HD", "ĐA"):
        return canonical.replace("D", "Đ") if stroked else canonical.replace("Đ", "D")
    return canonical


def _split_glued(code: str) -> list[str]:
    """A code in two where type and issuer were written without the dash between: "QĐUBND", "NQHĐND"."""
    word = key(code)
    if word in issuers() or word in abbreviations() or _TERM.fullmatch(word):
        return [code]
    for cut in range(2, len(word) - 1):
        if word[:cut] in abbreviations() and word[cut:] in issuers():
            return [abbreviations()[word[:cut]][0], issuers()[word[cut:]].code]
    return [code]


@lru_cache(maxsize=8192)  # as read_tail
def read_pieces(pieces: tuple[str, ...], kind: DocumentType | None) -> Reading:
    """What the pieces of a symbol say, given the type word before it, if any.

    The abbreviation leads ("QĐ-UBND", "TTLT-BCA-BTC") or, in old style, ends ("TANDTC-VKSNDTC/TTLT"). A leading piece
    that also is a code belongs to the issuer when the type word says so: "Công văn 1234/CT-TTHT", "Thông tư 12/TC-TCT".
    """
    if not pieces:
        return Reading(None, ())
    first, last = abbreviations().get(key(pieces[0])), abbreviations().get(key(pieces[-1]))
    if first and not _is_code(pieces, kind):
        return Reading(pieces[0], pieces[1:])
    if last and len(pieces) > 1 and last[0] in ("TTLT", "TTLB") and not first:
        return Reading(last[0], pieces[:-1])
    return Reading(None, pieces)


def _is_code(pieces: tuple[str, ...], kind: DocumentType | None) -> bool:
    word = key(pieces[0])
    kinds = abbreviations()[word][1]
    if kind is None or kind in kinds:
        return False
    follows = len(pieces) > 1 and (key(pieces[1]) in issuers())
    return (word in issuers() and not follows) or (kind.slug == "cong-van" and not follows)
