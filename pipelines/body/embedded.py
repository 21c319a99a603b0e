"""The article in the state that a page embeds for its scripts: JSON-LD articleBody, Next.js, Nuxt and the like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.markup import parse
from pipelines.markup.outline import Block, read_blocks
from pipelines.view.declared import Declared

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

BLOCK_NAMES = ("html", "text", "content", "value", "body")
MAX_BLOCKS = 2000

_STATE_ID = re.compile(r"__NEXT_DATA__|__NUXT_DATA__|__NUXT__|initial-?state|apollo", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"^\s*(?:window\.)?\w+\s*=\s*(?=[{\[])|^\s*window\[[^\]]{1,40}\]\s*=\s*(?=[{\[])")
_PUSH = "self.__next_f.push("
_ROW = re.compile(r"(?:^|\n|(?<=>))[0-9a-f]{1,4}:(?=[T\[{\"])")
_TEXT_ROW = re.compile(r"T[0-9a-f]{1,8},")
_TAG = re.compile(r"<[a-zA-Z/][^>]{0,2000}>")


def embedded_blocks(tree: HtmlElement, declared: Declared) -> list[Block]:
    """The blocks of the longest article text that the page embeds as data; none when it embeds none."""
    texts = [*_json_ld_bodies(declared), *(text for state in _states(tree) for text in _bodies(state))]
    best = max(texts, key=_prose, default="")
    if _prose(best) < MIN_BODY:
        return []
    return read_blocks(parse(f"<html><body>{_as_html(best)}</body></html>"))


def _json_ld_bodies(declared: Declared) -> Iterator[str]:
    body = declared.article.get("articleBody")
    if isinstance(body, str):
        yield body


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


def _bodies(state: object) -> Iterator[str]:
    """The strings of a state that are named as bodies are, or that are HTML."""
    waiting: list[tuple[str, object]] = [("", state)]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((str(key).lower(), item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend((name, item) for item in value)
            yield from _blocks_of_editor(value)
        elif isinstance(value, str) and len(value) >= MIN_BODY and (name in BODY_NAMES or "<p" in value):
            yield value


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
