"""Sentences and words of a text, as offsets: nothing is rewritten, and what must be one token is one.

Every function takes NFC text and gives Python's offsets. The words are underthesea's; the guards of ``words_guard``
stand between its token pattern and the web. Nothing heavy is loaded before the first call.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Protocol

from pipelines.models import Paragraph, Sentence

from .decoder import CachedSegmenter
from .guard import Span, aligned, covers, gaps, guarded, within
from .model import UnknownModelError, read_model
from .sentences import LINE_BREAK, sentence_spans
from .stock import StockSegmenter

log = logging.getLogger(__name__)
_loading = Lock()


class Segmenter(Protocol):
    """Finds the words of one sentence."""

    def words(self, sentence: str, whole: Sequence[Span] = ()) -> list[Span]:
        """The spans of the words in order; each of the ordered spans ``whole`` is one of them."""


def split_sentences(
    text: str, paragraphs: Sequence[Paragraph] = (), protected: Sequence[Span] = ()
) -> tuple[Sentence, ...]:
    """The sentences of a text in order, each inside one paragraph and one line, white space around them left out.

    ``segmented`` joins words by a space and writes the white space inside a word as "_". A "_" of the text is written
    "__" and the white space beside it left out; in an address (a word with "@" or "://") a "_" stays as it is and white
    space is left out. So the characters of each word can be counted in ``segmented`` alone.

    Args:
        text: NFC text.
        paragraphs: its paragraphs; without them every line is one. Text outside of them is split as well.
        protected: spans that are one token each and hold no sentence end (the number and symbol of a reference).
    """
    sentences: list[Sentence] = []
    ordered = sorted(protected)
    for begin, end in _paragraphs(text, paragraphs):
        whole = guarded(text, begin, end, within(ordered, begin, end))
        for line_start, line_end in _lines(text, begin, end, whole):
            for start, stop in sentence_spans(text, line_start, line_end, within(whole, line_start, line_end)):
                words = _words(text, start, stop, within(whole, start, stop))
                sentences.append(Sentence(start, stop, " ".join(_written(text[s:e]) for s, e in words)))
    return tuple(sentences)


def word_spans(text: str, start: int, end: int, protected: Sequence[Span] = ()) -> list[Span]:
    """The spans of the words of ``text[start:end]`` in order; they hold every character that is no white space once."""
    return _words(text, start, end, guarded(text, start, end, protected))


def spans_of(sentence: Sentence, text: str) -> list[Span]:
    """The spans of the words of a sentence as its ``segmented`` has them: what `word_spans` found, without a model."""
    lengths = (len(_read(word)) for word in sentence.segmented.split(" "))
    return list(aligned(text, sentence.start, sentence.end, lengths))


def warm_up() -> None:
    """Load the model and the word lists now, rather than with the first text."""
    split_sentences("Xin chào. Hà Nội.")


def _words(text: str, start: int, end: int, whole: Sequence[Span]) -> list[Span]:
    inner = [(begin - start, stop - start) for begin, stop in whole]
    return [(start + begin, start + stop) for begin, stop in _segmenter().words(text[start:end], inner)]


def _segmenter() -> Segmenter:
    with _loading:  # underthesea's own first call fails when two threads make it at once
        return _load()


@cache
def _load() -> Segmenter:
    try:
        return CachedSegmenter(read_model())
    except UnknownModelError as error:
        log.warning("words are found by underthesea's public call, which is slower: %s", error)
        return StockSegmenter()


def _written(word: str) -> str:
    if word.isalnum():  # most words: one syllable, or a number
        return word
    if _is_address(word):
        return "".join(word.split())
    return "_".join("__".join(part.strip() for part in word.split("_")).split())


def _read(written: str) -> str:
    """A word of ``segmented`` as its text has it, without white space."""
    return written if _is_address(written) else written.replace("__", "\n").replace("_", "").replace("\n", "_")


def _is_address(word: str) -> bool:
    return "@" in word or "://" in word


def _paragraphs(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Span]:
    edges = {edge for paragraph in paragraphs for edge in (paragraph.start, paragraph.end) if 0 < edge < len(text)}
    yield from pairwise(sorted(edges | {0, len(text)}))


def _lines(text: str, start: int, end: int, whole: Sequence[Span]) -> Iterator[Span]:
    breaks = (found.span() for found in LINE_BREAK.finditer(text, start, end))
    return gaps((span for span in breaks if not covers(whole, span[0])), start, end)
