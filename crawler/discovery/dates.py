"""The day a feed or sitemap states, in Vietnam's time, from the forms that sites write."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

VIETNAM = timezone(timedelta(hours=7))
OLDEST = 1995  # the first Vietnamese newspapers went online in 1997; "0001-01-01" and 1970 are a machine's "never"

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
_SLASHES = re.compile(r"(?:\D{0,20}\s)?(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:\D.*)?")
_LONG = 64

# Where addresses carry a day or month: /2023-11-11/, /2023/11/11/, /202308/, and ids that begin with the time they were
# given, as in /d20160930103549550.htm.
_DAY_SEGMENT = re.compile(r"/((?:19|20)\d\d)([-/])(\d{1,2})\2(\d{1,2})/")
_MONTH_SEGMENT = re.compile(r"/((?:19|20)\d\d)(0[1-9]|1[0-2])/")
_TIME_ID = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?:[01]\d|2[0-3])(?:[0-5]\d){2}\d{0,4}(?!\d)")


def day_of(written: str | None) -> str | None:
    """The day as ``YYYY-MM-DD`` in Vietnam; None for what is no date, ambiguous or older than the web here.

    With an offset the instant is moved to Vietnam's time, without one it is taken as written. A number comes before its
    month, except that .NET with AM or PM may write the month first: "04/05/2026 9:00 AM" is ambiguous.
    """
    text = (written or "").strip()[:_LONG]
    found = _iso(text) or _mail(text) or _slashes(text)
    return found.isoformat() if found is not None and found.year >= OLDEST else None


def _local(moment: datetime) -> date:
    return (moment.astimezone(VIETNAM) if moment.tzinfo is not None else moment).date()


def days_in_address(url: str) -> tuple[str, str] | None:
    """The first and last day on which an article of this address can have been published, None if it does not say."""
    found = _DAY_SEGMENT.search(url)
    day = _date(found[1], found[3], found[4]) if found else None
    if day is None:
        found = _TIME_ID.search(url)
        day = _date(found[1], found[2], found[3]) if found else None
    if day is not None:
        return day.isoformat(), day.isoformat()
    month = _MONTH_SEGMENT.search(url)
    if month is None:
        return None
    last = monthrange(int(month[1]), int(month[2]))[1]
    return f"{month[1]}-{month[2]}-01", f"{month[1]}-{month[2]}-{last}"


def _iso(text: str) -> date | None:
    parts = _ISO.fullmatch(text)
    if parts is None:
        return None
    try:
        return _local(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return _date(*parts.groups())


def _mail(text: str) -> date | None:
    """RFC 822, as RSS wants it."""
    try:
        return _local(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _slashes(text: str) -> date | None:
    parts = _SLASHES.fullmatch(text)
    if parts is None:
        return None
    first, second, year = parts.groups()
    if re.search(r"[ap]m\b", text, re.IGNORECASE):
        if int(first) <= 12 and int(second) <= 12 and first != second:
            return None
        if int(second) > 12:
            return _date(year, first, second)
    return _date(year, second, first)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
