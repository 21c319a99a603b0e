"""Where sentences end: rules over one line of Vietnamese prose, on offsets, in linear time.

A full stop, question or exclamation mark or ellipsis ends a sentence when white space and then a capital or a digit
follow, unless it belongs to an abbreviation, an initial or a list number (``words_abbreviations``), an address, a
short bracket, or a quotation that is attributed behind a dash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .abbreviations import LOOK_BACK, is_abbreviated
from .guard import Span

LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
MARK = re.compile(r"([.!?…]+)((?:[\"'”’»)\]]|\[\d{1,3}\])*)")  # footnote numbers stand behind the full stop
OPENING = re.compile(r"[\s\"'“‘«(\[*•·+>–—-]*")
QUOTED, DASH = re.compile('["”’»]'), re.compile("[-–—]")
BRACKETS = re.compile(r"\([^()\n]{1,200}\)")


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
    if text[mark.start() - 1] in "“«([" and _is_ellipsis(mark):  # “... Tôi không nhớ”
        return False
    return not (_stands_alone(text, mark) and is_abbreviated(text, opened, mark.start(), head))


def _stands_alone(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark is one full stop, or one that ends a bracket around a single word: "tiến sĩ (TS.)"."""
    if mark[0] != ".)":
        return mark[0] == "."
    before = text[max(0, mark.start() - LOOK_BACK) : mark.start()].split()
    return bool(before) and before[-1].startswith("(")


def _can_begin(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether a sentence may begin at ``head``.

    It begins with a capital, a letter without case, as "iPad" does, or with "b)"; unless after an ellipsis, also with
    a digit or with a small letter right behind an opening quotation mark.
    """
    letter, next_letter = text[head], text[head + 1 : head + 2]
    if letter.isalpha() and (not letter.islower() or next_letter.isupper() or next_letter == ")"):
        return True
    if _is_ellipsis(mark):
        return False
    is_quoted = text[head - 1] in '"“«' and text[head - 2].isspace() and head - 2 >= mark.end()
    return letter.isdigit() or (letter.isalpha() and is_quoted)


def _is_ellipsis(mark: re.Match[str]) -> bool:
    return "…" in mark[1] or ".." in mark[1]


def _is_glued(text: str, head: int, mark: re.Match[str]) -> bool:
    """Whether the white space after a sentence was forgotten: "hôm qua.Sau đó"."""
    if head != mark.end() or mark.start() == 0:
        return False
    before, after = text[mark.start() - 1], text[head + 1 : head + 2]
    return text[head].isupper() and after.islower() and (before.islower() or before.isdigit() or before in '"”’»)')
