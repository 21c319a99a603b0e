"""The questions behind the pages: their figures equal the truth of a world that was made to know it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.corpus import run_corpus
from pipelines.reading import is_ours
from pipelines.reading.articles import article_page
from pipelines.reading.compare import compare
from pipelines.reading.months import month_of, series
from pipelines.reading.overview import overview
from pipelines.reading.passages import blocks, contents, cut
from pipelines.reading.places import FORMER, PRESENT, best_states, unit_figures, unit_page
from pipelines.reading.regulations import PAGE, regulation_page
from pipelines.reading.stations import site_list
from pipelines.store import Store
from world import DECREE_30, GIA_LAI_PLAN, LAND_LAW, RULE_96, Cite, World

RULE = [("body", [Cite("Quy định số 96-QĐ/TW")])]


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


@st.composite
def texts_with_paragraphs_and_mentions(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    text = draw(st.text(alphabet="aăđ \U0001f600", max_size=60))
    at = st.integers(0, len(text))
    edges = sorted(draw(st.lists(at, max_size=8)))
    paragraphs = [{"start": s, "end": e, "kind": "body"} for s, e in zip(edges[::2], edges[1::2], strict=False)]
    spans = draw(st.lists(st.tuples(at, at), max_size=8))
    return text, paragraphs, [{"start": min(span), "end": max(span)} for span in spans if span[0] != span[1]]


@given(texts_with_paragraphs_and_mentions())
def test_cut_passages_hold_their_paragraphs_and_mentions_their_words(made: tuple[str, list[Any], list[Any]]) -> None:
    text, paragraphs, mentions = made
    passages = cut(text, json.dumps(paragraphs), mentions)
    expected = [text[p["start"] : p["end"]] for p in paragraphs if p["start"] < p["end"]] if paragraphs else [text]
    assert [passage.text for passage in passages] == [one for one in expected if one]
    for passage in passages:
        assert all(piece.text for piece in passage.pieces)
        for piece in passage.pieces:
            if piece.mention:
                whole = text[piece.mention["start"] : piece.mention["end"]]
                assert whole.startswith(piece.text)


def test_of_overlapping_mentions_the_first_is_shown() -> None:
    passages = cut("abcdef", "[]", [{"start": 1, "end": 4}, {"start": 2, "end": 6}, {"start": 4, "end": 5}])
    assert [(piece.text, piece.mention is not None) for piece in passages[0].pieces] == [
        ("a", False),
        ("bcd", True),
        ("e", True),
        ("f", False),
    ]


def test_a_long_text_with_many_mentions_is_cut_in_a_moment() -> None:
    text = "Điều 1. " * 100_000
    paragraphs = [{"start": at, "end": at + 8, "kind": "body"} for at in range(0, len(text), 8)]
    passages = cut(text, json.dumps(paragraphs), [{"start": at, "end": at + 4} for at in range(0, len(text), 8)])
    assert len(passages) == 100_000


def test_neighbours_of_a_kind_make_a_block_and_divisions_a_table_of_contents() -> None:
    lines = ["Chương I", "Điều 1. Phạm vi", "a) một", "b) hai", "Điều 2. Đối tượng", "Điều khoản khác"]
    kinds = ["heading", "body", "item", "item", "body", "body"]
    text = "\n\n".join(lines)
    starts = [text.index(line) for line in lines]
    paragraphs = [
        {"start": s, "end": s + len(line), "kind": k} for s, line, k in zip(starts, lines, kinds, strict=True)
    ]
    passages = cut(text, json.dumps(paragraphs), [])
    assert [(block.kind, len(block.passages)) for block in blocks(passages)] == [
        ("heading", 1),
        ("body", 1),
        ("item", 2),
        ("body", 2),
    ]
    assert contents(passages) == ((0, "Chương I"), (1, "Điều 1. Phạm vi"), (4, "Điều 2. Đối tượng"))
    assert contents(passages[:2]) == ()


MONTHS = [
    ("2023-02-20", "2023-02"),
    ("2023-02", "2023-02"),
    ("2023-02-20T10:00:00Z", "2023-02"),
    ("2023-13-01", None),
    ("2023", None),
    ("hôm qua", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("instant", "expected"), MONTHS)
def test_months_are_real(instant: str | None, expected: str | None) -> None:
    assert month_of(instant) == expected


def test_a_series_fills_its_gaps_and_is_not_stretched_by_a_misread_year() -> None:
    assert series({"2023-11": 2}, {"2024-01": 1}) == [("2023-11", 2, 0), ("2023-12", 0, 0), ("2024-01", 0, 1)]
    assert len(series({"0203-02": 1, "2024-01": 1}, {})) == 240
    assert series({}, {}) == []


def test_a_database_is_known_by_its_tables(tmp_path: Path) -> None:
    with World(tmp_path / "any-name") as made:
        assert is_ours(made.connection)
    with closing(sqlite3.connect(":memory:")) as other:
        other.execute("CREATE TABLE articles(id)")
        assert not is_ours(other)


@pytest.fixture(scope="module")
def spread_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One regulation in four units: an own text, its reprint, a decree printed in full, an undated text."""
    path = tmp_path_factory.mktemp("reading") / "spread.db"
    with World(path) as made:
        made.ground()
        first = made.article("first", RULE)
        hue = {"site": "baohue", "unit": "hue", "province": "hue"}
        made.article("reprint", RULE, origin="reprint", cluster=first, published="2023-03-01", **hue)
        made.article("hue", RULE * 3, published="2023-04-09", **hue)
        quang_nam = {"site": "tinhuyquangnam", "unit": "quang-nam", "province": "da-nang-2025"}
        made.article(
            "full",
            [("body", [Cite("Nghị định 30/2020/NĐ-CP", DECREE_30)]), *RULE],
            genre="official_text",
            published="2023-05-01",
            **quang_nam,
        )
        made.article("undated", RULE, published=None, **quang_nam)
        made.article("other", [("body", [Cite("Luật Đất đai", LAND_LAW)])], url="https://example.vn/other")
    return path


