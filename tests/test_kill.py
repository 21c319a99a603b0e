"""kill -9 at any moment loses nothing, and stores nothing twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from chained import ChainedSite, chained_site
from crawler.archive.read import read_archive
from crawler.frontier import HELD_PER_HOST

STARTED: list[subprocess.Popen[str]] = []
COMMAND = [sys.executable, "-m", "crawler", "crawl", "--workers", "1"]


@pytest.fixture(autouse=True)
def no_process_survives() -> Iterator[None]:
    yield
    for process in STARTED:
        if process.poll() is None:
            kill(process)
    STARTED.clear()


def start(db: Path, catalogue: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*COMMAND, "--db", str(db), "--sites", str(catalogue)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    STARTED.append(process)
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """The whole process group: the workers too."""
    with suppress(ProcessLookupError):  # it had just ended
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=600)
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


KILLS = [
    pytest.param(5, 20, 15, marks=pytest.mark.timeout(170), id="5 of 300 articles"),
    pytest.param(20, 100, 20, marks=[pytest.mark.long, pytest.mark.timeout(1200)], id="20 of 2,000 articles"),
]


@pytest.mark.parametrize(("kills", "listings", "per_listing"), KILLS)
def test_kills_at_random_moments(tmp_path: Path, kills: int, listings: int, per_listing: int) -> None:
    db = tmp_path / "kill.db"
    chance = random.Random(20230202)
    with chained_site(listings=listings, per_listing=per_listing) as site:
        catalogue = site.catalogue(tmp_path, delay=0.01)
        for share in sorted(chance.uniform(0.02, 0.9) for _ in range(kills)):
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
        assert again <= kills * HELD_PER_HOST, (
            f"{again} articles were served twice; at most the leases in flight may be"
        )


@pytest.mark.slow
@pytest.mark.timeout(170)
def test_one_of_two_is_killed(tmp_path: Path) -> None:
    db = tmp_path / "two.db"
    with chained_site(listings=10, per_listing=15) as site:
        catalogue = site.catalogue(tmp_path, delay=0.02)
        victim, survivor = start(db, catalogue), start(db, catalogue)
        deadline = time.monotonic() + 60
        while fetched(db) < site.articles // 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        kill(victim)
        finished(survivor)
        assert_whole(db, site)


@pytest.mark.slow
def test_two_processes_fetch_nothing_twice(tmp_path: Path) -> None:
    db = tmp_path / "two.db"
    with chained_site(listings=6, per_listing=15) as site:
        catalogue = site.catalogue(tmp_path, delay=0.02)
        for process in (start(db, catalogue), start(db, catalogue)):
            finished(process)
        assert_whole(db, site)
        twice = {path: n for path, n in site.served.items() if "post" in path and n > 1}
        assert not twice, twice


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_is_resumable(tmp_path: Path, times: int) -> None:
    db = tmp_path / "stop.db"
    with chained_site(listings=6, per_listing=15) as site:
        catalogue = site.catalogue(tmp_path, delay=0.02)
        process = start(db, catalogue)
        deadline = time.monotonic() + 60
        while fetched(db) < site.articles // 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        for _ in range(times):
            os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert "run the same command again" in said
        assert "Traceback" not in said, said
        finished(start(db, catalogue))
        assert_whole(db, site)


@pytest.mark.slow
def test_ctrl_c_over_big_pages_leaves_no_trace(tmp_path: Path) -> None:
    """Pages on their way to a worker, or in one, are given back."""
    text = "".join(
        f"<p>Đoạn {i}: theo Quy định số {i}-QĐ/TW, xã {i} đã họp bàn nhiều việc.</p>" for i in range(100_000)
    )
    with chained_site(listings=1, per_listing=6) as site:
        site.instead |= {f"/bai-viet-post{k}.html": f"<html><body><h1>Bài</h1>{text}</body></html>" for k in range(6)}
        process = start(tmp_path / "big.db", site.catalogue(tmp_path))
        deadline = time.monotonic() + 60
        while not any("post" in path for path in site.served) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert said.splitlines()[-1].endswith("run the same command again to go on"), said
        assert "Traceback" not in said, said
