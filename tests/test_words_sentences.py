"""Where sentences end: ``words_sentences.txt`` has a probe a line, with a bar where it is cut."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.models import Paragraph
from pipelines.words import split_sentences
from pipelines.words.abbreviations import language

ROOT = Path(__file__).parent.parent
DATA = tomllib.loads((ROOT / "pipelines" / "words" / "abbreviations.toml").read_text(encoding="utf-8"))
STARTERS = DATA["starters"]
PROBES = (ROOT / "tests" / "words_sentences.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("probe", PROBES)
def test_sentences_end_where_the_bars_are(probe: str) -> None:
    text = probe.replace("|", "")
    found = [text[sentence.start : sentence.end] for sentence in split_sentences(text)]
    assert found == [part.strip() for part in probe.split("|")], f"cut as {' | '.join(found)}"


@pytest.mark.parametrize("label", STARTERS["before_colons"])
def test_a_label_opens_a_sentence_after_an_abbreviation(label: str) -> None:
    assert sentences(f"Chức vụ: PGS.TS. {label}: Kpă Nam") == ["Chức vụ: PGS.TS.", f"{label}: Kpă Nam"]


def sentences(text: str, **given: Any) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text, **given)]


@pytest.mark.parametrize("form", sorted(language().abbreviations))
def test_every_abbreviation_keeps_its_full_stop(form: str) -> None:
    text = f"Đoàn gặp {form}. Kpă Nam ở đó"
    assert sentences(text) == [text], f"cut after {form}."


@pytest.mark.parametrize("start", STARTERS["phrases"] + STARTERS["before_small_letters"])
def test_every_starter_opens_a_sentence_after_an_abbreviation(start: str) -> None:
    assert sentences(f"Họ về TX. {start} đó") == ["Họ về TX.", f"{start} đó"]


@pytest.mark.parametrize("start", STARTERS["before_small_letters"])
def test_a_name_may_begin_like_a_starter(start: str) -> None:
    assert sentences(f"Họ về TX. {start} Nam") == [f"Họ về TX. {start} Nam"]


def test_every_table_of_the_word_lists_names_its_source() -> None:
    assert all(table["source"] for table in [*DATA["abbreviations"], DATA["letters"], STARTERS, DATA["lists"]])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n", "\u2028", "\x85", "\x0b"])
def test_without_paragraphs_every_line_is_one(line_break: str) -> None:
    assert sentences(f"Dòng một{line_break}dòng hai. Câu ba") == ["Dòng một", "dòng hai.", "Câu ba"]


def test_paragraphs_are_never_bridged() -> None:
    parts = ["Tiêu đề chưa hết câu", "thân bài, trích (Quyết định 5.", "Đoạn cuối) thế thôi"]
    text = "\n\n".join(parts)
    paragraphs = [Paragraph(text.index(part), text.index(part) + len(part), "body") for part in parts]
    assert sentences(text, paragraphs=paragraphs) == parts


@pytest.mark.parametrize("text", ["Thông tư 01.Bộ. Tài chính.", "Số 5.\nQĐ. Nay", "Mục I. II. III. xong"])
def test_no_protected_span_is_cut(text: str) -> None:
    protected = [(text.index(" ") + 1, len(text) - 1)]
    assert sentences(text, paragraphs=[Paragraph(0, len(text), "body")], protected=protected) == [text]


def test_a_protected_span_ends_with_its_paragraph() -> None:
    text = "Số 96-QĐ/TW\n\nvề việc"
    paragraphs = [Paragraph(0, 11, "title"), Paragraph(13, len(text), "body")]
    assert sentences(text, paragraphs=paragraphs, protected=[(3, 15)]) == ["Số 96-QĐ/TW", "về việc"]
