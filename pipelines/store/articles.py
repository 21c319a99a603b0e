"""Writes what a page gave: its fetch, its article and all that is said in it, inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from pipelines.folding import fold
from pipelines.models import Certificate, Document, Fetch, Mention, Position, Regulation
from pipelines.store import Transaction
from pipelines.store.corrections import apply_corrections
from pipelines.store.tombstones import is_forgotten
from pipelines.units import all_units
from pipelines.version import program_version

VERSION = program_version()
ID_BITS = 52  # the largest size that JavaScript, JSON and SQLite all keep exact

# Where articles disagree, the same one wins in whatever order they come. What else is known of a regulation is a vote
# of its citations, taken by the corpus steps.
_SAME_LEVEL = "ON CONFLICT(id) DO UPDATE SET level = excluded.level WHERE coalesce(level, '~') > excluded.level"
_STRONGEST_SOURCE = "ON CONFLICT DO UPDATE SET source = excluded.source WHERE source < excluded.source"

Outcome = Literal["new", "changed", "unchanged", "forgotten", "none"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a document did: the article's id and how it stands to what was known."""

    outcome: Outcome
    article: int | None = None
    mentions: int = 0


def article_id(url: str) -> int:
    """The id of an article: the first 52 bits of sha256 of its canonical address, the same in every run and merge."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> (64 - ID_BITS)


def sha256(text: str) -> str:
    """The hex digest of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def record_fetch(
    tx: Transaction, fetch: Fetch, *, run: str | None, position: Position | None, page_kind: str | None
) -> int:
    """The id of the new row of ``fetches``; its certificate is stored once."""
    if fetch.certificate is not None:
        _certificate(tx, fetch.certificate)
    row = {name: value for name, value in asdict(fetch).items() if name not in ("certificate", "tls_path")}
    row |= {
        "run": run,
        "certificate": fetch.certificate.sha256 if fetch.certificate else None,
        "tls_path": _json(fetch.tls_path) if fetch.tls_path else None,
        "warc_file": position.file if position else None,
        "warc_offset": position.offset if position else None,
        "warc_length": position.length if position else None,
        "page_kind": page_kind,
    }
    return insert(tx, "fetches", row)


def archived_before(connection: sqlite3.Connection, fetch: Fetch) -> Position | None:
    """Where the same body of the same address is archived already: a ``revisit`` then refers to it."""
    row = connection.execute(
        "SELECT warc_file, warc_offset, warc_length FROM fetches"
        " WHERE url = ? AND body_sha256 = ? AND warc_file IS NOT NULL ORDER BY id DESC LIMIT 1",
        [fetch.url, fetch.body_sha256],
    ).fetchone()
    return Position(*row) if row else None


def store_document(
    tx: Transaction,
    document: Document,
    *,
    url: str,
    fetch: int,
    seen_at: str,
    version: str = VERSION,
    again: bool = False,
) -> Stored:
    """What became of a document of kind "article" under its canonical ``url``; any other leaves its notes only.

    A text that differs from the one kept makes the old one a revision, unless both come from the same bytes: then
    the program changed and not the page. The rows that hang on a text which is the same, understood by the same
    program, stay as they are, unless they are wanted ``again``.
    """
    if is_forgotten(tx, url):
        return Stored("forgotten")
    if document.kind != "article" or not document.text:
        _notes(tx, document, article=None, fetch=fetch)
        return Stored("none")
    key, digest = article_id(url), sha256(document.text)
    kept = tx.execute("SELECT * FROM articles WHERE id = ?", [key]).fetchone()
    n_mentions = len(document.references.mentions)
    if kept is not None and kept["text_sha256"] == digest and kept["version"] == version and not again:
        return Stored("unchanged", key, n_mentions)
    row = _article_row(document, digest, fetch, version)
    if kept is None:
        insert(tx, "articles", row | {"id": key, "url": url, "first_seen": seen_at, "cluster": key})
        _text(tx, "INSERT INTO texts(text, paragraphs, article) VALUES (?, ?, ?)", document, key)
        outcome: Outcome = "new"
    else:
        row, outcome = _against_kept(tx, kept, row, seen_at)
        sets = ", ".join(f"{name} = :{name}" for name in row)
        tx.execute(f"UPDATE articles SET {sets} WHERE id = :id", row | {"id": key})  # noqa: S608 - our own names
        _text(tx, "UPDATE texts SET text = ?, paragraphs = ? WHERE article = ?", document, key)
    _derived(tx, document, key, fetch)
    return Stored(outcome, key, n_mentions)


