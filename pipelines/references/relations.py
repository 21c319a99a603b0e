"""What one document does to another, as a sentence says it: cues between citations. Nearness alone is no relation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from ..models import RelationKind
from . import grammar
from .citation import Citation
from .context import Context
from .sentences import Layout
from .text import Text

_GAP = grammar.GAP
CUES: dict[RelationKind, str] = {
    "guides": r"huong dan(?: (?:cu the|chi tiet|viec))?(?: (?:to chuc |trien khai )?(?:thuc hien|thi hanh|ap dung))?",
    "replaces": r"thay the",
    "amends": r"(?:sua doi(?:,? ?(?:va )?bo sung)?|bo sung|dieu chinh)",
    "repeals": r"(?:bai bo|huy bo)",
    "based_on": r"(?:can cu(?: vao| theo)?)",
    "inherits": r"ke thua",
    "consolidates": r"hop nhat",
    "implements": r"(?:trien khai(?: thuc hien)?|to chuc thuc hien|thuc hien|thi hanh|cu the hoa|nham thuc hien)",
}
_CUE = re.compile(r"(?<![a-z])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in CUES.items()) + r")(?![a-z])")
# Words that may stand between a cue and its object: "thay thế hoàn toàn cho", "sửa đổi một số điều của các"
_FILLER = re.compile(
    r"(?:[ \n]|(?:cho|hoan toan|toan bo|mot phan|mot so|noi dung|dieu|khoan|diem|chuong|phu luc|cua|cac|nhung|tinh than|thong nhat|hieu qua|phat trien|phat huy|nghiem|"
    r"nghiem tuc|co hieu qua|day du|tot|viec|va|vua|lan|ca|dong thoi|tai|doi voi|theo|hai|ba|\d{1,3}|[a-z]|,|" + "|".join(CUES.values()) + r")(?![a-z]))*"
)
_PASSIVE = re.compile(r"(?<![a-z])(?:bi|duoc)(?: \w+)?[ \n]+$")
_AGENT = re.compile(r"[ \n]*(?:boi|bang|tai|theo|o)[ \n]+(?:cac )?$")
_DENIED = re.compile(r"(?<![a-z])(?:khong|chua|chang)(?: \w+)?[ \n]+$")
_ASKED = re.compile(r"[^.;]{0,40}?(?:hay khong|khong\?)")
_FRONTED = re.compile(r"(?:de|nham|tiep tuc|tren co so|viec)?[ \n]*$")
_ISSUING = re.compile(r"(?<![a-z])(?:ban hanh|ky|ra|co|xay dung|phe duyet|trinh|thong qua|gui|cong bo|lap|len)(?: \w+){0,2}[ \n]*$")
_GROUND_OF = re.compile(r"[ \n]*(?:phap ly )?(?:de|cho)[ \n][^.;]{0,80}?(?:ban hanh|ra|ky|xay dung|lap)[ \n]*$")
_OTHER_CLAUSE = re.compile(r"(?<![a-z])(?:(?<!duoc )ban hanh|cho biet|yeu cau|de nghi|phat bieu|hoi nghi|tong ket|so ket|danh gia|giao cho|phai|hop ban)(?![a-z])")
_REPLACED_IS = re.compile(r"van ban (?:\w+ ){0,3}$")
_COORDINATED = re.compile(r"[\s,;]*(?:va|cung nhu|lan)?[\s]*(?:ca )?(?:so )?")
_CLAUSE = re.compile(r"[;\n]")
_CLAUSE_BREAK = re.compile(r"[;\n][ \n]*(?:de |nham )?$")  # the cue opens a clause of its own: "...; Căn cứ Nghị định ..."
_NEXT_GROUND = re.compile(r"(?:[;\n]|,)[ \n]*(?:can cu|thuc hien|theo|xet)(?![a-z])")
_AND = re.compile(r"[ \n,]*(?:va|dong thoi|cung nhu)?[ \n]*(?:se )?")
_REACH = 240


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation between two citations by their indexes; the span is that of the cue, in folded offsets."""

    subject: int
    relation: RelationKind
    object: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Scene:
    text: Text
    citations: Sequence[Citation]
    contexts: Sequence[Context]
    layout: Layout

    def start(self, i: int) -> int:
        """Where a citation begins for its sentence: at the type word it shares, for the first of a list."""
        one = self.citations[i]
        head = one.head.start if one.kind == "list" and one.head else one.start
        before = self.citations[i - 1] if i else None
        return one.start if before and before.end > head else min(head, one.start)

    def left(self, i: int) -> int | None:
        """The citation before, in the same sentence."""
        return i - 1 if i and self.same(i - 1, self.citations[i].start) else None

    def same(self, i: int, offset: int) -> bool:
        return self.layout.sentence(self.citations[i].start) == self.layout.sentence(offset)


