"""Who issues documents: the phrase that names a body, and the body that a phrase or a code means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from ..folding import fold
from ..units import slugify, unit_on
from . import grammar
from .registers import Issuer, issuer_names, issuers
from .text import Text

_GAP = grammar.GAP
_LEVELS = {
    "tinh": "province",
    "thanh pho": "province",
    "tp": "province",
    "tp.": "province",
    "huyen": "district",
    "quan": "district",
    "thi xa": "district",
    "xa": "commune",
    "phuong": "commune",
    "thi tran": "commune",
    "dac khu": "commune",
}
_LEVEL = grammar.trie(_LEVELS) + r"(?![a-z])"
# Committees of the Party by the word for their level, with the slug of the body.
_COMMITTEES = {
    "tinh uy": ("tu", "party", "province"),
    "thanh uy": ("tu", "party", "province"),
    "thi uy": ("tu", "party", "district"),
    "huyen uy": ("hu", "party", "district"),
    "quan uy": ("qu", "party", "district"),
    "dang uy": ("du", "party", "commune"),
    "tinh doan": ("tdtn", "org", "province"),
    "thanh doan": ("tdtn", "org", "province"),
}
_PARTY_ORGANISATION = {
    "tinh": "tu",
    "thanh pho": "tu",
    "tp": "tu",
    "tp.": "tu",
    "thi xa": "tu",
    "huyen": "hu",
    "quan": "qu",
}
_COUNCILS = {"ubnd": "ubnd", "uy ban nhan dan": "ubnd", "hdnd": "hdnd", "hoi dong nhan dan": "hdnd"}
_OFFICES = {
    "ban to chuc": "btc",
    "ban tuyen giao va dan van": "btgdv",
    "ban tuyen giao": "btg",
    "ban dan van": "bdv",
    "ban noi chinh": "bnc",
    "uy ban kiem tra": "ubkt",
    "ubkt": "ubkt",
    "van phong": "vp",
}
_DEPARTMENTS = {
    "ke hoach va dau tu": "skhdt",
    "tai chinh": "stc",
    "noi vu": "snv",
    "y te": "syt",
    "giao duc va dao tao": "sgddt",
    "gd&dt": "sgddt",
    "gd-dt": "sgddt",
    "giao duc - dao tao": "sgddt",
    "van hoa, the thao va du lich": "svhttdl",
    "vhttdl": "svhttdl",
    "thong tin va truyen thong": "stttt",
    "tt&tt": "stttt",
    "nong nghiep va phat trien nong thon": "snnptnt",
    "nn&ptnt": "snnptnt",
    "nong nghiep va moi truong": "snnmt",
    "nn&mt": "snnmt",
    "tai nguyen va moi truong": "stnmt",
    "tn&mt": "stnmt",
    "lao dong - thuong binh va xa hoi": "sldtbxh",
    "lao dong, thuong binh va xa hoi": "sldtbxh",
    "ld-tb&xh": "sldtbxh",
    "ldtb&xh": "sldtbxh",
    "cong thuong": "sct",
    "xay dung": "sxd",
    "giao thong van tai": "sgtvt",
    "gtvt": "sgtvt",
    "khoa hoc va cong nghe": "skhcn",
    "kh&cn": "skhcn",
    "tu phap": "stp",
    "du lich": "sdl",
    "ngoai vu": "sngv",
    "dan toc va ton giao": "sdttg",
}
_PREFIX = rf"(?:(?:ban{_GAP}thuong{_GAP}vu|btv|thuong{_GAP}truc|ban{_GAP}chap{_GAP}hanh|bch|pho{_GAP}chu{_GAP}tich|chu{_GAP}tich|bi{_GAP}thu|giam{_GAP}doc|lanh{_GAP}dao){_GAP})"
_NAME = grammar.NAME
_PLACE = re.compile(rf"(?:{_GAP}|-){_NAME}(?:(?:{_GAP}-{_GAP}|{_GAP}|-){_NAME}){{0,4}}")
_TERM = re.compile(rf"{_GAP}\(?khoa{_GAP}(?:[xvi]+|\d{{1,2}})(?![a-z])\)?")
_LOCAL = re.compile(
    rf"(?P<prefix>{_PREFIX}{{0,2}})(?:(?P<office>{grammar.trie(_OFFICES)}){_GAP})?(?:"
    rf"(?P<council>{grammar.trie(_COUNCILS)})(?:{_GAP}(?P<council_level>{_LEVEL}))?"
    rf"|(?P<committee>{grammar.trie(_COMMITTEES)})(?![a-z])(?:{_GAP}(?P<committee_level>xa|phuong|thi tran))?"
    rf"|dang{_GAP}bo{_GAP}(?P<party_level>{_LEVEL})"
    rf"|ban{_GAP}chi{_GAP}dao{_GAP}(?P<steering_level>{_LEVEL})"
    rf"|cong{_GAP}an{_GAP}(?P<police_level>{_LEVEL})"
    rf"|so{_GAP}(?P<department>{grammar.trie(_DEPARTMENTS)})"
    rf"|(?P<bare>{_LEVEL}))(?![a-z])"
)
_WHERE = re.compile(rf"{_GAP}(?:,{_GAP})?(?P<level>tinh|thanh pho|tp\.?){_GAP}(?=\S)")
_STOP = re.compile(
    r"[,;:.()\[\]\"“”]|\n\n|(?<![a-z])(?:ve|ngay|nam|ban hanh|quy dinh|huong dan|da|duoc|la|co|se|va|de|trien khai|phe duyet|so|khi|nham|tai|thi|cung)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Body:
    """An issuing body. ``place`` is what its phrase names ("gia-lai"), or None; ``district`` a place below the province.

    ``level``: central, province, district, commune, agency. ``local`` bodies are told apart by place.
    """

    slug: str
    system: str
    level: str
    local: bool = False
    place: str | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """The span of an issuer phrase, and the body it means where that is known."""

    start: int
    end: int
    body: Body | None


@cache  # compiled once from the register
def _central() -> re.Pattern[str]:
    return re.compile(rf"(?:{grammar.trie(issuer_names())})(?![a-z])")


def read_body(text: Text, start: int) -> Phrase | None:
    """The issuing body named at an offset, or None where no known kind of body is named there."""
    central = _central().match(text.folded, start)
    local = _LOCAL.match(text.folded, start)
    if central and (local is None or central.end() >= local.end()):
        return _central_phrase(text, start, central)
    if local is None or (local["bare"] and local["prefix"]):
        return None
    return _local_phrase(text, start, local)


def _central_phrase(text: Text, start: int, match: re.Match[str]) -> Phrase:
    issuer = issuer_names()[" ".join(match[0].split())]
    end = match.end()
    if issuer.body == "bcdtw" and (
        about := re.compile(rf"{_GAP}ve [^;:.()\n]{{3,60}}?(?=[;:.()\n]|, (?:da|tinh|xet|hom|ngay)|$)").match(
            text.folded, end
        )
    ):
        end = about.end()
    pair = re.compile(rf"(?:,|{_GAP}va){_GAP}ban bi thu(?![a-z])").match(text.folded, end)
    if pair and issuer.body == "tw":
        end = pair.end()
    if term := _TERM.match(text.folded, end):
        end = term.end()
    return Phrase(start, end, Body(issuer.body, issuer.system, "central"))


def _local_phrase(text: Text, start: int, match: re.Match[str]) -> Phrase:
    slug, system, level = _local_body(match)
    end, name = match.end(), None
    if place := _PLACE.match(text.plain, end):
        name, end = _place_name(text, place)
    district = None
    if level in ("district", "commune"):
        district, name = name, None
        if (where := _WHERE.match(text.folded, end)) and (upper := _PLACE.match(text.plain, where.end("level"))):
            name, end = _place_name(text, upper)
    elif name and level == "province" and not unit_known(name):
        level, district, name = _below(match, name)
        if slug == "tu" and level == "commune":
            slug = "du"
    elif name and level == "agency" and not unit_known(name):
        name = None
    return Phrase(start, end, Body(slug, system, level, True, name, district))


def _below(match: re.Match[str], name: str) -> tuple[str, str | None, str | None]:
    """A "thành phố" that is no unit of its own is a city within a province; another unknown name says nothing."""
    word = match["council_level"] or match["party_level"] or match["committee"] or ""
    inner = word.startswith(("thanh", "tp"))
    return ("district", name, None) if inner else ("province", None, None)


def _local_body(match: re.Match[str]) -> tuple[str, str, str]:
    if match["council"]:
        slug = _COUNCILS[" ".join(match["council"].split())]
        level = _LEVELS[" ".join((match["council_level"] or "tinh").split())]
        return (f"vp{slug}", "state", "agency") if match["office"] else (slug, "state", level)
    if match["committee"]:
        word = " ".join(match["committee"].split())
        slug, system, level = _COMMITTEES[word]
        office = _OFFICES[" ".join(match["office"].split())] if match["office"] else ""
        return office + slug, system, "agency" if office else level
    if match["party_level"]:
        word = " ".join(match["party_level"].split())
        return _PARTY_ORGANISATION.get(word, "du"), "party", _LEVELS[word]
    if match["steering_level"]:
        return "bcd", "party", _LEVELS[" ".join(match["steering_level"].split())]
    if match["police_level"]:
        return "cat", "state", "agency"
    if match["department"]:
        return _DEPARTMENTS[" ".join(match["department"].split())], "state", "agency"
    return "ubnd", "state", _LEVELS[" ".join(match["bare"].split())]


def _place_name(text: Text, place: re.Match[str]) -> tuple[str, int]:
    """The slug of a place and where it ends: the longest known unit, else its capitalised words."""
    words = list(re.finditer(_NAME, place[0]))
    for count in range(len(words), 0, -1):
        slug = slugify(place[0][: words[count - 1].end()])
        if unit_known(slug):
            return slug, place.start() + words[count - 1].end()
    return slugify(place[0]), place.end()


@lru_cache(maxsize=4096)  # pages repeat their places; the bound keeps a long run small
def unit_known(slug: str) -> bool:
    """Whether a slug is the name of a province or city, former or present."""
    return unit_on(slug, None) is not None or unit_on(slug, "2025-06-30") is not None


def read_phrase(text: Text, start: int, limit: int) -> Phrase | None:
    """The issuer phrase at an offset: a known body, else the words up to where a phrase ends, if they are a name."""
    if phrase := read_body(text, start):
        return phrase if phrase.end <= limit else None
    stop = _STOP.search(text.folded, start, min(limit, start + 80))
    end = stop.start() if stop else min(limit, start + 80)
    while end > start and text.folded[end - 1].isspace():
        end -= 1
    if end - start < 4 or not text.plain[start : start + 1].isupper():
        return None
    return Phrase(start, end, None)


@lru_cache(maxsize=4096)  # as unit_known
def body_of_code(code: str) -> tuple[str, str, str, bool]:
    """Slug, system, level and whether local, of the body that a code means; an unknown code is its own slug."""
    word = fold(code).text
    bare = word.rstrip("0123456789")
    issuer: Issuer | None = issuers().get(word) or (issuers().get(bare) if bare in ("qh", "ubtvqh", "hdnn") else None)
    if issuer is None:
        if word.startswith("s") and "b" + word[1:] in issuers():
            return word, "state", "agency", True
        return slugify(code), "state", "central", False
    return issuer.body, issuer.system, issuer.level, issuer.level != "central"
