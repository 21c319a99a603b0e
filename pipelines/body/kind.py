"""Whether a page is an article or a list of articles: told by what it holds, whatever its address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from pipelines.body import Found, between
from pipelines.leaks import FEW_WORDS, soft_error
from pipelines.markup.outline import Block
from pipelines.models import PageKind
from pipelines.view import View
from pipelines.view.dateline import is_dateline
from pipelines.view.furniture import LINKED, is_head
from pipelines.view.links import QUESTION

MIN_TEASERS = 4
MANY_TITLES = 12  # of other articles, on a page that shows no headline
TEASER_WORDS = 4
TEASER_SHARE = 0.5  # titles of other articles to paragraphs, from which on a text is a list with summaries
MIN_SUMMARIES = 3
SECTION_WORDS = 5
MIN_PROSE = 200  # letters outside links; an article of photographs may have little more
LONG = 80

_HOME = re.compile(r"/?(?:(?:index|default|home|trang-chu|web/guest/home)(?:\.\w{3,5})?/?)?", re.IGNORECASE)
_SEARCH = re.compile(
    r"(?:^|/)(?:tags?|tim-kiem|search|tac-gia|author|chu-de|topic)(?:/|$|\.)|-p?tag\d*\.html?$", re.IGNORECASE
)
_SEARCH_TITLE = re.compile(r"^(?:kết quả tìm kiếm|tìm kiếm|tags?\s*:|từ khóa\s*:|search results?)", re.IGNORECASE)
_PAGING = re.compile(
    r"(?:trang )?\d+(?: \d+){2,}.{0,40}|(?:trang )?(?:sau|trước|tiếp|kế tiếp|cuối|đầu)\b.{0,20}|next|previous",
    re.IGNORECASE,
)


def page_kind(view: View, found: Found, url: str) -> tuple[PageKind, str]:
    """What a page with a tree is, and the words that say so where words do ("" else)."""
    text = " ".join(b.text for b in view.blocks if not b.furniture and b.links < 0.5)
    main = " ".join(b.text for b in found.blocks) or text
    title = f"{view.headline.text or ''}\n{view.declared.title}"
    if error := soft_error(title, main if len(main) < len(text) else text):
        return error
    kind = article_or_listing(view, found, url)
    if kind != "listing" and _asks_for_password(view) and len(main.split()) < FEW_WORDS:
        return "login", ""
    return kind, ""


def _asks_for_password(view: View) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in view.tree.iter("input"))


def article_or_listing(view: View, found: Found, url: str) -> Literal["article", "listing", "empty"]:
    """What a page is that is no error."""
    if found.extractor == "embedded":
        return "article"
    titles = [block for block in view.blocks if _is_linked_title(block)]
    shown = sum(not block.furniture for block in titles)
    prose = sum(len(b.text) * (1 - b.links) for b in found.blocks if len(b.text) >= LONG or b.kind in ("item", "row"))
    declared, headless = _is_declared(view), view.headline.block is None
    if _is_index(view, url) and shown >= MIN_TEASERS and not view.declared.article:
        return "listing"
    if _is_run_of_teasers(view, found, declared) or (not declared and _follows_first_teaser(view, found)):
        return "listing"
    if not (found.blocks or between(view, found)):
        return "listing" if shown else "empty"
    if headless and prose < LONG and not declared and shown:
        return "listing"
    if headless and len(titles) >= MANY_TITLES and not declared:
        return "listing"
    if _is_one_of_many(view) or is_head(view.headline.text or ""):
        return "listing"
    if shown >= MANY_TITLES and prose < 2 * MIN_PROSE and not declared and _is_undated_section(view):
        return "listing"
    scant = prose < MIN_PROSE and shown >= MIN_TEASERS and not declared
    return "listing" if scant and (headless or prose < LONG or shown >= MANY_TITLES) else "article"


def _is_undated_section(view: View) -> bool:
    """Whether the headline has no more words than a section's name has, and no date below."""
    at = view.headline.block
    if at is None or len(view.blocks[at].text.split()) > SECTION_WORDS:
        return False
    return not any(is_dateline(block) for block in view.blocks[at + 1 : at + 4])


def _is_run_of_teasers(view: View, found: Found, declared: bool) -> bool:
    """Whether the text found is titles of other articles with a summary each."""
    region = _without_tail(view.blocks[found.start : found.stop])
    teasers = sum(map(_is_linked_title, region))
    paragraphs = sum(map(_is_text, found.blocks))
    if declared and paragraphs > teasers:
        return False
    enough = MIN_TEASERS if declared or not _opens_with_teaser(region) else 2
    return teasers >= enough and teasers >= TEASER_SHARE * paragraphs


def _without_tail(region: Sequence[Block]) -> Sequence[Block]:
    """A text without the links at its end: titles of other articles without a summary may follow any article."""
    return region[: max((i for i, block in enumerate(region, 1) if block.links < LINKED), default=0)]


def _is_linked_title(block: Block) -> bool:
    if QUESTION.match(block.text):
        return False
    return block.links >= 0.5 and len(block.text.split()) >= TEASER_WORDS and not _PAGING.fullmatch(block.text)


def _opens_with_teaser(region: Sequence[Block]) -> bool:
    """Whether a text begins with the linked title of another: no article does."""
    return _is_linked_title(region[0]) if region else False


def _follows_first_teaser(view: View, found: Found) -> bool:
    """Whether the text found is the summary of the first of several titles, all of one make, each with a summary.

    Two titles suffice where nothing is to be read but their summaries.
    """
    first = 0 if view.headline.block is None else view.headline.block + 1
    above = [i for i in range(first, min(found.start + 1, len(view.blocks))) if _is_linked_title(view.blocks[i])]
    if not above:
        return False
    summaries = [s for j in _of_same_make(view.blocks, above[-1]) if (s := _summary(view.blocks, j)) is not None]
    if len(summaries) >= MIN_SUMMARIES:
        return True
    texts = (i for i, b in enumerate(view.blocks[first:], first) if not b.furniture and _is_text(b))
    return len(summaries) > 1 and summaries[0] >= found.start and all(i in summaries for i in texts)


def _summary(blocks: Sequence[Block], i: int) -> int | None:
    """The place of a text that stands right below a title, a date between them at most."""
    return next((j for j in range(i + 1, min(i + 3, len(blocks))) if _is_text(blocks[j])), None)


def _is_text(block: Block) -> bool:
    return len(block.text) >= LONG and block.links < 0.5


def _of_same_make(blocks: Sequence[Block], i: int) -> list[int]:
    """Indices of the links that have tag and class of a block."""
    make = (blocks[i].element.tag, blocks[i].element.get("class"))
    return [j for j, b in enumerate(blocks) if b.links >= LINKED and (b.element.tag, b.element.get("class")) == make]


def _is_one_of_many(view: View) -> bool:
    """Whether what looks like the headline is a link among others of the same make: the first title of a list."""
    at = view.headline.block
    if at is None or view.blocks[at].links < LINKED:
        return False
    return len(_of_same_make(view.blocks, at)) > 2


def _is_index(view: View, url: str) -> bool:
    """Whether address or title are those of a front page, a search or a tag."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and not parts.query and _HOME.fullmatch(parts.path):
        return True
    return bool(_SEARCH.search(parts.path) or _SEARCH_TITLE.match(view.headline.text or view.declared.title))


def _is_declared(view: View) -> bool:
    """Whether the page itself says that it is one article, and when that was published."""
    declared = view.declared
    return bool(declared.article.get("headline") or declared.meta("article:published_time", "pubdate"))
