"""Whether a text is Vietnamese: a domain that passed to somebody else shows it first by its language."""

from __future__ import annotations

import re
import unicodedata

ENOUGH = 200  # letters, below which a text says nothing
LEAST = 0.02  # share of letters that Vietnamese alone has; its prose has some 15 %, other Latin scripts none
SAMPLE = 20_000  # characters looked at

_LETTER = re.compile(r"[^\W\d_]")
_OWN = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


def is_vietnamese(text: str) -> bool | None:
    """Whether a text is Vietnamese written with its marks; None if it is too short to tell."""
    sample = unicodedata.normalize("NFC", text[:SAMPLE])
    letters = len(_LETTER.findall(sample))
    return len(_OWN.findall(sample)) >= LEAST * letters if letters >= ENOUGH else None
