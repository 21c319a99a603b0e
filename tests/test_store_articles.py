"""What storing a document does: new, unchanged, a revision, a rederivation, forgotten; and the rows that hang on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.models import Document, Fetch, Metadata, Note, Page, Paragraph
from pipelines.references import find_references
from pipelines.store import Store
from pipelines.store.articles import Stored, article_id, record_fetch, sha256, store_document
from pipelines.understand import understand
from pipelines.words import split_sentences

URL = "https://bao.example/bai-post1.html"
TEXT = "Hội nghị học Quy định số 96-QĐ/TW\n\nBáo cáo viên nói về Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023."


def document(text: str = TEXT, published: str | None = "2023-03-01", **metadata: object) -> Document:
    title = text.partition("\n")[0]
    paragraphs = (Paragraph(0, len(title), "title"), Paragraph(len(title) + 2, len(text), "body"))
    references = find_references(text, published=published, paragraphs=paragraphs)
    data = Metadata(title=title, published=published, **metadata)  # type: ignore[arg-type]
    return Document(
        URL,
        "article",
        text,
        data,
        paragraphs=paragraphs,
        sentences=split_sentences(text, paragraphs),
        references=references,
        notes=(Note("leak", "The request was aborted"),),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "articles.db") as store:
        yield store


def keep(store: Store, found: Document, *, day: int = 1, body: str = "bytes", version: str = "1") -> Stored:
    seen = f"2023-03-{day:02}T00:00:00Z"
    fetch = Fetch(URL, seen, status=200, body_sha256=sha256(body))
    with store.write() as tx:
        row = record_fetch(tx, fetch, run=None, position=None, page_kind=found.kind)
        return store_document(tx, found, url=URL, fetch=row, seen_at=seen, version=version)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = ("articles", "texts", "sentences", "mentions", "regulations", "relations", "revisions", "notes")
    return {table: [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] for table in tables}


def test_an_id_is_52_bits_of_the_address() -> None:
    assert article_id(URL) == int(sha256(URL)[:13], 16) < 2**52


def test_a_new_article_has_all_its_rows(store: Store) -> None:
    assert keep(store, document()) == Stored("new", article_id(URL), 2)
    kept = everything(store)
    assert [len(kept[table]) for table in ("articles", "texts", "mentions", "notes")] == [1, 1, 2, 1]
    assert store.value("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'quy dinh'") == 1
    row = store.rows("SELECT * FROM mentions WHERE zone = 'title'")[0]
    assert TEXT[row["start"] : row["end"]] == row["surface"]
    assert row["regulation"] == row["regulation_in_page"]


def test_the_same_again_changes_no_byte(store: Store) -> None:
    keep(store, document())
    before = everything(store)
    assert keep(store, document(), day=2, body="a view counter moved").outcome == "unchanged"
    assert everything(store) == before


def test_another_text_leaves_the_old_one_as_a_revision(store: Store) -> None:
    keep(store, document())
    changed = document(TEXT + "\n\nBổ sung một câu.", published="2023-03-05")
    assert keep(store, changed, day=5, body="edited").outcome == "changed"
    article = store.rows("SELECT * FROM articles")[0]
    assert (article["revision"], article["published"], article["modified"]) == (2, "2023-03-01", "2023-03-05")
    revision = store.rows("SELECT * FROM revisions")[0]
    assert (revision["revision"], revision["text"], revision["changed_at"]) == (1, TEXT, "2023-03-05T00:00:00Z")
    assert [mention["surface"] for mention in json.loads(revision["mentions"])] == ["Quy định số 96-QĐ/TW"] * 2
    store.connection.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")


def test_a_newer_program_rederives_without_a_revision(store: Store) -> None:
    keep(store, document())
    better = document(TEXT + "\n\nĐoạn mà bản cũ bỏ sót.")
    assert keep(store, better, day=9, version="2").outcome == "unchanged", "the bytes are the same"
    assert store.value("SELECT count(*) FROM revisions") == 0
    assert store.value("SELECT text FROM texts") == better.text
    assert store.value("SELECT version FROM articles") == "2"


@pytest.mark.parametrize("kind", ["listing", "error", "blocked", "soft_404", "login", "empty"])
def test_what_is_no_article_leaves_its_notes_only(store: Store, kind: str) -> None:
    found = replace(document(), kind=kind)
    assert keep(store, found).outcome == "none"
    kept = everything(store)
    assert kept["articles"] == kept["texts"] == kept["mentions"] == []
    assert len(kept["notes"]) == 1


def test_what_was_forgotten_stays_forgotten(store: Store) -> None:
    with store.write() as tx:
        tx.execute("INSERT INTO forgotten VALUES (?, '2023-03-01T00:00:00Z', 'asked')", [sha256(URL)])
    assert keep(store, document()).outcome == "forgotten"
    assert everything(store)["articles"] == []


def test_every_spelling_finds_the_regulation(store: Store) -> None:
    keep(store, document())
    rows = store.rows("SELECT DISTINCT folded, regulation FROM regulation_aliases WHERE folded LIKE '%96-qd/tw%'")
    assert [row["folded"] for row in rows] == ["quy dinh so 96-qd/tw"]


HOSTILE = ["<script>alert(1)</script>", "\x00\x01", "\ud800 lone", "\u202e bidi", "'; DROP TABLE articles; --"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(store: Store, text: str) -> None:
    words = "Hội nghị bàn việc thực hiện Quy định số 96-QĐ/TW trong toàn đảng bộ, với sự có mặt của các chi bộ. " * 20
    body = (
        f"<html><body><h1>Tin</h1><div>{'<p>' + words + '</p>'}<p>{text.replace('<', '&lt;')}</p></div></body></html>"
    )
    found = understand(Page(URL, body.encode("utf-8", "surrogatepass")))
    assert keep(store, found).outcome in ("new", "none"), repr(text)
