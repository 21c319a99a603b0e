"""Citations by reference to the text itself: "Quy định này", "Nghị định trên"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import grammar
from .citation import Citation, Head
from .text import Text
from .tokens import is_plural

_GAP = grammar.GAP
_ABOVE = grammar.one_of("nay, tren day, noi tren, neu tren, ke tren, da neu, vua neu")
_THIS = re.compile(rf"{_GAP}(?:{_ABOVE}|(?P<on>tren)(?![a-z]))")
# "trên" is "above" only at the end of its phrase: "quy định trên địa bàn" is "on".
_PHRASE_ENDS = re.compile(
    rf"{_GAP}(?:$|[.,;:!?)\"'”]|"
    + grammar.one_of(
        "co, duoc, da, ap dung, quy dinh, neu, la, se, cung, thi, con, ve, do, cua, yeu cau, ban hanh, khong, chi,"
        "phai, va, thay the, het, bat dau, khi, tu, de, cho, bi, doi voi"
    )
    + ")"
)
# Words about a document as one that has force or is handed over: they make a lower-case "quyết định này" one.
_LEGAL = re.compile(
    "(?<![a-z])(?:"
    + grammar.one_of(
        "nhan duoc, kem theo, thi hanh, hieu luc, khieu nai, ban hanh, ky, huy bo, chap hanh, thay the, bai bo,"
        "can cu, theo, thuc hien, trien khai, thong qua, ap dung, quan triet"
    )
    + r"|(?:dieu|khoan) \d)"
)
_ALWAYS = frozenset(
    (
        "nghi-quyet",
        "nghi-dinh",
        "thong-tu",
        "thong-tu-lien-tich",
        "chi-thi",
        "cong-dien",
        "luat",
        "bo-luat",
        "phap-lenh",
    )
)
_LEGAL_ONLY = frozenset(("quyet-dinh", "quy-dinh"))
_OPENS = re.compile(r"(?:^|[.!?:;\n“\"-])\s*$")  # where a sentence opens, a capital says nothing
_LOOK_BACK = 200  # citations


def read_anaphor(text: Text, head: Head, found: Sequence[Citation]) -> Citation | None:
    """The anaphor that a type word begins, or None.

    A plural ("các nghị quyết này") is none: it has no single antecedent. A word that also is an everyday noun
    ("dự án này", "kế hoạch này") is one only after a citation of that type, or as a document that has force.
    """
    follows = _THIS.match(text.folded, head.end)
    if follows is None or head.type is None:
        return None
    if not head.spoken and is_plural(text.folded, head.start):
        return None
    if follows["on"] and not _PHRASE_ENDS.match(text.folded, follows.end()):
        return None
    return Citation(head.start, follows.end(), "anaphor", head.type, head=head) if _cites(text, head, found) else None


def _cites(text: Text, head: Head, found: Sequence[Citation]) -> bool:
    kind = head.type
    if kind is None:
        return False
    if kind.slug in _ALWAYS or any(citation.type is kind for citation in found[-_LOOK_BACK:]):
        return True
    if kind.short != "free":
        return False
    if head.capital and not _OPENS.search(text.plain, max(0, head.start - 4), head.start):
        return True
    before = text.folded[max(0, head.start - 40) : head.start].rpartition("\n\n")[2]
    around = before + text.folded[head.start : head.end + 60].partition("\n\n")[0]
    return (head.capital or kind.slug in _LEGAL_ONLY) and _LEGAL.search(around) is not None
