"""The values that leave this room: mentions, regulations and aliases, from citations that were resolved."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.models import Alias, Mention, Paragraph, References, Regulation, Relation, Zone

from .naming import label_of
from .places import Surroundings
from .registers import document_types
from .relations import Edge
from .resolve import Resolved
from .sentences import Layout
from .text import Text

_ZONES: dict[str, Zone] = {"title": "title", "lead": "lead", "row": "row", "caption": "caption"}


def assemble(
    text: Text,
    found: Sequence[Resolved],
    edges: Sequence[Edge],
    layout: Layout,
    around: Surroundings,
    paragraphs: Sequence[Paragraph],
) -> References:
    """The references of a text as plain values."""
    mentions = tuple(_mention(text, one, around, paragraphs, layout) for one in found)
    return References(
        text.nfc, mentions, _regulations(mentions, found), _relations(text, found, edges), _aliases(mentions)
    )


def _relations(text: Text, found: Sequence[Resolved], edges: Sequence[Edge]) -> tuple[Relation, ...]:
    relations: dict[tuple[str, str, str], Relation] = {}
    for edge in edges:
        subject, object_ = found[edge.subject].id, found[edge.object].id
        if subject and object_ and subject != object_:
            relation = Relation(subject, edge.relation, object_, *text.span(edge.start, edge.end))
            relations.setdefault((subject, edge.relation, object_), relation)
    return tuple(relations.values())


def _mention(
    text: Text, one: Resolved, around: Surroundings, paragraphs: Sequence[Paragraph], layout: Layout
) -> Mention:
    citation, context, identity = one.citation, one.context, one.identity
    start, end = text.span(citation.start, citation.end)
    paragraph = _paragraph(paragraphs, start)
    reading, day = citation.reading, context.day
    return Mention(
        start,
        end,
        text.nfc[start:end],
        citation.kind,
        citation.type.name if citation.type else None,
        citation.number,
        _stated_year(one),
        reading.abbreviation if reading else None,
        citation.symbol.text if citation.symbol and citation.symbol.pieces else None,
        "-".join(reading.codes) if reading and reading.codes else None,
        text.words(context.issuer.start, context.issuer.end) if context.issuer else None,
        identity.place,
        identity.place_by,
        day.iso if day else None,
        context.role,
        day.completed(around.published) if day else None,
        text.words(*context.pinpoint) if context.pinpoint else None,
        text.words(*context.subject) if context.subject else None,
        one.id,
        one.by,
        one.confidence,
        citation.flags,
        paragraph,
        _ZONES.get(paragraphs[paragraph].kind, "body") if paragraph is not None else "body",
        layout.quoted(citation.start, citation.end),
    )


def _stated_year(one: Resolved) -> str | None:
    citation, context = one.citation, one.context
    if citation.symbol and citation.symbol.year:
        return citation.symbol.year
    if citation.year:
        return citation.year
    if context.day and context.day.year and context.role == "issued":
        return str(context.day.year)
    return context.year


def _paragraph(paragraphs: Sequence[Paragraph], start: int) -> int | None:
    i = bisect_right(paragraphs, start, key=lambda paragraph: paragraph.start) - 1
    return i if i >= 0 and start < paragraphs[i].end else None


def _regulations(mentions: Sequence[Mention], found: Sequence[Resolved]) -> tuple[Regulation, ...]:
    groups: dict[str, list[tuple[Mention, Resolved]]] = {}
    for mention, one in zip(mentions, found, strict=True):
        if mention.regulation:
            groups.setdefault(mention.regulation, []).append((mention, one))
    return tuple(_regulation(id_, group) for id_, group in groups.items())


def _regulation(id_: str, group: Sequence[tuple[Mention, Resolved]]) -> Regulation:
    _, system, _, kind, period, number = id_.split("/")
    mentions = [mention for mention, _ in group]
    identities = [one.identity for _, one in group]
    name = document_types()[kind.removesuffix("-qppl")].name
    symbol = majority(mention.symbol for mention in mentions)
    issued = majority(
        mention.date or mention.date_inferred for mention in mentions if mention.date_role in ("issued", "partial")
    )
    year = period if period.isdecimal() and len(period) == 4 else None
    first: dict[str, Any] = {
        field: next((value for one in identities if (value := getattr(one, field))), None)
        for field in ("level", "unit", "term")
    }
    return Regulation(
        id_,
        label=label_of(id_, symbol, " ".join(mentions[0].surface.split())),
        system=system,
        level=first["level"],
        type=name,
        number=None if number.startswith("~") else number,
        symbol=symbol,
        issuer=majority(mention.issuer for mention in mentions),
        issuer_code=majority(mention.issuer_code for mention in mentions),
        unit=first["unit"],
        issued=issued,
        issued_precision="day" if issued else "year" if year else None,
        year=year,
        term=first["term"],
        subject=majority(mention.subject for mention in mentions),
        provisional=period == "-",
    )


def majority(values: Iterable[str | None]) -> str | None:
    """The most frequent of the values that are not None; None when two are equally frequent."""
    said = [value for value in values if value]
    if len(said) < 2:
        return said[0] if said else None
    ranked = Counter(said).most_common(2)
    return None if len(ranked) == 2 and ranked[0][1] == ranked[1][1] else ranked[0][0]


def _aliases(mentions: Sequence[Mention]) -> tuple[Alias, ...]:
    named = {
        (" ".join(mention.surface.split()), mention.regulation)
        for mention in mentions
        if mention.regulation and mention.kind not in ("anaphor", "list")
    }
    return tuple(Alias(alias, id_) for alias, id_ in sorted(named))
