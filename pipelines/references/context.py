"""What stands around a citation and says more of it: date and its role, issuer, subject, pinpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..models import DateRole
from . import grammar
from .bodies import Body, Phrase, read_body, read_phrase
from .citation import Citation
from .dates import Day, read_day
from .text import Text

_GAP = grammar.GAP
_ISSUED = r"(?:(?:duoc )?(?:ban hanh|ky ban hanh|ky|thong qua)(?: vao)? )"
_HOUR = rf"(?:(?:hoi|luc){_GAP}\d{{1,2}}{_GAP}(?:gio|h){_GAP}(?:\d{{1,2}}{_GAP})?(?:phut{_GAP})?,?{_GAP})"
_DATE = re.compile(rf"{_GAP}[,(]?{_GAP}{_ISSUED}?{_HOUR}?(?:ngay|dated?){_GAP}(?=\d|[a-z])")
_BARE_DATE = re.compile(rf"{_GAP}\(?{_GAP}(?=\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:19|20)\d\d(?!\d))")
_PASSED = re.compile(rf"{_GAP},?{_GAP}(?:da{_GAP})?duoc{_GAP}(?=[a-z])")
_PASSED_ON = re.compile(rf"{_GAP}(?:da )?(?:ban hanh|thong qua|ky(?: ban hanh)?|phe duyet){_GAP}(?:vao{_GAP})?ngay{_GAP}(?=\d)")
_DATELINE = re.compile(rf"{_GAP}(?:\|{_GAP})?(?P<place>[^,;:.()\d]{{3,60}}),{_GAP}ngay{_GAP}(?=\d)")
_YEAR = re.compile(rf",?{_GAP}(?:nam{_GAP})?(?P<year>{grammar.YEAR})(?!{_GAP}[/-]\d)(?={_GAP}(?:[,.;)]|$|[a-z(]))")
_LINE_YEAR = re.compile(r"(?<!nam)(?<![,.:;-]) (?P<year>(?:19|20)\d\d)$")
_OF = re.compile(rf"{_GAP},?{_GAP}(?:cua|of|do){_GAP}")
_PLENUM = re.compile(
    rf"{_GAP}[,(]?{_GAP}(?:cua{_GAP})?hoi{_GAP}nghi{_GAP}(?:lan{_GAP}thu{_GAP}[a-z]+{_GAP}|lan{_GAP}thu{_GAP}\d+{_GAP})?"
    rf"(?=(?:ban chap hanh )?(?:trung uong|tw|t\.u))(?P<body>[a-z. ]+?)(?:{_GAP}\d{{1,2}})?(?:,?{_GAP}\(?khoa{_GAP}(?:[xvi]+|\d+)\)?)(?![a-z\d])"
)
_EFFECT = re.compile(
    rf"{_GAP}[,(]?{_GAP}(?:(?:chinh thuc|bat dau|se|nay|va) ){{0,2}}(?:co hieu luc|ap dung|thi hanh)(?: thi hanh| ap dung)?"
    rf"(?:,? ?(?:ke )?tu)?(?: ngay)?{_GAP}(?=\d)"
)
_EFFECTIVE = re.compile(
    rf"{_GAP}[,(]?{_GAP}(?:(?:chinh thuc|bat dau|se|da) ){{0,2}}(?:co hieu luc|duoc ap dung|ap dung|het hieu luc)(?![a-z])"
)
_MADE_BY = re.compile(rf"{_GAP},?{_GAP}do{_GAP}")
_MADE = re.compile(rf"{_GAP}(?:ky )?ban hanh(?:{_GAP}(?:vao )?(?:ngay){_GAP}(?=\d))?")
_SUBJECT = re.compile(
    rf"{_GAP},?{_GAP}(?=(?:ve|v/v|ban hanh|phe duyet|quy dinh|huong dan|sua doi|trien khai|nham|de|thi hanh|dieu chinh|truyen dat|"
    rf"cong bo|tuyen truyen|don doc|thanh lap|mot so|xu ly|tang cuong|giao|bai bo|thuc hien|cong nhan)(?![a-z])|[\"“‘«])"
)
_SUBJECT_END = re.compile(r"[;.!?](?=\s|$)|\n\n|[;|]")
_PINPOINT_UNIT = r"(?:diem|khoan|dieu|muc|chuong|phan|tiet|phu luc)"
_PINPOINT_VALUE = r"(?:\d{1,3}[a-z]?|[a-z](?![a-z])|[ivx]{1,6}(?![a-z]))"
_PINPOINT = re.compile(
    rf"(?<![a-z])(?:cac )?(?P<pin>{_PINPOINT_UNIT}{_GAP}{_PINPOINT_VALUE}(?:(?:,{_GAP}|{_GAP}va{_GAP}|,|-){_PINPOINT_VALUE}){{0,8}}"
    rf"(?:,?{_GAP}(?:va |cua )?{_PINPOINT_UNIT}{_GAP}{_PINPOINT_VALUE}(?:(?:,{_GAP}|{_GAP}va{_GAP}|,){_PINPOINT_VALUE}){{0,8}}){{0,4}}|loi noi dau)"
    rf",?{_GAP}(?:cua |trong |tai |, )?{_GAP}$"
)
_ACT = (
    r"(?:(?:da|vua|moi|tung|se|cung|thong nhat|chinh thuc|con|tiep tuc|ky|duoc|cho|chinh) ){0,4}"
    r"(?:ban hanh|ky ban hanh|ky|ra|co|gui|phat|thong qua|cong bo|phat hanh|dua ra|phe duyet|ra doi)"
)
_ISSUES = re.compile(rf"(?<![a-z]){_ACT}{_GAP}(?:cac |\d{{1,2}} |van ban |luon )?$")
_LEADING = re.compile(rf"(?<![a-z])(?P<before>(?:truoc|den|toi|het|sau|qua|hoi nghi|cuoc hop|hop|ky hop|phien hop|le|buoi|toa dam) )?(?:ngay|hom|sang|chieu|toi|trua)(?:{_GAP}ngay)?{_GAP}(?=\d)")
# Between the day and the act these open another clause, and the day is that of a meeting, a visit, a deadline.
_OTHER_CLAUSE = re.compile(
    r"(?<![a-z])(?:cho biet|tai|du|nghe|phat bieu|quan triet|bao cao|neu|kiem tra(?! trung uong| tinh| thanh| huyen| quan| dang)|lam viec|to chuc|theo|trong do|sau khi|nham|"
    r"trien khai|thuc hien|can cu|den|hoi nghi(?! lan| ban| trung uong| t)|dien ra|bat dau|khai mac|co hieu luc|nhan duoc|khi(?= [^,]*,))(?![a-z])"
)
_ON_BEHALF = re.compile(rf"(?<![a-z])thay mat{_GAP}")
_WINDOW = 220  # how far before a citation its sentence is read


@dataclass(frozen=True, slots=True)
class Context:
    """What the words around a citation say. ``day`` is the day of its ``role``, ``year`` a year of issue without a day."""

    day: Day | None = None
    role: DateRole | None = None
    year: str | None = None
    issuer: Phrase | None = None
    subject: tuple[int, int] | None = None
    pinpoint: tuple[int, int] | None = None
    dateline: tuple[int, int] | None = None
    end: int = 0  # where what belongs to the citation ends, its subject apart


def read_context(text: Text, citation: Citation, left: int, right: int) -> Context:
    """The context of a citation between the end of the one before (``left``) and the start of the next (``right``)."""
    paragraph = text.folded.find("\n\n", citation.end)
    context = _tail(text, citation, right, paragraph if paragraph >= 0 else len(text.folded))
    if citation.kind == "anaphor":
        return replace(context, day=None, role=None, issuer=None)
    if citation.issuer:
        start = citation.issuer[0] + (4 if text.folded.startswith("cua ", citation.issuer[0]) else 0)
        context = replace(context, issuer=read_body(text, start) or Phrase(start, citation.issuer[1], None))
    if citation.kind != "list":
        context = _lead(text, citation, left, context)
    return replace(context, pinpoint=_pinpoint(text, citation.start, left))


def _tail(text: Text, citation: Citation, right: int, paragraph: int) -> Context:
    pos, context = citation.end, Context(end=citation.end)
    for _ in range(5):
        step = _step(text, citation, pos, right, context)
        if step is None or (step.end > paragraph and step.dateline is None):
            break
        context, pos = step, step.end
    if context.day is None and context.year is None and (year := _title_year(text, citation)):
        context = replace(context, year=year)
    subject = _subject(text, pos, paragraph)
    if context.issuer is None and subject:
        context = _made_after(text, subject, right, context)
    return replace(context, subject=subject)


def _title_year(text: Text, citation: Citation) -> str | None:
    """The bare year that ends a title of its own line: "Quyết định 66-QĐ/TW thể thức văn bản của Đảng 2017"."""
    if citation.kind != "full" or (citation.start and text.folded[citation.start - 1] != "\n"):
        return None
    end = text.folded.find("\n", citation.end)
    line = text.folded[citation.end : end if end >= 0 else len(text.folded)][:200]
    year = _LINE_YEAR.search(line)
    return year["year"] if year else None


def _step(text: Text, citation: Citation, pos: int, right: int, context: Context) -> Context | None:
    """The context with one more part of the tail, or None where the tail ends."""
    folded = text.folded
    if context.day is None:
        if (mark := _EFFECT.match(folded, pos)) and (day := read_day(folded, mark.end())):
            return replace(context, day=day, role="effective", end=day.end)
        mark = _DATE.match(folded, pos) or _BARE_DATE.match(folded, pos)
        if mark and (day := read_day(folded, mark.end())) and day.end <= right:
            end = day.end + (folded.startswith(")", day.end) and "(" in mark[0])
            effective = _EFFECTIVE.match(folded, day.end) is not None
            return replace(context, day=day, role=_role(day, effective=effective), end=end)
        if context.issuer is None and citation.head is None and (line := _DATELINE.match(folded, pos)):
            if (day := read_day(folded, line.end())) and text.plain[line.start("place")].isupper():
                return replace(context, day=day, role=_role(day), dateline=line.span("place"), end=day.end)
        if context.year is None and (year := _YEAR.match(folded, pos)):
            return replace(context, year=year["year"], end=year.end())
    if context.issuer is None and context.day is None and (passed := _passed(text, pos, context)):
        return passed
    if context.issuer is None and (plenum := _PLENUM.match(folded, pos)) and plenum.end() <= right:
        phrase = Phrase(plenum.start("body"), plenum.end(), Body("tw", "party", "central"))
        return replace(context, issuer=phrase, end=plenum.end())
    if context.issuer is None and (of := _OF.match(folded, pos)) and (phrase := read_phrase(text, of.end(), right)):
        made = _MADE.match(folded, phrase.end)
        context = replace(context, issuer=phrase, end=phrase.end)
        if made and context.day is None and made[0].rstrip().endswith("ngay") and (day := read_day(folded, made.end())):
            return replace(context, day=day, role=_role(day), end=day.end)
        return context
    return None


def _passed(text: Text, pos: int, context: Context) -> Context | None:
    """The context with "được Quốc hội thông qua ngày 24/6/2023"."""
    by = _PASSED.match(text.folded, pos)
    phrase = read_body(text, by.end()) if by else None
    on = _PASSED_ON.match(text.folded, phrase.end) if phrase else None
    day = read_day(text.folded, on.end()) if on else None
    return replace(context, issuer=phrase, day=day, role=_role(day), end=day.end) if day else None


def _role(day: Day, *, effective: bool = False) -> DateRole:
    if day.year is None:
        return "partial"
    return "effective" if effective else "issued"


def _subject(text: Text, pos: int, paragraph: int) -> tuple[int, int] | None:
    cue = _SUBJECT.match(text.folded, pos)
    if cue is None or cue.end() > paragraph or _EFFECTIVE.match(text.folded, pos):
        return None
    stop = _SUBJECT_END.search(text.folded, cue.end(), min(paragraph, cue.end() + 300))
    end = stop.start() if stop else min(paragraph, cue.end() + 300)
    comma = text.folded.find(", ", cue.end(), end)
    if comma > 0 and len(text.folded[comma:end].split()) > 5:
        end = comma
    while end > cue.end() and text.folded[end - 1] in " \n,":
        end -= 1
    return (cue.end(), end) if end > cue.end() + 3 else None


def _made_after(text: Text, subject: tuple[int, int], right: int, context: Context) -> Context:
    """The context with an issuer that follows the subject: "về ... do Ban Chấp hành Trung ương ban hành ngày ..."."""
    made = re.compile(r"(?<![a-z])do ").search(text.folded, subject[0], min(right, subject[1] + 60))
    phrase = read_body(text, made.end()) if made else None
    act = _MADE.match(text.folded, phrase.end) if phrase else None
    if phrase is None or act is None:
        return context
    context = replace(context, issuer=phrase)
    day = read_day(text.folded, act.end()) if act[0].rstrip().endswith("ngay") else None
    return replace(context, day=day, role=_role(day)) if day and context.day is None else context


def _lead(text: Text, citation: Citation, left: int, context: Context) -> Context:
    """The context with issuer and day from before the citation: "Ngày D, ISSUER ban hành TYPE"."""
    start = _sentence_start(text.folded, max(left, citation.start - _WINDOW), citation.start)
    if context.day is None and (day := _day_of_effect(text, citation, start)):
        return replace(context, day=day, role="effective")
    act = _ISSUES.search(text.folded, max(start, citation.start - 48), citation.start)
    if act is None:
        return context
    day = _leading_day(text, start, act.start())
    if day and context.day is None and (context.year is None or day.year is None or str(day.year) == context.year):
        context = replace(context, day=day, role=_role(day))
    if context.issuer is None:
        context = replace(context, issuer=_subject_body(text, day.end if day else start, act.start()))
    return context


def _day_of_effect(text: Text, citation: Citation, start: int) -> Day | None:
    """The day of "Ngày 14/2, Thông tư ... có hiệu lực"."""
    if not _EFFECTIVE.match(text.folded, citation.end):
        return None
    lead = _LEADING.search(text.folded, start, citation.start)
    day = read_day(text.folded, lead.end()) if lead else None
    return day if day and not text.folded[day.end : citation.start].strip(" \n,") else None


def _leading_day(text: Text, start: int, end: int) -> Day | None:
    """The day on which the act before a citation was done, if its sentence says one: "Ngày D, ISSUER ban hành"."""
    marks = list(_LEADING.finditer(text.folded, start, end))
    day = read_day(text.folded, marks[-1].end()) if marks and not marks[-1]["before"] else None
    if day is None or _OTHER_CLAUSE.search(text.folded, day.end, end):
        return None
    return day


def _subject_body(text: Text, start: int, end: int) -> Phrase | None:
    """The body that acts: the last one named before the verb, or on whose behalf someone does."""
    behalf = _ON_BEHALF.search(text.folded, start, end)
    if behalf and (phrase := read_body(text, behalf.end())):
        return phrase
    for word in reversed(list(re.finditer(r"(?<![a-z])[a-z]", text.folded[start:end]))):
        at = start + word.start()
        phrase = read_body(text, at)
        if phrase and phrase.body and end - 12 <= phrase.end <= end:
            return _longest(text, start, at, phrase)
    return None


def _longest(text: Text, start: int, at: int, phrase: Phrase) -> Phrase:
    """The phrase from the earliest word that still ends with it: "BTV Tỉnh ủy" rather than "Tỉnh ủy"."""
    for word in re.finditer(r"(?<![a-z])[a-z]", text.folded[max(start, at - 40) : at]):
        wider = read_body(text, max(start, at - 40) + word.start())
        if wider and wider.end == phrase.end:
            return wider
    return phrase


def _sentence_start(folded: str, start: int, end: int) -> int:
    """Where the sentence that holds ``end`` starts, not before ``start``."""
    stops = [match.end() for match in re.finditer(r"[.!?;](?=\s)|\n\n", folded[start:end])]
    return start + stops[-1] if stops else start


def _pinpoint(text: Text, start: int, left: int) -> tuple[int, int] | None:
    match = _PINPOINT.search(text.folded, max(left, start - 90), start)
    return match.span("pin") if match else None
