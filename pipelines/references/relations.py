"""What one document does to another, as a sentence says it: cues between citations. Nearness alone is no relation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import grammar
from .cues import (
    BOTH,
    BY,
    CLAUSE_OPENS,
    CUE,
    FILLER,
    GROUND_OF,
    IS_DONE_BY,
    LINE_OPENS,
    PASSIVE,
    REPLACED_IS,
    Cue,
    made_between,
    other_clause,
    read_cue,
)
from .expiry import expiries
from .scene import LONGEST_LIST, Edge, Scene
from .subjects import makes_its_own, understood

_AND = re.compile(r"[ \n]*(?:,|,?[ \n]*(?<![a-z])(?:va|dong thoi|cung nhu)(?![a-z]))[ \n]*(?:dong thoi )?(?:se )?")
_CLAUSE = re.compile(r"[;\n]")
_PURPOSE = re.compile(r"[-+*• ]*(?:de|nham|tiep tuc|tren co so|viec)?[ \n]*")
_ISSUING = re.compile(
    "(?<![a-z])"
    + grammar.one_of("ban hanh, ky, ra, co, xay dung, phe duyet, trinh, thong qua, gui, cong bo, lap, len")
    + r"(?: \w+){0,2}[ \n]*$"
)
_NEXT_GROUND = re.compile(r"[;\n,][ \n]*" + grammar.one_of("can cu, thuc hien, theo, xet"))
_AND_ITS = re.compile(r"[ \n]*,?[ \n]*(?:va|cung|cung voi)[ \n]+")
_GUIDE_OF_IT = re.compile(
    r"[ \n]*(?P<cue>huong dan(?: thi hanh| thuc hien)?)(?=[ \n]*(?:[,.;:)]|$)|[ \n]+(?:da|co|con|se|deu|cung|la)[ \n])"
)
_BY_MEANS_OF = re.compile(r"[ \n,]*(?:bang|tai|trong|qua|thong qua)[ \n]+(?:viec ban hanh |ban hanh )?(?:cac |mot )?")
_SHORT_OF_ACTIVE = frozenset(("la co so", "lam co so", "la can cu", "lam can cu"))
_FRONTED_KINDS = frozenset(("implements", "based_on", "guides", "consolidates"))
_MADE_SO = frozenset(("replaces", "inherits"))  # "Thay thế A, B ..."
_CHANGES = frozenset(("replaces", "amends", "repeals"))
_ACCORDING_TO = re.compile(r"(?<![a-z])theo(?![a-z])")
_REACH = 240  # how far a cue may stand from who acts and what is acted on


def relate(scene: Scene) -> list[Edge]:
    """The relations that the sentences of a text state between its citations."""
    text, citations = scene.text, scene.citations
    edges: list[Edge] = []
    for i in range(len(citations)):
        start, end = max(citations[i - 1].end if i else 0, scene.start(i) - _REACH), scene.start(i)
        guided = False
        for match in CUE.finditer(text.folded, start, end):
            cue = read_cue(text.folded, match)
            if not scene.together(i, cue.start) or (guided and cue.kind == "implements"):
                continue  # "hướng dẫn ... thi hành A" guides it
            stated = _before(scene, i, cue, edges)
            guided = guided or (bool(stated) and cue.kind == "guides")
            edges += stated
        if i and (edge := _behind(scene, i)):
            edges.append(edge)
    return list(dict.fromkeys([*edges, *expiries(scene)]))


def _before(scene: Scene, i: int, cue: Cue, edges: Sequence[Edge]) -> list[Edge]:
    """The relations of a cue that stands before a citation."""
    folded = scene.text.folded
    after = folded[cue.end : scene.start(i)]
    if cue.denied(folded, scene.citations[i].end):
        return []
    actor = _actor(scene, i, cue, edges)
    if cue.kind == "based_on" and actor is not None and GROUND_OF.fullmatch(after):
        return [cue_edge(cue, i, actor)]
    participle = cue.before.endswith("(") and BY.fullmatch(after)  # "A (sửa đổi bởi B)"
    if cue.kind != "based_on" and (participle or PASSIVE.search(cue.before)):
        return _passive(scene, i, cue, after)
    if cue.words in _SHORT_OF_ACTIVE or not FILLER.fullmatch(after) or (cue.words == "thay" and after.strip()):
        return []
    if cue.kind in _CHANGES and _ACCORDING_TO.search(after):
        return []
    objects = scene.coordinated(i)
    if actor is not None:
        behind = scene.tail(actor)
        made = made_between(folded[behind : min(behind + _REACH, cue.start)])
        actors = scene.subject(actor) if made else [actor]
        return [cue_edge(cue, one, j) for one in actors for j in objects]
    return _fronted(scene, objects, cue) or _by_means_of(scene, objects, cue) or _own(scene, objects, cue)


def cue_edge(cue: Cue, subject: int, object_: int) -> Edge:
    """The edge that a cue states between two citations."""
    return Edge(subject, cue.kind, object_, cue.start, cue.end)


def _passive(scene: Scene, i: int, cue: Cue, after: str) -> list[Edge]:
    """The relations of a passive cue: "A bị thay thế bởi B"; "Văn bản bị thay thế là A", by the sentence before."""
    if BY.fullmatch(after):
        return [cue_edge(cue, i, j) for j in _patients(scene, i, cue)]
    if after.split()[:1] == ["la"] and REPLACED_IS.search(cue.before):
        actor = _first_of_sentence(scene, scene.layout.sentence(cue.start) - 1)
        return [cue_edge(cue, actor, i)] if actor is not None else []
    return []


def _behind(scene: Scene, i: int) -> Edge | None:
    """The relation of a cue behind its agent: "Thông tư 01 được Thông tư 002/2025/TT-BNV bổ sung".

    Or: "Nghị định 10 và Thông tư 05 hướng dẫn thi hành".
    """
    together = _AND_ITS.fullmatch(scene.text.folded, scene.tail(i - 1), scene.citations[i].start)
    said = max(scene.citations[i].end, scene.contexts[i].end)
    if together and (guide := _GUIDE_OF_IT.match(scene.text.folded, said)):
        return Edge(i, "guides", i - 1, *guide.span("cue"))
    if not IS_DONE_BY.fullmatch(scene.text.folded, scene.citations[i - 1].end, scene.citations[i].start):
        return None
    match = CUE.match(scene.text.folded, scene.tail(i) + 1)
    if match is None or not scene.together(i - 1, match.start()):
        return None
    return cue_edge(read_cue(scene.text.folded, match), i, i - 1)


def _actor(scene: Scene, i: int, cue: Cue, edges: Sequence[Edge]) -> int | None:
    """The citation that acts: the nearest before the cue, unless another clause stands between.

    Of two acts joined by "và", the second is done by who does the first: "thay thế A và bãi bỏ B".
    """
    j = i - 1
    if j < 0 or scene.citations[j].end > cue.start or cue.start - scene.citations[j].end > _REACH:
        return None
    between = scene.text.folded[scene.tail(j) : cue.start]
    if not scene.together(j, cue.start) or other_clause(between) or CLAUSE_OPENS.search(between):
        return None
    if cue.kind == "implements" and _another_does(scene, cue, between):
        return None
    if _AND.fullmatch(scene.text.folded, max(scene.contexts[j].end, scene.citations[j].end), cue.start):
        done = (edge for edge in reversed(edges[-LONGEST_LIST:]) if edge.object == j)
        return next((edge.subject for edge in done if edge.subject != scene.speaker), j)
    return j


def _another_does(scene: Scene, cue: Cue, between: str) -> bool:
    """Whether someone named behind a comma does what the cue says: "..., Sở Tài chính thực hiện A"."""
    comma = between.rfind(", ")
    at = cue.start - len(between) + comma + 2
    return comma >= 0 and scene.text.plain[at : at + 1].isupper()


def _patients(scene: Scene, i: int, cue: Cue) -> list[int]:
    """What a passive cue speaks of: the citation before it and those joined to it; with "cả hai" the two before."""
    j = i - 1
    if j < 0 or not scene.together(j, cue.start):
        return []
    both = BOTH.search(scene.text.folded, scene.citations[j].end, cue.start)
    return [j - 1, j] if both and j and scene.together(j - 1, cue.start) else scene.subject(j)


def _first_of_sentence(scene: Scene, sentence: int) -> int | None:
    if sentence < 0:
        return None
    last = scene.before(scene.layout.starts[sentence])
    j = 0 if last is None else last + 1
    return j if j < len(scene.citations) and scene.together(j, scene.layout.starts[sentence]) else None


def _fronted(scene: Scene, objects: list[int], cue: Cue) -> list[Edge]:
    """Relations of "Để triển khai A, UBND ban hành B": the purpose or ground stands first, B acts."""
    folded, sentence = scene.text.folded, scene.opening(cue.start)
    opening = _CLAUSE.split(folded[max(sentence, cue.start - _REACH) : cue.start])[-1]
    if not _PURPOSE.fullmatch(opening):
        return []
    if cue.kind in _MADE_SO:
        *done, actor = objects  # "Thay thế A, B ...": the comma is no list's
        between = folded[scene.tail(actor - 1) : scene.start(actor)]
        return [cue_edge(cue, actor, i) for i in done] if done and between == ", " else []
    if cue.kind not in _FRONTED_KINDS:
        return []
    for j in range(objects[-1] + 1, min(len(scene.citations), objects[-1] + LONGEST_LIST)):
        between = folded[scene.citations[j - 1].end : scene.citations[j].start]
        if not scene.together(j, cue.start):
            break
        if "," in between and _ISSUING.search(between):
            return [cue_edge(cue, actor, i) for actor in scene.coordinated(j) for i in objects]
        if not _NEXT_GROUND.search(between):
            break
    return []


def _by_means_of(scene: Scene, objects: list[int], cue: Cue) -> list[Edge]:
    """Relations of "cụ thể hóa A bằng B", "hướng dẫn thực hiện A tại B"."""
    j = objects[-1] + 1
    if cue.kind == "based_on" or j >= len(scene.citations) or not scene.together(j, cue.start):
        return []
    between = scene.text.folded[scene.tail(j - 1) : scene.start(j)]
    return [cue_edge(cue, j, i) for i in objects] if _BY_MEANS_OF.fullmatch(between) else []


def _own(scene: Scene, objects: list[int], cue: Cue) -> list[Edge]:
    """Relations of a sentence that names no document before its cue: of the one it speaks of, or the text's own."""
    actor = understood(scene, objects[0], cue)
    if actor is None:
        actor = _speaker(scene, objects, cue)
    return [cue_edge(cue, actor, j) for j in objects] if actor is not None else []


def _speaker(scene: Scene, objects: list[int], cue: Cue) -> int | None:
    """The text's own document, where a line or sentence opens with what it does: "Căn cứ A;", "Bãi bỏ B."."""
    own, line = scene.speaker, LINE_OPENS.search(cue.before) is not None
    if own is None or own >= objects[0] or not (line or scene.opening(cue.start) == cue.start):
        return None
    if cue.kind in _CHANGES or (line and cue.kind == "based_on"):
        return own
    return makes_its_own(scene, objects[-1])
