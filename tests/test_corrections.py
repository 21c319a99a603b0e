"""What a person decided is applied after every understanding, stays, and is reported when it fits no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_world import Article, World, article, contents, keep
from crawler.verbs.status import as_lines, status
from pipelines.corpus import run_corpus
from pipelines.store import Store
from pipelines.store.articles import sha256
from pipelines.store.corrections import FLAG, UNFIT

RULE = "vn/party/tw/quy-dinh/2023/96"
ONE = article("a", "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị")
SURFACE = "Quy định số 96-QĐ/TW"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "corrections.db")


def correct(store: Store, field: str, value: str | None, *, of: Article = ONE, surface: str = SURFACE) -> None:
    """What a person writes into the table, by hand."""
    start = of.text.index(surface)
    with store.write() as tx:
        tx.execute(
            "INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?, 'a reader', '2026-01-01T00:00:00Z')",
            [of.id, sha256(of.text), start, start + len(surface), field, value],
        )


def mention(store: Store) -> dict[str, object]:
    (row,) = store.rows("SELECT * FROM mentions")
    return dict(row)


def unfit(store: Store) -> list[str]:
    return [row["text"] for row in store.rows("SELECT text FROM notes WHERE kind = ? ORDER BY id", [UNFIT])]


FITTING = [
    ("regulation", "vn/party/tw/quy-dinh/2022/96"),
    ("regulation", "vn/state/qh/luat/2024/~dat-dai"),
    ("regulation", "vn/party/tw/nghi-quyet/k12/~tw6"),
    ("regulation", None),
    ("date", "2023-02-03"),
    ("issuer", "Ban Bí thư"),
    ("date_role", "effective"),
    ("pinpoint", None),
    ("quoted", "1"),
]


@pytest.mark.parametrize(("field", "value"), FITTING)
def test_a_correction_is_applied_and_stays(world: World, field: str, value: str | None) -> None:
    with world.open([ONE]) as store:
        correct(store, field, value)
        run_corpus(store)
        for step in ("on demand", "after the next run", "after another understanding"):
            assert str(mention(store)[field]) == str(value), f"{field} {step}"
            assert mention(store)["flags"] == f'["{FLAG}"]', step
            assert mention(store)["regulation_in_page"] == RULE, step
            assert unfit(store) == [], step
            if step == "after the next run":
                store.connection.execute("UPDATE articles SET version = 'older'")
                keep(store, ONE)
            else:
                run_corpus(store)


def test_a_regulation_that_only_a_person_names_is_counted(world: World) -> None:
    named = "vn/party/tw/quy-dinh/2022/96"
    with world.open([ONE]) as store:
        correct(store, "regulation", named)
        run_corpus(store)
        row = store.rows("SELECT label, type, number, year, n_mentions FROM regulations WHERE id = ?", [named])[0]
        assert tuple(row) == ("Quy định 96 (2022)", "Quy định", "96", "2022", 1)
        assert store.value("SELECT n_mentions FROM regulations WHERE id = ?", [RULE]) == 0


def test_an_answer_of_the_corpus_does_not_overrule_a_person(world: World) -> None:
    short = article("b", SURFACE, "2024-05-01")
    with world.open([ONE, short]) as store:
        correct(store, "regulation", "vn/party/tw/quy-dinh/2022/96", of=short)
        run_corpus(store)
        said = store.value("SELECT regulation FROM mentions WHERE article = ?", [short.id])
        assert said == "vn/party/tw/quy-dinh/2022/96"


UNFITTING = [
    ("colour", "red", "no column"),
    ("surface", "Quy định", "no column"),
    ("article", "1", "no column"),
    ('date" = 1 --', "1", "no column"),
    ("date_role", "guessed", "no value"),
    ("kind", None, "no value"),
    ("regulation", "Quy định 96", "no identifier"),
    ("regulation", "vn/party/tw/quy-dinh/2023/96/5", "no identifier"),
]


@pytest.mark.parametrize(("field", "value", "words"), UNFITTING)
def test_what_does_not_fit_is_reported(world: World, field: str, value: str | None, words: str) -> None:
    with world.open([ONE]) as store:
        before = contents(store)["mentions"]
        correct(store, field, value)
        for _ in range(2):
            run_corpus(store)
            assert contents(store)["mentions"] == before
            assert len(unfit(store)) == 1
            assert words in unfit(store)[0], unfit(store)


def test_a_text_that_changed_leaves_its_corrections_unfit(world: World) -> None:
    with world.open([ONE]) as store:
        correct(store, "issuer", "Ban Bí thư")
        run_corpus(store)
        keep(store, Article(ONE.name, "Thêm một câu. " + ONE.text, ONE.published))
        assert mention(store)["issuer"] == "Bộ Chính trị"
        assert unfit(store) == [f"issuer at 16-{16 + len(SURFACE)}: the text has changed since"]
        keep(store, ONE)
        assert mention(store)["issuer"] == "Ban Bí thư"
        assert unfit(store) == []


def test_a_span_without_a_citation(world: World) -> None:
    with world.open([ONE]) as store:
        correct(store, "issuer", "Ban Bí thư", surface="Hội nghị")
        run_corpus(store)
        assert unfit(store) == ["issuer at 0-8: no citation stands there"]
        lines = [line for line in as_lines(status(store)) if "correction" in line]
        assert lines == [f"correction that no longer fits: {ONE.url}: issuer at 0-8: no citation stands there"]


def test_a_correction_of_no_article_is_shown(world: World) -> None:
    with world.open() as store:
        correct(store, "issuer", "Ban Bí thư")
        run_corpus(store)
        assert any("there is no such article" in line for line in as_lines(status(store)))
