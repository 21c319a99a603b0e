"""kill -9 at any moment loses nothing, and stores nothing twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from chained import ChainedSite, chained_site

from crawler.archive_read import read_archive

COMMAND = [sys.executable, "-m", "crawler", "crawl", "--workers", "1"]


def start(db: Path, catalogue: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "--db", str(db), "--sites", str(catalogue)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """The whole process group: the workers too."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, f"exit {process.returncode}\n{out}\n{err}"
    return out + err


def fetched(db: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def assert_whole(db: Path, site: ChainedSite) -> None:
    """Every article once, every lease ended, every archive readable to its end and agreeing with the rows."""
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        counts = dict(connection.execute("SELECT kind || ' ' || state, count(*) FROM urls GROUP BY 1"))
        assert counts == {"article done": site.articles, "listing done": site.listings}, counts
        assert (
            connection.execute("SELECT count(*), count(DISTINCT url) FROM articles").fetchone() == (site.articles,) * 2
        )
        assert connection.execute("SELECT count(*) FROM revisions").fetchone()[0] == 0
        rows = connection.execute("SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL").fetchall()
    kept = set()
    for path in sorted(db.with_name(f"{db.name}.archive").iterdir()):
        for page in read_archive(path):
            assert hasattr(page, "offset"), f"{path.name}: {page}"
            kept.add((path.name, page.offset))
    assert set(rows) <= kept, f"rows without their record: {sorted(set(rows) - kept)[:3]}"


@pytest.mark.timeout(170)
def test_five_kills(tmp_path: Path) -> None:
    db = tmp_path / "kill.db"
    chance = random.Random(20230202)
    with chained_site(listings=20, per_listing=15) as site:
        catalogue = site.catalogue(tmp_path, delay=0.01)
        for share in sorted(chance.uniform(0.02, 0.9) for _ in range(5)):
            process = start(db, catalogue)
            goal = int(share * site.articles)
            deadline = time.monotonic() + 60
            while fetched(db) < goal and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.3))
            kill(process)
        said = finished(start(db, catalogue))
        assert "taken back" in said or "waiting" in said, said
        assert_whole(db, site)
        again = sum(n - 1 for path, n in site.served.items() if "post" in path)
        assert again <= 5 * 48, f"{again} articles were served twice; at most the leases in flight may be"
