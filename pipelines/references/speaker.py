"""Which document a text is, where it is one: the number of its letterhead, or of the title over its preamble."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import grammar
from .citation import Citation
from .context import Context
from .text import Text

_HEAD_OF_TEXT = 2000  # characters in which a letterhead stands
_TITLE = 300  # characters in which a title stands
_GROUND = re.compile(rf"\n[ \n]*(?:[-+•*] ?)?can{grammar.SPACE}cu [^\n]{{4,600}};")
_GROUNDS = 2  # lines that make a preamble


def speaker_of(text: Text, citations: Sequence[Citation], contexts: Sequence[Context]) -> int | None:
    """The index of the citation that names the document whose text this is, or None for a text about documents.

    A letterhead writes the number on a line of its own, without a type word, and place and day or the type as a title
    below; a title names the document, and a preamble of grounds follows ("Căn cứ ...;" line by line).
    """
    for i, one in enumerate(citations):
        if one.start > _HEAD_OF_TEXT:
            return None
        if one.kind == "full" and one.head is None and _opens_line(text, one.start):
            return i if contexts[i].dateline or _titled(text, one) else None
        if i == 0 and one.kind == "full" and one.end < _TITLE and _opens_line(text, one.start) and _preamble(text, one):
            return i
    return None


def _opens_line(text: Text, start: int) -> bool:
    return start == 0 or text.folded[start - 1] == "\n"


def _titled(text: Text, one: Citation) -> bool:
    """Whether the type of the document stands as a title on a line below its number: "QUYẾT ĐỊNH"."""
    if one.type is None:
        return False
    title = one.type.name.upper()
    return re.search(rf"\n{title}[ ]*:?(?:\n|$)", text.plain[one.end : one.end + _HEAD_OF_TEXT]) is not None


def _preamble(text: Text, one: Citation) -> bool:
    grounds = _GROUND.finditer(text.folded, one.end, one.end + 2 * _HEAD_OF_TEXT)
    return sum(1 for _, _ in zip(grounds, range(_GROUNDS), strict=False)) == _GROUNDS
