"""The pages of a sample site: which address shows what, rendered anew for each request as a live site would."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.sample.content import FOLDER, NonArticle, SampleArticle, SampleSite
from crawler.sample.servers import Response

LISTING_PAGES = 3
N_RELATED = 4
VIETNAM = timezone(timedelta(hours=7))
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")

Item = TypeVar("Item")


@dataclass(frozen=True)
class Route:
    """What an address shows: a template, and the values it is filled with."""

    template: str
    values: dict[str, Any]
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


class Pages:
    """Answers requests to one site. Counters of readers grow and the clock goes on, the articles stay as they are."""

    def __init__(self, site: SampleSite) -> None:
        self._site = site
        self._routes = {_key(path): route for path, route in _routes(site)}
        self._unknown = Route("soft_404.html", {}, site.unknown_status)
        self._readers: Counter[str] = Counter()
        loader = FileSystemLoader([FOLDER / site.id / "templates", FOLDER / "shared"])
        self._templates = Environment(autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True)
        self._templates.filters |= {"weekday": lambda moment: WEEKDAYS[moment.weekday()], "rfc822": format_datetime}

    def answer(self, path: str) -> Response:
        """The response to a request for ``path``, query included."""
        key = _key(path)
        route = self._routes.get(key, self._unknown)
        self._readers[key] += 1
        text = self._templates.get_template(route.template).render(
            site=self._site,
            furniture=self._site.furniture,
            now=datetime.now(VIETNAM),
            readers=self._readers[key],
            **route.values,
        )
        return Response(text.encode(), route.content_type, route.status)


def _key(path: str) -> str:
    parts = urlsplit(path)
    return f"{quote(parts.path, safe='/%')}?{urlencode(sorted(parse_qsl(parts.query)))}"


def _routes(site: SampleSite) -> Iterator[tuple[str, Route]]:
    for article in site.articles:
        yield _path(article), Route("article.html", {"article": article, "related": _related(site, article)})
    listings = list(_listings(site))
    for values in listings:
        yield site.listing_path(values["page"]), Route("listing.html", values)
    yield "/", Route("listing.html", listings[0])
    for page in site.non_articles:
        values = listings[0] if page.kind == "listing" else {}
        yield _path(page), Route(f"{page.kind}.html", values, page.status)
    yield "/robots.txt", Route("robots.txt", {}, content_type="text/plain; charset=utf-8")
    for path, template in [(site.feed, "feed.xml"), (site.sitemap, "sitemap.xml")]:
        if path:
            yield path, Route(template, {}, content_type="application/xml; charset=utf-8")


def _listings(site: SampleSite) -> Iterator[dict[str, Any]]:
    listed = [article for article in site.articles if article.listed]
    for page in range(1, LISTING_PAGES + 1):
        yield {
            "page": page,
            "pages": LISTING_PAGES,
            "articles": _share(listed, page),
            "others": _share(site.non_articles, page),
        }


def _share(items: Sequence[Item], page: int) -> Sequence[Item]:
    """The part of ``items`` that a listing page shows, in their order."""
    size = math.ceil(len(items) / LISTING_PAGES)
    return items[(page - 1) * size : page * size]


def _related(site: SampleSite, article: SampleArticle) -> list[SampleArticle]:
    """The articles that follow this one in time, the oldest after the newest: other dates, other references."""
    at = site.articles.index(article)
    return [site.articles[(at + step) % len(site.articles)] for step in range(1, N_RELATED + 1)]


def _path(page: SampleArticle | NonArticle) -> str:
    parts = urlsplit(page.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
