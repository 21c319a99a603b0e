"""Where a local body is: what the issuer phrase, the dateline, the page and the site say, in this order."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.folding import fold
from pipelines.models import PlaceSource
from pipelines.units import MERGER, NEW_BODY, slugify, unit_on

from . import grammar
from .bodies import Body, unit_known
from .text import Text

_GAP = grammar.GAP
# "tỉnh Gia Lai", "Tỉnh ủy Gia Lai", "HĐND Cần Thơ": a unit named as the seat of bodies
_SEATS = (
    "tinh, thanh pho, tp, tinh uy, thanh uy, ubnd, hdnd, ubnd tinh, hdnd tinh, dang bo, bao, dai ptth, dai phat thanh"
)
_DISTRICTS = "huyen, quan, thi xa, huyen uy, quan uy, thi uy"
_NAMED = re.compile(rf"(?P<word>{grammar.headed_phrases(f'{_SEATS}, {_DISTRICTS}')})(?P<dot>\.?){_GAP}(?=[a-z])")
_OF_DISTRICT = re.compile(grammar.one_of(_DISTRICTS))
_WORDS = re.compile(rf"{grammar.NAME}(?:[ -]{{1,3}}{grammar.NAME}){{0,4}}")
_ANY = re.compile(rf"(?<!\w){grammar.NAME}(?:[ -]{{1,3}}{grammar.NAME}){{1,4}}")
# The commonest surnames, and what stands before a person's name.
_SURNAME = re.compile(
    grammar.one_of("nguyen, tran, le, pham, hoang, huynh, phan, vu, vo, dang, bui, do, ho, ngo, duong, ly")
)
# What names of bodies, papers and festivals begin with.
_BODY_WORD = re.compile(
    grammar.one_of(
        "ban, bao, bo, chi, chinh, chuong, cong, cuc, dai, dang, doan, du, hoc, hoi, huyen, ke, khoa, khu, lien,"
        "luat, mat, ngan, nghi, nha, phong, phuong, quan, quoc, quyet, so, tet, thanh, thi, thong, thu, tinh, toa,"
        "tong, trung, truong, uy, van, vien, xa"
    )
)
_TITLE = re.compile(r"(?<![a-z])(?:ong|ba|anh|chi|dong chi|chu tich|bi thu|giam doc|em|co|chu|bac)[ \n]+$")
_LONGEST_DISTRICT = 3  # words
_NO_PLACES = frozenset(("viet-nam", "cong-san", "bac-ho", "ho-chi-minh", "quoc-hoi"))
_MEETING_PLACES = frozenset(("ha-noi", "ho-chi-minh"))  # named in passing by every page in the country
_LAST_OF_FORMER = "2025-06-30"
_DISTRICT_LEVELS = frozenset(("district", "commune"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page and its site say of place and time, for bodies whose own phrase is silent.

    ``given`` is the slug of the site's unit as it was given, perhaps with "-2025".
    """

    published: str | None = None
    given: str | None = None
    level: str = "province"
    dateline: str | None = None
    units: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    @property
    def site(self) -> str | None:
        """The name slug of the site's unit."""
        return self.given.removesuffix(NEW_BODY) if self.given else None


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a body: the slug after "@", the unit it lies in, and who said so."""

    slug: str
    unit: str
    said_by: PlaceSource


def survey(text: Text, site: Surroundings, dateline: str | None) -> Surroundings:
    """What a site says, and what its page says too: the units and districts it names as seats of bodies."""
    units, districts = _named(text)
    if not units and site.site:
        units = _other_unit(text, site.site)
    districts = districts or _only_name(text)
    return replace(site, dateline=dateline, units=tuple(units), districts=tuple(sorted(districts)))


def _named(text: Text) -> tuple[Collection[str], set[str]]:
    """The units that a page names as the seats of bodies, in order, and the districts."""
    units: list[str | None] = []
    districts: list[str | None] = []
    for match in _NAMED.finditer(text.folded):
        at = match.end()
        if not text.plain[at].isupper():
            continue
        if _OF_DISTRICT.match(match["word"]) is None:
            units.append(unit_in(text.plain, at))
        elif not match["dot"]:
            districts.append(_name_at(text.plain, at))
    return dict.fromkeys(filter(None, units)), set(filter(None, districts))


def unit_in(plain: str, start: int = 0) -> str | None:
    """The name slug of the unit named at an offset, or None."""
    words = _WORDS.match(plain, start)
    return _unit(words[0]) if words else None


@lru_cache(maxsize=4096)  # pages repeat their places; the bound keeps a long run small
def _unit(words: str) -> str | None:
    """The name slug of the unit that some capitalised words begin with, or None."""
    parts = re.findall(r"[^\s-]+", words)
    slugs = (slugify(" ".join(parts[:count])) for count in range(min(4, len(parts)), 0, -1))
    return next((slug for slug in slugs if unit_known(slug)), None)


def _name_at(plain: str, start: int) -> str | None:
    name = _WORDS.match(plain, start)
    return slugify(name[0]) if name else None


def _only_name(text: Text) -> set[str]:
    """The one name of a page that is neither a unit nor a person, if there is just one: its district, most likely."""
    names = set()
    for match in _ANY.finditer(text.plain):
        words = match[0].split()
        first = fold(words[0]).text
        person = _SURNAME.fullmatch(first) or _TITLE.search(text.folded, max(0, match.start() - 16), match.start())
        other = _BODY_WORD.fullmatch(first) or match[0].isupper() or unit_in(match[0])
        if not person and not other and len(words) <= _LONGEST_DISTRICT:
            names.add(slugify(match[0]))
    names -= _NO_PLACES
    return names if len(names) == 1 else set()


def _other_unit(text: Text, own: str) -> set[str]:
    """The one unit a page names besides its site's, where it does not name the site's own at all."""
    named = {slug for match in _ANY.finditer(text.plain) if (slug := unit_in(match[0]))}
    others = named - _MEETING_PLACES
    return others if own not in named and len(others) == 1 else set()


def place_of(body: Body, around: Surroundings, day: str | None, year: str | None) -> Place | None:
    """The place of a local body on the day of its document, or None where nothing says it."""
    unit, said_by = _unit_of(body, around)
    slug = unit_slug(unit, around, day, year) if unit else None
    if slug is None or said_by is None:
        return None
    level = around.level if body.level == "any" else body.level
    if level not in _DISTRICT_LEVELS:
        return Place(slug, slug, said_by)
    if body.district:
        return Place(f"{slug}.{body.district}", slug, said_by)
    return Place(f"{slug}.{around.districts[0]}", slug, "page") if len(around.districts) == 1 else None


def _unit_of(body: Body, around: Surroundings) -> tuple[str | None, PlaceSource | None]:
    if body.place:
        return body.place, "issuer"
    if around.dateline:
        return around.dateline, "dateline"
    if around.site in around.units:
        return around.site, "page"
    if len(around.units) == 1:
        return around.units[0], "page"
    return (around.site, "site") if around.site else (None, None)


def unit_slug(name: str, around: Surroundings, day: str | None, year: str | None) -> str | None:
    """The slug of the unit of that name in force when a document was made.

    The day of the document decides, else its year where that year had one unit, else the day of publication; without
    any, the site's own unit where it has that name, else the former unit.
    """
    if day is None and year and year != MERGER[:4]:
        day = f"{year}-12-31"
    day = day or around.published
    if day is None and around.given and around.site == name and unit_known(name):
        return around.given
    unit = (unit_on(name, day) if day else None) or unit_on(name, _LAST_OF_FORMER) or unit_on(name, None)
    return unit.slug if unit else None