def test_a_regulation_counts_citations_articles_and_clusters_apart(spread_world: Path) -> None:
    with reading(spread_world) as connection:
        page = regulation_page(connection, RULE_96)
        assert page is not None
        assert (page.n_mentions, page.n_articles, page.n_clusters) == (7, 5, 4)
        assert page.months == [("2023-02", 1, 1), ("2023-03", 1, 1), ("2023-04", 3, 1), ("2023-05", 1, 1)]
        assert [(one.unit, one.first_cited, one.n, one.n_own, one.n_clusters) for one in page.spread] == [
            ("gia-lai-2025", "2023-02-20", 1, 1, 1),
            ("hue", "2023-03-01", 4, 3, 2),
            ("da-nang-2025", "2023-05-01", 2, 2, 2),
        ]
        assert all(one.lag_days is None for one in page.spread), "no lag without knowing what was observed"
        assert [one["copies"] for one in page.articles] == [0, 0, 1, 0], "newest first, undated last"
        every = regulation_page(connection, RULE_96, every=True)
        assert every is not None
        assert every.n_listed == 5
        assert regulation_page(connection, "vn/none") is None


def test_the_spread_of_a_summary_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "summary.db"
    with World(path) as made:
        made.ground()
        made.article("a", RULE)
        for unit, lag, censored in (("hue", 31, 0), ("gia-lai-2025", None, 1)):
            made.insert(
                "regulation_units",
                regulation=RULE_96,
                unit=unit,
                first_cited="2023-03-05",
                lag_days=lag,
                censored=censored,
                n=9,
                n_own=8,
                n_clusters=7,
            )
    with reading(path) as connection:
        page = regulation_page(connection, RULE_96)
        assert page is not None
        assert [(one.name, one.lag_days, one.censored, one.n) for one in page.spread] == [
            ("Gia Lai", None, True, 9),
            ("Huế", 31, False, 9),
        ]


