"""Where a text cites documents: the walk over its tokens that makes citations of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from . import grammar
from .anaphors import read_anaphor
from .citation import Citation, Head
from .congresses import read_congress
from .english import read_english_type
from .names import read_acronym, read_name, read_next_name
from .registers import DocumentType, abbreviations, document_types, issuers, type_words
from .shorts import stands_alone, stands_in_list
from .symbols import Reading, Symbol, read_pieces, read_symbol
from .text import Text
from .tokens import kinds_of_words, scanner, spoken_types

_REACH = 80  # a type word may stand this far before its number
_JOIN = re.compile(
    rf"{grammar.GAP}(?:\({grammar.GAP})?(?P<marker>{grammar.MARKER})?\(?{grammar.GAP}"
)
_JOIN_ISSUER = re.compile(
    rf"{grammar.GAP}(?P<issuer>(?:cua )?[a-z][a-z -]{{2,60}}?){grammar.GAP}\(?(?P<marker>{grammar.MARKER})\(?{grammar.GAP}"
)
_MARKED = re.compile(r"(?<![a-z])(?:so(?: hieu| van ban)?)[ .:]{0,4}\n?[ (]{0,3}$")
_LABEL = re.compile(r"so hieu[ .:]{0,4}\n?[ (]{0,3}$")
_BETWEEN = re.compile(  # between two numbers of one list: a gloss or a date, a separator
    rf"(?:{grammar.GAP}\([^()\n]{{1,60}}\))?+(?:,?{grammar.GAP}ngay [\d/.-]{{3,10}})?+{grammar.GAP}"
    rf"(?:,? ?(?:va|cung|hoac)(?![a-z])|[,;&]){grammar.GAP}(?P<marker>{grammar.MARKER})?"
)
_SPLIT = re.compile(rf"(?P<first>\d) \d{{1,2}}(?=/{grammar.YEAR}/[a-z])")
_SPACED = re.compile(rf"{grammar.NUMBER} +- +")  # "phòng họp số 5 - UBND tỉnh" joins nothing
_PLURAL = re.compile(r"(?:(?<![a-z])(?:cac|nhung|hai|ba|bon|nam|sau|bay|tam|chin|muoi)|(?<![\d.,/-])(?<!dieu )(?<!khoan )(?<!diem )(?<!muc )(?<!chuong )(?<!phan )(?<!ngay )(?<!thang )\d{1,2}) {1,3}$")
_YEAR_AFTER = re.compile(rf",?{grammar.GAP}nam{grammar.GAP}(?P<year>{grammar.YEAR})")
_INSIDE_ISSUER = re.compile(r"(?:cua )|(?:ubnd|hdnd|uy ban|hoi dong|bo |so |chinh phu|thu tuong|tinh|huyen|thanh)")


@dataclass(slots=True)
class _Walk:
    """The state of one walk: what was found, how far, and the type word that numbers to come may share."""

    text: Text
    found: list[Citation] = field(default_factory=list)
    covered: int = 0
    head: Head | None = None
    reach: int = -_REACH - 1  # the end of the last type word or citation: what a bare number may belong to

    def add(self, citation: Citation) -> None:
        self.found.append(citation)
        self.covered = self.reach = citation.end

    def open(self, head: Head | None) -> None:
        self.head = head
        if head:
            self.reach = head.end


def find(text: Text) -> list[Citation]:
    """The citations of a text, in order; they do not overlap."""
    walk = _Walk(text)
    kinds = kinds_of_words()
    for token in scanner().finditer(text.folded):
        if token.start() < walk.covered:
            continue
        if token.lastgroup:
            _at_number(walk, token)
        else:
            word = token[0]
            _STEPS[kinds.get(word) or kinds[" ".join(word.split())]](walk, token)
    return walk.found


def _at_type(walk: _Walk, token: re.Match[str]) -> None:
    text, kind = walk.text, type_words().get(" ".join(token[0].split()))
    before = text.folded[max(0, token.start() - 16) : token.start()]
    head = Head(
        token.start(), token.end(), kind, _PLURAL.search(before) is not None, text.plain[token.start()].isupper()
    )
    if kind is None:
        walk.open(head)
        return
    citation = read_congress(text, head) or read_anaphor(text, head, walk.found)
    if citation:
        walk.add(citation)
    walk.open(head)


def _at_spoken(walk: _Walk, token: re.Match[str]) -> None:
    if not walk.text.plain[token.start() : token.end()].isupper():
        return
    kind = document_types()[spoken_types()[token[0]]]
    head = Head(token.start(), token.end(), kind, spoken=True)
    if citation := read_congress(walk.text, head):
        walk.add(citation)
    walk.open(head)


def _at_name(walk: _Walk, token: re.Match[str]) -> None:
    kind = type_words()[" ".join(token[0].split())]
    citation = read_name(walk.text, token.start(), token.end(), kind)
    if citation is None:
        walk.open(Head(token.start(), token.end(), kind))
    while citation:
        walk.add(citation)
        walk.head = None
        citation = read_next_name(walk.text, citation)


def _at_acronym(walk: _Walk, token: re.Match[str]) -> None:
    if citation := read_acronym(walk.text, token.start(), token.end(), token[0]):
        walk.add(citation)


def _at_number(walk: _Walk, token: re.Match[str]) -> None:
    text, start = walk.text, token.start()
    if not token["tail"] and start - walk.reach > _REACH:
        return
    head, left, issuer, marked = _head_of(walk, start)
    symbol = read_symbol(text.plain[start : token.end("tail")]) if head is None else _scanned(text, start, token.end("tail"))
    if symbol is None:
        return
    if symbol.pieces:
        citation = _full(walk, start, symbol, head, left, issuer, marked)
    elif head and issuer is None and (marked or "(" not in text.plain[head.end : start]):
        citation = _short(walk, start, symbol, head, marked)
    else:
        citation = _item(walk, start, symbol)
    if citation:
        walk.add(_with_year(text, citation))


_STEPS = {
    "type": _at_type,
    "spoken": _at_spoken,
    "name": _at_name,
    "acronym": _at_acronym,
}


def _scanned(text: Text, start: int, end: int) -> Symbol | None:
    """The symbol behind a type word, read over a space that scanning put into its number: "4 7/2020/NĐ-CP"."""
    split = _SPLIT.match(text.folded, start)
    if split is None:
        return read_symbol(text.plain[start:end])
    gap = split.end("first")
    symbol = read_symbol(text.plain[start:gap] + text.plain[gap + 1 : gap + 80])
    return replace(symbol, length=symbol.length + 1) if symbol else None


def _head_of(walk: _Walk, number: int) -> tuple[Head | None, int, tuple[int, int] | None, bool]:
    """The type word that stands before a number; where its citation begins; an issuer between; whether "số" is there."""
    head, folded = walk.head, walk.text.folded
    near = head and head.end >= walk.covered and number - head.end <= _REACH
    if head and near and "\n\n" not in folded[head.end : number]:
        if join := _JOIN.fullmatch(folded, head.end, number):
            return head, head.start, None, join["marker"] is not None
        if (join := _JOIN_ISSUER.fullmatch(folded, head.end, number)) and _INSIDE_ISSUER.match(join["issuer"]):
            return head, head.start, join.span("issuer"), True
    marker = _MARKED.search(folded, max(0, number - 16), number)
    if marker is None:
        return None, number, None, False
    return None, number if _LABEL.search(folded, max(0, number - 16), number) else marker.start(), None, True


def _full(
    walk: _Walk,
    start: int,
    symbol: Symbol,
    head: Head | None,
    left: int,
    issuer: tuple[int, int] | None,
    marked: bool,
) -> Citation | None:
    text = walk.text
    shared = head or _shared_head(walk, start)
    kind = shared.type if shared else None
    reading = read_pieces(symbol.pieces, kind)
    if head is None and shared and not _fits(reading, kind):
        shared, kind, reading = None, None, read_pieces(symbol.pieces, None)
    if not _credible(text, start, symbol, reading, head, marked):
        return None
    end = start + symbol.length
    if "(" in text.plain[left:start] and text.plain[end : end + 1] == ")":
        end += 1
    kind = kind or _type_of(reading, symbol) or read_english_type(text, start)
    manner: Literal["full", "list"] = "list" if head is None and shared else "full"
    walk.head = head or walk.head
    return Citation(
        left,
        end,
        manner,
        kind,
        symbol.number,
        symbol.year,
        symbol,
        reading,
        shared,
        marked,
        issuer,
        flags=_flags(kind, reading),
    )


def _fits(reading: Reading, kind: DocumentType | None) -> bool:
    """Whether a symbol may belong to a type: its abbreviation is one of the type's, or it has none."""
    if kind is None:
        return False
    if reading.abbreviation is None:
        return True
    canonical = {a for a in kind.abbreviations} | {s.partition("=")[2] for s in kind.spellings}
    return reading.abbreviation in canonical


