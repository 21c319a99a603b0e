"""Where known families of portals keep an article: the element that a selector of families.toml finds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from lxml import etree
from lxml.html import HtmlElement

MAIN_SHARE = 0.6
_NAMED = etree.XPath("descendant-or-self::*[@class or @id or @itemprop]")
MIN_LETTERS = 120  # a container with less text outside links is the wrong one, or holds only a teaser


@dataclass(frozen=True, slots=True)
class Family:
    """A family of templates; ``container`` are selectors in order of trust (their forms are told in families.toml)."""

    name: str
    container: tuple[str, ...]


@cache  # the table is part of the program
def families() -> tuple[Family, ...]:
    """The known families, the most particular first."""
    with files(__package__).joinpath("families.toml").open("rb") as file:
        rows = tomllib.load(file)["family"]
    return tuple(Family(row["name"], tuple(row["container"])) for row in rows)


def family_containers(tree: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """Family and element of each container with enough text, the most trusted first."""
    found: dict[int, list[HtmlElement]] = {}
    for element in _NAMED(tree):
        for rank in _places(element.get("class"), element.get("id"), element.get("itemprop")):
            found.setdefault(rank, []).append(element)
    for rank in sorted(found):
        best = _largest(found[rank])
        if best is not None and letters_outside_links(best) >= MIN_LETTERS:
            yield _selectors().families[rank], best


@dataclass(frozen=True, slots=True)
class _Selectors:
    """All selectors, by their place in the order of trust: whole names with their mark (".class", "#id", "@itemprop"),
    starts of a class, ends of an id."""

    families: tuple[str, ...]
    whole: Mapping[str, int]
    starts: Mapping[str, int]
    ends: Mapping[str, int]


@lru_cache(maxsize=8192)  # a site's names come back on every page
def _places(classes: str | None, key: str | None, item: str | None) -> frozenset[int]:
    """The places of the selectors that name an element of these attributes."""
    table = _selectors()
    words, key = (classes or "").lower().split(), (key or "").lower()
    names = (*(f".{word}" for word in words), f"#{key}", f"@{(item or '').lower()}")
    found = [table.whole[name] for name in names if name in table.whole]
    found += [rank for end, rank in table.ends.items() if key.endswith(end)]
    found += [rank for start, rank in table.starts.items() if any(word.startswith(start) for word in words)]
    return frozenset(found)


@cache  # the table is part of the program
def _selectors() -> _Selectors:
    rows = [(family.name, selector.lower()) for family in families() for selector in family.container]
    whole: dict[str, int] = {}
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    for rank, (_, selector) in enumerate(rows):
        kinds = (("^", starts, selector[1:]), ("#*", ends, selector[2:]), ("", whole, selector))
        _, table, name = next(kind for kind in kinds if selector.startswith(kind[0]))
        table.setdefault(name, rank)
    return _Selectors(tuple(family for family, _ in rows), whole, starts, ends)


def _largest(found: list[HtmlElement]) -> HtmlElement | None:
    """The element with most text; its parent where the selector names paragraphs; None where it names many teasers."""
    if len(found) < 2:
        return found[0] if found else None
    letters = {element: letters_outside_links(element) for element in found}
    best = max(found, key=lambda element: letters[element])
    if letters[best] > MAIN_SHARE * sum(letters.values()):
        return best
    return best.getparent() if best.tag == "p" else None


def letters_outside_links(element: HtmlElement) -> int:
    """How many characters of an element stand in no link, script or form field."""
    return sum(len(text.strip()) for text in element.xpath(_UNLINKED))


_UNLINKED = ".//text()[not(ancestor::a or ancestor::script or ancestor::style or ancestor::select)]"
