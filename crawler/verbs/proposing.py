"""Proposes a catalogue entry from one listing page, for a person to look over: `danchieu sites add URL`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.addresses import canonical, host_port, registered_domain
from crawler.discovery.html import Anchor, read_anchors, read_head
from crawler.discovery.traps import trap
from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.units import NEW_BODY, all_units, slugify

HEADLINE = 20  # letters: links to articles are labelled with headlines, those to sections with a word or two
ENOUGH = 3
EXAMPLES = 3

_QUERY_ID = re.compile(r"(?:^|&)(\w*id|p|tc|news\w*)=\d+(?=&|$)", re.IGNORECASE)
_YEAR_OR_MONTH = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?")
_MONTH_AND_HEX = re.compile(r".+-[0-9a-f]{6,8}", re.IGNORECASE)
_NUMBERED = re.compile(r".+?([-_.][a-z]{0,6})\d{3,}(\.[a-z]{2,5})?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(\.[a-z]{2,5})?", re.IGNORECASE)
_SLUG = re.compile(r"(?:[^-]+-){3,}[^-]*?(\.[a-z]{2,5})?", re.IGNORECASE)


def propose(url: str, body: bytes, content_type: str | None = None) -> str:
    """A ``[[site]]`` entry as TOML, from a page that lists articles; raises ``InputError`` if it has no links.

    The article expression is the form shared by most links that are labelled like headlines; where too few share one,
    the entry says ``pattern = "guessed"``.
    """
    text = decode(body, content_type).text
    host = host_port(url)
    anchors = [a for a in read_anchors(url, text) if _bare(host_port(a.url)) == _bare(host) and trap(a.url) is None]
    if not anchors:
        raise InputError(f"{url} has no links to its own site: give the address of a page that lists articles")
    head = read_head(url, text)
    tail, sections, examples = _shared_form(anchors)
    netloc = urlsplit(url).netloc.lower()
    name = head.name or netloc
    fields: dict[str, object] = {
        "id": _id(netloc),
        "name": name,
        "kind": _kind(netloc, name),
        **_unit(name, netloc),
        "domains": [_bare(netloc)],
        "start": [url],
        "feeds": [feed for feed in head.feeds if _bare(host_port(feed)) == _bare(host)],
        "article": rf"^https?://(?:www\.)?{_escape(_bare(netloc))}/{sections}{tail}",
        "pattern": "examples" if examples else "guessed",
        "examples": examples,
    }
    return "[[site]]\n" + "".join(f"{field} = {_toml(field, value)}\n" for field, value in fields.items() if value)


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _shared_form(anchors: Sequence[Anchor]) -> tuple[str, str, list[str]]:
    """The most frequent form of the headlines' addresses: its end, the sections before it, and examples."""
    forms: dict[str, dict[str, tuple[int, str]]] = {}
    for anchor in anchors:
        form = _form(anchor.url) if len(anchor.label) >= HEADLINE else None
        if form is not None:
            forms.setdefault(form[0], {})[canonical(anchor.url)] = (form[1], anchor.url)
    tail = max(forms, key=lambda form: len(forms[form]), default="")
    members = list(forms.get(tail, {}).values())
    if len(members) < ENOUGH:
        return r"(?=[^?#]*[a-z0-9-]{20})[^?#]+$", "", []
    addresses = [address for _, address in members]
    return _long_id(tail, addresses), _sections({depth for depth, _ in members}), addresses[:EXAMPLES]


def _long_id(tail: str, addresses: Iterable[str]) -> str:
    """The form with an id hardly shorter than those seen, so that /chuyen-de-12.html is not taken for an article."""
    found = [match for address in addresses if (match := re.search(tail, address))]
    shortest = min((len(match["id"]) for match in found if "id" in match.groupdict()), default=0)
    return tail.replace(r"<id>\d+", rf"<id>\d{{{shortest - 1},}}") if shortest > ENOUGH else tail


def _sections(depths: set[int]) -> str:
    if depths == {0}:
        return ""
    return r"[^/?#]+/" if depths == {1} else r"(?:[^/?#]+/)*" if 0 in depths else r"(?:[^/?#]+/)+"


