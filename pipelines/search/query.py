"""What a person typed, as a question for the index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.folding import fold, normalise

LONGEST_QUERY = 300  # characters; more is no question but a paste
MOST_TOKENS = 24
TOKEN = re.compile(r"[^\W_]+")  # what the tokenizer unicode61 keeps: letters and digits
BETWEEN = r"[\W_]{1,9}"  # what parts two tokens: a space, "/", "-", a quotation mark and a space

_QUOTED_OR_WORD = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: ``parts`` must all occur, each as a phrase; ``phrase`` is all of it in a row, unless quoted apart.

    Tokens are NFC and keep their marks; ``folded`` forms are made when they are needed. ``text`` is what was typed.
    """

    parts: tuple[tuple[str, ...], ...]
    phrase: tuple[str, ...] | None
    text: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens in the order they were typed."""
        return tuple(token for part in self.parts for token in part)


def parse(text: str) -> Query | None:
    """The query in what a person typed, or None when it holds no letter or digit. Never raises."""
    typed = normalise(text[:LONGEST_QUERY])
    parts: list[tuple[str, ...]] = []
    quoted, left = False, MOST_TOKENS
    for found in _QUOTED_OR_WORD.finditer(typed):
        tokens = tuple(TOKEN.findall(found[1] if found[1] is not None else found[2]))[:left]
        if tokens:
            parts.append(tokens)
            quoted |= found[1] is not None
            left -= len(tokens)
    if not parts:
        return None
    return Query(tuple(parts), None if quoted else tuple(token for part in parts for token in part), typed)


def expressions(query: Query) -> tuple[str, ...]:
    """FTS5 expressions in the order their hits are shown: the phrase, then what holds every part."""
    every = " AND ".join(dict.fromkeys(_as_phrase(part) for part in query.parts))
    if query.phrase is None or len(query.parts) == 1:
        return (every,)
    return (_as_phrase(query.phrase), every)


def _as_phrase(tokens: Sequence[str]) -> str:
    """A phrase asked of the folded column. Tokens are letters and digits only, so quoting them is enough."""
    return f'folded : "{" ".join(fold(token).text for token in tokens)}"'
