"""``danchieu reprocess`` after the rules changed: the tables are those of a fresh import of the same archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import exchange_of
from crawler.batch import Engine, HasTask
from crawler.batch.archived_work import understand_archived
from crawler.sites import load_sites
from crawler.verbs.importing import Importer
from crawler.verbs.importing_pages import Reader
from crawler.verbs.reprocessing import Reprocessor, reprocess_archive
from crawler.visit import Understanding
from pipelines.models import Document, Fetch, Page, PageKind
from pipelines.references import find_references

SITE = "https://baogialai.com.vn"
ARTICLE = """<!doctype html><html lang="vi"><head><title>Tin</title></head><body>
<h1>Hội nghị phổ biến quy định mới lần {n}</h1><p class="date">03/02/2023 08:00</p><div>
<p>Ban Thường vụ Tỉnh ủy Gia Lai phổ biến Quy định số {n}-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị.</p>
<p>Các chi bộ thảo luận cách lấy phiếu tín nhiệm và ghi ý kiến vào biên bản gửi lên cấp trên.</p></div></body></html>"""
GONE = """<!doctype html><html lang="vi"><head><title>Không tìm thấy</title></head><body>
<h1>Không tìm thấy trang</h1><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p></body></html>"""
TABLES = (
    *("articles", "texts", "revisions", "sentences", "regulations", "mentions", "relations", "regulation_aliases"),
    *("regulation_links", "claims", "regulation_units", "unit_months"),
)
Rules = Callable[[Understanding], Understanding]
Captures = Sequence[tuple[str, str, str]]  # address, instant, HTML


def engine_of(rules: Rules) -> Engine:
    """An engine whose worker, this process, reads by the present rules and then by others."""

    def engine(jobs: Iterator[HasTask], keep: Callable[[HasTask, Understanding], None]) -> None:
        for job in jobs:
            keep(job, rules(understand_archived(job.task())))  # type: ignore[arg-type]

    return engine


def present(understood: Understanding) -> Understanding:
    return understood


def of(word: str, change: Callable[[Document], Document]) -> Rules:
    """Rules that differ for the pages of one kind, or whose text or address holds a word."""

    def rules(understood: Understanding) -> Understanding:
        document = understood.document
        if document is None or word not in f"{document.kind} {document.url} {document.text}":
            return understood
        return replace(understood, document=change(document))

    return rules


def as_kind(kind: PageKind) -> Callable[[Document], Document]:
    return lambda document: replace(document, kind=kind)


def as_article(document: Document) -> Document:
    """What rules that take the page for an article would say: it cites what no other page does."""
    text = "Theo Nghị quyết số 999/NQ-CP, ngày 01/02/2023 của Chính phủ."
    return replace(document, kind="article", text=text, paragraphs=(), references=find_references(text))


def imported(folder: Path, captures: Captures, rules: Rules) -> Path:
    """A database whose pages were read by some rules."""
    folder.mkdir()
    with Archive(folder / "pages", "from") as archive:
        for address, at, html in captures:
            page = Page(f"{SITE}/{address}", html.encode(), fetched_at=at)
            archive.append(exchange_of(ArchivedPage(page, Fetch(page.url, at, status=200), "")), {})
    Importer(folder / "some.db", Reader(load_sites(), False, print), engine_of(rules)).run([folder / "pages"])
    return folder / "some.db"


def tables(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(db)) as connection:
        kept = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES}
        kept["notes"] = connection.execute("SELECT article, fetch, kind, text FROM notes ORDER BY 2, 3").fetchall()
        return kept | {"kinds": connection.execute("SELECT url, page_kind FROM fetches ORDER BY id").fetchall()}


def reprocessed(db: Path, rules: Rules = present) -> Reprocessor:
    return reprocess_archive(db, load_sites(), engine_of(rules))


ONE, TWO = "mot-post1.html", "hai-post2.html"
DAYS = [f"2023-03-0{n}T00:00:00Z" for n in range(1, 6)]
PLAIN = [(ONE, DAYS[0], ARTICLE.format(n=1)), (TWO, DAYS[1], ARTICLE.format(n=2))]
WITH_GONE = [*PLAIN, ("ba-post3.html", DAYS[2], GONE)]
TWICE = [(ONE, DAYS[0], ARTICLE.format(n=1)), (TWO, DAYS[1], ARTICLE.format(n=2)), (ONE, DAYS[2], GONE)]
THRICE = [*TWICE[:2], (ONE, DAYS[2], ARTICLE.format(n=3)), (ONE, DAYS[3], GONE)]


@pytest.mark.parametrize(
    ("captures", "older", "said"),
    [
        pytest.param(WITH_GONE, of("post3", as_article), "withdrawn", id="an article that is none"),
        pytest.param(PLAIN, of("post2", as_kind("listing")), "new", id="none that is an article"),
        pytest.param(PLAIN, of("post2", as_article), "unchanged", id="other words, and a regulation that is not there"),
        pytest.param(TWICE, of("soft_404", as_article), "withdrawn", id="back to the earlier text"),
        pytest.param(THRICE, of("soft_404", as_article), "withdrawn", id="back to the second of three"),
        pytest.param(TWICE, of("lần 1", as_kind("error")), "new", id="behind it a page that says it is gone"),
    ],
)
def test_the_tables_are_those_of_a_fresh_import(tmp_path: Path, captures: Captures, older: Rules, said: str) -> None:
    db = imported(tmp_path / "older", captures, older)
    fresh = tables(imported(tmp_path / "fresh", captures, present))
    assert tables(db) != fresh, "the older rules say something else"
    report = reprocessed(db)
    assert said in report.tally.outcomes, report.tally
    found = tables(db)
    for table, rows in fresh.items():
        assert found[table] == rows, table
    again = reprocessed(db)
    assert set(again.tally.outcomes) <= {"unchanged", "soft_404", "empty", "error"}, again.tally
    assert tables(db) == fresh


def test_a_withdrawn_article_leaves_its_corrections(tmp_path: Path) -> None:
    db = imported(tmp_path / "older", WITH_GONE, of("post3", as_article))
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(
            "INSERT INTO corrections SELECT id, text_sha256, 0, 4, 'type', 'Quy định', 'x', ? FROM articles", [DAYS[4]]
        )
        connection.commit()
    reprocessed(db)
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT count(*) FROM corrections").fetchone() == (3,)


def test_the_queue_is_told_what_a_page_is(tmp_path: Path) -> None:
    db = imported(tmp_path / "older", WITH_GONE, of("post3", as_article))
    states = [(TWO, "rejected", "listing"), ("ba-post3.html", "done", None), (ONE, "blocked", "robots")]
    with closing(sqlite3.connect(db)) as connection:
        for address, state, cause in states:
            columns = "url, fetch_url, site, host, kind, state, cause, first_seen"
            row = [f"{SITE}/{address}", f"{SITE}/{address}", "baogialai", "h", "article", state, cause, DAYS[0]]
            connection.execute(f"INSERT INTO urls({columns}) VALUES ({', '.join('?' * 8)})", row)
        connection.commit()
    reprocessed(db)
    with closing(sqlite3.connect(db)) as connection:
        found = dict(connection.execute("SELECT url, state FROM urls"))
    assert found[f"{SITE}/{TWO}"] == "done", "it is an article"
    assert found[f"{SITE}/ba-post3.html"] in ("gone", "rejected"), "it is none"
    assert found[f"{SITE}/{ONE}"] == "blocked", "a person's or a host's refusal stands"


def test_two_addresses_of_one_article_make_no_revisions(tmp_path: Path) -> None:
    link = f'<head><link rel="canonical" href="{SITE}/{ONE}">'
    first, second = (ARTICLE.format(n=n).replace("<head>", link) for n in (1, 2))
    captures = [(ONE, DAYS[0], first), (TWO, DAYS[1], second)]
    db = imported(tmp_path / "some", captures, present)
    before = tables(db)
    assert reprocessed(db).tally.outcomes == {"older": 1, "unchanged": 1}
    assert tables(db) == before
