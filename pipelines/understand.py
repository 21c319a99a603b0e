"""What a page says, from its bytes to a Document: pure, so that a laptop, a pool and a cluster give the same answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.body import Found, find_body
from pipelines.body.kind import page_kind
from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.leaks import error_kind, strip_leaks
from pipelines.markup import is_html, parse
from pipelines.metadata import read_story
from pipelines.models import Document, Mention, Metadata, Note, Page, PageKind, Paragraph, ParagraphKind, Rules
from pipelines.references import find_references
from pipelines.units import served_on
from pipelines.view import View, look
from pipelines.words import split_sentences

BLANK_LINE = "\n\n"
_YEAR_BEHIND = re.compile(r"\s+năm\s+\d{4}$", re.IGNORECASE)


def understand(page: Page) -> Document:
    """The document that a page is. The same bytes give the same document.

    Raises ``InputError`` for what is no HTML (nothing, a PDF, an archive, binary data, a feed); HTML without text is a
    document of kind "empty".
    """
    decoded = decode(page.body, page.header("content-type"))
    if not is_html(decoded.text):
        raise InputError("this is text but not HTML: give the saved page itself")
    if found := error_kind(decoded.text):
        return _not_an_article(page, found[0], decoded.encoding, (Note(found[0], found[1]),))
    if page.status >= 400:
        return _not_an_article(page, "error", decoded.encoding, (Note("error", f"HTTP status {page.status}"),))
    tree = parse(decoded.text)
    leaks = strip_leaks(tree)
    rules, name = (page.source.rules, page.source.name) if page.source else (Rules(), "")
    view = look(tree, rules, name)
    body = find_body(view, page.url)
    kind, words = page_kind(view, body, page.url)
    if kind != "article":
        notes = (*leaks, *((Note(kind, words),) if words else ()))
        return _not_an_article(page, kind, decoded.encoding, notes, view)
    return _article(page, decoded.encoding, view, body, leaks)


def _not_an_article(
    page: Page, kind: PageKind, encoding: str, notes: tuple[Note, ...], view: View | None = None
) -> Document:
    return Document(
        url=page.url,
        kind=kind,
        metadata=Metadata(title=view.headline.text if view else None),
        site=page.source.site if page.source else None,
        notes=notes,
        canonical=view.declared.canonical if view else None,
        encoding=encoding,
    )


def _article(page: Page, encoding: str, view: View, body: Found, leaks: tuple[Note, ...]) -> Document:
    story = read_story(view, body, page)
    metadata = story.metadata
    text, paragraphs = join_paragraphs(story.paragraphs)
    unit = _unit(page, metadata.published)
    references = find_references(
        text,
        published=metadata.published[:10] if metadata.published else None,
        unit=unit,
        level=page.source.level if page.source else "province",
        paragraphs=paragraphs,
    )
    return Document(
        url=page.url,
        kind="article",
        text=text,
        metadata=metadata,
        site=page.source.site if page.source else None,
        unit=unit,
        paragraphs=paragraphs,
        sentences=split_sentences(text, paragraphs, symbol_spans(references.mentions)),
        references=references,
        notes=(*leaks, *metadata.notes, *(Note("lost_reference", key) for key in body.audit.missing)),
        audit=body.audit,
        extractor=body.extractor,
        canonical=view.declared.canonical,
        encoding=encoding,
    )


def join_paragraphs(parts: Sequence[tuple[ParagraphKind, str]]) -> tuple[str, tuple[Paragraph, ...]]:
    """The paragraphs as one text, a blank line between two, and where each lies in it."""
    paragraphs: list[Paragraph] = []
    offset = 0
    for kind, part in parts:
        paragraphs.append(Paragraph(offset, offset + len(part), kind))
        offset += len(part) + len(BLANK_LINE)
    return BLANK_LINE.join(part for _, part in parts), tuple(paragraphs)


def _unit(page: Page, published: str | None) -> str | None:
    """Slug of the unit that the site served when the article was published."""
    if page.source is None or page.source.unit is None:
        return None
    unit = served_on(page.source.unit, page.source.former, published[:10] if published else None)
    return unit.slug if unit else None


def symbol_spans(mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Where number and symbol of each numbered reference lie ("96 - QĐ/TW"), so that they stay one word."""
    spans = []
    for mention in mentions:
        if mention.number is None or mention.symbol is None:
            continue
        cited = _YEAR_BEHIND.sub("", mention.surface)
        found = re.search(rf"(?<!\d)0*{re.escape(mention.number)}(?!\d)", cited, re.IGNORECASE)
        if found and found.end() < len(cited):
            spans.append((mention.start + found.start(), mention.start + len(cited)))
    return spans
