"""Where known families of portals keep an article: the element that a selector of families.toml finds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from lxml.html import HtmlElement

MAIN_SHARE = 0.6
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


@dataclass(frozen=True, slots=True)
class Names:
    """The elements of a page by class word, by id and by itemprop, in lower case and document order."""

    classes: dict[str, list[HtmlElement]] = field(default_factory=dict)
    ids: dict[str, HtmlElement] = field(default_factory=dict)
    properties: dict[str, list[HtmlElement]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: HtmlElement) -> Names:
        """The names in a page."""
        names = cls()
        for element in tree.iter():
            attributes = element.attrib
            if not attributes:
                continue
            for word in set(attributes.get("class", "").lower().split()):
                names.classes.setdefault(word, []).append(element)
            if "id" in attributes:
                names.ids.setdefault(attributes["id"].lower(), element)
            if "itemprop" in attributes:
                names.properties.setdefault(attributes["itemprop"].lower(), []).append(element)
        return names

    def all(self) -> Iterator[str]:
        """The names of a page with the marks of selectors: ``.class``, ``#id``, ``@itemprop``."""
        yield from (f".{name}" for name in self.classes)
        yield from (f"#{name}" for name in self.ids)
        yield from (f"@{name}" for name in self.properties)

    def select(self, selector: str) -> list[HtmlElement]:
        """The elements a selector names: ``.class``, ``^start-of-class``, ``#id``, ``#*end-of-id``, ``@itemprop``."""
        mark, name = selector[0], selector[1:].lower()
        if mark == ".":
            return self.classes.get(name, [])
        if mark == "^":
            return [e for word, elements in self.classes.items() if word.startswith(name) for e in elements]
        if mark == "@":
            return self.properties.get(name, [])
        if name.startswith("*"):
            return [element for key, element in self.ids.items() if key.endswith(name[1:])]
        return [self.ids[name]] if name in self.ids else []


def family_containers(names: Names) -> Iterator[tuple[str, HtmlElement]]:
    """Family and element of each container with enough text, the most trusted first."""
    for rank in sorted({rank for name in names.all() for rank in _ranks(name)}):
        family, selector = _selectors()[rank]
        best = _largest(names.select(selector))
        if best is not None and letters_outside_links(best) >= MIN_LETTERS:
            yield family, best


@cache  # the table is part of the program
def _selectors() -> tuple[tuple[str, str], ...]:
    """Family and selector, the most trusted first."""
    return tuple((family.name, selector) for family in families() for selector in family.container)


@lru_cache(maxsize=8192)  # a site's names come back on every page
def _ranks(name: str) -> tuple[int, ...]:
    """Places in ``_selectors`` of those that may select a name, given with its mark (".class", "#id", "@itemprop")."""
    mark, rest = name[0], name[1:]
    found = []
    for rank, (_, selector) in enumerate(_selectors()):
        kind, wanted = selector[0], selector[1:].lower()
        whole = kind == mark and (rest == wanted or (wanted.startswith("*") and rest.endswith(wanted[1:])))
        if whole or (kind == "^" and mark == "." and rest.startswith(wanted)):
            found.append(rank)
    return tuple(found)


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
