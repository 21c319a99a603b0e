"""Which regulation a citation means that its page could not date: the one that the other pages know.

"Quy định 96-QĐ/TW" without a day stays the provisional ``vn/party/tw/quy-dinh/-/96`` of its page; among the dated
regulations of the same body, type and number it is the only one of the same congress term (Party, National Assembly)
or of the same year (other State documents), or it stays what it was. State law cited by name alone is left as it is:
the year of an article does not say which Land Law it means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipelines.folding import fold
from pipelines.references.grammar import ordinal
from pipelines.references.identity import party_term
from pipelines.references.naming import Name

_TERM_WORD = re.compile(r"kh[oó]", re.IGNORECASE)  # of "khóa" or "khoá", before the rest is folded
_TERM_BEHIND = re.compile(r"[\s,]{0,4}\(?\s?khoa\s(?P<term>[xvi]{1,5}|\d{1,2})(?![a-z\d])")
_TERM_WITHIN = re.compile(r"(?<![a-z])khoa\s(?P<term>[xvi]{1,5}|\d{1,2})(?![a-z\d])")
_ASSEMBLY = re.compile(r"(?<![^\W_])(?:UBTV)?QH(?P<term>\d{1,2})(?!\d)")


class Dated(NamedTuple):
    """A regulation whose period is known. ``issued`` is the day that most clusters of articles state."""

    id: str
    term: str | None = None
    issued: str | None = None


class Cited(NamedTuple):
    """A provisional regulation as one article cites it: published on ``day``, in the congress term it states.

    ``exact`` when its symbol is given, which tells the two State series apart.
    """

    id: str
    day: str | None = None
    term: str | None = None
    exact: bool = True


class Answer(NamedTuple):
    """What a citation means; ``id`` is None while it stays provisional, ``judged`` when its term or year is known."""

    id: str | None = None
    by: str | None = None
    judged: bool = False


def is_provisional(id_: str) -> bool:
    """Whether an identifier lacks its period, which its page did not tell: "vn/party/tw/quy-dinh/-/96"."""
    return "/-/" in id_


def term_of(id_: str, issued: str | None, symbol: str | None) -> str | None:
    """The term of a regulation: "qh15" by its symbol, "k13" by its period, its day, or a year within one term."""
    name = Name.of(id_)
    if name.system == "state":
        return assembly_term(symbol)
    if re.fullmatch(r"k\d+", name.period):
        return name.period
    if name.system != "party":
        return None
    first, last = (party_term(day) for day in (issued or f"{name.year}-01-01", issued or f"{name.year}-12-31"))
    return first if first == last and (issued or name.year) else None


def assembly_term(code: str | None) -> str | None:
    """The National Assembly's term in a symbol or code: "qh15" of "43/2022/QH15" and "UBTVQH15"."""
    found = _ASSEMBLY.search(code or "")
    return f"qh{found['term']}" if found else None


def stated_term(behind: str, issuer: str | None) -> str | None:
    """The congress term that the words behind a citation or its issuer phrase name: "k12" of "..., khóa XII"."""
    found = _TERM_BEHIND.match(fold(behind).text) if _TERM_WORD.search(behind) else None
    if found is None and issuer is not None and _TERM_WORD.search(issuer):
        found = _TERM_WITHIN.search(fold(issuer).text)
    number = ordinal(found["term"]) if found else None
    return f"k{number}" if number else None


def answer(cited: Cited, known: Sequence[Dated]) -> Answer:
    """What a citation means among the dated regulations of its family."""
    name = Name.of(cited.id)
    by_term = name.system == "party" or cited.term is not None
    if name.system == "state" and name.number.startswith("~"):
        return Answer()
    term = cited.term or (_term_on(cited.day[:10]) if by_term and cited.day else None)
    if (term if by_term else cited.day) is None:
        return Answer()
    fitting = [one for one in known if _possible(one, cited, name)]
    if by_term:
        # One whose own term is unknown may be meant as well, and then there are two.
        fitting = [one for one in fitting if one.term in (term, None)]
        sure = len(fitting) == 1 and fitting[0].term == term
    else:
        fitting = [one for one in fitting if cited.day and Name.of(one.id).year == cited.day[:4]]
        sure = len(fitting) == 1
    return Answer(fitting[0].id, "term" if by_term else "corpus", judged=True) if sure else Answer(judged=True)


@lru_cache(maxsize=16_384)  # the days of a generation of articles
def _term_on(day: str) -> str | None:
    return party_term(day)


def _possible(one: Dated, cited: Cited, name: Name) -> bool:
    """Whether a document can be the one cited: of its series, and not younger than the article."""
    other = Name.of(one.id)
    if cited.exact and other.type != name.type:
        return False
    if cited.day is None:
        return True
    return one.issued <= cited.day[:10] if one.issued else (other.year or "") <= cited.day[:4]


def families(regulations: Iterable[Dated]) -> Mapping[tuple[str, ...], Sequence[Dated]]:
    """Dated regulations by what a provisional one shares with them."""
    found: dict[tuple[str, ...], list[Dated]] = defaultdict(list)
    for one in regulations:
        found[Name.of(one.id).family].append(one)
    return found
