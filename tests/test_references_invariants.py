"""What holds for every text: spans, normal forms, shifts, linear time, and that no input raises."""

from __future__ import annotations

import itertools
import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gold.score import read
from pipelines.references import find_references, reference_keys

GOLD = Path(__file__).parent / "gold" / "documents-dev.jsonl"
PIECES = st.sampled_from(
    [
        *(
            "Quy định số 96-QĐ/TW",
            "Nghị quyết 57",
            ", 59 và 68",
            " của Bộ Chính trị",
            " ngày 2/2/2023",
            "Luật Đất đai 2024",
        ),
        *(
            "số 12/QĐ-UBND",
            "Quyết định này",
            " thay thế ",
            "Căn cứ ",
            "Điều 5 ",
            "\n\n",
            "\n",
            ". ",
            "; ",
            " (",
            ")",
            "“",
            "”",
        ),
        *(
            "Nghị quyết Trung ương 4 khóa XII",
            "Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XVI",
            "&nbsp;",
            "\u200b",
            "UBND tỉnh",
        ),
        *(
            "văn bản ",
            "các Nghị quyết của HĐND tỉnh: số 1/NQ-HĐND",
            "17/2",
            " 1.000 ",
            "\ud800",
            "\u0301",
            "Đ",
            "Ð",
            "a",
        ),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))
ADVERSARIES = [
    "1",
    "-",
    "1-",
    "1/",
    "a-1",
    " ",
    "\n",
    "so ",
    "nghị quyết ",
    "Quyết định 12/QĐ-UBND thay thế ",
    "“",
    "Luật A ",
    "&",
    "khoản 1, ",
    "Căn cứ Quyết định 12/QĐ-UBND, ",
    "Quyết định 12/QĐ-UBND hết hiệu lực, ",
    "các Quyết định 1, ",
    "Nghị quyết này ",
    "NQ 57 ",
    "&amp; ",
    " \n",
]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_spans_are_those_of_the_surfaces_and_do_not_overlap(text: str) -> None:
    found = find_references(text, published="2023-02-18", unit="gia-lai")
    end = 0
    for mention in found.mentions:
        assert found.text[mention.start : mention.end] == mention.surface, repr(text)
        assert end <= mention.start < mention.end, repr(text)
        end = mention.end
    known = {regulation.id for regulation in found.regulations}
    assert {mention.regulation for mention in found.mentions} - {None} == known, repr(text)
    assert {id_ for one in found.relations for id_ in (one.subject, one.object)} <= known, repr(text)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_normal_form_changes_nothing(text: str) -> None:
    assert find_references(unicodedata.normalize("NFD", text)) == find_references(unicodedata.normalize("NFC", text))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(["Hôm nay trời đẹp.", "Bà con vui mừng.\n\nMùa vụ được.", "x" * 500]))
def test_a_paragraph_in_front_shifts_and_changes_nothing_else(text: str, front: str) -> None:
    plain, shifted = find_references(text), find_references(f"{front}\n\n{text}")
    by = len(front) + 2
    moved = [(m.start + by, m.end + by, m.surface, m.kind, m.date, m.issuer, m.regulation) for m in plain.mentions]
    assert [(m.start, m.end, m.surface, m.kind, m.date, m.issuer, m.regulation) for m in shifted.mentions] == moved, (
        repr(text)
    )


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_keys_are_those_of_the_mentions(text: str) -> None:
    found = find_references(text)
    assert len(reference_keys(text)) == sum(m.number is not None for m in found.mentions), repr(text)


@pytest.mark.parametrize("unit", ADVERSARIES)
def test_time_is_linear(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        best = float("inf")
        for _ in range(2):
            begun = time.process_time()
            find_references(text, published="2023-02-18", unit="gia-lai")
            best = min(best, time.process_time() - begun)
        return best

    short, long = seconds(20_000), seconds(200_000)
    assert long < 30 * short + 0.1, f"ten times {unit!r} took {long / short:.0f} times as long"


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "\udfff" * 100, "\0" * 100, "Quyết định số \ud800 12/QĐ-UBND", "\u0301", "&", "&#0;"]
)
def test_odd_texts_are_read(text: str) -> None:
    find_references(text, published="2023-02-18", unit="gia-lai")
    reference_keys(text)


WRITTEN = [
    ("decomposed", lambda text: unicodedata.normalize("NFD", text)),
    ("U+00D0", lambda text: text.replace("Đ", "Ð").replace("đ", "ð")),
    ("no-break spaces", lambda text: text.replace(" ", "\u00a0")),
    ("double spaces", lambda text: text.replace(" ", "  ")),
    ("long dashes", lambda text: re.sub(r"(?<=\w)-(?=\w)", "–", text)),
    ("other slashes", lambda text: text.replace("/", "⁄")),
    ("zero width", lambda text: text.replace(" ", "\u200b ")),
    ("entities", lambda text: text.replace("à", "&agrave;").replace("ê", "&ecirc;")),
    ("lines ended by CR LF", lambda text: text.replace("\n", "\r\n")),
]


@pytest.mark.parametrize(("manner", "write"), WRITTEN, ids=[manner for manner, _ in WRITTEN])
def test_the_same_text_in_another_spelling_says_the_same(manner: str, write: Callable[[str], str]) -> None:
    for record in read(GOLD):
        text = record["text"]
        if manner == "entities" and "&" in text:
            continue
        options = {"published": record.get("published"), "unit": record.get("province")}
        said, again = find_references(text, **options), find_references(write(text), **options)
        facts, facts_again = (
            [(m.number, m.type, m.issuer_code, m.date, m.regulation) for m in found.mentions] for found in (said, again)
        )
        assert facts_again == facts, f"{manner}: {text}"
        relations, relations_again = (
            [(r.subject, r.relation, r.object) for r in found.relations] for found in (said, again)
        )
        assert relations_again == relations, f"{manner}: {text}"


def test_time_is_linear_in_documents_of_one_number() -> None:
    def seconds(count: int) -> float:
        names = ("".join(letters) for letters in itertools.product("ABCDEFGHIJKLMNOPQRST", repeat=4))
        text = "".join(f"Quyết định 12/QĐ-{name}. Quyết định 12 này. " for name in itertools.islice(names, count))
        begun = time.process_time()
        find_references(text)
        return time.process_time() - begun

    seconds(100)
    short, long = seconds(500), seconds(5_000)
    assert long < 30 * short + 0.1, f"ten times the documents took {long / short:.0f} times as long"


def test_time_is_linear_in_one_sentence_of_many_cues() -> None:
    def seconds(count: int) -> float:
        text = "Quyết định này" + " được ban hành, phải bãi bỏ Quyết định 12/QĐ-UBND" * count
        begun = time.process_time()
        find_references(text)
        return time.process_time() - begun

    seconds(100)
    short, long = seconds(500), seconds(10_000)
    assert long < 40 * short + 0.1, f"twenty times the cues took {long / short:.0f} times as long"
