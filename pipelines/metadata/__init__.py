"""Title, lead, author, date, section, origin and genre of an article, and the paragraphs that are left as its body."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.body import Found, between
from pipelines.markup import tidy
from pipelines.markup.outline import Block
from pipelines.metadata.byline import (
    Signature,
    as_author,
    declared_author,
    end_signatures,
    has_byline_name,
    is_no_person,
    linked_author,
    may_stand_alone,
    read_signature,
    signature_beside_date,
    signature_of,
)
from pipelines.metadata.genre import genre_of
from pipelines.metadata.origin import Prefix, origin_of, split_prefix
from pipelines.models import Metadata, Note, Page, ParagraphKind, Rules
from pipelines.view import View, xpath
from pipelines.view.dateline import Around, Published, find_published, is_dateline, without_glued_date
from pipelines.view.furniture import is_head

MIN_LEAD = 40
MAX_LEAD = 1200
LEAD_BLOCKS = 6  # blocks by which a lead is told from the text that follows
MAX_CRUMBS = 6
SHOWN = 100
AFTER = 5  # blocks after the body in which its author may be named
HEAD_BLOCKS = 3  # blocks at the start of the body that may be its dateline or byline

_LEAD_NAME = re.compile(
    r"sapo|lead\b|lbllead|news_lead|summary|chapeau|intro(?!duc)|description|tom-?_?tat|trich-?_?(?:yeu|dan)|brief|excerpt|standfirst|headnote|hometext|mota",
    re.IGNORECASE,
)
# Classes of paragraphs that an editor's style sheet, not the template, gives.
_PLAIN_CLASS = re.compile(r"mso|normal|align|justify|center|paragraph|indent|^p\d|^s\d|first|drop-?cap", re.IGNORECASE)
_CRUMB_NAME = re.compile(r"(?<![a-z])(?:bread-?)?crumbs?(?![a-z])|(?<![a-z])duong-?dan(?![a-z])|(?<!\S)path(?!\S)")
_ROOT = re.compile(r"trang chủ|trang chính|home|homepage|trang nhất", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Story:
    """An article taken apart: its metadata, and its text as paragraphs (title and lead first, where it has them)."""

    metadata: Metadata
    paragraphs: tuple[tuple[ParagraphKind, str], ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    lead: Block | None
    body: tuple[Block, ...]
    signature: Signature


def read_story(view: View, found: Found, page: Page) -> Story:
    """The article of a page: metadata and paragraphs. Dateline and signature leave the text."""
    rules = page.source.rules if page.source else Rules()
    sites = _site_names(view, page)
    after = _after(view, found)
    parts = _take_apart(view, found, after, sites)
    published = _published(view, found, after, page)
    prefix, lead, body = _without_prefix(parts.lead, parts.body)
    author = (
        _rule_text(view, rules.author, sites)
        or parts.signature.author
        or declared_author(view.declared, [b.text for b in view.blocks if len(b.text) <= SHOWN], sites)
        or linked_author(view.blocks, view.headline.block, found.start, sites)
    )
    origin, source_name = origin_of(
        parts.signature.source,
        prefix.code if prefix else None,
        author is not None,
        page.source,
        urlsplit(page.url).hostname or "",
    )
    metadata = Metadata(
        title=view.headline.text,
        lead=lead,
        author=author,
        section=section_of(view),
        origin=origin,
        source_name=source_name,
        published=published.moment.value if published.moment else None,
        published_raw=published.moment.raw if published.moment else None,
        published_source=published.source,
        published_precision=published.moment.precision if published.moment else None,
        modified=published.modified,
        notes=(Note("agency_prefix", prefix.printed),) if prefix else (),
    )
    paragraphs = _paragraphs(view.headline.text, lead, body)
    genre = genre_of(metadata, paragraphs)
    if genre == "official_text":  # who signed it is no author
        author = author if author is not None and author != parts.signature.author else None
        origin = "official" if source_name is None else origin
    return Story(replace(metadata, genre=genre, origin=origin, author=author), paragraphs)


def _paragraphs(title: str | None, lead: str | None, body: Sequence[Block]) -> tuple[tuple[ParagraphKind, str], ...]:
    head: list[tuple[ParagraphKind, str]] = [("title", title)] if title else []
    if lead:
        head.append(("lead", lead))
    return (*head, *((block.kind, block.text) for block in body))


def _site_names(view: View, page: Page) -> frozenset[str]:
    named = {page.source.name, page.source.site} if page.source else set()
    return frozenset({*view.declared.organisations, *named})


def _published(view: View, found: Found, after: Sequence[Block], page: Page) -> Published:
    rules = page.source.rules if page.source else Rules()
    first = view.headline.block
    below = view.blocks[first : first + 12] if first is not None else found.blocks[:4]
    above = view.blocks[:first] if first is not None else view.blocks[: found.start]
    around = Around(below, above, (*found.blocks[:2], *found.blocks[-2:], *after))
    marked = next((tidy(e.text_content()) for e in xpath(view.tree, rules.date)), None) if rules.date else None
    return find_published(view.declared, marked, around, page.url, page.fetched_at)


def _rule_text(view: View, path: str | None, sites: Collection[str]) -> str | None:
    for element in xpath(view.tree, path) if path else ():
        signature = read_signature(element.text_content(), marked=True, sites=sites)
        if signature is not None and signature.author:
            return signature.author
    return None


def _take_apart(view: View, found: Found, after: Sequence[Block], sites: Collection[str]) -> _Parts:
    """Lead, body and signature: lines of the template between headline and body, and after it, find their place."""
    head = [*between(view, found), *found.blocks[:HEAD_BLOCKS]]
    rest = found.blocks[HEAD_BLOCKS:]
    signature, kept = _read_head(head, sites)
    body = _without_repeats([*kept, *rest], view.headline.text)
    ends, lines = end_signatures(body, sites)
    behind, _ = end_signatures(after, sites)
    body = [b for i, b in enumerate(body) if i not in lines and not (i >= len(body) - 2 and is_dateline(b))]
    lead = _lead(body)
    signature = _merged(_merged(ends, behind), signature)
    return _Parts(lead, tuple(b for b in body if b is not lead), signature)


def _read_head(head: Sequence[Block], sites: Collection[str]) -> tuple[Signature, list[Block]]:
    """Author and source that the lines between headline and text tell, and the blocks that are text."""
    signature = Signature()
    kept: list[Block] = []
    dates = [is_dateline(block) for block in head]
    for i, block in enumerate(head):
        if dates[i]:
            signature = _merged(signature, signature_beside_date(block.text, sites))
        elif (line := _byline(block, sites, any(dates[max(0, i - 1) : i + 2]))) is not None:
            signature = _merged(signature, line)
        elif not is_head(block.text):
            kept.append(without_glued_date(block))
    return signature, kept


def _merged(first: Signature, second: Signature) -> Signature:
    return Signature(first.author or second.author, first.source or second.source)


def _without_repeats(blocks: Sequence[Block], title: str | None) -> list[Block]:
    """The blocks without the title said again, and without captions that a gallery repeats."""
    seen = {title.casefold()} if title else set()
    kept = []
    for block in blocks:
        text = block.text.casefold()
        if text not in seen:
            kept.append(block)
        if block.kind == "caption":
            seen.add(text)
    return kept


def _byline(block: Block, sites: Collection[str], beside_date: bool) -> Signature | None:
    if len(block.text) > 80 or block.kind in ("row", "heading", "caption"):
        return None
    marked = has_byline_name(block)
    signature = read_signature(block.text, marked or (beside_date and may_stand_alone(block.text)), sites)
    if signature is None and ((marked and as_author(block.text) is None) or (beside_date and is_no_person(block.text))):
        return Signature()  # a byline that names the site or a user of the CMS
    return signature


def _after(view: View, found: Found) -> list[Block]:
    """The lines right after the body, up to the first piece of furniture; a source may be a link, and a date right
    above a link is that of another article."""
    lines: list[Block] = []
    for i in range(found.stop, min(len(view.blocks), found.stop + AFTER)):
        block = view.blocks[i]
        linked = (block.links >= 0.5 or i in view.links) and signature_of(block) is None
        if linked and lines and is_dateline(lines[-1]):
            lines.pop()
        if linked or block.furniture or len(block.text) > SHOWN:
            break
        lines.append(block)
    return lines


def _lead(body: Sequence[Block]) -> Block | None:
    """The block that a template sets apart as the lead: by its name, or as bold text before plain text."""
    texts = [block for block in body[:LEAD_BLOCKS] if block.kind != "caption"]
    for block in texts[:4]:
        if MIN_LEAD <= len(block.text) <= MAX_LEAD and _has_lead_name(block):
            return block
    if len(texts) < 2 or texts[0].kind not in ("body", "heading") or not MIN_LEAD <= len(texts[0].text) <= MAX_LEAD:
        return None
    return texts[0] if _is_set_apart(texts[0], texts[1:]) else None


def _is_set_apart(first: Block, others: Sequence[Block]) -> bool:
    """Whether the first text of an article is made unlike the paragraphs after it: a heading, in bold, outside of the
    element that holds them, or of a class that none of them has."""
    others = [block for block in others if block.kind != "heading"] if first.kind != "heading" else others
    if not others:
        return False
    second = others[0]
    if first.kind == "heading" or first.bold >= 0.9 or first.italic >= 0.9:
        return second.kind != "heading" and (second.bold < 0.9 or first.bold < 0.9) and second.italic < 0.9
    if len(others) < 2 or any(block.kind != "body" or block.bold >= 0.9 for block in others[:2]):
        return False
    holders = {block.element.getparent() for block in others[:2]}
    if len(holders) > 1:
        return False
    if first.element.getparent() not in holders and first.element not in holders:
        return True
    classes = {block.element.get("class") for block in others[:2]}
    mine = first.element.get("class")
    return mine is not None and len(classes) == 1 and mine not in classes and _PLAIN_CLASS.search(mine) is None


def _has_lead_name(block: Block) -> bool:
    elements = (block.element, block.element.getparent())
    return any(_LEAD_NAME.search(f"{e.get('class', '')} {e.get('id', '')}") for e in elements if e is not None)


def _without_prefix(lead: Block | None, body: Sequence[Block]) -> tuple[Prefix | None, str | None, list[Block]]:
    """The agency prefix, taken off the lead or off the first paragraph."""
    if lead is not None and (prefix := split_prefix(lead.text)):
        return prefix, prefix.rest, list(body)
    changed = list(body)
    for i, block in enumerate(changed[:2]):
        prefix = split_prefix(block.text) if block.kind in ("body", "heading") else None
        if prefix is not None:
            changed[i] = replace(block, text=prefix.rest)
            return prefix, lead.text if lead else None, changed
    return None, lead.text if lead else None, changed


def section_of(view: View) -> str | None:
    """The section as the page prints it: last of its breadcrumbs, else what it declares."""
    title = (view.headline.text or "").casefold()
    crumbs = [crumb for crumb in view.declared.crumbs if crumb.casefold() != title and not _ROOT.fullmatch(crumb)]
    if crumbs:
        return crumbs[-1]
    declared = view.declared.article.get("articleSection") or view.declared.meta("article:section", "its_section")
    if isinstance(declared, list):
        declared = declared[0] if declared else None
    if isinstance(declared, str) and declared.strip():
        return tidy(declared)
    return _printed_crumb(view, title)


@lru_cache(maxsize=8192)  # a site's names come back on every page
def _names_crumbs(name: str) -> bool:
    return _CRUMB_NAME.search(name.lower()) is not None


def _printed_crumb(view: View, title: str) -> str | None:
    for element in view.tree.iter("div", "ul", "ol", "td", "p", "span", "nav", "section"):
        if (name := element.get("class")) is not None and _names_crumbs(name):
            links = [tidy(a.text_content()) for a in element.iter("a")]
            links = [link for link in links if link and not _ROOT.fullmatch(link) and link.casefold() != title]
            if links and len(links) <= MAX_CRUMBS:
                return links[-1][:80]
    return None
