"""Entries of feeds (RSS 2.0, RSS 1.0, Atom) and sitemaps (urlset, news, index), from whatever XML a site manages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from crawler.discovery.dates import day_of

# Cutting at the root drops what sites put before it: warnings of PHP, a second BOM, blank lines, and the DOCTYPE with
# its entities. References to them, as bare ampersands in addresses, are then text: there is nothing to expand.
_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|rdf|feed|urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_HEAD = 4096
_MANY = 100  # fields of an entry: a bound for entries that are never closed and hold all others
_STAMPED = 5  # this many entries with one and the same second: when the file was made, not when they changed
_STAMPED_DAYS = 200


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as written: its address (perhaps relative) and its days in Vietnam, None where not said."""

    url: str
    published: str | None = None
    modified: str | None = None
    is_sitemap: bool = False


def read_items(text: str, *, today: str | None = None) -> list[Item] | None:
    """The entries of a feed or sitemap in order, None if the text is neither. Never raises.

    A day after ``today`` is dropped, as is a ``lastmod`` that all entries share.
    """
    root = _parse(text)
    if root is None:
        return None
    entries = [element for element in root.iter("{*}item", "{*}entry", "{*}url", "{*}sitemap") if _is_entry(element)]
    stamp = _stamp([raw for element in entries if (raw := _first(element, ("lastmod",)))])
    items = (_item(element, stamp) for element in entries)
    return [_without_future(item, today) for item in items if item is not None]


def _parse(text: str) -> etree._Element | None:
    start = _ROOT.search(text, 0, _HEAD)
    if start is None:
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        content = _BARE_AMPERSAND.sub("&amp;", text[start.start() :])
        return etree.fromstring(content.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _is_entry(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and (_name(element), _name(parent)) in {
        ("item", "channel"),
        ("item", "rdf"),
        ("item", "rss"),
        ("entry", "feed"),
        ("url", "urlset"),
        ("sitemap", "sitemapindex"),
    }


def _item(element: etree._Element, stamp: str | None) -> Item | None:
    url = _address(element)
    if not url:
        return None
    published = _first(element, ("pubdate", "published", "date", "issued", "publication_date"))
    modified = _first(element, ("lastmod", "updated", "modified"))
    return Item(
        url,
        published=day_of(published),
        modified=day_of(modified) if modified != stamp else None,
        is_sitemap=_name(element) == "sitemap",
    )


def _address(element: etree._Element) -> str:
    """``loc``, ``link`` (its text, its ``href``, or the text after an empty one), a ``guid`` that is an address."""
    for child in _fields(element):
        name = _name(child)
        if name == "loc" or (name == "link" and child.get("rel", "alternate") == "alternate"):
            written = (child.text or "").strip() or child.get("href", "") or (child.tail or "").strip()
            if written:
                return str(written)
    guid = next((child for child in _fields(element) if _name(child) == "guid"), None)
    if guid is not None and guid.get("isPermaLink", "true").lower() != "false":
        return (guid.text or "").strip()
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("about")), "")


def _first(element: etree._Element, names: Iterable[str]) -> str | None:
    """The text of the first of these fields that is not empty."""
    wanted = set(names)
    texts = ((field.text or "").strip() for field in _fields(element) if _name(field) in wanted)
    return next(filter(None, texts), None)


def _fields(element: etree._Element) -> Iterable[etree._Element]:
    """What an entry holds: its children, then what lies deeper (a news sitemap's date; links after unclosed markup)."""
    yield from islice(element, _MANY)
    yield from islice(element.iterdescendants(), _MANY)


def _stamp(lastmods: list[str]) -> str | None:
    """The ``lastmod`` that every entry has because the file was made then, None if they tell entries apart."""
    if len(set(lastmods)) != 1:
        return None
    return lastmods[0] if len(lastmods) >= (_STAMPED if ":" in lastmods[0] else _STAMPED_DAYS) else None


def _without_future(item: Item, today: str | None) -> Item:
    if today is None:
        return item
    return replace(
        item,
        published=item.published if (item.published or "") <= today else None,
        modified=item.modified if (item.modified or "") <= today else None,
    )