def relate(text: Text, citations: Sequence[Citation], contexts: Sequence[Context], layout: Layout) -> list[Edge]:
    """The relations that the sentences of a text state between its citations."""
    scene = _Scene(text, citations, contexts, layout)
    edges: list[Edge] = []
    for i in range(len(citations)):
        start = max(citations[i - 1].end if i else 0, scene.start(i) - _REACH)
        for cue in _CUE.finditer(text.folded, start, scene.start(i)):
            if scene.same(i, cue.start()):
                edges += _at_cue(scene, i, cue, edges)
    return list(dict.fromkeys(edges))


def _at_cue(scene: _Scene, i: int, cue: re.Match[str], edges: Sequence[Edge]) -> list[Edge]:
    """The relations of the cue that stands before a citation."""
    folded, kind = scene.text.folded, _kind(cue)
    before, after = folded[max(0, cue.start() - 40) : cue.start()], folded[cue.end() : scene.start(i)]
    if _DENIED.search(before) or _ASKED.match(folded, scene.citations[i].end):
        return []
    passive = _PASSIVE.search(before) is not None
    left = _subject(scene, i, cue, edges)
    if passive and _AGENT.fullmatch(after):
        return [Edge(i, kind, j, *cue.span()) for j in _patients(scene, i, cue)]
    if passive and (was := _REPLACED_IS.search(before[: -len(_PASSIVE.search(before)[0])] if _PASSIVE.search(before) else before)):  # type: ignore[index]
        previous = _previous_subject(scene, cue) if was else None
        return [Edge(previous, kind, i, *cue.span())] if previous is not None and " la" in after else []
    if kind == "based_on" and left is not None and _GROUND_OF.fullmatch(after):
        return [Edge(i, kind, left, *cue.span())]
    if passive and not (kind == "based_on"):
        return []
    if not _FILLER.fullmatch(after):
        return []
    objects = _coordinated(scene, i)
    if left is not None:
        return [Edge(left, kind, j, *cue.span()) for j in objects]
    return _fronted(scene, objects, cue, kind)


def _kind(cue: re.Match[str]) -> RelationKind:
    return next(kind for kind in CUES if cue[kind])


def _subject(scene: _Scene, i: int, cue: re.Match[str], edges: Sequence[Edge]) -> int | None:
    """The citation that acts: the nearest before the cue, unless another clause stands between.

    Of two acts joined by "và", the second is done by who does the first: "thay thế A và bãi bỏ B".
    """
    j = i - 1
    if j < 0 or scene.citations[j].end > cue.start() or not scene.same(j, cue.start()):
        return None
    if cue.start() - scene.citations[j].end > _REACH:
        return None
    between = scene.text.folded[_end_of(scene, j) : cue.start()]
    if _OTHER_CLAUSE.search(between) or _CLAUSE_BREAK.search(between):
        return None
    if _AND.fullmatch(scene.text.folded[max(scene.contexts[j].end, scene.citations[j].end) : cue.start()]):
        return next((edge.subject for edge in reversed(edges) if edge.object == j), j)
    return j


