"""The gate: floors on the gold corpora, which never go down silently."""

from __future__ import annotations

import functools

import pytest

from gold.gate import CORPORA, digest, load, measure
from gold.score import Score

LEAST = {  # what the project promises, whatever the floors say
    "recall": 0.97,
    "precision": 0.98,
    "negatives_clean": 1.0,
    "core_fields": 0.985,
    "date": 1.0,
    "relation_f1": 0.85,
}
LEAST_TOGETHER = {"resolution": 0.95}  # over all corpora: a small one may hold more that its text alone cannot tell
REPAIR = "run tests/gold/gate.py to see why; tests/gold/gate.py --update --allow-regression lowers a floor"


@functools.cache
def measured(corpus: str) -> Score:
    return measure(corpus)


@pytest.mark.parametrize("corpus", CORPORA)
def test_floors_are_for_this_corpus(corpus: str) -> None:
    assert load()[corpus]["sha256"] == digest(corpus), f"{corpus} changed: run tests/gold/gate.py --update"


@pytest.mark.parametrize("corpus", CORPORA)
def test_no_figure_is_under_its_floor(corpus: str) -> None:
    figures = measured(corpus).figures()
    for name, floor in load()[corpus]["floors"].items():
        errors = "\n".join(measured(corpus).errors)
        assert figures[name] >= floor, f"{corpus}: {name} {figures[name]:.3f} < {floor}; {REPAIR}\n{errors}"


@pytest.mark.parametrize("corpus", CORPORA)
def test_floors_keep_the_promise(corpus: str) -> None:
    floors = load()[corpus]["floors"]
    for name, least in LEAST.items():
        assert floors[name] >= least, f"{corpus}: the floor of {name} is {floors[name]}, promised {least}"


def test_resolution_over_all_corpora() -> None:
    right = sum(measured(corpus).resolution.right for corpus in CORPORA[1:3])
    every = sum(measured(corpus).resolution.all for corpus in CORPORA[1:3])
    assert right / every >= LEAST_TOGETHER["resolution"], f"{right} of {every}"
