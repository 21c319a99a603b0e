"""Inline elements that a template sets as parts of their own (labels, dates, names), not as words of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.view.dates import read_moments

INLINE = ("time", "span", "label", "a", "em", "i", "b", "strong", "font")
# What lays out a page; in other elements (p, headings, inline ones) the children are words of a sentence.
COLUMNS = frozenset({"div", "td", "section", "header", "article", "main", "dd", "center", "form", "body"})
MAX_DATE = 40  # characters
MAX_CHILDREN = 40

# Controls of ASP.NET: a span with such an id is a part of the template, not a run of words in a sentence.
_CONTROL_ID = re.compile(r"_?(?:lbl|ltl|lit|ltr|rpt|pnl|div|spn)[A-Z]|_ctl\d|^dnn_|[lL]abel", re.ASCII)
_PART_NAME = re.compile(
    r"(?:(?:post|news|article|publish|published|entry|detail)[-_]?)?"
    r"(?:author|date|time|datetime|byline|tac-?gia|ngay|head|title|tieu-?de|headline)"
    r"(?:[-_]?(?:name|time|news))?(?: v?card)?",
    re.IGNORECASE,
)


def parts(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The inline elements that are no words of a sentence: by name, or as one of several that fill a column."""
    seen: set[HtmlElement] = set()
    for element in tree.iter(*INLINE):
        if _is_named(element):
            yield element
        parent = element.getparent()
        if parent is not None and parent.tag in COLUMNS and parent not in seen:
            seen.add(parent)
            if len(parent) <= MAX_CHILDREN:
                yield from _parts_of(parent)


def _is_named(element: HtmlElement) -> bool:
    if (
        element.tag == "time"
        or element.get("datetime") is not None
        or (element.get("itemprop") or "").lower() == "datepublished"
    ):
        return True
    if element.tag in ("b", "strong", "font") or not element.keys():
        return False
    key, name = element.get("id"), element.get("class")
    return bool((key and _CONTROL_ID.search(key)) or (name and _PART_NAME.fullmatch(name)))


def _parts_of(parent: HtmlElement) -> Iterator[HtmlElement]:
    """The children of a column that are parts of their own.

    All of them where they hold all its text, and two of them touch as no two words do ("Trang chủ" and "Tin tức") or
    one is a date ("Đức Thành" and "21/02/2023"), or where all else is a date; else a date that text touches.
    """
    children = [child for child in parent if child.tag in INLINE]
    own = (parent.text or "") + "".join(child.tail or "" for child in parent)
    if not own or own.isspace():
        if _has_touching(parent) or any(_is_date("".join(child.itertext())) for child in children):
            yield from children
    elif _is_date(own):
        yield from children
    else:
        yield from (c for c in children if c.tail and c.tail[0].isupper() and _is_date("".join(c.itertext())))


def _has_touching(parent: HtmlElement) -> bool:
    """Whether two inline children follow each other without a space where words would have one."""
    last = ""
    for child in parent:
        text = "".join(child.itertext()) if child.tag in INLINE else ""
        if _touch(last, text):
            return True
        last = text if not child.tail else ""
    return False


def _touch(before: str, after: str) -> bool:
    """Whether a small letter or a mark ends one text and a capital or a digit begins the next, without a space."""
    if not before or not after or len(before) < 3:
        return False
    end, start = before[-1], after[0]
    return (end.islower() or end.isdigit() or end in ".!?") and (start.isupper() or (start.isdigit() and end.islower()))


def _is_date(text: str) -> bool:
    text = text.strip()
    if not 8 <= len(text) <= MAX_DATE or not any(char.isdigit() for char in text):
        return False
    moment = next(iter(read_moments(text)), None)
    return moment is not None and len(moment.raw) >= 0.7 * len(text)