def _form(url: str) -> tuple[str, int] | None:
    """The end of an article's address as an expression, and how many sections precede it; None for no article's."""
    parts = urlsplit(url)
    number = _QUERY_ID.search(parts.query)
    if number:
        return rf"{_escape(parts.path[1:])}\?(?=(?:.*&)?{number[1]}=(?P<id>\d+))", 0
    *sections, last = parts.path.strip("/").split("/")
    numbers: list[str] = []
    while sections and re.fullmatch(r"[\d-]+", sections[-1]):
        numbers.insert(0, re.sub(r"\d+", _digits, sections.pop()))
    end = _last(last, before=numbers[-1] if numbers else "")
    if end is None:
        return None
    if "(?P<id>" not in end and numbers[-1:] == [r"\d+"]:
        numbers[-1] = r"(?P<id>\d+)"
    return "".join(f"{n}/" for n in numbers) + end, len(sections)


def _digits(number: re.Match[str]) -> str:
    return rf"\d{{{len(number[0])}}}" if _YEAR_OR_MONTH.fullmatch(number[0]) else r"\d+"


def _last(segment: str, *, before: str) -> str | None:
    """The last segment as an expression, ``before`` being the number in front of it: a month, an id, or ""."""
    if before == r"\d{6}" and _MONTH_AND_HEX.fullmatch(segment):
        return r"[^/?#]+-(?P<id>[0-9a-fA-F]{6,8})/?$"
    numbered = _NUMBERED.fullmatch(segment)
    if numbered:
        mark = numbered[1].replace(".", r"\.")
        return rf"[^/?#]+{mark}(?P<id>\d+){_end(numbered[2])}"
    number, slug = _NUMBER.fullmatch(segment), _SLUG.fullmatch(segment)
    if number:
        return rf"(?P<id>\d+){_end(number[1])}"
    if slug and before == r"\d+":
        return rf"[^/?#]+{_end(slug[1])}"
    return rf"[^/?#]{{{HEADLINE},}}{_end(slug[1])}" if slug and len(segment) >= HEADLINE else None


def _end(extension: str | None) -> str:
    return _escape(extension) + "$" if extension else "/?$"


def _escape(text: str) -> str:
    return re.escape(text).replace(r"\-", "-")


def _id(netloc: str) -> str:
    """ "baogialai" for www.baogialai.com.vn, "gialai-gov" for gialai.gov.vn, "dailoc-quangnam-gov" below it."""
    host = _bare(re.sub(r":\d+$", "", netloc))
    stem = re.sub(r"\.(?:(?:com|org|net|info|edu)\.)?vn$|\.com$|\.net$|\.org$", "", host)
    return slugify(stem) or "site"


def _kind(netloc: str, name: str) -> str:
    words = slugify(f"{name} {registered_domain(netloc)}")
    if re.search(r"hdnd|dbnd|hoi-dong-nhan-dan|dai-bieu-quoc-hoi", words):
        return "assembly"
    if netloc.endswith(".dcs.vn") or re.search(r"(?:tinh|thanh|huyen|dang)-?uy|dang-bo|tuyen-giao", words):
        return "party"
    if netloc.endswith(".gov.vn"):
        return "government"
    is_broadcaster = re.search(r"phat-thanh|truyen-hinh|pt-?th|tv\b", words) and not re.search(r"\bbao", words)
    return "broadcaster" if is_broadcaster else "newspaper"


def _unit(name: str, netloc: str) -> dict[str, object]:
    """``unit`` and ``former`` of the longest unit's name that the site's name or host holds."""
    words, letters = f"-{slugify(name)}-", re.sub(r"[^a-z]", "", netloc)
    named = [
        unit
        for slug, unit in all_units().items()
        if f"-{slug.removesuffix(NEW_BODY)}-" in words or slug.removesuffix(NEW_BODY).replace("-", "") in letters
    ]
    unit = max(named, key=lambda unit: (len(unit.name), unit.successor is not None), default=None)
    if unit is None:
        return {}
    return {"unit": unit.successor, "former": [unit.slug]} if unit.successor else {"unit": unit.slug}


def _toml(field: str, value: object) -> str:
    if field == "article":
        return f"'{value}'"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    assert isinstance(value, Iterable)
    return "[" + ", ".join(json.dumps(item, ensure_ascii=False) for item in value) + "]"
