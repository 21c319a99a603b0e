"""Resolutions named by the meeting that passed them: a plenum of the Central Committee, a congress."""

from __future__ import annotations

import re

from . import grammar
from .citation import Citation, Head
from .text import Text

_GAP = grammar.GAP
_ORDINAL = rf"(?:{grammar.ROMAN}|\d{{1,2}}(?![\d/])|{grammar.trie(grammar.ORDINALS)}(?![a-z]))"
_TERM_ORDINAL = r"(?:[xvi]{1,5}(?![a-z])|\d{1,2}(?!\d))"
_TERM = (
    rf"(?:,?{_GAP}\(?{_GAP}khoa{_GAP}(?P<term>{_TERM_ORDINAL})"
    rf"(?P<more>(?:(?:,{_GAP}|{_GAP}va{_GAP}|{_GAP}-{_GAP})(?:khoa{_GAP})?{_TERM_ORDINAL}){{0,4}})(?:{_GAP}\))?)"
)
_CENTRE = (
    r"(?:ban chap hanh trung uong|ban chap hanh tw|bch trung uong|bch tw|bch t\.u|bchtw|trung uong|t\. ?u\.?|"
    r"tu(?= ?\d)|tw)"
    rf"(?:{_GAP}dang)?(?:{_GAP}cong san viet nam)?"
)
_NTH = rf"(?:(?:lan{_GAP})?thu{_GAP})"
# "Trung ương 4 khóa XII", "Hội nghị lần thứ sáu Ban Chấp hành Trung ương Đảng (khóa XIII)"
_PLENUM = re.compile(
    rf"{_GAP}(?:cua{_GAP})?(?:hoi{_GAP}nghi{_GAP})?(?:"
    rf"{_NTH}(?P<before>{_ORDINAL}){_GAP}(?:cua{_GAP})?{_CENTRE}"
    rf"|{_CENTRE}{_GAP}{_NTH}?(?P<after>{_ORDINAL})(?![.,]?\d)){_TERM}?"
)
_LEVELS = grammar.one_of("tinh, thanh pho, tp, huyen, quan, thi xa, xa, phuong, thi tran, dac khu")
_FORCES = grammar.one_of("khoi, cong an, quan su, bo doi bien phong, quan doi")  # of a place, but not the place's own
_DANG_BO = rf"dang{_GAP}bo(?:{_GAP}{_FORCES}(?:{_GAP}trung{_GAP}uong(?![a-z]))?)?(?:{_GAP}(?:tp\.|{_LEVELS}))?"
_DANG = rf"dang(?:{_GAP}cong{_GAP}san{_GAP}viet{_GAP}nam|{_GAP}toan{_GAP}quoc)?(?![a-z])"
_ORGANISATIONS = grammar.one_of("cong doan, doan, hoi, mat tran, mttq, lien doan, lien minh")
_NATION = rf"{_GAP}toan{_GAP}quoc"
# "Hội nghị lần thứ 5 Ban Chấp hành Đảng bộ tỉnh khóa XVI": cited like a plenum, though no identifier is made of it
_LOCAL_PLENUM = re.compile(
    rf"{_GAP}(?:cua{_GAP})?hoi{_GAP}nghi{_GAP}(?:{_NTH}{_ORDINAL}{_GAP})?(?:ban{_GAP}chap{_GAP}hanh|bch){_GAP}(?P<body>{_DANG_BO})"
)
_CONGRESS = re.compile(
    rf"{_GAP}(?:cua{_GAP})?dai{_GAP}hoi(?:{_GAP}dai{_GAP}bieu)?(?P<nation>{_NATION})?"
    rf"(?P<organisation>{_GAP}{_ORGANISATIONS})?(?P<body>{_GAP}(?:{_DANG_BO}|{_DANG}))?"
)
_NUMBERED = re.compile(
    rf"{_GAP}(?P<open>\()?(?:{grammar.one_of('lan thu, lan, khoa, thu')}{_GAP})?(?P<ordinal>{grammar.ROMAN}|"
    rf"\d{{1,2}}(?![\d/.]))(?![a-z%])(?(open){_GAP}\))"
)
_OF = re.compile(rf"{_GAP}(?:cua{_GAP})?(?P<body>{_DANG_BO}|{_DANG})")
_NATIONWIDE = re.compile(_NATION)
_EVERY_LEVEL = re.compile(rf"{_GAP}cac{_GAP}cap")
_NEXT_NAME = re.compile(rf"(?:\s{{1,3}}|\s?-\s?){grammar.NAME}")
_NEXT_WORD = re.compile(
    rf"\s{{1,3}}(?:{grammar.NAME}|nông dân|phụ nữ|chiến binh|dân|lao động|quốc|tộc|nghiệp|sản|liên hiệp|"
    rf"thanh niên)(?!\w)"
)
_ROMAN = re.compile(r"[IVX]+")
_CUE = re.compile(rf"{_GAP}(?:cua{_GAP})?(?:hoi|dai|dang|trung|tw|t\.|tu|bch|ban|lan|thu)")
_RESOLVING = frozenset(("nghi-quyet", "ket-luan"))
_HIGHEST_PLENUM = 20


