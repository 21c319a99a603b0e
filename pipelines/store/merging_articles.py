"""The articles of several databases: the newest text is the article, the older ones are its revisions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter

from pipelines.store import Transaction

# A state of an article: one of its texts, and when it was fetched. ``revision`` is NULL for the text it has now, whose
# rows in the other tables come with it; ``rank`` tells the better rows for one text: those that have it (a release has
# none), then those of the later understanding.
_STATES = """
INSERT INTO temp.states
SELECT :part, a.id, NULL, f.id, coalesce(f.fetched_at, a.first_seen), a.text_sha256, json_array(
  EXISTS (SELECT 1 FROM source.texts t WHERE t.article = a.id),
  coalesce((SELECT max(r.started) FROM source.runs r WHERE r.version = a.version), ''), a.version, a.title, a.lead,
  a.author, a.published, a.n_mentions, a.state, a.site
), a.first_seen FROM source.articles a LEFT JOIN source.fetches f ON f.id = a.fetch
UNION ALL
SELECT :part, r.article, r.revision, f.id, coalesce(f.fetched_at, a.first_seen), r.text_sha256,
  json_array(r.title, r.published, r.author, r.mentions), a.first_seen
FROM source.revisions r JOIN source.articles a ON a.id = r.article LEFT JOIN source.fetches f ON f.id = r.fetch
"""
_BY_ARTICLE = """
SELECT s.*, coalesce(n.new, 0) AS number
FROM temp.states s LEFT JOIN temp.fetch_numbers n ON n.part = s.part AND n.old = s.fetch
ORDER BY s.article, s.at, s.sha, number, s.revision IS NULL, s.rank DESC, s.part
"""
_CHILDREN = {
    "texts": "article, text, paragraphs",
    "sketches": "*",
    "sentences": "*",
    "mentions": "*",
    "relations": "*",
}
_REVISION_OF_CURRENT = """
INSERT INTO main.revisions(article, revision, fetch, changed_at, title, published, author, text, text_sha256, mentions)
SELECT a.id, c.revision, c.fetch, c.changed_at, a.title, a.published, a.author, t.text, a.text_sha256, said_in(a.id)
FROM temp.chosen c JOIN source.articles a ON a.id = c.article JOIN source.texts t ON t.article = a.id
WHERE c.part = :part AND c.was IS NULL AND c.changed_at IS NOT NULL
"""
_REVISION = """
INSERT INTO main.revisions(article, revision, fetch, changed_at, title, published, author, text, text_sha256, mentions)
SELECT r.article, c.revision, c.fetch, c.changed_at, r.title, r.published, r.author, r.text, r.text_sha256, r.mentions
FROM temp.chosen c JOIN source.revisions r ON r.article = c.article AND r.revision = c.was
WHERE c.part = :part AND c.was IS NOT NULL
"""
_MINE = "SELECT article FROM temp.chosen WHERE part = :part AND changed_at IS NULL"
_SAID = (
    'SELECT start, "end", surface, regulation_in_page AS regulation FROM source.mentions WHERE article = ? ORDER BY i'
)
_NOTES = f"""
INSERT INTO temp.merged_notes
SELECT article, n.new, kind, text, id, 0 FROM source.notes s
LEFT JOIN temp.fetch_numbers n ON n.part = :part AND n.old = s.fetch WHERE article IN ({_MINE})
UNION ALL
SELECT NULL, n.new, kind, text, 0, row_number() OVER (PARTITION BY s.fetch, kind, text ORDER BY id) FROM source.notes s
LEFT JOIN temp.fetch_numbers n ON n.part = :part AND n.old = s.fetch WHERE article IS NULL
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names


def gather_states(tx: Transaction, part: int) -> None:
    """Nothing; the temporary table ``states`` holds those of the attached database too."""
    tx.execute("CREATE TEMP TABLE IF NOT EXISTS states(part, article, revision, fetch, at, sha, rank, first_seen)")
    tx.execute(_STATES, {"part": part})


def choose_articles(tx: Transaction) -> None:
    """Nothing; the temporary table ``chosen`` says which state of which part becomes what.

    ``changed_at`` is NULL for the state that is the article; of the others it is when the next one took its place.
    """
    tx.execute("CREATE TEMP TABLE chosen(part, article, was, fetch, revision, changed_at, first_seen)")
    tx.execute("CREATE TEMP TABLE merged_notes(article, fetch, kind, text, place, nth)")
    tx.execute(
        "CREATE UNIQUE INDEX temp.of_fetches ON merged_notes(coalesce(fetch, 0), kind, text, nth) WHERE article IS NULL"
    )
    rows = tx.execute(_BY_ARTICLE)
    tx.executemany("INSERT INTO temp.chosen VALUES (?, ?, ?, ?, ?, ?, ?)", _chosen(rows))
    tx.execute("CREATE INDEX temp.chosen_article ON chosen(part, article)")


def _chosen(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[object, ...]]:
    for article, states in groupby(rows, key=itemgetter("article")):
        yield from _history(article, list(states))


def _history(article: int, states: list[sqlite3.Row]) -> Iterator[tuple[object, ...]]:
    """The states in order, each text that follows itself once, the newest that an article has now last."""
    newest = max((s for s in states if s["revision"] is None), key=lambda s: (s["at"], s["sha"]))
    same = [s for s in states if s["revision"] is None and s["sha"] == newest["sha"]]
    article_now, first = max(same, key=lambda s: (s["rank"], -s["part"])), min(same, key=itemgetter("at", "number"))
    past: list[sqlite3.Row] = []
    for state in states:
        if state in same or (past and past[-1]["sha"] == state["sha"]):
            continue
        past.append(state)
    if past and past[-1]["sha"] == newest["sha"]:
        first = past.pop()
    for n, (state, following) in enumerate(pairwise([*past, first]), start=1):
        yield state["part"], article, state["revision"], state["number"] or None, n, following["at"], None
    first_seen = min(state["first_seen"] for state in states)
    yield article_now["part"], article, None, first["number"] or None, len(past) + 1, None, first_seen


def copy_articles(tx: Transaction, part: int) -> None:
    """Nothing; what was chosen of the attached database is copied, with all that hangs on it."""
    parameters = {"part": part}
    columns = [row["name"] for row in tx.execute("PRAGMA main.table_info(articles)")]
    written = {"fetch": "c.fetch", "revision": "c.revision", "cluster": "NULL", "first_seen": "c.first_seen"}
    tx.execute(
        f"INSERT INTO main.articles({', '.join(columns)})"  # noqa: S608 - our own names
        f" SELECT {', '.join(written.get(name, f'a.{name}') for name in columns)}"
        " FROM temp.chosen c JOIN source.articles a ON a.id = c.article WHERE c.part = :part AND c.changed_at IS NULL",
        parameters,
    )
    for table, names in _CHILDREN.items():
        into = "" if names == "*" else f"({names})"
        tx.execute(
            f"INSERT INTO main.{table}{into} SELECT {names} FROM source.{table} WHERE article IN ({_MINE})",  # noqa: S608
            parameters,
        )
    _copy_revisions(tx, parameters)
    tx.execute(_NOTES, parameters)


def _copy_revisions(tx: Transaction, parameters: dict[str, int]) -> None:
    def said_in(article: int) -> str:
        return json.dumps([dict(row) for row in tx.execute(_SAID, [article])], ensure_ascii=False)

    tx.create_function("said_in", 1, said_in)
    tx.execute(_REVISION, parameters)
    tx.execute(_REVISION_OF_CURRENT, parameters)