def test_pages_of_a_list_stop_at_the_last(tmp_path: Path) -> None:
    path = tmp_path / "many.db"
    with World(path) as made:
        made.ground()
        for nth in range(PAGE + 1):
            made.article(f"a{nth}", RULE, published=f"2023-03-{nth % 28 + 1:02d}")
    with reading(path) as connection:
        pages = [regulation_page(connection, RULE_96, page=number) for number in (1, 2, 999)]
        assert [(page.page, len(page.articles)) for page in pages if page] == [(1, PAGE), (2, 1), (2, 1)]


# unit, month, articles, days observed, citations: a present unit has its former ones in it, and they have rows besides.
UNIT_MONTHS = [
    ("gia-lai", "2025-06", 100, 28, 10),
    ("binh-dinh", "2025-06", 300, 28, 90),
    ("gia-lai-2025", "2025-06", 400, 28, 100),
    ("gia-lai-2025", "2025-07", 200, 28, 20),
    ("hue", "2025-06", 10, 28, 1),
    ("hue", "2025-07", 10, 28, 0),
    ("ca-mau-2025", "2025-07", 0, 0, 0),  # nobody looked
    ("nghe-an", "2025-07", 40, 28, 0),  # looked, and found none
]
FIGURES = [
    (PRESENT, "gia-lai-2025", 600, 120, 200.0),
    (PRESENT, "hue", 20, 1, 50.0),
    (PRESENT, "ca-mau-2025", 0, 0, None),
    (PRESENT, "nghe-an", 40, 0, 0.0),
    (PRESENT, "ha-noi", 0, 0, None),
    (FORMER, "gia-lai", 100, 10, 100.0),
    (FORMER, "binh-dinh", 300, 90, 300.0),
    (FORMER, "hue", 20, 1, 50.0),
]


@pytest.fixture(scope="module")
def merger_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reading") / "merger.db"
    with World(path) as made:
        made.ground()
        for unit, month, articles, days, citations in UNIT_MONTHS:
            made.insert(
                "unit_months",
                unit=unit,
                month=month,
                articles=articles,
                days_observed=days,
                n_sites_observed=1,
                citations=citations,
            )
    return path


@pytest.mark.parametrize(
    ("scheme", "slug", "articles", "citations", "rate"), FIGURES, ids=[f"{f[1]} {f[0]}" for f in FIGURES]
)
def test_figures_of_present_and_former_units_are_not_added_together(
    merger_world: Path, scheme: str, slug: str, articles: int, citations: int, rate: float | None
) -> None:
    with reading(merger_world) as connection:
        units = {unit.slug: unit for unit in unit_figures(connection, scheme)}
    assert len(units) == (34 if scheme == PRESENT else 63)
    unit = units[slug]
    assert (unit.articles, unit.citations, unit.rate) == (articles, citations, rate)


def test_a_unit_page_shows_the_same_sums_by_month(merger_world: Path) -> None:
    with reading(merger_world) as connection:
        present, former = unit_page(connection, "gia-lai-2025"), unit_page(connection, "binh-dinh")
    assert present is not None
    assert former is not None
    assert present.months == [("2025-06", 100, 400), ("2025-07", 20, 200)]
    assert [unit["slug"] for unit in present.former] == ["binh-dinh", "gia-lai"]
    assert former.months == [("2025-06", 90, 300)]
    assert former.successor == {"slug": "gia-lai-2025", "name": "Gia Lai"}


def test_the_spread_over_present_units_leaves_the_former_ones_out(tmp_path: Path) -> None:
    path = tmp_path / "both.db"
    taken_up = {"first_cited": "2023-03-01", "n": 1, "n_own": 1, "n_clusters": 1}
    with World(path) as made:
        made.ground()
        for unit in ("gia-lai-2025", "gia-lai", "binh-dinh", "hue"):
            made.insert("regulation_units", regulation=RULE_96, unit=unit, **taken_up)
    with reading(path) as connection:
        page, former = regulation_page(connection, RULE_96), unit_page(connection, "binh-dinh")
    assert page is not None
    assert [one.unit for one in page.spread] == ["gia-lai-2025", "hue"]
    assert former is not None
    assert [(one["id"], one["n_units"]) for one in former.first] == [(RULE_96, 3)], "former units and the unmerged"


