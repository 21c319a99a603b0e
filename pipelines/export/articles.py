"""Articles as they leave the house: each with its text and all that hangs on it, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from pipelines.export.selection import Selection
from pipelines.models import Sentence
from pipelines.store import Store
from pipelines.words import spans_of

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Article:
    """An article: its row of ``articles``, its text, and rows by column name. Offsets are code points into ``text``."""

    row: Row
    text: str
    paragraphs: list[Row]
    sentences: tuple[Sentence, ...]
    mentions: list[Row]
    relations: list[Row]

    def words(self, sentence: Sentence) -> list[tuple[int, int]]:
        """The spans of the words of one of its sentences."""
        return spans_of(sentence, self.text)

    def key(self, start: int, end: int) -> str:
        """How a span of this very text is cited: ``<article>@<text_sha256[:12]>:<start>-<end>``."""
        return f"{self.row['id']}@{self.row['text_sha256'][:12]}:{start}-{end}"


def count_articles(store: Store, selection: Selection) -> int:
    """How many articles a selection holds."""
    sql = f"SELECT count(*) FROM articles a WHERE {selection.articles()}"  # noqa: S608 - our own names
    return int(str(store.value(sql, selection.parameters)))


def read_articles(store: Store, selection: Selection) -> Iterator[Article]:
    """The articles of a selection in the order of their ids, one in memory at a time."""
    sql = f"SELECT a.* FROM articles a WHERE {selection.articles()} ORDER BY a.id"  # noqa: S608 - our own names
    for row in store.connection.execute(sql, selection.parameters):
        yield _article(store, dict(row))


def to_jsonl(articles: Iterable[Article], out: TextIO) -> int:
    """The number of lines written: one article each, the columns of its row and all that hangs on its text."""
    n = 0
    for article in articles:
        out.write(json.dumps(_line(article), ensure_ascii=False) + "\n")
        n += 1
    return n


def _article(store: Store, row: Row) -> Article:
    key = [row["id"]]
    text = store.connection.execute("SELECT text, paragraphs FROM texts WHERE article = ?", key).fetchone()
    sentences = store.rows('SELECT start, "end", segmented FROM sentences WHERE article = ? ORDER BY i', key)
    mentions = store.rows("SELECT * FROM mentions WHERE article = ? ORDER BY i", key)
    relations = store.rows("SELECT * FROM relations WHERE article = ? ORDER BY start, subject, relation, object", key)
    return Article(
        row=row,
        text=text["text"] if text else "",
        paragraphs=json.loads(text["paragraphs"]) if text else [],
        sentences=tuple(Sentence(*sentence) for sentence in sentences),
        mentions=[dict(mention) for mention in mentions],
        relations=[dict(relation) for relation in relations],
    )


def _line(article: Article) -> Row:
    return {
        **article.row,
        "text": article.text,
        "paragraphs": article.paragraphs,
        "sentences": [{"start": s.start, "end": s.end, "segmented": s.segmented} for s in article.sentences],
        "words": [span for sentence in article.sentences for span in article.words(sentence)],
        "mentions": [_mention(article, mention) for mention in article.mentions],
        "relations": [_on_text(article, relation) for relation in article.relations],
    }


def _mention(article: Article, mention: Row) -> Row:
    row = _on_text(article, mention)
    del row["i"]
    return row | {"flags": json.loads(mention["flags"]), "quoted": bool(mention["quoted"])}


def _on_text(article: Article, row: Row) -> Row:
    """A row that stands on a span of the text, with its id in place of the article's."""
    return {"id": article.key(row["start"], row["end"])} | {k: v for k, v in row.items() if k != "article"}
