"""What sort of text an article is, so that a decree printed in full does not count as a hundred news mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.models import Metadata, ParagraphKind
from pipelines.view.word_lists import any_of

HEADER_LINES = 40
_HEADER = re.compile(any_of("genre", "header"), re.IGNORECASE)
_BASIS = re.compile(any_of("genre", "basis"), re.IGNORECASE)
_ARTICLE = re.compile(any_of("genre", "article"), re.IGNORECASE)
_ENACTS = re.compile(any_of("genre", "enacting"), re.IGNORECASE)
_QUESTION = re.compile(any_of("genre", "question"), re.IGNORECASE)
_QA_TITLE = re.compile(any_of("genre", "qa_title"), re.IGNORECASE)
_DIGEST = re.compile(rf"{any_of('genre', 'digest')}\b", re.IGNORECASE)
_NOTICE = re.compile(rf"{any_of('genre', 'notice')}\b", re.IGNORECASE)


def genre_of(metadata: Metadata, paragraphs: Sequence[tuple[ParagraphKind, str]]) -> str:
    """One of "news", "official_text", "qa", "digest", "notice" or "unknown"."""
    title, section = metadata.title or "", metadata.section or ""
    lines = [line for _, text in paragraphs for line in text.split(" | ")]
    if is_official_text(lines):
        return "official_text"
    if _QA_TITLE.search(title) or _QA_TITLE.search(section) or sum(bool(_QUESTION.match(line)) for line in lines) >= 2:
        return "qa"
    if _DIGEST.match(title):
        return "digest"
    if _NOTICE.match(title):
        return "notice"
    return "news" if len(paragraphs) > 1 and (metadata.published or metadata.author or metadata.lead) else "unknown"


def is_official_text(lines: Sequence[str]) -> bool:
    """Whether a document is printed in full: its header, its legal basis, its articles, its enacting words."""
    signs = (
        any(_HEADER.search(line) for line in lines[:HEADER_LINES]),
        sum(bool(_BASIS.match(line)) for line in lines) >= 2,
        sum(bool(_ARTICLE.match(line)) for line in lines) >= 2,
        any(_ENACTS.match(line) for line in lines),
    )
    return sum(signs) >= 2
