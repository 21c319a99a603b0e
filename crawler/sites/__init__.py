"""The catalogue: which sites there are, which addresses are theirs, and which of those are articles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from crawler.addresses import canonical, clean, host_port
from crawler.sites.read import Entry, read_catalogue
from pipelines.errors import InputError
from pipelines.models import Rules, Source
from pipelines.units import all_units, unit_on

_PORT = re.compile(r":\d+$")
CATALOGUE = Path(__file__).parents[1] / "catalogue" / "sites"


@dataclass(frozen=True, slots=True)
class Site:
    """A catalogue entry; its fields are described in docs/add-a-site.md."""

    id: str
    name: str
    domains: tuple[str, ...]
    article: re.Pattern[str]
    kind: str = "newspaper"
    level: str = "province"
    unit: str | None = None
    former: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()
    extra_ca: str = ""
    delay: float = 2.0
    private: bool = False
    connect: str = ""
    trust: str = "seen"
    pattern: str = "examples"
    rules: Rules = field(default_factory=Rules)
    examples: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    note: str = ""
    hosts: frozenset[str] = field(init=False, repr=False, compare=False)  # every host:port that is the site's

    def __post_init__(self) -> None:
        object.__setattr__(self, "hosts", _hosts(self.domains, (*self.start, *self.feeds, *self.sitemaps)))

    @property
    def guessed(self) -> bool:
        """Whether the domain or the article expression was never seen to be right: crawled only when named."""
        return "guessed" in (self.trust, self.pattern)

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the site's hosts."""
        return host_port(url) in self.hosts

    def matches_article(self, url: str) -> re.Match[str] | None:
        """The match of the article expression on the cleaned address, None if it is not an article's."""
        cleaned = clean(url)
        return self.article.search(cleaned) if cleaned is not None else None

    def identity(self, url: str) -> str | None:
        """``<site>:<id>`` where the article expression has a group ``id``: the same under every slug and mirror."""
        found = self.matches_article(url)
        key = found.groupdict().get("id") if found else None
        return f"{self.id}:{key}" if key else None

    def declared(self, url: str, link: str | None) -> str:
        """The key of the page at ``url`` given its ``<link rel=canonical>``, which counts only within the site.

        A template that declares the front page canonical for every article is not believed either: an article's link
        must be an article's.
        """
        believed = (
            link is not None and self.owns(link) and (self.matches_article(link) or not self.matches_article(url))
        )
        return canonical(link if link is not None and believed else url)

    def source(self) -> Source:
        """What understanding may know of the site."""
        return Source(self.id, self.name, self.kind, self.level, self.unit, self.former, self.domains, self.rules)

    def row(self) -> dict[str, object]:
        """The entry as a row of table ``sites``."""
        names = ("id", "name", "kind", "level", "unit", "trust", "pattern")
        lists = {"former": json.dumps(self.former), "domains": json.dumps(self.domains)}
        return {name: getattr(self, name) for name in names} | lists


def _hosts(domains: Sequence[str], seeds: Sequence[str]) -> frozenset[str]:
    """The hosts of these domains, with their www. forms. One without a port has the default ones and those of seeds."""
    ports = {host_port(seed).rpartition(":")[::2] for seed in seeds}
    found: set[str] = set()
    for name in (form for domain in domains for form in (domain, f"www.{domain}")):
        if _PORT.search(name):
            found.add(name)
        else:
            found |= {f"{name}:{port}" for port in ("80", "443", *(port for host, port in ports if host == name))}
    return frozenset(found)


def load_sites(path: Path | None = None) -> dict[str, Site]:
    """The sites of a catalogue file or folder by id; of the built-in catalogue without ``path``.

    Raises ``InputError`` naming file, entry and field of the first thing that is wrong.
    """
    sites: dict[str, Site] = {}
    for entry in read_catalogue(path or CATALOGUE):
        site = site_of(entry)
        if site.id in sites:
            raise entry.error("id", "another entry has the same id")
        sites[site.id] = site
    return sites


def site_of(entry: Entry) -> Site:
    """The entry as a checked ``Site``; raises ``InputError`` naming file, entry and field."""
    site = Site(**entry.fields())
    for name in ("start", "feeds", "sitemaps"):
        for url in getattr(site, name):
            if not site.owns(url):
                raise entry.error(name, f"{url} is not an http(s) address on one of the entry's domains")
    return site


def select(sites: Mapping[str, Site], names: Sequence[str] = ()) -> list[Site]:
    """The sites of these names, each once, in the catalogue's order; without names all that rest on nothing guessed.

    A name is a site's id, which selects it even if guessed, or a unit's slug, which selects its sites that are not
    guessed; a former unit's selects those that served it. Raises ``InputError`` for a name that selects nothing.
    """
    if not names:
        chosen = {site.id for site in sites.values() if not site.guessed}
    else:
        chosen = {site for name in names for site in _named(sites, name)}
    if not chosen:
        raise InputError("every entry of the catalogue is guessed, and those are crawled only when named")
    return [site for site in sites.values() if site.id in chosen]


def _named(sites: Mapping[str, Site], name: str) -> set[str]:
    if name in sites:
        return {name}
    namesake = unit_on(name, None)
    slugs = {name, namesake.slug if namesake else name}
    members = [site for site in sites.values() if site.unit in slugs or name in site.former]
    usable = {site.id for site in members if not site.guessed}
    if usable:
        return usable
    if members:
        ids = ", ".join(site.id for site in members)
        raise InputError(f"every site of {name} is guessed; name those you want to try: {ids}")
    if name in all_units() or namesake:
        raise InputError(f"the catalogue has no site of {name}")
    close = get_close_matches(name, [*sites, *all_units()], n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "see danchieu sites list"
    raise InputError(f"no site or unit is called {name!r}: {hint}")


def owner(sites: Mapping[str, Site], url: str) -> Site | None:
    """The site an address belongs to: of those on its host, the one whose article expression it matches."""
    owners = [site for site in sites.values() if site.owns(url)]
    return next((site for site in owners if site.matches_article(url)), owners[0] if owners else None)
