"""What the members of a list share: issuer and date said once, a symbol written after the last number only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from . import grammar
from .bodies import read_body
from .citation import Citation
from .context import Context
from .text import Text

_OF = re.compile(rf"{grammar.GAP}(?:cua|do){grammar.GAP}")


def share(
    text: Text, citations: Sequence[Citation], contexts: Sequence[Context]
) -> tuple[list[Citation], list[Context]]:
    """Citations and contexts, the members of each list given what the list says once for all of them."""
    cited, said = list(citations), list(contexts)
    i = len(cited) - 1
    while i > 0:
        first = i
        while first and cited[first].kind == "list" and cited[first].head == cited[first - 1].head:
            first -= 1
        if cited[i].kind == "list":
            _share_last(cited, said, first, i)
            _share_head(text, cited, said, first, i)
        i = first - 1 if first < i else i - 1
    if cited and cited[0].kind == "list":
        _share_head(text, cited, said, 0, 0)
    return cited, said


def _share_last(cited: list[Citation], said: list[Context], first: int, last: int) -> None:
    """Give the members before the last its symbol, issuer and date, where they have none of their own."""
    symbol, reading = cited[last].symbol, cited[last].reading
    alone = all(said[i].day is None and said[i].issuer is None for i in range(first, last))
    for i in range(first, last):
        one = cited[i]
        if one.symbol and symbol and symbol.pieces and not one.symbol.pieces:
            shared = replace(symbol, length=0, number=one.symbol.number, year=one.symbol.year or symbol.year)
            cited[i] = replace(one, symbol=shared, reading=reading)
        if alone:
            day = {"day": said[last].day, "role": said[last].role} if said[last].role in ("issued", "partial") else {}
            said[i] = replace(said[i], issuer=said[last].issuer, **day)


def _share_head(text: Text, cited: list[Citation], said: list[Context], first: int, last: int) -> None:
    """Give every member the issuer named at the type word: "các Nghị quyết của HĐND tỉnh: số ..."."""
    head = cited[first].head
    of = _OF.match(text.folded, head.end) if head and head.end < cited[first].start else None
    phrase = read_body(text, of.end()) if of else None
    if phrase is None or phrase.end > cited[first].start:
        return
    for i in range(first, last + 1):
        if said[i].issuer is None:
            said[i] = replace(said[i], issuer=phrase)
