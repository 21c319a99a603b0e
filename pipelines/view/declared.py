"""What a page declares of itself for machines: meta elements, JSON-LD, its title element, its canonical address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import repeat
from typing import Any

from lxml.html import HtmlElement

from pipelines.markup import tidy

MAX_JSON = 2_000_000  # characters; a longer script is data of an application, not a description
ARTICLE_TYPES = ("article", "blogposting", "report")
ALIKE = 0.6  # share of words from which on a headline is the page's

_WRAPPING = re.compile(r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*;?\s*$")
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_LETTERS = re.compile(r"\w+")
_LOOSE = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"((?:[^"\\]|\\.){1,400})"')


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations of one page. ``article`` is the JSON-LD object of the article, {} without one."""

    metas: Mapping[str, str] = field(default_factory=dict)
    article: Mapping[str, Any] = field(default_factory=dict)
    crumbs: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    title: str = ""
    canonical: str | None = None

    def meta(self, *names: str) -> str | None:
        """The first of the named meta elements with a content."""
        return next((self.metas[name] for name in names if self.metas.get(name)), None)


def read_declared(tree: HtmlElement) -> Declared:
    """The declarations in a page's tree; malformed ones are passed over."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and meta.get("content"):
            metas.setdefault(name.strip().lower(), plain(meta.get("content")))
    objects = list(_json_ld(tree))
    article = _own_article(tree, [o for o in objects if _is_article(o)], metas)
    crumbs = next((tuple(_crumbs(o)) for o in objects if _type(o) == "breadcrumblist"), ())
    names = (plain(o.get("name")) for o in objects if _type(o).endswith(("organization", "website")))
    publisher = article.get("publisher")
    own = plain(publisher.get("name")) if isinstance(publisher, dict) else ""
    link = next((e for e in tree.iter("link") if (e.get("rel") or "").lower() == "canonical" and e.get("href")), None)
    title = next((tidy("".join(e.itertext())) for e in tree.iter("title")), "")
    return Declared(
        metas,
        article,
        crumbs,
        tuple(n for n in (metas.get("og:site_name", ""), own, *names) if n),
        plain(title),
        tidy(link.get("href") or "") if link is not None else metas.get("og:url"),
    )


def _own_article(
    tree: HtmlElement, articles: Sequence[Mapping[str, Any]], metas: Mapping[str, str]
) -> Mapping[str, Any]:
    """The described article that is the page's own, {} without one: pages describe related articles too.

    Its headline is like a title of the page, else it stands somewhere that is no link; one without a headline is not
    doubted.
    """
    if not articles:
        return {}
    titles = page_titles(tree, metas)
    alike = {i: max(map(likeness, titles, repeat(plain(a.get("headline"))))) for i, a in enumerate(articles)}
    best = max(alike, key=lambda i: (alike[i], -i))
    headline = plain(articles[best].get("headline"))
    return articles[best] if alike[best] >= ALIKE or not headline or not _is_link(tree, headline) else {}


def page_titles(tree: HtmlElement, metas: Mapping[str, str]) -> list[str]:
    """What a page calls itself: its title element, its first headings, its meta elements."""
    shown = [tidy(e.text_content()) for e in tree.iter("title", "h1")]
    return [*shown, metas.get("og:title", ""), metas.get("twitter:title", "")]


def likeness(title: str, headline: str) -> float:
    """Share of the words of the shorter that both have; none for the two words of a section's name."""
    mine, other = set(_LETTERS.findall(title.casefold())), set(_LETTERS.findall(headline.casefold()))
    return len(mine & other) / min(len(mine), len(other)) if min(len(mine), len(other)) > 2 else 0.0


def _is_link(tree: HtmlElement, headline: str) -> bool:
    """Whether a headline is the text of a link: the title of another article."""
    wanted = headline.casefold()
    return any(tidy(link.text_content()).casefold() == wanted for link in tree.iter("a"))


def plain(value: object) -> str:
    """A declared value as plain text: tags and doubled escapes undone ("&amp;#7871;"); "" for what is no text."""
    if not isinstance(value, str):
        return ""
    for _ in range(2):
        if "&" in value:
            value = unescape(value)
    return tidy(value)


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if len(text) <= MAX_JSON:
            yield from _flat(_loads(text))


def _loads(text: str) -> object:
    """JSON as sites write it: in comments, with raw line ends or a trailing comma; the few facts of it when broken."""
    text = _WRAPPING.sub("", text)
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    facts = dict(reversed(_LOOSE.findall(text)))
    return {"@type": "NewsArticle", **facts} if "Article" in text else {}


def _flat(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _flat(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _flat(value.get("@graph"), depth + 1)
        yield from _flat(value.get("mainEntity"), depth + 1)


def _type(value: Mapping[str, Any]) -> str:
    kind = value.get("@type")
    return str((kind[0] if kind else "") if isinstance(kind, list) else kind or "").lower()


def _is_article(value: Mapping[str, Any]) -> bool:
    return _type(value).endswith(ARTICLE_TYPES)


def _crumbs(value: Mapping[str, Any]) -> Iterator[str]:
    items = value.get("itemListElement")
    for item in items[:20] if isinstance(items, list) else ():
        step = item[0] if isinstance(item, list) and item else item
        if isinstance(step, dict):
            inner = step.get("item")
            name = plain(step.get("name")) or (plain(inner.get("name")) if isinstance(inner, dict) else "")
            if name:
                yield name
