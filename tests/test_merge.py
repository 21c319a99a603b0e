"""Merging: the order of databases does not matter, nor how often one is merged; nothing is lost, nothing comes back."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive_samples import exchange
from conftest import Run
from corpus_world import Article, World, article, contents
from crawler.archive import Archive, archive_folder
from crawler.archive.purge import exchanges
from crawler.archive.read import read_at
from crawler.verbs.forgetting import forget
from crawler.verbs.merging import merge
from crawler.verbs.publishing import publish
from pipelines.corpus import run_corpus
from pipelines.errors import InputError, StorageError
from pipelines.models import Document, Fetch, Metadata
from pipelines.references import find_references
from pipelines.store import Store
from pipelines.store.articles import article_id, record_fetch, store_document

WORDS = [
    "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị",
    "Quy định số 96-QĐ/TW của Bộ Chính trị về lấy phiếu tín nhiệm",
    "Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 của Chính phủ",
    "Luật Đất đai năm 2024 và Nghị định 30/2020/NĐ-CP",
    "Kế hoạch 120-KH/TU của Tỉnh ủy",
    "Quy định 96",
]
ARTICLES = [article(f"tin{n}", words, f"2023-03-{n + 1:02d}") for n, words in enumerate(WORDS)]
COPY = replace(ARTICLES[0], name="tin0-in-lai", site="baohue", published="2023-03-09", origin="reprint")


def rows(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the search index, sorted."""
    with closing(sqlite3.connect(db)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'articles_fts%'"
            " AND name NOT LIKE '%sqlite%'"
        ).fetchall()
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}


def quietly(line: str) -> None:
    raise AssertionError(f"nothing was to be said: {line}")


def merged(*databases: Path) -> Path:
    output = databases[0].with_name(f"merged{next(NUMBERS)}.db")
    merge(databases, output, quietly)
    return output


NUMBERS = itertools.count()


def made(path: Path, articles: Sequence[Article], days: dict[str, list[str]] | None = None) -> Path:
    with World(path, days or {}).open(articles) as store:
        run_corpus(store)
    return path


def assert_same(one: Path, other: Path) -> None:
    left, right = rows(one), rows(other)
    for table in left:
        assert left[table] == right[table], table


def test_order_and_repetition_do_not_matter(tmp_path: Path) -> None:
    first = made(tmp_path / "a.db", [*ARTICLES[:4], COPY], {"baogialai": ["2023-03-01", "2023-03-02 down"]})
    second = made(tmp_path / "b.db", [ARTICLES[5], *ARTICLES[3:1:-1], ARTICLES[4]], {"baogialai": ["2023-03-02"]})
    third = made(tmp_path / "c.db", [ARTICLES[0], ARTICLES[4]])
    whole = merged(first, second, third)
    for order in itertools.permutations([first, second, third]):
        assert_same(whole, merged(*order))
    for again in ([whole, first], [second, whole], [whole], [whole, whole], [merged(third, first), second]):
        assert_same(whole, merged(*again))


def test_shards_merged_are_what_one_crawl_had_made(tmp_path: Path) -> None:
    shards = [made(tmp_path / f"{n}.db", part) for n, part in enumerate((ARTICLES[::2], [*ARTICLES[1::2], COPY]))]
    one = made(tmp_path / "one.db", [*ARTICLES, COPY])
    with Store.open(one) as expected, Store.open(merged(*shards)) as found:
        for table, kept in contents(expected).items():
            assert contents(found)[table] == kept, table
        for words, n in (("quy dinh", 4), ("hoi nghi", 7)):
            assert found.value("SELECT count(*) FROM articles_fts(?)", [words]) == n, words


class Shard:
    """A database whose texts of one page are fetched at given times, with an archive."""

    def __init__(self, path: Path, run: str, texts: Sequence[tuple[str, str]]) -> None:
        self.path = path
        url = "https://mot.example/a"
        with Store.open(path) as store, Archive(archive_folder(path), run) as archive:
            with store.write() as tx:
                tx.execute("INSERT INTO runs(id, started, version) VALUES (?, '2026-01-01T00:00:00Z', '0')", [run])
            for at, text in texts:
                position = archive.append(exchange(url=url, body=text.encode(), fetched_at=at), {"url": url})
                document = Document(url, "article", text, Metadata(title=text), references=find_references(text))
                with store.write() as tx:
                    fetch = Fetch(url, at, None, 200, body_sha256=text)
                    row = record_fetch(tx, fetch, run=run, position=position, page_kind="article")
                    store_document(tx, document, url=url, fetch=row, seen_at=at)


