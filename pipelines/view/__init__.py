"""A page as the rooms of body and metadata see it: its tree, its blocks with furniture marked, its headline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from lxml import etree
from lxml.html import HtmlElement

from pipelines.markup.outline import Block, read_outline
from pipelines.models import Rules
from pipelines.view.declared import Declared, read_declared
from pipelines.view.families import family_containers
from pipelines.view.furniture import furniture_marks, link_lists, mark_footer, mark_furniture
from pipelines.view.headline import Headline, find_headline
from pipelines.view.hidden import opened
from pipelines.view.links import card_texts
from pipelines.view.parts import parts

PROSE = 120  # characters without links from which on a block reads as a paragraph
MAX_LOST_PROSE = 0.5


@dataclass(frozen=True, slots=True)
class View:
    """One page. ``links`` and ``cards`` are indices of blocks in lists of links and of summaries of other articles,
    ``container`` holds the article where a rule or a family says so, ``extractor`` is who said it."""

    tree: HtmlElement
    declared: Declared
    blocks: tuple[Block, ...]
    headline: Headline
    links: frozenset[int]
    cards: frozenset[int]
    container: frozenset[HtmlElement]
    extractor: str | None


def look(tree: HtmlElement, rules: Rules, site_name: str = "") -> View:
    """The view of a page's tree, which is not changed."""
    declared = read_declared(tree)
    extractor, containers = _find_containers(tree, rules)
    keep = _ancestors([*containers, *tree.iter("h1")])
    apart = frozenset({*containers, *parts(tree)})
    keep |= opened(tree)
    outline = read_outline(tree, furniture_marks(keep), apart)
    if _lost_prose(outline.blocks) > MAX_LOST_PROSE:
        shown = [replace(b, furniture=False) if i in outline.named else b for i, b in enumerate(outline.blocks)]
        outline = replace(outline, blocks=shown)
    outline = replace(outline, blocks=mark_furniture(outline, keep))
    inside = frozenset(e for container in containers for e in container.iter())
    headline = find_headline(outline.blocks, declared, inside, site_name)
    blocks = tuple(mark_footer(outline, headline.block, keep))
    return View(tree, declared, blocks, headline, link_lists(blocks), card_texts(blocks), inside, extractor)


def _find_containers(tree: HtmlElement, rules: Rules) -> tuple[str | None, list[HtmlElement]]:
    """Who knows the template, and the elements that hold the article; what a rule removes is taken out of the tree."""
    found = [e for path in rules.container for e in xpath(tree, path)]
    if found:
        for container in found:
            for path in rules.remove:
                for element in xpath(container, path):
                    if element.getparent() is not None:
                        element.drop_tree()
        return "rules", found
    for family, container in family_containers(tree):
        return family, [container]
    return None, []


def xpath(element: HtmlElement, path: str) -> list[HtmlElement]:
    """The elements an expression finds; none when it is not valid or finds something else."""
    try:
        found = element.xpath(path)
    except etree.XPathError:
        return []
    return [e for e in found if isinstance(e, HtmlElement)] if isinstance(found, list) else []


def _ancestors(elements: list[HtmlElement]) -> frozenset[HtmlElement]:
    return frozenset(holder for element in elements for holder in (element, *element.iterancestors()))


def _lost_prose(blocks: Collection[Block]) -> float:
    """Share of the page's paragraphs that names of elements make furniture: more than half is a misread name."""
    prose = [(len(b.text), b.furniture) for b in blocks if len(b.text) >= PROSE and b.links < 0.3]
    return sum(n for n, lost in prose if lost) / max(1, sum(n for n, _ in prose))
