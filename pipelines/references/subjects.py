"""Who acts where a sentence names no document before its cue: "Quyết định có hiệu lực ..., thay thế A"."""

from __future__ import annotations

import re

from . import grammar
from .cues import CUE, Cue, other_clause
from .registers import DocumentType, type_words
from .scene import LONGEST_LIST, Scene

_WORDS = grammar.trie([*type_words(), "van ban"])
_THIS = grammar.one_of("nay, tren, moi, noi tren")
_SUBJECT = re.compile(rf"[^a-z]*(?:theo do, )?(?P<type>{_WORDS})(?![a-z])(?P<this>[ \n]+{_THIS})?")
# Behind a bare type word these show that it is the document just spoken of, not one to come: "Quyết định trao ..."
_GOES_ON = re.compile(
    r"[ \n]*,?[ \n]*(?:"
    + grammar.one_of("co hieu luc, cung, se, con, dong thoi, gom, duoc ban hanh, nham, ra doi, chinh thuc, da, nay")
    + rf"|{CUE.pattern})"
)
_TYPE_BEFORE = re.compile(rf"(?<![a-z])(?P<type>{_WORDS})[ \n]+$")
_BACK = 3  # sentences in which an understood subject is sought
_REACH = 1000  # characters from a subject to the cue of what it does
_MAKES_ITS_OWN = re.compile(
    r"(?<![a-z])(?:xay dung|ban hanh|lap|de ra)[ \n]+(?:\w+[ \n]+){0,2}(?P<type>" + _WORDS + ")(?![a-z])"
)


def understood(scene: Scene, i: int, cue: Cue) -> int | None:
    """The document that a sentence without one before its cue speaks of, or None.

    The text's own document where its type word stands right before the cue ("THÔNG TƯ / Sửa đổi ..."); else the one the
    sentences before are about, if this one opens with its type word or with "Văn bản này".
    """
    folded = scene.text.folded
    before = _TYPE_BEFORE.search(cue.before)
    if before and (own := _own(scene, i, before["type"])) is not None:
        return own
    start = scene.opening(cue.start)
    subject = _SUBJECT.match(folded, start, cue.start)
    if subject is None or cue.start - subject.end() > _REACH or other_clause(folded[subject.end() : cue.start]):
        return None
    if not (subject["this"] or _GOES_ON.match(folded, subject.end())):
        return None
    own = _own(scene, i, subject["type"])
    return own if own is not None else _spoken_of(scene, start, _type(subject["type"]))


def makes_its_own(scene: Scene, i: int) -> int | None:
    """The text's own document where a sentence on its ground says that it is made: "Thực hiện A, ... lập kế hoạch"."""
    sentence_end = min(scene.tail(i) + 200, len(scene.text.folded))
    made = _MAKES_ITS_OWN.search(scene.text.folded, scene.tail(i), sentence_end)
    if made is None or not scene.together(i, made.start()):
        return None
    return _own(scene, i, made["type"])


def _type(word: str) -> DocumentType | None:
    return type_words().get(" ".join(word.split()))


def _own(scene: Scene, i: int, word: str) -> int | None:
    """The text's own document, if it is of the type a word names."""
    own = scene.speaker
    if own is None or own >= i:
        return None
    kind = _type(word)
    return own if kind is None or kind is scene.citations[own].type else None


def _spoken_of(scene: Scene, start: int, kind: DocumentType | None) -> int | None:
    """The one document of a type in the nearest sentence before that names any; of any type for "Văn bản này"."""
    last = scene.before(start)
    if last is None or scene.layout.sentence(start) - scene.layout.sentence(scene.citations[last].start) > _BACK:
        return None
    if scene.layout.paragraph(start) - scene.layout.paragraph(scene.citations[last].start) > 1:
        return None
    fitting: dict[tuple[str | None, str | None], int] = {}
    for j in range(last, max(-1, last - LONGEST_LIST), -1):
        one = scene.citations[j]
        if not scene.together(j, scene.citations[last].start):
            break
        if one.type is not None and (kind is None or one.type is kind):
            fitting[one.number, one.name] = j
    return next(iter(fitting.values())) if len(fitting) == 1 else None