def _flags(kind: DocumentType | None, reading: Reading) -> tuple[str, ...]:
    flags = []
    if kind and not _fits(reading, kind):
        flags.append("type_conflict")
    if reading.codes and not _known_code(reading.codes[0]):
        flags.append("unknown_issuer")
    return tuple(flags)


def _known_code(code: str) -> bool:
    from ..folding import fold

    word = fold(code).text
    return word in issuers() or word.rstrip("0123456789") in issuers() or "b" + word[1:] in issuers()


def _type_of(reading: Reading, symbol: Symbol) -> DocumentType | None:
    """The type that a symbol alone means, or None where it may mean two."""
    from ..folding import fold

    if reading.abbreviation is None:
        return document_types()["cong-van"] if symbol.year is None and _is_letter(reading) else None
    if reading.abbreviation in ("QĐi", "QyĐ"):
        return document_types()["quy-dinh"]
    kinds = abbreviations()[fold(reading.abbreviation).text][1]
    if len(kinds) == 1:
        return kinds[0]
    issuer = issuers().get(fold(reading.codes[0]).text) if reading.codes else None
    system = issuer.system if issuer else "state"
    if {kind.slug for kind in kinds} >= {"quyet-dinh", "quy-dinh"}:
        return None if system == "party" else document_types()["quyet-dinh"]
    return next((kind for kind in kinds if kind.system in (system, "both")), kinds[0])


