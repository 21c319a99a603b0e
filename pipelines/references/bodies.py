"""Who issues documents: the phrase that names a body, and the body that a phrase or a code means."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pipelines.units import slugify, unit_on

from . import grammar
from .registers import issuer_names, issuers, key, local_words
from .text import Text

_GAP = grammar.GAP
_NAME = re.compile(grammar.NAME)
_PLACE = re.compile(rf"(?:{_GAP}|-){grammar.NAME}(?:(?:{_GAP}-{_GAP}|{_GAP}|-){grammar.NAME}){{0,4}}")
_DISTRICT = re.compile(rf"{_GAP}[,(]?{_GAP}{grammar.one_of('huyen, quan, thi xa')}")
_IN_BRACKETS = re.compile(rf"\({grammar.NAME}(?:(?:{_GAP}-{_GAP}|{_GAP}|-){grammar.NAME}){{0,4}}(?=\))")
_TERM = re.compile(rf"{_GAP}\(?khoa{_GAP}(?:[xvi]+|\d{{1,2}})(?![a-z])\)?")
_UPPER_UNIT = re.compile(rf"{_GAP}[,(]?{_GAP}(?P<level>tinh|thanh pho|tp\.?){_GAP}(?=\S)|{_GAP}(?P<open>\()(?=\S)")
_OF_STEERING = re.compile(rf"{_GAP}ve [^;:.()\n]{{3,60}}?(?=[;:.()\n]|, (?:da|tinh|xet|hom|ngay)|$)")
_SECRETARIAT = re.compile(rf"(?:,|{_GAP}va){_GAP}ban bi thu(?![a-z])")
_PHRASE_END = re.compile(
    r"[,;:.()\[\]\"“”]|\n\n|(?<![a-z])"
    + grammar.one_of(
        "ve, ngay, nam, ban hanh, quy dinh, huong dan, da, duoc, la, co, se, va, de, trien khai, phe duyet, so, khi,"
        "nham, tai, thi, cung"
    )
)
_LONGEST_PHRASE = 80


class Body(NamedTuple):
    """An issuing body. ``place`` is the unit its phrase names ("gia-lai"), ``district`` a place below the province.

    ``level``: central, province, district, commune, agency, any (as the site's). ``local`` bodies are told apart by
    place.
    """

    slug: str
    system: str
    level: str
    local: bool = False
    place: str | None = None
    district: str | None = None
    bare: bool = False  # a place alone, "tỉnh Gia Lai": whose symbol it is, the symbol says


class Phrase(NamedTuple):
    """The span of an issuer phrase, and the body it means where that is known."""

    start: int
    end: int
    body: Body | None


@cache  # compiled once from the register
def _central() -> re.Pattern[str]:
    return re.compile(rf"(?:{grammar.trie(issuer_names())})(?![a-z])")


@cache  # as _central
def _local() -> re.Pattern[str]:
    """A local body by the parts of its name: "Ban Thường vụ Tỉnh ủy", "Chủ tịch UBND huyện", "Sở Y tế"."""
    council, committee, office, department, level = (
        grammar.trie(local_words(part)) for part in ("council", "committee", "office", "department", "level")
    )
    level += "(?![a-z])"
    officer = grammar.one_of(
        "ban thuong vu, btv, thuong truc, ban chap hanh, bch, pho chu tich, chu tich, bi thu, giam doc, lanh dao"
    )
    return re.compile(
        rf"(?P<officer>(?:{officer}{_GAP}){{0,2}})(?:(?P<office>{office}){_GAP})?(?:"
        rf"(?P<council>{council})(?:{_GAP}(?P<council_level>{level}))?"
        rf"|(?P<committee>{committee})(?![a-z])(?:{_GAP}(?:xa|phuong|thi tran)(?![a-z]))?"
        rf"|dang{_GAP}bo{_GAP}(?P<party_level>{level})"
        rf"|ban{_GAP}chi{_GAP}dao{_GAP}(?P<steering_level>{level})"
        rf"|cong{_GAP}an{_GAP}(?P<police_level>{level})"
        rf"|so{_GAP}(?P<department>{department})"
        rf"|(?P<bare>{level})(?!{_GAP}(?:doan|hoi)(?![a-z])))(?![a-z])"
    )


def read_body(text: Text, start: int) -> Phrase | None:
    """The issuing body named at an offset, or None where no known kind of body is named there."""
    central = _central().match(text.folded, start)
    local = _local().match(text.folded, start)
    if central and (local is None or central.end() >= local.end()):
        return _central_phrase(text, start, central)
    if local is None or (local["bare"] and (local["officer"] or local["office"])):
        return None
    return _local_phrase(text, start, local)


def read_phrase(text: Text, start: int, limit: int) -> Phrase | None:
    """The issuer phrase at an offset: a known body, else the words up to where a phrase ends, if they are a name."""
    if phrase := read_body(text, start):
        return phrase if phrase.end <= limit else None
    limit = min(limit, start + _LONGEST_PHRASE)
    stop = _PHRASE_END.search(text.folded, start, limit)
    end = stop.start() if stop else limit
    while end > start and text.folded[end - 1].isspace():
        end -= 1
    if end - start < 4 or not text.plain[start].isupper():
        return None
    return Phrase(start, end, None)


def _central_phrase(text: Text, start: int, match: re.Match[str]) -> Phrase:
    issuer = issuer_names()[" ".join(match[0].split())]
    end = match.end()
    if issuer.body == "bcdtw" and (about := _OF_STEERING.match(text.folded, end)):
        end = about.end()
    if issuer.body == "tw" and (pair := _SECRETARIAT.match(text.folded, end)):
        end = pair.end()
    if term := _TERM.match(text.folded, end):
        end = term.end()
    return Phrase(start, end, Body(issuer.body, issuer.system, "central"))


def _local_phrase(text: Text, start: int, match: re.Match[str]) -> Phrase:
    slug, system, level = _local_body(match)
    end, name, district = match.end(), None, None
    if place := _PLACE.match(text.plain, end):
        name, end = _place_name(place)
    if level == "province" and name and not unit_known(name) and _may_be_inner_city(match):
        level = "district"
    if level in ("district", "commune"):
        district = name
        name, end = _upper_unit(text, _behind_district(text, end) if level == "commune" else end)
    elif name and not unit_known(name):
        name = None
    return Phrase(start, end, Body(slug, system, level, True, name, district, match["bare"] is not None))


def _behind_district(text: Text, end: int) -> int:
    """Where the district behind a commune ends: "UBND xã Tân Lập, huyện Mộc Châu, tỉnh Sơn La"."""
    district = _DISTRICT.match(text.folded, end)
    place = _PLACE.match(text.plain, district.end()) if district else None
    return _place_name(place)[1] if place else end


def _upper_unit(text: Text, end: int) -> tuple[str | None, int]:
    """The unit named behind a place below it, and where that ends: ", tỉnh Cà Mau", "(tỉnh Gia Lai)", "(Gia Lai)"."""
    upper = _UPPER_UNIT.match(text.folded, end)
    place = _PLACE.match(text.plain, upper.end("level")) if upper and upper["level"] else None
    if upper and upper["open"]:
        place = _IN_BRACKETS.match(text.plain, upper.end() - 1)
    name, close = _place_name(place) if place else (None, end)
    if name is None or not unit_known(name):
        return None, end
    return name, close + text.plain.startswith(")", close)


def _may_be_inner_city(match: re.Match[str]) -> bool:
    """Whether a "thành phố" was named; one that is no unit of its own is a city within a province."""
    words = (match["council_level"], match["party_level"], match["committee"], match["bare"])
    return any(word and word.startswith(("thanh", "tp")) for word in words)


def _local_body(match: re.Match[str]) -> tuple[str, str, str]:
    """Slug, system and level of a local body."""
    group = {key: " ".join(value.split()) for key, value in match.groupdict().items() if value}
    levels = local_words("level")
    if "council" in group:
        slug = local_words("council")[group["council"]].slug
        if "office" in group:
            return f"vp{slug}", "state", "agency"
        return slug, "state", levels[group.get("council_level", "tinh")].level
    if "committee" in group:
        committee = local_words("committee")[group["committee"]]
        office = local_words("office")[group["office"]].slug if "office" in group else ""
        return office + committee.slug, committee.system, "agency" if office else committee.level
    if "department" in group:
        return local_words("department")[group["department"]].slug, "state", "agency"
    if "party_level" in group:
        return levels[group["party_level"]].slug, "party", levels[group["party_level"]].level
    if "steering_level" in group:
        return "bcd", "party", levels[group["steering_level"]].level
    return ("cat", "state", "agency") if "police_level" in group else ("ubnd", "state", levels[group["bare"]].level)


def _place_name(place: re.Match[str]) -> tuple[str, int]:
    """The slug of a place and where it ends: the longest known unit, else its capitalised words."""
    words = [word.end() for word in _NAME.finditer(place[0])]
    for end in reversed(words):
        slug = slugify(place[0][:end])
        if unit_known(slug):
            return slug, place.start() + end
    return slugify(place[0]), place.end()


@lru_cache(maxsize=4096)  # pages repeat their places; the bound keeps a long run small
def unit_known(slug: str) -> bool:
    """Whether a slug is the name of a province or city, former or present."""
    return unit_on(slug, None) is not None or unit_on(slug, "2025-06-30") is not None


@lru_cache(maxsize=4096)  # as unit_known
def body_of_code(code: str) -> Body:
    """The body that a code means; an unknown code is its own slug."""
    word = key(code)
    bare = word.rstrip("0123456789")
    issuer = issuers().get(word) or (issuers().get(bare) if bare in ("qh", "ubtvqh", "hdnn") else None)
    if issuer:
        return Body(issuer.body, issuer.system, issuer.level, issuer.level != "central")
    if word.startswith("s") and "b" + word[1:] in issuers():
        return Body(word, "state", "agency", local=True)
    return Body(slugify(code), "state", "central")
