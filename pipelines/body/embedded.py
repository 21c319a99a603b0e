"""The article in the state that a page embeds for its scripts: JSON-LD articleBody, Next.js, Nuxt and the like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from pipelines.markup import parse
from pipelines.markup.outline import Block, read_blocks
from pipelines.view.declared import ALIKE, Declared, likeness, page_titles, plain

MAX_STATE = 4_000_000  # characters
MIN_BODY = 200
MAX_VALUES = 50_000
# Names under which applications keep the text of an article; a name alone decides nothing, the text must be prose.
BODY_NAMES = frozenset(
    [
        "articlebody",
        "body",
        "content",
        "contents",
        "contenthtml",
        "content_html",
        "bodyhtml",
        "body_html",
        "html",
        "detail",
        "details",
        "noidung",
        "noi_dung",
        "description",
        "fulltext",
        "full_text",
        "maincontent",
        "rendered",
        "text",
        "article_content",
        "articlecontent",
        "newscontent",
    ]
)

TITLE_NAMES = ("title", "headline", "tieuDe", "tieude", "tieu_de", "TieuDe", "Title", "name")
BLOCK_NAMES = ("html", "text", "content", "value", "body")
MAX_BLOCKS = 2000

_STATE_ID = re.compile(r"__NEXT_DATA__|__NUXT_DATA__|__NUXT__|initial-?state|apollo", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"^\s*(?:window\.)?\w+\s*=\s*(?=[{\[])|^\s*window\[[^\]]{1,40}\]\s*=\s*(?=[{\[])")
_PUSH = "self.__next_f.push("
_ROW = re.compile(r"(?:^|\n|(?<=>))[0-9a-f]{1,4}:(?=[T\[{\"])")
_TEXT_ROW = re.compile(r"T[0-9a-f]{1,8},")
_TAG = re.compile(r"<[a-zA-Z/][^>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text in a page's data, and the title that stands beside it, "" where none does."""

    title: str
    text: str


def embedded_blocks(tree: HtmlElement, declared: Declared, n_visible: int = 0) -> list[Block]:
    """The blocks of the longest article text that the page embeds as data; none when it embeds none.

    Texts under a title of the page come before those under none, and these before those under another, which do not
    count at all where the page shows ``n_visible`` letters of an article.
    """
    texts = [*_json_ld_bodies(declared), *(text for state in _states(tree) for text in _bodies(state))]
    titles = page_titles(tree, declared.metas) if texts else []
    ranked = [(_trust(each, titles), length, each) for each in texts if (length := _prose(each.text)) >= MIN_BODY]
    trust, _, best = max(ranked, key=lambda rank: rank[:2], default=(0, 0, Embedded("", "")))
    if not best.text or (trust == 0 and n_visible >= MIN_BODY):
        return []
    return read_blocks(parse(f"<html><body>{_as_html(best.text)}</body></html>"))


def _trust(embedded: Embedded, titles: Sequence[str]) -> int:
    """2 for a text under a title of the page, 0 for one under another, 1 for one without."""
    if not embedded.title:
        return 1
    return 2 if any(likeness(title, embedded.title) >= ALIKE for title in titles) else 0


def _json_ld_bodies(declared: Declared) -> Iterator[Embedded]:
    body = declared.article.get("articleBody")
    if isinstance(body, str):
        yield Embedded("", body)


def _states(tree: HtmlElement) -> Iterator[object]:
    pushed: list[object] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if text.startswith(_PUSH) and len(text) <= MAX_STATE:
            pushed.append(_loads(text[len(_PUSH) :]))
        if not MIN_BODY < len(text) <= MAX_STATE:
            continue
        kind, name = script.get("type") or "", script.get("id") or ""
        if kind == "application/json" or _STATE_ID.search(name) or _STATE_ID.search(text[:200]):
            yield _loads(text)
    yield from _rows(pushed)


def _rows(pushed: list[object]) -> Iterator[object]:
    """The rows of the stream in which Next.js sends a page: ``5:["$", ...]`` is JSON, ``6:T1a2,<p>...`` a text."""
    chunks = (value[1] for value in pushed if isinstance(value, list) and len(value) > 1)
    for row in _ROW.split("".join(chunk for chunk in chunks if isinstance(chunk, str))):
        if text := _TEXT_ROW.match(row):
            yield {"content": row[text.end() :]}
        else:
            yield _loads(row)


def _loads(text: str) -> object:
    text = _ASSIGNMENT.sub("", text).strip().rstrip(";")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value


def _bodies(state: object) -> Iterator[Embedded]:
    """The strings of a state that are named as bodies are, or that are HTML, with the nearest title around them."""
    waiting: list[tuple[str, object, str]] = [("", state, "")]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        name, value, title = waiting.pop()
        if isinstance(value, dict):
            title = _title_in(value) or title
            waiting.extend((str(key).lower(), item, title) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((name, item, title) for item in value)
            yield from (Embedded(title, text) for text in _blocks_of_editor(value))
        elif isinstance(value, str) and len(value) >= MIN_BODY and (name in BODY_NAMES or "<p" in value):
            yield Embedded(title, value)


def _title_in(value: Mapping[Any, Any]) -> str:
    """The title of an article's object: a string, or the form of it that is shown (WordPress: {"rendered": "..."})."""
    for name in TITLE_NAMES:
        title = value.get(name)
        title = title.get("rendered") if isinstance(title, dict) else title
        if isinstance(title, str) and title.strip():
            return plain(title)
    return ""


def _blocks_of_editor(items: list[object]) -> Iterator[str]:
    """The text of an article kept as a list of blocks: ``[{"type": "paragraph", "data": {"text": "..."}}, ...]``."""
    texts = []
    for item in items[:MAX_BLOCKS]:
        data = item.get("data") if isinstance(item, dict) else None
        fields = {**item, **(data if isinstance(data, dict) else {})} if isinstance(item, dict) else {}
        texts.append(next((v for k in BLOCK_NAMES if isinstance(v := fields.get(k), str)), ""))
    if sum(len(text) > 0 for text in texts) > 1:
        yield "".join(f"<p>{text}</p>" for text in texts if text)


def _prose(text: str) -> int:
    return len(_TAG.sub("", text))


def _as_html(text: str) -> str:
    if _TAG.search(text):
        return text
    paragraphs = (line.strip() for line in text.replace("<", "&lt;").split("\n"))
    return "".join(f"<p>{line}</p>" for line in paragraphs if line)
