"""A catalogue entry from what was seen of a site, for a person to look over. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import registered_domain
from crawler.discovery.html import Anchor, read_anchors, read_head
from crawler.discovery.traps import trap
from crawler.sites import Site
from crawler.verbs.proposing.forms import EXAMPLES, HEADLINE, escaped, shared_form
from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.models import Page
from pipelines.units import NEW_BODY, all_units, slugify

_NAMES_A_SITE = re.compile(r"(?:bao|dai|cong|trang|tap-chi|so|ubnd|hdnd|uy-ban|hoi-dong|(?:tinh|thanh)-uy)-")


@dataclass(frozen=True, slots=True)
class Front:
    """A page that lists a site's articles, read: its address, its links within the site, the site's name and feeds."""

    url: str
    anchors: tuple[Anchor, ...]
    name: str = ""
    feeds: tuple[str, ...] = ()


def provisional(url: str, *, allow: Iterable[str] = (), private: bool = False, delay: float = 2.0) -> Site:
    """A site that owns the host of an address, before anything is known of it."""
    netloc = urlsplit(url).netloc.lower()
    domain = bare(netloc)
    return Site(
        id=_id(netloc),
        name=netloc,
        domains=(domain,),
        article=re.compile(rf"^https?://(?:www\.)?{escaped(domain)}/"),
        start=(url,),
        allow=frozenset(allow),
        private=private,
        delay=delay,
    )


def read_front(page: Page, site: Site) -> Front:
    """The page read; raises ``InputError`` for what is no text."""
    text = decode(page.body, page.header("content-type")).text
    anchors = [a for a in read_anchors(page.url, text) if site.owns(a.url) and trap(a.url) is None]
    head = read_head(page.url, text)
    return Front(page.url, tuple(anchors), _own_name(head.name), tuple(feed for feed in head.feeds if site.owns(feed)))


def propose(front: Front, site: Site, *, label: int = HEADLINE) -> dict[str, object]:
    """The fields of an entry in the order in which people read them.

    The article expression is the form shared by most links that are labelled like headlines, with ``label`` letters;
    where too few share one, the entry says ``pattern = "guessed"``. Raises ``InputError`` for a page without links.
    """
    if not front.anchors:
        raise InputError(f"{front.url} has no links to its own site: give the address of a page that lists articles")
    form = shared_form(front.anchors, label)
    netloc = urlsplit(front.url).netloc.lower()
    name = front.name or netloc
    expression = rf"^https?://(?:www\.)?{escaped(bare(netloc))}/{form.expression}"
    return {
        "id": site.id,
        "name": name,
        "kind": _kind(netloc, name),
        **_unit(name, netloc),
        "domains": [bare(netloc)],
        "start": [front.url],
        "feeds": list(front.feeds),
        "sitemaps": [],
        "article": expression,
        "allow": [],
        "pattern": "examples" if form.examples else "guessed",
        "examples": list(form.examples),
        "listings": _sections_of(front, expression) if form.examples else [],
    }


def as_toml(fields: Mapping[str, object]) -> str:
    """The entry as it stands in a catalogue; what is empty is left out."""
    written = (f"{name} = {_toml(name, value)}\n" for name, value in fields.items() if value)
    return "[[site]]\n" + "".join(written)


def bare(netloc: str) -> str:
    """The host without ``www.``"""
    return netloc.removeprefix("www.")


def _own_name(title: str) -> str:
    """The part of a title that names the site: "Thời sự | Báo Gia Lai" is a section of Báo Gia Lai."""
    printable = "".join(letter for letter in title if letter.isprintable())
    parts = re.split(r"\s+[|–—-]\s+|\s*[|»]\s*", printable)
    named = [part for part in parts if _NAMES_A_SITE.match(slugify(part))]
    return (named[-1] if named else printable).strip()


def _sections_of(front: Front, expression: str) -> list[str]:
    """Links labelled like sections that end as an article's address may: what the expression must not take."""
    found = [
        anchor.url
        for anchor in front.anchors
        if 0 < len(anchor.label) < HEADLINE and urlsplit(anchor.url).path.strip("/") and anchor.url != front.url
    ]
    similar = sorted(dict.fromkeys(found), key=lambda url: not re.search(r"[\d.]", urlsplit(url).path))
    return [url for url in similar if not re.search(expression, url)][:EXAMPLES]


def _id(netloc: str) -> str:
    """ "baogialai" for www.baogialai.com.vn, "gialai-gov" for gialai.gov.vn, "dailoc-quangnam-gov" below it."""
    host = bare(re.sub(r":\d+$", "", netloc))
    stem = re.sub(r"\.(?:(?:com|org|net|info|edu)\.)?vn$|\.com$|\.net$|\.org$", "", host)
    return slugify(stem) or "site"


def _kind(netloc: str, name: str) -> str:
    words = slugify(f"{name} {registered_domain(netloc)}")
    if re.search(r"hdnd|dbnd|hoi-dong-nhan-dan|dai-bieu-quoc-hoi", words):
        return "assembly"
    if netloc.endswith(".dcs.vn") or re.search(r"(?:tinh|thanh|huyen|dang)-?uy|dang-bo|tuyen-giao", words):
        return "party"
    if netloc.endswith(".gov.vn") or re.search(r"cong-thong-tin|uy-ban-nhan-dan|ubnd", words):
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
    if isinstance(value, str):
        plain = field == "article" and "'" not in value
        return f"'{value}'" if plain else _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Iterable):
        return "[" + ", ".join(_text(str(item)) for item in value) + "]"
    return str(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
