"""Words and sentences beside underthesea and pyvi, on any CoNLL-U file: F1 of both, and speed.

    python benchmarks/words.py vi_vtb-ud-dev.conllu [more.conllu]

Words are compared as spans over the characters that are no white space, sentence by sentence. Sentences are compared
as ends, over twenty sentences of the file joined by a space. The speed is CPU time over the text of the files, all
systems in turn in every round; "cold" starts each round with empty caches, "warm" keeps them. pyvi is left out where
it is not installed. The treebank of the figures in docs/performance.md is UD_Vietnamese-VTB (CC BY-SA 4.0).
"""

from __future__ import annotations

import importlib
import statistics
import unicodedata
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import Any

import click
import conllu
from targets import target

from pipelines.words import split_sentences
from pipelines.words.decoder import CachedSegmenter
from pipelines.words.guard import guarded
from pipelines.words.model import read_model

JOINED = 20  # sentences in a text whose sentence ends are sought


@dataclass(frozen=True)
class System:
    """A segmenter under test: its words, and the sentences of a text where it finds them."""

    name: str
    words: Callable[[str], Sequence[str]]
    sentences: Callable[[str], Sequence[str]] | None = None
    reset: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Gold:
    """A sentence of a treebank: its text and the forms of its words."""

    text: str
    words: tuple[str, ...]


def read(paths: Sequence[Path]) -> list[Gold]:
    """The sentences of CoNLL-U files, NFC; multiword ranges and empty nodes are no words."""
    return [
        Gold(
            unicodedata.normalize("NFC", sentence.metadata["text"].strip()),
            tuple(unicodedata.normalize("NFC", token["form"]) for token in sentence if isinstance(token["id"], int)),
        )
        for path in paths
        for sentence in conllu.parse(path.read_text(encoding="utf-8"))
    ]


def spans(words: Sequence[str]) -> set[tuple[int, int]]:
    """Spans of words over the characters that are no white space."""
    found, reached = set(), 0
    for word in words:
        length = sum(not character.isspace() for character in word)
        found.add((reached, reached + length))
        reached += length
    return found


def ends(sentences: Sequence[str]) -> set[int]:
    """Where sentences end, counted in characters that are no white space."""
    return {end for _, end in spans(sentences)}


def f1(pairs: Iterator[tuple[Set[Any], Set[Any]]]) -> float:
    """F1 in percent of what was found against gold, summed over all pairs."""
    right = found_count = gold_count = 0
    for found, gold in pairs:
        right, found_count, gold_count = right + len(found & gold), found_count + len(found), gold_count + len(gold)
    return 200 * right / (found_count + gold_count)


def word_f1(system: System, gold: Sequence[Gold]) -> float:
    """F1 of words."""
    return f1((spans(system.words(sentence.text)), spans(sentence.words)) for sentence in gold)


def sentence_f1(system: System, gold: Sequence[Gold]) -> float | None:
    """F1 of sentences in texts of twenty joined by a space; None for a system without."""
    if system.sentences is None:
        return None
    texts = [[sentence.text for sentence in gold[i : i + JOINED]] for i in range(0, len(gold), JOINED)]
    return f1((ends(system.sentences(" ".join(text))), ends(text)) for text in texts)


def seconds(system: System, gold: Sequence[Gold]) -> float:
    """CPU seconds for the words of all sentences."""
    system.reset()
    began = process_time()
    for sentence in gold:
        system.words(sentence.text)
    return process_time() - began


def underthesea() -> System:
    """underthesea's public calls, as its users call them."""
    module = importlib.import_module("underthesea")
    return System(f"underthesea {version('underthesea')}", module.word_tokenize, module.sent_tokenize)


def pyvi() -> System:
    """pyvi, which has no sentences; raises `PackageNotFoundError` where it is not installed."""
    name = f"pyvi {version('pyvi')}"
    tokenize = importlib.import_module("pyvi.ViTokenizer").tokenize
    return System(name, lambda text: [word.replace("_", " ") for word in tokenize(text).split()])


class Danchieu:
    """This project's words, guards included, with caches that can be emptied."""

    def __init__(self) -> None:
        self.model = read_model()
        self.empty()

    def empty(self) -> None:
        self.segmenter = CachedSegmenter(self.model)

    def words(self, text: str) -> list[str]:
        return [text[start:end] for start, end in self.segmenter.words(text, guarded(text, 0, len(text)))]

    def sentences(self, text: str) -> list[str]:
        return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


def systems() -> list[System]:
    """The systems that are installed, underthesea first."""
    cold, warm = Danchieu(), Danchieu()
    found = [
        underthesea(),
        System("danchieu, cold caches", cold.words, cold.sentences, cold.empty),
        System("danchieu, warm caches", warm.words, warm.sentences),
    ]
    try:
        return [*found, pyvi()]
    except PackageNotFoundError:
        return found


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", default=5, show_default=True, help="How often each system reads the text.")
@click.option("--limit", type=int, help="Read the first sentences only.")
def main(files: tuple[Path, ...], rounds: int, limit: int | None) -> None:
    """Print F1 of words and sentences and the speed of each system on CoNLL-U FILES."""
    gold = read(files)[:limit]
    characters = sum(len(sentence.text) for sentence in gold)
    click.echo(f"{len(gold):,} sentences, {characters:,} characters, {rounds} rounds, medians\n")
    compared = systems()
    times: dict[str, list[float]] = {system.name: [] for system in compared}
    for _ in range(rounds):
        for system in compared:
            times[system.name].append(seconds(system, gold))
    slowest = statistics.median(times[compared[0].name])
    click.echo("| system | words F1 | sentences F1 | characters/s | ratio |\n|---|---|---|---|---|")
    for system in compared:
        taken = statistics.median(times[system.name])
        sentences = sentence_f1(system, gold)
        shown = "-" if sentences is None else f"{sentences:.2f}"
        speed = f"{characters / taken:,.0f} | {slowest / taken:.1f}"
        click.echo(f"| {system.name} | {word_f1(system, gold):.2f} | {shown} | {speed} |")
    click.echo()
    cold = statistics.median(times[compared[1].name])
    target("words alone, caches empty, times underthesea", "≥ 2.3", slowest / cold)


if __name__ == "__main__":
    main()
