"""Search for Vietnamese: with or without marks, đ as d, phrases first, regulations by any spelling, original snippets.

The index holds each text twice, as it is and with đ turned into d, and its tokenizer drops all other marks. A query is
folded and asked of the second column, which holds every hit of the first; of the best hits those that spell it with the
marks it was typed with come first.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.folding import fold, normalise

LONGEST_QUERY = 300  # characters; more is no question but a paste
MOST_TOKENS = 24
RADIUS = 130  # characters of a snippet on each side of its hit
RERANKED = 100  # hits whose spelling is looked at, so that the query's own marks come first
MOST_HITS = 5000  # of more than these no one is ranked above the rest by meaning, and ranking them all takes seconds
MOST_WEIGHED = 8  # parts: bm25 reads every article of each, and a text that holds so many of them answers anyway

_QUOTED_OR_WORD = re.compile(r'"([^"]*)"|(\S+)')
_TOKEN = re.compile(r"[^\W_]+")  # what the tokenizer unicode61 keeps: letters and digits
_BETWEEN = r"[\W_]{1,9}"  # what parts two tokens: a space, "/", "-", a quotation mark and a space


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: ``parts`` must all occur, each as a phrase; ``phrase`` is all of it in a row, unless quoted apart.

    Tokens are NFC and keep their marks; ``folded`` forms are made when they are needed.
    """

    parts: tuple[tuple[str, ...], ...]
    phrase: tuple[str, ...] | None

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens in the order they were typed."""
        return tuple(token for part in self.parts for token in part)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a snippet; marked where the query was found."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, with the words around the query as they stand in its text."""

    article: int
    snippet: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits; ``total`` counts all, ``n_phrase`` those that hold the whole query in a row.

    No more than ``MOST_HITS`` of either are counted and ranked; ``more`` says that there are others.
    """

    hits: tuple[Hit, ...]
    total: int
    n_phrase: int
    more: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """An FTS5 expression, the articles (JSON) that are left out of what it finds, and how many are found then."""

    expression: str
    without: str
    count: int


def parse(text: str) -> Query | None:
    """The query in what a person typed, or None when it holds no letter or digit. Never raises."""
    parts: list[tuple[str, ...]] = []
    quoted, left = False, MOST_TOKENS
    for found in _QUOTED_OR_WORD.finditer(normalise(text[:LONGEST_QUERY])):
        tokens = tuple(_TOKEN.findall(found[1] if found[1] is not None else found[2]))[:left]
        if tokens:
            parts.append(tokens)
            quoted |= found[1] is not None
            left -= len(tokens)
    if not parts:
        return None
    return Query(tuple(parts), None if quoted else tuple(token for part in parts for token in part))


def expressions(query: Query) -> tuple[str, ...]:
    """FTS5 expressions in the order their hits are shown: the phrase, then what holds every part.

    What an earlier one finds is left out of a later one by its number, not by NOT: bm25 would weigh the phrase again.
    """
    every = " AND ".join(dict.fromkeys(_as_phrase(part) for part in query.parts))
    if query.phrase is None or len(query.parts) == 1:
        return (every,)
    return (_as_phrase(query.phrase), every)


def search_articles(connection: sqlite3.Connection, query: Query, *, limit: int = 20, offset: int = 0) -> Found:
    """One page of the articles that answer the query, best first."""
    asked = _counted(connection, expressions(query))
    hits: list[Hit] = []
    before = 0
    for one in asked:
        start, wanted = max(0, offset - before), limit - len(hits)
        if wanted > 0 and start < one.count:
            found = _ranked(connection, one, query, min(wanted, one.count - start), start)
            hits += [Hit(article, snippet(text, query)) for article, text in found]
        before += one.count
    return Found(
        tuple(hits), before, asked[0].count if query.phrase else 0, max(one.count for one in asked) == MOST_HITS
    )


def _counted(connection: sqlite3.Connection, asked: Sequence[str]) -> list[_Asked]:
    """The expressions with how many articles each finds that those before it do not."""
    counted: list[_Asked] = []
    known: list[int] = []
    for expression in asked:
        without = json.dumps(known)
        known = [row[0] for row in connection.execute(_FOUND, (expression, without, MOST_HITS))]
        counted.append(_Asked(expression, without, len(known)))
    return counted


def search_regulations(connection: sqlite3.Connection, query: Query, *, limit: int = 8) -> list[dict[str, Any]]:
    """Regulations that are written so or are about it: id, label, subject, alias; exact spellings, then the most cited.

    Each token must be a word of one alias: "quy dinh 96" finds 96-QĐ/TW. Where no alias has them, label and subject
    are asked.
    """
    connection.create_function("folded", 1, _folded, deterministic=True)
    tokens = [fold(token).text for token in query.tokens]
    words = " AND ".join(f"instr(folded, :bare{i}) AND instr({_SPELLING}, :token{i})" for i in range(len(tokens)))
    parameters: dict[str, Any] = {"spelling": f" {' '.join(tokens)} ", "number": tokens[0], "limit": limit}
    for i, token in enumerate(tokens):
        parameters |= {f"bare{i}": token, f"token{i}": f" {token} "}
    for written in _WRITTEN:
        cursor = connection.execute(_REGULATIONS.format(written=written, spelling=_SPELLING, words=words), parameters)
        names = [column[0] for column in cursor.description]
        if found := [dict(zip(names, tuple(row), strict=True)) for row in cursor]:
            return found
    return []


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


@lru_cache(maxsize=16384)  # every search asks the same labels and subjects again
def _folded(text: str | None) -> str:
    return fold(normalise(text)).text if text else ""


def _as_phrase(tokens: Sequence[str]) -> str:
    """A phrase asked of the folded column. Tokens are letters and digits only, so quoting them is enough."""
    return f'folded : "{" ".join(fold(token).text for token in tokens)}"'


def _ranked(
    connection: sqlite3.Connection, asked: _Asked, query: Query, limit: int, offset: int
) -> list[tuple[int, str]]:
    """(article, text) by rank. Of the first hits those that spell the query with its own marks come first."""

    def fetch(limit: int, offset: int) -> list[tuple[int, str]]:
        weigh = len(query.parts) <= MOST_WEIGHED
        parameters = (weigh, asked.expression, asked.without, MOST_HITS, limit, offset)
        return [(row[0], row[1]) for row in connection.execute(_RANKED, parameters)]

    as_typed = _spelled_as_typed(query)
    if as_typed is None or offset >= RERANKED:
        return fetch(limit, offset)
    first = sorted(fetch(RERANKED, 0), key=lambda hit: as_typed.search(hit[1].casefold()) is None)
    found = first[offset : offset + limit]
    return found + fetch(limit - len(found), RERANKED) if len(first) == RERANKED and len(found) < limit else found


def _spelled_as_typed(query: Query) -> re.Pattern[str] | None:
    """What finds the query with the marks it was typed with, in case-folded text; None when it was typed without."""
    if all(fold(token).text == token.lower() for token in query.tokens):
        return None
    return re.compile(_BETWEEN.join(re.escape(token.casefold()) for token in query.phrase or query.parts[0]))


def _places(folded: str, query: Query) -> list[tuple[int, int]]:
    """Where the phrase stands in folded text; where its parts stand when it does not."""
    if query.phrase is not None:
        whole = list(_occurrences(folded, query.phrase))
        if whole:
            return whole
    return sorted({place for part in query.parts for place in _occurrences(folded, part)})


def _occurrences(folded: str, tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    pattern = rf"(?<![^\W_]){_BETWEEN.join(re.escape(fold(token).text) for token in tokens)}(?![^\W_])"
    return (found.span() for found in re.finditer(pattern, folded))


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans with those put together that only a space or a mark parts: neighbouring words are one find."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not _TOKEN.search(text, joined[-1][1], start) and start - joined[-1][1] < 3:
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


_FOUND = """
SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? AND rowid NOT IN (SELECT value FROM json_each(?)) LIMIT ?
"""

# The numbers of articles are hashes: the hits that are ranked are a fair sample where there are more.
_RANKED = """
WITH hits AS (
  SELECT rowid AS article, iif(?, bm25(articles_fts), 0) AS score FROM articles_fts
  WHERE articles_fts MATCH ? AND rowid NOT IN (SELECT value FROM json_each(?)) LIMIT ?
), best AS (
  SELECT article, score FROM hits ORDER BY score, article LIMIT ? OFFSET ?
)
SELECT best.article, t.text FROM best JOIN texts t ON t.article = best.article ORDER BY best.score, best.article
"""

# Folded words between single spaces.
_SPELLING = "' ' || replace(replace(replace(replace(folded, '-', ' '), '/', ' '), ',', ' '), '.', ' ') || ' '"
_WRITTEN = (
    "SELECT regulation, alias, folded FROM regulation_aliases",
    "SELECT id AS regulation, NULL AS alias,"
    " folded(label || ' ' || coalesce(symbol, '') || ' ' || coalesce(subject, '')) AS folded FROM regulations",
)
# Materialized, so that a label is folded once and not for every word that is looked for in it.
_REGULATIONS = """
WITH written AS MATERIALIZED ({written}), found AS (
  SELECT regulation, min(alias) AS alias, max({spelling} = :spelling) AS exact
  FROM written WHERE {words} GROUP BY regulation
)
SELECT r.id, r.label, r.subject, found.alias, r.n_mentions
FROM found JOIN regulations r ON r.id = found.regulation
ORDER BY exact DESC, r.number IS :number DESC, r.n_mentions DESC, r.id
LIMIT :limit
"""
