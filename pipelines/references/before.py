"""What stands before a citation: its pinpoint, and the sentence's "Ngày D, ISSUER ban hành"."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import grammar
from .bodies import Phrase, body_of_code, read_body
from .citation import Citation
from .dates import Day, read_day
from .making import read_making_ahead
from .text import Text

_GAP = grammar.GAP
_UNITS = ("diem", "khoan", "dieu", "muc", "chuong", "phan", "tiet", "phu luc")
_UNIT = f"(?:{'|'.join(_UNITS)})"
_VALUE = r"(?:\d{1,3}[a-z]?(?![a-z])|[a-z](?![a-z])|[ivx]{1,6}(?![a-z]))"
_VALUES = rf"{_VALUE}(?:(?:,{_GAP}|{_GAP}va{_GAP}|-){_VALUE}){{0,8}}"
_PINPOINT = re.compile(
    rf"(?P<pin>{grammar.headed((*_UNITS, 'loi noi dau'))}"
    rf"(?:(?<=dau)|{_GAP}{_VALUES}(?:,?{_GAP}(?:va |cua )?{_UNIT}{_GAP}{_VALUES}){{0,4}})"
    rf"),?{_GAP}(?:cua |trong |tai |, )?{_GAP}$"
)
_ADVERB = grammar.one_of("da, vua, moi, tung, se, cung, thong nhat, chinh thuc, con, tiep tuc, ky, duoc, cho, chinh")
_ACTS = "ban hanh, ky ban hanh, ky, ra, co, gui, phat, thong qua, cong bo, phat hanh, dua ra, phe duyet, ra doi"
ISSUES = re.compile(
    rf"(?<![a-z])(?:{_ADVERB}{_GAP}){{0,4}}{grammar.one_of(_ACTS)}{_GAP}(?:cac |\d{{1,2}} |van ban |luon )?$"
)
_ENDS_OF_ACT = (*(act.split()[-1] for act in _ACTS.split(",")), "cac", "van ban", "luon", *"0123456789")
_DEADLINE_OR_MEETING = grammar.one_of(
    "truoc, den, toi, het, sau, qua, hoi nghi, cuoc hop, hop, ky hop, phien hop, le, buoi, toa dam"
)
_DAY_CUE = re.compile(
    rf"(?<![a-z])(?P<other>{_DEADLINE_OR_MEETING}{_GAP})?(?:ngay|hom|sang|chieu|toi|trua)(?:{_GAP}ngay)?{_GAP}(?=\d)"
)
# Between the day and the act these open another clause: the day is that of a meeting, a visit, a deadline.
_OTHER_CLAUSE = re.compile(
    "(?<![a-z])(?:"
    + grammar.one_of(
        "cho biet, tai, du, nghe, phat bieu, quan triet, bao cao, neu, lam viec, to chuc, theo, trong do, sau khi,"
        "nham, trien khai, thuc hien, can cu, den, dien ra, bat dau, khai mac, co hieu luc, nhan duoc"
    )
    + r"|kiem tra(?! trung uong| tinh| thanh| huyen| quan| dang)|hoi nghi(?! lan| ban| trung uong| t)|khi(?= [^,]*,))"
)
# "Năm 2024, ...", "Tháng 12/2024, ...": the year of an act that opens its sentence
_YEAR_OF_ACT = re.compile(
    rf"[^a-z]{{0,3}}(?:(?:dau|giua|cuoi|trong){_GAP})?(?:thang{_GAP}\d{{1,2}}{_GAP}[/-]{_GAP}"
    rf"|(?:thang{_GAP}\d{{1,2}}{_GAP},?{_GAP})?nam{_GAP})(?P<year>{grammar.YEAR}),"
)
_ON_BEHALF = re.compile(rf"(?<![a-z])thay mat{_GAP}")
_SENTENCE_END = re.compile(r"[.!?;\n](?:(?<=\n)\n|(?<!\n)(?=\s))")
_AND = re.compile(r"[ \n]*(?:,|(?<![a-z])va(?![a-z]))?[ \n]*")
_WORD = re.compile(r"(?<![a-z])[a-z]")
_WINDOW = 220  # how far before a citation its sentence is read
_ACT_WINDOW = 48  # how far before a citation the act that made it may begin
_ADVERBS = 12  # how far a body may stand from the act, for words of time between


class Lead(NamedTuple):
    """What the sentence says before a citation; ``effective``: its day is the one the document takes effect."""

    day: Day | None = None
    issuer: Phrase | None = None
    effective: bool = False
    year: str | None = None  # of the act, where its day is not said


def read_pinpoint(text: Text, start: int, left: int) -> tuple[int, int] | None:
    """The span of "điểm a khoản 1 Điều 5" right before a citation, or None."""
    match = _PINPOINT.search(text.folded, max(left, start - 90), start)
    return match.span("pin") if match else None


def read_lead(text: Text, citation: Citation, left: int, *, effect: bool) -> Lead:
    """Issuer and day from before a citation: "Ngày D, ISSUER ban hành TYPE"; with ``effect`` the day of "Ngày D,"
    "TYPE"."""
    start = max(left, citation.start - _WINDOW)
    if effect:
        day = _day_of_effect(text, _sentence_start(text.folded, start, citation.start), citation.start)
        return Lead(day, effective=True)
    act = _act(text.folded, max(start, citation.start - _ACT_WINDOW), citation.start)
    start = _sentence_start(text.folded, start, citation.start)
    if act is None or act.start() < start:
        making = read_making_ahead(text, start, citation.start)
        return Lead(making.day, making.maker, year=making.year) if making else Lead()
    day = _day_of_act(text, start, act.start())
    begun = day.end if day else start
    year = None if day else _YEAR_OF_ACT.match(text.folded, start, act.start())
    actor = _actor(text, begun, act.start())
    issuer = _agreeing(text, begun, actor, citation) if actor else None
    return Lead(day, issuer, year=year["year"] if year else None)


def _act(folded: str, start: int, end: int) -> re.Match[str] | None:
    """The act of issuing right before an offset; most citations have none, which the last word tells at once."""
    return ISSUES.search(folded, start, end) if folded[start:end].rstrip(" \n").endswith(_ENDS_OF_ACT) else None


def _sentence_start(folded: str, start: int, end: int) -> int:
    """Where the sentence that holds ``end`` starts, not before ``start``."""
    stops = [match.end() for match in _SENTENCE_END.finditer(folded, start, end)]
    return stops[-1] if stops else start


def _day_of_effect(text: Text, start: int, end: int) -> Day | None:
    lead = _DAY_CUE.search(text.folded, start, end)
    day = read_day(text.folded, lead.end()) if lead else None
    return day if day and not text.folded[day.end : end].strip(" \n,") else None


def _day_of_act(text: Text, start: int, end: int) -> Day | None:
    """The day on which the act before a citation was done, if its sentence says one."""
    cues = list(_DAY_CUE.finditer(text.folded, start, end))
    day = read_day(text.folded, cues[-1].end()) if cues and not cues[-1]["other"] else None
    return None if day is None or _OTHER_CLAUSE.search(text.folded, day.end, end) else day


def _actor(text: Text, start: int, end: int) -> Phrase | None:
    """The body that acts: the last one named before the verb, or the one on whose behalf someone does."""
    behalf = _ON_BEHALF.search(text.folded, start, end)
    if behalf and (phrase := read_body(text, behalf.end())):
        return phrase
    for word in reversed(list(_WORD.finditer(text.folded, start, end))):
        phrase = read_body(text, word.start())
        if phrase and phrase.body and end - _ADVERBS <= phrase.end <= end:
            return _widest(text, start, word.start(), phrase)
    return None


def _agreeing(text: Text, start: int, actor: Phrase, citation: Citation) -> Phrase:
    """Of several bodies that act together, the one the symbol speaks of: "Tỉnh ủy, UBND tỉnh ban hành 12-CT/TU"."""
    codes = citation.reading.codes if citation.reading else ()
    system = body_of_code(codes[0]).system if codes else None
    if actor.body is None or system in (None, actor.body.system):
        return actor
    for word in _WORD.finditer(text.folded, max(start, actor.start - 40), actor.start):
        other = read_body(text, word.start())
        if other and other.body and other.body.system == system and _AND.fullmatch(text.folded, other.end, actor.start):
            return Phrase(other.start, actor.end, other.body._replace(place=other.body.place or actor.body.place))
    return actor


def _widest(text: Text, start: int, at: int, phrase: Phrase) -> Phrase:
    """The phrase from the earliest word that ends alike: "BTV Tỉnh ủy" rather than "Tỉnh ủy"."""
    for word in _WORD.finditer(text.folded, max(start, at - 40), at):
        wider = read_body(text, word.start())
        if wider and wider.end in (phrase.end, phrase.end + 1):  # "HĐND thị xã Hương Trà (tỉnh Quảng Trị)"
            return wider
    return phrase
