"""Whose text an article is: the site's own, an agency's, another paper's; told by prefix, byline and end line."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.markup import tidy
from pipelines.models import Source
from pipelines.view.word_lists import any_of

# "(GLO)- ", "(Baothanhhoa.vn) - ", "CTTĐT - ", "QTO - ", "TTXVN/Vietnam+ - ".
_PREFIX = re.compile(
    r"(?:\(\s*(?P<round>[A-ZĐ][\w&./+ -]{1,30}?)\s*\)|\[\s*(?P<square>[A-ZĐ][\w&./+ -]{1,30}?)\s*\])\s*[-–—.:]{0,2}\s*"
    r"|(?P<bare>[A-ZĐ][A-ZĐ&/+]{1,12}(?:[ -](?:ONLINE|Online|online|News))?|[A-Z][\w]{2,24}\.(?:vn|com\.vn|gov\.vn))"
    r"\s?[-–—]\s+",
)
_OFFICE = re.compile(rf"{any_of('origin', 'office')}\b", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[,;+&]| và )\s*")
_ADDRESS = re.compile(r"^[\w.-]+\.(?:vn|com|net|org|gov)\b", re.IGNORECASE)
# A word in brackets at the head of a lead may be a place or a topic: what is no known agency must look like a code.
_CODE = re.compile(r"(?:[A-ZĐ]{2,6}(?:[-/&][A-ZĐ]{2,4})?|[A-ZĐ]{1,5}(?: [Oo]nline| [Nn]ews)?)$")


@dataclass(frozen=True, slots=True)
class Agency:
    """A newsroom: the code it puts before its texts, its name, and what a text of it is on another's site."""

    prefix: str
    name: str
    origin: str
    domain: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """An agency prefix as printed ("(GLO)-"), the code in it, and the text after it."""

    printed: str
    code: str
    rest: str


@cache  # the table is part of the program
def agencies() -> Mapping[str, Agency]:
    """The known newsrooms by code and by name, in lower case."""
    with files(__package__).joinpath("agencies.tsv").open(encoding="utf-8") as file:
        rows = [Agency(r["prefix"], r["name"], r["origin"], r["source"]) for r in csv.DictReader(file, delimiter="\t")]
    found: dict[str, Agency] = {}
    for row in rows:
        for key in (row.prefix, row.name, row.domain, row.name.removeprefix("Báo ")):
            found.setdefault(key.lower(), row)
    return found


def agency_of(name: str) -> Agency | None:
    """The newsroom of a code or name as printed ("TTXVN", "Báo Nhân Dân", "nhandan.vn"), if it is known."""
    key = tidy(name).lower().strip(" .-–()")
    table = agencies()
    return table.get(key) or table.get(key.removeprefix("báo ")) or table.get(key.removeprefix("www."))


def split_prefix(text: str) -> Prefix | None:
    """The agency prefix of a lead; None when it has none."""
    found = _PREFIX.match(text)
    if found is None:
        return None
    code = found["round"] or found["square"] or found["bare"]
    dash = found.group().rstrip()[-1] in "-–—"
    known = agency_of(code) is not None or _ADDRESS.match(code) is not None
    if not known and not (_CODE.match(code) and dash):
        return None
    rest = text[found.end() :]
    return Prefix(found.group().strip(), code, rest) if rest[:1].strip() else None


def origin_of(
    source_text: str | None, prefix: str | None, has_author: bool, site: Source | None, host: str = ""
) -> tuple[str, str | None]:
    """Origin and the source's name as printed, None for the site's own texts.

    "official" is the text of a body of state or Party ("Nguồn: Sở Y tế"), "reprint" that of another publication, the
    body's portal too. ``source_text`` is what a "Theo ..." or "Nguồn: ..." names, ``prefix`` the code before the lead,
    ``host`` the page's address, which tells whose it is where the site is not known.
    """
    hosts = {name.removeprefix("www.").split(":")[0] for name in (*(site.domains if site else ()), host)} - {""}
    names = {site.name.lower(), f"báo {site.name}".lower()} if site else set()
    for name in (source_text, prefix):
        if not name:
            continue
        foreign = "official" if _OFFICE.match(name) else "reprint"
        unknown = Agency(name, name, "own" if name is prefix else foreign, name)
        agency = agency_of(name) or agency_of(_AND.split(name)[0]) or unknown
        home = site is None and name is prefix and agency.origin == "own"
        mine = agency.name.lower() in names or agency.domain.lower().removeprefix("www.") in hosts
        if home or mine or (name is prefix and name == agency.name):
            return "own", None
        return ("reprint" if agency.origin == "own" else agency.origin), name
    return ("own" if has_author else "unknown"), None
