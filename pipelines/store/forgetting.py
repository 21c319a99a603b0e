"""Removes from a database all that stands under a tombstone.

What is to go follows from the tombstones alone, so a removal that was killed is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.integrity import check_search
from pipelines.store import Store, Transaction
from pipelines.store.tombstones import Tombstones, tombstones

STEP = 50  # articles a transaction: each takes its sentences, citations and search rows with it

_FOUND = {
    "articles": "SELECT a.id AS key, a.url AS one, f.url AS other"
    " FROM articles a LEFT JOIN fetches f ON f.id = a.fetch",
    "revisions": "SELECT r.rowid AS key, f.url AS one, NULL AS other FROM revisions r JOIN fetches f ON f.id = r.fetch",
    "urls": "SELECT url AS key, url AS one, NULL AS other FROM urls",
    "url_aliases": "SELECT alias AS key, alias AS one, url AS other FROM url_aliases",
    "found_on": "SELECT DISTINCT found_on AS key, found_on AS one, NULL AS other FROM urls WHERE found_on IS NOT NULL",
    "fetches": "SELECT id AS key, url AS one, NULL AS other FROM fetches",
}
# In this order: what points to a row goes before it.
_REMOVALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "articles",
        (
            "UPDATE articles SET cluster = NULL WHERE cluster = ?",
            "DELETE FROM corrections WHERE article = ?",
            "DELETE FROM articles WHERE id = ?",
        ),
    ),
    ("revisions", ("DELETE FROM revisions WHERE rowid = ?",)),
    ("fetches", ("DELETE FROM notes WHERE fetch = ?", "DELETE FROM fetches WHERE id = ?")),
    ("found_on", ("UPDATE urls SET found_on = NULL WHERE found_on = ?",)),
    ("url_aliases", ("DELETE FROM url_aliases WHERE alias = ?",)),
    ("urls", ("DELETE FROM urls WHERE url = ?",)),
)
_UNCITED = """
DELETE FROM regulation_aliases WHERE regulation NOT IN (
  SELECT regulation FROM mentions WHERE regulation IS NOT NULL
  UNION SELECT regulation_in_page FROM mentions WHERE regulation_in_page IS NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed: articles, addresses of the queue, and rows of ``fetches``."""

    articles: int = 0
    urls: int = 0
    fetches: int = 0


def sweep(store: Store) -> Swept:
    """What was removed because it stands under a tombstone; to be called while no other process writes.

    Removed bytes are overwritten (``secure_delete``; the search index is written anew), so that they are in no free
    page either. The counts and summaries are the corpus steps' to make again.
    """
    stones = tombstones(store.connection)
    if not stones:
        return Swept()
    store.connection.execute("PRAGMA secure_delete = ON")
    found = {name: _keys(store, sql, stones) for name, sql in _FOUND.items()}
    for name, statements in _REMOVALS:
        _remove(store, statements, found[name])
    if found["articles"] or found["revisions"]:
        with store.write() as tx:
            tx.execute(_UNCITED)
            _renew_search(tx, store)
    return Swept(len(found["articles"]), len(found["urls"]), len(found["fetches"]))


def _keys(store: Store, sql: str, stones: Tombstones) -> list[object]:
    return [
        row["key"] for row in store.connection.execute(sql) if stones.cover(row["one"]) or stones.cover(row["other"])
    ]


def _remove(store: Store, statements: Iterable[str], keys: Sequence[object]) -> None:
    for start in range(0, len(keys), STEP):
        with store.write() as tx:
            for statement in statements:
                tx.executemany(statement, [(key,) for key in keys[start : start + STEP]])


def _renew_search(tx: Transaction, store: Store) -> None:
    """Merges the search index into one: until then FTS5 keeps removed words and only notes that they are removed."""
    tx.execute("INSERT INTO articles_fts(articles_fts) VALUES ('optimize')")
    check_search(tx, store.path)
