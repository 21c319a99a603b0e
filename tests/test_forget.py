"""What is forgotten is in no table, no search index, no free page and no archive file, and does not come back."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive_samples import exchange
from chained import chained_site
from conftest import Run
from crawler import frontier
from crawler.archive import Archive, archive_folder
from crawler.archive.purge import exchanges, purge, settle
from crawler.archive.read import read_at
from crawler.verbs.explaining import explain_address
from crawler.verbs.forgetting import forget
from crawler.visit import Candidate
from pipelines.errors import InputError
from pipelines.integrity import check_keys, check_search
from pipelines.models import Document, Fetch, Metadata, Paragraph, Sentence
from pipelines.references import find_references
from pipelines.store import Store, reading
from pipelines.store.articles import article_id, record_fetch, store_document
from pipelines.store.catalogue import keep_sites, keep_units
from pipelines.store.forgetting import sweep
from pipelines.store.tombstones import entomb, is_forgotten, tombstones, whole_host

HOSTS = {"mot": ["mot.example"], "hai": ["hai.example", "chung.example"], "ba": ["chung.example"]}
SECRET = "Quốc Vượng Xuyên"  # a name that no other text holds


def page(url: str, said: str) -> Document:
    text = f"Tin của trang\n\n{said} làm theo Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị."
    spans = (Paragraph(0, 13, "title"), Paragraph(15, len(text), "body"))
    sentences = (Sentence(15, len(text), text[15:]),)
    found = find_references(text, paragraphs=spans)
    return Document(url, "article", text, Metadata(title=said), None, None, spans, sentences, found)


class Base:
    """A database with an archive, filled as an import would fill it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with Store.open(path) as store, store.write() as tx:
            keep_units(tx)
            keep_sites(tx, [_site(name, domains) for name, domains in HOSTS.items()])
            tx.execute("INSERT INTO runs(id, started, version) VALUES ('r1', '2026-01-01T00:00:00Z', '0')")

    def take(self, *pages: tuple[str, str, str], run: str = "r1") -> None:
        """Takes (site, url, what it says), one after the other, into one archive file."""
        with Store.open(self.path) as store, Archive(archive_folder(self.path), run) as archive:
            for n, (site, url, said) in enumerate(pages):
                position = archive.append(exchange(url=url, body=f"<p>{said} {n}</p>".encode()), {"url": url})
                fetch = Fetch(url, f"2026-01-01T00:00:{n:02d}Z", site, 200, body_sha256=f"{n}{said}")
                with store.write() as tx:
                    row = record_fetch(tx, fetch, run="r1", position=position, page_kind="article")
                    store_document(tx, page(url, said), url=url, fetch=row, seen_at=fetch.fetched_at)
                    tx.execute(
                        "INSERT INTO urls(url, fetch_url, site, host, kind, state, first_seen, found_on)"
                        " VALUES (?, ?, ?, 'h', 'article', 'done', '', ?) ON CONFLICT DO NOTHING",
                        [url, url, site, pages[0][1]],
                    )

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def everything(self) -> bytes:
        """All bytes of the database and, inflated, of its archive."""
        files = [path for path in self.path.parent.glob(f"{self.path.name}*") if path.is_file()]
        archive = [gzip.decompress(path.read_bytes()) for path in sorted(archive_folder(self.path).iterdir())]
        return b"".join([*(path.read_bytes() for path in files), *archive])

    def whole(self) -> None:
        """Raises what is wrong with it; every archived position can be read."""
        with Store.open(self.path) as store:
            check_search(store.connection, self.path)
            check_keys(store.connection, self.path)
            for file, offset, length, url in store.rows("SELECT warc_file, warc_offset, warc_length, url FROM fetches"):
                if file is not None:
                    found = read_at(archive_folder(self.path), file, offset)
                    assert (found.length, found.page.url) == (length, url)


