"""``danchieu import`` and ``reprocess`` on the demo's own pages and archive."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Run

PAGE = """<!doctype html><html lang="vi"><head><title>Tin</title>
<link rel="canonical" href="https://baogialai.com.vn/hoi-nghi-pho-bien-post{n}.html"></head><body>
<h1>Hội nghị phổ biến quy định mới lần {n}</h1><p class="date">03/02/2023 08:00</p><div>
<p>Ban Thường vụ Tỉnh ủy Gia Lai phổ biến Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị.</p>
<p>Các chi bộ thảo luận cách lấy phiếu tín nhiệm và ghi ý kiến vào biên bản gửi lên cấp trên.</p></div></body></html>"""


def rows(db: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for n in (101, 102, 103):
        (folder / f"{n}.html").write_text(PAGE.format(n=n), encoding="utf-8")
    (folder / "empty.html").write_text("")
    (folder / "notes.txt").write_text("not a page")
    return folder


def test_a_folder_is_taken_once(tmp_path: Path, folder: Path, run: Run) -> None:
    db = tmp_path / "import.db"
    done = run("import", folder, "--db", db, "--workers", "1")
    assert done.returncode == 3, f"one file is empty: {done.stdout}{done.stderr}"
    assert "3 new" in done.stdout, done.stdout
    assert "empty.html" in done.stderr
    kept = rows(db, "SELECT url, site, unit, published FROM articles ORDER BY url")
    assert kept[0][:3] == ("https://baogialai.com.vn/hoi-nghi-pho-bien-post101.html", "baogialai", "gia-lai")
    assert rows(db, "SELECT count(DISTINCT regulation), count(*) FROM mentions") == [(1, 3)]
    again = run("import", folder, "--db", db, "--workers", "1")
    assert "3 known" in again.stdout, again.stdout
    assert rows(db, "SELECT url, site, unit, published FROM articles ORDER BY url") == kept
    assert rows(db, "SELECT count(*) FROM fetches") == [(3,)]


def test_our_own_archive_gives_the_same_rows(demo_db: Path, tmp_path: Path, run: Run) -> None:
    db = tmp_path / "again.db"
    done = run("import", demo_db.with_name("demo.db.archive"), "--all", "--db", db)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    texts = (
        "SELECT a.id, a.url, a.title, a.text_sha256, t.text FROM articles a JOIN texts t ON t.article = a.id ORDER BY 1"
    )
    ours = {row[1]: row for row in rows(db, texts)}
    for row in rows(demo_db, texts):
        assert ours.get(row[1]) == row, row[1]
    columns = "url, tls_version, tls_verified, certificate, body_sha256"
    tls = f"SELECT DISTINCT {columns} FROM fetches WHERE page_kind = 'article' ORDER BY 1"
    assert rows(db, tls) == rows(demo_db, tls), "the way a page came is part of the archive"


def test_a_torn_archive_gives_what_is_whole(demo_db: Path, tmp_path: Path, run: Run) -> None:
    whole = next(iter(demo_db.with_name("demo.db.archive").iterdir())).read_bytes()
    torn = tmp_path / "torn.warc.gz"
    torn.write_bytes(whole[: len(whole) // 2])
    done = run("import", torn, "--all", "--db", tmp_path / "torn.db")
    assert done.returncode == 3, f"{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    assert rows(tmp_path / "torn.db", "SELECT count(*) FROM articles")[0][0]
    torn.write_bytes(whole[:100])
    none = run("import", torn, "--all", "--db", tmp_path / "none.db")
    assert none.returncode == 2, f"{none.stdout}{none.stderr}"
    assert not (tmp_path / "none.db").exists()


def test_pages_outside_the_catalogue_are_counted(demo_db: Path, tmp_path: Path, run: Run) -> None:
    done = run("import", demo_db.with_name("demo.db.archive"), "--db", tmp_path / "none.db")
    assert (done.returncode, "outside the catalogue" in done.stdout) == (0, True), done.stdout + done.stderr


DERIVED = ("articles", "texts", "sentences", "mentions", "regulations", "relations", "revisions")


def test_reprocess_changes_nothing_when_nothing_changed(demo_copy: Path, run: Run) -> None:
    before = {table: rows(demo_copy, f"SELECT * FROM {table}") for table in DERIVED}
    done = run("reprocess", "--db", demo_copy)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    for table, kept in before.items():
        assert rows(demo_copy, f"SELECT * FROM {table}") == kept, table


def test_reprocess_makes_again_what_was_lost(demo_copy: Path, run: Run) -> None:
    before = rows(demo_copy, "SELECT article, i, start, surface, regulation FROM mentions ORDER BY 1, 2")
    with closing(sqlite3.connect(demo_copy)) as connection:
        connection.execute("DELETE FROM mentions")
        connection.execute("UPDATE articles SET version = 'old'")
        connection.commit()
    done = run("reprocess", "--db", demo_copy)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert rows(demo_copy, "SELECT article, i, start, surface, regulation FROM mentions ORDER BY 1, 2") == before
    assert rows(demo_copy, "SELECT count(*) FROM revisions") == [(0,)]
