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

from .words_guard import Span

LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
MARK = re.compile(r"([.!?…]+)((?:[\"'”’»)\]]|\[\d{1,3}\])*)")  # footnote numbers stand behind the full stop
OPENING = re.compile(r"[\s\"'“‘«(\[*•·+>–—-]*")
QUOTED, DASH = re.compile('["”’»]'), re.compile("[-–—]")
BRACKETS = re.compile(r"\([^()\n]{1,200}\)")
BEFORE_WORD = "\"“‘'«(["
ARTICLE = re.compile(r"[:;]\s+[\"“(]?(?:Điều|Khoản|Bước)\s\d{1,3}[a-zđ]?\Z")  # "như sau: “Điều 13. Quốc tịch"
ITEM = re.compile(r"[:;]\s+[\"“(]?(?:\d{1,2}|[ivx]{1,4}|[a-zđA-ZĐ])\Z")  # "gồm: 1. Đất; 2. Nhà"
INITIALS = re.compile(r"[A-ZĐƯ](?:\.[A-ZĐƯ]){1,3}")  # "T.Ư", "J.K"
SHORT = re.compile(r"[A-ZĐƯ]|[BCDĐGHKLMNPQRSTVX][bcdđghklmnpqrstvx]{1,2}")  # "Nguyễn Văn Ch.", "Ph.D"
INITIAL = frozenset("BCDĐFGHJKLMNPQRSTVWXZpqhxtđ")  # of vowels only what stands after "ông"; small ones for places
PLACES = frozenset("PQHXĐ")  # phường, quận, huyện, xã, đường
LIST_NUMBER = re.compile(
    r"(?:(?:Điều|Khoản|Mục|Chương|Phần|Bài|Bước|Câu|Hình|Bảng|Biểu|Phụ lục|Tiết|Quy tắc|Cách|Ý)\s)?"
    r"(?:(?:\d{1,3}[a-zđ]?|[IVXLC]{1,6}|[a-zđA-ZĐ])(?:[.\-]\d{1,3}){0,4}"
    r"|(?<=\s)thứ\s(?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười))",
    re.IGNORECASE,
)
LOOK_BACK = 48  # characters before a full stop that can bear on it; the bound keeps every test constant in time


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
    is_attributed = QUOTED.search(mark[2]) and DASH.search(following[0])  # “Đi thôi!” – Chị Lan giục
    if head == end or is_attributed or not _can_begin(text, head, mark):
        return False
    if not text[mark.end()].isspace() and not _is_glued(text, head, mark):
        return False
    if not any(map(str.isalnum, text[opened : min(opened + LOOK_BACK, mark.start())])):
        return False
    return mark[0] != "." or not _is_abbreviated(text, opened, mark.start(), head)


def _can_begin(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether a sentence may begin at ``head``.

    It begins with a capital, a letter without case, as "iPad" does, or with "b)"; unless after an ellipsis, also with
    a digit or with a small letter right behind an opening quotation mark.
    """
    letter, next_letter = text[head], text[head + 1 : head + 2]
    if letter.isalpha() and (not letter.islower() or next_letter.isupper() or next_letter == ")"):
        return True
    if "…" in mark[1] or ".." in mark[1]:
        return False
    is_quoted = text[head - 1] in '"“«' and text[head - 2].isspace() and head - 2 >= mark.end()
    return letter.isdigit() or (letter.isalpha() and is_quoted)


def _is_glued(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether the white space after a sentence was forgotten: "hôm qua.Sau đó"."""
    if head != mark.end() or mark.start() == 0:
        return False
    before, after = text[mark.start() - 1], text[head + 1 : head + 2]
    return text[head].isupper() and after.islower() and (before.islower() or before.isdigit() or before in '"”’»)')


def _is_abbreviated(text: str, opened: int, dot: int, head: int) -> bool:
    """Whether the full stop at ``dot`` belongs to the word before it: "TP.", "PGS.TS.", "T.Ư.", "Q.", "1."."""
    before = text[max(opened, dot - LOOK_BACK) : dot]
    if _is_list_number(before) or ARTICLE.search(before):
        return True
    if before[-1:].isspace() or language().starter.match(text, head):
        return False
    if ITEM.search(before):
        return True
    previous, word = ["", "", *before.split()][-2:]
    word = word.lstrip(BEFORE_WORD)
    if (len(word) == 1 or INITIALS.fullmatch(word)) and "(" in text[dot:head]:  # "Nguyễn Văn A. (SN 1990)"
        return True
    return _is_initial(word, previous, text[head : head + 4]) if len(word) == 1 else _is_shortened(word, previous)


def _is_list_number(text: str) -> bool:
    """Whether a text is the number of an item or article and nothing else: "1", "IV", "a", "Điều 5", "- 2.1"."""
    opening = OPENING.match(text)
    return opening is not None and LIST_NUMBER.fullmatch(text, opening.end()) is not None


def _is_shortened(word: str, previous: str) -> bool:
    """Whether a word of several letters is an abbreviation, or the initials of a name ("cháu N.T.H." is all of one)."""
    known = language()
    if INITIALS.fullmatch(word):
        return previous.lower() not in known.people
    parts = re.split("[.-]", word)
    return word in known.abbreviations or all(part in known.abbreviations or SHORT.fullmatch(part) for part in parts)


def _is_initial(letter: str, previous: str, following: str) -> bool:
    """Whether a single letter stands for a name or a kind of place, and is no thing's ("vitamin C") and no unit."""
    known, is_place = language(), letter in PLACES and not previous[:1].isupper()
    if previous.lower() in known.things or (previous[-1:].isdigit() and not is_place):
        return False
    if following.startswith(("Ông ", "Bà ")) and not is_place:
        return False
    return letter in INITIAL or (letter.isupper() and previous.lower() in known.people)
