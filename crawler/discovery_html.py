"""The links of an HTML page, whatever the page looks like."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.addresses import resolve

LABEL_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link resolved for fetching, what it says, and whether its markup calls it the next page."""

    url: str
    label: str
    next: bool = False


def read_anchors(url: str, text: str) -> list[Anchor]:
    """The web links of a page in order, resolved against ``<base href>``; [] for what is no HTML. Never raises."""
    # huge_tree: unclosed elements nest deeper than the 256 levels at which the parser else drops the rest of a page.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return []
    if root is None:
        return []
    written = next((href for element in root.iter("base") if (href := element.get("href"))), "")
    base = resolve(url, written) or url
    found = (_anchor(base, element) for element in root.iter("a", "area", "link"))
    return [anchor for anchor in found if anchor is not None]


def _anchor(base: str, element: etree._Element) -> Anchor | None:
    is_next = "next" in (element.get("rel") or "").lower().split()
    href = element.get("href")
    if href is None or (element.tag == "link" and not is_next):
        return None
    address = resolve(base, href)
    return Anchor(address, _label(element), is_next) if address is not None else None


def _label(element: etree._Element) -> str:
    """The words of a link in lower case, or what stands for them: ``aria-label``, ``title``."""
    words = " ".join(" ".join(islice((str(text) for text in element.itertext()), 20)).split())
    spoken = words or element.get("aria-label") or element.get("title") or ""
    return spoken[:LABEL_LENGTH].strip().lower()
