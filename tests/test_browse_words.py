"""What the program says in English is said in Vietnamese on Vietnamese pages: stages that failed, causes of failure."""

from __future__ import annotations

import importlib.util
import string
from types import ModuleType

import pytest

from crawler.causes import all_causes
from crawler.health.expectations import Expectation
from crawler.health.stages import first_failing_stage
from crawler.verbs.browse import CONFIGURATION
from test_health import FIRST, QUIET, STAGES, USUAL, counts


@pytest.fixture(scope="module")
def display() -> ModuleType:
    """The plugin, loaded from its file as Datasette does."""
    spec = importlib.util.spec_from_file_location("display", CONFIGURATION / "plugins" / "danchieu_display.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAID = [
    *(first_failing_stage(counts(changed), USUAL) for _, changed, _ in STAGES),
    *(first_failing_stage(counts(changed), Expectation()) for _, changed, _ in FIRST),
    first_failing_stage(counts(QUIET | {"silent_days": 7.0}), Expectation(30, silence=3.0)),
    first_failing_stage(counts({"listings": 0, "causes": {}}), USUAL),
    first_failing_stage(counts({"candidates": 2}), Expectation(30, candidates=20.0)),
]


@pytest.mark.parametrize("said", sorted({said for said in SAID if said}))
def test_every_stage_is_said_in_vietnamese(display: ModuleType, said: str) -> None:
    shown = display.stage_in_words(said, "vi")
    assert shown != said
    assert not {"its", "the", "where", "gave", "none", "page", "pages"} & set(shown.split()), shown
    assert not shown.isascii(), shown
    numbers = [word for word in said.replace("%", "").split("(")[0].split() if word.isdigit()]
    assert [word for word in numbers if word not in shown] == [], f"{said!r} became {shown!r}"
    assert display.stage_in_words(said, "en") == said


@pytest.mark.parametrize("cause", sorted(all_causes()))
def test_every_cause_is_said_in_both_languages(display: ModuleType, cause: str) -> None:
    vietnamese, english = (display.cause_in_words(cause, language) for language in ("vi", "en"))
    assert vietnamese != cause
    assert english.isascii()
    assert vietnamese != english


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("http-503", "máy chủ báo lỗi (503)"),
        ("bug-ValueError", "lỗi của chương trình (ValueError)"),
        ("not-html: application/pdf", "không phải trang web"),
        ("no-such-host", "tên miền không tồn tại"),
        ("<b>", "<b>"),
        ("", ""),
    ],
)
def test_a_cause_with_a_detail(display: ModuleType, cause: str, expected: str) -> None:
    assert display.cause_in_words(cause, "vi") == expected


@pytest.mark.parametrize("said", [None, "", "x", "its  could not be read: ", "(" * 300, string.printable * 3])
def test_what_nobody_translated_stays(display: ModuleType, said: str | None) -> None:
    assert display.stage_in_words(said, "vi") in (said or "", "không đọc được : ")
