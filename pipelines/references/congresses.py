"""Resolutions named by the meeting that passed them: a plenum of the Central Committee, a congress."""

from __future__ import annotations

import re

from . import grammar
from .citation import Citation, Head
from .text import Text

_GAP = grammar.GAP
_ORDINAL = rf"(?:{grammar.ROMAN}|\d{{1,2}}(?![\d/])|{grammar.trie(grammar.ORDINALS)}(?![a-z]))"
_TERM = rf"(?:,?{_GAP}\(?{_GAP}khoa{_GAP}(?P<term>[xvi]{{1,5}}(?![a-z])|\d{{1,2}})(?P<more>(?:(?:,{_GAP}|{_GAP}va{_GAP}|{_GAP}-{_GAP})(?:khoa{_GAP})?(?:[xvi]{{1,5}}(?![a-z])|\d{{1,2}}(?!\d))){{0,4}})(?:{_GAP}\))?)"
_CENTRE = r"(?:ban chap hanh (?:trung uong|tw)|bch (?:trung uong|tw|t\.u)|bchtw|trung uong|t\.? ?u\.?|tw)"
_PLENUM = re.compile(
    rf"{_GAP}(?:cua )?(?:hoi nghi{_GAP})?(?:"
    rf"(?:lan{_GAP}thu{_GAP}|thu{_GAP})(?P<before>{_ORDINAL}){_GAP}(?:cua )?{_CENTRE}(?:{_GAP}dang)?(?:{_GAP}cong san viet nam)?"
    rf"|{_CENTRE}(?:{_GAP}dang)?{_GAP}(?:lan{_GAP}thu{_GAP}|thu{_GAP})?(?P<after>{_ORDINAL})(?![.,]?\d)){_TERM}?"
)
_LEVELS = r"(?:tinh|thanh pho|tp\.?|huyen|quan|thi xa|xa|phuong|thi tran|dac khu|khoi|cong an|quan su|bo|so)"
_CONGRESS = re.compile(
    rf"{_GAP}(?:cua )?dai{_GAP}hoi(?:{_GAP}dai{_GAP}bieu)?(?P<nation>{_GAP}toan{_GAP}quoc)?"
    rf"(?P<org>{_GAP}(?:cong{_GAP}doan|doan|hoi|mat{_GAP}tran|mttq|lien{_GAP}doan|lien{_GAP}minh)(?![a-z]))?"
    rf"(?P<body>{_GAP}dang{_GAP}bo(?:{_GAP}{_LEVELS}(?![a-z]))?|{_GAP}dang(?:{_GAP}cong san viet nam|{_GAP}toan quoc)?(?![a-z]))?"
)
_NUMBERED = re.compile(
    rf"{_GAP}(?:(?:lan{_GAP}thu|lan|khoa|thu){_GAP})?(?P<ordinal>{grammar.ROMAN}|\d{{1,2}}(?![\d/.]))(?![a-z%])"
)
_NATION = re.compile(rf"{_GAP}toan{_GAP}quoc")
_OF_PARTY = re.compile(
    rf"{_GAP}(?:cua{_GAP})?(?P<body>dang{_GAP}bo(?:{_GAP}{_LEVELS}(?![a-z]))?|dang(?:{_GAP}cong san viet nam)?(?![a-z]))"
)
_NAME = re.compile(rf"(?:\s{{1,3}}|\s?-\s?){grammar.NAME}")
_LEVEL_END = re.compile(rf"dang{_GAP}bo{_GAP}{_LEVELS}$")
_ORGANISATION = re.compile(
    rf"\s{{1,3}}(?:{grammar.NAME}|nông dân|phụ nữ|chiến binh|dân|lao động|quốc|tộc|nghiệp|sản|liên hiệp|thanh niên)(?!\w)"
)
_ROMAN = re.compile(r"[IVX]+")
_RESOLVING = frozenset(("nghi-quyet", "ket-luan"))


def read_congress(text: Text, head: Head) -> Citation | None:
    """The resolution of a plenum or congress that a type word begins, or None."""
    if head.type is None or head.type.slug not in _RESOLVING:
        return None
    ahead = text.folded[head.end : head.end + 10]
    if "hoi" not in ahead and "u" not in ahead and "tw" not in ahead and "bch" not in ahead and "thu" not in ahead:
        return None
    return _plenum(text, head) or (_congress(text, head) if head.type.slug == "nghi-quyet" else None)


def _plenum(text: Text, head: Head) -> Citation | None:
    match = _PLENUM.match(text.folded, head.end)
    if match is None:
        return None
    number = grammar.ordinal(match["before"] or match["after"] or "")
    if not number or number > 20:
        return None
    term = grammar.ordinal(match["term"]) if match["term"] and not match["more"] else None
    return Citation(
        head.start, match.end(), "congress", head.type, head=head, name=f"tw{number}", term=f"k{term}" if term else None
    )


def _congress(text: Text, head: Head) -> Citation | None:
    match = _CONGRESS.match(text.folded, head.end)
    if match is None:
        return None
    body = match.span("body") if match["body"] else None
    end = match.end()
    if match["org"]:
        body, end = _organisation(text, match.start("org") + len(match["org"]))
        body = (match.start("org"), end)
        if nation := _NATION.match(text.folded, end):
            end = nation.end()
    elif body:
        body, end = _with_name(text, body)
    elif match["nation"]:
        body, end = _organisation(text, end)
    number = _NUMBERED.match(text.folded, end)
    ordinal = grammar.ordinal(number["ordinal"]) if number and number["ordinal"] else None
    if ordinal and number:
        end = number.end()
        if of := None if body and text.folded[slice(*body)].strip() != "dang" else _OF_PARTY.match(text.folded, end):
            body, end = _with_name(text, of.span("body"))
    elif (
        body is None
        or not _LEVEL_END.search(text.folded[: body[1]][-40:].rstrip())
        and "bo" not in text.folded[slice(*body)]
    ):
        return None
    if ordinal is None and re.match(rf"{_GAP}cac cap", text.folded[end : end + 20]):
        return None
    return Citation(
        head.start,
        end,
        "congress",
        head.type,
        head=head,
        name="dai-hoi",
        term=str(ordinal) if ordinal else None,
        body=body,
        flags=("national",) if match["nation"] and body is None else (),
    )


def _with_name(text: Text, span: tuple[int, int]) -> tuple[tuple[int, int], int]:
    """The span of a body with the capitalised name that follows: "Đảng bộ quận Long Biên"."""
    start, end = span
    if text.folded[start:end].strip() == "dang":
        return span, end
    for _ in range(4):
        word = _NAME.match(text.plain, end)
        if word is None or _ROMAN.fullmatch(word[0].strip()):
            break
        end = word.end()
    return (start, end), end


def _organisation(text: Text, end: int) -> tuple[tuple[int, int] | None, int]:
    """The organisation whose national congress it was: "MTTQ Việt Nam", "Đoàn TNCS Hồ Chí Minh"; None for the Party."""
    start = end
    for _ in range(8):
        word = _ORGANISATION.match(text.plain, end)
        if word is None or _ROMAN.fullmatch(word[0].strip()):
            break
        end = word.end()
    return ((start, end), end) if end > start else (None, start)
