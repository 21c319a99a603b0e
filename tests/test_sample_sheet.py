"""``danchieu sample``: what is drawn, what a person may write, and the precision that follows."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from conftest import Run
from corpus_world import World, article
from crawler.verbs.sampling import COLUMNS, JUDGED, LARGEST, Score, allocate, read_sheet, score_sheet, write_sheet
from pipelines.errors import InputError
from pipelines.store import Store

FULL = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"
ARTICLES = [
    article("a", f"{FULL}; Quy định này; Nghị định 30/2020/NĐ-CP"),
    article("b", f"{FULL} và Luật Đất đai năm 2024", site="baohue"),
    article("c", "=cmd; Quyết định số 745/QĐ-UBND", site="baohue"),
    *(article(f"d{n}", f"Thông tư {n}/2024/TT-BNV, Thông tư {n}/2023/TT-BNV", site="baonghean") for n in range(1, 20)),
]  # fmt: skip

ALLOCATIONS = [
    ({("x", "full"): 90, ("x", "short"): 9, ("y", "full"): 1}, 10, [7, 2, 1]),
    ({("x", "full"): 90, ("x", "short"): 9, ("y", "full"): 1}, 3, [1, 1, 1]),
    ({("x", "full"): 90, ("x", "short"): 9, ("y", "full"): 1}, 2, [1, 1, 0]),
    ({("x", "full"): 90, ("x", "short"): 9, ("y", "full"): 1}, 1000, [90, 9, 1]),
    ({("x", "full"): 50, ("x", "short"): 50}, 3, [2, 1]),
    ({}, 5, []),
]


@pytest.mark.parametrize(("sizes", "n", "expected"), ALLOCATIONS)
def test_shares(sizes: dict[tuple[str, str], int], n: int, expected: list[int]) -> None:
    assert list(allocate(sizes, n).values()) == expected, sizes


@given(st.dictionaries(st.tuples(st.text(max_size=3), st.text(max_size=3)), st.integers(1, 500)), st.integers(1, 2000))
def test_shares_add_up(sizes: dict[tuple[str, str], int], n: int) -> None:
    shares = allocate(sizes, n)
    assert sum(shares.values()) == min(n, sum(sizes.values()))
    assert all(0 <= share <= sizes[stratum] for stratum, share in shares.items())


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    World(path).open(ARTICLES).close()
    return path


def draw(store: Store, n: int, seed: int = 0) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    assert write_sheet(store, out, n, seed) == out.getvalue().count("example/")
    return list(csv.DictReader(io.StringIO(out.getvalue().removeprefix("\ufeff"), newline="")))


def test_a_sheet_shows_each_citation_in_its_place(path: Path) -> None:
    with Store.open(path) as store:
        lines = draw(store, 1000)
        assert len(lines) == store.value("SELECT count(*) FROM mentions")
        texts = {str(row["article"]): row["text"] for row in store.rows("SELECT article, text FROM texts")}
    assert tuple(lines[0]) == COLUMNS
    for line in lines:
        number, _, span = line["citation"].partition("@")
        start, end = map(int, span.partition(":")[2].split("-"))
        assert texts[number][start:end] == line["surface"], line
        around = line["before"].removeprefix("'") + " " + line["surface"] + " " + line["after"]
        assert "".join(around.split()) in "".join(texts[number].split()), line
        assert line[JUDGED] == ""


def test_every_site_and_kind_is_drawn(path: Path) -> None:
    with Store.open(path) as store:
        strata = {
            (row[0], row[1]) for row in store.rows("SELECT site, kind FROM mentions JOIN articles ON id = article")
        }
        lines = draw(store, 10)
        assert len(lines) == 10
        assert {(line["site"], line["kind"]) for line in lines} == strata
        assert draw(store, 10) == lines, "the same seed draws the same"
        assert draw(store, 10, seed=1) != lines


def sheet(path: Path, judgements: str, *, delimiter: str = ",", encoding: str = "utf-8-sig") -> Path:
    """A judged sheet with one line for each word: site and kind alternate."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["citation", "site", "kind", JUDGED, "comment"])
    for nth, word in enumerate(judgements.split(" ")):
        writer.writerow([f"{nth}@aa:0-9", "xy"[nth % 2], "full", word, "vì sao,\nhai dòng"])
    path.write_text(out.getvalue(), encoding=encoding)
    return path


