"""The words that say what one document does to another, and the words around them that decide whether they do."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.models import RelationKind

from . import grammar
from .registers import type_words

CUES: dict[RelationKind, str] = {
    "guides": (
        "huong dan; huong dan thuc hien; huong dan thi hanh; huong dan ap dung; huong dan viec thuc hien;"
        "huong dan cu the; huong dan chi tiet; huong dan trien khai thuc hien; huong dan to chuc thuc hien;"
        "huong dan chi tiet thi hanh; quy dinh chi tiet; quy dinh chi tiet thi hanh;"
        "quy dinh chi tiet va huong dan thi hanh; quy dinh chi tiet, huong dan thi hanh"
    ),
    "replaces": "thay the; thay cho; thay the cho; thay",
    "amends": "sua doi, bo sung; sua doi bo sung; sua doi va bo sung; sua doi; bo sung; dieu chinh; sua",
    "repeals": "bai bo; huy bo; thu hoi",
    "based_on": "can cu; can cu vao; can cu theo; tren co so; dua tren; la co so; lam co so; la can cu; lam can cu",
    "inherits": "ke thua",
    "consolidates": "hop nhat",
    "implements": (
        "trien khai; trien khai thuc hien; to chuc thuc hien; thuc hien; thi hanh; cu the hoa; nham thuc hien"
    ),
}
KINDS: dict[str, RelationKind] = {
    phrase.strip(): kind for kind, phrases in CUES.items() for phrase in phrases.split(";")
}
CUE = re.compile(grammar.headed(KINDS))
# Words that may stand between a cue and its object: "thay thế hoàn toàn cho", "sửa đổi một số điều của các"
_FILLING = grammar.one_of(
    "cho, hoan toan, toan bo, mot phan, mot so, noi dung, dieu, khoan, diem, chuong, phu luc, cua, cac, nhung,"
    "tinh than, thong nhat, hieu qua, phat trien, phat huy, nghiem, nghiem tuc, co hieu qua, day du, tot, viec, va,"
    "vua, lan, ca, dong thoi, tai, vao, doi voi, nhiem vu, giai phap, quy dinh, muc tieu, chu truong, theo, hai, ba,"
    "bien phap, trong, neu, de ra"
)
_LISTED = rf"(?:(?:cac|nhung|\d{{1,2}})[ \n]+)?(?:{grammar.trie([*type_words(), 'van ban'])})(?![a-z])[a-z ,]{{0,30}}:"
FILLER = re.compile(
    rf"(?:[ \n,]|(?<![a-z])(?:{_FILLING}|\d{{1,3}}(?![a-z\d])|[a-z](?![a-z])|{grammar.trie(KINDS)}(?![a-z])))*+"
    rf"(?:{_LISTED}[ \n]*(?:[-+•*]|[a-z\d]{{1,2}}[.)])?[ \n]*)?"
)
PASSIVE = re.compile(r"(?<![a-z])(?:bi|duoc)(?: \w+)?[ \n]+$")
IS_DONE_BY = re.compile(r"[ \n]*(?:(?:da|vua|moi)[ \n]+)?(?:duoc|bi)[ \n]+")
BY = re.compile(  # "được sửa đổi, bổ sung một số điều bởi", "được thay thế từ ngày 1/1/2025 bởi"
    rf"(?:[ \n,]+(?:mot so dieu|mot so noi dung|{grammar.trie(KINDS)})(?![a-z]))*+"
    r"(?:[ \n]+(?:ke )?tu[ \n]+(?:ngay[ \n]+)?[\d/.-]{3,10})?"
    r"[ \n]*(?:boi|bang|tai|theo|o)[ \n]+(?:(?:cac|mot so) |(?:diem|khoan|dieu) [\da-z]{1,3},? |va )*+"
)
_DENIED = re.compile(r"(?<![a-z])(?:(?:khong|chua|chang)(?: \w+)?|(?<!quy )(?:dinh chi|tam dung)(?: viec)?)[ \n]+$")
_ASKED = re.compile(r"[^.;]{0,40}?(?:hay khong|khong\?)")
_LONGEST_QUESTION = 49  # characters
# "kết quả 3 năm thực hiện", "kiểm tra việc thực hiện": what is reviewed is not implemented by the review
_REVIEWED = re.compile(
    r"(?<![a-z])(?:ket qua|tinh hinh|giam sat|kiem tra|ra soat|thanh tra|khao sat|so ket|tong ket|nam|cong tac)"
    r"(?: viec| trien khai| to chuc| \d{1,2} nam| lanh dao| chi dao| cong tac| qua trinh)*[ ,\n]+$"
)
REPLACED_IS = re.compile(r"van ban (?:\w+ ){0,3}(?:bi|duoc)(?: \w+)?[ \n]+$")
BOTH = re.compile(r"(?<![a-z])(?:ca hai|hai van ban|deu)(?![a-z])")
GROUND_OF = re.compile(
    r"[ \n]*(?:(?:phap ly|quan trong|chinh tri|vung chac|va)[ \n]+)*(?:de|cho)[ \n][^.;]{0,80}?"
    r"(?:ban hanh|ra|ky|xay dung|lap|thong qua)[ \n]*"
)
_MADE_BY = re.compile(r"(?:duoc|do) [^,;.:]{0,60}?(?:ban hanh|xay dung|thong qua|ky|phe duyet)(?![a-z])")
OTHER_CLAUSE = re.compile(
    grammar.headed_phrases(
        "ban hanh, cho biet, yeu cau, de nghi, phat bieu, hoi nghi, tong ket, so ket, danh gia, giao cho, phai,"
        "hop ban, trong khi, va cac, va nhung, cung cac, nguoi dan, doanh nghiep, cac dia phuong, cac don vi,"
        "cap xa, cap huyen, cap tinh"
    )
)
CLAUSE_OPENS = re.compile(r"[;\n][ \n]*(?:de |nham )?$")  # the cue opens a clause: "...; Căn cứ Nghị định ..."
LINE_OPENS = re.compile(r"(?:^|[\n;])[ \n]*(?:[-+•*][ ]*)?$")


class Cue(NamedTuple):
    """A cue where it stands in the folded text; ``before``: the words up to it."""

    kind: RelationKind
    start: int
    end: int
    words: str
    before: str

    def denied(self, folded: str, behind: int) -> bool:
        """Whether the cue is negated, asked about, or about a review; ``behind`` is where its object ends."""
        reviewed = self.kind == "implements" and _REVIEWED.search(self.before)
        asked = "khong" in folded[behind : behind + _LONGEST_QUESTION] and _ASKED.match(folded, behind)
        return bool(asked or reviewed or _DENIED.search(self.before))


def read_cue(folded: str, match: re.Match[str]) -> Cue:
    """The cue of a match of ``CUE``."""
    words = " ".join(match[0].split())
    return Cue(KINDS[words], *match.span(), words, folded[max(0, match.start() - 40) : match.start()])


def made_between(between: str) -> bool:
    """Whether the words between who acts and the cue say that it was made: "A và B được ban hành để thay thế C"."""
    return _MADE_BY.search(between) is not None


def other_clause(between: str) -> bool:
    """Whether the words between who acts and the cue hold a clause of its own; how the actor was made is none."""
    return OTHER_CLAUSE.search(_MADE_BY.sub(" ", between)) is not None
