"""``kill -9`` of an import or a reprocess costs nothing: the same command goes on behind the last page it kept."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Run
from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import read_at
from crawler.batch import Tally, understand_all
from crawler.batch.archived_work import Archived, understand_archived
from crawler.batch.checkpoint import Checkpoint
from crawler.batch.imported import Job, job_of, keep_imported
from crawler.visit import Understanding
from pipelines.models import Fetch, Page
from pipelines.store import Store

pytestmark = pytest.mark.slow  # starts many crawls

DERIVED = ("texts", "sentences", "mentions", "regulations", "relations", "revisions")
PAGE = """<!doctype html><html lang="vi"><head><title>Tin {n}</title>
<link rel="canonical" href="https://baogialai.com.vn/tin-post{n}.html"></head><body>
<h1>Phổ biến quy định mới, lần thứ {n}</h1><p class="date">03/02/2023 08:00</p><div>
<p>Ban Thường vụ Tỉnh ủy Gia Lai phổ biến Quy định số {n}-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị.</p>
<p>Các chi bộ thảo luận cách lấy phiếu tín nhiệm và ghi ý kiến vào biên bản gửi lên cấp trên.</p></div></body></html>"""
PAGES = 60


def rows(db: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def count(db: Path, sql: str) -> int:
    try:
        return int(str(rows(db, sql)[0][0]))
    except sqlite3.OperationalError:  # not made yet
        return 0


def killed(arguments: list[str], far: Callable[[], bool]) -> None:
    """Runs a command and kills it with its workers once it is ``far`` enough."""
    command = [sys.executable, "-m", "crawler", *arguments, "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 100
    while not far() and time.monotonic() < deadline:
        assert process.poll() is None, "it had ended before it could be killed"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_an_import_goes_on(tmp_path: Path, run: Run) -> None:
    folder, db = tmp_path / "pages", tmp_path / "import.db"
    folder.mkdir()
    for n in range(PAGES):
        (folder / f"{n:03}.html").write_text(PAGE.format(n=n + 1), encoding="utf-8")
    killed(["import", str(folder), "--db", str(db)], lambda: count(db, "SELECT count(*) FROM articles") >= 5)
    kept = count(db, "SELECT count(*) FROM articles")
    assert 5 <= kept < PAGES, kept
    done = run("import", folder, "--db", db, "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert f"{PAGES - kept} pages: {PAGES - kept} new" in done.stdout, done.stdout
    assert f"going on where the last import stopped: behind {kept - 1:03}.html" in done.stderr
    assert rows(db, "SELECT count(*), count(DISTINCT url) FROM articles") == [(PAGES, PAGES)]
    assert rows(db, "SELECT count(*), count(DISTINCT regulation) FROM mentions") == [(PAGES, PAGES)]
    assert count(db, "SELECT count(*) FROM fetches") == PAGES
    for file, offset in rows(db, "SELECT warc_file, warc_offset FROM fetches"):
        assert isinstance(read_at(db.with_name("import.db.archive"), str(file), int(str(offset))), ArchivedPage)


def test_a_reprocess_goes_on(demo_copy: Path, run: Run) -> None:
    before = {table: rows(demo_copy, f"SELECT * FROM {table}") for table in DERIVED}
    pages = int(re.findall(r"(\d+) pages", run("reprocess", "--db", demo_copy, "--workers", "1").stdout)[0])
    place = "SELECT settings ->> '$.after' FROM runs WHERE finished IS NULL"
    with closing(sqlite3.connect(demo_copy)) as connection:
        connection.execute("DELETE FROM mentions")
        connection.commit()
    killed(["reprocess", "--db", str(demo_copy)], lambda: count(demo_copy, "SELECT count(*) FROM mentions") >= 5)
    assert len(rows(demo_copy, place)) == 1, "it had not ended"
    done = run("reprocess", "--db", demo_copy, "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    left = int(re.findall(r"(\d+) pages", done.stdout)[0])
    assert 0 < left < pages, f"{left} of {pages} pages"
    assert rows(demo_copy, place) == [], "it has ended"
    assert {table: rows(demo_copy, f"SELECT * FROM {table}") for table in DERIVED} == before
    again = run("reprocess", "--db", demo_copy, "--workers", "1")
    assert f"{pages} pages" in again.stdout, "the next one begins with the first page"


def test_another_catalogue_is_another_beginning(demo_copy: Path, tmp_path: Path, run: Run) -> None:
    with closing(sqlite3.connect(demo_copy)) as connection:
        connection.execute("DELETE FROM mentions")
        connection.commit()
    killed(["reprocess", "--db", str(demo_copy)], lambda: count(demo_copy, "SELECT count(*) FROM mentions") >= 5)
    with closing(sqlite3.connect(demo_copy)) as connection:
        connection.execute("UPDATE sites SET level = 'agency' WHERE id = 'baomau'")
        connection.commit()
    done = run("reprocess", "--db", demo_copy, "--workers", "1")
    articles = count(demo_copy, "SELECT count(*) FROM articles")
    assert f"{articles} unchanged" in done.stdout, "every page is read with what is now known of its site"


def test_a_page_leaves_the_quarantine(demo_copy: Path, run: Run) -> None:
    with closing(sqlite3.connect(demo_copy)) as connection:
        fetch, url = connection.execute(
            "SELECT f.id, f.url FROM articles a JOIN fetches f ON f.id = a.fetch"
        ).fetchone()
        cause = "understand-timeout: not understood within 60 s"
        connection.execute(
            "UPDATE fetches SET page_kind = NULL, error_class = ? WHERE id = ?", ["understand-timeout", fetch]
        )
        connection.execute("UPDATE urls SET state = 'failed', cause = ? WHERE url = ?", [cause, url])
        connection.commit()
    done = run("reprocess", "--failed", "--db", demo_copy, "--workers", "1")
    assert "1 page: 1 unchanged" in done.stdout, done.stdout + done.stderr
    assert rows(demo_copy, f"SELECT page_kind, error_class FROM fetches WHERE id = {fetch}") == [("article", None)]
    assert count(demo_copy, "SELECT count(*) FROM urls WHERE state = 'failed' AND cause LIKE 'understand-%'") == 0


def work_or_not(page: Archived) -> Understanding:
    """The work of a worker, but for pages that do what their address says."""
    if page.url.endswith("dies"):
        os._exit(3)
    if page.url.endswith("raises"):
        raise ValueError("no page")
    return understand_archived(page)


@pytest.mark.parametrize(("what", "cause"), [("dies", "understand-crash"), ("raises", "bug-ValueError")])
def test_a_bad_page_costs_that_page(tmp_path: Path, what: str, cause: str) -> None:
    urls = [f"https://baogialai.com.vn/tin-post{n}.html" for n in range(1, 4)]
    urls.insert(1, f"https://baogialai.com.vn/{what}")
    tally = Tally()
    with Store.open(tmp_path / "some.db") as store, Archive(tmp_path / "some.db.archive", "run") as archive:
        with store.write() as tx:
            tx.execute("INSERT INTO runs(id, started, version) VALUES ('run', '2023-03-01T00:00:00Z', '1')")

        def keep(job: Job, understood: Understanding) -> None:
            keep_imported(store, archive, Checkpoint("run"), job, understood, tally)

        understand_all([job(url, n) for n, url in enumerate(urls)], 1, keep, work_or_not)
        failed = store.rows("SELECT url, error_class, page_kind FROM fetches WHERE error IS NOT NULL")
    assert tally.outcomes == {"new": 3, "failed": 1}
    assert [tuple(row) for row in failed] == [(f"https://baogialai.com.vn/{what}", cause, None)]


def job(url: str, n: int) -> Job:
    page = Page(url, PAGE.format(n=n).encode(), fetched_at="2023-03-01T00:00:00Z")
    return job_of(ArchivedPage(page, Fetch(url, "2023-03-01T00:00:00Z", status=200), "some.html"), url)
