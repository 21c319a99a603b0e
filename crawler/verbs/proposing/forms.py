"""The form that a site's articles share in their addresses, as an expression, learned from links of its pages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import canonical
from crawler.discovery.html import Anchor

HEADLINE = 20  # letters: links to articles are labelled with headlines, those to sections with a word or two
ENOUGH = 3
EXAMPLES = 3

_QUERY_ID = re.compile(r"(?:^|&)(\w*id|p|tc|news\w*)=\d+(?=&|$)", re.IGNORECASE)
_YEAR_OR_MONTH = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?")
_MONTH_AND_HEX = re.compile(r".+-[0-9a-f]{6,8}", re.IGNORECASE)
_NUMBERED = re.compile(r".+?([-_.][a-z]{0,6})\d{3,}(\.[a-z]{2,5})?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(\.[a-z]{2,5})?", re.IGNORECASE)
_SLUG = re.compile(r"(?:[^-]+-){3,}[^-]*?(\.[a-z]{2,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """What follows the host in the addresses of articles, with examples; ``others`` are forms that came second.

    Without examples it is a guess: too few links were labelled like headlines, or they share no form.
    """

    expression: str
    examples: tuple[str, ...] = ()
    others: tuple[tuple[str, int], ...] = ()  # an address of each, and how many there were


def shared_form(anchors: Iterable[Anchor], label: int = HEADLINE) -> Form:
    """The most frequent form of the addresses that are labelled with so many letters, like headlines."""
    forms: dict[str, dict[str, tuple[int, str]]] = {}
    for anchor in anchors:
        form = form_of(anchor.url) if len(anchor.label) >= label else None
        if form is not None:
            forms.setdefault(form[0], {})[canonical(anchor.url)] = (form[1], anchor.url)
    tail = max(forms, key=lambda form: len(forms[form]), default="")
    members = list(forms.get(tail, {}).values())
    if len(members) < ENOUGH:
        return Form(r"(?=[^?#]*[a-z0-9-]{20})[^?#]+$")
    addresses = [address for _, address in members]
    others = [
        (next(iter(rest.values()))[1], len(rest)) for other, rest in forms.items() if other != tail and len(rest) > 1
    ]
    expression = _sections({depth for depth, _ in members}) + _long_id(tail, addresses)
    return Form(expression, tuple(addresses[:EXAMPLES]), tuple(others))


def _long_id(tail: str, addresses: Sequence[str]) -> str:
    """The form with an id hardly shorter than those seen, so that /chuyen-de-12.html is not taken for an article."""
    found = [match for address in addresses if (match := re.search(tail, address))]
    shortest = min((len(match["id"]) for match in found if "id" in match.groupdict()), default=0)
    return tail.replace(r"<id>\d+", rf"<id>\d{{{shortest - 1},}}") if shortest > ENOUGH else tail


def _sections(depths: set[int]) -> str:
    if depths == {0}:
        return ""
    return r"[^/?#]+/" if depths == {1} else r"(?:[^/?#]+/)*" if 0 in depths else r"(?:[^/?#]+/)+"


def form_of(url: str) -> tuple[str, int] | None:
    """The end of an article's address as an expression, and how many sections precede it; None for no article's."""
    parts = urlsplit(url)
    number = _QUERY_ID.search(parts.query)
    if number:
        return rf"{escaped(parts.path[1:])}\?(?=(?:.*&)?{number[1]}=(?P<id>\d+))", 0
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
    return escaped(extension) + "$" if extension else "/?$"


def escaped(text: str) -> str:
    """Text as an expression that matches it alone; hyphens, which addresses are full of, stay readable."""
    return re.escape(text).replace(r"\-", "-")
