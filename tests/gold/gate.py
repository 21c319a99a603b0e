#!/usr/bin/env python3
"""The floors that reference extraction holds on gold: ``gate.py`` shows figures, ``--update`` raises floors.

floors.json names each corpus by its digest, so that a changed corpus cannot pass for a better program. A floor is
lowered only with ``--update --allow-regression``, which a reviewer will see.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
CORPORA = ("references-dev", "representative-dev", "documents-dev", "forms-dev")
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from score import Score, read, score  # noqa: E402  # found only with the path above

from pipelines.contract import references_json  # noqa: E402  # the same
from pipelines.references import find_references  # noqa: E402  # the same


def digest(corpus: str) -> str:
    """The first 16 hex digits of the sha256 of a corpus."""
    return hashlib.sha256((HERE / f"{corpus}.jsonl").read_bytes()).hexdigest()[:16]


def predict(record: dict[str, Any]) -> dict[str, Any]:
    """The JSON contract of a record's text."""
    found = find_references(record["text"], published=record.get("published"), unit=record.get("province"))
    return references_json(found)


def measure(corpus: str) -> Score:
    """The score of a corpus."""
    gold = read(HERE / f"{corpus}.jsonl")
    return score(gold, [predict(record) for record in gold])


def load() -> dict[str, dict[str, Any]]:
    """The floors by corpus, with the digest they were set for."""
    loaded: dict[str, dict[str, Any]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return loaded


def _down(value: float) -> float:
    """A figure as a floor: rounded down to a thousandth."""
    return math.floor(value * 1000) / 1000


def update(*, allow_regression: bool) -> list[str]:
    """Write the present figures as floors; the floors that would fall are returned, and kept unless allowed."""
    old = load() if FLOORS.exists() else {}
    new: dict[str, dict[str, Any]] = {}
    fallen = []
    for corpus in CORPORA:
        figures = {name: _down(value) for name, value in measure(corpus).figures().items()}
        for name, floor in old.get(corpus, {}).get("floors", {}).items():
            if figures.get(name, 0) < floor:
                fallen.append(f"{corpus} {name}: {floor} -> {figures.get(name, 0)}")
                figures[name] = figures.get(name, 0) if allow_regression else floor
        new[corpus] = {"sha256": digest(corpus), "floors": figures}
    FLOORS.write_text(json.dumps(new, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return fallen


def main(arguments: Sequence[str]) -> int:
    if "--update" in arguments:
        fallen = update(allow_regression="--allow-regression" in arguments)
        print("\n".join(fallen) or "no floor fell")
        return int(bool(fallen) and "--allow-regression" not in arguments)
    for corpus in CORPORA:
        total = measure(corpus)
        print(corpus, json.dumps({name: round(value, 3) for name, value in total.figures().items()}))
        print("\n".join(total.errors))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
