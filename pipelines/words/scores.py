"""How much underthesea's model likes each token to continue a word, from summed and cached weights of n-grams.

The stock featurizer builds 43 strings a token and looks each one up. Here the weights of an n-gram are summed when it
is first seen, and a trigram carries all that its three tokens say of each other, so that a token's score is the sum of
three numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import NamedTuple, TypeVar

from .model import Weights, WordModel

Scores = tuple[float, ...]
Key = TypeVar("Key")
Value = TypeVar("Value")

CACHE_LIMIT = 100_000  # entries of a cache, then it is emptied; all of them full hold about 40 MB
BOS, EOS = "\n", "\r"  # no token is white space, so these cannot be mistaken for one


class Token(NamedTuple):
    """A token as its n-grams need it: its own weights, its lower case, whether it begins in upper case."""

    scores: Scores
    lower: str
    is_title: bool


@dataclass(frozen=True, slots=True)
class Grams:
    """The weights of n-grams of one length: by form, by lower case, by (is title, is in dictionary), at the edges."""

    forms: Weights
    lowers: Weights
    shapes: Mapping[tuple[bool, bool], Scores]
    before: Scores
    after: Scores


class TokenScores:
    """The model's score of each token of a sentence. Safe in threads: in its caches any order of writes will do."""

    def __init__(self, model: WordModel) -> None:
        self._ones, self._twos, self._threes = (_grams(model.weights[size], size) for size in (1, 2, 3))
        self._digits = model.weights[1].get("isdigit", {})
        self._dictionary = model.dictionary
        self._tokens: dict[str, Token] = {}
        self._pairs: dict[tuple[str, str], Scores] = {}
        self._trigrams: dict[tuple[str, str, str], Scores] = {}

    def of(self, tokens: Sequence[str]) -> list[float]:
        """For each token the score of I-W less that of B-W, transitions apart."""
        padded = [BOS, BOS, *tokens, EOS, EOS]
        cache = self._trigrams = _bounded(self._trigrams)
        around = []
        for trigram in zip(padded, padded[1:], padded[2:], strict=False):
            found = cache.get(trigram)
            if found is None:
                found = cache[trigram] = self._trigram(*trigram)
            around.append(found)
        return [a[0] + b[1] + c[2] for a, b, c in zip(around, around[1:], around[2:], strict=False)]

    def _trigram(self, a: str, b: str, c: str) -> Scores:
        """What a trigram says of its last, middle and first token, with what its parts say of the same token."""
        one, two, three = self._token(a), self._token(b), self._token(c)
        ab, bc = self._pair(a, b, one, two), self._pair(b, c, two, three)
        if a == BOS:
            abc = self._threes.before
        elif c == EOS:
            abc = self._threes.after
        else:
            lower = f"{one.lower} {two.lower} {three.lower}"
            abc = self._sum(self._threes, f"{a} {b} {c}", lower, one.is_title and two.is_title and three.is_title)
        last = abc[0] + ab[0] + bc[1] + one.scores[0] + two.scores[1] + three.scores[2]
        first = abc[2] + ab[2] + bc[3] + two.scores[3] + three.scores[4]
        return last, abc[1], first

    def _pair(self, a: str, b: str, one: Token, two: Token) -> Scores:
        found = self._pairs.get((a, b))
        if found is None:
            self._pairs = _bounded(self._pairs)
            if a == BOS:
                found = self._twos.before
            elif b == EOS:
                found = self._twos.after
            else:
                found = self._sum(self._twos, f"{a} {b}", f"{one.lower} {two.lower}", one.is_title and two.is_title)
            self._pairs[a, b] = found
        return found

    def _token(self, token: str) -> Token:
        found = self._tokens.get(token)
        if found is None:
            self._tokens = _bounded(self._tokens)
            found = self._tokens[token] = self._read(token)
        return found

    def _read(self, token: str) -> Token:
        if token in (BOS, EOS):
            return Token(self._ones.before if token == BOS else self._ones.after, token, False)
        lower = token.lower()
        is_title = all(part[:1] == part[:1].upper() for part in token.split(" "))
        scores = self._sum(self._ones, token, lower, is_title)
        return Token(_plus(scores, self._digits.get(str(_is_digit(token)))), lower, is_title)

    def _sum(self, grams: Grams, form: str, lower: str, is_title: bool) -> Scores:
        shape = grams.shapes[is_title, lower in self._dictionary]
        return _plus(_plus(shape, grams.forms.get(form)), grams.lowers.get(lower))


def _bounded(cache: dict[Key, Value]) -> dict[Key, Value]:
    """The cache, or an empty one when it is full: a hostile page must not fill the memory."""
    return cache if len(cache) < CACHE_LIMIT else {}


def _grams(weights: Mapping[str, Weights], size: int) -> Grams:
    titles, known = weights.get("istitle", {}), weights.get("is_in_dict", {})
    nothing = (0.0,) * (6 - size)

    def edge(value: str) -> Scores:
        total: Scores = nothing
        for table in weights.values():
            total = _plus(total, table.get(value))
        return total

    return Grams(
        forms=weights.get("", {}),
        lowers=weights.get("lower", {}),
        shapes={
            (title, inside): _plus(_plus(nothing, titles.get(str(title))), known.get(str(inside)))
            for title in (False, True)
            for inside in (False, True)
        },
        before=edge("BOS"),
        after=edge("EOS"),
    )


def _plus(scores: Scores, more: Scores | None) -> Scores:
    return scores if more is None else tuple(map(add, scores, more))


def _is_digit(token: str) -> bool:
    """Whether Rust reads a token as a 32-bit integer, which is the model's idea of a number."""
    sign = token[:1] if token[:1] in ("+", "-") else ""
    digits = token[len(sign) :]
    significant = digits.lstrip("0") or "0"
    if not (digits.isascii() and digits.isdigit()) or len(significant) > 10:
        return False
    return -(2**31) <= int(sign + significant) < 2**31
