"""Sentences and words of a text, as offsets: nothing is rewritten, and what must be one token is one.

Every function takes NFC text. Words are underthesea's; the guards of ``words_guard`` stand between it and the web.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from threading import Lock

from .models import Paragraph, Sentence
from .words_guard import Span, covers, gaps, guarded, within
from .words_sentences import LINE_BREAK, sentence_spans
from .words_stock import StockSegmenter

WHITE_SPACE = re.compile(r"\s+")
_loading = Lock()


def split_sentences(
    text: str, paragraphs: Sequence[Paragraph] = (), protected: Sequence[Span] = ()
) -> tuple[Sentence, ...]:
    """The sentences of a text in order, each inside one paragraph and one line, white space around them left out.

    Args:
        text: NFC text.
        paragraphs: its paragraphs; without them every line is one. Text outside of them is split as well.
        protected: spans that are one token each and hold no sentence end (the number and symbol of a reference).
    """
    sentences: list[Sentence] = []
    segmenter = _segmenter()
    ordered = sorted(protected)
    for begin, end in _paragraphs(text, paragraphs):
        whole = guarded(text, begin, end, within(ordered, begin, end))
        for line_start, line_end in _lines(text, begin, end, whole):
            for start, stop in sentence_spans(text, line_start, line_end, within(whole, line_start, line_end)):
                words = segmenter.words(text, start, stop, within(whole, start, stop))
                sentences.append(Sentence(start, stop, " ".join(_written(text[s:e]) for s, e in words)))
    return tuple(sentences)


def word_spans(text: str, start: int, end: int, protected: Sequence[Span] = ()) -> list[Span]:
    """The spans of the words of ``text[start:end]`` in order; they hold every character that is no white space once."""
    return _segmenter().words(text, start, end, guarded(text, start, end, protected))


def warm_up() -> None:
    """Load the model now, rather than with the first sentence."""
    _segmenter()


def _segmenter() -> StockSegmenter:
    with _loading:  # underthesea's own first call fails when two threads make it at once
        return _load()


@cache
def _load() -> StockSegmenter:
    return StockSegmenter()


def _written(word: str) -> str:
    """A word within ``segmented``: "_" for white space, "__" for "_" unless it is an address, without space."""
    if "_" in word and "@" not in word and "://" not in word:
        word = word.replace("_", "__")
    return WHITE_SPACE.sub("_", word)


def _paragraphs(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Span]:
    edges = {edge for paragraph in paragraphs for edge in (paragraph.start, paragraph.end) if 0 < edge < len(text)}
    yield from pairwise(sorted(edges | {0, len(text)}))


def _lines(text: str, start: int, end: int, whole: Sequence[Span]) -> Iterator[Span]:
    breaks = (found.span() for found in LINE_BREAK.finditer(text, start, end))
    return gaps((span for span in breaks if not covers(whole, span[0])), start, end)
