"""The main text of a page: candidates in order of trust, and the reference audit that chooses among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipelines.body.audit import audit, page_keys, text_keys
from pipelines.body.embedded import embedded_blocks
from pipelines.body.region import by_density, by_trafilatura, is_clear
from pipelines.markup.outline import Block
from pipelines.models import Audit
from pipelines.view import PROSE, View
from pipelines.view.links import is_title_of_another

MIN_WORDS = 3  # of a page that says anything
MIN_TEXT = 80  # characters; a candidate with less is none
# A candidate that keeps more references must also keep the text of the one it replaces.
MIN_COMMON = 0.8
# State embedded for a script is the article when the visible page holds less than this share of it.
MAX_VISIBLE = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """The blocks of an article's text, furniture left out, and where they lie in the page's blocks.

    ``lost`` are the references of the page that the text does not hold even once.
    """

    blocks: tuple[Block, ...] = ()
    extractor: str = "none"
    start: int = 0
    stop: int = 0
    audit: Audit = field(default_factory=Audit)
    lost: frozenset[str] = frozenset()


def find_body(view: View, url: str = "") -> Found:
    """The article's blocks, by the first candidate that loses no reference, else by the one that loses least.

    Layers: state embedded for scripts, the site's rules, a portal family, trafilatura, density of text.
    """
    visible = by_density(view)
    best: Found | None = None
    for candidate in _candidates(view, url, visible):
        if _letters(candidate.blocks) < MIN_TEXT and candidate.extractor != "density":
            continue
        found = _audited(view, candidate, max(candidate.stop, visible.stop))
        if best is None or (_keeps(found, best) and len(found.audit.missing) < len(best.audit.missing)):
            best = found
        if not (best.lost if best.extractor == view.extractor else best.audit.missing):
            break
    return best if best is not None and best.blocks else _plain(view)


def _plain(view: View) -> Found:
    """What little a page says below its headline, where no text is dense enough to be told from its surroundings."""
    headline = view.headline.block
    first = 0 if headline is None else headline + 1
    said = [i for i, block in enumerate(view.blocks[first:], first) if _is_text(view, i, block)]
    n_words = sum(len(view.blocks[i].text.split()) for i in said)
    return _audited(view, _found(view, said, "plain"), len(view.blocks)) if n_words >= MIN_WORDS else Found()


def _candidates(view: View, url: str, visible: range) -> Iterator[Found]:
    n_visible = _letters([view.blocks[i] for i in visible])
    embedded = embedded_blocks(view.tree, view.declared, n_visible)
    if _letters(embedded) * MAX_VISIBLE > n_visible:
        yield Found(tuple(embedded), "embedded")
    if view.extractor is not None:
        inside = [i for i, block in enumerate(view.blocks) if block.element in view.container]
        yield _found(view, inside, view.extractor, in_container=True)
    clear = is_clear(view, visible)
    if clear:
        yield _found(view, visible, "density")
    yield _found(view, by_trafilatura(view, url), "trafilatura")
    if not clear:
        yield _found(view, visible, "density")


def _found(view: View, indices: Sequence[int], extractor: str, in_container: bool = False) -> Found:
    if not indices:
        return Found((), extractor)
    headline = view.headline.block
    kept = [
        view.blocks[i]
        for i in indices
        if not view.blocks[i].furniture
        and i != headline
        and (in_container or i not in view.links)
        and not is_title_of_another(view.blocks[i])
    ]
    return Found(tuple(kept), extractor, indices[0], indices[-1] + 1)


def _audited(view: View, found: Found, stop: int) -> Found:
    mine = [*between(view, found), *found.blocks]
    kept = text_keys([view.headline.text or "", *(block.text for block in mine)])
    page = _others(view, found, stop, mine) + (kept if found.extractor != "embedded" else Counter())
    return replace(found, audit=audit(page, kept), lost=frozenset(page - kept) - frozenset(kept))


def between(view: View, found: Found) -> list[Block]:
    """The blocks between the headline and the body that are no furniture: lead, date, author."""
    headline = view.headline.block
    if headline is None or not headline < found.start:
        return []
    return [b for i, b in enumerate(view.blocks[headline + 1 : found.start], headline + 1) if _is_text(view, i, b)]


def _is_text(view: View, i: int, block: Block) -> bool:
    return not block.furniture and block.links < 0.5 and i not in view.links and i not in view.cards


def _others(view: View, found: Found, stop: int, mine: Sequence[Block]) -> Counter[str]:
    """References a reader sees outside a text: from the headline to ``stop``, and in paragraphs elsewhere."""
    known = {id(block) for block in mine}
    headline = view.headline.block
    first = headline + 1 if headline is not None else found.start
    return page_keys(
        block
        for i, block in enumerate(view.blocks)
        if id(block) not in known and _is_text(view, i, block) and (first <= i < stop or len(block.text) >= PROSE)
    )


def _letters(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _keeps(candidate: Found, best: Found) -> bool:
    texts = {block.text for block in candidate.blocks}
    common = sum(len(block.text) for block in best.blocks if block.text in texts)
    return common >= MIN_COMMON * _letters(best.blocks)