HISTORIES: list[tuple[list[tuple[int, str]], list[tuple[int, str]], list[str]]] = [
    ([(1, "cũ")], [(2, "mới")], ["cũ", "mới"]),
    ([(1, "cũ"), (3, "mới")], [(2, "cũ")], ["cũ", "mới"]),
    ([(1, "cũ"), (3, "mới")], [(2, "giữa")], ["cũ", "giữa", "mới"]),
    ([(1, "một"), (3, "ba")], [(2, "hai"), (4, "bốn")], ["một", "hai", "ba", "bốn"]),
    ([(1, "một"), (2, "hai"), (3, "một")], [(4, "một")], ["một", "hai", "một"]),
    ([(1, "một")], [(1, "một")], ["một"]),
    ([(5, "một")], [(1, "một")], ["một"]),
    ([(1, "một"), (2, "hai")], [(3, "một")], ["một", "hai", "một"]),
]


@pytest.mark.parametrize(("left", "right", "expected"), HISTORIES)
def test_the_newer_text_wins_and_the_older_is_its_revision(
    tmp_path: Path, left: list[tuple[int, str]], right: list[tuple[int, str]], expected: list[str]
) -> None:
    parts = [
        Shard(tmp_path / f"{n}.db", f"r{n}", [(f"2026-01-0{day}T00:00:00Z", f"{said} 96-QĐ/TW") for day, said in texts])
        for n, texts in enumerate((left, right))
    ]
    whole = merged(*(part.path for part in parts))
    assert_same(whole, merged(*(part.path for part in reversed(parts))))
    assert_same(whole, merged(whole, parts[0].path))
    with Store.open(whole) as store:
        past = store.rows("SELECT revision, text, changed_at, fetch FROM revisions ORDER BY revision")
        now = store.rows(
            "SELECT a.*, text, fetched_at FROM articles a JOIN texts ON article = a.id JOIN fetches f ON f.id = a.fetch"
        )
        assert [row["text"].split()[0] for row in (*past, *now)] == expected
        assert [row["revision"] for row in (*past, *now)] == list(range(1, len(expected) + 1))
        times = [row["changed_at"] for row in past]
        assert times == sorted(times), "each ends when the next begins"
        assert not times or times[-1] == now[0]["fetched_at"]
        for row in store.rows("SELECT * FROM fetches"):
            page = read_at(archive_folder(whole), row["warc_file"], row["warc_offset"])
            assert page.page.body.decode() == row["body_sha256"]


def test_what_one_forgot_the_other_does_not_bring_back(tmp_path: Path) -> None:
    first = Shard(tmp_path / "a.db", "r1", [("2026-01-01T00:00:00Z", "Bí mật 96-QĐ/TW")]).path
    second = Shard(tmp_path / "b.db", "r2", [("2026-01-02T00:00:00Z", "Bí mật hơn 96-QĐ/TW")]).path
    forget(second, "https://mot.example/a", "asked", {})
    for order in ([first, second], [second, first]):
        whole = merged(*order)
        kept = rows(whole)
        assert (kept["articles"], kept["fetches"], kept["texts"], kept["revisions"]) == ([], [], [], []), order
        assert len(kept["forgotten"]) == 1
        assert [held for file in archive_folder(whole).iterdir() for held in exchanges(file)] == []
    assert len(rows(first)["articles"]) == 1, "the inputs stay as they are"
    assert len(list(exchanges(next(archive_folder(first).iterdir())))) == 1


def test_archive_files_of_one_name_and_other_contents_are_both_kept(tmp_path: Path) -> None:
    parts = [
        Shard(tmp_path / name / "a.db", "r1", [(f"2026-01-0{day}T00:00:00Z", f"{name} 96-QĐ/TW")])
        for day, name in enumerate(("x", "y"), start=1)
        if not (tmp_path / name).mkdir()
    ]
    whole = merged(*(part.path for part in parts))
    with Store.open(whole) as store:
        assert len({row["warc_file"] for row in store.rows("SELECT * FROM fetches")}) == 2
        for row in store.rows("SELECT * FROM fetches"):
            page = read_at(archive_folder(whole), row["warc_file"], row["warc_offset"])
            assert page.page.body.decode() == row["body_sha256"]


