"""Understanding each page of the sample gives what its data says, and refuses the pages that are no articles."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from crawler import sample
from crawler.sample import NonArticle, SampleArticle
from crawler.sample.pages import Pages
from crawler.sites import Site, load_sites
from pipelines.models import Document, Page
from pipelines.understand import understand

PAGES = {site.id: Pages(site) for site in sample.sites()}
LEAKS = {site.id: site.furniture.get("leak") for site in sample.sites()}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Site]:
    with sample.serve() as running:
        return load_sites(running.catalogue)


def understood(page: SampleArticle | NonArticle, catalogue: dict[str, Site]) -> Document:
    parts = urlsplit(page.url)
    response = PAGES[page.site].answer(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return understand(
        Page(
            url=page.url,
            body=response.body,
            status=response.status,
            headers=(("Content-Type", response.content_type),),
            fetched_at="2026-01-15T02:00:00Z",
            source=catalogue[page.site].source(),
        )
    )


@pytest.mark.parametrize("article", sample.articles(), ids=lambda article: f"{article.site}-{article.id}")
def test_article(article: SampleArticle, catalogue: dict[str, Site]) -> None:
    document = understood(article, catalogue)
    said = document.metadata
    assert document.kind == "article"
    assert (said.title, said.lead, said.author) == (article.title, article.lead, article.author)
    assert (said.published or "")[:10] == article.published
    assert said.section == article.section
    assert (said.source_name, said.origin == "agency") == (article.source_name, article.source_name is not None)
    got = [(part.kind, document.text[part.start : part.end]) for part in document.paragraphs]
    body = [(block.kind, text) for block, text in zip(article.blocks, article.paragraphs, strict=True)]
    assert got == [("title", article.title), ("lead", article.lead), *body]
    assert tuple(mention.surface for mention in document.references.mentions) == article.citations
    assert document.audit.missing == ()
    removed = [note.text for note in document.notes]
    leak = LEAKS[article.site]
    assert leak is None or leak in removed, f"removed: {removed}"
    assert leak is None or leak not in document.text


@pytest.mark.parametrize("page", sample.non_articles(), ids=lambda page: f"{page.site}-{page.kind}")
def test_non_article(page: NonArticle, catalogue: dict[str, Site]) -> None:
    assert understood(page, catalogue).kind == page.kind


def test_one_regulation_reaches_three_units(catalogue: dict[str, Site]) -> None:
    spring = [a for a in sample.articles() if "96-QĐ/TW" in a.references and a.published < "2023-04-01"]
    documents = [understood(article, catalogue) for article in spring]
    cited = {d.unit for d in documents for m in d.references.mentions if m.regulation == "vn/party/tw/quy-dinh/2023/96"}
    assert cited == {"gia-lai", "quang-nam", "quang-ninh"}
