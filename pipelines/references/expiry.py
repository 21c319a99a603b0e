"""Documents that another ends: "Thông tư A hết hiệu lực kể từ ngày Thông tư B có hiệu lực"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from .scene import LONGEST_LIST, Edge, Scene

_ENDS = "het hieu luc"
_ONCE = re.compile(r"(?: thi hanh)?(?: toan bo)?,? (?:ke )?(?:tu )?(?:ngay|khi|thoi diem|luc)[ \n]+")
_ONCE_BEFORE = re.compile(r"(?<![a-z])(?:tu|ngay|khi|thoi diem|luc)[ \n]+$")
_IN_FORCE = re.compile(r"[^.;:]{0,120}?(?<!het )(?:co hieu luc|co hieu luc thi hanh)(?![a-z])")
_LIST = re.compile(r"[^.;:]{0,60}:[\s]*(?:[-+•*]|[a-z\d]{1,2}[.)])?\s*")
_ENDING = re.compile(r"[^.;:]{0,80}?(?:(?:se|da|cung|dong thoi|deu)[ \n]+)?")


def expiries(scene: Scene) -> Iterator[Edge]:
    """The relations that sentences state by the end of one document's force with the beginning of another's."""
    folded = scene.text.folded
    at = folded.find(_ENDS) if scene.citations else -1
    while at >= 0:
        end = at + len(_ENDS)
        actor = _actor(scene, at, end)
        if actor is not None:
            yield from (Edge(actor, "repeals", j, at, end) for j in _ended(scene, at, end, actor) if j != actor)
        at = folded.find(_ENDS, end)


def _index(scene: Scene, offset: int) -> int:
    """The index of the first citation that begins at or behind an offset."""
    return bisect_left(scene.citations, offset, key=lambda one: one.start)


def _actor(scene: Scene, at: int, end: int) -> int | None:
    """The document whose force begins when another's ends, in the sentence of the cue."""
    folded, k = scene.text.folded, _index(scene, end)
    if (once := _ONCE.match(folded, end)) and k < len(scene.citations) and once.end() == scene.citations[k].start:
        return k if _IN_FORCE.match(folded, scene.citations[k].end) else None
    for j in range(k - 1, max(-1, k - 1 - LONGEST_LIST), -1):
        start = scene.start(j)
        if not scene.together(j, at):
            return None
        if _ONCE_BEFORE.search(folded, max(0, start - 20), start) and _IN_FORCE.match(
            folded, scene.citations[j].end, at
        ):
            return j
    return None


def _ended(scene: Scene, at: int, end: int, actor: int) -> list[int]:
    """The documents that end: a list behind a colon, else the one right before the cue and those joined to it."""
    k = _index(scene, scene.tail(actor) if scene.citations[actor].start > end else end)
    folded = scene.text.folded
    listed = k < len(scene.citations) and _LIST.fullmatch(
        folded, max(end, scene.tail(actor)) if k > actor else end, scene.citations[k].start
    )
    if listed and scene.together(k, at):
        return scene.coordinated(k)
    j = _index(scene, at) - 1
    if j < 0 or j == actor or not scene.together(j, at) or not _ENDING.fullmatch(folded, scene.tail(j), at):
        return []
    return [one for one in scene.joined_before(j) if one != actor]
