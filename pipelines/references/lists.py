"""What the members of a list share: issuer and date said once, a symbol written after the last number only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import grammar
from .bodies import read_body
from .citation import Citation
from .context import Context
from .text import Text

_JOINED = re.compile(r"[\s,]*(?:va|cung|cung voi)?\s*")
_OF = re.compile(rf"{grammar.GAP}(?:cua|do){grammar.GAP}")


def share(
    text: Text, citations: Sequence[Citation], contexts: Sequence[Context]
) -> tuple[list[Citation], list[Context]]:
    """Citations and contexts, the members of each list given what the list says once for all of them."""
    cited, said = list(citations), list(contexts)
    _share_lead(text, cited, said)
    last = len(cited) - 1
    while last >= 0:
        first = last
        while first and cited[first].kind == "list" and cited[first].head == cited[first - 1].head:
            first -= 1
        if cited[last].kind == "list":
            _share_last(cited, said, first, last)
            _share_head(text, cited, said, first, last)
        last = first - 1
    return cited, said


def _share_lead(text: Text, cited: list[Citation], said: list[Context]) -> None:
    """Give B of "X ban hành A và B" the issuer and the day that stand before A."""
    for i in range(1, len(cited)):
        first, second = said[i - 1], said[i]
        joined = _JOINED.fullmatch(text.folded, max(first.end, cited[i - 1].end), cited[i].start)
        if joined and first.led and first.issuer and second.issuer is None and _codes(cited[i]) == _codes(cited[i - 1]):
            said[i] = second._replace(issuer=first.issuer, led=True)
            before = first.day is not None and first.day.end <= cited[i - 1].start
            if before and second.day is None and second.year is None:
                said[i] = said[i]._replace(day=first.day, role=first.role)


def _codes(citation: Citation) -> tuple[str, ...]:
    return citation.reading.codes if citation.reading else ()


def _share_last(cited: list[Citation], said: list[Context], first: int, last: int) -> None:
    """Give the members before the last its symbol, issuer and date, where they have none of their own."""
    end = said[last]
    alone = all(said[i].day is None and said[i].issuer is None for i in range(first, last))
    symbol = cited[last].symbol
    year = cited[last].year if symbol and symbol.year is None else None  # "số 45, 46 và 47 năm 2014"
    for i in range(first, last):
        cited[i] = _with_symbol(cited[i], cited[last])
        if cited[i].year is None:
            cited[i] = cited[i]._replace(year=year)
        if alone and end.role in ("issued", "partial"):
            said[i] = said[i]._replace(issuer=end.issuer, day=end.day, role=end.role)
        elif alone:
            said[i] = said[i]._replace(issuer=end.issuer)


def _with_symbol(one: Citation, last: Citation) -> Citation:
    """A member with the symbol of the last one, if it has a number alone: "2165" of "2165, 2166/QĐ-UBND"."""
    symbol = last.symbol
    if one.symbol is None or one.symbol.pieces or symbol is None or not symbol.pieces:
        return one
    own = symbol._replace(number=one.symbol.number, year=one.symbol.year or symbol.year)
    return one._replace(symbol=own, reading=last.reading)


def _share_head(text: Text, cited: list[Citation], said: list[Context], first: int, last: int) -> None:
    """Give every member the issuer named at the type word: "các Nghị quyết của HĐND tỉnh: số ..."."""
    head = cited[first].head
    of = _OF.match(text.folded, head.end) if head and head.end < cited[first].start else None
    phrase = read_body(text, of.end()) if of else None
    if phrase is None or phrase.end > cited[first].start:
        return
    for i in range(first, last + 1):
        if said[i].issuer is None:
            said[i] = said[i]._replace(issuer=phrase)
