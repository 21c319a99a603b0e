"""HTML as a tree, and a tree as the blocks a reader sees: paragraphs, headings, list items, table rows, captions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

BlockKind = Literal["heading", "body", "item", "row", "caption"]

DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "select",
        "option",
        "input",
        "textarea",
        "button",
        "iframe",
        "svg",
        "template",
        "object",
        "head",
        "title",
        "audio",
        "video",
        "canvas",
        "map",
        "datalist",
        "math",
        "embed",
        "applet",
    ]
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BREAKING = HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
BOLD = frozenset({"b", "strong", "th"}) | HEADINGS
ITALIC = frozenset({"i", "em"})
ITEMS = frozenset({"li", "dd"})
CELL_SEPARATOR = " | "
MAX_CAPTION = 400
HEAD_CHARACTERS = 4096
MAX_CELL_LINES = 4  # a cell with more paragraphs lays out a page rather than tabulates facts

_OTHER_ROOT = re.compile(
    r"[{\[]|(?:<\?xml[^>]{0,300}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:rss|feed|urlset|sitemapindex|svg|rdf:RDF|opml)\b",
    re.IGNORECASE | re.DOTALL,
)
_ANY_ELEMENT = re.compile(
    r"<(?:!doctype html|html|head|body|title|meta|div|p|table|tr|td|span|a|h[1-6]|br|b|i|font|ul|li|img|article|section|main|form|script|frameset)\b",
    re.IGNORECASE,
)
# libxml2 compares every attribute of a tag with every other; what is that long is an inlined image or an attack.
_LONG_TAG = re.compile(r"<([a-zA-Z]\w*)\b[^<>]{20000,}>")
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
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_ZERO_WIDTH_SPACE = re.compile("([^\u200b]?)\u200b+(.?)", re.DOTALL)
_FOOTNOTE_MARK = re.compile(r"\s*(?:[\[(]\s*\d{1,3}\s*[\])]|\*{1,3})\s*")
# A line broken in the middle of a sentence goes on with a small letter, or stops before the number it announces.
_CONTINUES = re.compile(r"[a-zà-ỹđ](?![).])")
_ANNOUNCES = re.compile(r"(?:^|\s)(?:số|ngày|tháng|năm)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as a reader sees it. ``links`` and ``bold`` are the shares of its letters in links and in bold."""

    text: str
    kind: BlockKind
    element: HtmlElement
    links: float = 0.0
    bold: float = 0.0
    furniture: bool = False
    after_image: bool = False


def is_html(text: str) -> bool:
    """Whether a text holds HTML: an element of a page, and not the root of a feed, an image or a program's data."""
    head = text[:HEAD_CHARACTERS].lstrip("\ufeff \t\r\n")
    return not _OTHER_ROOT.match(head) and _ANY_ELEMENT.search(text) is not None


def parse(text: str) -> HtmlElement:
    """The tree of an HTML text, whatever its faults; an empty document when it has no element at all."""
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    text = _LONG_TAG.sub(r"<\1>", text)
    try:
        return document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return document_fromstring("<html><body></body></html>")


