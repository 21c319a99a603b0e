"""Citations in their sentences: what the reading of relations asks about them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pipelines.models import RelationKind

from .citation import Citation
from .context import Context
from .cues import CUE
from .sentences import Layout
from .speaker import speaker_of
from .text import Text

LONGEST_LIST = 30
_ITEM = r"(?:\b[a-z\d]{1,2}[.)]|[-+•*])?"
_GLOSS = r"(?: ?\([^()\n]{1,30}\))?"
_COORDINATION = re.compile(rf"{_GLOSS}[\s,;]*(?:(?:va|cung nhu|lan)(?![a-z]))?\s*{_ITEM}\s*(?:ca )?(?:cac )?(?:so )?")
_AND_BEFORE = re.compile(rf"{_GLOSS}[\s,]*(?:va|cung nhu|,)\s*(?:ca )?(?:so )?")
_ACTS = re.compile(rf"[ \n]*(?:(?:se|da|cung|nham) )?{CUE.pattern}")
_ENDS_IN_COORDINATION = re.compile(r"(?:[,;]|(?<![a-z])va) ?(?:so )?$")
_OPENS_SENTENCE = re.compile(r"[^a-z]*(?:(?:ca|hai|ba|cac) )?")


class Edge(NamedTuple):
    """A relation between two citations by their indexes; the span is that of the cue, in folded offsets."""

    subject: int
    relation: RelationKind
    object: int
    start: int
    end: int


@dataclass(frozen=True)
class Scene:
    """The citations of a text with their contexts, and the layout of the text around them."""

    text: Text
    citations: Sequence[Citation]
    contexts: Sequence[Context]
    layout: Layout

    @cached_property
    def speaker(self) -> int | None:
        """The document whose own text this is, if it is one."""
        return speaker_of(self.text, self.citations, self.contexts)

    @cached_property
    def _sentences(self) -> Sequence[int]:
        return [self.layout.sentence(one.start) for one in self.citations]

    @cached_property
    def _tails(self) -> Sequence[int]:
        next_starts = [*(one.start for one in self.citations[1:]), len(self.text.folded)]
        return [_tail(*known) for known in zip(self.citations, self.contexts, next_starts, strict=False)]

    def start(self, i: int) -> int:
        """Where a citation begins for its sentence: the first of a list at the type word it shares."""
        one = self.citations[i]
        if one.kind != "list" or one.head is None or (i and self.citations[i - 1].end > one.head.start):
            return one.start
        return one.head.start

    def tail(self, i: int) -> int:
        """Where what belongs to a citation ends, its subject too if that stops before the next citation."""
        return self._tails[i]

    def together(self, i: int, offset: int) -> bool:
        """Whether a citation lies in the sentence of an offset."""
        return self._sentences[i] == self.layout.sentence(offset)

    def opening(self, offset: int) -> int:
        """Where the sentence of an offset starts."""
        return self.layout.starts[self.layout.sentence(offset)]

    def coordinated(self, i: int) -> list[int]:
        """A citation and those joined to it by commas and "và": one cue over several objects."""
        found = [i]
        for j in range(i + 1, min(len(self.citations), i + LONGEST_LIST)):
            between = self.text.folded[self.tail(j - 1) : self.citations[j].start]
            joined = between.strip() and _COORDINATION.fullmatch(between)
            if not self.together(j, self.citations[j - 1].start) or not (joined or self._joined_in_subject(j)):
                break
            if ";" in between and self._acts(j):
                break
            found.append(j)
        return found

    def _acts(self, j: int) -> bool:
        """Whether a citation does something itself: "A sửa đổi B; C bãi bỏ D"."""
        return _ACTS.match(self.text.folded, self.tail(j)) is not None

    def _joined_in_subject(self, j: int) -> bool:
        """Whether a citation is joined to the one before by what ends its subject: "về đầu tư công và 148/NQ-HĐND"."""
        subject, start = self.contexts[j - 1].subject, self.start(j)
        if subject is None or subject[1] <= start:
            return False
        held = self.text.folded[subject[0] : start]
        return _ENDS_IN_COORDINATION.search(held) is not None and not CUE.search(held)

    def before(self, offset: int) -> int | None:
        """The last citation that begins before an offset."""
        i = bisect_left(self.citations, offset, key=lambda one: one.start) - 1
        return i if i >= 0 else None

    def subject(self, j: int) -> list[int]:
        """A citation and those joined to it before, if they open the sentence: "A và B được thay thế bởi C"."""
        chain = self.joined_before(j)
        start = self.start(chain[0])
        opens = _OPENS_SENTENCE.fullmatch(self.text.folded, max(self.opening(start), start - 40), start)
        return chain if opens else [j]

    def joined_before(self, j: int) -> list[int]:
        """A citation and those joined to it before by commas and "và", in order."""
        first = j
        while first and j - first < LONGEST_LIST and self.together(first - 1, self.citations[j].start):
            between = self.text.folded[self.tail(first - 1) : self.start(first)]
            if not (between.strip() and _AND_BEFORE.fullmatch(between)):
                break
            first -= 1
        return list(range(first, j + 1))


def _tail(citation: Citation, context: Context, after: int) -> int:
    subject = context.subject
    return min(subject[1] if subject and subject[1] <= after else max(context.end, citation.end), after)
