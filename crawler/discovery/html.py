"""The links of an HTML page, whatever the page looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.addresses import resolve

MAX_LINKS = 50_000  # no page that people read comes near
LABEL_LENGTH = 80
_QUOTED = re.compile(r'"((?:https?:)?(?:\\u002F|\\?/)[^"\s<>]{8,1000})"')
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link resolved for fetching, what it says in lower case, and whether its markup calls it the next page."""

    url: str
    label: str
    next: bool = False


@dataclass(frozen=True, slots=True)
class PageHead:
    """What the head of a page says of the site: its name, or the page's title, and its feeds."""

    name: str
    feeds: tuple[str, ...] = ()


def read_anchors(url: str, text: str) -> list[Anchor]:
    """The web links of a page in order, resolved against ``<base href>``; [] for what is no HTML. Never raises."""
    root = _parse(text)
    if root is None:
        return []
    base = _base(url, root)
    elements = islice(root.iter("a", "area", "link"), MAX_LINKS)
    return [anchor for element in elements if (anchor := _anchor(base, element)) is not None]


def read_quoted(url: str, text: str) -> list[str]:
    """The web addresses that stand in quotes: what a page that draws itself by script, or a JSON answer, holds."""
    quoted = islice((found[1] for found in _QUOTED.finditer(text)), MAX_LINKS)
    written = (address.replace("\\u002F", "/").replace("\\/", "/") for address in quoted)
    return list(dict.fromkeys(found for address in written if (found := resolve(url, address))))


def read_head(url: str, text: str) -> PageHead:
    """The site's name as the page states it ("" if it does not) and the feeds it announces."""
    root = _parse(text)
    if root is None:
        return PageHead("")
    base = _base(url, root)
    names = [element.get("content") for element in root.iter("meta") if element.get("property") == "og:site_name"]
    names += [element.text for element in root.iter("title")]
    links = [element for element in root.iter("link") if (element.get("type") or "").lower() in _FEED_TYPES]
    feeds = [address for link in links if (address := resolve(base, link.get("href") or ""))]
    return PageHead(" ".join(next(filter(None, names), "").split())[:LABEL_LENGTH], tuple(dict.fromkeys(feeds)))


def _parse(text: str) -> etree._Element | None:
    # huge_tree: unclosed elements nest deeper than the 256 levels at which the parser else drops the rest of a page.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _base(url: str, root: etree._Element) -> str:
    written = next((href for element in root.iter("base") if (href := element.get("href"))), "")
    return resolve(url, written) or url


def _anchor(base: str, element: etree._Element) -> Anchor | None:
    is_next = "next" in (element.get("rel") or "").lower().split()
    href = element.get("href")
    if href is None or (element.tag == "link" and not is_next):
        return None
    address = resolve(base, href)
    return Anchor(address, _label(element), is_next) if address is not None else None


def _label(element: etree._Element) -> str:
    """The words of a link in lower case, or what stands for them: ``aria-label``, ``title``, ``alt``, a class."""
    words = " ".join(" ".join(islice((str(text) for text in element.itertext()), 20)).split())
    spoken = words or element.get("aria-label") or element.get("title") or _alt(element) or ""
    if not spoken and any(
        "next" in (e.get("class") or "").split() for e in (element, element.getparent()) if e is not None
    ):
        return "next"
    return spoken[:LABEL_LENGTH].strip().lower()


def _alt(element: etree._Element) -> str | None:
    return next((image.get("alt") for image in islice(element.iter("img"), 3) if image.get("alt")), None)
