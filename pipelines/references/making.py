"""Who made a document and when, as a clause says it: "được Quốc hội thông qua ngày 24/6/2023"."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import grammar
from .bodies import Phrase, read_body
from .dates import Day, read_day
from .text import Text

_GAP = grammar.GAP
_ADVERB = grammar.one_of("da, vua, moi, chinh thuc, tung")
_PASSIVE = re.compile(rf"{_GAP}[,(]?{_GAP}(?:{_ADVERB}{_GAP}){{0,2}}(?:duoc|do|ma){_GAP}")
_VERBS = (
    "ban hanh, ky ban hanh, ky, thong qua, bieu quyet thong qua, phe duyet, ky phe duyet, ra doi,"
    "ky quyet dinh ban hanh, ky quyet dinh phe duyet"
)
_VERB = re.compile(rf"(?<![a-z])(?!ky hop){grammar.one_of(_VERBS)}")
_MADE = re.compile(rf"{_GAP},?{_GAP}\(?(?:(?:da|duoc|moi|vua){_GAP}){{0,2}}{grammar.one_of(_VERBS)}")
_MADE_BEHIND = re.compile(r",? (?:da )?(?:duoc|do|ban hanh|ky)(?= )|, ngay(?= \d)")
_DAY_OF = re.compile(rf",{_GAP}ngay{_GAP}(?=\d)")
_OF = re.compile(rf"{_GAP}(?:cua|do){_GAP}")
_MEETING = rf"(?:{_GAP},?{_GAP}tai{_GAP}(?:ky hop|phien hop|hoi nghi|dai hoi|cuoc hop)[^.;()\n]{{0,80}}?)?"
_DAY = rf",?{_GAP}\(?(?:(?:vao{_GAP})?(?:ngay|hom){_GAP}|vao{_GAP})(?=\d)"
_MONTH = rf"thang{_GAP}\d{{1,2}}{_GAP}"
_YEAR = (
    rf"{_GAP}(?:vao{_GAP}|tu{_GAP})?(?:(?:dau|giua|cuoi){_GAP})?"
    rf"(?:{_MONTH}[/-]{_GAP}|(?:{_MONTH},?{_GAP})?nam{_GAP})"
)
_WHEN = re.compile(rf"{_MEETING}(?:(?P<on>{_DAY})|{_YEAR}(?P<year>{grammar.YEAR})(?![-/]))")
# Nothing but names of bodies and people, their term and session: no other verb, so that the maker is who was named.
_MAKER = re.compile(r"[a-z0-9 ,\n-]*(?:\(khoa [xvi\d]{1,5}\)[a-z0-9 ,\n-]*)?")
_OTHER_VERB = re.compile(
    r"(?<![a-z])"
    + grammar.one_of(
        "quan triet, trien khai, to chuc, yeu cau, danh gia, thuc hien, ap dung, cu the hoa, hoc tap, nghien cuu,"
        "tham muu, xay dung, dua, phat dong, gioi thieu, lay y kien, trinh, giao, tai, nham, de, va, can cu, hop ban"
    )
)
_PERSON = re.compile(
    grammar.one_of(
        "dong chi, ong, ba, tong bi thu, bi thu, pho bi thu, chu tich, pho chu tich, bo truong, thu truong,"
        "pho thu tuong, thuong truc ban bi thu, giam doc, chanh van phong"
    )
)
_OPENING = re.compile(rf"[^a-z]{{0,3}}(?:{_ADVERB}{_GAP})?")
_ON_BEHALF = re.compile(rf"(?<![a-z])thay mat{_GAP}")
_LONGEST_MAKER = 110
_BEHIND = 60  # how far behind a subject a clause on the making may begin


class Making(NamedTuple):
    """Who made a document, on which day or in which year; ``end`` is where that was said."""

    end: int
    maker: Phrase | None = None
    day: Day | None = None
    year: str | None = None


def read_making(text: Text, start: int, limit: int) -> Making | None:
    """What a clause at an offset says of the making of a document, or None: "do Bộ Chính trị ban hành ngày ..."."""
    passive = _PASSIVE.match(text.folded, start)
    if passive is None:
        return None
    verb = _VERB.search(text.folded, passive.end(), min(limit, passive.end() + _LONGEST_MAKER))
    if verb is None:
        return None
    maker = _maker(text, passive.end(), verb.start())
    if maker is None and not _maker_unsaid(text.folded, passive.end(), verb.start()):
        return None
    unsaid = Making(verb.end(), maker) if maker else None
    return read_time(text, verb.end(), limit, maker) or unsaid


def read_making_ahead(text: Text, start: int, end: int) -> Making | None:
    """What a clause that opens a sentence says of the document after it: "Được Quốc hội thông qua ngày D, TYPE N"."""
    opening = _OPENING.match(text.folded, start)
    passive = _PASSIVE.match(text.folded, opening.end()) if opening else None
    making = read_making(text, opening.end(), end) if opening and passive else _made_ahead(text, opening, end)
    if making is None or not (making.day or making.year) or text.folded[making.end : end].strip(" ,\n"):
        return None
    return making


def _made_ahead(text: Text, opening: re.Match[str] | None, end: int) -> Making | None:
    verb = _VERB.match(text.folded, opening.end()) if opening else None
    return read_time(text, verb.end(), end) if verb else None


def read_made(text: Text, start: int, limit: int) -> Making | None:
    """When a document was made, where the verb stands at an offset without who did it: "ban hành ngày ..."."""
    made = _MADE.match(text.folded, start)
    return read_time(text, made.end(), limit) if made else None


def read_making_behind(text: Text, start: int, end: int, limit: int) -> tuple[int, Making] | None:
    """Where in a subject, or right behind it, a clause on the making of the document begins, and what it says."""
    for mark in _MADE_BEHIND.finditer(text.folded, start, min(limit, end + _BEHIND)):
        at = mark.start()
        making = read_making(text, at, limit) or read_made(text, at, limit) or _day_of(text, at, limit)
        if making and making.end <= limit:
            return at, making
    return None


def _day_of(text: Text, start: int, limit: int) -> Making | None:
    """Maker and day of ", ngày 22/12/2024 của Bộ Chính trị"."""
    on = _DAY_OF.match(text.folded, start)
    day = read_day(text.folded, on.end()) if on else None
    of = _OF.match(text.folded, day.end, limit) if day else None
    phrase = read_body(text, of.end()) if of else None
    return Making(phrase.end, phrase, day) if phrase else None


def read_time(text: Text, start: int, limit: int, maker: Phrase | None = None) -> Making | None:
    """When a document was made, right behind the verb that says so, or None."""
    when = _WHEN.match(text.folded, start)
    if when is None or when.end() > limit:
        return None
    if when["year"]:
        return Making(when.end(), maker, year=when["year"])
    day = read_day(text.folded, when.end())
    return Making(day.end, maker, day) if day and day.end <= limit else None


def _maker_unsaid(folded: str, start: int, end: int) -> bool:
    """Whether no body is named between the passive and its verb: nothing at all, or a person."""
    words = folded[start:end].strip()
    return not words or (_named_alone(words) and _PERSON.match(words) is not None)


def _named_alone(words: str) -> bool:
    return _MAKER.fullmatch(words) is not None and not _OTHER_VERB.search(words)


def _maker(text: Text, start: int, end: int) -> Phrase | None:
    """The body named between the passive and its verb, if nothing else is said there."""
    if not _named_alone(text.folded[start:end]):
        return None
    behalf = _ON_BEHALF.search(text.folded, start, end)
    phrase = read_body(text, behalf.end() if behalf else start)
    return phrase if phrase and phrase.end <= end else None
