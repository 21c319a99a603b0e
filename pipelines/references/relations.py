"""What one document does to another, as a sentence says it: cues between citations. Nearness alone is no relation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.models import RelationKind

from . import grammar
from .citation import Citation
from .context import Context
from .sentences import Layout
from .text import Text

CUES: dict[RelationKind, str] = {
    "guides": (
        "huong dan; huong dan thuc hien; huong dan thi hanh; huong dan ap dung; huong dan viec thuc hien;"
        "huong dan cu the; huong dan chi tiet; huong dan trien khai thuc hien; huong dan to chuc thuc hien;"
        "huong dan chi tiet thi hanh"
    ),
    "replaces": "thay the; thay cho; thay the cho",
    "amends": "sua doi, bo sung; sua doi bo sung; sua doi va bo sung; sua doi; bo sung; dieu chinh",
    "repeals": "bai bo; huy bo",
    "based_on": "can cu; can cu vao; can cu theo; tren co so; dua tren",
    "inherits": "ke thua",
    "consolidates": "hop nhat",
    "implements": (
        "trien khai; trien khai thuc hien; to chuc thuc hien; thuc hien; thi hanh; cu the hoa; nham thuc hien"
    ),
}
_KINDS: dict[str, RelationKind] = {
    phrase.strip(): kind for kind, phrases in CUES.items() for phrase in phrases.split(";")
}
_CUE = re.compile(grammar.headed(_KINDS))
# Words that may stand between a cue and its object: "thay thế hoàn toàn cho", "sửa đổi một số điều của các"
_FILLING = grammar.one_of(
    "cho, hoan toan, toan bo, mot phan, mot so, noi dung, dieu, khoan, diem, chuong, phu luc, cua, cac, nhung,"
    "tinh than, thong nhat, hieu qua, phat trien, phat huy, nghiem, nghiem tuc, co hieu qua, day du, tot, viec, va,"
    "vua, lan, ca, dong thoi, tai, vao, doi voi, nhiem vu, giai phap, quy dinh, muc tieu, chu truong, theo, hai, ba"
)
_FILLER = re.compile(
    rf"(?:[ \n,]|(?<![a-z])(?:{_FILLING}|\d{{1,3}}(?![a-z\d])|[a-z](?![a-z])|{grammar.trie(_KINDS)}(?![a-z])))*+"
)
_PASSIVE = re.compile(r"(?<![a-z])(?:bi|duoc)(?: \w+)?[ \n]+$")
_IS_DONE_BY = re.compile(r"[ \n]*(?:(?:da|vua|moi)[ \n]+)?(?:duoc|bi)[ \n]+")
_BY = re.compile(  # "được sửa đổi, bổ sung một số điều bởi"
    rf"(?:[ \n,]+(?:mot so dieu|mot so noi dung|{grammar.trie(_KINDS)})(?![a-z]))*+"
    r"[ \n]*(?:boi|bang|tai|theo|o)[ \n]+(?:cac )?"
)
_DENIED = re.compile(r"(?<![a-z])(?:(?:khong|chua|chang)(?: \w+)?|(?<!quy )(?:dinh chi|tam dung)(?: viec)?)[ \n]+$")
_ASKED = re.compile(r"[^.;]{0,40}?(?:hay khong|khong\?)")
_REPLACED_IS = re.compile(r"van ban (?:\w+ ){0,3}(?:bi|duoc)(?: \w+)?[ \n]+$")
_BOTH = re.compile(r"(?<![a-z])(?:ca hai|hai van ban|deu)(?![a-z])")
_GROUND_OF = re.compile(r"[ \n]*(?:phap ly )?(?:de|cho)[ \n][^.;]{0,80}?(?:ban hanh|ra|ky|xay dung|lap)[ \n]*")
_OTHER_CLAUSE = re.compile(
    r"(?<![a-z])(?:(?<!duoc )ban hanh(?![a-z])|"
    + grammar.one_of(
        "cho biet, yeu cau, de nghi, phat bieu, hoi nghi, tong ket, so ket, danh gia, giao cho, phai, hop ban"
    )
    + ")"
)
_CLAUSE_OPENS = re.compile(r"[;\n][ \n]*(?:de |nham )?$")  # the cue opens a clause: "...; Căn cứ Nghị định ..."
_AND = re.compile(r"[ \n,]*(?:va|dong thoi|cung nhu)?[ \n]*(?:se )?")
_COORDINATION = re.compile(r"[\s,;]*(?:(?:va|cung nhu|lan)(?![a-z]))?\s*(?:ca )?(?:so )?")
_ENDS_IN_COORDINATION = re.compile(r"(?:[,;]|(?<![a-z])va) ?(?:so )?$")
_CLAUSE = re.compile(r"[;\n]")
_PURPOSE = re.compile(r"[-+*• ]*(?:de|nham|tiep tuc|tren co so|viec)?[ \n]*")
_ISSUING = re.compile(
    "(?<![a-z])"
    + grammar.one_of("ban hanh, ky, ra, co, xay dung, phe duyet, trinh, thong qua, gui, cong bo, lap, len")
    + r"(?: \w+){0,2}[ \n]*$"
)
_NEXT_GROUND = re.compile(r"[;\n,][ \n]*" + grammar.one_of("can cu, thuc hien, theo, xet"))
_FRONTED_KINDS = frozenset(("implements", "based_on", "guides", "consolidates"))
_REACH = 240  # how far a cue may stand from who acts and what is acted on
_LONGEST_LIST = 30


class Edge(NamedTuple):
    """A relation between two citations by their indexes; the span is that of the cue, in folded offsets."""

    subject: int
    relation: RelationKind
    object: int
    start: int
    end: int


class _Cue(NamedTuple):
    kind: RelationKind
    start: int
    end: int
    before: str  # the words up to the cue

    def edge(self, subject: int, object_: int) -> Edge:
        return Edge(subject, self.kind, object_, self.start, self.end)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Citations in their sentences."""

    text: Text
    citations: Sequence[Citation]
    contexts: Sequence[Context]
    layout: Layout

    def start(self, i: int) -> int:
        """Where a citation begins for its sentence: the first of a list at the type word it shares."""
        one = self.citations[i]
        head = one.head.start if one.kind == "list" and one.head else one.start
        return one.start if i and self.citations[i - 1].end > head else head

    def tail(self, i: int) -> int:
        """Where what belongs to a citation ends, its subject too if that stops before the next citation."""
        one, context = self.citations[i], self.contexts[i]
        after = self.citations[i + 1].start if i + 1 < len(self.citations) else len(self.text.folded)
        end = context.subject[1] if context.subject and context.subject[1] <= after else max(context.end, one.end)
        return min(end, after)

    def together(self, i: int, offset: int) -> bool:
        """Whether a citation lies in the sentence of an offset."""
        return self.layout.sentence(self.citations[i].start) == self.layout.sentence(offset)


