"""Dates as texts write them, and what a date beside a citation is: the day of issue, of effect, or something else."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from . import grammar

_GAP = grammar.GAP
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAY_MONTH_YEAR = (
    rf"(\d{{1,2}}){_GAP}(?:[/.-]{_GAP}(\d{{1,2}}){_GAP}[/.-]{_GAP}({grammar.YEAR})"
    rf"|thang{_GAP}(\d{{1,2}}|gieng|chap){_GAP}(?:,{_GAP})?nam{_GAP}({grammar.YEAR}))"
)
_DAY_MONTH = rf"(\d{{1,2}})(?:[/.-](\d{{1,2}})(?![/.-]?\d)|{_GAP}thang{_GAP}(\d{{1,2}})(?!\d))"
_MONTH = f"({'|'.join(_MONTHS)})"
_ENGLISH = rf"{_MONTH} (\d{{1,2}}),? ?((?:19|20)\d\d)|(\d{{1,2}}) {_MONTH},? ?((?:19|20)\d\d)"
_DAY = re.compile(rf"{_DAY_MONTH_YEAR}|{_DAY_MONTH}|{_ENGLISH}")
_WORD_MONTHS = {"gieng": 1, "chap": 12}


class Day(NamedTuple):
    """A day; ``year`` is None where the text leaves it out. ``end`` is where it ends in the folded text."""

    year: int | None
    month: int
    day: int
    end: int
    iso: str | None  # YYYY-MM-DD

    def completed(self, published: str | None) -> str | None:
        """The last such day up to the day of publication, for a day without a year; None where that cannot be said."""
        if published is None or self.year is not None:
            return None
        year = int(published[:4])
        while (self.month, self.day) == (2, 29) and year % 4:
            year -= 1
        this = f"{year:04d}-{self.month:02d}-{self.day:02d}"
        return this if this <= published[:10] else f"{year - 1:04d}-{self.month:02d}-{self.day:02d}"


def read_day(folded: str, start: int) -> Day | None:
    """The day written at an offset, or None; days that no calendar has ("31/2/2023") are none."""
    match = _DAY.match(folded, start)
    if match is None:
        return None
    first, second, *rest = filter(None, match.groups())
    day, month = (int(second), _month(first)) if first.isalpha() else (int(first), _month(second))
    year = int(rest[0]) if rest else None
    try:
        whole = date(year or 2024, month, day)
    except ValueError:
        return None
    return Day(year, month, day, match.end(), whole.isoformat() if year else None)


def _month(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return _WORD_MONTHS.get(word) or _MONTHS.index(word) + 1
