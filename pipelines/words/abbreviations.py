"""Full stops that belong to the word before them: abbreviations, initials, numbers of list items and articles.

The words that are known are data, in ``words_abbreviations.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOOK_BACK = 48  # characters before a full stop that can bear on it; the bound keeps every test constant in time
OPENING = re.compile(r"[\s\"'“‘«(\[*•·+>–—-]*")
BEFORE_WORD = "\"“‘'«(["
INITIALS = re.compile(r"[A-ZĐƯ](?:\.[A-ZĐƯ]){1,3}")  # "T.Ư", "J.K"
SHORT = re.compile(r"[A-ZĐƯ]|[BCDĐGHKLMNPQRSTVX][bcdđghklmnpqrstvx]{1,2}")  # "Nguyễn Văn Ch.", "Ph.D"
INITIAL = frozenset("BCDĐFGHJKLMNÔPQRSTVWXZpqhxtđ")  # of vowels "Ô." (ông) and what follows it; small ones for places
FOREIGN = frozenset("FJWZ")  # no Vietnamese name begins with them
SECOND_WORD = re.compile(r"\w(\w)\w*\s(\w)")
PLACES = frozenset("PQHXĐ")  # phường, quận, huyện, xã, đường


@dataclass(frozen=True, slots=True)
class Language:
    """The word lists of ``words_abbreviations.toml``, as sets and patterns."""

    abbreviations: frozenset[str]
    things: frozenset[str]
    people: frozenset[str]
    middle_names: frozenset[str]
    starter: re.Pattern[str]
    small_starter: re.Pattern[str]
    list_number: re.Pattern[str]
    article: re.Pattern[str]
    item: re.Pattern[str]


@cache
def language() -> Language:
    """The word lists, read once."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    labels, ordinals = _any_of(data["lists"]["labels"]), _any_of(data["lists"]["ordinals"])
    number = r"(?:\d{1,3}[a-zđ]?|[IVXLC]{1,6}|[a-zđA-ZĐ])"
    return Language(
        abbreviations=frozenset(form for group in data["abbreviations"] for form in group["forms"]),
        things=frozenset(data["letters"]["things"]),
        people=frozenset(data["letters"]["people"]),
        middle_names=frozenset(data["letters"]["middle_names"]),
        starter=re.compile(
            rf"{_any_of(data['starters']['phrases'])}(?![^\W\d_])|{_any_of(data['starters']['before_colons'])}\s?:"
        ),
        small_starter=re.compile(rf"{_any_of(data['starters']['before_small_letters'])}\s(?=\w)"),
        list_number=re.compile(  # "Điều 5. Khoản 2" is one of them too
            rf"(?:{labels}\s{number}\.\s){{0,3}}(?:{labels}\s)?{number}(?:[.-]\d{{1,3}}){{0,4}}\)?|{labels}\sthứ\s{ordinals}",
            re.I,
        ),
        article=re.compile(rf"[:;]\s+[\"“(]?{labels}\s{number}\Z"),  # "như sau: “Điều 13. Quốc tịch"
        item=re.compile(r"[:;]\s+[\"“(]?(?:\d{1,2}|[ivx]{1,4}|[a-zđA-ZĐ])\Z"),  # "gồm: 1. Đất; 2. Nhà"
    )


def _any_of(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(phrases, key=len, reverse=True))) + ")"


def is_abbreviated(text: str, opened: int, dot: int, head: int) -> bool:
    """Whether the full stop at ``dot`` belongs to the word before it: "TP.", "PGS.TS.", "T.Ư.", "Q.", "1."."""
    before = text[max(opened, dot - LOOK_BACK) : dot]
    if _is_list_number(before) or language().article.search(before):
        return True
    if before[-1:].isspace() or _is_starter(text, head):
        return False
    if language().item.search(before):
        return True
    previous, word = ["", "", *before.split()][-2:]
    word = word.rpartition(",")[2].lstrip(BEFORE_WORD)  # "PGS.,TS."
    if (len(word) == 1 or INITIALS.fullmatch(word)) and "(" in text[dot:head]:  # "Nguyễn Văn A. (SN 1990)"
        return True
    if len(word) == 1:
        return _is_initial(word, previous, text[head : head + LOOK_BACK])
    return _is_shortened(word, previous)


def _is_starter(text: str, head: int) -> bool:
    """Whether the words at ``head`` open a sentence and no name."""
    if language().starter.match(text, head):
        return True
    found = language().small_starter.match(text, head)
    return found is not None and not text[found.end()].isupper()


def _is_list_number(text: str) -> bool:
    """Whether a text is the number of an item or article and nothing else: "1", "IV", "a", "Điều 5", "- 2.1"."""
    opening = OPENING.match(text)
    return opening is not None and language().list_number.fullmatch(text, opening.end()) is not None


def _is_shortened(word: str, previous: str) -> bool:
    """Whether a word of several letters is an abbreviation, or the initials of a name ("cháu N.T.H." is all of one)."""
    known = language()
    if INITIALS.fullmatch(word):
        return previous.lower() not in known.people
    parts = re.split("[.-]", word)
    return word in known.abbreviations or all(part in known.abbreviations or SHORT.fullmatch(part) for part in parts)


def _is_initial(letter: str, previous: str, following: str) -> bool:
    """Whether a single letter stands for a name or a kind of place, and is no thing's ("vitamin C") and no unit.

    Where it is all that is told of a person ("Nguyễn Văn T.", "chị H."), it ends the sentence if what follows reads
    like one ("Công nhân đã"); a foreigner's goes on ("ông J. Biden nói").
    """
    known, before, is_place = language(), previous.lower(), letter in PLACES and not previous[:1].isupper()
    if before in known.things or (previous[-1:].isdigit() and not is_place):
        return False
    if following.startswith(("Ông ", "Bà ")) and not is_place:
        return False
    prose = SECOND_WORD.match(following)
    is_person = before in known.people or before in known.middle_names
    if is_person and letter not in FOREIGN and prose and prose[1].islower() and prose[2].islower():
        return False
    return letter in INITIAL or (letter.isupper() and before in known.people)
