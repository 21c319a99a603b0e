"""A stored text cut into what a page shows: paragraphs, list items and table rows with their citations apart."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipelines.reading import Row

# What opens a division of a Vietnamese decision: "Chương II", "Mục 3.", "Điều 12." (decree 30/2020/NĐ-CP, annex I).
DIVISION = re.compile(r"(?:Phần|Chương|Mục|Tiểu mục|Điều|PHẦN|CHƯƠNG|MỤC|ĐIỀU)\s+(?:\d{1,4}|[IVXLC]{1,7})\b")
CONTENTS_LENGTH = 90  # characters of a division's first words that a table of contents shows


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph: plain text, or the words of one citation."""

    text: str
    mention: Row | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, list item, row or caption; ``number`` is its place in the article, from 0."""

    number: int
    kind: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole paragraph as it is stored."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring passages of one kind, so that items make one list and rows one table."""

    kind: str
    passages: tuple[Passage, ...]


def cut(text: str, paragraphs: str, mentions: Sequence[Row]) -> tuple[Passage, ...]:
    """The passages of a text. ``paragraphs`` is the JSON of ``texts.paragraphs``, mentions need start and end.

    Where two mentions overlap the one that starts first is shown; a mention that runs past its paragraph is cut there.
    """
    shown = _without_overlaps(mentions)
    starts = [mention["start"] for mention in shown]
    return tuple(
        Passage(
            number, kind, tuple(_pieces(text, start, end, shown[bisect_left(starts, start) : bisect_left(starts, end)]))
        )
        for number, (start, end, kind) in enumerate(_spans(text, paragraphs))
    )


def blocks(passages: Sequence[Passage]) -> tuple[Block, ...]:
    """Passages with neighbours of the same kind put together."""
    return tuple(Block(kind, tuple(group)) for kind, group in groupby(passages, key=lambda passage: passage.kind))


def contents(passages: Sequence[Passage]) -> tuple[tuple[int, str], ...]:
    """The divisions of a long decision as (number of the passage, its first words); empty below three of them."""
    found = tuple(
        (passage.number, _first_words(passage.text))
        for passage in passages
        if passage.kind == "heading" or (passage.kind != "row" and DIVISION.match(passage.text))
    )
    return found if len(found) >= 3 else ()


def _first_words(text: str) -> str:
    if len(text) <= CONTENTS_LENGTH:
        return text
    return text[:CONTENTS_LENGTH].rsplit(" ", 1)[0] + "…"


def _spans(text: str, paragraphs: str) -> Iterator[tuple[int, int, str]]:
    """Paragraphs that lie within the text, in order; the whole text when none is recorded."""
    recorded = json.loads(paragraphs)
    reached = 0
    for paragraph in recorded:
        start, end = max(reached, paragraph["start"]), min(paragraph["end"], len(text))
        if start < end:
            yield start, end, paragraph["kind"]
            reached = end
    if not recorded and text:
        yield 0, len(text), "body"


def _without_overlaps(mentions: Sequence[Row]) -> list[Row]:
    shown: list[Row] = []
    for mention in sorted(mentions, key=lambda mention: (mention["start"], -mention["end"])):
        if not shown or mention["start"] >= shown[-1]["end"]:
            shown.append(mention)
    return shown


def _pieces(text: str, start: int, end: int, mentions: Sequence[Row]) -> Iterator[Piece]:
    at = start
    for mention in mentions:
        if at < mention["start"]:
            yield Piece(text[at : mention["start"]])
        at = min(mention["end"], end)
        yield Piece(text[mention["start"] : at], mention)
    if at < end:
        yield Piece(text[at:end])
