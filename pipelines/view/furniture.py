"""What stands around an article (menus, related news, counters, footers), told by names, words and links."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from lxml.html import HtmlElement

from pipelines.markup.outline import Block, Mark, Outline, is_hidden
from pipelines.view.links import is_file, links_of

LINKED = 0.6  # from this share of letters in links on, a block is a link
MAX_DATE = 40  # characters
MAX_HEAD = 60  # characters
LINK_RUN = 3  # so many links in a row are a list of links
MAX_FOOTER = 60  # blocks
CARD_BLOCKS = 5
CARD_DEPTH = 3
SENTENCE = 120  # a list of other news has no unlinked block of this length
TEXT_RUN = 3  # so many paragraphs without a link between them are a text, no list of other news
SECTION_LINKS = 0.2  # least share of linked letters in a list of other news with its summaries

_DATE_ONLY = re.compile(r"[\s\d(),.:/|-]+(?:\s?(?:AM|PM|SA|CH)\)?)?")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Names that hold a whole page: their words say nothing of what is in it.
_HOLDERS = frozenset({"html", "body", "form"})
_BOXES = frozenset({"div", "td"})


@dataclass(frozen=True, slots=True)
class _Table:
    tags: frozenset[str]
    roles: frozenset[str]
    tokens: re.Pattern[str]
    never: re.Pattern[str]
    heads: re.Pattern[str]
    list_heads: re.Pattern[str]
    comments: re.Pattern[str]
    lines: re.Pattern[str]
    tools: re.Pattern[str]
    linked_lines: re.Pattern[str]
    footer: re.Pattern[str]
    licence: re.Pattern[str]


@cache  # the table is part of the program
def _table() -> _Table:
    with files(__package__).joinpath("furniture.toml").open("rb") as file:
        rows = tomllib.load(file)

    def words(tokens: list[str]) -> re.Pattern[str]:
        return re.compile(rf"(?:^| )(?:{'|'.join(sorted(tokens, key=len, reverse=True))})(?= |$)")

    def text(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    return _Table(
        frozenset(rows["tags"]),
        frozenset(rows["roles"]),
        words(rows["tokens"]),
        words(rows["never"]),
        text(rows["heads"]),
        text(rows["list_heads"]),
        text(rows["comments"]),
        text("|".join(f"(?:{line})" for line in rows["lines"])),
        text(rf"(?:{tool})(?:[\s|•·,/-]{{1,3}}(?:{tool}))*" if (tool := "|".join(rows["tools"])) else ""),
        text(rows["linked_lines"]),
        text(rows["footer"]),
        text(rows["licence"]),
    )


def furniture_marks(keep: Collection[HtmlElement]) -> Callable[[HtmlElement], Mark]:
    """A test for elements that are furniture: for sure by tag, role or hidden style, or by the words of their names.

    The elements of ``keep`` (what holds the article) are none.
    """
    table = _table()

    def mark(element: HtmlElement) -> Mark:
        tag = element.tag
        if tag in table.tags:
            return "" if element in keep else "furniture"
        if not element.keys() or tag in _HOLDERS or element in keep:  # most elements have no attribute
            return ""
        name, key = element.get("class"), element.get("id")
        if element.get("role") in table.roles or is_hidden(element):
            return "furniture"
        if tag in _BOXES and "related" in (element.get("type") or "").lower():  # boxes of VCCorp's editor
            return "furniture"
        return "named" if (name or key) is not None and has_furniture_name(f"{name or ''} {key or ''}") else ""

    return mark


@lru_cache(maxsize=8192)  # a site's names come back on every page
def has_furniture_name(names: str) -> bool:
    """Whether class and id names hold a word of furniture, and none of an article."""
    words = " ".join(_WORDS.findall(names[:300])).lower()
    return bool(words) and _table().tokens.search(words) is not None and _table().never.search(words) is None


@lru_cache(maxsize=8192)  # as above
def is_furniture_line(text: str) -> bool:
    """Whether a whole line is furniture wherever it stands: a counter, a tool, a contact, a credit."""
    if len(text) > 400:
        return False
    return _table().lines.fullmatch(text) is not None or _table().tools.fullmatch(text) is not None


def is_head(text: str) -> bool:
    """Whether a line is the title of a list of other news, of comments or of a widget."""
    return len(text) <= MAX_HEAD and _table().heads.fullmatch(text.strip()) is not None


def is_licence(text: str) -> bool:
    """Whether a text tells the site's press licence."""
    return _table().licence.search(text) is not None


def mark_furniture(outline: Outline, keep: Collection[HtmlElement] = ()) -> list[Block]:
    """The blocks with furniture marked by its words: single lines, and lists that follow a title such as "Tin khác".

    No element of ``keep`` (what holds the article) is such a list.
    """
    marked = [
        replace(block, furniture=True) if not block.furniture and _is_line(block) else block for block in outline.blocks
    ]
    for i, block in enumerate(marked):
        if block.kind == "row" or len(block.text) > MAX_HEAD:
            continue
        sure = is_head(block.text)
        section = _section(marked, outline.spans, i, keep) if sure or _is_list_head(block.text) else ()
        if section and (sure or _lists_pages([marked[j] for j in section])):
            for j in section:
                if not marked[j].furniture:
                    marked[j] = replace(marked[j], furniture=True)
    return marked


