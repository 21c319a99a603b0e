"""Pruning keeps what gave an article or a revision and what reprocessing reads; the rest goes after fourteen days."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_samples import exchange
from conftest import Run
from crawler.archive import Archive, archive_folder
from crawler.archive.purge import exchanges
from crawler.archive.read import read_at
from crawler.verbs.pruning import prune
from pipelines.errors import InputError
from pipelines.models import Fetch
from pipelines.store import Store
from pipelines.store.articles import record_fetch

NOW = 1_767_225_600 + 30 * 86400.0  # 31 January 2026
OLD, YOUNG = "2026-01-05T00:00:00Z", "2026-01-25T00:00:00Z"

# name, kind in the queue, kind of page, status, fetched at, kept
CASES = [
    ("listing", "listing", "listing", 200, OLD, False),
    ("listing-young", "listing", "listing", 200, YOUNG, True),
    ("feed", "feed", "feed", 200, OLD, False),
    ("missing", "article", None, 404, OLD, False),
    ("missing-young", "article", None, 404, YOUNG, True),
    ("article", "article", "article", 200, OLD, True),
    ("quarantine", "article", None, 200, OLD, True),
    ("no-text", "article", "empty", 200, OLD, True),
    ("no-text-twice", "article", "empty", 200, OLD, False),
    ("no-text-twice", "article", "empty", 200, YOUNG, True),
    ("turned-out-a-listing", "article", "listing", 200, OLD, False),
    ("imported", None, "article", 200, OLD, True),
]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "base.db"
    with Store.open(path) as store, Archive(archive_folder(path), "r1", roll_at=4000) as archive:
        for name, kind, page_kind, status, at, _ in CASES:
            url = f"https://mot.example/{name}"
            position = archive.append(exchange(url=url, status=status, fetched_at=at, body=at.encode()), {"url": url})
            with store.write() as tx:
                record_fetch(tx, Fetch(url, at, None, status), run=None, position=position, page_kind=page_kind)
                if kind is not None:
                    tx.execute(
                        "INSERT INTO urls(url, fetch_url, host, kind, first_seen) VALUES (?1, ?1, 'h', ?2, '')"
                        " ON CONFLICT DO NOTHING",
                        [url, kind],
                    )
    return path


def test_what_is_kept(db: Path) -> None:
    folder = archive_folder(db)
    before = sum(path.stat().st_size for path in folder.iterdir())
    done = prune(db, now=NOW)
    after = sum(path.stat().st_size for path in folder.iterdir())
    assert (done.purged.exchanges, done.purged.bytes, done.size) == (
        sum(not kept for *_, kept in CASES),
        before - after,
        after,
    )
    assert after < before
    with Store.open(db) as store:
        for row, (name, _, _, _, at, kept) in zip(store.rows("SELECT * FROM fetches ORDER BY id"), CASES, strict=True):
            assert (row["warc_file"] is not None) == kept, name
            if kept:
                assert read_at(folder, row["warc_file"], row["warc_offset"]).page.body == at.encode(), name
    assert sum(1 for path in folder.iterdir() for _ in exchanges(path)) == sum(kept for *_, kept in CASES)
    again = prune(db, now=NOW)
    assert (again.purged.exchanges, again.purged.bytes) == (0, 0)


def test_a_text_that_was_replaced_is_kept_and_a_revisit_is_not(tmp_path: Path) -> None:
    db = tmp_path / "base.db"
    url = "https://mot.example/a"
    with Store.open(db) as store, Archive(archive_folder(db), "r1") as archive, store.write() as tx:
        ids = []
        for n in (1, 2):
            position = archive.append(exchange(url=url, fetched_at=OLD, body=b"%d" % n), {"url": url})
            ids.append(record_fetch(tx, Fetch(url, OLD, None, 200), run=None, position=position, page_kind="article"))
        archive.append(exchange(url=url, fetched_at=OLD, body=b"2"), {"url": url}, same_as=position)
        tx.execute(
            "INSERT INTO articles(id, url, first_seen, text_sha256, version, fetch) VALUES (1, ?, '', '', '', ?)",
            [url, ids[1]],
        )
        tx.execute("INSERT INTO revisions VALUES (1, 1, ?, '', '', '', '', '', '', '[]')", ids[:1])
    assert prune(db, now=NOW).purged.exchanges == 1
    kinds = [held.kind for path in archive_folder(db).iterdir() for held in exchanges(path)]
    assert kinds == ["response", "response"]


def test_what_is_at_work_or_missing_is_said(db: Path, tmp_path: Path, run: Run) -> None:
    with Archive(archive_folder(db), "r9"), pytest.raises(InputError, match="wait until it ends"):
        prune(db, now=NOW)
    Store.open(tmp_path / "bare.db").close()
    with pytest.raises(InputError, match="no archive beside it"):
        prune(tmp_path / "bare.db")
    done = run("prune", "--db", db)
    assert (done.returncode, done.stdout.endswith("bytes are left\n")) == (0, True), done.stderr
