"""One recorded page gives one document, whatever archive it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_samples import exchange
from crawler.content import page_of
from pipelines.models import Document
from pipelines.understand import understand
from test_archive_read import DRESSES, GZIP, PARAGRAPHS, pages, saved


@pytest.fixture(scope="module")
def live() -> Document:
    headers = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Encoding", b"gzip"))
    return understand(page_of(exchange(body=GZIP, headers=headers)))


def test_the_live_page_is_an_article(live: Document) -> None:
    assert live.kind == "article"
    assert len(live.references.mentions) == len(PARAGRAPHS)


@pytest.mark.parametrize("dress", DRESSES)
def test_the_document_is_the_same_in_every_dress(dress: str, live: Document, tmp_path: Path) -> None:
    page = pages(saved(tmp_path, DRESSES[dress](tmp_path)))[-1].page
    assert understand(page) == live, dress
