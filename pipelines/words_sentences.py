"""Where sentences end: rules over one line of Vietnamese prose, on offsets, in linear time.

A full stop, question or exclamation mark or ellipsis ends a sentence when white space and then a capital or a digit
follow, unless it belongs to an abbreviation, an initial, a list number, an address or a short bracket. The words
the rules know are in ``words_sentences.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Span = tuple[int, int]

LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
MARK = re.compile(r"([.!?…]+)((?:[\"'”’»)\]]|\[\d{1,3}\])*)")  # footnote numbers stand behind the full stop
OPENING = re.compile(r"[\s\"'“‘«(\[*•·+>–—-]*")
BRACKETS = re.compile(r"\([^()\n]{1,200}\)")
INITIALS = re.compile(r"[A-ZĐƯ](?:\.[A-ZĐƯ]){1,2}")
CONSONANTS = frozenset("BCDĐFGHJKLMNPQRSTVWXZbcdđghklmnpqrstvx")
PLACE_LETTERS = frozenset("PQHXpqhx")  # phường, quận, huyện, xã
LIST_NUMBER = re.compile(
    r"(?:(?:Điều|Khoản|Mục|Chương|Phần|Bài|Bước|Câu|Hình|Bảng|Biểu|Phụ lục|Tiết|Quy tắc|Cách|Ý)\s)?"
    r"(?:\d{1,3}[a-zđ]?|[IVXLC]{1,6}|[a-zđA-ZĐ])(?:[.\-]\d{1,3}){0,4}",
    re.IGNORECASE,
)
LOOK_BACK = 24  # no abbreviation is longer; a bound keeps every test constant in time


@dataclass(frozen=True, slots=True)
class Language:
    """The word lists of ``words_sentences.toml``."""

    abbreviations: frozenset[str]
    things: frozenset[str]
    people: frozenset[str]
    starter: re.Pattern[str]


@cache
def language() -> Language:
    """The word lists, read once."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    phrases = sorted(data["starters"]["phrases"], key=len, reverse=True)
    return Language(
        abbreviations=frozenset(form for group in data["abbreviations"] for form in group["forms"]),
        things=frozenset(data["letters"]["things"]),
        people=frozenset(data["letters"]["people"]),
        starter=re.compile("|".join(rf"{re.escape(phrase)}(?![^\W\d_])" for phrase in phrases)),
    )


def sentence_spans(text: str, start: int, end: int, whole: Sequence[Span]) -> Iterator[Span]:
    """The sentences of ``text[start:end]``, one line, without the white space around them; none is empty.

    ``whole`` are ordered spans that no sentence end may cut: references, addresses, dates.
    """
    opened = start
    for cut in _cuts(text, start, end, _merged(whole, BRACKETS.finditer(text, start, end))):
        yield from _trimmed(text, opened, cut)
        opened = cut
    yield from _trimmed(text, opened, end)


def _cuts(text: str, start: int, end: int, whole: list[Span]) -> Iterator[int]:
    opened, upcoming = start, 0
    for mark in MARK.finditer(text, start, end):
        while upcoming < len(whole) and whole[upcoming][1] <= mark.start():
            upcoming += 1
        inside = upcoming < len(whole) and whole[upcoming][0] < mark.end() < whole[upcoming][1]
        if not inside and _ends_sentence(text, opened, mark, end):
            opened = mark.end()
            yield opened


def _merged(whole: Sequence[Span], brackets: Iterator[re.Match[str]]) -> list[Span]:
    """Spans in order, those that touch each other's inside made one."""
    merged: list[Span] = []
    for begin, end in sorted([*whole, *(match.span() for match in brackets)]):
        if merged and begin < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    sentence = text[start:end]
    bare = sentence.strip()
    if bare:
        begin = start + len(sentence) - len(sentence.lstrip())
        yield begin, begin + len(bare)


def _ends_sentence(text: str, opened: int, mark: re.Match[str], end: int) -> bool:
    """Whether the sentence that began at ``opened`` is over after ``mark``."""
    following = OPENING.match(text, mark.end(), end)
    assert following is not None, "the pattern matches the empty string"
    head = following.end()
    if head == end or not _can_begin(text, head, mark):
        return False
    if not text[mark.end()].isspace() and not _is_glued(text, head, mark):
        return False
    if not any(map(str.isalnum, text[opened : mark.start()][:LOOK_BACK])):
        return False
    return mark[0] != "." or not _is_abbreviated(text, opened, mark.start(), head)


def _can_begin(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether a sentence may begin with the character at ``head``: a capital, a letter without case, or a digit."""
    letter = text[head]
    return (letter.isalpha() and not letter.islower()) or (
        letter.isdigit() and mark[1][-1] != "…" and ".." not in mark[1]
    )


def _is_glued(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether the white space after a sentence was forgotten: "hôm qua.Sau đó"."""
    if head != mark.end() or mark.start() == 0:
        return False
    before, after = text[mark.start() - 1], text[head + 1 : head + 2]
    return text[head].isupper() and after.islower() and (before.islower() or before.isdigit() or before in '"”’»)')


def _is_abbreviated(text: str, opened: int, dot: int, head: int) -> bool:
    """Whether the full stop at ``dot`` belongs to the word before it: "TP.", "PGS.TS.", "T.Ư.", "Q.", "1."."""
    known = language()
    begin = dot
    while (
        begin > max(opened, dot - LOOK_BACK) and not text[begin - 1].isspace() and text[begin - 1] not in "\"“‘'«([,:;"
    ):
        begin -= 1
    word = text[begin:dot]
    if _is_list_number(text, opened, dot):
        return True
    if known.starter.match(text, head):
        return False
    if len(word) == 1:
        return _is_initial(text, opened, begin, head)
    parts = re.split(r"[.-]", word)
    return (
        word in known.abbreviations
        or INITIALS.fullmatch(word) is not None
        or all(p in known.abbreviations for p in parts)
    )


def _is_list_number(text: str, opened: int, dot: int) -> bool:
    """Whether nothing but the number of an item or article stands between the start of the sentence and ``dot``."""
    if dot - opened > 2 * LOOK_BACK:
        return False
    opening = OPENING.match(text, opened, dot)
    return opening is not None and LIST_NUMBER.fullmatch(text, opening.end(), dot) is not None


def _is_initial(text: str, opened: int, begin: int, head: int) -> bool:
    """Whether a single letter stands for a name or a kind of place, and is not the name of a thing ("vitamin C")."""
    known, letter = language(), text[begin]
    before = text[max(opened, begin - LOOK_BACK) : begin].split()[-1:]
    if not letter.isalpha() or (before and before[0].lower() in known.things):
        return False
    if text.startswith(("Ông ", "Bà "), head) and letter not in PLACE_LETTERS:
        return False
    return letter in CONSONANTS or bool(before and before[0].lower() in known.people)
