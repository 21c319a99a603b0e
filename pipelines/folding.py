"""Text with marks, case and look-alikes taken off, one character for one, so that offsets stay those of the text.

Matching runs on folded text: "hoà" and "hòa", "QUY ĐỊNH" and "Quy định", every dash and every slash are one spelling
there.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

# Letters of other scripts that stand for Latin ones in copied symbols (vbpl.vn prints "АВСЕНКМОРТ" in Cyrillic).
_LOOKALIKES = dict(
    zip("АВЕЅІЈКМНОРСТУХаеіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "abesijkmhopctyxaeijopcyxabezhikmnoptyxo", strict=True)
)
_DASHES = "‐‑‒–—―−﹘﹣－"
_SLASHES = "⁄∕／"
_SPACES = "\t\v\f\r\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_BREAKS = "\u2028\u2029"
# Marks left over after NFC, and characters of no width: they may stand inside a word and mean nothing.
_DROPPED = (*range(0x300, 0x370), 0xAD, *range(0x200B, 0x2010), 0x202A, 0x202C, *range(0x2060, 0x2065), 0xFEFF)
_STROKED = dict.fromkeys("ĐđÐðƉɖ", "d") | {"Ø": "o", "ø": "o", "Ł": "l", "ł": "l"}


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``offsets`` says where its characters stood in the NFC text, None when nothing moved."""

    text: str
    offsets: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the NFC text of a span of the folded one; characters dropped at its borders stay outside."""
        if self.offsets is None:
            return start, end
        if start >= end:
            at = self.offsets[start] if start < len(self.offsets) else (self.offsets[-1] + 1 if self.offsets else 0)
            return at, at
        return self.offsets[start], self.offsets[end - 1] + 1

    def at(self, offset: int) -> int:
        """The folded offset of an offset into the NFC text."""
        return offset if self.offsets is None else bisect_left(self.offsets, offset)


@cache  # one table, read-only
def _table() -> dict[int, str | None]:
    # Ordinary characters are in the table too: translating one that is missing costs an exception.
    table: dict[int, str | None] = {code: chr(code) for code in (*range(0x80), *range(0x2010, 0x2030))}
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0xFF10, 0xFF5B)):
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        if base.isascii() and base.isalnum():
            table[code] = base
    for letters in (_LOOKALIKES, _STROKED):
        table.update((ord(letter), base) for letter, base in letters.items())
    for characters, plain in ((_DASHES, "-"), (_SLASHES, "/"), (_SPACES, " "), (_BREAKS, "\n")):
        table.update((ord(character), plain) for character in characters)
    table.update(dict.fromkeys(_DROPPED))
    return table


def normalise(text: str) -> str:
    """The text in NFC, the form that all offsets count; the same object when it is so already."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> Folded:
    """NFC text folded to lower-case base letters, plain dashes, slashes and spaces; line feeds are kept.

    Length-preserving but for characters that are dropped (stray combining marks, zero width), for which a map is made.
    """
    folded = text.translate(_table())
    if len(folded) == len(text):
        return Folded(folded)
    dropped = set(_DROPPED)
    return Folded(folded, tuple(i for i, character in enumerate(text) if ord(character) not in dropped))
