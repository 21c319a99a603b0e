"""Which document a citation means: the parts of its identifier, as far as citation and context state them."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.models import PlaceSource

from . import grammar
from .bodies import Body, body_of_code, read_body
from .citation import Citation
from .context import Context
from .places import Place, Surroundings, place_of
from .registers import issuer_names, terms
from .text import Text

_GAP = grammar.GAP
_TWO_SERIES = frozenset(("quyet-dinh", "nghi-quyet"))
# Who alone makes documents of a type: Luật 64/2025/QH15, Điều 4; Hiến pháp 2013, Điều 70 and 120; Điều lệ Đảng.
_IMPLIED = {
    "hien-phap": Body("qh", "state", "central"),
    "bo-luat": Body("qh", "state", "central"),
    "luat": Body("qh", "state", "central"),
    "phap-lenh": Body("ubtvqh", "state", "central"),
    "nghi-dinh": Body("cp", "state", "central"),
    "cuong-linh": Body("tw", "party", "central"),
}
_OF_ASSEMBLY = frozenset(("hien-phap", "bo-luat", "luat", "phap-lenh"))  # whoever "công bố" or "triển khai" them
_JOINT = frozenset(("TTLT", "TTLB", "NQLT", "HDLN", "HDLT", "KHLT"))  # several bodies in the symbol, not units of one
_PARTY_COMMITTEES = frozenset(("tu", "hu", "qu"))
_CLUE = re.compile(rf",?{_GAP}\(?{_GAP}khoa{_GAP}(?P<term>[xvi]{{1,5}}|\d{{1,2}})(?![a-z\d])")
_TERM_IN_PHRASE = re.compile(r"khoa (?P<term>[xvi]{1,5}|\d{1,2})(?![a-z\d])")
_STATE_TERM = re.compile(r"(?:UBTV)?QH(\d{1,2})")
_MANDATE = re.compile(rf",?{_GAP}\(?nhiem{_GAP}ky{_GAP}(?P<year>{grammar.YEAR})")
_FIRST_PARTY_ORDINAL = 6  # a bare "Đại hội XIII" is the Party's; a bare "Đại hội II" is some local body's
_BEFORE_MERGER, _AFTER_MERGER = "2025-06-30", "2025-12-31"


class Identity(NamedTuple):
    """What is known of which document a citation means. ``issuer`` is None where nothing says whose it is."""

    system: str | None
    issuer: str | None
    type: str | None
    period: str
    number: str | None
    level: str | None = None
    unit: str | None = None
    place: str | None = None
    place_by: PlaceSource | None = None
    term: str | None = None
    day: str | None = None
    name: str | None = None  # slug of the name a numbered law is cited with

    @property
    def id(self) -> str | None:
        """The canonical identifier, or None while issuer, type or number are unknown."""
        if self.system is None or self.issuer is None or self.type is None or self.number is None:
            return None
        return f"vn/{self.system}/{self.issuer}/{self.type}/{self.period}/{self.number}"


def identify(text: Text, citation: Citation, context: Context, body: Body | None, around: Surroundings) -> Identity:
    """The identity of a citation by its own words and context and its ``issuing_body``, page antecedents apart."""
    if citation.kind == "congress":
        return _congress(text, citation, around)
    day = None
    if context.day and context.role in ("issued", "partial"):
        day = context.day.iso or context.day.completed(around.published)
    year = _year(citation, context, day)
    place = place_of(body, around, day, year) if body and body.local else None
    whose = _of_body(body, place, around)
    return Identity(
        whose.system,
        whose.issuer,
        _series(citation, whose),
        year or "-",
        _number(citation),
        whose.level,
        whose.unit,
        whose.place,
        whose.place_by,
        _term(text, citation, context, whose.system, day),
        day,
        citation.name,
    )


def _of_body(body: Body | None, place: Place | None, around: Surroundings) -> Identity:
    """The part of an identity that says whose it is."""
    if body is None:
        return Identity(None, None, None, "-", None)
    level = around.level if body.level == "any" else body.level
    if not body.local:
        return Identity(body.system, body.slug, None, "-", None, level)
    if place is None:
        return Identity(body.system, None, None, "-", None, level)
    issuer = f"{body.slug}@{place.slug}"
    return Identity(body.system, issuer, None, "-", None, level, place.unit, place.slug, place.said_by)


def _year(citation: Citation, context: Context, day: str | None) -> str | None:
    """The year of issue: the symbol's, else the citation's, the day's, one stated without a day."""
    if citation.symbol and citation.symbol.year:
        return citation.symbol.year
    return citation.year or (day[:4] if day else None) or context.year


def _number(citation: Citation) -> str | None:
    if citation.number:
        return citation.number.lstrip("0").lower() or "0"
    return f"~{citation.name}" if citation.name is not None else None


def _series(citation: Citation, whose: Identity) -> str | None:
    """The type in identifiers: State decisions and resolutions with the year in the symbol are a series apart.

    Those of the National Assembly have one series.
    """
    kind = citation.type.slug if citation.type else None
    dated = citation.symbol is not None and citation.symbol.year is not None
    apart = kind in _TWO_SERIES and dated and whose.system == "state" and whose.issuer != "qh"
    return f"{kind}-qppl" if apart else kind


