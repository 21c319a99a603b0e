"""Where in a page's blocks the article lies, when no rule and no family says so: a run of blocks of greatest weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement

from pipelines.body.trafilatura import MAX_DEPTH, MAX_ELEMENTS, kept_text, squeeze
from pipelines.markup.outline import Block
from pipelines.view import PROSE, View
from pipelines.view.furniture import furniture_marks

PAGES = frozenset({"html", "body", "form", "main"})
HOLDERS = frozenset({"td", "th", *PAGES})  # text may lie in them without a paragraph of its own
SHORT = 40
# A run that is this plain needs no second opinion. Of the 82 pages of unknown templates in article-extraction-benchmark
# it takes 33, and F1 over all 181 pages is .971 with it and .969 without.
NEAR = 12
CLEAR_LETTERS = 400
CLEAR_SHARE = 0.85
CLEAR_NOISE = 2
ALONE_LETTERS = 250
MIN_KEY = 12  # characters; a shorter block is found anywhere in a text


def by_density(view: View) -> range:
    """Indices of the blocks where running text is dense, after the headline."""
    start = _after_headline(view)
    weights = [_density(b, i in view.links or i in view.cards) for i, b in enumerate(view.blocks[start:], start)]
    return _whole(view, _heaviest_run(weights, start))


def _whole(view: View, run: range) -> range:
    """The run with the short lines around it that lie in the same element as its paragraphs: a last sentence, a name.

    Where that element is the whole page, furniture ends it.
    """
    letters: Counter[HtmlElement] = Counter()
    for i in run:
        letters[_home(view.blocks[i])] += len(view.blocks[i].text)
    if not letters:
        return run
    home = letters.most_common(1)[0][0]
    stop = run.stop
    for i in range(run.stop, len(view.blocks)):
        block = view.blocks[i]
        if home.tag in PAGES and block.furniture:
            break
        if _home(block) is home and not block.furniture and i not in view.links and block.links < 0.5:
            stop = i + 1
    return _within_column(view, range(run.start, stop), home)


def _within_column(view: View, run: range, home: HtmlElement) -> range:
    """The run without what follows outside the smallest element that holds the headline and the paragraphs."""
    if view.headline.block is None:
        return run
    holders = {home, *home.iterancestors()}
    headline = view.blocks[view.headline.block].element
    column = next((e for e in headline.iterancestors() if e in holders), None)
    stop = run.stop
    while column is not None and stop > run.start and column not in view.blocks[stop - 1].element.iterancestors():
        stop -= 1
    return range(run.start, stop)


def _home(block: Block) -> HtmlElement:
    """The element that holds a block among its like."""
    parent = block.element.getparent()
    return block.element if parent is None or block.element.tag in HOLDERS else parent


def is_clear(view: View, run: range) -> bool:
    """Whether a run of blocks is surely the article: paragraphs right after the headline, and nearly none elsewhere."""
    headline = view.headline.block
    if headline is None or run.start - headline > NEAR:
        return False
    inside = [view.blocks[i] for i in run]
    prose = sum(len(block.text) for block in inside if _is_paragraph(block))
    noise = sum(view.blocks[i].furniture or i in view.links for i in run)
    elsewhere = sum(
        len(block.text)
        for i, block in enumerate(view.blocks)
        if i not in run and i not in view.links and i not in view.cards and _is_paragraph(block)
    )
    enough = prose >= max(CLEAR_LETTERS, CLEAR_SHARE * sum(len(block.text) for block in inside))
    if enough and noise <= CLEAR_NOISE and elsewhere <= (1 - CLEAR_SHARE) * prose:
        return True
    return noise == 0 and _holds_all_text(view, run)


def _holds_all_text(view: View, run: range) -> bool:
    """Whether no line of text below the headline stands outside a run that begins with it."""
    first = (view.headline.block or 0) + 1
    said = [i for i, block in enumerate(view.blocks) if _is_line(view, i, block)]
    inside = sum(len(view.blocks[i].text) for i in said if first <= i < run.stop)
    return inside >= ALONE_LETTERS and all(first <= i < run.stop for i in said)


def _is_line(view: View, i: int, block: Block) -> bool:
    if block.furniture or i in view.links or i in view.cards:
        return False
    return len(block.text) >= SHORT and block.links < 0.5


def _is_paragraph(block: Block) -> bool:
    return len(block.text) >= PROSE and block.links < 0.5 and not block.furniture


def by_trafilatura(view: View, url: str) -> range:
    """Indices of the blocks from the first to the last that trafilatura keeps, what it scatters elsewhere left out."""
    if not _is_readable(view.tree):
        return range(0)
    kept = kept_text(view.tree, url, furniture_marks(frozenset()))
    if not kept:
        return range(0)
    start = _after_headline(view)
    weights = [_agreement(b, kept if i not in view.cards else "") for i, b in enumerate(view.blocks[start:], start)]
    return _whole(view, _heaviest_run(weights, start))


def _after_headline(view: View) -> int:
    return 0 if view.headline.block is None else view.headline.block + 1


def _density(block: Block, in_list: bool) -> float:
    length = len(block.text)
    if block.furniture or in_list:
        return -30 - 0.3 * length
    if block.links >= 0.5:
        return -float(length)
    if length >= PROSE:
        return length * (1 - block.links)
    if block.kind in ("row", "item"):
        return 0.5 * length
    return -8.0 if length < SHORT else 0.3 * length


def _agreement(block: Block, kept: str) -> float:
    if block.furniture:
        return -float(MIN_KEY)
    key = squeeze(block.text)
    if len(key) < MIN_KEY:
        return 0.0
    return float(len(key)) if key in kept else -0.5 * len(key)


def _heaviest_run(weights: Sequence[float], offset: int) -> range:
    """The run of greatest sum (Kadane's algorithm); empty when no weight is positive."""
    best, best_run, total, start = 0.0, range(0), 0.0, 0
    for i, weight in enumerate(weights):
        if total <= 0:
            total, start = 0.0, i
        total += weight
        if total > best:
            best, best_run = total, range(offset + start, offset + i + 1)
    return best_run


def _is_readable(tree: etree._Element) -> bool:
    """Whether a tree is neither deeper nor larger than trafilatura can read in reasonable time and memory."""
    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            return False
    return True
