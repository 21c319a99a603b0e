"""What trafilatura keeps of a page: it finds where an article is, our own blocks say what is in it."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Callable

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from pipelines.markup.outline import Mark

# It warns of every page without text; the audit says the same, once, where it is looked for.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

MAX_DEPTH = 300  # trafilatura recurses into what it reads
MAX_ELEMENTS = 60_000  # it copies the tree several times: 300,000 elements took 11 s and 450 MB; pages have 10,000

_SPACE = re.compile(r"[\s|]+")


def kept_text(tree: HtmlElement, url: str, mark: Callable[[HtmlElement], Mark]) -> str:
    """All that trafilatura keeps of a page, without white space; "" when it keeps nothing or fails on a hostile page.

    ``tree`` is not changed. Recall mode with tables and without deduplication: its other modes lose references, as do
    anchors without href, whose paragraphs it takes for lists of links. Fast, that is without a second extractor to
    compare with: where only the place of the article is asked, F1 is the same to the third digit.
    """
    clone = copy.deepcopy(tree)
    for original, element in zip(list(tree.iter()), list(clone.iter()), strict=True):
        if element.getparent() is None or not isinstance(original.tag, str):
            continue
        if mark(original):
            element.drop_tree()
        elif element.tag == "a" and not (element.get("href") or "javascript").startswith("javascript"):
            element.drop_tag()
    try:
        found = bare_extraction(
            clone,
            url=url,
            favor_recall=True,
            fast=True,
            include_comments=False,
            include_tables=True,
            include_links=False,
            deduplicate=False,
            with_metadata=False,
        )
    except Exception:  # whatever a hostile page makes it raise, another candidate takes its place
        return ""
    body = getattr(found, "body", None)
    return "" if body is None else squeeze("".join(body.itertext()))


def squeeze(text: str) -> str:
    """Text without white space and the bars between cells, by which paragraphs of two extractors are compared."""
    return _SPACE.sub("", text)
