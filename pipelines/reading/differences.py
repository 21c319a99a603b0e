"""What changed from one text to another: paragraph by paragraph, within them word by word, in bounded time.

The shortest edit script of Myers (An O(ND) Difference Algorithm, 1986). Texts that are so unlike that it would take
long are not taken apart: then all of one is gone and all of the other is new, which is what a reader would say too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, product
from operator import itemgetter

BREAK = "\n\n"  # what parts the paragraphs of a text
PILCROW = "¶"  # shows a break that is gone or new
LONGEST = 100_000  # characters of either text that are compared: a decree with its annexes
EFFORT = 150_000  # steps, some 50 ms: more are taken by texts that have little in common
ALIKE = 0.3  # share of common words below which a paragraph is another one: "và", "của" and "các" are in all
MOST = 500  # stretches that are shown
CONTEXT = 1  # unchanged paragraphs shown round a changed one

# A break, or a word with the space behind it, so that a changed phrase stays one stretch.
_WORD = re.compile(r"\n\n|\S+[^\S\n]*|\s")


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are in both texts ("kept"), in the old one alone ("gone") or in the new one alone ("new")."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A paragraph, or ``left_out`` unchanged ones in a row that are not shown."""

    runs: tuple[Run, ...] = ()
    left_out: int = 0

    @property
    def changed(self) -> bool:
        """Whether something in it is gone or new."""
        return any(run.state != "kept" for run in self.runs)


@dataclass(frozen=True, slots=True)
class Difference:
    """The paragraphs that changed, with those round them; ``cut`` when there is more than is compared or shown."""

    stretches: tuple[Stretch, ...]
    cut: bool


@dataclass
class Effort:
    """How many steps may still be taken."""

    left: int


def difference(old: str, new: str) -> Difference:
    """What changed from the old text to the new one; no stretch when nothing did."""
    cut = max(len(old), len(new)) > LONGEST
    before, after = (text[:LONGEST].split(BREAK) for text in (old, new))
    shown = tuple(_near_changes(list(_paragraphs(before, after))))
    return Difference(shown[:MOST], cut or len(shown) > MOST)


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """All paragraphs of both texts, in order."""
    effort = Effort(EFFORT)
    for gone, came, kept in regions(old, new, effort):
        if gone and came:
            yield from _reworded(gone, came, effort)
        else:
            yield from _whole("gone", gone)
            yield from _whole("new", came)
        yield from _whole("kept", kept)


def _whole(state: str, paragraphs: Iterable[str]) -> Iterator[Stretch]:
    return (Stretch((Run(state, one),)) for one in paragraphs if one)


def _reworded(old: Sequence[str], new: Sequence[str], effort: Effort) -> Iterator[Stretch]:
    """The paragraphs of a passage that was changed: word by word where the words tell that it is the same one."""
    before, after = (_WORD.findall(BREAK.join(paragraphs)) for paragraphs in (old, new))
    found = list(regions(before, after, effort))
    if sum(len(kept) for _, _, kept in found) < ALIKE * max(len(before), len(after)):
        yield from _whole("gone", old)
        yield from _whole("new", new)
        return
    line: list[tuple[str, str]] = []
    for gone, came, kept in found:
        for state, word in chain(product(["gone"], gone), product(["new"], came), product(["kept"], kept)):
            line.append((state, PILCROW if word == BREAK and state != "kept" else word))
            if word == BREAK and state != "gone":  # a break that is gone joins what it parted
                yield Stretch(tuple(_joined(line)))
                line = []
    yield Stretch(tuple(_joined(line)))


def _joined(words: Iterable[tuple[str, str]]) -> Iterator[Run]:
    for state, those in groupby(words, key=itemgetter(0)):
        yield Run(state, "".join(word for _, word in those).removesuffix(BREAK))


def _near_changes(paragraphs: Sequence[Stretch]) -> Iterator[Stretch]:
    """The changed paragraphs and their neighbours, and how many were left out between."""
    changed = [place for place, one in enumerate(paragraphs) if one.changed]
    near = {place + step for place in changed for step in range(-CONTEXT, CONTEXT + 1)}
    for is_near, group in groupby(range(len(paragraphs)), key=near.__contains__):
        places = list(group)
        if is_near:
            yield from (paragraphs[place] for place in places)
        elif changed:
            yield Stretch(left_out=len(places))


Region = tuple[Sequence[str], Sequence[str], Sequence[str]]


def regions(old: Sequence[str], new: Sequence[str], effort: Effort) -> Iterator[Region]:
    """What is gone, what came in its place, and what follows in both, from the beginning to the end of both.

    Spaces at the ends of an item do not count. One region without anything kept when the effort is spent.
    """
    one, other = ([item.strip() or item for item in items] for items in (old, new))
    x = y = 0
    for i, j, size in _common(one, other, effort):
        yield old[x:i], new[y:j], new[j : j + size]
        x, y = i + size, j + size
    if x < len(old) or y < len(new):
        yield old[x:], new[y:], []


def _common(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[int, int, int]]:
    """What both have in common, in order: (in old, in new, length)."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    middle = _snakes(old[head : len(old) - tail], new[head : len(new) - tail], effort)
    found = [(0, 0, head), *((x + head, y + head, size) for x, y, size in middle)]
    return [one for one in [*found, (len(old) - tail, len(new) - tail, tail)] if one[2]]


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many items from the beginning are equal."""
    size = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        size += 1
    return size


def _snakes(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[int, int, int]]:
    """The runs of equal items on the shortest way from old to new: (in old, in new, length); none without effort.

    A diagonal is the place in the old less the place in the new; ``reached`` is the furthest place in the old on each.
    """
    if not old or not new:
        return []
    reached, trail = {1: 0}, []
    for edits in range(len(old) + len(new) + 1):
        trail.append(reached.copy())
        effort.left -= edits
        for diagonal in range(-edits, edits + 1, 2):
            start, _ = _step(reached, diagonal, edits)
            x = start
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            effort.left -= x - start + 1
            reached[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return _way_back(trail, x, diagonal)
        if effort.left < 0:
            break
    return []


def _step(reached: Mapping[int, int], diagonal: int, edits: int) -> tuple[int, int]:
    """Where the next edit leads on a diagonal, and from which other: the one that comes further."""
    if diagonal == -edits or (diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]):
        return reached[diagonal + 1], diagonal + 1
    return reached[diagonal - 1] + 1, diagonal - 1


def _way_back(trail: Sequence[Mapping[int, int]], x: int, diagonal: int) -> list[tuple[int, int, int]]:
    found = []
    for edits, reached in reversed(list(enumerate(trail))):
        start, before = _step(reached, diagonal, edits)
        if x > start:
            found.append((start, start - diagonal, x - start))
        x, diagonal = reached[before], before
    return found[::-1]