GOOD = [
    ("right wrong right right", ",", 4, 3),
    ("right  wrong", ",", 2, 1),
    ("Đúng SAI đúng", ";", 3, 2),
    ("1 0 y n R w", "\t", 6, 3),
]


@pytest.mark.parametrize(("judgements", "delimiter", "judged", "right"), GOOD)
def test_what_a_person_may_write(tmp_path: Path, judgements: str, delimiter: str, judged: int, right: int) -> None:
    lines = read_sheet(sheet(tmp_path / "sheet.csv", judgements, delimiter=delimiter))
    assert (len(lines), sum(line[JUDGED] == "right" for line in lines)) == (judged, right), judgements


def test_what_is_no_judged_sheet(tmp_path: Path) -> None:
    cases = {
        "row 2: judgement is 'maybe'": sheet(tmp_path / "maybe.csv", "maybe"),
        "no line is judged": sheet(tmp_path / "empty.csv", " "),
        "not UTF-8": sheet(tmp_path / "utf16.csv", "right", encoding="utf-16"),
        "check its name": tmp_path / "missing.csv",
        "lacks the columns citation": tmp_path / "other.csv",
        "both right and wrong": tmp_path / "twice.csv",
        "no CSV": tmp_path / "long.csv",
        "larger than": tmp_path / "large.csv",
    }
    (tmp_path / "long.csv").write_text(f"citation,site,kind,{JUDGED}\n" + "x" * 200_000)
    (tmp_path / "large.csv").write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "twice.csv").write_text(f"citation,site,kind,{JUDGED}\n1,x,full,right\n1,x,full,wrong\n")
    for words, path in cases.items():
        with pytest.raises(InputError, match=words):
            read_sheet(path)


@pytest.mark.parametrize(("right", "judged"), [(10, 10), (0, 10), (5, 10), (190, 200), (1, 1), (0, 1), (3, 7)])
def test_intervals_are_those_of_scipy(right: int, judged: int) -> None:
    known = binomtest(right, judged).proportion_ci(0.95, method="wilson")
    assert Score("all", "all", judged, right).interval == pytest.approx((known.low, known.high)), f"{right} of {judged}"


def test_scores_are_kept_once(path: Path, tmp_path: Path) -> None:
    judged = sheet(tmp_path / "sheet.csv", "right wrong right right")
    with Store.open(path) as store:
        scores = score_sheet(store, judged)
        assert {(one.scope, one.name, one.right, one.judged) for one in scores} == {
            ("all", "all", 3, 4), ("kind", "full", 3, 4), ("site", "x", 2, 2), ("site", "y", 1, 2)
        }  # fmt: skip
        before = [tuple(row) for row in store.rows("SELECT * FROM precision_scores")]
        score_sheet(store, sheet(tmp_path / "again.csv", "right wrong right right", delimiter=";"))
        assert [tuple(row) for row in store.rows("SELECT * FROM precision_scores")] == before


def test_the_verb(path: Path, tmp_path: Path, run: Run) -> None:
    drawn = tmp_path / "sheet.csv"
    done = run("sample", "--n", "5", "-o", drawn, "--db", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "5 citations drawn\n")
    again = run("sample", "--score", drawn, "--db", path)
    assert again.returncode == 2, again.stderr
    assert "no line is judged" in again.stderr
    drawn.write_bytes(drawn.read_bytes().replace(b",,\r\n", b",right,\r\n"))
    scored = run("sample", "--score", drawn, "--db", path)
    assert scored.returncode == 0, scored.stderr
    assert scored.stdout.splitlines()[:2] == [
        "scope\tname\tjudged\tright\tprecision\t95 % interval",
        "all\tall\t5\t5\t100.0%\t56.6%-100.0%",
    ]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM precision_scores WHERE judged = 5").fetchone() == (1,)
