"""The text that references are found in: as written, and folded, character for character."""

from __future__ import annotations

from dataclasses import dataclass

from ..folding import Folded, fold


@dataclass(frozen=True, slots=True)
class Text:
    """A text in three forms: ``nfc`` (whose offsets count), ``plain`` (without what folding drops) and ``folded``.

    ``plain`` and ``folded`` have the same length; everything is found in them, and ``span`` leads back to ``nfc``.
    """

    nfc: str
    plain: str
    folded: str
    map: Folded

    @classmethod
    def of(cls, nfc: str) -> Text:
        """The three forms of an NFC text."""
        folded = fold(nfc)
        plain = nfc if folded.offsets is None else "".join(nfc[i] for i in folded.offsets)
        return cls(nfc, plain, folded.text, folded)

    def words(self, start: int, end: int) -> str:
        """The words of a span as written, white space folded."""
        return " ".join(self.plain[start:end].split())