def _codes(citation: Citation) -> tuple[str, ...]:
    return citation.reading.codes if citation.reading else ()


def issuing_body(citation: Citation, context: Context) -> Body | None:
    """Who issued: the body of the code, unless the phrase contradicts it, else of the phrase, else of the type."""
    phrase = context.issuer.body if context.issuer else None
    codes = _codes(citation)
    if not codes:
        implied = _implied(citation)
        return implied if citation.type and citation.type.slug in _OF_ASSEMBLY else phrase or implied
    body = body_of_code(codes[0])
    if len(codes) > 1 and citation.reading and citation.reading.abbreviation in _JOINT:
        return Body(joint(codes), body.system, "any" if body.local else "central", body.local)
    if phrase is None:
        return body
    if not phrase.bare and (phrase.system != body.system or (phrase.local and not body.local)):
        return phrase
    return _placed(body, phrase) if body.local and phrase.local else body


def _placed(body: Body, phrase: Body) -> Body:
    """A local body of a code with place and level of its phrase: 12-NQ/TU "của Thị ủy An Nhơn"."""
    if body.level == "agency":
        return body._replace(place=phrase.place)
    both = body.slug in _PARTY_COMMITTEES and phrase.slug in _PARTY_COMMITTEES
    level = body.level if phrase.level == "agency" else phrase.level
    return Body(phrase.slug if both else body.slug, body.system, level, True, phrase.place, phrase.district)


def joint(codes: tuple[str, ...]) -> str:
    """The slug of a joint issuer: the lead body, then the rest in alphabetical order."""
    lead, *rest = (body_of_code(code).slug for code in codes)
    return "+".join([lead, *sorted(rest)])


def _implied(citation: Citation) -> Body | None:
    kind = citation.type.slug if citation.type else ""
    if kind != "dieu-le":
        return _IMPLIED.get(kind)
    name = citation.name or ""
    if name == "dang":
        return Body("tw", "party", "central")
    return Body(_organisation(name.replace("-", " ")), "org", "central")


def _organisation(name: str) -> str:
    issuer = issuer_names().get(" ".join(name.split()))
    return issuer.body if issuer else "-".join(name.split())


def _congress(text: Text, citation: Citation, around: Surroundings) -> Identity:
    """The identity of a plenum's or congress's resolution; the Party's have the term as period, others the ordinal."""
    kind = citation.type.slug if citation.type else None
    if citation.name is None:
        return Identity("party", None, kind, "-", None)
    centre = Identity("party", "tw", kind, citation.term or "-", f"~{citation.name}", "central", term=citation.term)
    if citation.name != "dai-hoi":
        return centre
    phrase = text.folded[slice(*citation.body)].strip() if citation.body else ""
    if not phrase or phrase == "dang" or phrase.startswith(("dang cong san", "dang toan quoc")):
        if not phrase and "national" not in citation.flags and int(citation.term or 0) < _FIRST_PARTY_ORDINAL:
            return Identity("party", None, kind, citation.term or "-", f"~{citation.name}")
        term = f"k{citation.term}" if citation.term else None
        return centre._replace(period=term or "-", term=term)
    if not phrase.startswith("dang"):
        return centre._replace(system="org", issuer=_organisation(phrase), term=None)
    body = _party_body(text, citation)
    if body is None:
        return Identity("party", None, kind, citation.term or "-", centre.number)
    identity = _of_body(body, place_of(body, around, _day_of_congress(text, citation), None), around)
    return identity._replace(type=kind, number=centre.number, period=citation.term or "-")


def _party_body(text: Text, citation: Citation) -> Body | None:
    """The local Party body whose congress it was; None for one that is not a place's own ("Đảng bộ Công an tỉnh")."""
    start = citation.body[0] if citation.body else 0
    while text.folded[start].isspace():
        start += 1
    phrase = read_body(text, start)
    return phrase.body if phrase else None


def _day_of_congress(text: Text, citation: Citation) -> str | None:
    """A day that tells a merged unit from the former one: by the mandate stated, else by the ordinal.

    The units formed in July 2025 held their first congress that autumn, so a later ordinal is a former unit's.
    """
    if mandate := _MANDATE.match(text.folded, citation.end):
        return _AFTER_MERGER if mandate["year"] >= _AFTER_MERGER[:4] else _BEFORE_MERGER
    return _BEFORE_MERGER if int(citation.term or 0) > 1 else None


def party_term(day: str) -> str | None:
    """The congress term ("k13") that a day falls into, or None before the sixth."""
    found = [term for closed, term in terms() if day >= closed]
    return found[-1] if found else None


def _term(text: Text, citation: Citation, context: Context, system: str | None, day: str | None) -> str | None:
    """The term of a document: of the National Assembly by its code, of the Party as stated or by its day."""
    codes = _codes(citation)
    if codes and (state := _STATE_TERM.fullmatch(codes[0])):
        return f"qh{state[1]}"
    stated = _CLUE.match(text.folded, citation.end) or (
        _TERM_IN_PHRASE.search(text.folded, context.issuer.start, context.issuer.end) if context.issuer else None
    )
    if stated and system in ("party", None) and (number := grammar.ordinal(stated["term"])):
        return f"k{number}"
    return party_term(day) if system == "party" and day else None