def _site(name: str, domains: list[str]) -> dict[str, object]:
    row = {"id": name, "name": name, "kind": "newspaper", "level": "province", "unit": None, "former": "[]"}
    return row | {"domains": json.dumps(domains), "trust": "seen", "pattern": "examples"}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = Base(tmp_path / "base.db")
    made.take(
        ("mot", "https://mot.example/a", "Ông Nam"),
        ("mot", "https://mot.example/b", SECRET),
        ("hai", "https://hai.example/c", "Bà Hoa"),
        ("hai", "https://chung.example/d", "Anh Long"),
        ("ba", "https://chung.example/e", "Chị Mai"),
    )
    yield made
    made.whole()


def urls(base: Base) -> list[str]:
    return [str(url).rpartition("/")[2] for (url,) in base.rows("SELECT url FROM articles ORDER BY url")]


def test_nothing_of_a_page_is_left(base: Base) -> None:
    base.take(("mot", "https://mot.example/b", f"{SECRET} nói thêm"), run="r2")  # a revision, and another file
    assert SECRET.encode() in base.everything()
    done = forget(base.path, "http://www.mot.example/b?utm_source=x", "asked", {})
    assert (done.swept.articles, done.purged.exchanges) == (1, 2)
    assert urls(base) == ["d", "e", "c", "a"]
    left = base.everything()
    for word in (SECRET, "mot.example/b", "Vượng", "Xuyên"):
        assert word.encode() not in left, word
    assert base.rows("SELECT reason, length(url_sha256) FROM forgotten") == [("asked", 64)]
    assert base.rows("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'vuong'") == [(0,)]


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ("mot", ["d", "e", "c"]),
        ("hai", ["e", "a", "b"]),
        ("ba", ["d", "c", "a", "b"]),
        ("mot.example/a", ["d", "e", "c", "b"]),
        ("https://mot.example/never-seen", ["d", "e", "c", "a", "b"]),
    ],
)
def test_a_page_or_a_site_goes_and_its_neighbours_stay(base: Base, what: str, left: list[str]) -> None:
    done = forget(base.path, what, "asked", {})
    assert urls(base) == left, what
    assert done.swept.articles == done.purged.exchanges == 5 - len(left)
    assert done.stones > 0
    again = forget(base.path, what, "asked again", {})
    assert str(again) == "nothing was left to forget: it was forgotten before"
    assert {reason for (reason,) in base.rows("SELECT reason FROM forgotten")} == {"asked"}


@pytest.mark.parametrize("what", ["nosite", "mailto:a@b.vn", "", "javascript:1.0"])
def test_what_is_neither_is_refused(base: Base, what: str) -> None:
    with pytest.raises(InputError, match="no site of this database and no address"):
        forget(base.path, what, "asked", {})
    with pytest.raises(InputError, match="say why"):
        forget(base.path, "mot", "  ", {})
    assert len(urls(base)) == 5


def test_a_crawl_at_work_is_not_disturbed(base: Base) -> None:
    with Archive(archive_folder(base.path), "r9"), pytest.raises(InputError, match="wait until it ends"):
        forget(base.path, "mot", "asked", {})
    assert len(urls(base)) == 5


def test_other_forms_of_the_address_go_too(base: Base) -> None:
    with Store.open(base.path) as store, store.write() as tx:
        tx.execute("INSERT INTO url_aliases VALUES ('https://mot.example/old', 'https://mot.example/b')")
        tx.execute("INSERT INTO url_aliases VALUES ('mot:77', 'https://mot.example/b')")
    forget(base.path, "https://mot.example/old", "asked", {})
    assert urls(base) == ["d", "e", "c", "a"]
    with Store.open(base.path) as store:
        for form in ("https://mot.example/old", "https://mot.example/b", "mot:77"):
            assert is_forgotten(store.connection, form), form
        assert not is_forgotten(store.connection, "https://mot.example/a", "mot:78")


