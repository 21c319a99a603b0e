"""What must survive another template: the pages of tests/pages renamed, without names, in other markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from page_variants import variants
from pipelines.decode import decode
from pipelines.models import Document, Page
from pipelines.understand import understand

PAGES = Path(__file__).parent / "pages"
FLOORS = {
    "kind": 1.0,
    "references": 1.0,
    "paragraphs": 0.99,
    "title": 0.97,
    "date": 0.97,
    "lead": 0.90,
    "author": 0.95,
    "furniture": 0.99,
}
NAMES_AND_HEADERS = ("loi-aspnet", "cookie-d1n", "tuong-lua")  # told by their source, not by their text


def pages() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, text and expectations of each page."""
    for path in sorted(PAGES.rglob("expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if path.parent.name not in NAMES_AND_HEADERS and path.parent.parent.name not in NAMES_AND_HEADERS:
            text = decode(path.with_name("page.html").read_bytes(), expected.get("content_type")).text
            yield str(path.parent.relative_to(PAGES)), text, expected


ALL = list(pages())


def faults(document: Document, expected: dict[str, Any]) -> Iterator[tuple[str, bool, object]]:
    """For each thing expected of a page: what it is, whether it holds, and what was found instead."""
    yield "kind", document.kind == expected["kind"], document.kind
    if expected["kind"] != "article":
        return
    metadata = document.metadata
    paragraphs = {document.text[p.start : p.end] for p in document.paragraphs}
    day = metadata.published and metadata.published[:10]
    yield from (("references", symbol in document.text, symbol) for symbol in expected["references"])
    yield from (("paragraphs", text in paragraphs, text) for text in expected["paragraphs"])
    yield from (("furniture", text not in document.text, text) for text in expected["absent"])
    yield "title", metadata.title == expected["title"], metadata.title
    yield "date", day == expected["published"], day
    yield "wrong date", day in (None, expected["published"]), day
    yield "lead", metadata.lead == expected["lead"], metadata.lead
    yield "author", metadata.author == expected["author"], metadata.author


@pytest.mark.parametrize("name", variants())
def test_variant(name: str) -> None:
    change = variants()[name]
    held: dict[str, list[bool]] = {}
    failed: list[tuple[str, str, object]] = []
    for page, text, expected in ALL:
        body = change(text).encode()
        headers = (("content-type", "text/html; charset=utf-8"),)
        document = understand(Page(expected["url"], body, headers=headers, fetched_at=expected.get("fetched_at")))
        for what, holds, found in faults(document, expected):
            held.setdefault(what, []).append(holds)
            if not holds:
                failed.append((page, what, found))
    shares = {what: sum(each) / len(each) for what, each in held.items()}
    low = {what: share for what, share in shares.items() if share < FLOORS.get(what, 1.0)}
    assert not low, (name, low, failed)
