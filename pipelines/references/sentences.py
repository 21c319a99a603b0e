"""Where sentences and quotations lie, as finely as references need it: no model, one pass."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from . import grammar
from .text import Text

# An end, and a capital after it: "TP. Hồ" and "T.Ư" end nothing, a line break inside a sentence neither.
_END = re.compile(rf"(?<![A-ZĐ])[.!?…]+[\"”’)]?\s+(?=[\"“‘(]?[{grammar.UPPER}0-9-])|\n\s*\n")
_QUOTES = re.compile(r"“[^“”]{1,900}”|\"[^\"\n]{1,900}\"|«[^«»]{1,900}»")


@dataclass(frozen=True, slots=True)
class Layout:
    """Sentence starts, paragraph breaks and quotations of a text, as folded offsets."""

    starts: tuple[int, ...]
    breaks: tuple[int, ...]
    quotes: tuple[tuple[int, int], ...]

    def sentence(self, offset: int) -> int:
        """The index of the sentence an offset lies in."""
        return bisect_right(self.starts, offset) - 1

    def paragraph(self, offset: int) -> int:
        """The index of the paragraph an offset lies in."""
        return bisect_right(self.breaks, offset)

    def quoted(self, start: int, end: int) -> bool:
        """Whether a span lies between quotation marks."""
        i = bisect_right(self.quotes, (start, len(self.quotes) and self.quotes[-1][1] + 1)) - 1
        return i >= 0 and self.quotes[i][0] < start and end < self.quotes[i][1] + 1


def lay_out(text: Text) -> Layout:
    """The layout of a text."""
    starts, breaks = [0], []
    for match in _END.finditer(text.plain):
        starts.append(match.end())
        if "\n" in match[0] and match[0].count("\n") > 1:
            breaks.append(match.end())
    return Layout(tuple(starts), tuple(breaks), tuple(match.span() for match in _QUOTES.finditer(text.plain)))
