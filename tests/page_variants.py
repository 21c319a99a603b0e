"""Other templates for the pages of tests/pages: the same text under other names, without names, in other markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from lxml import etree, html
from lxml.html import HtmlElement

_CLOSING = re.compile(r"</(?:p|li|td|tr|dd|dt|option|tbody)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<(/?[a-z][a-z0-9]*)")
_SCRIPT = re.compile(r"(<script\b.*?</script>)", re.IGNORECASE | re.DOTALL)


def variants() -> Mapping[str, Callable[[str], str]]:
    """The variants by name: functions from the HTML text of a page to that of its variant."""
    return {
        "renamed": _on_tree(_rename),
        "hashed": _on_tree(_hash),
        "nameless": _on_tree(_strip_names),
        "without json-ld": _on_tree(_drop_json_ld),
        "without meta": _on_tree(_drop_meta),
        "undeclared and hashed": _on_tree(_drop_json_ld, _drop_meta, _hash),
        "undeclared and nameless": _on_tree(_drop_json_ld, _drop_meta, _strip_names),
        "wrapped": _on_tree(_wrap),
        "div for p": _on_tree(_divs),
        "br for p": _on_tree(_breaks),
        "layout tables": _on_tree(_tables),
        "nameless tables": _on_tree(_tables, _strip_names),
        "nameless breaks": _on_tree(_breaks, _strip_names),
        "plain tags": _on_tree(_plain_tags),
        "hashed plain tags": _on_tree(_plain_tags, _hash),
        "undeclared hashed plain tags": _on_tree(_drop_json_ld, _drop_meta, _plain_tags, _hash),
        "spans of a word processor": _on_tree(_spans),
        "upper case": _upper_case,
        "unclosed": lambda text: _CLOSING.sub("", text),
    }


def _on_tree(*changes: Callable[[HtmlElement], None]) -> Callable[[str], str]:
    def variant(text: str) -> str:
        tree = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
        for change in changes:
            change(tree)
        return "<!DOCTYPE html>\n" + str(html.tostring(tree, encoding="unicode"))

    return variant


def _elements(tree: HtmlElement, *tags: str) -> list[HtmlElement]:
    return [element for element in tree.iter(*tags) if isinstance(element.tag, str)]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _targets(tree: HtmlElement) -> set[str]:
    """The ids that a link of the page opens: another template would have others, and links to them."""
    return {(link.get("href") or "")[1:] for link in tree.iter("a") if (link.get("href") or "").startswith("#")} - {""}


def _each_name(tree: HtmlElement, new: Callable[[str], str]) -> None:
    targets = _targets(tree)
    for element in _elements(tree):
        for attribute in ("class", "id", "itemprop"):
            if (
                element.get(attribute) not in targets
                and attribute in element.attrib
                and element.tag not in ("script", "meta", "link")
            ):
                element.set(attribute, " ".join(new(word) for word in element.get(attribute, "").split()))


def _rename(tree: HtmlElement) -> None:
    """Names of another theme, that tell nothing: "zone-482"."""
    _each_name(tree, lambda name: f"zone-{int(_digest(name)[:4], 16) % 1000}")


def _hash(tree: HtmlElement) -> None:
    """Names that a compiler of style sheets makes: "css-1a2b3c"."""
    _each_name(tree, lambda name: f"css-{_digest(name)[:6]}")


def _strip_names(tree: HtmlElement) -> None:
    targets = _targets(tree)
    for element in _elements(tree):
        if element.tag not in ("script", "meta", "link"):
            for attribute in ("class", "id", "itemprop", "role"):
                if element.get(attribute) not in targets:
                    element.attrib.pop(attribute, None)


def _drop_json_ld(tree: HtmlElement) -> None:
    """Descriptions go; an article that stands in no other place stays."""
    for script in _elements(tree, "script"):
        if "ld+json" in (script.get("type") or "") and "articleBody" not in (script.text or ""):
            script.drop_tree()


def _drop_meta(tree: HtmlElement) -> None:
    for meta in _elements(tree, "meta"):
        if "charset" not in meta.attrib:
            meta.drop_tree()


def _wrap(tree: HtmlElement) -> None:
    for element in _elements(tree, "p", "div", "table", "h1", "ul"):
        if element.getparent() is None or element.getparent().tag in ("li", "ul", "ol"):
            continue
        outer = etree.SubElement(element.getparent(), "div")
        element.getparent().replace(element, outer)
        outer.tail, element.tail = element.tail, None
        etree.SubElement(outer, "div").append(element)


def _divs(tree: HtmlElement) -> None:
    for element in _elements(tree, "p"):
        element.tag = "div"


def _breaks(tree: HtmlElement) -> None:
    """Paragraphs parted by two line breaks, where they have no names that a template gave them."""
    for element in _elements(tree, "p"):
        if element.attrib or element.getparent() is None:
            continue
        for _ in range(2):
            element.append(etree.Element("br"))
        element.drop_tag()


def _tables(tree: HtmlElement) -> None:
    """Each column a cell of a table, as portals were laid out once."""
    for element in _elements(tree, "div", "section", "article", "aside", "header", "footer", "nav", "main"):
        table = etree.Element("table")
        cell = etree.SubElement(etree.SubElement(table, "tr"), "td")
        for name, value in element.attrib.items():
            cell.set(name, value)
        cell.text, table.tail = element.text, element.tail
        cell.extend(list(element))
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, table)


def _plain_tags(tree: HtmlElement) -> None:
    """Nothing but div for what has a tag of its own, headings but the first too."""
    semantic = ("section", "article", "aside", "header", "footer", "nav", "main", "figure", "figcaption", "time")
    for element in _elements(tree, *semantic, "h2", "h3", "h4", "h5"):
        element.tag = "span" if element.tag == "time" else "div"


def _spans(tree: HtmlElement) -> None:
    """Each paragraph in the spans that a word processor leaves."""
    for element in _elements(tree, "p"):
        outer = etree.Element("span", style="font-size:14pt")
        inner = etree.SubElement(outer, "span", style="font-family:'Times New Roman'")
        inner.text, element.text = element.text, None
        inner.extend(list(element))
        element.append(outer)


def _upper_case(text: str) -> str:
    parts = _SCRIPT.split(text)
    return "".join(part if i % 2 else _TAG.sub(lambda m: f"<{m[1].upper()}", part) for i, part in enumerate(parts))
