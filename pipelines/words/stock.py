"""Words by underthesea's public call, aligned with the text: the way that knows nothing of its model files."""

from __future__ import annotations

from collections.abc import Sequence

from .guard import Span, aligned, gaps


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
            words = self._word_tokenize(sentence[start:end], use_token_normalize=False)
            spans += aligned(sentence, start, end, (sum(map(len, word.split())) for word in words))
        return sorted(spans)
