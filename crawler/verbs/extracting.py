"""``danchieu extract``: one page as the pipeline sees it; nothing is stored."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from crawler.addresses import clean
from crawler.archive.files import page_of_bytes, read_page
from crawler.content import MAX_BYTES
from crawler.sites import Site, owner
from crawler.tables import counted
from pipelines.errors import InputError
from pipelines.models import Document, Page
from pipelines.understand import understand

_NOT_FOUND = "not found"


def extract_page(file: str, url: str | None, sites: Mapping[str, Site]) -> Document:
    """The document of a page from a file, or from standard input when ``file`` is "-".

    Raises ``InputError`` for what is no page, and for a ``url`` that is no web address.
    """
    if url is not None and clean(url) is None:
        raise InputError(f"--url {url!r} is no web address: write it whole, such as https://bao.example/tin-1.html")
    page = _page(file)
    if url is not None:
        page = replace(page, url=url)
    site = owner(sites, page.url)
    return understand(replace(page, source=site.source() if site else None))


def _page(file: str) -> Page:
    if file == "-":
        return page_of_bytes(_standard_input(), "standard input", address="file:///dev/stdin")
    path = Path(file)
    if path.is_dir():
        raise InputError(f"{file} is a folder: name a page in it, or give the folder to danchieu import")
    return read_page(path).page


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)  # over the limit: what reads the page says so
    except OSError as error:
        raise InputError(f"standard input cannot be read ({error.strerror}): give the page there, or a file") from error


def as_text(document: Document) -> str:
    """A document for a person to read."""
    data = document.metadata
    head = [
        ("url", document.url),
        ("site", document.site or "none of the catalogue"),
        ("kind", document.kind),
        ("title", data.title or _NOT_FOUND),
        ("published", f"{data.published} (from {data.published_source})" if data.published else _NOT_FOUND),
        ("author", data.author or _NOT_FOUND),
        ("origin", (data.source_name and f"{data.origin}, {data.source_name}") or data.origin),
        ("text by", document.extractor),
        ("audit", f"{document.audit.kept} of {counted(document.audit.page, 'reference')} of the page kept"),
    ]
    lines = [f"{name:10} {value}" for name, value in head if value]
    lines += [f"{'removed' if note.kind.startswith('leak') else note.kind:10} {note.text}" for note in document.notes]
    mentions = [
        f"  {' '.join(m.surface.split())}  ->  {m.regulation or 'not resolved'}" for m in document.references.mentions
    ]
    return "\n".join([*lines, "", document.text, "", counted(len(mentions), "reference"), *mentions])