def test_the_pages_agree_with_the_corpus_step(spread_world: Path, tmp_path: Path) -> None:
    """What is counted without the summaries and what the summaries say are the same figures."""
    path = tmp_path / "summarised.db"
    shutil.copy(spread_world, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        run_corpus(Store(path, connection))
        summarised = figures(connection)
        connection.execute("DELETE FROM regulation_units")
        connection.execute("DELETE FROM unit_months")
        counted = figures(connection)
    assert summarised.keys() == counted.keys()
    for key, value in counted.items():
        if key in ((PRESENT, "da-nang-2025"), (FORMER, "quang-nam")):
            value = value[0] - 1, value[1] - 1  # what has no date is in no month
        assert summarised[key] == value, key


def figures(connection: sqlite3.Connection) -> dict[tuple[str, str], Any]:
    """By (scheme, unit) articles and citations, by ("spread", regulation) how the units took it up."""
    found: dict[tuple[str, str], Any] = {}
    for scheme in (PRESENT, FORMER):
        for unit in unit_figures(connection, scheme):
            found[scheme, unit.slug] = (unit.articles, unit.citations)
    for name in (RULE_96, LAND_LAW, DECREE_30):
        page = regulation_page(connection, name)
        assert page is not None
        found["spread", name] = [(one.unit, one.first_cited, one.n, one.n_own, one.n_clusters) for one in page.spread]
    return found


def test_the_first_to_cite_was_watched_and_not_alone(tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    with World(path) as made:
        made.ground()
        for regulation, unit, first, censored in (
            (RULE_96, "hue", "2023-03-01", 0),
            (RULE_96, "nghe-an", "2023-03-02", 0),
            (LAND_LAW, "hue", "2024-02-01", 1),
            (LAND_LAW, "nghe-an", "2024-03-01", 0),
            (DECREE_30, "hue", "2020-04-01", 0),
        ):
            made.insert(
                "regulation_units",
                regulation=regulation,
                unit=unit,
                first_cited=first,
                censored=censored,
                n=1,
                n_own=1,
                n_clusters=1,
            )
    with reading(path) as connection:
        first = {slug: unit_page(connection, slug) for slug in ("hue", "nghe-an")}
    assert [one["id"] for one in first["hue"].first] == [RULE_96]  # type: ignore[union-attr]
    assert first["nghe-an"].first == []  # type: ignore[union-attr]


def test_a_unit_is_observed_when_one_of_its_sites_is() -> None:
    days = [{"day": "2023-01-01", "state": state} for state in ("down", "observed", "partial")]
    assert best_states([*days, {"day": "2023-01-02", "state": "down"}]) == {
        "2023-01-01": "observed",
        "2023-01-02": "down",
    }


def test_the_home_page_counts_what_is_there(spread_world: Path) -> None:
    with reading(spread_world) as connection:
        page = overview(connection)
    assert {name: page.figures[name] for name in ("articles", "mentions", "units")} == {
        "articles": 6,
        "mentions": 9,
        "units": 3,
    }
    assert page.until == "2023-05-01"
    assert [(one["id"], one["n"], one["n_clusters"], one["n_provinces"]) for one in page.most_cited] == [
        (RULE_96, 4, 2, 2),
        (DECREE_30, 1, 1, 1),
    ]
    assert page.gaps["undated"] == 1
    assert page.versions == [{"version": "0.1.0", "n": 6}]


def test_sites_in_trouble_stand_first(tmp_path: Path) -> None:
    path = tmp_path / "sites.db"
    with World(path) as made:
        made.ground()
        for site, verdict in (("baohue", "ok"), ("tinhuyquangnam", "failed")):
            made.insert("site_status", site=site, verdict=verdict)
    with reading(path) as connection:
        names = [site["name"] for site in site_list(connection)]
    assert names == ["Tỉnh ủy Quảng Nam", "Báo Bình Định", "Báo Gia Lai", "Báo Huế", "Công an Nghệ An"]


def test_comparison_takes_any_spelling_and_says_what_it_does_not_know(spread_world: Path) -> None:
    with reading(spread_world) as connection:
        found = compare(connection, [RULE_96, "luật đất đai", "96-QĐ/TW", "xyz"], ["hue", "nowhere"])
    assert [one.regulation["id"] for one in found.regulations] == [RULE_96, LAND_LAW]
    assert found.unknown == ["xyz"]
    assert [unit["slug"] for unit in found.units] == ["hue"]
    assert [(taker["unit"], [cell and cell.n for cell in taker["cells"]]) for taker in found.takers] == [
        ("gia-lai-2025", [1, 1]),
        ("da-nang-2025", [2, None]),
        ("hue", [4, None]),
    ]


def test_an_article_knows_its_copies_both_ways(spread_world: Path) -> None:
    with reading(spread_world) as connection:
        numbers = dict(connection.execute("SELECT url, id FROM articles"))
        first, reprint = (
            article_page(connection, numbers[f"https://example.vn/{name}"]) for name in ("first", "reprint")
        )
    assert first is not None
    assert reprint is not None
    assert [copy["id"] for copy in first.copies] == [reprint.article["id"]]
    assert [copy["id"] for copy in reprint.copies] == [first.article["id"]]


def test_a_timeline_says_where_the_program_or_the_sites_changed(tmp_path: Path) -> None:
    path = tmp_path / "breaks.db"
    with World(path) as made:
        made.ground()
        made.insert("runs", id="r2", started="2023-06-01T20:00:00Z", version="0.2.0")
        made.insert("runs", id="r3", started="2023-07-01T20:00:00Z", version="0.2.0")
        for site, day in (("baogialai", "2023-02-20"), ("baohue", "2023-05-02"), ("baobinhdinh", "2023-05-03")):
            made.insert("coverage", site=site, day=day, state="observed")
    with reading(path) as connection:
        page = regulation_page(connection, RULE_96)
    assert page is not None
    assert page.breaks == [
        {"month": "2023-05", "version": None, "n_sites": 2},
        {"month": "2023-06", "version": "0.2.0", "n_sites": 0},
    ]


def test_the_script_of_the_documents_draws_a_spread(tmp_path: Path) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        for unit, lag, censored in (("hue", 31, 0), ("nghe-an", 90, 0), ("ha-noi", None, 1)):
            taken_up = {"first_cited": "2023-03-05", "n": 1, "n_own": 1, "n_clusters": 1}
            made.insert("regulation_units", regulation=RULE_96, unit=unit, lag_days=lag, censored=censored, **taken_up)
    script = Path(__file__).parent.parent / "docs" / "spread.py"
    command = [sys.executable, str(script), str(tmp_path / "w.db"), RULE_96, str(tmp_path / "spread.svg")]
    subprocess.run(command, check=True, env={**os.environ, "MPLBACKEND": "svg"})
    assert (tmp_path / "spread.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_links_that_were_undone_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "links.db"
    with World(path) as made:
        made.ground()
        made.insert("regulation_links", subject=GIA_LAI_PLAN, link="same_as", object=RULE_96, reason="number and date")
        made.insert(
            "regulation_links",
            subject=LAND_LAW,
            link="part_of",
            object=RULE_96,
            reason="x",
            undone_at="2023-01-01T00:00:00Z",
        )
    with reading(path) as connection:
        page = regulation_page(connection, RULE_96)
    assert page is not None
    assert [link["subject"] for link in page.links] == [GIA_LAI_PLAN]
