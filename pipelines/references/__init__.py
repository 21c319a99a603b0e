"""References to regulations in a text: found, told apart, resolved within the page, related to one another.

``find_references`` is the whole way; ``reference_keys`` is the quick count that an extraction is audited with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.folding import normalise
from pipelines.models import Paragraph, References

from .assemble import assemble
from .bodies import Body
from .citation import Citation
from .context import Context, read_context
from .find import find
from .identity import identify, issuing_body
from .lists import share
from .places import Surroundings, survey, unit_in
from .relations import relate
from .resolve import resolve
from .scene import Scene
from .sentences import lay_out
from .text import Text

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

__all__ = ["find_references", "reference_keys"]


def find_references(
    text: str,
    *,
    published: str | None = None,
    unit: str | None = None,
    level: str = "province",
    paragraphs: Sequence[Paragraph] = (),
) -> References:
    """All references of a text, in order, with the documents they mean, as far as the page says it.

    Offsets are into ``References.text``, the text in NFC. ``published`` (``YYYY-MM-DD...``) completes days without a
    year; ``unit`` and ``level`` are the site's, used for a place only where nothing nearer names one.
    """
    whole = Text.of(normalise(text))
    published = published if published and _DAY.match(published) else None
    citations = find(whole)
    citations, contexts = share(whole, citations, _contexts(whole, citations))
    bodies = [issuing_body(citation, context) for citation, context in zip(citations, contexts, strict=True)]
    around = _around(whole, citations, contexts, bodies, Surroundings(published, unit, level))
    parts = [
        (citation, context, identify(whole, citation, context, body, around))
        for citation, context, body in zip(citations, contexts, bodies, strict=True)
    ]
    layout = lay_out(whole, citations)
    scene = Scene(whole, citations, contexts, layout)
    edges = relate(scene)
    return assemble(whole, resolve(parts, edges, layout, scene.speaker), edges, layout, around, paragraphs)


def reference_keys(text: str) -> tuple[str, ...]:
    """Number and symbol of each numbered reference, in order: what an extraction is compared with its page by."""
    citations = find(Text.of(normalise(text)))
    return tuple(
        citation.symbol.text
        if citation.symbol.pieces
        else f"{citation.type.name if citation.type else ''} {citation.number}"
        for citation in citations
        if citation.symbol
    )


def _contexts(text: Text, citations: Sequence[Citation]) -> list[Context]:
    starts = [*(citation.start for citation in citations[1:]), len(text.folded)]
    contexts: list[Context] = []
    left = 0
    for citation, right in zip(citations, starts, strict=False):
        contexts.append(read_context(text, citation, left, right))
        left = max(citation.end, contexts[-1].end)
    return contexts


def _around(
    text: Text,
    citations: Sequence[Citation],
    contexts: Sequence[Context],
    bodies: Sequence[Body | None],
    site: Surroundings,
) -> Surroundings:
    """What page and site say of place; a page that cites no local body is not asked."""
    local = any(body and body.local for body in bodies) or any(one.kind == "congress" for one in citations)
    return survey(text, site, _dateline(text, contexts)) if local else site


def _dateline(text: Text, contexts: Sequence[Context]) -> str | None:
    spans = [context.dateline for context in contexts if context.dateline]
    return next((slug for span in spans if (slug := unit_in(text.words(*span)))), None)
