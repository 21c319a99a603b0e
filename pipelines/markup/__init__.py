"""HTML as a tree, and its text as it is kept."""

from __future__ import annotations

import re
import unicodedata

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

HEAD_CHARACTERS = 4096
MAX_NESTED = 500

_OTHER_ROOT = re.compile(
    r"[{\[]|(?:<\?xml[^>]{0,300}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:rss|feed|urlset|sitemapindex|svg|rdf:RDF|opml)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_ELEMENT = re.compile(
    r"<(?:!doctype html|html|head|body|title|meta|div|p|table|tr|td|span|a|h[1-6]|br|b|i|font|ul|li|img|article|section"
    r"|main|form|script|frameset)\b",
    re.IGNORECASE,
)
# What XML forbids, raw or as a reference: libxml2's HTML parser lets it in, and no text with it can be moved in a tree.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_XML_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]))(?![0-9a-f]);?", re.IGNORECASE
)
# libxml2 compares every attribute of a tag with every other; what is that long is an inlined image or an attack.
_LONG_TAG = re.compile(r"<([a-zA-Z]\w*)\b[^<>]{20000,}>")
_ANY_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_VOID = frozenset(
    ["br", "img", "hr", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"]
)
# lxml.html asks a Python function for the class of every element, each time it is met; none of its classes is needed.
_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_ZERO_WIDTH_SPACE = re.compile("([^\u200b]?)\u200b+(.?)", re.DOTALL)


def is_html(text: str) -> bool:
    """Whether a text holds HTML: an element of a page, and not the root of a feed, an image or a program's data."""
    head = text[:HEAD_CHARACTERS].lstrip("\ufeff \t\r\n")
    return not _OTHER_ROOT.match(head) and _ANY_ELEMENT.search(text) is not None


def parse(text: str) -> HtmlElement:
    """The tree of an HTML text, whatever its faults; an empty document when it has no element at all."""
    text = _LONG_TAG.sub(r"<\1>", _NOT_XML_REFERENCE.sub("", _NOT_XML.sub("", text)))
    tree, whole = _parsed(text)
    return tree if whole else _parsed(_flattened(text))[0]


def _parsed(text: str) -> tuple[HtmlElement, bool]:
    """The tree of a text, and whether it holds all of it: libxml2 stops where elements are nested 2,048 deep."""
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_LOOKUP)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        tree = document_fromstring("<html><body></body></html>")
    last = parser.error_log.last_error
    return tree, last is None or last.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT


def _flattened(text: str) -> str:
    """The HTML text with a line break in place of each tag that lies in more than ``MAX_NESTED`` open ones."""
    depth = 0

    def flat(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag["name"].lower() in _VOID:
            return tag[0]
        depth = max(0, depth - 1) if tag["end"] else depth + 1
        return tag[0] if depth + bool(tag["end"]) <= MAX_NESTED else "<br>"

    return _ANY_TAG.sub(flat, text)


def tidy(text: str) -> str:
    """Text as it is kept: NFC, single spaces, nothing invisible, Icelandic Ð as the Vietnamese Đ it stands for."""
    closed = " ".join(text.split())
    if closed.isprintable() and "&nbsp;" not in closed:  # nothing invisible in it
        return closed if closed.isascii() else unicodedata.normalize("NFC", closed).replace("Ð", "Đ").replace("ð", "đ")
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
        if "\u200b" in text:
            text = _ZERO_WIDTH_SPACE.sub(_close_up, text)
        text = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")
    if "&nbsp;" in text:  # escaped twice by the editor of the page
        text = text.replace("&nbsp;", " ")
    return _SPACE.sub(" ", _CONTROLS.sub(" ", text)).strip()


def _close_up(match: re.Match[str]) -> str:
    """A zero-width space is nothing inside a token ("96-QĐ/TW") and a space between two words ("số 96")."""
    before, after = match.groups()
    parted = (
        (before.isalpha() and after.isdigit())
        or (before.islower() and after.isupper())
        or (before in ",;:.!?)" and after.isalpha())
    )
    return f"{before} {after}" if parted else before + after
