"""Folding: one character for one, and a map where characters are dropped."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.folding import fold, normalise

SAME = [
    ("QUY ĐỊNH số 96–QÐ⁄TW", "quy dinh so 96-qd/tw"),
    ("hoà hòa uỷ ủy", "hoa hoa uy uy"),
    ("a\u00a0b\tc\rd\u202fe", "a b c d e"),
    ("АВСЕНКМОРТ", "abcehkmopt"),
    ("Ɖ Ð Đ đ ð", "d d d d d"),
    ("９６／ＱĐ", "96/qd"),
    ("‐‑‒–—―−﹘", "--------"),
    ("một\nhai", "mot\nhai"),
]


@pytest.mark.parametrize(("text", "folded"), SAME)
def test_folds_character_for_character(text: str, folded: str) -> None:
    assert fold(text).text == folded, text
    assert fold(text).offsets is None, f"{text!r} needs no map"


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("số\u200b 57", (0, 2), "số"),
        ("số\u200b 57", (3, 5), "57"),
        ("ab\u0323\u0323\u0304cd", (2, 3), "c"),
        ("\ufeffsố 5", (0, 2), "số"),
        ("Quy\u00adđịnh", (0, 7), "Quy\u00adđịnh"),
    ],
)
def test_maps_back_where_characters_are_dropped(text: str, span: tuple[int, int], written: str) -> None:
    text = normalise(text)
    start, end = fold(text).span(*span)
    assert text[start:end] == written, f"{text!r} {span}"


@given(st.text())
def test_every_folded_character_has_its_place(text: str) -> None:
    text = normalise(text)
    folded = fold(text)
    for i in range(len(folded.text)):
        start, end = folded.span(i, i + 1)
        assert end == start + 1
        assert fold(text[start:end]).text == folded.text[i], f"{text!r} at {i}"
        assert folded.at(start) == i


@given(st.text(alphabet=st.characters(categories=("L", "M", "N", "P", "Z", "Cs"))))
def test_normal_form_does_not_matter(text: str) -> None:
    assert fold(normalise(unicodedata.normalize("NFD", text))).text == fold(normalise(text)).text, repr(text)