def relate(text: Text, citations: Sequence[Citation], contexts: Sequence[Context], layout: Layout) -> list[Edge]:
    """The relations that the sentences of a text state between its citations."""
    scene = _Scene(text, citations, contexts, layout)
    edges: list[Edge] = []
    for i, one in enumerate(citations):
        start, end = max(citations[i - 1].end if i else 0, scene.start(i) - _REACH), scene.start(i)
        for match in _CUE.finditer(text.folded, start, end):
            if scene.together(i, match.start()):
                edges += _before(scene, i, _cue(text, match), edges)
        if i and (edge := _behind(scene, i, one)):
            edges.append(edge)
    return list(dict.fromkeys(edges))


def _cue(text: Text, match: re.Match[str]) -> _Cue:
    kind = _KINDS[" ".join(match[0].split())]
    return _Cue(kind, *match.span(), text.folded[max(0, match.start() - 40) : match.start()])


def _before(scene: _Scene, i: int, cue: _Cue, edges: Sequence[Edge]) -> list[Edge]:
    """The relations of a cue that stands before a citation."""
    folded = scene.text.folded
    after = folded[cue.end : scene.start(i)]
    if _DENIED.search(cue.before) or _ASKED.match(folded, scene.citations[i].end):
        return []
    actor = _actor(scene, i, cue, edges)
    if cue.kind == "based_on":
        if actor is not None and _GROUND_OF.fullmatch(after):
            return [cue.edge(i, actor)]
    elif _PASSIVE.search(cue.before):
        return _passive(scene, i, cue, after)
    if not _FILLER.fullmatch(after):
        return []
    objects = _coordinated(scene, i)
    return [cue.edge(actor, j) for j in objects] if actor is not None else _fronted(scene, objects, cue)


