"""Makes personal data in a text unreadable: identity-card and telephone numbers, e-mail addresses, birth dates.

Every character that is hidden becomes one "█", so offsets stay true. Better too much than too little: a long number
that is none of these is hidden too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HIDDEN = "█"

_GAP = r"[ .\-\u00a0()]{0,2}"  # between the digits of a number as people write it
_DAY = (
    r"\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{4}|(?:m[ùồ]ng\s+)?\d{1,2}\s+tháng\s+\d{1,2}(?:,?\s+năm\s+|[/.\-])\d{4}"
    r"|\d{1,2}[/.\-]\d{4}|\d{4}"
)
_MEASURES = r"(?!\s?(?:đồng|đ\b|VNĐ|USD|tỷ|triệu|m2|ha\b|người|tấn))"
_CALLED = r"\b(?:điện\s+thoại|đt|sđt|đtdđ|tel|phone|hotline|zalo|fax)\b[^\d\n]{0,20}"
_NUMBER = rf"\+?[\d(](?:{_GAP}\d){{5,14}}"
_PUPILS = "".join(rf"(?<!{word}\s)" for word in ("học", "thí", "tuyển", "nữ", "nam", "vệ"))  # and hygiene: no births
_CARD = r"\b(?:cmnd|cccd|căn\s+cước(?:\s+công\s+dân)?|chứng\s+minh(?:\s+nhân\s+dân|\s+thư)?|hộ\s+chiếu)\b[^\d\n]{0,20}?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<hide>[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5})",
        # The number of an identity card has 12 digits, that of the card before it 9.
        rf"(?<![\d/.,])(?P<hide>\d{{3}}(?:[ \u00a0]?\d{{3}}){{2,3}})(?!\d|/|[.,]\d){_MEASURES}",
        # Mobile numbers have ten digits, fixed ones ten or eleven, with 0 or +84.
        rf"(?<![\d/])(?P<hide>(?:\(?\+?84\)?|\(?0)(?:{_GAP}\d){{8,10}})(?![\d/])",
        r"(?<!\d)(?P<hide>1[89]00(?:[ .\-]?\d){4,6})(?!\d)",
        rf"{_CALLED}(?P<hide>{_NUMBER}(?:\s{{0,2}}[\-,;/]\s{{0,2}}{_NUMBER}){{0,3}})",
        rf"{_CARD}(?P<hide>[A-Z]{{0,2}}\d(?:{_GAP}\d){{5,14}})",
        rf"\b{_PUPILS}(?:sinh|sn)\b(?:\s+(?:ngày|năm|vào|tháng)){{0,2}}[\s:]{{0,3}}(?P<hide>{_DAY})(?!\d)",
    )
)


def mask(text: str, keep: Sequence[tuple[int, int]] = ()) -> str:
    """The text, as long as it was, with personal data hidden but for what touches the spans to ``keep``."""
    letters = list(text)
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("hide")
            if not any(start < until and since < end for since, until in keep):
                letters[start:end] = HIDDEN * (end - start)
    return "".join(letters)