def read_congress(text: Text, head: Head) -> Citation | None:
    """The resolution of a plenum or congress that a type word begins, or None."""
    if head.type is None or head.type.slug not in _RESOLVING or not _CUE.match(text.folded, head.end):
        return None
    return _plenum(text, head) or _local_plenum(text, head) or _congress(text, head)


def _plenum(text: Text, head: Head) -> Citation | None:
    match = _PLENUM.match(text.folded, head.end)
    number = grammar.ordinal(match["before"] or match["after"]) if match else None
    if match is None or not number or number > _HIGHEST_PLENUM:
        return None
    term = grammar.ordinal(match["term"]) if match["term"] and not match["more"] else None
    name = f"tw{number}"
    return Citation(
        head.start, match.end(), "congress", head.type, head=head, name=name, term=f"k{term}" if term else None
    )


def _local_plenum(text: Text, head: Head) -> Citation | None:
    match = _LOCAL_PLENUM.match(text.folded, head.end)
    if match is None:
        return None
    _, end = _with_name(text, match.span("body"))
    term = _NUMBERED.match(text.folded, end)
    return Citation(head.start, term.end() if term else end, "congress", head.type, head=head)


def _congress(text: Text, head: Head) -> Citation | None:
    if head.type is None or head.type.slug != "nghi-quyet":
        return None
    match = _CONGRESS.match(text.folded, head.end)
    if match is None:
        return _unnamed_congress(text, head)
    body, end = _body(text, match)
    number = _NUMBERED.match(text.folded, end)
    if number:
        end = number.end()
        of = _OF.match(text.folded, end) if body is None or text.folded[slice(*body)].strip() == "dang" else None
        if of:
            body, end = _with_name(text, of.span("body"))
    elif not match["body"] or "bo" not in match["body"] or _EVERY_LEVEL.match(text.folded, end):
        return None  # "Nghị quyết Đại hội Đảng các cấp" names no congress
    return Citation(
        head.start,
        end,
        "congress",
        head.type,
        head=head,
        name="dai-hoi",
        term=str(grammar.ordinal(number["ordinal"])) if number else None,
        body=body,
        flags=("national",) if match["nation"] and body is None else (),
    )


def _unnamed_congress(text: Text, head: Head) -> Citation | None:
    """The resolution of a congress that goes without the word: "Nghị quyết Đảng bộ tỉnh lần thứ XVI"."""
    of = _OF.match(text.folded, head.end)
    if of is None or of["body"].split()[:2] != ["dang", "bo"]:
        return None
    body, end = _with_name(text, of.span("body"))
    number = _NUMBERED.match(text.folded, end)
    if number is None or "thu" not in number[0]:
        return None
    term = str(grammar.ordinal(number["ordinal"]))
    return Citation(head.start, number.end(), "congress", head.type, head=head, name="dai-hoi", term=term, body=body)


def _body(text: Text, match: re.Match[str]) -> tuple[tuple[int, int] | None, int]:
    """The span that names whose congress it was, None where nothing does, and where the name ends."""
    if match["organisation"]:
        end = _name_end(text, match.end(), _NEXT_WORD, 8)
        nation = _NATIONWIDE.match(text.folded, end)
        return (match.start("organisation"), end), nation.end() if nation else end
    if match["body"]:
        return _with_name(text, match.span("body"))
    end = _name_end(text, match.end(), _NEXT_WORD, 8) if match["nation"] else match.end()
    return ((match.end(), end), end) if end > match.end() else (None, end)


def _with_name(text: Text, span: tuple[int, int]) -> tuple[tuple[int, int], int]:
    """The span of a body with the capitalised name that follows: "Đảng bộ quận Long Biên"."""
    start, end = span
    if text.folded[start:end].split()[:2] != ["dang", "bo"]:
        return span, end
    end = _name_end(text, end, _NEXT_NAME, 4)
    return (start, end), end


def _name_end(text: Text, end: int, word: re.Pattern[str], most: int) -> int:
    """Where a name ends: behind its words, before an ordinal."""
    for _ in range(most):
        following = word.match(text.plain, end)
        if following is None or _ROMAN.fullmatch(following[0].strip()):
            break
        end = following.end()
    return end
