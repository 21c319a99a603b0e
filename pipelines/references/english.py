"""Citations on English pages: "Regulation No. 296-QD/TW", whose type word stands outside the citation."""

from __future__ import annotations

import re
from functools import cache

from . import grammar
from .registers import DocumentType, document_types
from .text import Text


@cache  # from the register of types
def _types() -> dict[str, DocumentType]:
    return {word.lower(): kind for kind in reversed(list(document_types().values())) for word in kind.english}


@cache  # as _types
def _before() -> re.Pattern[str]:
    words = sorted(_types(), key=len, reverse=True)
    return re.compile(
        rf"(?<![a-z])(?P<word>{'|'.join(map(re.escape, words))})s?{grammar.GAP}(?:no{grammar.GAP}[.:]?{grammar.GAP})?$"
    )


def read_english_type(text: Text, start: int) -> DocumentType | None:
    """The type that an English word before a number names, or None."""
    match = _before().search(text.folded, max(0, start - 40), start)
    return _types()[match["word"]] if match else None