def _is_list_head(text: str) -> bool:
    """Whether a line is a title that links to other pages make one of a list of documents, or of contents."""
    return _table().list_heads.fullmatch(text) is not None


def _lists_pages(section: Sequence[Block]) -> bool:
    """Whether a title has links below it, and none to a file: what is attached to an article belongs to it."""
    links = [link for block in section[1:] for link in links_of(block)]
    return bool(links) and not any(is_file(link) for link in links)


def mark_footer(outline: Outline, headline: int | None, keep: Collection[HtmlElement]) -> list[Block]:
    """The blocks with the page's footer marked: the widest last element apart from the headline, if it says what
    footers say (licence, copyright, address of the office) and holds no running text."""
    marked = list(outline.blocks)
    last = marked[-1].element if marked else None
    holders = (last, *last.iterancestors()) if last is not None else ()
    spans = [outline.spans[h] for h in holders if h in outline.spans and h not in keep]
    for span in reversed(spans):
        if (headline or 0) not in span and len(span) <= MAX_FOOTER and _is_footer(marked[span.start :]):
            marked[span.start :] = [replace(block, furniture=True) for block in marked[span.start :]]
            break
    return marked


def _is_footer(blocks: Sequence[Block]) -> bool:
    said = [_table().footer.search(block.text) is not None for block in blocks]
    prose = sum(_is_prose(block) and not mine for block, mine in zip(blocks, said, strict=True))
    return any(said) and prose < 2


def _is_line(block: Block) -> bool:
    if is_furniture_line(block.text):
        return True
    return block.links >= 0.5 and _table().linked_lines.fullmatch(block.text) is not None


def _section(
    blocks: Sequence[Block], spans: Mapping[HtmlElement, range], head: int, keep: Collection[HtmlElement]
) -> Iterable[int]:
    """Indices of the title and of the list that it opens."""
    end = _end_of_wrapper(blocks, spans, head, keep)
    column = _column(spans, blocks[head].element, end)
    limit = end if column is None else spans[column].stop
    if column not in keep and _table().comments.fullmatch(blocks[head].text):
        return range(head, limit)
    while end < limit and (_continues_list(blocks[end]) or _is_in_card(blocks, spans, end)):
        end += 1
    return range(head, end)


def _column(spans: Mapping[HtmlElement, range], element: HtmlElement, end: int) -> HtmlElement | None:
    """The smallest element around a title that holds more than its list so far: a list does not leave its column."""
    return next((e for e in element.iterancestors() if e in spans and spans[e].stop > end), None)


def _is_in_card(blocks: Sequence[Block], spans: Mapping[HtmlElement, range], i: int) -> bool:
    """Whether a block lies in one small element with a link: a summary under the title of another article."""
    holders = itertools.islice(blocks[i].element.iterancestors(), CARD_DEPTH)
    cards = (spans[holder] for holder in holders if holder in spans and holder.tag not in _HOLDERS)
    return any(len(card) <= CARD_BLOCKS and any(blocks[j].links >= LINKED for j in card) for card in cards)


def _continues_list(block: Block) -> bool:
    if block.links >= 0.5:
        return True
    return block.links > 0 and len(block.text) < SENTENCE


def _end_of_wrapper(
    blocks: Sequence[Block], spans: Mapping[HtmlElement, range], head: int, keep: Collection[HtmlElement]
) -> int:
    """Index after the last block of the widest element that the title opens and that is a list of links."""
    end = head + 1
    inside = blocks[head].element
    for ancestor in (inside, *inside.iterancestors()):
        span = spans.get(ancestor, range(head, end))
        if ancestor.tag in _HOLDERS or ancestor in keep or span.start < head:
            break
        if span.stop > end and _is_link_list(blocks[head + 1 : span.stop]):
            end = span.stop
    return end


def _is_link_list(blocks: Sequence[Block]) -> bool:
    if any(all(_is_prose(b) for b in blocks[i : i + TEXT_RUN]) for i in range(len(blocks) - TEXT_RUN + 1)):
        return False
    letters = sum(len(block.text) for block in blocks)
    linked = sum(len(block.text) * block.links for block in blocks)
    return letters > 0 and linked / letters >= SECTION_LINKS


def _is_prose(block: Block) -> bool:
    return len(block.text) >= SENTENCE and block.links < 0.3


def link_lists(blocks: Sequence[Block]) -> frozenset[int]:
    """Indices of blocks in runs of at least three links, a date behind each or not: menus and lists without a title."""
    found: set[int] = set()
    run: list[int] = []
    for i, block in enumerate(blocks):
        if block.links >= LINKED:
            run.append(i)
            continue
        if run and len(block.text) <= MAX_DATE and _DATE_ONLY.fullmatch(block.text):
            continue
        if len(run) >= LINK_RUN:
            found.update(run)
        run = []
    if len(run) >= LINK_RUN:
        found.update(run)
    return frozenset(found)
