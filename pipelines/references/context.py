"""What stands around a citation and says more of it: date and its role, issuer, subject, pinpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.models import DateRole

from . import grammar
from .before import ISSUES, Lead, read_lead, read_pinpoint
from .bodies import Body, Phrase, read_body, read_phrase
from .citation import Citation
from .dates import Day, read_day
from .making import Making, read_made, read_making, read_making_behind
from .text import Text

_GAP = grammar.GAP
_OPEN = rf"{_GAP}[,(]?{_GAP}"
_HOUR = rf"(?:(?:hoi|luc){_GAP}\d{{1,2}}{_GAP}(?:gio|h){_GAP}(?:\d{{1,2}}{_GAP})?(?:phut{_GAP})?,?{_GAP})"
_ISSUED = grammar.one_of("ban hanh, ky, ky ban hanh, thong qua")
_ACT = rf"(?:da{_GAP})?(?:duoc{_GAP})?(?P<act>{_ISSUED}){_GAP}(?:vao{_GAP})?"
_DATE = re.compile(rf"{_OPEN}(?:{_ACT})?{_HOUR}?(?:ngay|dated?){_GAP}(?=\d|[a-z])")
_BARE_DATE = re.compile(rf"{_OPEN}(?:{_ACT}|(?<!,)(?<!, ))(?=\d{{1,2}}[/.-]\d{{1,2}}[/.-]{grammar.YEAR})")
_DATELINE = re.compile(
    rf"(?:{_GAP}{_GAP}v/v[^\n]{{1,200}})?{_GAP}(?:\|{_GAP})?{_GAP}(?P<place>[^,;:.()\d]{{3,60}}),{_GAP}ngay{_GAP}(?=\d)"
)
_YEAR = re.compile(rf",?{_GAP}\(?(?:nam{_GAP})?(?P<year>{grammar.YEAR})(?!{_GAP}[/-]\d)(?={_GAP}(?:[,.;)]|$|[a-z(]))")
_TITLE_YEAR = re.compile(r"(?<!nam)(?<![,.:;-]) (?P<year>(?:19|20)\d\d)$")
_OF = re.compile(rf"{_GAP},?{_GAP}(?:cua|of|do){_GAP}")
_TERM = rf"{_GAP}\(?khoa{_GAP}(?:[xvi]+|\d+)\)?(?![a-z\d])"
_PLENUM = re.compile(
    rf"{_OPEN}(?:cua{_GAP})?hoi{_GAP}nghi{_GAP}(?:lan{_GAP}thu{_GAP}(?:[a-z]+|\d+){_GAP})?"
    rf"(?=(?:ban chap hanh )?(?:trung uong|tw|t\.u))(?P<body>[a-z. ]{{2,40}}?)(?:{_GAP}\d{{1,2}})?,?{_TERM}"
)
_FORCE = grammar.one_of(
    "co hieu luc, co hieu luc thi hanh, hieu luc, hieu luc thi hanh, ap dung, duoc ap dung, thi hanh"
)
_ADVERB = rf"(?:{grammar.one_of('chinh thuc, bat dau, se, da, nay, va')}{_GAP}){{0,2}}"
_IN_FORCE = rf"{_OPEN}{_ADVERB}{_FORCE},?{_GAP}"
_EFFECT_DAY = re.compile(rf"{_IN_FORCE}(?:(?:ke{_GAP})?tu{_GAP})?(?:ngay{_GAP})?(?=\d)")
_NEXT_ACTOR = re.compile(rf"{_GAP}(?P<comma>,{_GAP})?(?=[a-z])")
_EFFECT_SAID = re.compile(rf"{_IN_FORCE}(?:ke{_GAP})?(?:tu|vao)(?![a-z])")  # its own time follows
_EFFECT = re.compile(rf"{_OPEN}{_ADVERB}{grammar.one_of('co hieu luc, duoc ap dung, ap dung, het hieu luc')}")
_AS_AMENDED = re.compile(rf"{_GAP}\((?:sua{_GAP}doi(?:,?{_GAP}bo{_GAP}sung)?|moi)\)")  # of a law: "(sửa đổi)"
_ABOUT = grammar.one_of(
    "ve, v/v, ban hanh, phe duyet, quy dinh, huong dan, sua doi, trien khai, nham, de, thi hanh, dieu chinh,"
    "truyen dat, cong bo, tuyen truyen, don doc, thanh lap, mot so, xu ly, tang cuong, giao, bai bo, thuc hien,"
    "cong nhan"
)
_SUBJECT = re.compile(rf"{_GAP},?{_GAP}(?={_ABOUT}|[\"“‘«])")
_SUBJECT_END = re.compile(r"[.!?](?=\s|$)|[;|]")
_LONGEST_SUBJECT = 300
_CLAUSE_WORDS = 5  # what follows a comma and is longer than this is a clause of its own, not the subject going on
_PARTS = 5  # of a tail, at most


class Context(NamedTuple):
    """What the words around a citation say. ``day`` is that of its ``role``, ``year`` a year of issue without a day."""

    day: Day | None = None
    role: DateRole | None = None
    year: str | None = None
    issuer: Phrase | None = None
    subject: tuple[int, int] | None = None
    pinpoint: tuple[int, int] | None = None
    dateline: tuple[int, int] | None = None
    end: int = 0  # where what belongs to the citation ends, its subject apart
    led: bool = False  # the issuer stands before the citation: "UBND tỉnh ban hành ..."


def read_context(text: Text, citation: Citation, left: int, right: int) -> Context:
    """The context of a citation between the end of the one before (``left``) and the start of the next (``right``)."""
    pinpoint = read_pinpoint(text, citation.start, left)
    if citation.kind == "anaphor":
        return Context(pinpoint=pinpoint, end=citation.end)
    tail = _Tail(text, citation, right, citation.end)
    tail.issuer = _inside_issuer(text, citation)
    tail.walk()
    led = tail.issuer is None
    if citation.kind != "list":
        lead = read_lead(
            text, citation, left, effect=tail.day is None and _EFFECT.match(text.folded, citation.end) is not None
        )
        tail.follow(lead)
    return Context(tail.day, tail.role, tail.year, tail.issuer, tail.subject, pinpoint, tail.dateline, tail.pos, led)


def role_of(day: Day) -> DateRole:
    """The role of a day of issue: a day without a year is partial."""
    return "partial" if day.year is None else "issued"


def _inside_issuer(text: Text, citation: Citation) -> Phrase | None:
    """The issuer between type word and number: "Quyết định của Bộ Chính trị số 31-QĐ/TW"."""
    if citation.issuer is None:
        return None
    start, end = citation.issuer
    start += 4 if text.folded.startswith("cua ", start) else 0
    return read_body(text, start) or Phrase(start, end, None)


@dataclass(slots=True)
class _Tail:
    """The walk over what follows a citation, part by part; ``pos`` is how far it came."""

    text: Text
    citation: Citation
    right: int
    pos: int
    day: Day | None = None
    role: DateRole | None = None
    year: str | None = None
    issuer: Phrase | None = None
    subject: tuple[int, int] | None = None
    dateline: tuple[int, int] | None = None

    def walk(self) -> None:
        """Read the parts in any order, then the subject."""
        if self.citation.name and (amended := _AS_AMENDED.match(self.text.folded, self.pos)):
            self.pos = amended.end()
        for _ in range(_PARTS):
            if self.text.folded.startswith((".", ";", ":"), self.pos) or not self._part():
                break
        if self.day is None and self.year is None:
            self.year = self._title_year()
        self._read_subject()

    def follow(self, lead: Lead) -> None:
        """Take day and issuer from before the citation where the tail has none."""
        if self.day is None and lead.day and lead.effective:
            self.day, self.role = lead.day, "effective"
        elif self.day is None and lead.day and (self.year is None or str(lead.day.year) == self.year):
            self.day, self.role = lead.day, role_of(lead.day)
        elif self.day is None and self.year is None:
            self.year = lead.year
        self.issuer = self.issuer or lead.issuer

    def _part(self) -> bool:
        if self.day is None and (self._effect() or self._date() or self._letterhead()):
            return True
        if self.day is None and self.year is None and (year := _YEAR.match(self.text.folded, self.pos)):
            self.year, self.pos = year["year"], year.end()
            return True
        return self.issuer is None and (self._made() or self._plenum() or self._issued_by())

    def _take(self, day: Day | None, role: DateRole | None = None) -> bool:
        """Take a day, unless another citation or paragraph begins before it ends."""
        if day is None or day.end > self.right or "\n\n" in self.text.folded[self.pos : day.end]:
            return False
        self.day, self.role, self.pos = day, role or role_of(day), day.end
        return True

    def _effect(self) -> bool:
        mark = _EFFECT_DAY.match(self.text.folded, self.pos)
        return mark is not None and self._take(read_day(self.text.folded, mark.end()), "effective")

    def _date(self) -> bool:
        folded = self.text.folded
        mark = _DATE.match(folded, self.pos) or _BARE_DATE.match(folded, self.pos)
        day = read_day(folded, mark.end()) if mark else None
        if mark is None or (day and self._opens_clause(mark, day)) or not self._take(day):
            return False
        if day and day.year and mark["act"] is None and _EFFECT.match(folded, day.end):
            self.role = "issued" if _EFFECT_SAID.match(folded, day.end) else "effective"
        if "(" in mark[0] and folded.startswith(")", self.pos):
            self.pos += 1
        return True

    def _opens_clause(self, mark: re.Match[str], day: Day) -> bool:
        """Whether a day behind a comma is that of the next act: "Theo Chỉ thị A, ngày 3/4/2024 UBND tỉnh ban hành B".

        Between two commas it is so for State documents alone: the Party writes a comma before the day of issue.
        """
        folded = self.text.folded
        next_ = _NEXT_ACTOR.match(folded, day.end)
        if next_ is None or mark["act"] or not mark[0].lstrip().startswith(","):
            return False
        symbol = self.citation.symbol
        if next_["comma"] and (symbol is None or symbol.text.startswith("-", len(symbol.number))):
            return False
        phrase = read_body(self.text, next_.end())
        return phrase is not None and ISSUES.search(folded, phrase.end, self.right) is not None

    def _letterhead(self) -> bool:
        """The day of a letterhead, behind its place: "Số: 78/NQ-HĐND Kon Tum, ngày 07 tháng 12 năm 2023"."""
        if self.citation.head is not None:
            return False
        line = _DATELINE.match(self.text.folded, self.pos)
        day = read_day(self.text.folded, line.end()) if line else None
        if line is None or day is None or not self.text.plain[line.start("place")].isupper():
            return False
        self.day, self.role, self.pos, self.dateline = day, role_of(day), day.end, line.span("place")
        return True

    def _made(self) -> bool:
        """Issuer and day of "được Quốc hội thông qua ngày 24/6/2023"."""
        making = read_making(self.text, self.pos, self.right)
        return making is not None and self._take_making(making)

    def _take_making(self, making: Making) -> bool:
        """Take who made a document and when, unless a day was said already."""
        if (making.day or making.year) and (self.day or "\n\n" in self.text.folded[self.pos : making.end]):
            return False
        if making.day:
            self.day, self.role = making.day, role_of(making.day)
        self.year, self.issuer, self.pos = making.year or self.year, self.issuer or making.maker, making.end
        return True

    def _plenum(self) -> bool:
        plenum = _PLENUM.match(self.text.folded, self.pos)
        if plenum is None or plenum.end() > self.right:
            return False
        self.issuer = Phrase(plenum.start("body"), plenum.end(), Body("tw", "party", "central"))
        self.pos = plenum.end()
        return True

    def _issued_by(self) -> bool:
        of = _OF.match(self.text.folded, self.pos)
        phrase = read_phrase(self.text, of.end(), self.right) if of else None
        if phrase is None:
            return False
        self.issuer, self.pos = phrase, phrase.end
        if self.day is None and (making := read_made(self.text, phrase.end, self.right)):
            self._take_making(making)
        return True

    def _title_year(self) -> str | None:
        """The bare year that ends a title of its own line: "Quyết định 66-QĐ/TW thể thức văn bản của Đảng 2017"."""
        folded, start, end = self.text.folded, self.citation.start, self.citation.end
        if self.citation.kind != "full" or (start and folded[start - 1] != "\n"):
            return None
        year = _TITLE_YEAR.search(folded[end : end + 200].partition("\n")[0])
        return year["year"] if year else None

    def _read_subject(self) -> None:
        folded, cue = self.text.folded, _SUBJECT.match(self.text.folded, self.pos)
        if cue is None or _EFFECT.match(folded, self.pos) or "\n\n" in cue[0]:
            return
        start = cue.end()
        window = folded[start : start + _LONGEST_SUBJECT].partition("\n\n")[0]
        stop = _SUBJECT_END.search(window)
        words = window[: stop.start()] if stop else window
        comma = words.find(", ")
        if comma > 0 and len(words[comma:].split()) > _CLAUSE_WORDS:
            words = words[:comma]
        words = words.rstrip(" \n,")
        if len(words) > 3:
            self.subject = start, start + len(words)
            self._read_making_behind(start, start + len(words))

    def _read_making_behind(self, start: int, end: int) -> None:
        """Take maker and day from behind a subject: "về ... do Ban Chấp hành Trung ương ban hành ngày ..."."""
        behind = read_making_behind(self.text, start, end, self.right)
        if behind and not (self.issuer and behind[1].maker) and self._take_making(behind[1]):
            self.subject = start, min(end, behind[0])
