"""A page that hangs, crashes its worker or raises costs that page alone: failed with its cause, and archived."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from chained import chained_site


def test_bad_pages_cost_only_themselves(tmp_path: Path) -> None:
    db = tmp_path / "bad.db"
    with chained_site(listings=2, per_listing=8) as site:
        program = Path(__file__).with_name("bad_pages.py")
        catalogue = site.catalogue(tmp_path)
        done = subprocess.run(
            [sys.executable, program, db, catalogue], capture_output=True, text=True, timeout=120, cwd=program.parent
        )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(db)) as connection:
        rows = "SELECT url, cause FROM urls WHERE state = 'failed'"
        failed = {url.rpartition("post")[2]: cause.partition(":")[0] for url, cause in connection.execute(rows)}
        assert failed == {"3.html": "understand-timeout", "5.html": "understand-crash", "7.html": "bug-ValueError"}
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == site.articles - 3
        lost = "SELECT count(*) FROM fetches WHERE warc_file IS NULL"
        assert connection.execute(lost).fetchone()[0] == 0, "raw pages are kept whatever became of them"