def insert(tx: Transaction, table: str, row: Mapping[str, object], *, conflict: str = "") -> int:
    """The rowid of a new row; names come from this program only."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    cursor = tx.execute(
        f'INSERT INTO "{table}" ({names}) VALUES ({marks}) {conflict}',  # noqa: S608 - our own names
        list(row.values()),
    )
    return cursor.lastrowid or 0


def _article_row(document: Document, digest: str, fetch: int, version: str) -> dict[str, object]:
    metadata = document.metadata
    unit = all_units().get(document.unit) if document.unit else None
    return {
        "site": document.site,
        "unit": unit.slug if unit else None,
        "province": (unit.successor or unit.slug) if unit else None,
        "title": metadata.title,
        "lead": metadata.lead,
        "author": metadata.author,
        "section": metadata.section,
        "genre": metadata.genre,
        "origin": metadata.origin,
        "source_name": metadata.source_name,
        "published": metadata.published,
        "published_raw": metadata.published_raw,
        "published_source": metadata.published_source,
        "published_precision": metadata.published_precision,
        "modified": metadata.modified,
        "text_sha256": digest,
        "n_words": sum(len(sentence.segmented.split()) for sentence in document.sentences),
        "n_mentions": len(document.references.mentions),
        "extractor": document.extractor,
        "audit_page": document.audit.page,
        "audit_kept": document.audit.kept,
        "version": version,
        "fetch": fetch,
    }


def _against_kept(
    tx: Transaction, kept: sqlite3.Row, row: dict[str, object], seen_at: str
) -> tuple[dict[str, object], Outcome]:
    """The columns to set on a known article, and whether the page changed."""
    key = kept["id"]
    if kept["text_sha256"] == row["text_sha256"]:
        return row | {"fetch": kept["fetch"]}, "unchanged"
    if _same_bytes(tx, kept["fetch"], row["fetch"]):
        return row, "unchanged"
    old = tx.execute("SELECT text FROM texts WHERE article = ?", [key]).fetchone()
    said = tx.execute(
        'SELECT start, "end", surface, regulation_in_page AS regulation FROM mentions WHERE article = ? ORDER BY i',
        [key],
    )
    insert(
        tx,
        "revisions",
        {
            "article": key,
            "revision": kept["revision"],
            "fetch": kept["fetch"],
            "changed_at": seen_at,
            "title": kept["title"],
            "published": kept["published"],
            "author": kept["author"],
            "text": old["text"],
            "text_sha256": kept["text_sha256"],
            "mentions": _json([dict(mention) for mention in said]),
        },
    )
    row["revision"] = kept["revision"] + 1
    if kept["published"] is not None and row["published"] != kept["published"]:
        row["modified"] = row["modified"] or row["published"]
        for name in ("published", "published_raw", "published_source", "published_precision"):
            row[name] = kept[name]
    return row, "changed"


def _same_bytes(tx: Transaction, one: object, other: object) -> bool:
    """Whether two fetches gave the very same body."""
    if one == other:
        return True
    bodies = tx.execute("SELECT DISTINCT body_sha256 FROM fetches WHERE id IN (?, ?)", [one, other]).fetchall()
    return len(bodies) == 1 and bodies[0]["body_sha256"] is not None


def _text(tx: Transaction, sql: str, document: Document, key: int) -> None:
    paragraphs = [{"start": p.start, "end": p.end, "kind": p.kind} for p in document.paragraphs]
    tx.execute(sql, [document.text, _json(paragraphs), key])


def _derived(tx: Transaction, document: Document, key: int, fetch: int) -> None:
    """All rows that hang on an article's text, made anew."""
    for table in ("sentences", "mentions", "relations", "notes"):
        tx.execute(f'DELETE FROM "{table}" WHERE article = ?', [key])  # noqa: S608 - our own names
    tx.executemany(
        'INSERT INTO sentences(article, i, start, "end", segmented) VALUES (?, ?, ?, ?, ?)',
        [(key, i, s.start, s.end, s.segmented) for i, s in enumerate(document.sentences)],
    )
    for regulation in document.references.regulations:
        insert(tx, "regulations", _regulation_row(regulation), conflict=_SAME_LEVEL)
    for i, mention in enumerate(document.references.mentions):
        insert(tx, "mentions", {"article": key, "i": i, **_mention_row(mention)})
    for relation in document.references.relations:
        insert(tx, "relations", {"article": key, **asdict(relation)}, conflict="ON CONFLICT DO NOTHING")
    _aliases(tx, document)
    _notes(tx, document, article=key, fetch=fetch)
    apply_corrections(tx, key)


def _mention_row(mention: Mention) -> dict[str, object]:
    row: dict[str, object] = asdict(mention)
    row["regulation_in_page"] = mention.regulation
    row["resolved_in_page"] = mention.resolved_by
    row["quoted"] = int(mention.quoted)
    row["flags"] = _json(mention.flags)
    return row


def _regulation_row(regulation: Regulation) -> dict[str, object]:
    row: dict[str, object] = asdict(regulation)
    row["provisional"] = int(regulation.provisional)
    row["unit"] = regulation.unit if regulation.unit in all_units() else None
    return row


def _aliases(tx: Transaction, document: Document) -> None:
    """Every spelling that a page resolved, so that a search for any of them finds the one regulation."""
    found = {
        (" ".join(m.surface.split()), m.regulation, "mention")
        for m in document.references.mentions
        if m.regulation and m.kind not in ("anaphor", "list")
    }
    defined = {(a.alias, a.regulation, "text") for a in document.references.aliases}
    for alias, regulation, source in sorted(found | defined):
        row: dict[str, object] = {
            "alias": alias,
            "folded": fold(alias).text,
            "regulation": regulation,
            "source": source,
        }
        insert(tx, "regulation_aliases", row, conflict=_STRONGEST_SOURCE)


def _notes(tx: Transaction, document: Document, *, article: int | None, fetch: int) -> None:
    tx.executemany(
        "INSERT INTO notes(article, fetch, kind, text) VALUES (?, ?, ?, ?)",
        [(article, fetch, note.kind, note.text) for note in document.notes],
    )


def _certificate(tx: Transaction, certificate: Certificate) -> None:
    row: dict[str, object] = asdict(certificate)
    row["san"] = _json(certificate.san)
    insert(tx, "certificates", row, conflict="ON CONFLICT DO NOTHING")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
