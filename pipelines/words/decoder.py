"""Words by underthesea's own model with cached scores: what ``word_tokenize`` finds, several times faster.

`tests/test_words_decoder.py` holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from .guard import Span, gaps
from .model import WordModel
from .scores import TokenScores

TIE = 1e-9  # unseen tokens of one shape score alike but for rounding: then, as in the stock decoder, B-W is preferred
LONGEST_TOKEN = 64  # the model's longest n-gram has 39 characters; the rest of a token would only fill the caches
NEVER = -1e9  # a score that forbids a token to continue a word


class CachedSegmenter:
    """Words by the weights of the model; safe in threads."""

    def __init__(self, model: WordModel) -> None:
        self._model = model
        self._scores = TokenScores(model)

    def words(self, sentence: str, whole: Sequence[Span] = ()) -> list[Span]:
        """The spans of the words of a sentence in order; each of the ordered spans ``whole`` is one of them."""
        text = sentence.replace("ð", "đ").replace("Ð", "Đ")  # underthesea's own look-alikes, one for one
        tokens = self.tokens(text, whole)
        alone = frozenset(whole)
        apart = [i for i, span in enumerate(tokens) if span in alone] if alone else ()
        starts = self.starts([text[start:end] for start, end in tokens], apart)
        return [(tokens[first][0], tokens[last - 1][1]) for first, last in pairwise([*starts, len(tokens)])]

    def tokens(self, text: str, whole: Sequence[Span] = ()) -> list[Span]:
        """The spans of the tokens in order, each of ``whole`` one of them."""
        spans = list(whole)
        for start, end in gaps(whole, 0, len(text)):
            spans += [match.span() for match in self._model.pattern.finditer(text, start, end)]
        return sorted(spans) if whole else spans

    def starts(self, tokens: Sequence[str], apart: Iterable[int] = ()) -> list[int]:
        """The numbers of the tokens that begin a word; each token of ``apart`` is a word of its own."""
        spelling = self._model.spelling
        scores = self._scores.of([spelling.get(token, token[:LONGEST_TOKEN]) for token in tokens])
        for i in apart:
            scores[i : i + 2] = [NEVER] * len(scores[i : i + 2])
        return _starts(scores, self._model.transitions)


def _starts(scores: Sequence[float], transitions: Sequence[float]) -> list[int]:
    """The tokens labelled B-W on the best path of two states (Viterbi), and the first token."""
    if not scores:
        return []
    begin_begin, begin_inside, inside_begin, inside_inside = transitions
    lead = scores[0]  # by how much the best path that ends inside a word is ahead of the best that begins one
    # For each next token, whether the best paths on which it is B-W and I-W come from I-W.
    from_inside: list[tuple[bool, bool]] = []
    for score in scores[1:]:
        to_begin, to_inside = lead + inside_begin, lead + inside_inside
        from_inside.append((to_begin > begin_begin + TIE, to_inside > begin_inside + TIE))
        lead = score + (to_inside if to_inside > begin_inside else begin_inside)
        lead -= to_begin if to_begin > begin_begin else begin_begin
    inside, starts = lead > TIE, []
    for i in range(len(scores) - 1, 0, -1):
        if not inside:
            starts.append(i)
        inside = from_inside[i - 1][inside]
    return [0, *reversed(starts)]