def killed_after(step: int, base: Base) -> None:
    """Does the first steps of a removal, as a process does that is killed behind them."""
    with Store.open(base.path) as store:
        with store.write() as tx:
            entomb(tx, ["https://mot.example/b"], at="2026-01-02T00:00:00Z", reason="asked")
        if step >= 1:
            sweep(store)
        old = next(iter(sorted(archive_folder(base.path).iterdir())))
        kept = old.read_bytes()
        if step == 2:  # the new file is there, and no row knows of it
            old.with_name(old.name.replace(".warc.gz", ".1.warc.gz")).write_bytes(kept)
        if step == 3:  # the rows are moved, and the old file is still there
            stones = tombstones(store.connection)
            purge(store, lambda held: stones.cover(held.url))
            old.write_bytes(kept)


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_a_removal_that_was_killed_is_completed(base: Base, step: int) -> None:
    killed_after(step, base)
    forget(base.path, "https://mot.example/unknown", "another", {})
    assert SECRET.encode() not in base.everything()
    assert urls(base) == ["d", "e", "c", "a"]
    held = [one for path in archive_folder(base.path).iterdir() for one in exchanges(path)]
    assert len(held) == 4, "each once"


def test_a_file_and_its_successor_both_stay_while_rows_point_to_both(base: Base) -> None:
    """So it is where a database was merged with an older copy of itself."""
    folder = archive_folder(base.path)
    old = next(folder.iterdir())
    new = old.with_name(old.name.replace(".warc.gz", ".1.warc.gz"))
    new.write_bytes(old.read_bytes())
    part = old.with_name(f"{old.name}.part")
    part.write_bytes(b"of a kill")
    with Store.open(base.path) as store:
        with store.write() as tx:
            tx.execute("UPDATE fetches SET warc_file = ? WHERE url LIKE '%/a'", [new.name])
        settle(store)
    assert old.exists()
    assert new.exists()
    assert not part.exists()


def test_a_tombstone_of_a_host_covers_its_pages() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE forgotten(url_sha256 TEXT PRIMARY KEY, at TEXT, reason TEXT)")
        entomb(connection, [whole_host("a.vn:8443"), "https://b.vn/"], at="", reason="")
        cases = [
            ("https://a.vn:8443/tin/1", True),
            ("https://a.vn/tin/1", False),
            ("https://b.vn/", True),
            ("https://b.vn/tin/1", False),
            ("https://[b.vn/", False),
            ("file:///a.html", False),
        ]
        for address, covered in cases:
            assert is_forgotten(connection, address) == covered, address
            assert tombstones(connection).cover(address) == covered, address


def test_the_command_and_an_import_of_what_was_forgotten(demo_db: Path, demo_copy: Path, run: Run) -> None:
    with closing(sqlite3.connect(demo_copy)) as connection:
        url, text = connection.execute("SELECT url, text FROM articles JOIN texts ON article = id").fetchone()
    done = run("forget", url, "--reason", "the author asked", "--db", demo_copy)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 article, 1 known address and"), done.stdout
    base = Base.__new__(Base)
    base.path = demo_copy
    assert base.rows(f"SELECT count(*) FROM articles WHERE id = {article_id(url)}") == [(0,)]
    assert text.splitlines()[-1].encode() not in base.everything()
    with reading(demo_copy) as store:
        assert str(explain_address(store, {}, url)).startswith("It was forgotten on")
    again = run("import", archive_folder(demo_db), "--all", "--db", demo_copy, "--workers", "1")
    assert again.returncode == 0, again.stderr
    assert " 1 forgotten" in again.stdout, again.stdout
    assert text.splitlines()[-1].encode() not in base.everything()
    assert base.rows(f"SELECT count(*) FROM articles WHERE id = {article_id(url)}") == [(0,)]


