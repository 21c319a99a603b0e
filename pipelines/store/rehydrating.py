"""Texts put back into a stand-off copy, each only when it is to the character the one that was annotated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.models import Document
from pipelines.store import Store, Transaction
from pipelines.store.articles import sha256


@dataclass(frozen=True, slots=True)
class Missing:
    """An article without its text: its key, the address at which it was fetched, its site, the digest of its text."""

    article: int
    url: str
    fetch_url: str
    site: str | None
    text_sha256: str


def missing_texts(store: Store) -> Mapping[str, Missing]:
    """The articles whose texts are not there, by their canonical address."""
    rows = store.rows(
        "SELECT a.id, a.url, coalesce(f.final_url, a.url) AS fetch_url, a.site, a.text_sha256 FROM articles a"
        " LEFT JOIN fetches f ON f.id = a.fetch WHERE a.id NOT IN (SELECT article FROM texts) ORDER BY a.url"
    )
    return {row["url"]: Missing(*row) for row in rows}


def restore(tx: Transaction, wanted: Missing, document: Document) -> bool:
    """Whether the document is the text that was annotated; then it is there again, with sentences, lead and byline."""
    if sha256(document.text) != wanted.text_sha256:
        return False
    paragraphs = [{"start": p.start, "end": p.end, "kind": p.kind} for p in document.paragraphs]
    tx.execute(
        "INSERT INTO texts(article, text, paragraphs) VALUES (?, ?, ?)",
        [wanted.article, document.text, json.dumps(paragraphs)],
    )
    tx.executemany(
        'INSERT INTO sentences(article, i, start, "end", segmented) VALUES (?, ?, ?, ?, ?)',
        [(wanted.article, i, s.start, s.end, s.segmented) for i, s in enumerate(document.sentences)],
    )
    tx.execute(
        "UPDATE articles SET lead = ?, author = ? WHERE id = ?",
        [document.metadata.lead, document.metadata.author, wanted.article],
    )
    return True
