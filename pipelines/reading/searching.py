"""What a search shows: regulations on the first page, then articles."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pipelines.reading import Row
from pipelines.reading.articles import article_titles
from pipelines.search import Found, parse, search_articles, search_regulations

HITS = 20  # articles on a page


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``found`` is None where nothing was asked; ``titles`` are of its articles by number; pages count from 1."""

    found: Found | None
    regulations: list[Row]
    titles: dict[int, Row]
    page: int
    last: int


def search_page(connection: sqlite3.Connection, typed: str, page: int) -> SearchPage:
    """One page of what answers the words that were typed."""
    query = parse(typed)
    if query is None:
        return SearchPage(None, [], {}, page, 0)
    found = search_articles(connection, query, limit=HITS, offset=(page - 1) * HITS)
    return SearchPage(
        found=found,
        regulations=search_regulations(connection, query) if page == 1 else [],
        titles=article_titles(connection, [hit.article for hit in found.hits]),
        page=page,
        last=-(-found.total // HITS),
    )
