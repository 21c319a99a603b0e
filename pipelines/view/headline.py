"""The headline of an article: the block that shows it, or the title that the page declares."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipelines.markup import tidy
from pipelines.markup.outline import HEADINGS, Block
from pipelines.view.dateline import dateline_of
from pipelines.view.declared import Declared, plain
from pipelines.view.furniture import has_furniture_name, is_head

MAX_TITLE = 300
MIN_CRUMB_TITLE = 5  # words
MIN_TITLE = 4  # words; fewer may name a section
MIN_SCORE = 4.0
MIN_MAKE = 1.0  # below it no place makes a headline of a block
MIN_SHOWN = 3.0  # enough where the page declares nothing but the name of its site, or words that it does not show
NEAR = 10  # blocks between a headline and the first paragraph of its article, at most
PARAGRAPH = 120

_TITLE_NAME = re.compile(r"title|tieu-?_?de|headline|lblheader|post-name|news-name|entry-name|^head\b", re.IGNORECASE)
_SIDE_NAME = re.compile(r"box|widget|portlet|module|block|sub-?title|cate|section|site|page-title|mod-", re.IGNORECASE)
_SUFFIX = re.compile(r"\s+(?:[|–—»•:]|-{1,2})\s+")
_LARGE_SIZE = re.compile(r"[4-7]$|\+[1-4]$")
_LARGE_STYLE = re.compile(
    r"font-size\s*:\s*(?:1[4-9]|[2-4]\d)(?:\.\d+)?pt|font-size\s*:\s*(?:1[89]|[2-5]\d)px|font-size\s*:\s*(?:x-)*large"
)
_LETTERS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Headline:
    """``text`` is None when the page has no title; ``block`` is the index of the block that shows it, if one does."""

    text: str | None = None
    block: int | None = None


def find_headline(
    blocks: Sequence[Block], declared: Declared, container: Collection[HtmlElement] = (), site_name: str = ""
) -> Headline:
    """The headline of a page; a declared title that only names the site, or a section, gives way to what is shown."""
    titles = [title for title in (_declared_headline(declared), declared.title) if title]
    names = (*declared.organisations, site_name)
    bare = [_without_site(title, names) for title in titles]
    telling = [title for title, rest in zip(titles, bare, strict=True) if rest]  # more than the name of a site
    hints = [words for words in map(_words, dict.fromkeys([*telling, *bare])) if words]
    paragraphs = [i for i, block in enumerate(blocks) if _is_paragraph(block, container)]
    made = {i: _score(block, hints) for i, block in enumerate(blocks) if _may_be(block)}
    text = next((title for title in bare if title), None)
    placed = {i: score + _place_score(i, blocks, paragraphs) for i, score in made.items() if score >= MIN_MAKE}
    if max(placed.values(), default=0.0) < MIN_SCORE:
        placed |= {
            i: score + 0.5 + _place_score(i, blocks, paragraphs)
            for i, score in made.items()
            if _is_above_dateline(i, blocks)
        }
    best = max(placed, key=lambda i: (placed[i], -i), default=None)
    if best is not None and placed[best] >= (MIN_SCORE if text and len(_words(text)) >= MIN_TITLE else MIN_SHOWN):
        return Headline(blocks[best].text, best)
    return Headline(text)


def _declared_headline(declared: Declared) -> str:
    return plain(declared.article.get("headline")) or declared.meta("og:title", "twitter:title", "title") or ""


def _is_paragraph(block: Block, container: Collection[HtmlElement]) -> bool:
    if block.furniture or block.links > 0.3:
        return False
    return len(block.text) >= PARAGRAPH or block.element in container


def _may_be(block: Block) -> bool:
    if not 8 <= len(block.text) <= MAX_TITLE or block.kind == "row" or (block.links > 0.8 and block.kind != "heading"):
        return False
    return not is_head(block.text)


def _score(block: Block, hints: Sequence[list[str]]) -> float:
    """How much a block is made like a headline, wherever it stands."""
    element = block.element
    score = {"h1": 3.0, "h2": 1.5, "h3": 1.0}.get(_heading_tag(element), 0.0)
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if _TITLE_NAME.search(names):
        score += 0.5 if _SIDE_NAME.search(names) else 2.0
    words = _words(block.text)
    score += max((_likeness(words, hint) for hint in hints), default=0.0)
    score -= 3.0 * (block.links > 0.8) + 3.0 * block.furniture + 1.5 * has_furniture_name(names)
    score += 0.5 * (len(words) >= 5) + 0.5 * (block.bold > 0.8)
    return score + 1.0 * _is_large(element) - 2.0 * _is_site(block.text)


def _place_score(i: int, blocks: Sequence[Block], paragraphs: Sequence[int]) -> float:
    """How much a block stands where headlines do: before a dateline, and soon before the first paragraph."""
    after = bisect_right(paragraphs, i)
    near = after < len(paragraphs) and paragraphs[after] - i <= NEAR
    dated = any(dateline_of(block) is not None for block in blocks[i + 1 : i + 3])
    return 1.5 * near + 1.0 * dated


def _is_above_dateline(i: int, blocks: Sequence[Block]) -> bool:
    """Whether a line that is no sentence, no date and no link stands right above a dateline."""
    block, below = blocks[i], blocks[i + 1 : i + 2]
    if block.links > 0.5 or block.furniture or block.text.endswith((".", ":", ";")) or not below:
        return False
    return dateline_of(below[0]) is not None and dateline_of(block) is None


def _is_large(element: HtmlElement) -> bool:
    """Whether old markup sets the text in a large font."""
    inside = [element, *itertools.islice(element.iterdescendants("font", "span", "b", "strong"), 4)]
    return any(_LARGE_SIZE.match(e.get("size") or "") or _LARGE_STYLE.search(e.get("style") or "") for e in inside)


def _heading_tag(element: HtmlElement) -> str:
    if element.tag in HEADINGS:
        return str(element.tag)
    parent = element.getparent()
    return str(parent.tag) if parent is not None and parent.tag in HEADINGS else ""


def _likeness(mine: list[str], declared: list[str]) -> float:
    """4 for the declared title itself, less for one that begins with it or shares most words with it."""
    if mine == declared:
        return 4.0
    if len(mine) >= 3 and declared[: len(mine)] == mine:
        return 3.5
    if len(declared) >= MIN_TITLE and mine[: len(declared)] == declared:  # cut short for a search engine
        return 2.5
    if not mine or not 0.5 <= len(mine) / len(declared) <= 2:
        return 0.0
    shared = len(set(mine) & set(declared)) / len(set(mine) | set(declared))
    return 2.5 if shared >= 0.6 else 0.0


def _words(text: str) -> list[str]:
    return _LETTERS.findall(text.casefold())


def _without_site(title: str, names: Sequence[str]) -> str:
    """A declared title without the names of site and section that templates add: "Tin | Báo Gia Lai" gives "Tin"."""
    known = [_words(name) for name in names if name]
    parts = [part for part in _SUFFIX.split(title) if part.strip()]
    if " > " in title and max(len(_words(part)) for part in title.split(" > ")) < MIN_CRUMB_TITLE:
        return ""  # "Sở Nội vụ > Tin tức": where the page is, not what it says
    kept = [part for part in parts if _words(part) not in known]
    while len(kept) > 1 and _is_site(kept[-1]):
        kept.pop()
    while len(kept) > 1 and _is_site(kept[0]):
        del kept[0]
    if not kept or (len(kept) == 1 and _is_site(kept[0])):
        return ""
    return tidy(title) if len(kept) == len(parts) else tidy(max(kept, key=len))


def _is_site(part: str) -> bool:
    return (
        re.match(r"(?:báo|cổng|trang|đài|website|tạp chí)\b|.{0,40}\.(?:vn|com|org|net)\b", part.casefold()) is not None
    )
