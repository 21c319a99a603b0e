"""Search for Vietnamese: with or without marks, đ as d, phrases first, regulations by any spelling, original snippets.

The index holds each text twice, as it is and with đ turned into d, and its tokenizer drops all other marks. A query is
folded and asked of the second column, which holds every hit of the first; of the best hits those that spell it with the
marks it was typed with come first.
"""

from __future__ import annotations

from pipelines.search.articles import Found, Hit, search_articles
from pipelines.search.query import Query, expressions, parse
from pipelines.search.regulations import search_regulations
from pipelines.search.snippets import Fragment, snippet

__all__ = [
    "Found",
    "Fragment",
    "Hit",
    "Query",
    "expressions",
    "parse",
    "search_articles",
    "search_regulations",
    "snippet",
]
