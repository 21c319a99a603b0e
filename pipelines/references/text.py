"""The text that references are found in: as written, and folded, character for character."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from pipelines.folding import Folded, fold

# Entities that a page shows as text: "ng&agrave;y", "&nbsp;". Folding them away keeps a citation in one piece.
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
_SPACES = "\t\r\u00a0\u202f\u2002\u2003\u2009\u3000"
_LETTERS = (("Ð", "Đ"), ("ð", "đ"), ("Ɖ", "Đ"), ("ɖ", "đ"))  # look alike, and other programs write them for Đ
_RUN = re.compile(r" (?: ++|\n[ \n]*+)|\n[ \n]*+")
_LONE_BREAK = re.compile(r"\n(?<!\n\n)(?!\n)")
_GOES_ON = re.compile(r"[a-zà-ỹ0-9(]")  # a line that begins so belongs to the one before
_ENDS = ".;:!?"
_WRAPPED = 50  # characters: a line this long that ends in no mark was wrapped


@dataclass(frozen=True, slots=True)
class Shifts:
    """Where the characters of a shortened text stood: from ``starts[i]`` on ``by[i]`` further on."""

    starts: list[int] = field(default_factory=lambda: [0])
    by: list[int] = field(default_factory=lambda: [0])

    def cut(self, end: int, length: int) -> None:
        """Note that of the text as it was, ``length`` characters before ``end`` are gone."""
        self.by.append(self.by[-1] + length)
        self.starts.append(end - self.by[-1])

    def back(self, offset: int) -> int:
        """The offset in the text as it was."""
        return offset + self.by[bisect_right(self.starts, offset) - 1]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in three forms: ``nfc`` (whose offsets count), ``plain`` and ``folded``.

    In ``plain`` entities are decoded, runs of white space are one space, wrapped lines are joined, a blank line is two
    line feeds, and what folding drops is gone; ``folded`` is its folded form, of the same length. Everything is found
    in these two, and ``span`` leads back to ``nfc``.
    """

    nfc: str
    plain: str
    folded: str
    dropped: Folded
    squeezed: Shifts | None = None  # by runs of white space made one
    decoded: Shifts | None = None  # by entities made characters

    @classmethod
    def of(cls, nfc: str) -> Text:
        """The three forms of an NFC text."""
        text, decoded = _undo_entities(nfc) if "&" in nfc else (nfc, None)
        for space in _SPACES:
            text = text.replace(space, " ")
        for written, meant in _LETTERS:
            text = text.replace(written, meant)
        text, squeezed = _squeeze(text) if "  " in text or _LONE_BREAK.search(text) else (text, None)
        folded = fold(text)
        plain = text if folded.offsets is None else "".join(text[i] for i in folded.offsets)
        return cls(nfc, plain, folded.text, folded, squeezed, decoded)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the NFC text of a span of the folded one that neither begins nor ends with white space."""
        start, end = self.dropped.span(start, end)
        if self.squeezed is not None:
            start, end = self.squeezed.back(start), self.squeezed.back(end - 1) + 1
        return (start, end) if self.decoded is None else (self.decoded.back(start), self.decoded.back(end))

    def words(self, start: int, end: int) -> str:
        """The words of a span as written, white space folded."""
        return " ".join(self.plain[start:end].split())


def _undo_entities(text: str) -> tuple[str, Shifts]:
    """The text with its entities decoded, and where its characters stood."""
    parts: list[str] = []
    shifts = Shifts()
    end = 0
    for entity in _ENTITY.finditer(text):
        character = html.unescape(entity[0])
        if len(character) != 1:
            continue
        parts += [text[end : entity.start()], character]
        end = entity.end()
        shifts.cut(end, len(entity[0]) - 1)
    return "".join([*parts, text[end:]]), shifts


def _squeeze(text: str) -> tuple[str, Shifts]:
    """The text with runs of white space made one space, line feed or blank line, and where its characters stood."""
    parts: list[str] = []
    shifts = Shifts()
    line = end = 0  # where the line began, and how far the text was taken
    for run in _RUN.finditer(text):
        space = _meaning(text, run, line)
        line = run.end()
        if space == run[0]:
            continue
        parts += [text[end : run.start()], space]
        end = line
        shifts.cut(end, len(run[0]) - len(space))
    return "".join([*parts, text[end:]]), shifts


def _meaning(text: str, run: re.Match[str], line: int) -> str:
    """What a run of white space means: a blank line, the end of a line, a space; ``line`` is where its line began."""
    breaks = run[0].count("\n")
    if breaks == 0:
        return " "
    if breaks > 1:
        return "\n\n"
    wrapped = run.start() - line >= _WRAPPED and not text.endswith(tuple(_ENDS), 0, run.start())
    return " " if wrapped or _GOES_ON.match(text, run.end()) else "\n"
