"""A site that silently yields nothing is noticed, its first failing stage named, and a quiet Sunday is no failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.health.coverage import Look, cover
from crawler.health.expectations import Expectation, Night, learn
from crawler.health.listings import Mute
from crawler.health.stages import Counts, first_failing_stage
from crawler.language import is_vietnamese
from pipelines.store import Store
from pipelines.store.articles import insert

WELL = {
    "asked": 2,
    "listings": 2,
    "links": 90,
    "candidates": 40,
    "fetched": 14,
    "pages": 12,
    "texts": 12,
    "dated": 12,
    "citing": 5,
    "new": 12,
    "ever": True,
    "silent_days": 1.0,
}
USUAL = Expectation(30, 12.0, 6.0, 20.0, 1.0, 1.0, 0.4, 2.0)
QUIET = {"pages": 0, "texts": 0, "dated": 0, "citing": 0, "new": 0, "fetched": 2}


def counts(changed: dict[str, object]) -> Counts:
    return Counts(**{**WELL, **changed})  # type: ignore[arg-type]


STAGES = [
    ("all well", {}, None),
    (
        "listings unread",
        {"listings": 0, "links": 0, "candidates": 0, "causes": {"forbidden": 2}},
        "could not be read: the server refuses",
    ),
    ("no links", {"links": 0, "candidates": 0} | QUIET, "gave no links"),
    ("no match", {"candidates": 0} | QUIET, "none of the 90 links on its listings matches"),
    ("few match", {"candidates": 3} | QUIET, "1.5 links to articles each, where 20.0 are usual"),
    ("blocked", QUIET | {"blocked": 9, "causes": {"block-page": 9}}, "blocked: a wall between"),
    ("no answer", QUIET | {"failed": 9, "causes": {"http-503": 9}}, "not answered: the server answered with an error"),
    (
        "text empty",
        {"texts": 0, "dated": 0, "citing": 0, "new": 0, "causes": {"no-text": 12}},
        "none of 12 pages gave the text of an article: the page holds no text",
    ),
    ("little text", {"texts": 2, "dated": 2, "new": 2}, "only 2 of 12 pages gave the text"),
    ("no date", {"dated": 0}, "none of 12 articles has a date, which is usual for 100%"),
    ("few dates", {"dated": 2}, "only 2 of 12 articles have a date"),
    ("no references", {"citing": 0}, "only 0 of 12 articles cite"),
    ("nothing new", QUIET, "0 new articles, where about 12 are usual and never fewer than 6"),
    ("hijacked", {"foreign_pages": 2, "candidates": 0} | QUIET, "not in Vietnamese"),
    (
        "hijacked, same addresses",
        {"foreign_pages": 14, "texts": 0, "dated": 0, "citing": 0, "new": 0},
        "not in Vietnamese",
    ),
    (
        "one listing of two",
        {"mute": (Mute("listing", "https://b.vn/tin", "no-links"),)},
        "its listing https://b.vn/tin gave no links",
    ),
    (
        "two feeds",
        {"mute": (Mute("feed", "https://b.vn/r", "not-found"), Mute("feed", "https://b.vn/s", "no-match"))},
        "its feed https://b.vn/r could not be read: the server says that it is not there",
    ),
    (
        "all listings",
        {"links": 0, "candidates": 0, "mute": (Mute("listing", "u", "no-links"),)} | QUIET,
        "its listings",
    ),
    ("one foreign page", {"foreign_pages": 1}, None),
    ("one page of twelve fails", {"failed": 1, "causes": {"reset": 1}}, None),
    ("one new page, and it fails", {**QUIET, "failed": 1, "causes": {"reset": 1}, "new": 7}, None),
]


@pytest.mark.parametrize(("changed", "said"), [s[1:] for s in STAGES], ids=[s[0] for s in STAGES])
def test_the_first_failing_stage_is_named(changed: dict[str, object], said: str | None) -> None:
    stage = first_failing_stage(counts(changed), USUAL)
    assert (stage is None) if said is None else (stage is not None and said in stage), stage


FIRST = [
    ("a baseline", {}, None),
    ("a site without dates", {"dated": 0}, None),
    ("a site that cites nothing", {"citing": 0}, None),
    ("one page, and it is blocked", {**QUIET, "ever": False, "blocked": 1, "causes": {"forbidden": 1}}, "blocked"),
    (
        "one page, and it is empty",
        {"pages": 1, "texts": 0, "new": 0, "ever": False, "causes": {"no-text": 1}},
        "none of 1 pages",
    ),
    ("nothing but links", {**QUIET, "ever": False}, "never given an article"),
]


@pytest.mark.parametrize(("changed", "said"), [s[1:] for s in FIRST], ids=[s[0] for s in FIRST])
def test_a_first_run_expects_links_articles_and_text_only(changed: dict[str, object], said: str | None) -> None:
    stage = first_failing_stage(counts(changed), Expectation())
    assert (stage is None) if said is None else (stage is not None and said in stage), stage


def test_a_run_with_a_limit_is_not_held_to_what_is_usual() -> None:
    assert first_failing_stage(counts(QUIET), USUAL, whole=False) is None
    blank = counts(QUIET | {"links": 0})
    assert first_failing_stage(blank, USUAL, whole=False) == "its listings gave no links"


MONDAY = date(2026, 11, 2)


def nights(news: Sequence[int], *, first: date = MONDAY, every: float = 1.0) -> list[Night]:
    """Good runs, the first of them with a backlog."""
    days = [first + timedelta(days=int(i * every)) for i in range(len(news))]
    return [
        Night(day, every if i else None, n, 2, 40, n, n, n, n // 2)
        for i, (day, n) in enumerate(zip(days, news, strict=True))
    ]


WEEK = [10, 11, 12, 9, 10, 1, 0]  # Monday to Sunday


def test_expectations_know_the_weekday() -> None:
    month = nights([500, *WEEK[1:], *WEEK * 3])
    monday, sunday = (learn(month, MONDAY + timedelta(days=28 + i), 1.0) for i in (0, 6))
    assert (monday.new, monday.least) == (10.0, 10.0)
    assert (sunday.new, sunday.least) == (0.0, 0.0)
    silent = counts(QUIET)
    assert "0 new articles" in (first_failing_stage(silent, monday) or "")
    assert first_failing_stage(silent, sunday) is None


def test_what_a_pause_left_is_expected_too() -> None:
    assert learn(nights([300] + [10] * 9), MONDAY + timedelta(days=12), 3.0).new == 30.0


@pytest.mark.parametrize(
    ("history", "gap"),
    [([], None), (nights([300]), 1.0), (nights([300, 9, 9]), 1.0), (nights([300] + [9] * 20), 0.1)],
    ids=["never run", "the baseline alone", "two nights", "a second run of the day"],
)
def test_without_comparable_nights_no_number_is_expected(history: list[Night], gap: float | None) -> None:
    assert learn(history, MONDAY, gap).new is None


def test_a_long_silence_is_noticed_where_articles_are_few() -> None:
    rare = learn(nights([5, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1]), MONDAY + timedelta(days=13), 1.0)
    assert rare.silence == 3.0
    assert first_failing_stage(counts(QUIET | {"silent_days": 5.0}), rare) is None
    said = first_failing_stage(counts(QUIET | {"silent_days": 7.0}), rare)
    assert said == "no new article for 7 days, where 3 were the longest pause"


@given(st.lists(st.integers(0, 400), max_size=70), st.one_of(st.none(), st.floats(0, 400)), st.integers(0, 6))
def test_a_night_like_the_others_is_never_an_alarm(news: list[int], gap: float | None, weekday: int) -> None:
    usual = learn(nights(news), MONDAY + timedelta(days=70 + weekday), gap)
    if usual.new is not None:
        n = max(0, round(usual.new))
        same = counts({"new": n, "pages": n, "texts": n, "dated": n, "citing": n})
        assert first_failing_stage(same, usual) is None


LANGUAGES = [
    ("Ban Thường vụ Tỉnh ủy họp phiên thường kỳ, cho ý kiến về nhiều nội dung quan trọng của tỉnh. " * 4, True),
    ("The committee met on Monday to discuss a number of matters of importance to the province. " * 4, False),
    ("Le comité s'est réuni lundi à l'hôtel pour débattre des problèmes de la région côtière. " * 4, False),
    ("省委常委会召开会议，研究部署近期重点工作。" * 20, False),
    ("Tin mới", None),
]


@pytest.mark.parametrize(("text", "expected"), LANGUAGES, ids=["vi", "en", "fr", "zh", "short"])
def test_language(text: str, expected: bool | None) -> None:
    assert is_vietnamese(text) is expected


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "days.db") as store:
        with store.write() as tx:
            insert(tx, "sites", {"id": "bao", "name": "Báo", "kind": "newspaper", "level": "province"})
        yield store


def states(store: Store) -> dict[int, str]:
    return {int(row["day"][-2:]): row["state"] for row in store.rows("SELECT * FROM coverage ORDER BY day")}


def look(store: Store, day: int, state: str, reached: str | None = None, reason: str | None = None) -> None:
    with store.write() as tx:
        cover(tx, Look("bao", state, state != "down", reason, reached=reached), date(2026, 11, day))


def test_every_day_has_a_state(store: Store) -> None:
    look(store, 5, "observed", reached="2026-11-03")
    assert states(store) == {3: "backfilled", 4: "backfilled", 5: "observed"}
    look(store, 6, "down", reason="no page answered")
    look(store, 9, "partial", reason="the run was stopped")
    assert states(store) == {
        3: "backfilled",
        4: "backfilled",
        5: "observed",
        6: "down",
        7: "not_started",
        8: "not_started",
        9: "partial",
    }
    assert store.value("SELECT reason FROM coverage WHERE day = '2026-11-07'") == "no run"
    look(store, 11, "observed", reached="0001-01-01")
    assert list(states(store).values())[3:] == ["backfilled"] * 5 + ["observed"]
    said = store.value("SELECT reason FROM coverage WHERE day = '2026-11-06'")
    assert said == "no page answered; caught up on 2026-11-11"


def test_a_day_stays_observed(store: Store) -> None:
    look(store, 5, "partial", reason="the run was stopped")
    look(store, 5, "observed")
    look(store, 5, "down", reason="no page answered")
    assert [tuple(row) for row in store.rows("SELECT state, reason FROM coverage")] == [("observed", None)]


def test_a_killed_run_saw_a_part(store: Store) -> None:
    look(store, 5, "observed")
    with store.write() as tx:
        insert(tx, "runs", {"id": "killed", "started": "2026-11-06T19:00:00Z", "version": "1"})
        insert(tx, "site_runs", {"run": "killed", "site": "bao", "fetched": 3})
    look(store, 8, "partial")
    assert states(store) == {5: "observed", 6: "not_started", 7: "partial", 8: "partial"}
