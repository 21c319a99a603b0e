"""The names of laws, codes and ordinances: of the register, abbreviated, or unknown to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from pipelines.folding import fold
from pipelines.units import slugify

from . import grammar
from .acronyms import read_abbreviated
from .registers import DocumentType, laws
from .text import Text

_GAP = grammar.GAP
YEAR = re.compile(
    rf"(?:{_GAP}khoa{_GAP}[xvi]+(?={_GAP}\())?(?:{_GAP}\(sua{_GAP}doi\)|{_GAP}sua{_GAP}doi(?:,?{_GAP}bo{_GAP}sung)?)?{_GAP}"
    rf"(?:,?{_GAP}nam{_GAP}(?P<named>{grammar.YEAR})|(?P<bare>{grammar.YEAR})|\((?:nam{_GAP})?(?P<bracketed>{grammar.YEAR})\))"
)
_POINTED_AT = re.compile(r"(?:dieu|khoan) [\d, ]{1,9}(?:cua )?(?:bo )?luat$")
_LETTER = re.compile(r"\s{0,4}(?P<letter>[^\W\d_])")
_WORD = re.compile(rf"{_GAP}(?P<word>[^\s,;:.()\[\]\"'“”‘’!?…/|]+)")
# No name of a law goes on with these, in the text as written: folding would confuse "do" and "đô".
_STOP = re.compile(
    r"có|được|đã|sẽ|là|quy|của|cho|tại|từ|khi|để|theo|thì|cũng|này|mới|hiện|do|năm|số|ngày|không|phải|nếu|gồm|bao|nhằm|ra|vừa|"
    r"đang|chỉ|còn|bị|trong|với|đối|đến|hoặc|như|mà|trên|hôm|sắp|giúp|ít|nhiều|rất|vẫn|đều|nên|nhưng|vì|bởi|tạo|cần|ngay|hay|"
    r"nào|gì|đó|ấy|kia|mang|nhấn|trước|sau",
    re.IGNORECASE,
)
_AND_ANOTHER = re.compile(  # the next document of a list, not more of the name: "Luật NSNN và Luật Đầu tư công"
    rf"{_GAP}va{_GAP}(?:cac{_GAP})?"
    + grammar.one_of("luat, bo luat, phap lenh, nghi dinh, nghi quyet, thong tu, quyet dinh")
)
_NO_NAME = re.compile(r"\s*(?:[IVXivx]+|\w)")  # "Luật I", "Luật A"
_LONGEST_NAME = 14  # words


class LawName(NamedTuple):
    """Where the name of a law ends, and its slug: of the full name where a text abbreviates it."""

    end: int
    slug: str


def read_law_name(text: Text, pos: int, kind: DocumentType) -> LawName | None:
    """The name of a law at an offset: one of the register, an abbreviation, else words up to one no name goes on with.

    The type word before it is written with a capital, or the name is, or a year or pinpoint shows that a law is meant.
    """
    letter = _LETTER.match(text.plain, pos)
    capital = letter is not None and letter["letter"].isupper()
    if end := known_name_end(text, pos, kind):
        written = capital or text.plain[max(0, pos - 4) : pos] != text.plain[max(0, pos - 4) : pos].lower()
        cited = YEAR.match(text.folded, end) or _POINTED_AT.search(text.folded, max(0, pos - 24), pos)
        return LawName(end, slugify(text.plain[pos:end])) if written or cited else None
    if not (capital or kind.slug == "phap-lenh"):
        return None
    shouted = text.plain[max(0, pos - 2) : pos].isupper()
    if abbreviated := read_abbreviated(text, pos, kind.slug, shouted=shouted):
        return LawName(*abbreviated)
    unknown = None if shouted else _unknown_name_end(text, pos)
    return LawName(unknown, slugify(text.plain[pos:unknown])) if unknown else None


def known_name_end(text: Text, pos: int, kind: DocumentType) -> int | None:
    """Where a name of the register ends that stands at an offset."""
    known = _known_names()[kind.slug].match(text.folded, pos)
    return known.end() if known else None


@cache  # compiled once from the register
def _known_names() -> Mapping[str, re.Pattern[str]]:
    names: dict[str, list[str]] = {}
    for (kind, _), versions in laws().items():
        names.setdefault(kind, []).append(fold(versions[0].name).text)
    return {kind: re.compile(rf"{_GAP}{grammar.trie(words)}(?![a-z])") for kind, words in names.items()}


def _unknown_name_end(text: Text, pos: int) -> int | None:
    end = pos
    for count in range(_LONGEST_NAME):
        word = _WORD.match(text.plain, end)
        if word is None or _STOP.fullmatch(word["word"]) or any(map(str.isdigit, word["word"])):
            break
        if (count == 0 and word["word"].lower() in ("và", "về")) or _AND_ANOTHER.match(text.folded, end):
            break
        end = word.end()
    return end if end > pos and not _NO_NAME.fullmatch(text.plain, pos, end) else None
