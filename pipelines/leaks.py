"""Server errors in pages: leaked lines that are taken out and kept as notes, and pages that are no article at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from lxml.html import HtmlElement

from pipelines.markup import parse, tidy
from pipelines.markup.outline import read_blocks
from pipelines.models import Note, PageKind

LEAK = "leak"
SMALL_PAGE = 40_000  # characters of source: walls are small, and their generic words count in a small page only
HEAD_CHARACTERS = 8_000  # as far as a larger page is searched
MAX_LEAK = 1500
FEW_WORDS = 80
QUOTING = frozenset({"code", "pre", "blockquote", "kbd", "samp", "q"})
UNSEEN = frozenset({"script", "style", "noscript", "template", "textarea", "title", "option"})
PHP_LEVELS = frozenset({"warning", "notice", "fatal error", "parse error", "deprecated", "strict standards"})

_PHP_END = re.compile(r"on line\s*$")


@dataclass(frozen=True, slots=True)
class _Leak:
    kind: str
    pattern: re.Pattern[str]
    key: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: str
    pattern: re.Pattern[str]
    small: bool = False
    title_only: bool = False

    def find(self, head: str, title: int) -> re.Match[str] | None:
        """Where the sign is in a source; one that begins with a title need not be sought beside the page's own."""
        if self.pattern.pattern.startswith("<title>"):
            return self.pattern.match(head, title) if title >= 0 else None
        return self.pattern.search(head)


@dataclass(frozen=True, slots=True)
class _Families:
    leaks: tuple[_Leak, ...]
    error_pages: tuple[_Sign, ...]
    block_pages: tuple[_Sign, ...]
    soft_errors: tuple[_Sign, ...]
    any_leak: re.Pattern[str]


@cache  # the table is part of the program
def _families() -> _Families:
    with files(__package__).joinpath("leaks.toml").open("rb") as file:
        table = tomllib.load(file)

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    def signs(name: str) -> tuple[_Sign, ...]:
        return tuple(_Sign(**{"kind": "error", **row, "pattern": re.compile(row["pattern"])}) for row in table[name])

    leaks = table["leak"]
    return _Families(
        tuple(_Leak(r["kind"], compiled(r["pattern"]), compiled(r.get("key", r["pattern"]))) for r in leaks),
        signs("error_page"),
        signs("block_page"),
        signs("soft_error"),
        compiled("|".join(f"(?:{r['pattern']})" for r in leaks)),
    )


def strip_leaks(tree: HtmlElement) -> tuple[Note, ...]:
    """The leaked error lines of a page, which are taken out of ``tree``; one note each, in reading order.

    Only whole lines of a text node go, and only where the prose of the page does not speak of the same error: an
    article about an error keeps its text. A line that is quoted (code, pre, blockquote) stays.
    """
    notes = [*_strip_php(tree)]
    found = [hit for hit in _text_nodes(tree) if _leaked_lines(hit[2])]
    if not found:
        return tuple(notes)
    prose = _prose(tree)
    for element, place, text in found:
        leaked = [line for line in _leaked_lines(text) if not _is_topic(line, prose)]
        if leaked and not _is_quoted(element, place):
            setattr(element, place, "\n".join(line for line in text.split("\n") if line not in leaked))
            notes += [Note(LEAK, tidy(line)) for line in leaked]
    return tuple(notes)


def _text_nodes(tree: HtmlElement) -> Iterator[tuple[HtmlElement, Literal["text", "tail"], str]]:
    for element in tree.iter():
        text, tail = element.text, element.tail
        if text and len(text) > 3 and not text.isspace() and element.tag not in UNSEEN:
            yield element, "text", text
        if tail and len(tail) > 3 and not tail.isspace():
            yield element, "tail", tail


def _leaked_lines(text: str) -> list[str]:
    any_leak = _families().any_leak
    return [line for line in text.split("\n") if len(line) <= MAX_LEAK and any_leak.fullmatch(_one_line(line))]


