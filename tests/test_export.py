"""``danchieu export``: what it writes is read back by the libraries its users use."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

import conllu
import pandas
import pytest
from pyarrow import parquet

from conftest import Run
from crawler.verbs.exporting import Export
from pipelines.errors import InputError, StorageError
from pipelines.export import BY_ARTICLE, Target
from pipelines.export.articles import Article, read_articles, to_jsonl
from pipelines.export.conllu import to_conllu
from pipelines.export.csv import to_csv
from pipelines.export.selection import Selection
from pipelines.export.tables import TABLES, Column, read_table
from pipelines.export.words import new_tones, to_segmented
from pipelines.files import text_destination
from pipelines.models import Document, Fetch, Metadata
from pipelines.reading.regulations import citing_articles, spread
from pipelines.references import find_references
from pipelines.store import Store, reading
from pipelines.store.articles import record_fetch, store_document
from pipelines.understand import join_paragraphs, symbol_spans
from pipelines.words import split_sentences

QD96 = "vn/party/tw/quy-dinh/2023/96"

# Texts that break a format whose writer did not think of them.
HOSTILE = {
    "quotation first": '"Hòa thuận" là tên bài. "Quy định số 96-QĐ/TW" được nhắc lại.',
    "tabs and spaces": "Quyết\tđịnh  số 12/2024/QĐ-UBND\u00a0và\u2003Công văn 8011-CV/BTCTW nữa.",
    "underscores": "Tệp quy_dinh_96.docx ở https://a.gov.vn/van_ban/_/x?y=_1 và hộp thư so_tu_phap@gialai.gov.vn.",
    "formulas": "=1+2 là công thức. @Bộ Nội vụ. -Điều 5 Nghị định 30/2020/NĐ-CP.",
    "marks alone": "***\n\n...\n\n_\n\n“”\n\n#\n\n# text = giả",
    "beyond the plane": "Chúc mừng 🎉👩‍👩‍👧 Nghị quyết số 35-NQ/TW! \u200bẨn.",
    "bars and equals": "A|B=C|Ref=B và Thông tư 01/2021/TT-BTC|Nghị định 34/2016/NĐ-CP.",
    "glued list": "theo Nghị định 1/2020/NĐ-CP, " * 200,
    "marks of tones": "Thuỷ hoà, thủy hòa; HÒA; Ủy ban; khỏe; quý; quả; toán; thúy; xòe.",
}


def keep(store: Store, name: str, text: str) -> None:
    joined, paragraphs = join_paragraphs([("body", normalize("NFC", part)) for part in text.split("\n\n")])
    references = find_references(joined, published="2024-03-01", paragraphs=paragraphs)
    sentences = split_sentences(joined, paragraphs, symbol_spans(references.mentions))
    url = f"https://bao.example/{name.replace(' ', '-')}"
    data = Metadata(title=name, published="2024-03-01T08:00:00+07:00")
    found = Document(url, "article", joined, data, paragraphs=paragraphs, sentences=sentences, references=references)
    with store.write() as tx:
        fetch = record_fetch(tx, Fetch(url, "2024-03-01T02:00:00Z"), run=None, position=None, page_kind="article")
        store_document(tx, found, url=url, fetch=fetch, seen_at="2024-03-01T02:00:00Z")


@pytest.fixture(scope="session")
def hostile_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    with Store.open(path) as store:
        for name, text in HOSTILE.items():
            keep(store, name, text)
    return path


@pytest.fixture(params=["demo", "hostile"])
def db(request: pytest.FixtureRequest, demo_db: Path, hostile_db: Path) -> Path:
    return demo_db if request.param == "demo" else hostile_db


@pytest.fixture
def articles(db: Path) -> Iterator[list[Article]]:
    with reading(db) as store:
        yield list(read_articles(store, Selection()))


def rows_of(store: Store, name: str, selection: Selection) -> tuple[list[tuple[object, ...]], list[str]]:
    """The rows of a table and the names of its columns; as many rows as were announced."""
    table = read_table(store, name, selection)
    rows = list(table.rows)
    assert len(rows) == table.n, (name, selection)
    return rows, [column.name for column in table.columns]


def export(form: str, output: str | None, db: Path, **asked: Any) -> list[str]:
    return Export(form, Target.named(output), Selection(), **asked).write(db)


def bare(text: str) -> str:
    return "".join(text.split())


def test_jsonl(articles: list[Article]) -> None:
    out = io.StringIO()
    assert to_jsonl(articles, out) == len(articles)
    frame = pandas.read_json(io.StringIO(out.getvalue()), lines=True, dtype=False)
    assert list(frame["id"]) == [article.row["id"] for article in articles]
    for line in map(json.loads, out.getvalue().splitlines()):
        text = line["text"]
        assert all(text[m["start"] : m["end"]] == m["surface"] for m in line["mentions"]), line["url"]
        ids = [row["id"] for row in [*line["mentions"], *line["relations"]]]
        assert all(re.fullmatch(r"\d+@[0-9a-f]{12}:\d+-\d+", row) for row in ids), ids
        words = [text[start:end] for start, end in line["words"]]
        assert bare("".join(words)) == bare(text), "every character is in one word, in order"
        assert not any(word != word.strip() for word in words), words


def test_conllu(articles: list[Article], tmp_path: Path) -> None:
    path = tmp_path / "articles.conllu"
    with path.open("w", encoding="utf-8", newline="") as out:
        n = to_conllu(articles, out)
    sentences = conllu.parse(path.read_text(encoding="utf-8"))
    assert len(sentences) == n == sum(len(article.sentences) for article in articles)
    texts = {str(article.row["id"]): article for article in articles}
    marked = set()
    for sentence in sentences:
        name = sentence.metadata["sent_id"].partition("-")[0]
        for token in sentence:
            misc = token["misc"]
            written = texts[name].text[int(misc["start_char"]) : int(misc["end_char"])]
            assert token["form"] == " ".join(written.split()), sentence.metadata
            if misc.get("Ref") == "B":
                marked.add((name, int(misc["RefId"]), misc.get("Regulation")))
    expected = {(name, m["i"], m["regulation"]) for name, article in texts.items() for m in article.mentions}
    assert marked == expected, "each reference is marked once, at its first word"


def test_conllu_is_valid(articles: list[Article], tmp_path: Path) -> None:
    path = tmp_path / "articles.conllu"
    with path.open("w", encoding="utf-8", newline="") as out:
        to_conllu(articles, out)
    validate = [str(Path(sys.executable).with_name("udvalidate")), "--lang", "vi", "--level", "2", str(path)]
    done = subprocess.run(validate, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]


def test_segmented(articles: list[Article]) -> None:
    out = io.StringIO()
    n = to_segmented(articles, out, bio=True)
    frame = pandas.read_csv(io.StringIO(out.getvalue()), sep="\t", dtype=str, keep_default_na=False)
    assert list(frame.columns) == ["article", "sentence", "start", "end", "text", "tokens", "bio"]
    assert len(frame) == n == len(out.getvalue().splitlines()) - 1
    texts = {str(article.row["id"]): article for article in articles}
    begun = 0
    for row in frame.itertuples(index=False):
        tokens, tags = row.tokens.split(" "), row.bio.split(" ")
        assert len(tokens) == len(tags) == len(row.text.split(" ")), row
        source = texts[row.article].text[int(row.start) : int(row.end)]
        assert bare(row.tokens).replace("_", "") == bare(source).replace("_", ""), row
        assert row.text == new_tones(row.tokens), row
        assert all(before != "O" for before, tag in zip(["O", *tags], tags, strict=False) if tag == "I-REF"), row
        begun += tags.count("B-REF")
    assert begun == sum(len(article.mentions) for article in articles), "one B-REF a reference"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hòa", "hoà"),
        ("HÒA", "HOÀ"),
        ("Ủy_ban", "Uỷ_ban"),
        ("khỏe", "khoẻ"),
        ("xòe", "xoè"),
        ("thúy", "thuý"),
        ("toán", "toán"),
        ("quý", "quý"),
        ("của", "của"),
        ("mùa", "mùa"),
    ],
)
def test_new_tones(old: str, new: str) -> None:
    assert new_tones(old) == new


def test_web_annotations(db: Path, run: Run) -> None:
    page = json.loads(run("export", "webannotation", "--db", db).stdout)
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    with reading(db) as store:
        texts = {article.row["url"]: article for article in read_articles(store, Selection())}
        assert len(page["items"]) == store.value("SELECT count(*) FROM mentions")
    assert len({item["id"] for item in page["items"]}) == len(page["items"])
    for item in page["items"]:
        quote, position = item["target"]["selector"]
        text = texts[item["target"]["source"]].text
        assert text[position["start"] : position["end"]] == quote["exact"], item
        assert quote["prefix"] + quote["exact"] + quote["suffix"] in text, item


def test_every_table_in_a_folder(db: Path, tmp_path: Path) -> None:
    """csv and parquet hold the same; pandas reads both, and the README names each column."""
    for form in ("csv", "parquet"):
        export(form, f"{tmp_path}/{form}/", db)
        readme = (tmp_path / form / "README.md").read_text(encoding="utf-8")
        for table in TABLES:
            section = readme.partition(f"## {table}\n")[2].partition("\n## ")[0]
            frame = _read(tmp_path / form / f"{table}.{form}")
            assert re.findall(r"^\| `(\w+)` \| \w+ \| \S", section, re.MULTILINE) == list(frame.columns), table
    with reading(db) as store:
        for table in TABLES:
            kept, names = rows_of(store, table, Selection())
            rows = [dict(zip(names, row, strict=True)) for row in kept]
            assert parquet.read_table(tmp_path / "parquet" / f"{table}.parquet").to_pylist() == rows, table
            assert len(_read(tmp_path / "csv" / f"{table}.csv")) == len(rows), table


def _read(path: Path) -> pandas.DataFrame:
    if path.suffix == ".parquet":
        return pandas.read_parquet(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the BOM"
    return pandas.read_csv(path, dtype=str, keep_default_na=False)


def test_a_cell_is_no_formula(hostile_db: Path, tmp_path: Path) -> None:
    export("csv", str(tmp_path / "citations.csv"), hostile_db)
    cells = pandas.read_csv(tmp_path / "citations.csv")
    assert not cells.map(lambda cell: isinstance(cell, str) and cell[:1] in "=+@").to_numpy().any()
    assert any(str(sentence).startswith("'-Điều 5") for sentence in cells["sentence"]), list(cells["sentence"])


CELLS = [
    ("=1+2", "'=1+2"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("+84 269", "'+84 269"),
    ("-1+2", "'-1+2"),
    ("\t=1", "'\t=1"),
    ("＝1", "'＝1"),
    ("- Điều 5", "- Điều 5"),
    ("-", "-"),
    ("08", "08"),
    ("", ""),
    ('dòng một\ndòng "hai", hết', 'dòng một\ndòng "hai", hết'),
    (" =1", " =1"),
]


def test_cells_are_harmless_and_come_back(tmp_path: Path) -> None:
    """Read with every column as text, as the guide says; -1 and NULL are no text."""
    path = tmp_path / "cells.csv"
    rows = [*((cell, -1) for cell, _ in CELLS), (None, None)]
    with text_destination(path) as out:
        to_csv([Column("cell", "TEXT"), Column("n", "INTEGER")], rows, out)
    found = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert list(found["cell"]) == [written for _, written in CELLS] + [""]
    assert list(found["n"]) == ["-1"] * len(CELLS) + [""]


def test_warc_is_read_by_our_own_import(demo_db: Path, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "pages.warc.gz"
    export("warc", str(path), demo_db)
    taken = run("import", path, "--all", "--workers", "1", "--db", tmp_path / "again.db")
    assert taken.returncode == 0, taken.stderr
    query = "SELECT url, title, text_sha256 FROM articles ORDER BY id"
    with reading(demo_db) as ours, reading(tmp_path / "again.db") as theirs:
        assert [tuple(row) for row in theirs.rows(query)] == [tuple(row) for row in ours.rows(query)]


FILTERS = [
    (Selection(site="baomau"), "a.site = 'baomau'"),
    (Selection(unit="gia-lai"), "'gia-lai' IN (a.unit, a.province)"),
    (Selection(unit="gia-lai-2025"), "a.province = 'gia-lai-2025'"),
    (Selection(since="2023-03-01"), "substr(a.published, 1, 10) >= '2023-03-01'"),
    (Selection(until="2023-03-01"), "substr(a.published, 1, 10) <= '2023-03-01'"),
    (Selection(citing=QD96), f"a.id IN (SELECT article FROM mentions WHERE regulation = '{QD96}')"),
    (Selection(site="baomau", since="2024-01-01", citing=QD96), "a.site = 'baomau' AND a.published >= '2024'"),
]


@pytest.mark.parametrize(("selection", "condition"), FILTERS)
def test_filters(demo_db: Path, selection: Selection, condition: str) -> None:
    with reading(demo_db) as store:
        selection.check(store)
        chosen = {article.row["id"] for article in read_articles(store, selection)}
        expected = {row[0] for row in store.rows(f"SELECT a.id FROM articles a WHERE {condition}")}
        if selection.citing:
            expected &= {row[0] for row in store.rows("SELECT article FROM mentions WHERE regulation = ?", [QD96])}
        assert chosen == expected, selection
        for table in TABLES:
            rows, names = rows_of(store, table, selection)
            if "article" in names:
                assert {row[names.index("article")] for row in rows} <= chosen, (table, selection)
            if selection.citing and table in ("citations", "mentions", "spread"):
                assert {row[names.index("regulation")] for row in rows} <= {QD96}, (table, selection)


def test_spread_is_what_the_page_of_the_regulation_shows(demo_db: Path) -> None:
    with reading(demo_db) as store:
        kept, names = rows_of(store, "spread", Selection(citing=QD96))
        rows = [dict(zip(names, row, strict=True)) for row in kept]
        present = {row[0] for row in store.rows("SELECT DISTINCT province FROM articles")}
        shown = [
            one
            for one in spread(store.connection, QD96, citing_articles(store.connection, QD96))
            if one.unit in present
        ]
    assert [(r["unit"], r["first_cited"], r["n"], r["n_own"], r["n_clusters"]) for r in rows] == [
        (one.unit, one.first_cited, one.n, one.n_own, one.n_clusters) for one in shown
    ]
    assert rows, "the demo cites it"


@pytest.mark.parametrize(
    ("selection", "word"),
    [
        (Selection(site="khong-co"), "site"),
        (Selection(unit="khong-co"), "unit"),
        (Selection(citing="vn/khong/co"), "regulation"),
        (Selection(since="hôm qua"), "day"),
        (Selection(until="20230301"), "day"),
        (Selection(since="2024-01-01", until="2023-12-31"), "exchange"),
    ],
)
def test_what_is_unknown_is_said(demo_db: Path, selection: Selection, word: str) -> None:
    with reading(demo_db) as store, pytest.raises(InputError, match=word):
        selection.check(store)


@pytest.mark.parametrize(
    ("form", "output", "asked"),
    [
        ("parquet", None, {}),
        ("warc", None, {}),
        ("jsonl", None, {"table": "mentions"}),
        ("csv", None, {"table": "khong_co"}),
        ("csv", None, {"bio": True}),
        ("csv", "/khong/co/x.csv", {}),
        ("warc", "/khong/co/x.warc.gz", {}),
    ],
)
def test_what_cannot_be_asked_for_is_said(demo_db: Path, form: str, output: str | None, asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        export(form, output, demo_db, **asked)


def test_a_dash_is_stdout(demo_db: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("export", "csv", "--db", demo_db, "-o", "-")
    assert (done.returncode, done.stdout[:10]) == (0, "\ufeffcitation,"), done.stderr
    assert not list(tmp_path.iterdir())


def test_bad_requests_end_with_two(demo_db: Path, run: Run) -> None:
    for arguments in (["docx"], ["parquet"], ["csv", "--citing", "vn/khong/co"]):
        done = run("export", *arguments, "--db", demo_db)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_is_replaced_whole_or_not_at_all(demo_db: Path, tmp_path: Path) -> None:
    path = tmp_path / "citations.csv"
    path.write_text("before")
    with pytest.raises(InputError):
        export("csv", str(path), demo_db, table="nix")
    assert path.read_text() == "before"
    export("csv", str(path), demo_db)
    assert path.read_text(encoding="utf-8-sig").startswith("citation,")
    assert [file.name for file in tmp_path.iterdir()] == ["citations.csv"]


def test_what_is_no_plain_file_stays_what_it_is(demo_db: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No space left"):
        export("csv", "/dev/full", demo_db)
    with pytest.raises(InputError, match="no plain file"):
        export("warc", "/dev/full", demo_db)
    assert Path("/dev/full").is_char_device()
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "some.csv")
    export("csv", str(tmp_path / "link.csv"), demo_db)
    assert (tmp_path / "link.csv").is_symlink()
    assert [file.name for file in (tmp_path / "real").iterdir()] == ["some.csv"]


def test_two_exports_to_one_file_leave_each_other_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with text_destination(path) as first:
        first.write("first")
        command = (
            "import sys; from pathlib import Path; from pipelines.files import text_destination\n"
            "with text_destination(Path(sys.argv[1])) as out: out.write('second')"
        )
        subprocess.run([sys.executable, "-c", command, path], check=True)
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize("form", ["csv", "parquet", "warc"])
def test_no_database_and_no_archive_is_written_over(demo_copy: Path, form: str) -> None:
    before = demo_copy.read_bytes()
    link = demo_copy.with_name("link")
    link.symlink_to(demo_copy)
    archive = demo_copy.with_name("demo.db.archive")
    for target in (demo_copy, link):
        with pytest.raises(InputError, match="is a database"):
            export(form, str(target), demo_copy)
    for target in (archive / "x", next(archive.iterdir()), f"{archive}/"):
        with pytest.raises(InputError, match="archive"):
            export(form, str(target), demo_copy)
    assert demo_copy.read_bytes() == before


def multiplied(db: Path, times: int) -> None:
    """Every article so many times more, with its text, sentences and citations."""
    keys = {"articles": "id", "texts": "article", "sentences": "article", "mentions": "article"}
    with Store.open(db) as store, store.write() as tx:
        for table, key in keys.items():
            other = {key: f"t.{key} + k.n"} | ({"url": "t.url || k.n"} if table == "articles" else {})
            names = [row["name"] for row in store.rows(f"SELECT name FROM pragma_table_info('{table}')")]
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(other.get(name, f't."{name}"') for name in names)
            tx.execute(
                f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {times})"
                f" INSERT INTO {table}({columns}) SELECT {values} FROM {table} t, k"
            )


@pytest.mark.slow
@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_stopped_export_leaves_the_file_as_it_was(demo_copy: Path, how: signal.Signals, code: int) -> None:
    multiplied(demo_copy, 100)
    path = demo_copy.with_name("articles.jsonl")
    path.write_text("before")
    command = [sys.executable, "-m", "crawler", "export", "jsonl", "--db", str(demo_copy), "-o", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not any(path.parent.glob(".articles.jsonl.*.part")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(how)
    said = process.communicate()[1]
    assert (process.returncode, "Traceback" in said) == (code, False), said
    assert path.read_text() == "before"
    export("jsonl", str(path), demo_copy)
    assert not list(path.parent.glob(".*.part")), "what the killed one left is still there"


def test_without_an_archive_no_pages_are_copied(demo_db: Path, tmp_path: Path) -> None:
    shutil.copy(demo_db, tmp_path / "alone.db")
    with pytest.raises(InputError, match="no archive"):
        export("warc", str(tmp_path / "pages.warc.gz"), tmp_path / "alone.db")


class Nowhere(io.TextIOBase):
    """Text is written here and gone."""

    def write(self, text: str) -> int:
        return len(text)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_database(demo_copy: Path) -> None:
    def peaks() -> dict[str, int]:
        found = {}
        with reading(demo_copy) as store:
            for name, write in BY_ARTICLE.items():
                found[name] = _peak(partial(write, read_articles(store, Selection()), Nowhere()))
            table = read_table(store, "citations", Selection())
            found["csv"] = _peak(partial(to_csv, table.columns, table.rows, Nowhere()))
        return found

    peaks()
    before = peaks()
    multiplied(demo_copy, 20)
    after = peaks()
    for name, peak in after.items():
        assert peak < 1.5 * before[name] + 100_000, f"{name}: {before[name]:,} bytes grew to {peak:,}"


def _peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
