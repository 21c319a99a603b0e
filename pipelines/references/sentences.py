"""Where sentences and quotations lie around citations, as finely as references need it: no model, one pass."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import grammar
from .citation import Citation
from .text import Text

# An end, and a capital after it: "T.Ư" and "TP. Hồ" end nothing, a line break inside a sentence neither.
_END = re.compile(rf"[.!?…](?<![A-ZĐ].)[.!?…]*+[\"”’)]?+\s++(?=[\"“‘(]?[{grammar.UPPER}0-9-])")
_QUOTES = re.compile(r"“[^“”\n]{1,900}”|\"[^\"\n]{1,900}\"|«[^«»\n]{1,900}»")
_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Layout:
    """Sentence starts, paragraph breaks and quotations, as folded offsets; sentences only of paragraphs that cite."""

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
        i = bisect_right(self.quotes, start, key=lambda quote: quote[0]) - 1
        return i >= 0 and end <= self.quotes[i][1]


def lay_out(text: Text, citations: Sequence[Citation]) -> Layout:
    """The layout of a text around its citations."""
    breaks = tuple(_breaks(text.folded))
    starts, quotes = [0], []
    for start, end in _citing(breaks, citations, len(text.folded)):
        starts.append(start)
        starts += [match.end() for match in _END.finditer(text.plain, start, end)]
        quotes += [match.span() for match in _QUOTES.finditer(text.plain, start, end)]
    return Layout(tuple(starts), breaks, tuple(quotes))


def _breaks(folded: str) -> Iterator[int]:
    at = folded.find(_BREAK)
    while at >= 0:
        yield at + len(_BREAK)
        at = folded.find(_BREAK, at + len(_BREAK))


def _citing(breaks: Sequence[int], citations: Sequence[Citation], length: int) -> Iterator[tuple[int, int]]:
    """The spans of the paragraphs that hold citations, each once, in order."""
    last = -1
    for citation in citations:
        i = bisect_right(breaks, citation.start)
        if i != last:
            last = i
            yield breaks[i - 1] if i else 0, breaks[i] if i < len(breaks) else length