def _passive(scene: _Scene, i: int, cue: _Cue, after: str) -> list[Edge]:
    """The relations of a passive cue: "A bị thay thế bởi B"; "Văn bản bị thay thế là A","
    "done by the sentence before."""
    if _BY.fullmatch(after):
        return [cue.edge(i, j) for j in _patients(scene, i, cue)]
    if after.split()[:1] == ["la"] and _REPLACED_IS.search(cue.before):
        actor = _first_of_sentence(scene, scene.layout.sentence(cue.start) - 1)
        return [cue.edge(actor, i)] if actor is not None else []
    return []


def _behind(scene: _Scene, i: int, one: Citation) -> Edge | None:
    """The relation of a cue behind its agent: "Thông tư 01 được Thông tư 002/2025/TT-BNV bổ sung"."""
    if not _IS_DONE_BY.fullmatch(scene.text.folded, scene.citations[i - 1].end, one.start):
        return None
    match = _CUE.match(scene.text.folded, scene.tail(i) + 1)
    return _cue(scene.text, match).edge(i, i - 1) if match and scene.together(i - 1, match.start()) else None


def _actor(scene: _Scene, i: int, cue: _Cue, edges: Sequence[Edge]) -> int | None:
    """The citation that acts: the nearest before the cue, unless another clause stands between.

    Of two acts joined by "và", the second is done by who does the first: "thay thế A và bãi bỏ B".
    """
    j = i - 1
    if j < 0 or scene.citations[j].end > cue.start or cue.start - scene.citations[j].end > _REACH:
        return None
    between = scene.text.folded[scene.tail(j) : cue.start]
    if not scene.together(j, cue.start) or _OTHER_CLAUSE.search(between) or _CLAUSE_OPENS.search(between):
        return None
    if _AND.fullmatch(scene.text.folded, max(scene.contexts[j].end, scene.citations[j].end), cue.start):
        return next((edge.subject for edge in reversed(edges[-_LONGEST_LIST:]) if edge.object == j), j)
    return j


def _patients(scene: _Scene, i: int, cue: _Cue) -> list[int]:
    """What a passive cue speaks of: the citation before it, and with "cả hai" the two before."""
    j = i - 1
    if j < 0 or not scene.together(j, cue.start):
        return []
    both = _BOTH.search(scene.text.folded, scene.citations[j].end, cue.start)
    return [j - 1, j] if both and j and scene.together(j - 1, cue.start) else [j]


def _first_of_sentence(scene: _Scene, sentence: int) -> int | None:
    if sentence < 0:
        return None
    start = scene.layout.starts[sentence]
    j = bisect_left(scene.citations, start, key=lambda one: one.start)
    return j if j < len(scene.citations) and scene.together(j, start) else None


def _coordinated(scene: _Scene, i: int) -> list[int]:
    """A citation and those joined to it by commas and "và": one cue over several objects."""
    found = [i]
    for j in range(i + 1, min(len(scene.citations), i + _LONGEST_LIST)):
        between = scene.text.folded[scene.tail(j - 1) : scene.citations[j].start]
        joined = between.strip() and _COORDINATION.fullmatch(between)
        if not scene.together(j, scene.citations[j - 1].start) or not (joined or _joined_in_subject(scene, j)):
            break
        found.append(j)
    return found


def _joined_in_subject(scene: _Scene, j: int) -> bool:
    """Whether a citation is joined to the one before by what ends its subject: "về đầu tư công và 148/NQ-HĐND"."""
    subject, start = scene.contexts[j - 1].subject, scene.start(j)
    if subject is None or subject[1] <= start:
        return False
    held = scene.text.folded[subject[0] : start]
    return _ENDS_IN_COORDINATION.search(held) is not None and not _CUE.search(held)


def _fronted(scene: _Scene, objects: list[int], cue: _Cue) -> list[Edge]:
    """Relations of "Để triển khai A, UBND ban hành B": the purpose or ground stands first, B acts."""
    sentence = scene.layout.starts[scene.layout.sentence(cue.start)]
    opening = _CLAUSE.split(scene.text.folded[max(sentence, cue.start - _REACH) : cue.start])[-1]
    if cue.kind not in _FRONTED_KINDS or not _PURPOSE.fullmatch(opening):
        return []
    for j in range(objects[-1] + 1, min(len(scene.citations), objects[-1] + _LONGEST_LIST)):
        between = scene.text.folded[scene.citations[j - 1].end : scene.citations[j].start]
        if not scene.together(j, cue.start):
            break
        if "," in between and _ISSUING.search(between):
            return [cue.edge(actor, i) for actor in _coordinated(scene, j) for i in objects]
        if not _NEXT_GROUND.search(between):
            break
    return []
