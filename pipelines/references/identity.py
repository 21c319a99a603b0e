"""Which document a citation means: the parts of its identifier, as far as citation and context state them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..models import PlaceSource
from . import grammar
from .bodies import Body, body_of_code
from .citation import Citation
from .context import Context
from .places import Surroundings, place_of
from .registers import issuer_names
from .text import Text

_TWO_SERIES = frozenset(("quyet-dinh", "nghi-quyet"))
_IMPLIED = {
    "hien-phap": ("qh", "state"),
    "bo-luat": ("qh", "state"),
    "luat": ("qh", "state"),
    "phap-lenh": ("ubtvqh", "state"),
    "nghi-dinh": ("cp", "state"),
    "cuong-linh": ("tw", "party"),
}
_JOINT = frozenset(("TTLT", "TTLB", "NQLT", "HDLN", "HDLT", "KHLT"))  # several bodies in the symbol, not units of one
_CHARTERS = {"dang": ("tw", "party"), "doan": ("twdtn", "org"), "mat-tran": ("mttw", "org"), "mttq": ("mttw", "org")}
_CLUE = re.compile(rf"[,]?{grammar.GAP}\(?{grammar.GAP}khoa{grammar.GAP}(?P<term>[xvi]{{1,5}}|\d{{1,2}})(?![a-z\d])")
_TERM_IN_PHRASE = re.compile(r"khoa (?P<term>[xvi]{1,5}|\d{1,2})(?![a-z\d])")
_LEVEL_WORDS = {"tinh": "tu", "thanh": "tu", "tp": "tu", "tp.": "tu", "thi": "tu", "huyen": "hu", "quan": "qu"}


@dataclass(frozen=True, slots=True)
class Identity:
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


def identify(text: Text, citation: Citation, context: Context, around: Surroundings) -> Identity:
    """The identity of a citation by its own words and context, page antecedents apart."""
    day = context.day.iso or context.day.completed(around.published) if context.day and _issued(context) else None
    year = _year(citation, context, day)
    if citation.kind == "congress":
        return _congress(text, citation, around)
    system, issuer, body = _issuer(citation, context)
    place = place_of(body, around, day, year) if body and body.local else None
    if body and body.local:
        issuer = f"{issuer}@{place.slug}" if place else None
    kind = citation.type.slug if citation.type else None
    return Identity(
        system,
        issuer,
        _series(kind, citation, system),
        year or "-",
        _number(citation),
        _level(body, around) if body else ("central" if issuer else None),
        place.unit if place else None,
        place.slug if place else None,
        place.said_by if place else None,
        _term(text, citation, context, system, day),
        day,
        citation.name,
    )


def _level(body: Body, around: Surroundings) -> str:
    return around.level if body.level == "any" else body.level


def _issued(context: Context) -> bool:
    return context.role in ("issued", "partial")


def _year(citation: Citation, context: Context, day: str | None) -> str | None:
    if citation.symbol and citation.symbol.year:
        return citation.symbol.year
    return citation.year or (day[:4] if day else None) or context.year


def _number(citation: Citation) -> str | None:
    if citation.number:
        return citation.number.lstrip("0").lower() or "0"
    return f"~{citation.name}" if citation.name is not None else None


def _series(kind: str | None, citation: Citation, system: str | None) -> str | None:
    """The type in identifiers: State decisions and resolutions with the year in their symbol are a series of their own."""
    if kind not in _TWO_SERIES or citation.symbol is None or citation.symbol.year is None or system != "state":
        return kind
    codes = citation.reading.codes if citation.reading else ()
    return kind if codes and re.fullmatch(r"QH\d*", codes[0]) else f"{kind}-qppl"


def _issuer(citation: Citation, context: Context) -> tuple[str | None, str | None, Body | None]:
    """System, slug and body of who issued: the code, unless the phrase contradicts it, else the phrase, else the type."""
    phrase = context.issuer.body if context.issuer else None
    codes = citation.reading.codes if citation.reading else ()
    if codes:
        slug, system, level, local = body_of_code(codes[0])
        if len(codes) > 1 and citation.reading and citation.reading.abbreviation in _JOINT:
            joined = joint(codes)
            return "state", joined, Body(joined, "state", "province", True) if local else None
        if phrase and _contradicts(phrase, system, local):
            return phrase.system, phrase.slug, phrase
        if not local:
            return system, slug, None
        return system, *_local(slug, system, level, phrase)
    if phrase:
        return phrase.system, phrase.slug, phrase
    return *_implied(citation), None


def _local(slug: str, system: str, level: str, phrase: Body | None) -> tuple[str, Body]:
    if phrase is None or not phrase.local:
        return slug, Body(slug, system, level, True)
    if level == "agency":
        return slug, Body(slug, system, level, True, phrase.place, None)
    slug = phrase.slug if slug in ("tu", "hu", "qu") and phrase.slug in ("tu", "hu", "qu") else slug
    return slug, Body(
        slug, system, phrase.level if phrase.level != "agency" else level, True, phrase.place, phrase.district
    )


def _contradicts(phrase: Body, system: str, local: bool) -> bool:
    return phrase.system != system or (phrase.local and not local)


def joint(codes: tuple[str, ...]) -> str:
    """The slug of a joint issuer: the lead body, then the rest in alphabetical order."""
    lead, *rest = (body_of_code(code)[0] for code in codes)
    return "+".join([lead, *sorted(rest)])


def _implied(citation: Citation) -> tuple[str | None, str | None]:
    kind = citation.type.slug if citation.type else ""
    if kind == "dieu-le":
        word = citation.name or ""
        return next((value[::-1] for key, value in _CHARTERS.items() if word.startswith(key)), ("org", word))
    issuer = _IMPLIED.get(kind)
    return (issuer[1], issuer[0]) if issuer else (None, None)


def _congress(text: Text, citation: Citation, around: Surroundings) -> Identity:
    kind = citation.type.slug if citation.type else "nghi-quyet"
    number = f"~{citation.name}"
    if citation.name != "dai-hoi":
        return Identity("party", "tw", kind, citation.term or "-", number, "central", term=citation.term)
    phrase = text.folded[slice(*citation.body)].strip() if citation.body else ""
    if citation.body is None or phrase == "dang" or phrase.startswith(("dang cong san", "dang toan quoc")):
        national = citation.body is not None or "national" in citation.flags or int(citation.term or 0) >= 6
        term = f"k{citation.term}" if citation.term else "-"
        return Identity(
            "party", "tw" if national else None, kind, term, number, "central" if national else None, term=term
        )
    if not phrase.startswith("dang"):
        return Identity("org", _organisation(phrase), kind, citation.term or "-", number, "central")
    body = _party_body(text, citation)
    place = place_of(body, around, None, None)
    issuer = f"{body.slug}@{place.slug}" if place else None
    return Identity(
        "party",
        issuer,
        kind,
        citation.term or "-",
        number,
        body.level,
        place.unit if place else None,
        place.slug if place else None,
        place.said_by if place else None,
    )


def _party_body(text: Text, citation: Citation) -> Body:
    from .bodies import read_body

    start = citation.body[0] if citation.body else 0
    while text.folded[start : start + 1].isspace():
        start += 1
    phrase = read_body(text, start)
    return phrase.body if phrase and phrase.body else Body("tu", "party", "province", True)


def _organisation(phrase: str) -> str:
    issuer = issuer_names().get(" ".join(phrase.split()))
    return issuer.body if issuer else "-".join(phrase.split())


@cache  # the table is part of the program
def _congresses() -> tuple[tuple[str, str], ...]:
    with files(__package__).joinpath("terms.tsv").open(encoding="utf-8", newline="") as file:
        return tuple((row["closed"], row["term"]) for row in csv.DictReader(file, delimiter="\t"))


def party_term(day: str) -> str | None:
    """The congress term ("k13") that a day falls into, or None before the sixth."""
    terms = [term for closed, term in _congresses() if day >= closed]
    return terms[-1] if terms else None


def _term(text: Text, citation: Citation, context: Context, system: str | None, day: str | None) -> str | None:
    codes = citation.reading.codes if citation.reading else ()
    if codes and (digits := re.fullmatch(r"(QH|UBTVQH|HĐNN)(\d{1,2})", codes[0])):
        return f"qh{digits[2]}" if digits[1] != "HĐNN" else None
    stated = _CLUE.match(text.folded, citation.end) or (
        _TERM_IN_PHRASE.search(text.folded, context.issuer.start, context.issuer.end) if context.issuer else None
    )
    if stated and system in ("party", None) and (number := grammar.ordinal(stated["term"])):
        return f"k{number}"
    return party_term(day) if system == "party" and day else None
