"""Names of laws that a text abbreviates: "Luật BHXH", "Luật TTATGT đường bộ", "Luật Thuế TNCN", "Luật HN&GĐ"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipelines.folding import fold
from pipelines.units import slugify

from . import grammar
from .registers import laws
from .text import Text

_TOKEN = re.compile(rf"{grammar.GAP},?{grammar.GAP}(?P<word>[^\W\d_][^\s,;:.()\[\]\"'“”‘’!?…/|]*)")
_ACRONYM = re.compile(r"[A-ZĐƯƠ](?:[&-]?[A-ZĐƯƠ]){1,9}")
_ROMAN = re.compile(r"[IVX]+")
_LONGEST = 14  # words of an abbreviated name
_JOINING = "va"  # left out by acronyms: HNGĐ is "Hôn nhân và gia đình"


class Abbreviated(NamedTuple):
    """An abbreviated name: where it ends, and the slug of the full name, or of the acronym where no law has it."""

    end: int
    slug: str


def read_abbreviated(text: Text, start: int, kind: str, *, shouted: bool) -> Abbreviated | None:
    """The abbreviated name of a law at an offset, the longest that the register knows, or None.

    In a heading that is capitals throughout (``shouted``) only one word that is the acronym of a law tells itself from
    any other word.
    """
    found: Abbreviated | None = None
    words: list[str] = []
    end = start
    for _ in range(1 if shouted else _LONGEST):
        token = _TOKEN.match(text.plain, end)
        if token is None or (not words and "," in token[0]):
            break
        words.append(token["word"])
        end = token.end()
        if fold(words[-1]).text == _JOINING or not any(map(_is_acronym, words)):
            continue
        if slug := _full_name(kind, words):
            found = Abbreviated(end, slug)
        elif len(words) == 1 and not shouted:
            found = Abbreviated(end, slugify(words[0]))
    return found


def _is_acronym(word: str) -> bool:
    return _ACRONYM.fullmatch(word) is not None and _ROMAN.fullmatch(word) is None


def _full_name(kind: str, words: Sequence[str]) -> str | None:
    """The slug of the one name that some words abbreviate, or None; of several, the one that agrees in Đ."""
    tokens = [word for word in words if fold(word).text != _JOINING]
    initials = "".join(map(_initials, tokens))
    if len(words) == 1 and (kind, initials) in _of_their_own():
        return _of_their_own()[kind, initials]
    known = _names().get((kind, fold(initials).text), ())
    fitting = [name for name in known if _agree(tokens, name)]
    exact = [name for name in fitting if _letters(name) == initials]
    chosen = fitting if len(fitting) == 1 else exact
    return slugify(" ".join(chosen[0])) if len(chosen) == 1 else None


def _initials(word: str) -> str:
    return re.sub(r"[&-]", "", word).lower() if _is_acronym(word) else word[0].lower()


def _letters(name: Sequence[str]) -> str:
    return "".join(word[0] for word in name if fold(word).text != _JOINING)


def _agree(tokens: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the words that a text spells out are those of a name, at their places."""
    spelled = [word for word in name if fold(word).text != _JOINING]
    at = 0
    for token in tokens:
        if _is_acronym(token):
            at += len(_initials(token))
        elif fold(token).text != fold(spelled[at]).text:
            return False
        else:
            at += 1
    return True


@cache  # from the register of laws
def _of_their_own() -> Mapping[tuple[str, str], str]:
    """The full names of acronyms that are not made of initials: "PPP", "KCB"."""
    return {
        (kind, acronym.lower()): name
        for (kind, name), versions in laws().items()
        for law in versions
        for acronym in law.acronyms
    }


@cache  # as _of_their_own
def _names() -> Mapping[tuple[str, str], tuple[tuple[str, ...], ...]]:
    """The names of laws in words, by the slug of their type and their folded initials."""
    found: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for (kind, _), versions in laws().items():
        name = tuple(re.findall(r"\w+", versions[0].name.lower()))
        found.setdefault((kind, fold(_letters(name)).text), set()).add(name)
    return {key: tuple(sorted(names)) for key, names in found.items()}
