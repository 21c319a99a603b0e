"""Words by underthesea's public call, aligned with the text: the way that knows nothing of its model files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .words_guard import Span, gaps


class StockSegmenter:
    """Words by ``underthesea.word_tokenize`` on the text between the guarded spans."""

    def __init__(self) -> None:
        from underthesea import word_tokenize

        self._word_tokenize = word_tokenize
        word_tokenize("Khởi động")  # the first call loads the model and must not be made by two threads at once

    def words(self, text: str, start: int, end: int, whole: Sequence[Span]) -> list[Span]:
        """The spans of the words of ``text[start:end]`` in order; each of ``whole`` is one of them."""
        spans = list(whole)
        for begin, stop in gaps(whole, start, end):
            spans.extend(_aligned(text, begin, stop, self._word_tokenize(text[begin:stop], use_token_normalize=False)))
        return sorted(spans)


def _aligned(text: str, start: int, end: int, words: Sequence[str]) -> Iterator[Span]:
    """The spans of words that hold, in order, the characters of ``text[start:end]`` that are no white space."""
    inked = [position for position in range(start, end) if not text[position].isspace()]
    reached = 0
    for word in words:
        length = sum(not character.isspace() for character in word)
        piece = inked[reached : reached + length]
        if piece:
            yield piece[0], piece[-1] + 1
        reached += length
    if reached < len(inked):
        yield inked[reached], inked[-1] + 1
