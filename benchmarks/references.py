"""Characters a second of finding references, on news and on dense text, beside peers on texts of their own field.

    python benchmarks/references.py [--rounds 5] [text.txt ...]

News is the gold corpus of passages of provincial pages (or the files named), repeated to a million characters, with its
references and without those passages that hold one; dense text has a reference in every ten words. "find" is detection
alone, "all" everything that ``find_references`` does. The peers read texts of their own field: eyecite case law of the
United States, refex German law; each is left out where it is not installed. Speed is CPU time, the best of the rounds,
all systems in turn in every round.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import Any

import click
from targets import target

from pipelines.references import find_references, reference_keys

ASKED = {"danchieu find, news": "≥ 5", "danchieu all, dense": "≥ 1"}  # dense: one word in ten is of a reference
GOLD = Path(__file__).parent.parent / "tests" / "gold" / "representative-dev.jsonl"
LENGTH = 1_000_000
DENSE = (
    "Căn cứ Nghị định số {0}/2018/NĐ-CP ngày 17/10/2018 của Chính phủ và Quyết định số {0}/QĐ-BHXH, thủ trưởng các "
    "đơn vị chịu trách nhiệm thi hành Thông tư {0}/2024/TT-BGDĐT. "
)
CASE_LAW = (
    "The court in Foo v. Bar, 1 U.S. 12, 15 (2003), followed Lopez, 514 U.S. at 549. Id. at 560. The statute, 42 "
    "U.S.C. § 1983, was applied in the second appeal, and the judgment below was affirmed without opinion. "
)
GERMAN_LAW = (
    "Die Klage ist nach § 154 Abs. 1 VwGO abzuweisen. Das Gericht folgt dem Urteil des BVerwG vom 20.02.2012 - 4 C "
    "9.11 -, wonach § 708 Nr. 11 ZPO in Verbindung mit § 711 ZPO gilt und die Revision nicht zuzulassen ist. "
)


@dataclass(frozen=True)
class Run:
    """A system on a text: ``count`` reads it and says how many references it found."""

    name: str
    text: str
    count: Callable[[str], int]


def repeated(text: str) -> str:
    """A text repeated to the length of all texts here."""
    return (text * (LENGTH // len(text) + 1))[:LENGTH]


def dense() -> str:
    """A text with a reference in every ten words, its numbers all different."""
    return "".join(DENSE.format(number) for number in range(1, LENGTH // len(DENSE)))


def news(paths: Sequence[Path]) -> dict[str, str]:
    """Passages of provincial news, with and without references."""
    if paths:
        return {"news": repeated("\n\n".join(path.read_text(encoding="utf-8") for path in paths))}
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").split("\n") if line]
    return {
        "news": repeated("\n\n".join(record["text"] for record in records)),
        "news without references": repeated("\n\n".join(r["text"] for r in records if not r["refs"])),
    }


def ours(texts: dict[str, str]) -> list[Run]:
    """Detection alone and the whole way, on every text."""
    ways: dict[str, Callable[[str], int]] = {
        "find": lambda text: len(reference_keys(text)),
        "all": lambda text: len(find_references(text, published="2023-02-18", unit="gia-lai").mentions),
    }
    return [Run(f"danchieu {way}, {name}", text, count) for name, text in texts.items() for way, count in ways.items()]


def peers() -> list[Run]:
    """The peers that are installed."""
    found = []
    if installed("eyecite"):
        eyecite: Any = importlib.import_module("eyecite")
        found.append(
            Run(f"eyecite {version('eyecite')}, case law", CASE_LAW * 500, lambda t: len(eyecite.get_citations(t)))
        )
    if installed("legal-reference-extraction"):
        extractor: Any = importlib.import_module("refex.orchestrator").CitationExtractor()
        name = f"refex {version('legal-reference-extraction')}, German law"
        found.append(Run(name, GERMAN_LAW * 500, lambda text: len(extractor.extract(text).citations)))
    return found


def installed(package: str) -> bool:
    """Whether a package is there."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def seconds(run: Run) -> tuple[float, int]:
    """CPU seconds of one reading, and what it found."""
    begun = process_time()
    count = run.count(run.text)
    return process_time() - begun, count


@click.command(help=__doc__)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=5, show_default=True)
def main(paths: Sequence[Path], rounds: int) -> None:
    runs = [*ours(news(paths) | {"dense": dense()}), *peers()]
    best = {run.name: (float("inf"), 0) for run in runs}
    for _ in range(rounds):
        for run in runs:
            best[run.name] = min(best[run.name], seconds(run))
    click.echo(f"{'system and text':48}{'Mchar/s':>9}{'references':>12}{'words to one':>14}")
    for run in runs:
        taken, count = best[run.name]
        words = f"{len(run.text.split()) / count:.0f}" if count else "-"
        click.echo(f"{run.name:48}{len(run.text) / taken / 1e6:9.2f}{count:12}{words:>14}")
        if run.name in ASKED:
            target(f"references, {run.name}, million characters a second", ASKED[run.name], len(run.text) / taken / 1e6)


if __name__ == "__main__":
    main()
