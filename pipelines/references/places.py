"""Where a local body is: what the issuer phrase, the dateline, the page and the site say, in this order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ..models import PlaceSource
from ..units import MERGER, NEW_BODY, unit_on
from . import grammar
from .bodies import Body, unit_known
from .text import Text

_NAME = grammar.NAME
_GAP = grammar.GAP
# "tỉnh Gia Lai", "Tỉnh ủy Gia Lai", "HĐND Cần Thơ": a unit named as the seat of bodies
_SEAT = re.compile(
    rf"(?<![a-z])(?:tinh|thanh pho|tp\.?|tinh uy|thanh uy|ubnd|hdnd|dang bo|bao|dai (?:ptth|phat thanh))(?: tinh)?{_GAP}(?=[a-z])"
)
_DISTRICT = re.compile(
    rf"(?<![a-z])(?:(?:huyen|quan|thi) uy|(?:dang bo |ubnd |hdnd )?(?P<level>huyen|quan|thi xa)){_GAP}(?=[a-z])"
)
_WORDS = re.compile(rf"{_NAME}(?:[ -]{{1,2}}{_NAME}){{0,4}}")
_ANY = re.compile(rf"(?<![\w]){_NAME}(?:[ -]{{1,3}}{_NAME}){{1,4}}")
_MEETING_PLACES = frozenset(("ha-noi", "ho-chi-minh"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page and its site say of place and time, for bodies whose own phrase is silent."""

    published: str | None = None
    unit: str | None = None  # name slug of the site's unit, without "-2025"
    unit_given: str | None = None  # the slug as given
    level: str = "province"
    dateline: str | None = None
    page_units: tuple[str, ...] = ()
    page_districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a body: the slug after "@", the unit it lies in, and who said so."""

    slug: str
    unit: str
    said_by: PlaceSource


def survey(text: Text, published: str | None, unit: str | None, level: str, dateline: str | None) -> Surroundings:
    """The surroundings that a page and its site make."""
    seats: Counter[str] = Counter()
    for match in _SEAT.finditer(text.folded):
        if (name := _WORDS.match(text.plain, match.end())) and (slug := _unit_in(name[0])):
            seats[slug] += 1
    name = unit.removesuffix(NEW_BODY) if unit else None
    if not seats and name:
        seats.update(_other_unit(text, name))
    districts = {_slug(text, match.end()) for match in _DISTRICT.finditer(text.folded)} - {None}
    return Surroundings(
        published,
        name,
        unit,
        level,
        dateline,
        tuple(seats),
        tuple(sorted(d for d in districts if d)),
    )


def _other_unit(text: Text, own: str) -> list[str]:
    """The one unit a page names besides its site's, where it does not name the site's own at all."""
    named = {slug for match in _ANY.finditer(text.plain) if (slug := _unit_in(match[0]))}
    return [] if own in named or len(named - _MEETING_PLACES) != 1 else list(named - _MEETING_PLACES)


def _unit_in(words: str) -> str | None:
    """The longest beginning of some capitalised words that names a unit."""
    from ..units import slugify

    parts = re.findall(r"[^\s-]+", words)
    for count in range(min(4, len(parts)), 0, -1):
        slug = slugify(" ".join(parts[:count]))
        if unit_known(slug):
            return slug
    return None


def _slug(text: Text, start: int) -> str | None:
    from ..units import slugify

    name = _WORDS.match(text.plain, start)
    return slugify(name[0]) if name else None


def place_of(body: Body, around: Surroundings, day: str | None, year: str | None) -> Place | None:
    """The place of a local body on the day of its document, or None where nothing says it."""
    unit, said_by = _unit_of(body, around)
    if unit is None or said_by is None:
        return None
    slug = unit_slug(unit, around, day, year)
    if slug is None:
        return None
    if body.level in ("district", "commune") or (body.level == "any" and around.level in ("district", "commune")):
        district = body.district or (around.page_districts[0] if len(around.page_districts) == 1 else None)
        return Place(f"{slug}.{district}", slug, said_by if body.district else "page") if district else None
    return Place(slug, slug, said_by)


def _unit_of(body: Body, around: Surroundings) -> tuple[str | None, PlaceSource | None]:
    if body.place:
        return body.place, "issuer"
    if around.dateline:
        return around.dateline, "dateline"
    if len(around.page_units) == 1 or (around.page_units and around.unit in around.page_units):
        own = around.unit if around.unit in around.page_units else around.page_units[0]
        return own, "page"
    return (around.unit, "site") if around.unit else (None, None)


def unit_slug(name: str, around: Surroundings, day: str | None, year: str | None) -> str | None:
    """The slug of the unit of that name in force when a document was made.

    The day of the document decides, else its year where that year had one unit, else the day of publication; without
    any, the site's own unit where it has that name, else the former unit.
    """
    if day is None and year and year != MERGER[:4]:
        day = f"{year}-12-31"
    day = day or around.published
    if day is None and around.unit_given and around.unit == name and unit_on(name, None):
        return around.unit_given
    unit = unit_on(name, day) if day else unit_on(name, "2025-06-30") or unit_on(name, None)
    return unit.slug if unit else None
