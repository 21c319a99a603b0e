"""The text that references are found in: as written, and folded, character for character."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from pipelines.folding import Folded, fold

# Entities that a page shows as text: "ng&agrave;y", "&nbsp;". Folding them away keeps a citation in one piece.
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in three forms: ``nfc`` (whose offsets count), ``plain`` (without what folding drops) and ``folded``.

    ``plain`` and ``folded`` have the same length; everything is found in them, and ``span`` leads back to ``nfc``.
    """

    nfc: str
    plain: str
    folded: str
    map: Folded
    origins: tuple[tuple[int, int], ...] | None = None  # where the characters of the decoded text stood, with entities

    @classmethod
    def of(cls, nfc: str) -> Text:
        """The three forms of an NFC text."""
        decoded, origins = _undo_entities(nfc) if "&" in nfc else (nfc, None)
        folded = fold(decoded)
        plain = decoded if folded.offsets is None else "".join(decoded[i] for i in folded.offsets)
        return cls(nfc, plain, folded.text, folded, origins)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the NFC text of a span of the folded one."""
        start, end = self.map.span(start, end)
        return (start, end) if self.origins is None else (self.origins[start][0], self.origins[end - 1][1])

    def words(self, start: int, end: int) -> str:
        """The words of a span as written, white space folded."""
        return " ".join(self.plain[start:end].split())


def _undo_entities(text: str) -> tuple[str, tuple[tuple[int, int], ...] | None]:
    """The text with its entities decoded, and where each character of it stood; None where nothing was decoded."""
    parts: list[str] = []
    origins: list[tuple[int, int]] = []
    end = 0
    for entity in _ENTITY.finditer(text):
        character = html.unescape(entity[0])
        if len(character) != 1:
            continue
        parts += [text[end : entity.start()], character]
        origins += [(i, i + 1) for i in range(end, entity.start())]
        origins.append(entity.span())
        end = entity.end()
    if not parts:
        return text, None
    origins += [(i, i + 1) for i in range(end, len(text))]
    return "".join([*parts, text[end:]]), tuple(origins)