def _is_letter(reading: Reading) -> bool:
    """Whether a symbol is issuer and unit alone, as on an official letter: "396/UBND-KT"."""
    return len(reading.codes) > 1 and _known_code(reading.codes[0]) and not reading.codes[0][-1].isdigit()


def _credible(text: Text, start: int, symbol: Symbol, reading: Reading, head: Head | None, marked: bool) -> bool:
    """Whether number and letters are a symbol: with a type word almost always, alone only when the codes are known."""
    if "HĐ" in (reading.abbreviation, *reading.codes[:1]):
        return False
    known = bool(reading.codes) and _known_code(reading.codes[0])
    if reading.abbreviation is None and _SPACED.match(text.folded, start) and not (head and _letter(head)):
        return False
    if not symbol.certain:
        return reading.abbreviation is not None and known
    if head:
        return True
    if not marked and _attached(text.folded, start):
        return False
    if reading.abbreviation:
        return known or (marked and bool(reading.codes))
    return known and (marked or symbol.year is not None or len(reading.codes) > 1)


def _letter(head: Head) -> bool:
    return head.type is not None and head.type.slug in ("cong-van", "bao-cao", "to-trinh")


def _attached(folded: str, start: int) -> bool:
    """Whether a number continues what stands before it: "81A-003", "QCVN 01:2021/BYT", "K4-Đ20"."""
    before = folded[max(0, start - 2) : start]
    return bool(before) and (before[-1].isalnum() or (before[-1] in ":/-.,_" and before[0].isalnum()))


def _shared_head(walk: _Walk, start: int) -> Head | None:
    """The type word of the list that a number with a symbol continues, within its paragraph."""
    head = walk.head
    if head is None or "\n\n" in walk.text.folded[head.end : start]:
        return None
    last = walk.found[-1] if walk.found else None
    if last and last.head == head:
        return head
    return head if head.plural and (last is None or last.end <= head.start) else None


def _short(walk: _Walk, start: int, symbol: Symbol, head: Head, marked: bool) -> Citation | None:
    end = start + symbol.length
    if head.type is None or not stands_alone(walk.text, head, start, end, symbol, marked, walk.found):
        return None
    if walk.text.plain[end : end + 1] == ")" and "(" in walk.text.plain[head.end : start]:
        end += 1
    return Citation(head.start, end, "short", head.type, symbol.number, symbol.year, symbol, head=head, marked=marked)


def _item(walk: _Walk, start: int, symbol: Symbol) -> Citation | None:
    """A number without a symbol that continues a list: "các Nghị quyết 57, 59 và 66"."""
    last = walk.found[-1] if walk.found else None
    if last is None or last.number is None or last.type is None or start - last.end > _REACH:
        return None
    between = _BETWEEN.fullmatch(walk.text.folded, last.end, start)
    if between is None or not stands_in_list(
        walk.text, start, start + symbol.length, symbol, last, bool(between["marker"])
    ):
        return None
    left = between.start("marker") if between["marker"] else start
    end = start + symbol.length
    return Citation(
        left, end, "list", last.type, symbol.number, symbol.year, symbol, head=last.head, marked=bool(between["marker"])
    )


def _with_year(text: Text, citation: Citation) -> Citation:
    """A citation with the "năm 2022" that directly follows."""
    year = _YEAR_AFTER.match(text.folded, citation.end)
    if year is None or text.folded[citation.end] == ",":
        return citation
    return replace(citation, end=year.end(), year=citation.year or year["year"])
