"""Links of a block, told by where they lead: to another page, to a place in this one, to a file, to nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from pipelines.markup import tidy
from pipelines.markup.outline import Block

WHOLLY = 0.9  # share of letters in links from which on a block is nothing but links
TITLE_WORDS = 4
MAX_LINKS = 20
CARD_BLOCKS = 5
MIN_CARDS = 3

QUESTION = re.compile(r"(?:câu )?hỏi\s*\d*\s*[:.]", re.IGNORECASE)  # a list of answers links its questions

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|zip|rar|7z|jpe?g|png|gif|webp)\b|/documents/|download|attach|getfile",
    re.IGNORECASE,
)
_TITLES = frozenset({"a", "p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "strong", "b"})
_NO_PAGE = re.compile(r"\s*(?:#.|javascript:|mailto:|tel:)", re.IGNORECASE)
_NAMES_DOCUMENT = re.compile(
    r"\d\s?[-/]\s?[A-ZĐ]|(?i:hiến pháp|bộ luật|luật|pháp lệnh|nghị định|thông tư|phụ lục|công văn|tờ trình)\b"
)


def is_file(link: HtmlElement) -> bool:
    """Whether a link opens a document to keep, not a page."""
    return _FILE.search(link.get("href") or "") is not None


def leads_to_page(link: HtmlElement) -> bool:
    """Whether a link opens another page, and not a file, a part of this page or a mail."""
    return not _NO_PAGE.match(link.get("href") or "") and not is_file(link)


def links_of(block: Block) -> Iterator[HtmlElement]:
    """The links that hold words of a block, or that the block lies in."""
    element = block.element
    yield from (e for e in itertools.islice(element.iterancestors(), 3) if e.tag == "a")
    for link in itertools.islice(element.iter("a"), MAX_LINKS):
        if (text := tidy(link.text_content())) and (text in block.text or block.text in text):
            yield link


def is_title_of_another(block: Block) -> bool:
    """Whether a block is nothing but a link with the title of another article: not the name of a document or a file.

    A picture with the same link makes a card of it, whatever its title names.
    """
    if block.links <= WHOLLY or block.kind == "row" or block.element.tag == "h1" or QUESTION.match(block.text):
        return False
    if block.kind != "heading" and len(block.text.split()) < TITLE_WORDS:
        return False
    links = list(links_of(block))
    if not links or not all(map(leads_to_page, links)):
        return False
    card = block.kind == "caption" or _NAMES_DOCUMENT.search(block.text) is not None
    return not card or any(map(_has_picture, links))


def _has_picture(link: HtmlElement) -> bool:
    """Whether a picture beside a link, or in it, has the same target."""
    box = link.getparent()
    scope = [link] if box is None else [link, *itertools.islice(box.iter("a"), MAX_LINKS)]
    return any(e.get("href") == link.get("href") and e.find(".//img") is not None for e in scope)


def card_texts(blocks: Sequence[Block]) -> frozenset[int]:
    """Indices of the summaries of other articles: each with a linked title above it in a small element of its own, as
    there are several on the page."""
    cards: dict[int, list[int]] = {}
    for i, block in enumerate(blocks[:-1]):
        if block.links > WHOLLY and len(block.text.split()) >= TITLE_WORDS:
            card = block.element if block.element.tag not in _TITLES else block.element.getparent()
            below = [j for j in range(i + 1, min(len(blocks), i + 1 + CARD_BLOCKS)) if _lies_in(blocks[j], card)]
            if 0 < len(below) < CARD_BLOCKS:
                cards[i] = below
    if len(cards) >= MIN_CARDS:
        cards = {i: below for i, below in cards.items() if any(map(leads_to_page, links_of(blocks[i])))}
    return frozenset(itertools.chain(*cards.values())) if len(cards) >= MIN_CARDS else frozenset()


def _lies_in(block: Block, card: HtmlElement | None) -> bool:
    return block.element is card or any(holder is card for holder in block.element.iterancestors())
