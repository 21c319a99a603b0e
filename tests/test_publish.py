"""A release holds what is named as public and nothing else, says what it is, and takes the place of the one before."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette

from conftest import Run
from corpus_world import Article, World, article
from crawler.verbs.browse import datasette_over
from crawler.verbs.publishing import publish
from pipelines.corpus import run_corpus
from pipelines.errors import InputError
from pipelines.integrity import check_search
from pipelines.store import Store, reading
from pipelines.store.publishing import EXCERPT, SHARE, published, window, windows
from pipelines.store.publishing_masks import HIDDEN, mask

MASKED = [
    ("gọi 0905 123 456 để", "gọi ████████████ để"),
    ("gọi 0905.123.456.", "gọi ████████████."),
    ("số (0269) 3824 123", "số " + HIDDEN * 15),
    ("+84 905 123 456", "███████████████"),
    ("đường dây nóng 1900 5454", "đường dây nóng █████████"),
    ("Hotline: 3.824.567 nhé", "Hotline: █████████ nhé"),
    ("CCCD 064099001234", "CCCD ████████████"),
    ("CMND số 231 456 789", "CMND số ███████████"),
    ("thẻ 231456789 cấp", "thẻ █████████ cấp"),
    ("hộ chiếu C1234567", "hộ chiếu ████████"),
    ("thư a.b+c@mail.bao.vn gửi", "thư █████████████████ gửi"),
    ("sinh ngày 01/02/1985 tại", "sinh ngày ██████████ tại"),
    ("sinh ngày 1 tháng 2 năm 1985, quê", f"sinh ngày {HIDDEN * 18}, quê"),
    ("(SN 1985)", "(SN ████)"),
    ("sinh năm 1985", "sinh năm ████"),
    ("Ngày sinh: 3-4-1990", "Ngày sinh: ████████"),
    ("sinh ngày mùng 2 tháng 9 năm 1945.", f"sinh ngày {HIDDEN * 23}."),
    ("ông A (sinh: 12.5.1960)", "ông A (sinh: █████████)"),
    ("Điện thoại liên hệ: 3.824.567 - 3.824.568.", f"Điện thoại liên hệ: {HIDDEN * 21}."),
    ("số định danh cá nhân 064 099 001 234", f"số định danh cá nhân {HIDDEN * 15}"),
]
UNTOUCHED = [
    "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị",
    "Nghị định 30/2020/NĐ-CP ngày 05/3/2020",
    "hơn 500.000.000 đồng và 120 000 000 đồng",
    "Công văn số 0123456789/UBND-NC",
    "dân số 1.234.567 người",
    "năm học 2023-2024, học sinh 2023, tuyển sinh 2024, thí sinh 2025",
    "Công văn số 123456789/UBND, từ 01.01.2023 đến 31.12.2023",
    "từ 07:30 đến 11:00 ngày 02/02/2023",
]


@pytest.mark.parametrize(("text", "hidden"), MASKED)
def test_personal_data_is_hidden_in_its_place(text: str, hidden: str) -> None:
    assert mask(text) == hidden
    assert len(mask(text)) == len(text)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", ["0" * 50_000, "sinh " * 10_000, "a@" * 20_000, "(0 " * 20_000, "CMND" + " " * 50_000])
def test_masking_takes_time_by_the_length(text: str) -> None:
    assert len(mask(text)) == len(text)


@pytest.mark.parametrize(
    ("size", "start", "end"),
    [(10, 0, 10), (5000, 0, 20), (5000, 2000, 2020), (5000, 4980, 5000), (5000, 100, 900), (299, 100, 120)],
)
def test_an_excerpt_is_short_and_holds_its_citation(size: int, start: int, end: int) -> None:
    text = ("từng chữ một " * size)[:size]
    since, until = window(text, start, end)
    assert 0 <= since <= start < until <= size
    assert until - since <= EXCERPT
    assert until >= end or end - start > EXCERPT


PRIVATE = "Người viết mật"
GONE = "INSERT INTO urls(url, fetch_url, host, kind, state, first_seen) VALUES (:url, '', '', 'article', 'gone', '')"
CLOSED = (
    "INSERT INTO hosts(host, robots, robots_text) VALUES ('baohue.example', 'rules', 'User-agent: *\nDisallow: /dong')"
)
TEXTS = {
    "giu": ("Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị. Gọi 0905 123 456", None),
    "rut": ("Nghị định 30/2020/NĐ-CP", "UPDATE articles SET state = 'withdrawn' WHERE id = :id"),
    "mat": ("Quy định 96-QĐ/TW", GONE),
    "dong": ("Luật Đất đai năm 2024", CLOSED),
    "mo": ("Luật Đất đai năm 2024", None),
}


def articles() -> list[Article]:
    return [article(name, words, site="baohue") for name, (words, _) in TEXTS.items()]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "private.db"
    with World(path, {"baohue": ["2023-03-01"]}).open(articles()) as store:
        with store.write() as tx:
            for one in articles():
                if (sql := TEXTS[one.name][1]) is not None:
                    tx.execute(sql, {"id": one.id, "url": one.url})
            tx.execute("UPDATE articles SET author = ?, lead = ?", [PRIVATE, PRIVATE])
            tx.execute("UPDATE articles SET title = 'Gọi 0905 123 456' WHERE url LIKE '%giu'")
            tx.execute("UPDATE fetches SET ip = '203.0.113.9', error = '203.0.113.9'")
            tx.execute("INSERT INTO notes(kind, text) VALUES ('leak', ?)", [PRIVATE])
            tx.execute(
                "INSERT INTO runs(id, started, version, settings) VALUES ('r', '', '', json_object('contact', ?))",
                [PRIVATE],
            )
            tx.execute("INSERT INTO forgotten VALUES ('x', '', ?)", [PRIVATE])
            tx.execute("INSERT INTO corrections VALUES (1, 'x', 0, 1, 'kind', 'full', ?, '')", [PRIVATE])
        run_corpus(store)
    return path


def released(db: Path, **asked: object) -> Path:
    options = {"name": "r1", "with_texts": False, "rights": False, "contact": "you@example.org"} | asked
    folder = db.with_name("release")
    publish(db, folder, **options)  # type: ignore[arg-type]
    return folder


def test_a_release_holds_what_is_public_and_nothing_else(db: Path) -> None:
    folder = released(db)
    data = (folder / "danchieu.db").read_bytes()
    for secret in (PRIVATE, "203.0.113.9", "0905 123 456", "rut", "/mat", "/dong"):
        assert secret.encode() not in data, secret
    with reading(folder / "danchieu.db") as store:
        assert [row["url"][-3:] for row in store.rows("SELECT url FROM articles ORDER BY url")] == ["giu", "/mo"]
        assert store.value("PRAGMA journal_mode") == "delete"
        allowed = {(table, name) for table, rule in published().items() for name in rule["columns"]}
        for table in [
            row["name"]
            for row in store.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        ]:
            if table in ("excerpts", "_sqlite_migrations") or "sqlite_" in table or "_fts" in table:
                continue
            if table not in published():
                assert store.value(f'SELECT count(*) FROM "{table}"') == 0, table
            for column in store.rows(f'PRAGMA table_info("{table}")'):
                if table in published() and (table, column["name"]) not in allowed:
                    unset = f'"{column["name"]}" IS NOT {column["dflt_value"] or "NULL"}'
                    assert store.value(f'SELECT count(*) FROM "{table}" WHERE {unset}') == 0, (table, column["name"])
    assert sorted(path.name for path in folder.iterdir()) == [
        "CHANGES.md", "CITATION.cff", "LICENSE.md", "README.md", "danchieu.db", "inspect-data.json", "manifest.json",
    ]  # fmt: skip
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_excerpts_show_the_text_round_a_citation_and_not_the_text(db: Path) -> None:
    with Store.open(db) as store:
        texts = {row["article"]: row["text"] for row in store.rows("SELECT article, text FROM texts")}
    with reading(released(db) / "danchieu.db") as store:
        rows = store.rows(
            'SELECT e.*, m.start AS s, m."end" AS e, surface FROM excerpts e JOIN mentions m USING (article, i)'
        )
        assert rows
        for row in rows:
            text, excerpt = texts[row["article"]], row["excerpt"]
            assert len(excerpt) == row["end"] - row["start"] <= EXCERPT
            assert excerpt[row["s"] - row["start"] : row["e"] - row["start"]] == row["surface"]
            for shown, was in zip(excerpt, text[row["start"] : row["end"]], strict=True):
                assert shown in (was, HIDDEN)
        assert any(HIDDEN in row["excerpt"] for row in rows)


def test_many_citations_do_not_add_up_to_the_text(tmp_path: Path) -> None:
    cited = " ".join(
        f"Theo Nghị định {n}/2020/NĐ-CP thì các bên làm như sau, và còn nhiều điều khác nữa." for n in range(30, 60)
    )
    db = tmp_path / "many.db"
    with World(db).open([Article("luat", cited)]):
        pass
    with reading(released(db) / "danchieu.db") as store:
        assert store.value("SELECT count(*) FROM mentions") == 30
        shown = {n for row in store.rows('SELECT start, "end" FROM excerpts') for n in range(row["start"], row["end"])}
        assert 0 < len(shown) <= len(cited) // SHARE


@pytest.mark.parametrize(("n", "gap", "excerpts"), [(1, 5000, 1), (3, 400, 3), (10, 200, 10), (10, 30, 5)])
def test_excerpts_are_as_wide_as_their_number_allows(n: int, gap: int, excerpts: int) -> None:
    text = "".join(f"Nghị định {i:02}/2020/NĐ-CP " + "từ " * (gap // 3) for i in range(n))
    spans = [(found.start(), found.end()) for found in re.finditer("Nghị định [^ ]+", text)]
    given = [window for window in windows(text, spans) if window is not None]
    assert len(given) >= excerpts
    shown = {position for start, end in given for position in range(start, end)}
    assert len(shown) <= max(EXCERPT, len(text) // SHARE)


def test_the_release_says_what_it_is(db: Path) -> None:
    folder = released(db)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["release"], manifest["with_texts"], manifest["rows"]["articles"]) == ("r1", False, 2)
    for name, facts in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == facts["sha256"], name
    cff = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert (cff["cff-version"], cff["license"], cff["version"]) == ("1.2.0", "CC-BY-4.0", "r1")
    for name in ("README.md", "LICENSE.md"):
        assert "take-down: you@example.org" in (folder / name).read_text(), name
    assert "CC BY 4.0" in (folder / "LICENSE.md").read_text()
    assert "2 articles from 1 of 5 sites" in (folder / "README.md").read_text()


def test_the_next_release_says_what_changed_and_takes_its_place(db: Path) -> None:
    released(db)
    with World(db).open([article("them", "Quy định 41-QĐ/TW năm 2021", site="baohue")]) as store:
        run_corpus(store)
    folder = released(db, name="r2")
    said = (folder / "CHANGES.md").read_text()
    assert said.startswith("# Changes\n\n## r2 ")
    assert "Since release r1: 1 articles are new, 0 are gone, 0 have another text." in said
    assert said.count("# Changes") == 1
    assert "## r1 " in said
    assert json.loads((folder / "manifest.json").read_text())["previous"] == "r1"


def test_texts_need_the_rights_to_them(db: Path) -> None:
    with pytest.raises(InputError, match="whole newspaper texts"):
        released(db, with_texts=True)
    folder = released(db, with_texts=True, rights=True)
    with reading(folder / "danchieu.db") as store:
        assert store.value("SELECT count(*) FROM texts") == 2
        assert store.value("SELECT count(*) FROM articles_fts('hoi nghi')") == 2
        assert store.value("SELECT DISTINCT author FROM articles") == PRIVATE
        assert store.value("SELECT count(*) FROM notes") == 0
    with closing(sqlite3.connect(folder / "danchieu.db", isolation_level=None)) as connection:
        check_search(connection, folder)
    assert "nothing in them is masked" in (folder / "README.md").read_text()


def test_a_folder_with_something_else_is_left_alone(db: Path) -> None:
    folder = db.with_name("release")
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no release"):
        released(db)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    for manifest in ("[]", "{}", '{"files": {}}', '{"files": 1}', "not JSON"):
        (folder / "manifest.json").write_text(manifest)
        with pytest.raises(InputError, match="no release"):
            released(db)
    shutil.rmtree(folder)
    released(db)
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds thesis\.txt, which is no part"):
        released(db)
    assert (folder / "thesis.txt").read_text() == "mine"


def test_a_publication_that_was_killed_between_two_names_goes_on(db: Path) -> None:
    folder = released(db)
    folder.rename(folder.with_name(".release.old"))
    assert json.loads((released(db, name="r2") / "manifest.json").read_text())["previous"] == "r1"


def test_datasette_serves_it_immutably_with_our_pages(db: Path) -> None:
    folder = released(db)
    inspected = json.loads((folder / "inspect-data.json").read_text())

    async def look() -> None:
        immutable = Datasette(immutables=[str(folder / "danchieu.db")], inspect_data=inspected)
        rows = (await immutable.client.get("/danchieu/articles.json?_shape=array")).json()
        assert len(rows) == 2
        assert immutable.get_database("danchieu").cached_table_counts["articles"] == 2
        ours = datasette_over([folder / "danchieu.db"])
        await ours.invoke_startup()
        regulation = (await ours.client.get("/danchieu/mentions.json?_shape=array")).json()[0]["regulation"]
        for path in (
            "/",
            "/danchieu",
            f"/danchieu/article/{rows[0]['id']}",
            f"/danchieu/regulation/{regulation}",
            "/danchieu/excerpts",
        ):
            assert (await ours.client.get(path, follow_redirects=True)).status_code == 200, path

    asyncio.run(look())


def test_the_command(demo_db: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "release"
    done = run("publish", "-o", folder, "--release", "2026-11", "--db", demo_db)
    assert done.returncode == 0, done.stderr
    assert "release 2026-11 with" in done.stdout