def test_the_queue_takes_no_address_under_a_tombstone(base: Base) -> None:
    forget(base.path, "https://mot.example/b", "asked", {})
    forget(base.path, "hai", "asked", {})
    names = ["mot.example/b", "mot.example/new", "hai.example/new", "chung.example/d", "chung.example/new"]
    found = [Candidate(f"https://{name}", f"https://{name}", "mot", "h", "article") for name in names]
    with Store.open(base.path) as store, store.write() as tx:
        assert frontier.add(tx, found, now=0) == 2, (
            "a new page of the first site, and one of the site that shares a host"
        )


def test_a_crawl_does_not_ask_for_what_was_forgotten(tmp_path: Path, run: Run) -> None:
    db = tmp_path / "base.db"
    with chained_site(listings=1, per_listing=2) as site:
        crawl = ("crawl", "--refetch", "--db", db, "--sites", site.catalogue(tmp_path), "--workers", "1")
        assert run(*crawl).returncode == 0
        forget(db, f"http://127.0.0.1:{site.port}/bai-viet-post0.html", "asked", {})
        site.served.clear()
        assert run(*crawl).returncode == 0
        assert (site.served["/bai-viet-post0.html"], site.served["/bai-viet-post1.html"]) == (0, 1)
    with reading(db) as store:
        assert store.value("SELECT count(*) FROM urls WHERE url LIKE '%post0%'") == 0


def test_a_crawl_leaves_out_a_site_that_was_forgotten(tmp_path: Path, run: Run) -> None:
    db = tmp_path / "base.db"
    with chained_site(listings=1, per_listing=2) as gone, chained_site(listings=1, per_listing=2) as stays:
        catalogue = gone.catalogue(tmp_path)
        other = catalogue.read_text(encoding="utf-8").replace('"chained"', '"other"')
        catalogue.write_text(
            catalogue.read_text(encoding="utf-8") + other.replace(str(gone.port), str(stays.port)), encoding="utf-8"
        )
        crawl = ("crawl", "--db", db, "--sites", catalogue, "--workers", "1")
        assert run(*crawl).returncode == 0
        done = run("forget", "chained", "--reason", "asked", "--db", db)
        assert "crawls leave chained out" in done.stdout, done.stdout
        gone.served.clear()
        again = run(*crawl)
        assert (again.returncode, "left out, since forgotten: chained" in again.stderr) == (0, True), again.stderr
        assert "chained:" not in again.stdout, again.stdout
        named = run(*crawl, "chained")
        assert (named.returncode, "forgotten, so nothing is crawled" in named.stderr) == (2, True), named.stderr
        assert not gone.served
    with reading(db) as store:
        assert store.value("SELECT count(*) FROM articles WHERE site = 'chained'") == 0
        assert store.value("SELECT count(*) FROM runs WHERE finished IS NULL") == 0


def killed(base: Base, seconds: float) -> None:
    """Forgets a page in a process of its own and kills that after a while."""
    child = os.fork()
    if child == 0:
        forget(base.path, "https://mot.example/b", "asked", {})
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kill_at_many_moments(folder: Path) -> None:
    """Run by the test below in a process without threads, which may be forked."""
    for n in range(12):
        base = Base(folder / f"{n}.db")
        for run in ("r1", "r2"):
            base.take(*(("mot", f"https://mot.example/{name}", f"{SECRET} {run}") for name in "abc"), run=run)
        killed(base, 0.004 * 1.5**n)
        base.whole()
        forget(base.path, "https://mot.example/b", "asked", {})
        base.whole()
        assert urls(base) == ["a", "c"], n
        held = [one.url for path in archive_folder(base.path).iterdir() for one in exchanges(path)]
        assert sorted(held) == sorted(["https://mot.example/a", "https://mot.example/c"] * 2), n


def test_a_kill_at_any_moment_is_made_good(tmp_path: Path) -> None:
    code = f"import pathlib, test_forget; test_forget.kill_at_many_moments(pathlib.Path({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
