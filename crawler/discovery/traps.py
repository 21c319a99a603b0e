"""Addresses that a site can make up without end: locale loops, growing paths, calendars."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import unquote_plus, urlsplit

MAX_SEGMENTS = 12
MAX_PARAMETERS = 12
MAX_REPEATS = 3

_LOCALE = re.compile(r"(?:vi|vn|en|fr|zh|ja)(?:[-_](?:vn|us|gb|fr|cn|jp))?")
_DATE_NAMES = re.compile(
    r"date|day|month|year|ngay|thang|nam|(?:tu|den)[-_]?ngay|(?:from|to|start|end)[-_]?date|cal\w*|tribe-bar-date"
)
_DATE_IN_PATH = re.compile(r"/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-](?:[0-2]?\d|3[01]))?(?=/|$|\.)")


def trap(url: str) -> str | None:
    """Why the address looks like one of an endless series ("loop", "too deep", "too many parameters"), or None.

    A path may name one language once; no segment may come back a third time, no two in a row a second time.
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    names = [parameter.partition("=")[0] for parameter in parts.query.split("&") if parameter]
    if len(segments) > MAX_SEGMENTS:
        return "too deep"
    if len(names) > MAX_PARAMETERS:
        return "too many parameters"
    pairs = Counter(pairwise(segments))
    counts = [*Counter(segments).values(), *Counter(names).values()]
    locales = sum(_LOCALE.fullmatch(segment) is not None for segment in segments)
    if max(counts, default=0) >= MAX_REPEATS or max(pairs.values(), default=0) > 1 or locales > 1:
        return "loop"
    return None


def calendar_day(url: str) -> tuple[str, ...]:
    """What in the address says a day or month: pages that differ in it are leaves of a calendar, not of one listing."""
    parts = urlsplit(url.lower())
    query = [unquote_plus(p) for p in parts.query.split("&") if _DATE_NAMES.fullmatch(p.partition("=")[0])]
    return (*_DATE_IN_PATH.findall(parts.path), *sorted(query))
