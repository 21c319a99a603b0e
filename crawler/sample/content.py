"""What the sample sites hold, read from ``sites/<id>/``: site.toml and one TOML file an article.

A new file in ``sites/<id>/articles/`` is a new article. It says id, slug, section, published (with its offset), title,
lead and body; where they apply, author, source_name (of a reprint), prefix (an agency's, before the lead) and
listed = false (no listing leads to it, only the feed or the sitemap).

The text of an article is in blocks separated by blank lines. A block is a paragraph, unless it starts with ``## `` (a
heading), ``! `` (the caption of a photo), ``- `` (a list, an item a line) or ``| `` (a table, a row a line). Every
citation of a regulation stands in double brackets: the page shows it without them, the tests expect it to be found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from crawler.sample.servers import Fault

FOLDER = Path(__file__).with_name("sites")
CATALOGUE = Path(__file__).with_name("catalogue.toml")

BlockKind = Literal["body", "heading", "caption", "item", "row"]
MARKS: dict[str, BlockKind] = {"##": "heading", "!": "caption", "-": "item", "|": "row"}
CITATION = re.compile(r"\[\[([^\]]+)\]\]")
SYMBOL = re.compile(r"\d\w*(?:/\d{4})?\s?[-/]\s?[^\s,;.)]+")


@dataclass(frozen=True)
class Marked:
    """A text with its citations marked: ``parts`` are pieces of it, and whether each is a citation."""

    parts: tuple[tuple[str, bool], ...]

    @classmethod
    def parse(cls, marked: str) -> Marked:
        """The text that ``marked`` stands for, its white space folded."""
        pieces = CITATION.split(" ".join(marked.split()))
        return cls(tuple((piece, i % 2 == 1) for i, piece in enumerate(pieces) if piece))

    def __str__(self) -> str:
        return "".join(piece for piece, _ in self.parts)

    @property
    def citations(self) -> tuple[str, ...]:
        """The citations, as written, in order."""
        return tuple(piece for piece, cited in self.parts if cited)


@dataclass(frozen=True)
class Block:
    """A piece of an article: one cell, or several when it is the row of a table."""

    kind: BlockKind
    cells: tuple[Marked, ...]


@dataclass(frozen=True)
class SampleArticle:
    """An article of the sample, and with it what understanding its page has to give."""

    site: str
    host: str
    id: int
    slug: str
    url: str
    headline: Marked
    sapo: Marked
    moment: datetime
    author: str | None
    section: str
    blocks: tuple[Block, ...]
    prefix: str = ""  # what an agency puts before the lead: "(BMO) - "
    source_name: str | None = None
    listed: bool = True  # False: only the feed or the sitemap knows it

    @property
    def title(self) -> str:
        """The headline as the page shows it."""
        return str(self.headline)

    @property
    def lead(self) -> str:
        """The sapo, without the agency's prefix."""
        return str(self.sapo)

    @property
    def signature(self) -> str | None:
        """Who stands under the text."""
        return f"Theo {self.source_name}" if self.source_name else self.author

    @property
    def published(self) -> str:
        """The day it appeared."""
        return self.moment.date().isoformat()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What follows title and lead: paragraphs, headings, captions, items; the cells of a row with " | " between."""
        return tuple(" | ".join(map(str, block.cells)) for block in self.blocks)

    @property
    def citations(self) -> tuple[str, ...]:
        """Every citation of title, lead and body, as written, in order."""
        marked = [self.headline, self.sapo, *(cell for block in self.blocks for cell in block.cells)]
        return tuple(citation for text in marked for citation in text.citations)

    @property
    def references(self) -> tuple[str, ...]:
        """The number and symbol of the citations that have one, such as "96-QĐ/TW", each once."""
        found = (SYMBOL.search(citation) for citation in self.citations)
        return tuple(dict.fromkeys(match[0] for match in found if match))


@dataclass(frozen=True)
class NonArticle:
    """A page whose address looks like an article's, and which is none."""

    site: str
    host: str
    id: int
    slug: str
    url: str
    kind: str  # soft_404, error, login or listing, as models.PageKind
    title: str  # of the link that leads to it
    status: int = 200


@dataclass(frozen=True)
class SampleSite:
    """One host of the sample: where its pages are, what is wrong with its TLS, and what surrounds its articles."""

    id: str
    host: str
    name: str
    fault: Fault
    first: str
    listing: str
    feed: str | None
    sitemap: str | None
    unknown_status: int
    furniture: dict[str, Any]
    articles: tuple[SampleArticle, ...]
    non_articles: tuple[NonArticle, ...]

    def listing_path(self, page: int) -> str:
        """Path and query of a listing page, counted from 1."""
        return self.first if page == 1 else self.listing.format(page=page)


@cache  # the files do not change while the program runs
def sites() -> tuple[SampleSite, ...]:
    """Every site of the sample, in the order of its catalogue."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["site"]
    return tuple(_site(entry) for entry in entries)


def articles() -> tuple[SampleArticle, ...]:
    """Every article of the sample."""
    return tuple(article for site in sites() for article in site.articles)


def non_articles() -> tuple[NonArticle, ...]:
    """Every page of the sample that looks like an article by its address alone."""
    return tuple(page for site in sites() for page in site.non_articles)


def _site(entry: dict[str, Any]) -> SampleSite:
    folder = FOLDER / entry["id"]
    given = _load(folder / "site.toml")
    where = {"site": entry["id"], "host": entry["domains"][0]}
    address = f"https://{where['host']}{given['article']}"
    read = [_article(_load(path), where, address) for path in sorted((folder / "articles").glob("*.toml"))]
    return SampleSite(
        id=where["site"],
        host=where["host"],
        name=entry["name"],
        fault=given["fault"],
        first=given["first"],
        listing=given["listing"],
        feed=given.get("feed"),
        sitemap=given.get("sitemap"),
        unknown_status=given["unknown_status"],
        furniture=given["furniture"],
        articles=tuple(sorted(read, key=lambda article: article.moment, reverse=True)),
        non_articles=tuple(NonArticle(**where, url=address.format(**page), **page) for page in given["non_article"]),
    )


def _article(given: dict[str, Any], where: dict[str, str], address: str) -> SampleArticle:
    return SampleArticle(
        **where,
        id=given["id"],
        slug=given["slug"],
        url=address.format(**given),
        headline=Marked.parse(given["title"]),
        sapo=Marked.parse(given["lead"]),
        moment=given["published"],
        author=given.get("author"),
        section=given["section"],
        blocks=tuple(_blocks(given["body"])),
        prefix=given.get("prefix", ""),
        source_name=given.get("source_name"),
        listed=given.get("listed", True),
    )


def _blocks(body: str) -> Iterator[Block]:
    for block in body.strip().split("\n\n"):
        mark, _, text = block.partition(" ")
        match kind := MARKS.get(mark, "body"):
            case "item":
                yield from (Block(kind, (Marked.parse(line.removeprefix(mark)),)) for line in block.splitlines())
            case "row":
                for line in block.splitlines():
                    yield Block(kind, tuple(map(Marked.parse, line.strip("| ").split("|"))))
            case "body":
                yield Block(kind, (Marked.parse(block),))
            case _:
                yield Block(kind, (Marked.parse(text),))


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
