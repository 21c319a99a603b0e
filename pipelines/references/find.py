"""Where a text cites documents: the walk over its tokens that makes citations of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from . import grammar
from .anaphors import read_anaphor
from .citation import Citation, Head
from .congresses import read_congress
from .credible import fits, flags_of, is_symbol, type_of_symbol
from .english import read_english_type
from .names import read_acronym, read_name, read_next_name
from .registers import document_types, type_words
from .shorts import stands_alone, stands_in_list
from .symbols import Symbol, read_pieces, read_symbol
from .text import Text
from .tokens import TAIL, is_plural, kinds_of_words, scanner, sparse_scanner, spoken_types

_GAP = grammar.GAP
_REACH = 80  # a type word may stand this far before its number, with an issuer between
_NEAR = 16  # the same with nothing but "số" and marks between
_JOIN = re.compile(rf"{_GAP}(?:\({_GAP})?(?P<marker>{grammar.MARKER})?\(?{_GAP}")
_ISSUER_OPENS = "(?:cua|ubnd|hdnd|uy ban|hoi dong|bo|so|chinh phu|thu tuong|tinh|huyen|thanh)"
_JOIN_ISSUER = re.compile(
    rf"{_GAP}(?={_ISSUER_OPENS})(?P<issuer>[a-z][a-z -]{{2,60}}?){_GAP}\(?{grammar.MARKER}\(?{_GAP}"
)
_ISSUER = re.compile(rf"{_ISSUER_OPENS}(?![a-z])")
_JOIN_MANNER = re.compile(  # "Quyết định thi hành án số", "Nghị quyết chuyên đề số": words of the type, no issuer
    _GAP
    + grammar.one_of(
        "chuyen de, lien tich, lien nganh, tam thoi, thi hanh an, xu phat, xu phat vi pham hanh chinh, phoi hop,"
        "phe duyet, kiem tra, khen thuong, ky luat"
    )
    + rf"{_GAP}{grammar.MARKER}\(?{_GAP}"
)
_MARKED = re.compile(r"(?<![a-z])(?:so(?: hieu| van ban)?)[ .:]{0,4}\n?[ (]{0,3}$")
_OTHER_PAPER = re.compile(
    "(?<![a-z])"
    + grammar.one_of(
        "giay phep, giay chung nhan, hop dong, cao trang, ban an, hoa don, bien lai, phieu thu, to khai, goi thau,"
        "chung chi, ho so, van don, lenh bat, ban ve, phu luc"
    )
    + r" {1,3}$"
)
_GLUED = re.compile(rf"(?<=[a-z])(?P<type>{grammar.trie(type_words())}){_GAP}(?:{grammar.MARKER})?{_GAP}$")
_LONGEST_HEAD = 40  # characters of a type word and what joins it to its number
_LABEL = re.compile(r"so hieu[ .:]{0,4}\n?[ (]{0,3}$")  # of a field, no part of the citation: "Số hiệu: 16/HD-MT"
_BETWEEN = re.compile(  # two numbers of one list: a gloss or a date, then a separator
    rf"(?:{_GAP}\([^()\n]{{1,60}}\))?+(?:,?{_GAP}ngay [\d/.-]{{3,10}})?+{_GAP}"
    rf"(?:,?{_GAP}(?:va|cung|hoac)(?![a-z])|[,;&]){_GAP}(?P<marker>{grammar.MARKER})?"
)
_YEAR_AFTER = re.compile(rf"{_GAP}nam{_GAP}(?P<year>{grammar.YEAR})")
_SPLIT = re.compile(rf"(?P<first>\d) (?P<rest>\d{{1,2}})(?=/{grammar.YEAR}/[a-z])")  # "số 4 7/2020/NĐ-CP", from a scan


class _Before(NamedTuple):
    """What stands before a number: its type word, where the citation begins, an issuer between, and "số"."""

    head: Head | None
    start: int
    issuer: tuple[int, int] | None = None
    marked: bool = False


@dataclass(slots=True)
class _Walk:
    """The state of one walk: what was found, how far, and the type word that numbers to come may share."""

    text: Text
    found: list[Citation] = field(default_factory=list)
    covered: int = 0
    head: Head | None = None
    reach: int = 0  # how far a bare number may belong to the last type word or citation

    def add(self, citation: Citation) -> None:
        self.found.append(citation)
        self.covered, self.reach = citation.end, citation.end + _REACH

    def open(self, head: Head) -> None:
        self.head, self.reach = head, max(head.end + _NEAR, self.reach)


def find(text: Text) -> list[Citation]:
    """The citations of a text, in order; they do not overlap."""
    walk, kinds, at = _Walk(text), kinds_of_words(), 0
    near, far = scanner(), sparse_scanner()
    while token := (near if at <= walk.reach else far).search(text.folded, at):
        at = token.end()
        if token[0][0].isdigit():
            _at_number(walk, token)
        else:
            word = " ".join(token[0].split())
            _STEPS[kinds[word]](walk, token, word)
        at = max(at, walk.covered)
    return walk.found


def _at_type(walk: _Walk, token: re.Match[str], word: str) -> None:
    text, (start, end) = walk.text, token.span()
    _at_head(walk, Head(start, end, type_words().get(word), text.plain[start].isupper()))


def _at_spoken(walk: _Walk, token: re.Match[str], word: str) -> None:
    start, end = token.span()
    if walk.text.plain[start:end].isupper():
        _at_head(walk, Head(start, end, document_types()[spoken_types()[word]], spoken=True))


def _at_head(walk: _Walk, head: Head) -> None:
    if citation := read_congress(walk.text, head) or read_anaphor(walk.text, head, walk.found):
        walk.add(citation)
    walk.open(head)


def _at_name(walk: _Walk, token: re.Match[str], word: str) -> None:
    text, (start, end), kind = walk.text, token.span(), type_words()[word]
    if kind.slug == "bo-luat" and text.plain[start : start + 2].lower() not in ("bộ", "bo"):
        start, kind = text.folded.index("l", start), document_types()["luat"]  # "bãi bỏ Luật Đất đai"
    citation = read_name(text, start, end, kind)
    if citation is None:
        _at_head(walk, Head(start, end, kind, text.plain[start].isupper()))
    while citation:
        walk.add(citation)
        walk.head = None
        citation = read_next_name(text, citation, plural=is_plural(text.folded, start))


def _at_acronym(walk: _Walk, token: re.Match[str], word: str) -> None:
    if citation := read_acronym(walk.text, *token.span(), word):
        walk.add(citation)


_STEPS = {"type": _at_type, "spoken": _at_spoken, "name": _at_name, "acronym": _at_acronym}


def _at_number(walk: _Walk, token: re.Match[str]) -> None:
    text, (start, end) = walk.text, token.span()
    tail = TAIL.match(text.folded, end)
    if tail is None or (start > walk.reach and tail["coded"] is None):
        return  # a number of the running text, or part of a date
    before = _behind_head(walk, start) or (_alone(text, start) if tail["coded"] else _in_list(walk, start))
    if before is None:
        return
    split = _SPLIT.match(text.folded, start) if before.head else None
    symbol = _split_symbol(text, split) if split else read_symbol(token[0], text.plain[end : tail.end()])
    if symbol.pieces:
        citation = _full(walk, start, symbol, before)
    elif before.head and before.issuer is None and (before.marked or "(" not in text.plain[before.head.end : start]):
        citation = _short(walk, start, symbol, before.head, marked=before.marked)
    else:
        citation = _item(walk, start, symbol)
    if citation:
        walk.add(_with_year(text, citation))


def _behind_head(walk: _Walk, number: int) -> _Before | None:
    """The type word that a number belongs to, with what stands between, or None."""
    head, folded = walk.head, walk.text.folded
    if head is None or not walk.covered <= head.end <= number <= head.end + _REACH:
        return None
    if "\n\n" in folded[head.end : number]:
        return None
    if number - head.end <= _NEAR and (join := _JOIN.fullmatch(folded, head.end, number)):
        return _Before(head, head.start, marked=join["marker"] is not None)
    if _JOIN_MANNER.fullmatch(folded, head.end, number):
        return _Before(head, head.start, marked=True)
    join = _JOIN_ISSUER.fullmatch(folded, head.end, number)
    if join and _ISSUER.match(join["issuer"]):
        return _Before(head, head.start, join.span("issuer"), marked=True)
    return None


def _alone(text: Text, number: int) -> _Before | None:
    """ "số" before a number without a type word, or None where it is that of a licence, a contract, another paper."""
    folded = text.folded
    marker = _MARKED.search(folded, max(0, number - _NEAR), number)
    if marker is None:
        return _Before(None, number)
    if _OTHER_PAPER.search(folded, max(0, marker.start() - _NEAR), marker.start()):
        return None
    label = _LABEL.search(folded, max(0, number - _NEAR), number)
    return _Before(None, number if label else marker.start(), marked=True)


def _in_list(walk: _Walk, number: int) -> _Before | None:
    """Nothing before a number that may continue a list, or None where it continues none."""
    return _Before(None, number) if _between(walk, number) else None


def _between(walk: _Walk, number: int) -> re.Match[str] | None:
    """What stands between the last citation by number and a number that continues its list, or None."""
    last = walk.found[-1] if walk.found else None
    if last is None or last.number is None or last.head is None or number - last.end > _REACH:
        return None
    return _BETWEEN.fullmatch(walk.text.folded, last.end, number)


def _split_symbol(text: Text, split: re.Match[str]) -> Symbol:
    """The symbol at a number that scanning put a space into."""
    symbol = read_symbol(split["first"] + split["rest"], text.plain[split.end() : split.end() + _REACH])
    return symbol._replace(length=symbol.length + 1)


def _full(walk: _Walk, start: int, symbol: Symbol, before: _Before) -> Citation | None:
    text = walk.text
    if before.head is None and (glued := _glued_head(text, start)):
        before = before._replace(head=glued, start=glued.start)
    head = before.head or _shared_head(walk, start)
    kind = head.type if head else None
    reading = read_pieces(symbol.pieces, kind)
    if before.head is None and head and not fits(reading, kind):
        head, kind, reading = None, None, read_pieces(symbol.pieces, None)
    if not is_symbol(text, start, symbol, reading, before.head, marked=before.marked):
        return None
    flags = flags_of(reading, kind)
    kind = kind or type_of_symbol(symbol, reading) or read_english_type(text, start)
    return Citation(
        before.start,
        _closed(text, before.start, start, start + symbol.length),
        "list" if before.head is None and head else "full",
        kind,
        symbol.number,
        symbol.year,
        symbol,
        reading,
        head,
        before.marked,
        before.issuer,
        flags=flags,
    )


def _glued_head(text: Text, number: int) -> Head | None:
    """The type word before a number that was glued to the word before it, as its capital shows: "TheoQuyết định"."""
    window = max(0, number - _LONGEST_HEAD)
    word = _GLUED.search(text.folded, window, number)
    if word is None:
        return None
    start, end = word.span("type")
    if not (text.plain[start].isupper() and text.plain[start - 1].islower()):
        return None
    return Head(start, end, type_words()[" ".join(word["type"].split())], True)


def _closed(text: Text, start: int, number: int, end: int) -> int:
    """The end of a citation, with the bracket that closes one opened before its number: "Công văn (số 73/TTg-CN)"."""
    return end + 1 if "(" in text.plain[start:number] and text.plain.startswith(")", end) else end


def _shared_head(walk: _Walk, start: int) -> Head | None:
    """The type word of the list that a number with a symbol continues, within its paragraph."""
    head = walk.head
    if head is None or "\n\n" in walk.text.folded[max(head.end, start - 2000) : start]:
        return None
    last = walk.found[-1] if walk.found else None
    if last and last.head == head:
        return head
    alone = last is None or last.end <= head.start
    return head if alone and not head.spoken and is_plural(walk.text.folded, head.start) else None


def _short(walk: _Walk, start: int, symbol: Symbol, head: Head, *, marked: bool) -> Citation | None:
    end = start + symbol.length
    if not stands_alone(walk.text, head, end, symbol, walk.found, marked=marked):
        return None
    end = _closed(walk.text, head.end, start, end)
    return Citation(head.start, end, "short", head.type, symbol.number, symbol.year, symbol, head=head, marked=marked)


def _item(walk: _Walk, start: int, symbol: Symbol) -> Citation | None:
    """A number without a symbol that continues a list: "các Nghị quyết 57, 59 và 66"."""
    between = _between(walk, start)
    if between is None:
        return None
    last, marked, end = walk.found[-1], between["marker"] is not None, start + symbol.length
    if not stands_in_list(walk.text, end, symbol, marked=marked):
        return None
    left = between.start("marker") if marked else start
    return Citation(left, end, "list", last.type, symbol.number, symbol.year, symbol, head=last.head, marked=marked)


def _with_year(text: Text, citation: Citation) -> Citation:
    """A citation with the "năm 2022" that directly follows."""
    year = _YEAR_AFTER.match(text.folded, citation.end)
    return citation._replace(end=year.end(), year=citation.year or year["year"]) if year else citation
