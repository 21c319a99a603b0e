"""A tree as the blocks a reader sees: paragraphs, headings, list items, table rows, captions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from pipelines.markup import tidy
from pipelines.markup.lines import CELL_END, Line, join_broken, row_of

BlockKind = Literal["heading", "body", "item", "row", "caption"]
Mark = Literal["", "furniture", "named"]  # what makes an element furniture: it itself, or no more than its name

# What no reader sees, or what is no text.
DROPPED = frozenset({
    "script", "style", "noscript", "select", "option", "input", "textarea", "button", "iframe", "svg", "template",
    "object", "head", "title", "audio", "video", "canvas", "map", "datalist", "math", "embed", "applet",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BREAKING = HEADINGS | frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "legend", "li",
    "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
BOLD = frozenset({"b", "strong", "th"}) | HEADINGS
ITALIC = frozenset({"i", "em"})
ITEMS = frozenset({"li", "dd"})
MAX_CAPTION = 400
MAX_CELL_LETTERS = 300
MAX_CELL_LINES = 4  # a cell with more paragraphs lays out a page rather than tabulates facts

_CAPTION_CLASS = re.compile(
    r"caption|chu-?_?thich|(?:img|image|photo|pic|anh)[-_]?(?:desc|note|title|info)", re.IGNORECASE
)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CREDIT = re.compile(
    r"(?:^|[\s.(-])(?:Ảnh|Nguồn ảnh|Ảnh minh [hH]ọa|Photo|Đồ họa)(?: [\w ]{1,20})?\s?:|\((?:Ảnh|Nguồn)\b|Ảnh minh họa",
    re.IGNORECASE,
)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_FOOTNOTE_MARK = re.compile(r"\s*(?:[\[(]\s*\d{1,3}\s*[\])]|\*{1,3})\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as a reader sees it. ``links``, ``bold`` and ``italic`` are the shares of its letters so set."""

    text: str
    kind: BlockKind
    element: HtmlElement
    links: float = 0.0
    bold: float = 0.0
    italic: float = 0.0
    furniture: bool = False
    after_image: bool = False


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element says of itself that it is not shown."""
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and _HIDDEN_STYLE.search(style) is not None)


def hidden_mark(element: HtmlElement) -> Mark:
    """ "furniture" for an element that is not shown."""
    return "furniture" if is_hidden(element) else ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks under an element in reading order, and which of them each element that breaks lines holds.

    ``named`` are those that nothing but the names of elements make furniture.
    """

    blocks: list[Block]
    spans: dict[HtmlElement, range]
    named: frozenset[int] = frozenset()


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks under an element in reading order."""
    return read_outline(root).blocks


def read_outline(
    root: HtmlElement,
    mark: Callable[[HtmlElement], Mark] = hidden_mark,
    apart: Collection[HtmlElement] = (),
) -> Outline:
    """What a reader sees under an element; nothing is lost but what no reader sees (scripts, form fields).

    ``mark`` is asked of every element whether it is furniture for sure, or by its name; what lies inside one that is
    is marked, not dropped. The elements of ``apart`` are blocks whatever their tag.
    """
    tables = frozenset(table for table in root.iter("table") if _is_data_table(table))
    walker = _Walker(root, mark, apart, tables)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            walker.leave(element, is_root=element is root)
        elif element.tag in DROPPED or (element.tag == "sup" and _is_footnote_mark(element)):
            walker.skipped += 1
        else:
            walker.enter(element)
    walker.flush()
    return Outline(walker.blocks, walker.spans, frozenset(walker.named))


def _is_footnote_mark(element: HtmlElement) -> bool:
    text = element.text_content()
    return _FOOTNOTE_MARK.fullmatch(text) is not None or (text.strip().isdigit() and element.find(".//a") is not None)


def _is_data_table(table: HtmlElement) -> bool:
    """Whether a table holds facts in rows, rather than the layout of a page."""
    if table.find(".//table") is not None or table.get("role") == "presentation":
        return False
    wide_rows = 0
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if any(_lays_out(cell) for cell in cells):
            return False
        wide_rows += sum(_has_text(cell) for cell in cells) > 1
    return wide_rows > 0


def _lays_out(cell: HtmlElement) -> bool:
    """Whether a cell is a column of a page: it has a heading, or more lines and letters than a fact has."""
    lines = sum(1 for line in cell.iter("p", "br", "div", "li") if next(line.iterdescendants("p", "div"), None) is None)
    if lines > MAX_CELL_LINES or next(cell.iter("h1", "h2", "h3", "h4"), None) is not None:
        return True
    return lines > 1 and sum(len(text) for text in cell.itertext()) > MAX_CELL_LETTERS


def _has_text(element: HtmlElement) -> bool:
    return any(text.strip() for text in element.itertext())


class _Walker:
    """Turns the start and end of elements into blocks."""

    def __init__(
        self,
        root: HtmlElement,
        mark: Callable[[HtmlElement], Mark],
        apart: Collection[HtmlElement],
        data_tables: frozenset[HtmlElement],
    ) -> None:
        self.blocks: list[Block] = []
        self.spans: dict[HtmlElement, range] = {}
        self.skipped = 0
        self.named: list[int] = []
        self._mark = mark
        self._apart = apart
        self._data_tables = data_tables
        self._open = [root]
        self._starts = [0]
        self._depth = dict.fromkeys(
            ("furniture", "named", "link", "bold", "italic", "heading", "item", "caption", "table", "row", "pre"), 0
        )
        self._states: list[list[str]] = []
        self._lines = [Line()]
        self._image = False

    def enter(self, element: HtmlElement) -> None:
        """Takes the start of an element and the text before its first child."""
        if self.skipped:
            self.skipped += 1
            return
        tag = element.tag
        if tag in BREAKING or element in self._apart:
            self._break(str(tag))
            self._open.append(element)
            self._starts.append(len(self.blocks))
        elif tag == "br":
            self._lines.append(Line())
        elif tag == "img":
            self._image = True
        states = self._new_states(element)
        self._states.append(states)
        for state in states:
            self._depth[state] += 1
        if element.text:
            self._add(element.text)

    def leave(self, element: HtmlElement, is_root: bool) -> None:
        """Takes the end of an element and the text behind it."""
        if self.skipped:
            self.skipped -= 1
        else:
            if element.tag in BREAKING or element in self._apart:
                self._break(str(element.tag))
                self.spans[self._open.pop()] = range(self._starts.pop(), len(self.blocks))
            for state in self._states.pop():
                self._depth[state] -= 1
        if element.tail and not self.skipped and not is_root:
            self._add(element.tail)

    def _new_states(self, element: HtmlElement) -> list[str]:
        tag = element.tag
        name, style = (element.get("class"), element.get("style")) if element.keys() else (None, None)
        mark = self._mark(element)
        states: list[str] = [mark] if mark else []
        if tag == "a" and element.get("href") is not None:
            states.append("link")
        if tag in BOLD or (style and _BOLD_STYLE.search(style)):
            states.append("bold")
        if tag in ITALIC or (style and "italic" in style):
            states.append("italic")
        if tag in HEADINGS:
            states.append("heading")
        elif tag in ITEMS and next(element.iter("h1", "h2"), None) is None:  # some templates make columns of a list
            states.append("item")
        elif tag == "figcaption" or (name and _CAPTION_CLASS.search(name)):
            states.append("caption")
        elif tag == "pre":
            states.append("pre")
        elif tag == "table" and element in self._data_tables:
            states.append("table")
        elif tag == "tr" and self._depth["table"]:
            states.append("row")
        return states

    def _break(self, tag: str) -> None:
        if not self._depth["row"] or tag == "tr":
            self.flush()
        elif tag in ("td", "th"):
            self._lines.append(Line([CELL_END]))
        else:
            self._lines.append(Line())

    def _add(self, text: str) -> None:
        if text.isspace():
            if self._lines[-1].parts:
                self._lines[-1].parts.append(" ")
            return
        if self._depth["pre"]:
            text, *rest = text.split("\n")
            self._lines[-1].add(text, False, False, False)
            for line in rest:
                self._lines.append(Line())
                self._lines[-1].add(line, False, False, False)
            return
        self._lines[-1].add(text, self._depth["link"] > 0, self._depth["bold"] > 0, self._depth["italic"] > 0)

    def flush(self) -> None:
        """Ends the block that is open."""
        lines = self._lines
        if len(lines) == 1 and not lines[0].parts:
            return
        self._lines = [Line()]
        if not any(line.length for line in lines):  # nothing but white space since the last block
            return
        if self._depth["row"]:
            lines = [row_of(lines)]
        elif len(lines) > 1:
            lines = join_broken(lines, always=self._depth["heading"] > 0)
        for line in lines:
            self._emit(line, self._open[-1])

    def _emit(self, line: Line, owner: HtmlElement) -> None:
        text = tidy("".join(line.parts))
        if not text:
            return
        depth, length = self._depth, max(1, line.length)
        kind = next((k for k in ("row", "heading", "caption", "item") if depth[k]), "body")
        if kind != "row" and kind != "heading" and self._image and _is_caption(text, owner, line):
            kind = "caption"
        elif kind == "caption" and len(text) > MAX_CAPTION:
            kind = "body"
        if depth["named"] and not depth["furniture"]:
            self.named.append(len(self.blocks))
        self.blocks.append(
            Block(
                text=text,
                kind=kind,  # type: ignore[arg-type]  # the literals above
                element=owner,
                links=line.linked / length,
                bold=line.bold / length,
                italic=line.italic / length,
                furniture=depth["furniture"] > 0 or depth["named"] > 0,
                after_image=self._image,
            )
        )
        self._image = False


def _is_caption(text: str, owner: HtmlElement, line: Line) -> bool:
    """Whether the text below an image is set as captions are: in italics, centred, or with a credit ("Ảnh: ...")."""
    if len(text) > MAX_CAPTION:
        return False
    if line.italic > 0.8 * line.length or _CREDIT.search(text) is not None or _is_centred(owner):
        return True
    return owner.find(".//img") is not None and tidy(owner.text_content()) == text


def _is_centred(element: HtmlElement) -> bool:
    for holder in (element, element.getparent()):
        if holder is not None and (holder.tag == "center" or (holder.get("align") or "").lower() == "center"):
            return True
        if holder is not None and _CENTRED.search(holder.get("style") or ""):
            return True
    return False
