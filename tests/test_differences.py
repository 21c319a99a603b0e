"""What changed between two versions of a text: nothing is lost, nothing takes long."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.differences import BREAK, PILCROW, Stretch, difference

SIGNS = {"kept": "", "gone": "-", "new": "+"}


def shown(stretch: Stretch) -> str:
    """ "Họp [-sáng ][+chiều ]nay", or "(3)" for three paragraphs left out."""
    if stretch.left_out:
        return f"({stretch.left_out})"
    return "".join(f"[{SIGNS[run.state]}{run.text}]" if SIGNS[run.state] else run.text for run in stretch.runs)


CASES = [
    ("một", "một", []),
    ("", "một", ["[+một]"]),
    ("Họp sáng nay ở Pleiku.", "Họp chiều nay ở Pleiku.", ["Họp [-sáng ][+chiều ]nay ở Pleiku."]),
    ("Theo Quy định 96, họp.", "Theo Quy định 69, họp.", ["Theo Quy định [-96, ][+69, ]họp."]),
    ("một\n\nhai\n\nba", "một\n\nba", ["một", "[-hai]", "ba"]),
    ("một\n\nba", "một\n\nhai\n\nba", ["một", "[+hai]", "ba"]),
    ("a\n\nb\n\nc\n\nd\n\nx y z", "a\n\nb\n\nc\n\nd\n\nx y w", ["(3)", "d", "x y [-z][+w]"]),
    (
        "Cũ hết rồi, viết lại thôi.",
        "Hoàn toàn là lời khác.",
        ["[-Cũ hết rồi, viết lại thôi.]", "[+Hoàn toàn là lời khác.]"],
    ),
    # A sentence that became a paragraph of its own: its words are kept.
    ("Một hai ba bốn. Năm sáu bảy.", "Một hai ba bốn.\n\nNăm sáu bảy.", ["Một hai ba bốn.[+¶]", "Năm sáu bảy."]),
    ("Một hai ba.\n\nBốn năm.", "Một hai ba. Bốn năm.", ["Một hai ba. [-¶]Bốn năm."]),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES, ids=[f"{old[:12]} {new[:12]}" for old, new, _ in CASES])
def test_changes_are_told_word_by_word(old: str, new: str, expected: list[str]) -> None:
    assert [shown(one) for one in difference(old, new).stretches] == expected


WORDS = st.sampled_from(["a", "b", "c", ",", "d.", "Điều", "và"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join)).map(BREAK.join)


@given(TEXTS, TEXTS)
def test_no_word_is_lost_or_made_up(old: str, new: str) -> None:
    """Words that were left out apart, each side says its own text in order."""
    stretches = difference(old, new).stretches
    left_out = sum(one.left_out for one in stretches)
    for text, other in ((old, "new"), (new, "gone")):
        said = [
            word
            for one in stretches
            for run in one.runs
            if run.state != other
            for word in run.text.replace(PILCROW, " ").split()
        ]
        kept = text.split()
        assert len(said) <= len(kept) if left_out else said == kept or not stretches, f"{text!r}: {said}"
    assert bool(stretches) == (old.split() != new.split() or old.split(BREAK) != new.split(BREAK))


HOSTILE = {
    "one word": ("a " * 40_000, "a " * 30_000 + "b"),
    "two words": ("a b " * 40_000, "b a a " * 30_000),
    "nothing in common": (" ".join(map(str, range(30_000))), " ".join(map(str, range(50_000, 80_000)))),
    "paragraphs alike": ("a\n\n" * 60_000, "b\n\na\n\n" * 30_000),
    "long": ("x" * 3_000_000, "y" * 3_000_000),
    "shuffled": (
        BREAK.join(random.Random(1).sample(words := [f"đoạn {n % 700}" for n in range(20_000)], 20_000)),
        BREAK.join(random.Random(2).sample(words, 20_000)),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long(name: str) -> None:
    began = time.process_time()
    found = difference(*HOSTILE[name])
    assert time.process_time() - began < 2, f"{name}: {len(found.stretches)} stretches"
    assert found.stretches
