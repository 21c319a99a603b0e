"""Words by underthesea's public call, aligned with the text: the way that knows nothing of its model files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .words_guard import Span, gaps


class StockSegmenter:
    """Words by ``underthesea.word_tokenize`` on what lies between the spans that are kept whole."""

    def __init__(self) -> None:
        from underthesea import word_tokenize

        self._word_tokenize = word_tokenize
        word_tokenize("Khởi động")  # the first call loads the model and must not be made by two threads at once

    def words(self, sentence: str, whole: Sequence[Span] = ()) -> list[Span]:
        """The spans of the words of a sentence in order; each of the ordered spans ``whole`` is one of them."""
        spans = list(whole)
        for start, end in gaps(whole, 0, len(sentence)):
            spans += _aligned(sentence, start, end, self._word_tokenize(sentence[start:end], use_token_normalize=False))
        return sorted(spans)


def _aligned(sentence: str, start: int, end: int, words: Sequence[str]) -> Iterator[Span]:
    """The spans of words that hold, in order, the characters of ``sentence[start:end]`` that are no white space."""
    inked = [position for position in range(start, end) if not sentence[position].isspace()]
    reached = 0
    for word in words:
        length = sum(not character.isspace() for character in word)
        piece = inked[reached : reached + length]
        if piece:
            yield piece[0], piece[-1] + 1
        reached += length
    if reached < len(inked):  # text that is not NFC has more characters than its words
        yield inked[reached], inked[-1] + 1
