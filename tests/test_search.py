"""Search: folding, phrases first, regulations by any spelling, snippets of the original text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.folding import fold, normalise
from pipelines.search import Query, expressions, parse, search_articles, search_regulations, snippet
from world import DECREE_30, LAND_LAW, RULE_96, World

TEXTS = {
    "land": "Luật Đất đai có hiệu lực.\n\nTỉnh Đắk Lắk rà soát quy hoạch sử dụng đất.",
    "decision": "Ủy ban nhân dân ra quyết định về giá đất. Quyết định số 12 được gửi các xã.",
    "apart": "Hội nghị quyết tâm cao. Mọi việc đã định từ trước.",
    "plain": "Chi bo ra quyet dinh moi ve cong tac can bo.",
    "symbol": "Thực hiện Quy định số 96-QĐ/TW của Bộ Chính trị, toàn tỉnh lấy phiếu tín nhiệm.",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, dict[int, str]]]:
    path = tmp_path_factory.mktemp("search") / "library.db"
    with World(path) as made:
        made.ground()
        numbers = {made.article(name, [("body", [text])]): name for name, text in TEXTS.items()}
        for alias, regulation in (
            ("Quy định số 96-QĐ/TW", RULE_96),
            ("Quy định 96", RULE_96),
            ("Nghị định 30/2020/NĐ-CP", DECREE_30),
            ("Luật Đất đai năm 2024", LAND_LAW),
        ):
            made.insert(
                "regulation_aliases", alias=alias, folded=fold(alias).text, regulation=regulation, source="mention"
            )
    with closing(sqlite3.connect(path)) as connection:
        yield connection, numbers


def query(text: str) -> Query:
    asked = parse(text)
    assert asked is not None, f"{text!r} holds no token"
    return asked


ARTICLES = [
    ("quyết định", ["decision", "plain", "apart"]),
    ("quyet dinh", ["decision", "plain", "apart"]),
    ("QUYẾT ĐỊNH", ["decision", "plain", "apart"]),
    ('"quyết định"', ["decision", "plain"]),
    ("dat dai", ["land"]),
    ("đất đai", ["land"]),
    ("dak lak", ["land"]),
    ("Đắk Lắk", ["land"]),
    ("96-QĐ/TW", ["symbol"]),
    ("96-QD/TW", ["symbol"]),
    ("quy dinh so 96", ["symbol"]),
    ("phiếu tỉnh", ["symbol"]),
    ('"lấy phiếu" "toàn tỉnh"', ["symbol"]),
    ("không có gì", []),
]


@pytest.mark.parametrize(("asked", "expected"), ARTICLES, ids=[asked for asked, _ in ARTICLES])
def test_articles_are_found_with_and_without_marks_phrases_first(
    library: tuple[sqlite3.Connection, dict[int, str]], asked: str, expected: list[str]
) -> None:
    connection, numbers = library
    found = search_articles(connection, query(asked))
    assert [numbers[hit.article] for hit in found.hits] == expected, asked
    assert found.total == len(expected)
    for hit in found.hits:
        shown = "".join(one.text for one in hit.snippet).strip("…")
        assert shown in " ".join(TEXTS[numbers[hit.article]].split()), "a snippet of another article"
    paged = [search_articles(connection, query(asked), limit=1, offset=at).hits for at in range(len(expected) + 1)]
    assert [numbers[hit.article] for hits in paged for hit in hits] == expected, f"{asked}: pages differ from the whole"


REGULATIONS = [
    ("96-QĐ/TW", RULE_96),
    ("96-qd/tw", RULE_96),
    ("96 QĐ TW", RULE_96),
    ("quy dinh 96", RULE_96),
    ("Quy định số 96", RULE_96),
    ("lay phieu tin nhiem", RULE_96),
    ("30/2020/ND-CP", DECREE_30),
    ("nghi dinh 30", DECREE_30),
    ("luat dat dai", LAND_LAW),
    ("96qđ/tw", RULE_96),
    ("QĐ96", RULE_96),
    ("96/QĐ-TW", RULE_96),
    ("Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị", RULE_96),
    ("quy định 96 của bộ chính trị", RULE_96),
    ("NĐ30", DECREE_30),
    ("Nghị định số 30/2020/NĐ-CP của Chính phủ", DECREE_30),
    ("nghị định 30 năm 2020", DECREE_30),
]


@pytest.mark.parametrize(("asked", "expected"), REGULATIONS, ids=[asked for asked, _ in REGULATIONS])
def test_regulations_are_found_by_any_spelling(
    library: tuple[sqlite3.Connection, dict[int, str]], asked: str, expected: str
) -> None:
    assert [one["id"] for one in search_regulations(library[0], query(asked))][:1] == [expected], asked


@pytest.mark.parametrize("asked", ["96-NQ/TW", "quy dinh 9", "30/2021/ND-CP", "quyết định 96", "%", "_"])
def test_other_regulations_are_not(library: tuple[sqlite3.Connection, dict[int, str]], asked: str) -> None:
    found = parse(asked)
    assert found is None or search_regulations(library[0], found) == []


SNIPPETS = [
    ("quyet dinh", TEXTS["decision"], ["quyết định", "Quyết định"]),
    ("96-qd/tw", TEXTS["symbol"], ["96-QĐ/TW"]),
    ("dak lak", TEXTS["land"], ["Đắk Lắk"]),
    ("phiếu tỉnh", TEXTS["symbol"], ["tỉnh", "phiếu"]),
    ("quy dinh 96", TEXTS["symbol"], ["Quy định", "96"]),
    ("đất", TEXTS["land"], ["Đất", "đất"]),
]


@pytest.mark.parametrize(("asked", "text", "marked"), SNIPPETS, ids=[asked for asked, *_ in SNIPPETS])
def test_a_snippet_marks_the_original_words(asked: str, text: str, marked: list[str]) -> None:
    fragments = snippet(text, query(asked))
    assert [one.text for one in fragments if one.marked] == marked
    assert "".join(one.text for one in fragments) == " ".join(text.split())


def test_a_snippet_of_a_long_text_is_short_and_goes_to_the_hit() -> None:
    text = "mở đầu " * 500 + "đây là chỗ lấy phiếu tín nhiệm cần tìm " + "kết thúc " * 500
    fragments = snippet(text, query("lay phieu tin nhiem"))
    shown = "".join(one.text for one in fragments)
    assert "lấy phiếu tín nhiệm" in [one.text for one in fragments if one.marked]
    assert len(shown) < 450
    assert shown.strip("…") in text


@pytest.mark.parametrize("asked", ["", "   ", '""', "-/_", "…", "\u0301", "*", '"'])
def test_a_query_without_letters_or_digits_is_none(asked: str) -> None:
    assert parse(asked) is None


@given(st.text(max_size=400))
def test_no_query_breaks_the_search_syntax(asked: str) -> None:
    found = parse(asked)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE articles_fts USING fts5(text, folded, tokenize = 'unicode61 remove_diacritics 2')"
        )
        for expression in expressions(found) if found else ():
            connection.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (expression,)).fetchall()


@given(
    st.text(alphabet="aAăâđĐdế ếội–-/.\n0123456789 \u200b", max_size=600), st.text(alphabet="aăâđdế6/- ", max_size=12)
)
def test_a_snippet_is_of_the_text(text: str, asked: str) -> None:
    found = parse(asked)
    if found:
        shown = "".join(one.text for one in snippet(text, found)).strip("…")
        assert "".join(shown.split()) in "".join(normalise(text).split())


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_paste_is_cut(size: int) -> None:
    found = query("từ " * size)
    assert len(found.tokens) <= 24
