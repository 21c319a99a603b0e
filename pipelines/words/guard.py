"""What must be one token, whatever the tokenizer's pattern would do with it.

underthesea's token pattern takes time exponential in a run of punctuation after an address and quadratic in the length
of an unbroken run (measured with 9.5.0: "http://" and 26 full stops 8.9 s; "a." 10,000 times 7.7 s). It also ends an
e-mail address in the full stop of its sentence and cuts dates of ISO 8601, and its model makes one word of a date and
the noun beside it. All of these are found here first, by patterns of linear time, and kept from it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]

LONGEST_RUN = 256  # characters without white space; a longer run is no prose and becomes one token
ENDINGS = ("vn", "com", "net", "org", "edu", "gov", "info", "tv", "biz", "asia", "int", "eu", "io")
_ENDED = "|".join(rf"(?<=\.{name})" for name in ENDINGS)
_REST = r"(?:[^\s<>\"“”«»,;]|[,;](?!https?://|www\.))*+"  # of an address; a comma may part it from another one
_TIME = r"(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
WHOLE = re.compile(
    r"(?P<mail>(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+)"
    rf"|(?P<address>(?<!\w)(?:(?:[Hh]ttps?|HTTPS?|s?ftp|file)://[\w/]|www\.\w){_REST}"
    rf"|(?<![\w.@/-])[A-Za-z0-9-]++(?:\.[a-z0-9-]++|\.[A-Z0-9-]++)++(?:{_ENDED})(?!\w)(?:(?::\d{{2,5}})?/{_REST})?)"
    rf"|(?P<date>(?<![\w.,/-])(?:\d{{4}}-\d{{2}}-\d{{2}}{_TIME}"
    r"|\d{1,2} ?(?P<dot>[./-]) ?\d{1,2} ?(?P=dot) ?\d{4}|\d{1,2}[/-]\d{4}|\d{1,2}/\d{1,2})(?![\w/-]|[.,]\d))"
    r"|(?P<mark>@|://)"
    r"|(?P<underscored>(?<!\w)[^\W_]*+_\w*+)"
)
UNCUT = re.compile(rf"[^\w\s]{{8,}}|\S{{{LONGEST_RUN + 1},}}")
CLOSING = frozenset(".,;:!?…'’»]}*")


def guarded(text: str, start: int, end: int, protected: Sequence[Span] = ()) -> list[Span]:
    """The spans within ``text[start:end]`` that are one token each, in order, without overlap.

    Those of ``protected`` come first (cut to the range, bare of white space at their edges; of two that overlap the
    earlier one stays), then mail and web addresses, dates, runs of eight or more marks, and over-long runs.
    """
    spans = list(_disjoint(text, start, end, protected))
    spans = _with(spans, gaps(spans, start, end), text, WHOLE)
    return _with(spans, gaps(spans, start, end), text, UNCUT)


def within(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of ordered spans that begin inside ``[start, end)``."""
    first = bisect_left(spans, (start, start))
    return spans[first : bisect_left(spans, (end, end), lo=first)]


def gaps(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    """What ordered disjoint spans leave of ``[start, end)``."""
    reached = start
    for begin, stop in spans:
        if reached < begin:
            yield reached, begin
        reached = stop
    if reached < end:
        yield reached, end


def aligned(text: str, start: int, end: int, lengths: Iterable[int]) -> Iterator[Span]:
    """The spans of words of so many characters each, white space not counted, in ``text[start:end]``."""
    inked = [position for position in range(start, end) if not text[position].isspace()]
    reached = 0
    for length in lengths:
        if piece := inked[reached : reached + length]:
            yield piece[0], piece[-1] + 1
        reached += length
    if reached < len(inked):  # text that is not NFC has more characters than its words
        yield inked[reached], inked[-1] + 1


def covers(spans: Sequence[Span], position: int) -> bool:
    """Whether one of ordered disjoint spans holds the character at ``position``."""
    before = bisect_right(spans, position, key=lambda span: span[0])
    return before > 0 and position < spans[before - 1][1]


def _disjoint(text: str, start: int, end: int, spans: Iterable[Span]) -> Iterator[Span]:
    reached = start
    for begin, stop in sorted(spans):
        begin, stop = max(begin, start), min(stop, end)
        piece = text[begin:stop]
        begin, stop = begin + len(piece) - len(piece.lstrip()), begin + len(piece.rstrip())
        if reached <= begin < stop:
            yield begin, stop
            reached = stop


def _with(spans: list[Span], gaps: Iterable[Span], text: str, pattern: re.Pattern[str]) -> list[Span]:
    found = [_span(text, match) for start, end in gaps for match in pattern.finditer(text, start, end)]
    return sorted(spans + found) if found else spans


def _span(text: str, match: re.Match[str]) -> Span:
    """The span of a match; an address leaves the marks that close its sentence or bracket to the text around it."""
    start, end = match.span()
    if match.lastgroup != "address":
        return start, end
    surplus = match[0].count(")") - match[0].count("(")
    while text[end - 1] in CLOSING or (text[end - 1] == ")" and surplus > 0):
        surplus -= text[end - 1] == ")"
        end -= 1
    return start, end
