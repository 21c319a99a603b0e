"""Months as the unit of time of our pictures: every one between the first and the last, misread ones left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MOST = 240  # a picture shows at most twenty years
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?![0-9])")

Series = list[tuple[str, int, int]]


def month_of(instant: str | None) -> str | None:
    """The month (``YYYY-MM``) of a stored date or instant; None for what is none."""
    return instant[:7] if instant and _MONTH.match(instant) else None


def series(first: Mapping[str, int], second: Mapping[str, int]) -> Series:
    """(month, first, second) for every month from the earliest to the latest that either knows, zeros filled in.

    What lies further back than twenty years from the latest is left out: a misread year must not stretch the picture.
    """
    known = sorted({*first, *second})
    return [(month, first.get(month, 0), second.get(month, 0)) for month in _between(known)]


def series_of_rows(rows: Iterable[Mapping[str, object]]) -> Series:
    """The series of query rows with the columns month, citations and articles; rows without a real month left out."""
    real = [row for row in rows if month_of(str(row["month"]))]
    return series(
        {str(row["month"]): int(str(row["citations"])) for row in real},
        {str(row["month"]): int(str(row["articles"])) for row in real},
    )


def _between(known: list[str]) -> list[str]:
    if not known:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (known[0], known[-1]))
    numbers = range(max(first, last - MOST + 1), last + 1)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]
