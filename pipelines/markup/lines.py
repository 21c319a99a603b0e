"""The lines of a block while it is read: broken by ``br``, joined again where a sentence goes on, cells of a row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.markup import tidy

CELL_SEPARATOR = " | "
CELL_END = "\x1f"

# A line broken in the middle of a sentence goes on with a small letter, or stops before the number it announces.
_CONTINUES = re.compile(r"[a-zà-ỹđ](?![).])")
_ANNOUNCES = re.compile(r"(?:^|\s)(?:số|ngày|tháng|năm)$", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """Pieces of text, and how many of their letters are in links, in bold and in italics."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    linked: int = 0
    bold: int = 0
    italic: int = 0

    def add(self, text: str, linked: bool, bold: bool, italic: bool) -> None:
        """Adds a piece of text at the end."""
        self.parts.append(text)
        weight = len(text.strip())
        self.length += weight
        self.linked += weight * linked
        self.bold += weight * bold
        self.italic += weight * italic

    def extend(self, other: Line) -> None:
        """Adds another line at the end, a space between."""
        self.parts += [" ", *other.parts]
        self.length += other.length
        self.linked += other.linked
        self.bold += other.bold
        self.italic += other.italic


def row_of(lines: list[Line]) -> Line:
    """A table row as one line: its cells that have text, between bars."""
    row = Line()
    for line in lines:
        row.extend(line)
    cells = (tidy(cell) for cell in "".join(row.parts).split(CELL_END))
    row.parts = [CELL_SEPARATOR.join(cell for cell in cells if cell)]
    return row


def join_broken(lines: list[Line], always: bool) -> list[Line]:
    """Lines parted by ``br`` as paragraphs; a line that goes on with the sentence before it is joined to it."""
    joined: list[Line] = []
    blank = True
    for line in lines:
        text = tidy("".join(line.parts))
        if not text:
            blank = True
            continue
        if joined and (always or (not blank and _goes_on(joined[-1], text))):
            joined[-1].extend(line)
        else:
            joined.append(line)
        blank = False
    return joined


def _goes_on(previous: Line, text: str) -> bool:
    if _CONTINUES.match(text):
        return True
    return _ANNOUNCES.search(tidy("".join(previous.parts))[-12:]) is not None
