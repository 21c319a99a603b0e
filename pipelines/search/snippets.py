"""The words round the best place of a query in a text, as they stand there, with the query marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.folding import fold, normalise
from pipelines.search.query import BETWEEN, TOKEN, Query

RADIUS = 130  # characters of a snippet on each side of its hit


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a snippet; marked where the query was found."""

    text: str
    marked: bool = False


def snippet(text: str, query: Query) -> tuple[Fragment, ...]:
    """The words around the best place of the query in the text, as they stand there, the query marked.

    The phrase if it occurs, else the stretch that holds most of its parts; the beginning when nothing is found.
    """
    text = normalise(text)
    folded = fold(text)
    spans = _joined(text, [folded.span(start, end) for start, end in _places(folded.text, query)])
    if not spans:
        return (Fragment(_tidy(text[: 2 * RADIUS]) + ("…" if len(text) > 2 * RADIUS else "")),)
    start = _best_start(spans)
    return tuple(_marked(text, *_window(text, start), spans))


def _places(folded: str, query: Query) -> list[tuple[int, int]]:
    """Where the phrase stands in folded text; where its parts stand when it does not."""
    if query.phrase is not None:
        whole = list(_occurrences(folded, query.phrase))
        if whole:
            return whole
    return sorted({place for part in query.parts for place in _occurrences(folded, part)})


def _occurrences(folded: str, tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    pattern = rf"(?<![^\W_]){BETWEEN.join(re.escape(fold(token).text) for token in tokens)}(?![^\W_])"
    return (found.span() for found in re.finditer(pattern, folded))


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans with those put together that only a space or a mark parts: neighbouring words are one find."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not TOKEN.search(text, joined[-1][1], start) and start - joined[-1][1] < 3:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _best_start(spans: Sequence[tuple[int, int]]) -> int:
    """The start of the span with most others near behind it."""
    best, most, last = spans[0][0], 0, 0
    for first, (start, _) in enumerate(spans):
        while last < len(spans) and spans[last][1] <= start + RADIUS:
            last += 1
        if last - first > most:
            best, most = start, last - first
    return best


def _window(text: str, start: int) -> tuple[int, int]:
    """A stretch round ``start`` that begins and ends at a space."""
    first, last = max(0, start - RADIUS), min(len(text), start + RADIUS + RADIUS // 2)
    if first:
        space = text.find(" ", first, start)
        first = space + 1 if space >= 0 else first
    if last < len(text):
        space = text.rfind(" ", start, last)
        last = space if space > start else last
    return first, last


def _marked(text: str, first: int, last: int, spans: Sequence[tuple[int, int]]) -> Iterator[Fragment]:
    at = first
    if first:
        yield Fragment("…")
    for start, end in spans:
        if at <= start < last:
            if at < start:
                yield Fragment(_tidy(text[at:start]))
            at = end
            yield Fragment(_tidy(text[start:end]), marked=True)
    if at < last:
        yield Fragment(_tidy(text[at:last]))
    if last < len(text):
        yield Fragment("…")


def _tidy(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
