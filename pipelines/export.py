"""Data out, one function a format. Everything streams: memory does not grow with the database."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipelines.errors import InputError, StorageError
from pipelines.store import Store

TABLES = ("citations", "mentions", "articles", "regulations", "relations", "coverage")
BOM = "\ufeff"  # so that Excel reads UTF-8

_CITATIONS = """
SELECT m.article || '@' || substr(a.text_sha256, 1, 12) || ':' || m.start || '-' || m."end" AS citation,
  m.article, a.url, a.site, a.unit, a.province, a.published, a.origin, a.genre, coalesce(a.cluster, a.id) AS cluster,
  m.start, m."end", m.surface, m.kind, m.zone, m.quoted, m.type, m.number, m.year, m.symbol, m.issuer_code, m.issuer,
  m.place, m.date, m.date_role, m.pinpoint, m.regulation, r.label AS regulation_label, m.resolved_by, m.confidence,
  (SELECT substr(t.text, s.start + 1, s."end" - s.start) FROM sentences s JOIN texts t ON t.article = s.article
   WHERE s.article = m.article AND s.start <= m.start AND s."end" > m.start LIMIT 1) AS sentence
FROM mentions m JOIN articles a ON a.id = m.article LEFT JOIN regulations r ON r.id = m.regulation
ORDER BY m.article, m.i
"""
_FORMULA = frozenset("=+@\t\r")
_ORDER = {
    "mentions": "article, i",
    "articles": "id",
    "regulations": "id",
    "relations": "article, start",
    "coverage": "site, day",
}


def to_jsonl(store: Store, out: TextIO) -> int:
    """The number of lines written: one article each, with its text and all that hangs on it."""
    n = 0
    for article in store.connection.execute("SELECT * FROM articles ORDER BY id"):
        line = json.dumps(_article(store, article), ensure_ascii=False)
        out.write(line + "\n")
        n += 1
    return n


def to_csv(store: Store, out: TextIO, table: str = "citations") -> int:
    """The number of rows written below the header; UTF-8 with a BOM, comma, RFC 4180 quoting."""
    cursor = store.connection.execute(_query(table))
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([column[0] for column in cursor.description])
    n = 0
    for row in cursor:
        writer.writerow([_harmless(value) for value in row])
        n += 1
    return n


@contextmanager
def destination(path: Path | None) -> Iterator[TextIO]:
    """Where to write: stdout without a path, else a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        return
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}: make it first, or name another file with -o")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            yield out
        part.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): make room or name another file") from error
    finally:
        part.unlink(missing_ok=True)


def _article(store: Store, article: sqlite3.Row) -> dict[str, object]:
    key = [article["id"]]
    text = store.connection.execute("SELECT text, paragraphs FROM texts WHERE article = ?", key).fetchone()
    sentences = store.rows('SELECT start, "end", segmented FROM sentences WHERE article = ? ORDER BY i', key)
    mentions = store.rows("SELECT * FROM mentions WHERE article = ? ORDER BY i", key)
    relations = store.rows(
        'SELECT subject, relation, object, start, "end" FROM relations WHERE article = ? ORDER BY start, object', key
    )
    return {
        **dict(article),
        "text": text["text"] if text else "",
        "paragraphs": json.loads(text["paragraphs"]) if text else [],
        "sentences": [dict(row) for row in sentences],
        "mentions": [_mention(row) for row in mentions],
        "relations": [dict(row) for row in relations],
    }


def _mention(row: sqlite3.Row) -> dict[str, object]:
    mention = dict(row)
    del mention["article"], mention["i"]
    return mention | {"flags": json.loads(row["flags"]), "quoted": bool(row["quoted"])}


def _query(table: str) -> str:
    if table == "citations":
        return _CITATIONS
    if table not in TABLES:
        raise InputError(f"there is no table {table!r} to export: choose one of {', '.join(TABLES)}")
    return f'SELECT * FROM "{table}" ORDER BY {_ORDER[table]}'  # noqa: S608 - our own names


def _harmless(value: object) -> object:
    """A cell that a spreadsheet will not run as a formula (OWASP, CSV injection).

    A list item of a text ("- Quyết định ...") is no formula and stays as it is.
    """
    if isinstance(value, str) and (value[:1] in _FORMULA or (value[:1] == "-" and value[1:2] not in ("", " "))):
        return f"'{value}"
    return value


FORMATS: Mapping[str, Callable[..., int]] = {"jsonl": to_jsonl, "csv": to_csv}
