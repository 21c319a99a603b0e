"""Dates as Vietnamese pages print them, read day first, in Vietnam's time; what is not surely a date is None."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

VIETNAM = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh has had no other offset since 1975
FIRST_YEAR = 1995  # no Vietnamese news site is older

Precision = Literal["day", "minute", "second"]

_MONTH_WORDS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_VIETNAMESE_MONTH = r"giêng|mười\ hai|mười\ một|mười|một|hai|ba|tư|bốn|năm|sáu|bảy|bẩy|tám|chín|chạp"
_ENGLISH_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_DATE = re.compile(
    rf"""(?<![\d/.,-])(?:
      (?P<y1>\d{{4}})\ ?[-/.]\ ?(?P<m1>\d{{1,2}})\ ?[-/.]\ ?(?P<d1>\d{{1,2}})(?!\d)
    | (?P<d2>\d{{1,2}})\ {{0,2}}(?P<s2>[-/.])\ {{0,2}}(?P<m2>\d{{1,2}})\ {{0,2}}(?P=s2)\ {{0,2}}
      (?P<y2>\d{{4}}|\d{{2}})(?![\d/])
    | (?P<d3>\d{{1,2}})\ ?,?\ ?(?:tháng|thg\.?|th\.?)\ ?(?:(?P<m3>\d{{1,2}})|(?P<w3>{_VIETNAMESE_MONTH}))\ ?[,.]?\ ?
      (?:năm\ )?(?P<y3>\d{{4}})(?!\d)
    | (?:tháng|thg\.?)\ (?:(?P<m4>\d{{1,2}})|(?P<w4>{_VIETNAMESE_MONTH}))\ (?P<d4>\d{{1,2}})\ ?,\ ?(?P<y4>\d{{4}})(?!\d)
    | (?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\ (?P<w5>{_ENGLISH_MONTH})\.?,?\ (?P<y5>\d{{4}})(?!\d)
    | (?P<w6>{_ENGLISH_MONTH})\.?\ (?P<d6>\d{{1,2}})(?:st|nd|rd|th)?,?\ (?P<y6>\d{{4}})(?!\d)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_MAY_HOLD_DATE = re.compile(rf"\d {{0,2}}[-/.] {{0,2}}\d|\d ?,? ?th|th\S{{1,4}} |\b(?:{_ENGLISH_MONTH})", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d:/.-])(?P<h>[01]?\d|2[0-3])\s?(?::|h|g|giờ)\s?(?P<m>[0-5]\d)(?:\s?(?::|phút|')\s?(?P<s>[0-5]\d))?"
    r"(?:\s?phút|')?(?![\d:])(?:\s?(?P<half>SA|CH|AM|PM|sáng|chiều|tối)\b)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:thứ\s(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s?nhật|\bcn|\bt[2-7]|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:mon|tue|wed|thu|fri|sat|sun))\b",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"/(?P<y>(?:19|20)\d{2})[-/](?P<m>\d{2})[-/](?P<d>\d{2})/")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a text: ``value`` is a date or an instant with Vietnam's offset, the span covers all its parts."""

    value: str
    precision: Precision
    raw: str
    start: int
    end: int
    has_weekday: bool = False
    has_time: bool = False
    in_words: bool = False

    @property
    def day(self) -> str:
        """The date alone."""
        return self.value[:10]


@lru_cache(maxsize=64)  # headline, date, byline and text of a page ask of the same few lines
def read_moments(text: str) -> tuple[Moment, ...]:
    """The dates of a line, each with the time and the weekday that stand beside it."""
    return tuple(_moments(text)) if _MAY_HOLD_DATE.search(text) else ()


def _moments(text: str) -> Iterator[Moment]:
    dates = list(_DATE.finditer(text))
    if not dates:
        return
    times, weekdays = list(_TIME.finditer(text)), list(_WEEKDAY.finditer(text))
    for found in dates:
        day = _day(found)
        if day is None:
            continue
        weekday = _beside(text, found, weekdays)
        time = _beside(text, found, times) or (_beside(text, weekday, times) if weekday else None)
        if weekday is None and time is not None:
            weekday = _beside(text, time, weekdays)
        short_year = found["y2"] is not None and len(found["y2"]) == 2
        if short_year and time is None and weekday is None:
            continue
        if _is_ambiguous(found, time):
            continue
        yield _moment(text, day, found, time, weekday)


def _day(found: re.Match[str]) -> datetime | None:
    for form in "123456":
        groups = found.groupdict()
        if not groups.get(f"d{form}"):
            continue
        word = groups.get(f"w{form}")
        month = _MONTH_WORDS[word.lower()] if word else int(groups[f"m{form}"] or 0)
        day, year = int(groups[f"d{form}"] or 0), int(groups[f"y{form}"] or 0)
        if year < 100:
            year += 2000
        if month > 12 >= day and form == "2":  # SharePoint prints the month first
            day, month = month, day
        return _datetime(year, month, day)
    return None


def _datetime(year: int, month: int, day: int) -> datetime | None:
    if year < FIRST_YEAR:
        return None
    try:
        return datetime(year, month, day, tzinfo=VIETNAM)
    except ValueError:
        return None


def _is_ambiguous(found: re.Match[str], time: re.Match[str] | None) -> bool:
    """ "5/7/2019 3:00 PM" is how American servers print it, and Vietnamese ones too: nobody can tell the month."""
    if found["d2"] is None or found["d2"] == found["m2"] or time is None:
        return False
    american = (time["half"] or "").upper() in ("AM", "PM") and len(time["h"]) == 1
    return (
        american and len(found["d2"]) == 1 and len(found["m2"]) <= 2 and int(found["m2"]) <= 12 and found["s2"] == "/"
    )


_GAP = re.compile(r"[\s,|•·–:\-]*(?:lúc|ngày|vào|at|on|hồi)?[\s:|,]*", re.IGNORECASE)


def _beside(text: str, date: re.Match[str], others: list[re.Match[str]]) -> re.Match[str] | None:
    """The time or weekday next to a date, with nothing but marks between."""
    for other in others:
        left, right = (other, date) if other.start() < date.start() else (date, other)
        if left.end() <= right.start() and _GAP.fullmatch(text, left.end(), right.start()):
            return other
    return None


def _moment(
    text: str, day: datetime, date: re.Match[str], time: re.Match[str] | None, weekday: re.Match[str] | None
) -> Moment:
    parts = [part for part in (date, time, weekday) if part is not None]
    start, end = min(p.start() for p in parts), max(p.end() for p in parts)
    value, precision = day.strftime("%Y-%m-%d"), "day"
    if time is not None and (_hour(time), int(time["m"])) != (0, 0):  # midnight is what is printed for want of a time
        day = day.replace(hour=_hour(time), minute=int(time["m"]), second=int(time["s"] or 0))
        value, precision = day.isoformat(), "second" if time["s"] else "minute"
    in_words = date["d3"] is not None or date["d4"] is not None
    return Moment(value, precision, text[start:end], start, end, weekday is not None, time is not None, in_words)  # type: ignore[arg-type]  # the literals above


def _hour(time: re.Match[str]) -> int:
    hour, half = int(time["h"]), (time["half"] or "").lower()
    if half in ("ch", "pm", "chiều", "tối") and hour < 12:
        return hour + 12
    return 0 if half in ("sa", "am") and hour == 12 else hour


def read_declared_date(text: str) -> Moment | None:
    """A date that a page declares for machines: ISO 8601, or a printed form. Its instant is told in Vietnam's time."""
    text = text.strip()[:100]
    iso = _ISO.match(text)
    if iso is None:
        moments = read_moments(text)
        return moments[0] if len(moments) == 1 else None
    try:
        moment = datetime.fromisoformat(f"{iso['day']}T{iso['time'] or '00:00'}{_zone(iso['zone'])}")
    except ValueError:
        return None
    if moment.year < FIRST_YEAR:
        return None
    moment = moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    if iso["time"] is None or (not iso["zone"] and iso["time"].startswith("00:00")):
        return Moment(iso["day"], "day", text, 0, len(text))
    precision: Precision = "second" if iso["time"].count(":") == 2 else "minute"
    return Moment(moment.isoformat(), precision, text, 0, len(text), has_time=True)


def _zone(zone: str | None) -> str:
    return "+00:00" if zone in ("Z", "z") else zone or ""


def date_in_url(url: str) -> str | None:
    """The day that a path such as ``/2023/02/03/`` or ``/Pages/2023-02-03/`` names."""
    found = _IN_URL.search(url)
    day = _datetime(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    return day.strftime("%Y-%m-%d") if day else None
