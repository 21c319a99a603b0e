"""``danchieu import`` and ``reprocess`` on the demo's own pages and archive."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Run
from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import exchange_of
from crawler.batch.archived_work import understand_archived
from crawler.batch.imported import Job
from crawler.sites import load_sites
from crawler.verbs.importing import Importer
from crawler.verbs.importing_pages import Reader, Report
from crawler.visit import Understanding
from pipelines.models import Fetch, Page, Position

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


AT = "2023-03-01T00:00:00Z"


def archive_of(folder: Path, numbers: range) -> list[Position]:
    """Where the pages of these numbers lie in an archive file in a folder."""
    with Archive(folder, f"from-{numbers.start}") as archive:
        positions = []
        for n in numbers:
            url = f"https://baogialai.com.vn/hoi-nghi-pho-bien-post{n}.html"
            page = Page(url, PAGE.format(n=n).encode(), fetched_at=AT)
            positions.append(archive.append(exchange_of(ArchivedPage(page, Fetch(url, AT, status=200), "")), {}))
    return positions


def imported(db: Path, folder: Path, stop: int = 1000, distant: bool = False) -> tuple[Report, list[str]]:
    """The report of an import, and what it said; interrupted after ``stop`` pages."""

    def engine(jobs: Iterator[Job], keep: Callable[[Job, Understanding], None]) -> None:
        for n, job in enumerate(jobs):
            if n == stop:
                raise KeyboardInterrupt
            keep(job, understand_archived(job.task()))

    said: list[str] = []
    reader = Reader(load_sites(), False, said.append, distant)
    try:
        return Importer(db, reader, engine).run([folder]), said
    except KeyboardInterrupt:
        return reader.report, said


def overwritten(folder: Path, position: Position) -> None:
    """Spoils the page at a position so that neither the size nor the time of its file tells."""
    path = folder / position.file
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(position.offset + position.length // 3)
        file.write(b"?" * 40)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


ALL = "SELECT url, title, text_sha256, n_mentions FROM articles ORDER BY id"


def test_a_stopped_import_reads_nothing_again(tmp_path: Path) -> None:
    folder, db = tmp_path / "pages", tmp_path / "import.db"
    first, second = archive_of(folder, range(10, 20)), archive_of(folder, range(20, 30))
    (folder / "from.html").write_text(PAGE.format(n=1), encoding="utf-8")
    report, _ = imported(db, folder, stop=13)
    assert report.tally.outcomes == {"new": 13}
    overwritten(folder, first[4])
    overwritten(folder, second[0])
    report, said = imported(db, folder)
    place = f"{second[2].file}, byte {second[2].offset:,}"
    assert said == [f"going on where the last import stopped: behind {place}"]
    assert (report.tally.outcomes, report.problems) == ({"new": 8}, [])
    whole = tmp_path / "whole"
    archive_of(whole, range(10, 30))
    (whole / "from.html").write_text(PAGE.format(n=1), encoding="utf-8")
    imported(tmp_path / "whole.db", whole)
    assert rows(db, ALL) == rows(tmp_path / "whole.db", ALL)
    assert rows(db, "SELECT count(*), count(finished) FROM runs") == [(1, 1)], "one import, one run"


@pytest.mark.parametrize("which", ["the one before", "the one it stopped in", "a new one"])
def test_files_that_changed_are_read_again(tmp_path: Path, which: str) -> None:
    folder, db = tmp_path / "pages", tmp_path / "import.db"
    first, second = archive_of(folder, range(10, 20)), archive_of(folder, range(20, 30))
    imported(db, folder, stop=13)
    if which == "a new one":
        archive_of(folder, range(1, 3))
    else:
        path = folder / (first if which == "the one before" else second)[0].file
        archive_of(tmp_path / "more", range(31, 33))
        (more,) = (tmp_path / "more").iterdir()
        path.write_bytes(more.read_bytes() + path.read_bytes())
    report, said = imported(db, folder)
    assert (report.tally.outcomes, said) == ({"known": 13, "new": 9}, [])
    assert rows(db, "SELECT count(*) FROM articles") == [(22,)]


def test_another_import_begins_at_its_own_beginning(tmp_path: Path) -> None:
    folder, other, db = tmp_path / "pages", tmp_path / "other", tmp_path / "import.db"
    archive_of(folder, range(10, 15))
    archive_of(other, range(20, 25))
    imported(db, folder, stop=3)
    assert imported(db, other)[0].tally.outcomes == {"new": 5}
    assert imported(db, folder)[0].tally.outcomes == {"new": 2}
    assert imported(db, folder)[0].tally.outcomes == {"known": 5}, "the last one ended: this begins anew"


def test_workers_read_where_the_page_lies(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    archive_of(folder, range(10, 15))
    (folder / "saved.html").write_text(PAGE.format(n=1), encoding="utf-8")
    jobs = list(Reader(load_sites(), False, print, distant=True).jobs([folder]))
    assert [job.task().page is None for job in jobs] == [True] * 5 + [False], "a saved page is sent"
    assert not any(job.archived.page.body for job in jobs[:-1])
    for distant, db in ((True, "far.db"), (False, "near.db")):
        imported(tmp_path / db, folder, distant=distant)
    tables = (ALL, "SELECT url, body_sha256, page_kind, bytes FROM fetches ORDER BY id", "SELECT * FROM sentences")
    for sql in tables:
        assert rows(tmp_path / "far.db", sql) == rows(tmp_path / "near.db", sql)


def test_what_cannot_be_understood_is_named(tmp_path: Path, run: Run) -> None:
    bad, good = (f"https://baogialai.com.vn/so-lieu-post{n}.html" for n in (5, 6))
    with Archive(tmp_path / "pages", "r1") as archive:
        for url, body in ((bad, b"PK\x03\x04" + bytes(range(256)) * 9), (good, PAGE.format(n=6).encode())):
            page = Page(url, body, headers=(("Content-Type", "text/html"),), fetched_at=AT)
            archive.append(exchange_of(ArchivedPage(page, Fetch(url, AT, status=200), "")), {})
    done = run("import", tmp_path / "pages", "--db", tmp_path / "x.db", "--workers", "99")
    assert (done.returncode, "1 failed, 1 new" in done.stdout) == (3, True), done.stdout + done.stderr
    assert f"{bad}: not-html: " in done.stderr, done.stderr


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"])
def test_an_archive_of_another_compression_is_named(tmp_path: Path, run: Run, magic: bytes) -> None:
    path = tmp_path / "crawl.warc.zst"
    path.write_bytes(magic + bytes(50))
    for given in (path, tmp_path):
        done = run("import", given, "--db", tmp_path / "x.db")
        assert (done.returncode, "zstd -d" in done.stderr) == (2, True), done.stderr