def test_a_release_adds_what_it_knows_and_takes_no_text_away(tmp_path: Path) -> None:
    db = made(tmp_path / "a.db", ARTICLES[:3])
    publish(db, tmp_path / "release", name=None, with_texts=False, rights=False, contact=None)
    part = made(tmp_path / "b.db", ARTICLES[:1])
    for order in ([part, tmp_path / "release" / "danchieu.db"], [tmp_path / "release" / "danchieu.db", part]):
        with Store.open(merged(*order)) as store:
            assert store.value("SELECT count(*) FROM articles") == 3
            assert store.value("SELECT article FROM texts") == ARTICLES[0].id
            assert store.value("SELECT count(DISTINCT article) FROM mentions") == 3


QUEUE = [  # state, last_fetched, first_seen in one and the other; and what comes of it
    (("done", "2026-01-02", "b"), ("new", "2026-01-01", "a"), ("done", "2026-01-02", "a")),
    (("new", None, "a"), ("done", "2026-01-01", "b"), ("done", "2026-01-01", "a")),
    (("leased", None, "a"), ("new", None, "a"), ("new", None, "a")),
    (("leased", "2026-01-03", "a"), ("gone", "2026-01-02", "b"), ("new", "2026-01-03", "a")),
    (("failed", "2026-01-01", "a"), ("rejected", "2026-01-01", "b"), ("rejected", "2026-01-01", "a")),
]


@pytest.mark.parametrize(("left", "right", "expected"), QUEUE)
def test_the_queue_goes_on_where_the_later_visit_left_it(
    tmp_path: Path, left: tuple[str, ...], right: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    for name, (state, fetched, seen) in (("a", left), ("b", right)):
        with Store.open(tmp_path / f"{name}.db") as store, store.write() as tx:
            tx.execute(
                "INSERT INTO urls(url, fetch_url, host, kind, state, last_fetched, first_seen, owner)"
                " VALUES ('u', 'u', 'h', 'article', ?, ?, ?, 'me')",
                [state, fetched, seen],
            )
    for order in (("a", "b"), ("b", "a")):
        with Store.open(merged(*(tmp_path / f"{name}.db" for name in order))) as store:
            row = store.rows("SELECT state, last_fetched, first_seen, owner FROM urls")[0]
            assert tuple(row) == (*expected, row["owner"])
            assert row["state"] != "new" or row["owner"] is None


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    return made(tmp_path / "a.db", ARTICLES[:1]), made(tmp_path / "b.db", ARTICLES[1:2])


def test_what_is_in_the_way_or_missing_is_said(tmp_path: Path, two: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="is there already"):
        merge(two, two[0], quietly)
    with pytest.raises(InputError, match="does not exist"):
        merge([two[0], tmp_path / "none.db"], tmp_path / "c.db", quietly)
    with Archive(archive_folder(two[1]), "r1"), pytest.raises(InputError, match="wait until it ends"):
        merge(two, tmp_path / "c.db", quietly)
    with Store.open(two[1]) as store:
        store.connection.execute(
            "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('danchieu', 'm0999_future', '')"
        )
    with pytest.raises(StorageError, match="newer danchieu"):
        merge(two, tmp_path / "c.db", quietly)
    assert not [path for path in tmp_path.iterdir() if "merging" in path.name or path.name.startswith("c.db")]


def test_the_command(demo_db: Path, tmp_path: Path, two: tuple[Path, Path], run: Run) -> None:
    output = tmp_path / "whole.db"
    done = run("merge", two[0], demo_db, "-o", output)
    assert done.returncode == 0, done.stderr
    kept, whole = rows(demo_db), rows(output)
    assert len(whole["articles"]) == len(kept["articles"]) + 1
    assert len(whole["fetches"]) == len(kept["fetches"]) + 1
    assert article_id(ARTICLES[0].url) in [row[0] for row in whole["articles"]]
    for table in ("certificates", "site_runs", "coverage", "hosts", "urls"):
        assert set(kept[table]) <= set(whole[table]), table
    assert run("merge", two[0], "-o", output).returncode == 2
