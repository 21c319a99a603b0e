"""A database that cannot be written: the crawl ends with 4 and one plain sentence; the same command goes on later."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from chained import ChainedSite, chained_site
from conftest import Run
from pipelines.store import BUSY_SECONDS, Store

pytestmark = pytest.mark.slow  # starts crawls, and waits for locks


@pytest.fixture
def site() -> Iterator[ChainedSite]:
    with chained_site(listings=2, per_listing=5) as site:
        yield site


@contextmanager
def below_a_file(folder: Path) -> Iterator[Path]:
    (folder / "file").write_text("no folder", encoding="utf-8")
    yield folder / "file" / "danchieu.db"


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    closed = folder / "closed"
    closed.mkdir(mode=0o555)
    try:
        (closed / "probe").touch()
    except OSError:
        yield closed / "danchieu.db"
    else:
        pytest.skip("whoever runs this may write anywhere")


@contextmanager
def locked(folder: Path) -> Iterator[Path]:
    path = folder / "danchieu.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield path


UNUSABLE: list[tuple[Callable[[Path], AbstractContextManager[Path]], str]] = [
    (below_a_file, "cannot be used"),
    (read_only, "check the folder's permissions"),
    (locked, "another process holds it"),
]


@pytest.mark.parametrize(("spoil", "said"), UNUSABLE, ids=[case[1] for case in UNUSABLE])
def test_a_crawl_says_why_it_cannot_keep_anything(
    site: ChainedSite,
    tmp_path: Path,
    run: Run,
    spoil: Callable[[Path], AbstractContextManager[Path]],
    said: str,
) -> None:
    with spoil(tmp_path) as db:
        done = run("crawl", "--workers", "1", "--db", db, "--sites", site.catalogue(tmp_path))
    sentences = [line for line in done.stderr.splitlines() if line.startswith("danchieu: ")]
    assert (done.returncode, len(sentences), said in sentences[0]) == (4, 1, True), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert not [path for path in site.served if "post" in path], "nothing may be asked for that cannot be kept"


@pytest.mark.parametrize("seconds", [5, BUSY_SECONDS + 10], ids=["for a while", "too long"])
def test_a_lock_in_the_middle_of_a_crawl_loses_nothing(
    site: ChainedSite, tmp_path: Path, run: Run, seconds: int
) -> None:
    db = tmp_path / "danchieu.db"
    crawl = ("crawl", "--workers", "1", "--db", db, "--sites", site.catalogue(tmp_path, delay=0.1))

    def hold() -> None:
        while sum(site.served.values()) < 6:
            time.sleep(0.02)
        with closing(sqlite3.connect(db, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    done = run(*crawl)
    thread.join()
    waited = seconds < BUSY_SECONDS
    assert (done.returncode, "another process holds it" in done.stderr) == ((0, False) if waited else (4, True)), (
        done.stderr
    )
    assert waited or run(*crawl).returncode == 0
    with closing(sqlite3.connect(db)) as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT url) FROM articles").fetchone()
        assert found == (site.articles, site.articles)
        assert connection.execute("SELECT count(*) FROM urls WHERE state <> 'done'").fetchone() == (0,)
