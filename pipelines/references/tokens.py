"""One scan over folded text for all that a citation can be made of: type words, names of laws, numbers."""

from __future__ import annotations

import re
from functools import cache

from . import grammar
from .registers import abbreviations, document_types, type_words

# Abbreviations that stand for the type word in prose: "NQ số 18", "TT36/2017". Others are ordinary words or too short.
SPOKEN = ("nq", "qd", "nd", "ct", "tt", "ttlt", "kl", "hd", "tb", "kh", "cv", "cd", "ttr", "nqlt", "ctr", "vbhn")
PSEUDO_TYPES = ("van ban",)  # "văn bản số 396/QĐ-UBND": the type is the symbol's
CODE_ACRONYMS = {
    "blhs": "hinh-su",
    "blds": "dan-su",
    "bltths": "to-tung-hinh-su",
    "blttds": "to-tung-dan-su",
    "blld": "lao-dong",
    "blhh": "hang-hai-viet-nam",
}

_COUNT = r"(?<![\d.,/-])(?<!dieu )(?<!khoan )(?<!diem )(?<!muc )(?<!chuong )(?<!phan )(?<!ngay )(?<!thang )\d{1,2}"
_PLURAL = re.compile(rf"(?:(?<![a-z])(?:cac|nhung|hai|ba|bon|nam|sau|bay|tam|chin|muoi)|{_COUNT}) {{1,3}}$")
_LONGEST_PLURAL = 8  # characters
# What follows a number: with letters in it, "/QĐ-UBND", "/2020/NĐ-CP", or a year or nothing.
TAIL = re.compile(rf"(?P<coded>{grammar.CODED_TAIL})|{grammar.YEAR_IN_SYMBOL}")


@cache  # compiled once from the registers, which do not change
def scanner() -> re.Pattern[str]:
    """The scanner: a match is a word of ``kinds_of_words`` or a number."""
    return re.compile(grammar.headed(kinds_of_words(), grammar.NUMBERS))


@cache  # as scanner
def sparse_scanner() -> re.Pattern[str]:
    """The scanner that passes over plain numbers, for where nothing stands near that they might belong to."""
    coded = (f"{number}(?={grammar.CODED_TAIL})" for number in grammar.NUMBERS)
    return re.compile(grammar.headed(kinds_of_words(), coded))


@cache  # as scanner
def kinds_of_words() -> dict[str, str]:
    """What each word of the scanner is.

    ``type``: a type word; ``spoken``: an abbreviation of one; ``name``: the type word of what is cited by name;
    ``acronym``: BLHS and the like.
    """
    kinds = (
        dict.fromkeys(SPOKEN, "spoken") | dict.fromkeys(CODE_ACRONYMS, "acronym") | dict.fromkeys(PSEUDO_TYPES, "type")
    )
    return kinds | {word: "name" if kind.short == "named" else "type" for word, kind in type_words().items()}


@cache  # as scanner
def spoken_types() -> dict[str, str]:
    """The slug of the type that each spoken abbreviation stands for in State prose."""
    return {word: abbreviations()[word][1][0].slug for word in SPOKEN if document_types()}


def is_plural(folded: str, start: int) -> bool:
    """Whether a type word at an offset stands for several documents, with "các" or a count before it."""
    return _PLURAL.search(folded, max(0, start - _LONGEST_PLURAL), start) is not None
