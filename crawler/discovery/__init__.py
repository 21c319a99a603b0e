"""What a listing, a feed or a sitemap leads to: articles of the site, and the pages that carry on the list. Pure."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from crawler.addresses import canonical, resolve
from crawler.discovery.dates import days_in_address
from crawler.discovery.feeds import Item, read_items
from crawler.discovery.html import Anchor, read_anchors, read_quoted
from crawler.discovery.pages import next_pages
from crawler.discovery.traps import trap
from crawler.language import is_vietnamese
from crawler.sites import Site
from pipelines.decode import MAX_BYTES, decode
from pipelines.errors import InputError

Kind = Literal["listing", "feed", "sitemap"]

MAX_ENTRIES = 50_000  # what the sitemap protocol allows a file (sitemaps.org)
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Link:
    """An address to add to the frontier: its canonical key and the form to fetch.

    ``identity`` (``<site>:<id>``) is the same for every address of one article where the site numbers its articles.
    Days are ``YYYY-MM-DD`` in Vietnam: ``published`` from a feed or news sitemap, ``modified`` (no earlier than
    publication) from ``lastmod``; None where the source does not say or cannot be believed.
    """

    url: str
    fetch_url: str
    kind: Literal["article", "listing", "sitemap"]
    identity: str | None = None
    published: str | None = None
    modified: str | None = None

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The first and last day on which it can have been published, by its source and its address; None: open."""
        if self.published is not None:
            return self.published, self.published
        first, last = days_in_address(self.fetch_url) or (None, None)
        return first, min(filter(None, (last, self.modified)), default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """What a page led to.

    ``listings`` are the next pages of the same listing or the sitemaps of an index. ``n_links`` counts every web link:
    0 says that the page gave none, links without ``articles`` that none is known to be an article. ``refused`` says why
    links were not followed and how many: "off site", "loop", "calendar", "page cap", "too many", "cut short" (over
    16 MiB, or damaged). ``vietnamese`` says what language the labels of a page's links are in, None where too few tell.
    """

    articles: tuple[Link, ...] = ()
    listings: tuple[Link, ...] = ()
    n_links: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    vietnamese: bool | None = None


def discover(
    kind: Kind, url: str, body: bytes, site: Site, content_type: str | None = None, *, today: str | None = None
) -> Found:
    """The links of one fetched page; nothing for what cannot be read. Never raises.

    What the page is decides, whatever ``kind`` expects: a feed's address may answer with a sitemap or with a listing.
    With ``today`` (``YYYY-MM-DD``) a date in the future is not believed.
    """
    unpacked, whole = _unpack(body)
    try:
        text = decode(unpacked, content_type).text
    except InputError:
        return Found()
    items = read_items(text, today=today)
    if items is not None:
        found = _from_items(url, items, site)
    else:
        found = _from_page(url, text, site) if kind == "listing" else Found()
    return found if whole else replace(found, refused=(*found.refused, ("cut short", 1)))


def _unpack(body: bytes) -> tuple[bytes, bool]:
    """The body without gzip, at most 16 MiB, and whether that is all of it. Damaged data gives what came before."""
    whole = True
    for _ in range(2):  # a compressed file is often compressed again on its way
        if not body.startswith(_GZIP):
            break
        inflater = zlib.decompressobj(wbits=31)
        try:
            body = inflater.decompress(body, MAX_BYTES)
        except zlib.error:
            return b"", False
        whole = whole and inflater.eof
    return body[:MAX_BYTES], whole and len(body) <= MAX_BYTES


def _from_items(url: str, items: Iterable[Item], site: Site) -> Found:
    articles: dict[str, Link] = {}
    sitemaps: dict[str, Link] = {}
    refused: Counter[str] = Counter()
    n_links = 0
    for item in items:
        address = resolve(url, item.url)
        if address is None:
            continue
        n_links += 1
        if n_links > MAX_ENTRIES:
            refused["too many"] += 1
        elif item.is_sitemap and site.owns(address):
            key = canonical(address)
            sitemaps.setdefault(key, Link(key, address, "sitemap", modified=item.modified))
        elif not item.is_sitemap:
            _sort_in(articles, refused, address, site, item)
        else:
            refused["off site"] += 1
    sitemaps.pop(canonical(url), None)
    return Found(tuple(articles.values()), tuple(sitemaps.values()), n_links, tuple(refused.items()))


def _from_page(url: str, text: str, site: Site) -> Found:
    anchors = read_anchors(url, text)
    articles: dict[str, Link] = {}
    refused: Counter[str] = Counter()
    others = [a for a in anchors if not _sort_in(articles, refused, a.url, site)]
    if not articles:
        linked = {anchor.url for anchor in anchors}
        drawn = [address for address in read_quoted(url, text) if site.owns(address) and address not in linked]
        anchors += [Anchor(address, "") for address in drawn if _sort_in(articles, refused, address, site)]
    pages, why_not = next_pages(url, others)
    refused.update(why_not)
    articles.pop(site.identity(url) or canonical(url), None)
    listings = tuple(Link(canonical(page), page, "listing") for page in pages)
    vietnamese = is_vietnamese(" ".join(anchor.label for anchor in anchors))
    return Found(tuple(articles.values()), listings, len(anchors), tuple(refused.items()), vietnamese)


def _sort_in(
    articles: dict[str, Link], refused: Counter[str], address: str, site: Site, item: Item | None = None
) -> bool:
    """Whether the address is an article's or refused; an article is kept once whatever form names it."""
    if not site.owns(address):
        refused["off site"] += 1
        return True
    if site.matches_article(address) is None:
        return False
    reason = trap(address)
    if reason is not None:
        refused[reason] += 1
        return True
    key, identity = canonical(address), site.identity(address)
    link = Link(key, address, "article", identity)
    if item is not None:
        link = replace(link, published=item.published, modified=item.modified)
    known = articles.get(identity or key)
    if known is None or (_is_other_view(known) and not _is_other_view(link)):
        articles[identity or key] = link
    return True


def _is_other_view(link: Link) -> bool:
    """Whether the address is a print, AMP or otherwise dressed form: one whose path is not the key's."""
    return urlsplit(link.fetch_url).path.rstrip("/").lower() != urlsplit(link.url).path.rstrip("/").lower()