def tidy(text: str) -> str:
    """Text as it is kept: NFC, single spaces, nothing invisible, Icelandic Ð as the Vietnamese Đ it stands for."""
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


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element says of itself that it is not shown."""
    return element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "") is not None


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks under an element in reading order, and which of them each element that breaks lines holds."""

    blocks: list[Block]
    spans: dict[HtmlElement, range]


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks under an element in reading order."""
    return read_outline(root).blocks


def read_outline(
    root: HtmlElement,
    is_furniture: Callable[[HtmlElement], bool] = is_hidden,
    apart: Collection[HtmlElement] = (),
) -> Outline:
    """What a reader sees under an element; nothing is lost but what no reader sees (scripts, form fields).

    ``is_furniture`` is asked of every element; what lies inside one it affirms is marked, not dropped. The elements of
    ``apart`` are blocks whatever their tag.
    """
    tables = frozenset(table for table in root.iter("table") if _is_data_table(table))
    walker = _Walker(root, is_furniture, apart, tables)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            walker.leave(element, is_root=element is root)
        elif element.tag in DROPPED or (element.tag == "sup" and _is_footnote_mark(element)):
            walker.skipped += 1
        else:
            walker.enter(element)
    walker.flush()
    return Outline(walker.blocks, walker.spans)


def _is_footnote_mark(element: HtmlElement) -> bool:
    return _FOOTNOTE_MARK.fullmatch(element.text_content()) is not None


def _is_data_table(table: HtmlElement) -> bool:
    """Whether a table holds facts in rows, rather than the layout of a page."""
    if table.find(".//table") is not None or table.get("role") == "presentation":
        return False
    wide_rows = 0
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if any(len(cell.findall(".//p")) + len(cell.findall(".//br")) > MAX_CELL_LINES for cell in cells):
            return False
        wide_rows += sum(_has_text(cell) for cell in cells) > 1
    return wide_rows > 0


def _has_text(element: HtmlElement) -> bool:
    return any(text.strip() for text in element.itertext())


@dataclass(slots=True)
class _Line:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    linked: int = 0
    bold: int = 0
    italic: int = 0

    def add(self, text: str, linked: bool, bold: bool, italic: bool) -> None:
        self.parts.append(text)
        weight = len(text.strip())
        self.length += weight
        self.linked += weight * linked
        self.bold += weight * bold
        self.italic += weight * italic

    def extend(self, other: _Line) -> None:
        self.parts += [" ", *other.parts]
        self.length += other.length
        self.linked += other.linked
        self.bold += other.bold
        self.italic += other.italic


class _Walker:
    """Turns the start and end of elements into blocks."""

    def __init__(
        self,
        root: HtmlElement,
        is_furniture: Callable[[HtmlElement], bool],
        apart: Collection[HtmlElement],
        data_tables: frozenset[HtmlElement],
    ) -> None:
        self.blocks: list[Block] = []
        self.spans: dict[HtmlElement, range] = {}
        self.skipped = 0
        self._is_furniture = is_furniture
        self._apart = apart
        self._data_tables = data_tables
        self._open = [root]
        self._starts = [0]
        self._depth = dict.fromkeys(
            ("furniture", "link", "bold", "italic", "heading", "item", "caption", "table", "row"), 0
        )
        self._states: list[list[str]] = []
        self._lines = [_Line()]
        self._image = False

    def enter(self, element: HtmlElement) -> None:
        if self.skipped:
            self.skipped += 1
            return
        tag = element.tag
        if tag in BREAKING or element in self._apart:
            self._break(str(tag))
            self._open.append(element)
            self._starts.append(len(self.blocks))
        elif tag == "br":
            self._lines.append(_Line())
        elif tag == "img":
            self._image = True
        states = self._new_states(element)
        self._states.append(states)
        for state in states:
            self._depth[state] += 1
        if element.text:
            self._add(element.text)

    def leave(self, element: HtmlElement, is_root: bool) -> None:
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
        tag, name, style = element.tag, element.get("class"), element.get("style")
        states = ["furniture"] if self._is_furniture(element) else []
        if tag == "a" and element.get("href") is not None:
            states.append("link")
        if tag in BOLD or (style and _BOLD_STYLE.search(style)):
            states.append("bold")
        if tag in ITALIC or (style and "italic" in style):
            states.append("italic")
        if tag in HEADINGS:
            states.append("heading")
        elif tag in ITEMS:
            states.append("item")
        elif tag == "figcaption" or (name and _CAPTION_CLASS.search(name)):
            states.append("caption")
        elif tag == "table" and element in self._data_tables:
            states.append("table")
        elif tag == "tr" and self._depth["table"]:
            states.append("row")
        return states

    def _break(self, tag: str) -> None:
        if not self._depth["row"] or tag == "tr":
            self.flush()
        elif tag in ("td", "th"):
            self._lines.append(_Line(["\x1f"]))
        else:
            self._lines.append(_Line())

    def _add(self, text: str) -> None:
        if text.isspace():
            if self._lines[-1].parts:
                self._lines[-1].parts.append(" ")
            return
        self._lines[-1].add(text, self._depth["link"] > 0, self._depth["bold"] > 0, self._depth["italic"] > 0)

    def flush(self) -> None:
        """Ends the block that is open."""
        lines, self._lines = self._lines, [_Line()]
        if not any(line.length for line in lines):  # nothing but white space since the last block
            return
        if self._depth["row"]:
            lines = [_row(lines)]
        elif len(lines) > 1:
            lines = _join_broken(lines, always=self._depth["heading"] > 0)
        for line in lines:
            self._emit(line, self._open[-1])

    def _emit(self, line: _Line, owner: HtmlElement) -> None:
        text = tidy("".join(line.parts))
        if not text:
            return
        depth, length = self._depth, max(1, line.length)
        kind = next((k for k in ("row", "heading", "caption", "item") if depth[k]), "body")
        if kind != "row" and kind != "heading" and self._image and _is_caption(text, owner, line):
            kind = "caption"
        elif kind == "caption" and len(text) > MAX_CAPTION:
            kind = "body"
        self.blocks.append(
            Block(
                text=text,
                kind=kind,  # type: ignore[arg-type]  # the literals above
                element=owner,
                links=line.linked / length,
                bold=line.bold / length,
                furniture=depth["furniture"] > 0,
                after_image=self._image,
            )
        )
        self._image = False


def _row(lines: list[_Line]) -> _Line:
    """A table row as one line: its cells that have text, between bars."""
    row = _Line()
    for line in lines:
        row.extend(line)
    cells = (tidy(cell) for cell in "".join(row.parts).split("\x1f"))
    row.parts = [CELL_SEPARATOR.join(cell for cell in cells if cell)]
    return row


def _join_broken(lines: list[_Line], always: bool) -> list[_Line]:
    """Lines parted by ``br`` as paragraphs; a line that goes on with the sentence before it is joined to it."""
    joined: list[_Line] = []
    blank = True
    for line in lines:
        text = tidy("".join(line.parts))
        if not text:
            blank = True
            continue
        if joined and (always or (not blank and _goes_on(joined[-1], text))):
            joined[-1].extend(line)
        else:
            joined.append(line)
        blank = False
    return joined


def _is_caption(text: str, owner: HtmlElement, line: _Line) -> bool:
    """Whether the text below an image is set as captions are: in italics, centred, or with a credit ("Ảnh: ...")."""
    if len(text) > MAX_CAPTION:
        return False
    return line.italic > 0.8 * line.length or _CREDIT.search(text) is not None or _is_centred(owner)


def _is_centred(element: HtmlElement) -> bool:
    for holder in (element, element.getparent()):
        if holder is not None and (holder.tag == "center" or (holder.get("align") or "").lower() == "center"):
            return True
        if holder is not None and _CENTRED.search(holder.get("style") or ""):
            return True
    return False


def _goes_on(previous: _Line, text: str) -> bool:
    if _CONTINUES.match(text):
        return True
    return _ANNOUNCES.search(tidy("".join(previous.parts))[-12:]) is not None
