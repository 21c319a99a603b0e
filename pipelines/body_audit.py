"""The reference audit: which references of a page, outside its furniture, a text kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipelines.body_furniture import is_licence
from pipelines.markup import Block
from pipelines.models import Audit
from pipelines.references import reference_keys


def page_keys(blocks: Iterable[Block]) -> Counter[str]:
    """The numbered references of a page's blocks that are neither furniture nor a press licence."""
    lines = (block.text for block in blocks if not block.furniture and not is_licence(block.text))
    return Counter(reference_keys("\n".join(lines)))


def audit(page: Counter[str], kept: Sequence[str]) -> Audit:
    """What the texts ``kept`` hold of a page's references; a reference said twice counts twice."""
    keys = Counter(reference_keys("\n".join(kept)))
    missing = page - keys
    return Audit(sum(page.values()), sum((page & keys).values()), tuple(sorted(missing.elements())))
