"""What a worker does with a page: an article is understood, a listing is searched for addresses. No Scrapy in here."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.addresses import host_port
from crawler.causes import bug
from crawler.discovery import Kind, Link, discover
from crawler.outcomes import PRIORITIES
from crawler.sites import Site
from crawler.visit import Candidate, Found, Understanding, UrlKind
from pipelines.errors import InputError
from pipelines.models import Page
from pipelines.understand import understand
from pipelines.words import warm_up
from pipelines.workers import PageTimeout, WorkerDied


@dataclass(frozen=True, slots=True)
class Task:
    """A page on its way to a worker."""

    page: Page
    kind: UrlKind = "article"
    site: Site | None = None


def begin() -> None:
    """Loads what the first page of a worker would otherwise wait for."""
    warm_up()


def cause_of(error: Exception) -> Understanding:
    """Why a page could not be understood or kept."""
    if isinstance(error, PageTimeout):
        return Understanding(cause=f"understand-timeout: {error}")
    if isinstance(error, WorkerDied):
        return Understanding(cause=f"understand-crash: {error}")
    return Understanding(cause=f"{bug(error)}: {error}")


def work(task: Task) -> Understanding:
    """The document of an article, or the candidates of a listing, feed or sitemap."""
    if task.kind == "article" or task.site is None:
        try:
            return Understanding(document=understand(task.page))
        except InputError as error:
            return Understanding(cause=f"not-html: {error}")
    return Understanding(found=_found(task.page, task.kind, task.site))


def _found(page: Page, kind: Kind, site: Site) -> Found:
    """The candidates on a page that lists others."""
    today = page.fetched_at[:10] if page.fetched_at else None
    seen = discover(kind, page.url, page.body, site, page.header("content-type"), today=today)
    links = [*seen.articles, *seen.listings]
    candidates = tuple(_candidate(link, site) for link in links)
    return Found(candidates, seen.n_links, seen.refused, seen.vietnamese)


def _candidate(link: Link, site: Site) -> Candidate:
    priority = PRIORITIES["article" if link.kind == "article" else "next"]
    host = host_port(link.fetch_url)
    return Candidate(
        link.url, link.fetch_url, site.id, host, link.kind, priority, identity=link.identity, days=link.days
    )
