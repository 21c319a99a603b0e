"""What a page hides until a reader opens it: the panels of accordions and tabs are text like any other."""

from __future__ import annotations

from lxml.html import HtmlElement

from pipelines.markup.outline import is_hidden
from pipelines.view.families import letters_outside_links

MIN_LETTERS = 80  # of a panel with text; a menu or a hint has less outside links
_OPENERS = ("href", "data-target", "data-bs-target", "aria-controls")


def opened(tree: HtmlElement) -> frozenset[HtmlElement]:
    """The hidden elements with text that a link or a button of the page shows, without fields to fill in."""
    panels = {
        e.get("id"): e
        for e in tree.iter("div", "section", "dd", "ul", "p", "td", "table")
        if e.get("id") and _is_panel(e)
    }
    if not panels:
        return frozenset()
    openers = tree.iter("a", "button", "h2", "h3", "h4", "div", "li")
    names = (element.get(name) for element in openers for name in _OPENERS)
    targets = {name.removeprefix("#") for name in names if name}
    return frozenset(panel for name, panel in panels.items() if name in targets)


def _is_panel(element: HtmlElement) -> bool:
    if not is_hidden(element) or next(element.iter("input", "textarea"), None) is not None:
        return False
    return letters_outside_links(element) >= MIN_LETTERS
