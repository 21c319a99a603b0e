"""Articles that answer a query: those that hold it in a row first, each kind by rank."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.folding import fold
from pipelines.search.indexes import Index, index_of, texts_of
from pipelines.search.query import BETWEEN, Query, expressions
from pipelines.search.snippets import Fragment, snippet

RERANKED = 100  # hits whose spelling is looked at, so that the query's own marks come first
MOST_HITS = 5000  # of more than these no one is ranked above the rest by meaning, and ranking them all takes seconds
MOST_WEIGHED = 8  # parts: bm25 reads every article of each, and a text that holds so many of them answers anyway


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


def search_articles(connection: sqlite3.Connection, query: Query, *, limit: int = 20, offset: int = 0) -> Found:
    """One page of the articles that answer the query, best first."""
    index = index_of(connection)
    hits: list[Hit] = []
    known: list[int] = []
    counts: list[int] = []
    for expression in expressions(query):
        start, wanted = max(0, offset - len(known)), limit - len(hits)
        ranked = _matching(connection, index, expression, known, weigh=wanted > 0 and len(query.parts) <= MOST_WEIGHED)
        if wanted > 0:
            hits += _page(connection, index, query, ranked, slice(start, start + wanted))
        known += ranked
        counts.append(len(ranked))
    return Found(tuple(hits), len(known), counts[0] if query.phrase else 0, max(counts) == MOST_HITS)


def _matching(
    connection: sqlite3.Connection, index: Index, expression: str, known: Sequence[int], *, weigh: bool
) -> list[int]:
    """The articles that an expression finds, best first, without those that are known already.

    Finding and weighing is one question, since each reads the places of every word: asked twice, common words take
    twice as long. What is known is left out by its number, not by NOT: bm25 would weigh the phrase again.
    """
    found = connection.execute(
        _MATCHING.format(index=index.table), (weigh, expression, json.dumps(list(known)), MOST_HITS)
    )
    return [article for _, article in sorted((score, article) for article, score in map(tuple, found))]


def _page(connection: sqlite3.Connection, index: Index, query: Query, ranked: Sequence[int], shown: slice) -> list[Hit]:
    """The hits of one page. Of the first ones those that spell the query with its own marks come first."""
    as_typed = _spelled_as_typed(query)
    if as_typed is not None and shown.start < RERANKED:
        texts = texts_of(connection, index, ranked[:RERANKED])
        first = sorted(ranked[:RERANKED], key=lambda article: as_typed.search(texts[article].casefold()) is None)
        ranked = [*first, *ranked[RERANKED:]]
    page = ranked[shown]
    texts = texts_of(connection, index, page)
    return [Hit(article, snippet(texts[article], query)) for article in page]


def _spelled_as_typed(query: Query) -> re.Pattern[str] | None:
    """What finds the query with the marks it was typed with, in case-folded text; None when it was typed without."""
    if all(fold(token).text == token.lower() for token in query.tokens):
        return None
    return re.compile(BETWEEN.join(re.escape(token.casefold()) for token in query.phrase or query.parts[0]))


# The numbers of articles are hashes: the hits that are ranked are a fair sample where there are more.
_MATCHING = """
SELECT rowid, iif(?, bm25({index}), 0) FROM {index}
WHERE {index} MATCH ? AND rowid NOT IN (SELECT value FROM json_each(?)) LIMIT ?
"""
