"""Mentions as a page of annotations: W3C Web Annotation Data Model (Recommendation of 23 February 2017), JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from pipelines.export.articles import Article, Row

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
PAGE = "urn:danchieu:citations"  # every page must have a name
AROUND = 32  # characters of context on either side, so that a text that moved is found again


def to_webannotation(articles: Iterable[Article], out: TextIO) -> int:
    """The number of annotations written, the items of one AnnotationPage.

    Positions are code points into the text of the article, whose digest is part of the annotation's name; the quote
    and what stands around it find the place on the page itself.
    """
    out.write(f'{{"@context": "{CONTEXT}", "id": "{PAGE}", "type": "AnnotationPage", "items": [')
    n = 0
    for article in articles:
        for mention in article.mentions:
            out.write((",\n" if n else "\n") + json.dumps(_annotation(article, mention), ensure_ascii=False))
            n += 1
    out.write("\n]}\n")
    return n


def _annotation(article: Article, mention: Row) -> Row:
    start, end = mention["start"], mention["end"]
    annotation: Row = {
        "id": f"urn:danchieu:{article.key(start, end)}",
        "type": "Annotation",
        "motivation": "identifying",
        "target": {"source": article.row["url"], "selector": _selectors(article.text, start, end)},
    }
    if mention["regulation"] is not None:
        annotation["body"] = {"type": "TextualBody", "purpose": "identifying", "value": mention["regulation"]}
    return annotation


def _selectors(text: str, start: int, end: int) -> list[Row]:
    return [
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - AROUND) : start],
            "suffix": text[end : end + AROUND],
        },
        {"type": "TextPositionSelector", "start": start, "end": end},
    ]
