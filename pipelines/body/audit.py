"""The reference audit: which references of a page, outside its furniture, a text kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pipelines.markup.outline import Block
from pipelines.models import Audit
from pipelines.references import reference_keys
from pipelines.view.furniture import is_licence

_DIGIT = re.compile(r"\d")


def page_keys(blocks: Iterable[Block]) -> Counter[str]:
    """The numbered references of a page's blocks that are neither furniture nor a press licence."""
    lines = (block.text for block in blocks if not block.furniture and not is_licence(block.text))
    return text_keys(lines)


def text_keys(texts: Iterable[str]) -> Counter[str]:
    """The numbered references of a text given by its paragraphs."""
    numbered = [text for text in texts if _DIGIT.search(text)]
    return Counter(reference_keys("\n".join(numbered))) if numbered else Counter()


def audit(page: Counter[str], kept: Counter[str]) -> Audit:
    """How many of a page's references a text kept; one said twice counts twice."""
    missing = page - kept
    return Audit(page.total(), (page & kept).total(), tuple(sorted(missing.elements())))
