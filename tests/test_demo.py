"""``danchieu demo`` end to end: three sites over broken TLS into SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Run
from crawler.addresses import canonical
from crawler.sample import SampleArticle, articles, non_articles

UNCHANGED = ("articles", "texts", "sentences", "mentions", "regulations", "relations", "revisions")


def rows(db: Path, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql, parameters).fetchall()


def test_all_articles_and_nothing_else(demo_db: Path) -> None:
    stored = {url for (url,) in rows(demo_db, "SELECT url FROM articles")}
    expected = {canonical(article.url) for article in articles()}
    assert len(expected) >= 24
    assert stored == expected, f"missing {expected - stored}, too many {stored - expected}"
    assert not stored & {canonical(page.url) for page in non_articles()}


def test_every_page_came_verified_over_broken_tls(demo_db: Path) -> None:
    assert rows(demo_db, "SELECT url FROM fetches WHERE status = 200 AND tls_verified IS NOT 1") == []
    ways = dict(rows(demo_db, "SELECT site, min(tls_version) FROM fetches WHERE status = 200 GROUP BY site"))
    assert sorted(map(str, ways.values()))[0] == "TLSv1", f"no site speaks TLS 1.0: {ways}"
    profiles = dict(rows(demo_db, "SELECT host, tls_profile || ' ' || coalesce(tls_reason, '') FROM hosts"))
    assert profiles["tinhuy-mau.example:443"] == "legacy protocol"
    assert profiles["cong-mau.example:443"] == "strict no-issuer", "the chain was not completed"


def test_leaks_are_removed_and_noted(demo_db: Path) -> None:
    sentence = "Could not create SSL/TLS secure channel"
    noted = rows(demo_db, "SELECT count(DISTINCT article) FROM notes WHERE text LIKE ?", f"%{sentence}%")[0][0]
    assert noted, "no page noted its leaked sentence"
    assert rows(demo_db, "SELECT article FROM texts WHERE text LIKE ?", f"%{sentence}%") == []


def test_every_row_is_archived_with_its_digest(demo_db: Path) -> None:
    fetches = rows(demo_db, "SELECT warc_file, warc_offset, body_sha256 FROM fetches WHERE status = 200")
    assert all(file and isinstance(offset, int) and digest for file, offset, digest in fetches)
    files = {path.name for path in demo_db.with_name("demo.db.archive").iterdir()}
    assert {file for file, _, _ in fetches} <= files


def test_offsets_hold(demo_db: Path) -> None:
    wrong = rows(
        demo_db,
        'SELECT m.surface, substr(t.text, m.start + 1, m."end" - m.start) FROM mentions m JOIN texts t USING (article)'
        ' WHERE substr(t.text, m.start + 1, m."end" - m.start) <> m.surface',
    )
    assert wrong == []


def test_a_crawl_ends_with_the_corpus_steps(demo_db: Path) -> None:
    counted = rows(demo_db, "SELECT id, n_mentions FROM regulations WHERE n_mentions > 0 ORDER BY id")
    assert counted == rows(
        demo_db, "SELECT regulation, count(*) FROM mentions WHERE regulation IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    assert rows(demo_db, "SELECT count(*) FROM articles WHERE cluster IS NULL") == [(0,)]
    found = rows(demo_db, "SELECT count(*) FROM mentions WHERE resolved_by = 'term' AND regulation GLOB '*/20??/*'")
    assert found[0][0] >= 3, "citations without a day that other pages date"
    days = rows(demo_db, "SELECT sum(days_observed) FROM unit_months JOIN units ON slug = unit WHERE valid_to IS NULL")
    assert days[0][0] >= 3, "the day of the crawl is counted for each unit"


def test_again_changes_nothing(demo_copy: Path, run: Run) -> None:
    before = {table: rows(demo_copy, f"SELECT * FROM {table}") for table in UNCHANGED}
    done = run("demo", "--db", demo_copy)
    assert done.returncode == 0, done.stderr
    for table, kept in before.items():
        assert rows(demo_copy, f"SELECT * FROM {table}") == kept, f"{table} changed"
    last = rows(demo_copy, "SELECT max(id) FROM runs")[0][0]
    kinds = {kind for (kind,) in rows(demo_copy, "SELECT DISTINCT page_kind FROM fetches WHERE run = ?", last)}
    assert kinds <= {"listing", "feed", "sitemap"}, f"the second run fetched {kinds}"
    assert rows(demo_copy, "SELECT count(*) FROM fetches WHERE run = ?", last)[0][0]


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.url.rpartition("/")[2][:40])
def test_article_as_its_data_says(demo_db: Path, article: SampleArticle) -> None:
    found = rows(
        demo_db, "SELECT title, substr(published, 1, 10), author FROM articles WHERE url = ?", canonical(article.url)
    )
    assert found == [(article.title, f"{article.moment:%Y-%m-%d}", article.author)], article.url