def _patients(scene: _Scene, i: int, cue: re.Match[str]) -> list[int]:
    """What a passive cue speaks of: the citation before it, and with "cả hai" the two before."""
    j = i - 1
    if j < 0 or not scene.same(j, cue.start()):
        return []
    between = scene.text.folded[scene.citations[j].end : cue.start()]
    count = 2 if re.search(r"ca hai|hai van ban|deu", between) else 1
    found = [j]
    while len(found) < count and (k := scene.left(found[-1])) is not None:
        found.append(k)
    return found[::-1]


def _previous_subject(scene: _Scene, cue: re.Match[str]) -> int | None:
    """The first citation of the sentence before."""
    sentence = scene.layout.sentence(cue.start()) - 1
    if sentence < 0:
        return None
    j = bisect_left(scene.citations, scene.layout.starts[sentence], key=lambda one: one.start)
    return j if j < len(scene.citations) and scene.layout.sentence(scene.citations[j].start) == sentence else None


def _coordinated(scene: _Scene, i: int) -> list[int]:
    """A citation and those joined to it by commas and "và": one cue over several objects."""
    found = [i]
    for j in range(i + 1, min(len(scene.citations), i + 30)):
        last, one = scene.citations[j - 1], scene.citations[j]
        between = scene.text.folded[max(last.end, _end_of(scene, j - 1)) : one.start]
        joined = _COORDINATED.fullmatch(between) and between.strip()
        if not scene.same(j, last.start) or not (joined or _joined_in_subject(scene, j)):
            break
        found.append(j)
    return found


def _joined_in_subject(scene: _Scene, j: int) -> bool:
    """Whether a citation is joined to the one before by what ends that one's subject: "về đầu tư công và 148/NQ-HĐND"."""
    subject, start = scene.contexts[j - 1].subject, scene.start(j)
    if subject is None or subject[1] <= start:
        return False
    held = scene.text.folded[subject[0] : start]
    return re.search(r"(?:[,;]|(?<![a-z])va) ?(?:so )?$", held) is not None and not _CUE.search(held)


def _end_of(scene: _Scene, i: int) -> int:
    """Where what belongs to a citation ends, with a subject that stops before the next one."""
    context = scene.contexts[i]
    after = scene.citations[i + 1].start if i + 1 < len(scene.citations) else len(scene.text.folded)
    end = max(context.end, scene.citations[i].end)
    if context.subject and context.subject[1] <= after:
        end = context.subject[1]
    return min(end, after)


def _fronted(scene: _Scene, objects: list[int], cue: re.Match[str], kind: RelationKind) -> list[Edge]:
    """Relations of "Để triển khai A, UBND ban hành B": the purpose or ground stands first, B acts."""
    if kind not in ("implements", "based_on", "guides"):
        return []
    sentence = scene.layout.starts[scene.layout.sentence(cue.start())]
    opening = _CLAUSE.split(scene.text.folded[sentence : cue.start()])[-1]
    if not _FRONTED.fullmatch(opening.lstrip("-+*• ")):
        return []
    for j in range(objects[-1] + 1, min(len(scene.citations), objects[-1] + 30)):
        between = scene.text.folded[scene.citations[j - 1].end : scene.citations[j].start]
        if not scene.same(j, cue.start()):
            break
        if "," in between and _ISSUING.search(between):
            return [Edge(j, kind, i, *cue.span()) for i in objects]
        if not _NEXT_GROUND.search(between):
            break
    return []


def trailing(text: Text, citations: Sequence[Citation], contexts: Sequence[Context], layout: Layout) -> list[Edge]:
    """Relations of a cue behind its agent: "Thông tư 01 được Thông tư 002/2025/TT-BNV bổ sung"."""
    found = []
    for i in range(1, len(citations)):
        one, last, context = citations[i], citations[i - 1], contexts[i]
        if not re.fullmatch(r"[ \n]*(?:da |vua )?(?:duoc|bi)[ \n]+", text.folded[last.end : one.start]):
            continue
        cue = _CUE.match(text.folded, max(context.end, one.end) + 1)
        if cue and layout.sentence(cue.start()) == layout.sentence(last.start):
            found.append(Edge(i, _kind(cue), i - 1, *cue.span()))
    return found