def _one_line(text: str) -> str:
    """The text as ``tidy`` gives it; the many lines that are tidy already are only stripped."""
    text = text.strip()
    return text if text.isprintable() and "  " not in text else tidy(text)


def _prose(tree: HtmlElement) -> str:
    """Title and running text of a page, without the lines that are an error and nothing else."""
    parts = [tidy(text) for text in tree.xpath("//title/text() | //meta[@name='description']/@content")]
    for _, _, text in _text_nodes(tree):
        parts += [tidy(line) for line in text.split("\n") if len(line) > MAX_LEAK or not _leaked_lines(line)]
    return "\n".join(parts)


def _is_topic(line: str, prose: str) -> bool:
    """Whether the page's prose names the very error of the line."""
    text = tidy(line)
    leak = next(leak for leak in _families().leaks if leak.pattern.fullmatch(text))
    key = leak.key.search(text)
    words = (key.group() if key else text).rstrip(".").lower()
    return len(words) > 8 and words in prose.lower()


def _is_quoted(element: HtmlElement, place: str) -> bool:
    holder = element if place == "text" else element.getparent()
    return holder is not None and any(e.tag in QUOTING for e in (holder, *holder.iterancestors()))


def _strip_php(tree: HtmlElement) -> Iterator[Note]:
    """Takes out PHP's own markup of an error: ``<b>Warning</b>: message in <b>file</b> on line <b>7</b><br />``."""
    for bold in [b for b in tree.iter("b") if (b.text or "").strip().lower() in PHP_LEVELS]:
        if bold.getparent() is None or not (bold.tail or "").lstrip().startswith(":"):
            continue
        run = _php_run(bold)
        if run:
            yield Note(
                LEAK, tidy("".join(f"{''.join(e.itertext())}{e.tail or ''}" for e in run[:-1]) + (run[-1].text or ""))
            )
            for element in run[:-1]:
                element.tail = None
            for element in run:
                element.drop_tree()


def _php_run(bold: HtmlElement) -> list[HtmlElement]:
    run = [bold]
    for sibling in bold.itersiblings():
        run.append(sibling)
        if _PHP_END.search(run[-2].tail or ""):
            return run
        if len(run) > 8:
            break
    return []


def error_kind(source: str) -> tuple[PageKind, str] | None:
    """Whether the HTML source is a server's error page ("error") or a wall ("blocked"), and the words that say so."""
    small = len(source) < SMALL_PAGE
    head = (source if small else source[:HEAD_CHARACTERS]).lower()
    title = head.find("<title>")
    families = _families()
    for sign in families.error_pages:
        if found := sign.find(head, title):
            return _page_kind(sign.kind), tidy(source[found.start() : found.end()])
    for sign in families.block_pages:
        found = sign.find(head, title) if small or not sign.small else None
        if found and (not sign.small or _is_terse(source)):
            return "blocked", f"{sign.kind}: {tidy(source[found.start() : found.end()])}"
    return None


def _is_terse(source: str) -> bool:
    """Whether a page shows little text: the words of a wall stand alone, an article about walls goes on."""
    blocks = read_blocks(parse(source))
    return sum(len(block.text.split()) for block in blocks if block.links < 0.5) < 2 * FEW_WORDS


def soft_error(title: str, text: str) -> tuple[PageKind, str] | None:
    """Whether a page of ``text`` says that nothing is here, or not for us: kind and the words that say so.

    Such words count in the title, or in a text of under 80 words: an article may speak of a page that was not found.
    """
    few = len(text.split(None, FEW_WORDS)) < FEW_WORDS
    for sign in _families().soft_errors:
        for place in (title, text) if few and not sign.title_only else (title,):
            if found := sign.pattern.search(place.lower()):
                return _page_kind(sign.kind), tidy(place[found.start() : found.end()])
    return None


def _page_kind(kind: str) -> PageKind:
    kinds: dict[str, PageKind] = {"soft_404": "soft_404", "login": "login", "error": "error"}
    return kinds[kind]
