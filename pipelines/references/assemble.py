"""The values that leave this room: mentions, regulations and aliases, from citations that were resolved."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pipelines.models import Alias, Mention, Paragraph, References, Regulation, Relation, Zone

from .identity import Identity
from .naming import Name, label_of
from .places import Surroundings
from .registers import document_types
from .resolve import Resolved
from .scene import Edge
from .sentences import Layout
from .text import Text

_Row = tuple[str | None, ...]
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
    paragraph = _paragraph(paragraphs, start) if paragraphs else None
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
    name = Name.of(id_)
    symbol, issuer, code, subject, issued = _each(majority, [_stated(mention) for mention, _ in group])
    level, unit, term = _each(_first, [_known(one.identity) for _, one in group])
    return Regulation(
        id_,
        label_of(id_, symbol, _on_one_line(group[0][0].surface)),
        name.system,
        level,
        document_types()[name.type.removesuffix("-qppl")].name,
        None if name.number.startswith("~") else name.number,
        symbol,
        issuer,
        code,
        unit,
        issued,
        "day" if issued else "year" if name.year else None,
        name.year,
        term,
        subject,
        provisional=name.period == "-",
    )


def _stated(mention: Mention) -> _Row:
    """What a mention says of its regulation: symbol, issuer, its code, subject, day of issue."""
    day = mention.date or mention.date_inferred if mention.date_role in ("issued", "partial") else None
    return mention.symbol, mention.issuer, mention.issuer_code, mention.subject, day


def _known(identity: Identity) -> _Row:
    """What the page tells of a regulation beyond its identifier: level, unit, term."""
    return identity.level, identity.unit, identity.term


def _each(choose: Callable[[Sequence[str | None]], str | None], rows: Sequence[_Row]) -> Iterable[str | None]:
    """The value chosen of each column; there is no choice in a single row, which most documents have."""
    return rows[0] if len(rows) == 1 else map(choose, zip(*rows, strict=True))


def _first(values: Iterable[str | None]) -> str | None:
    return next(filter(None, values), None)


def majority(values: Iterable[str | None]) -> str | None:
    """The most frequent of the values that are not None; None when two are equally frequent."""
    said = list(filter(None, values))
    if len(said) < 2:
        return said[0] if said else None
    ranked = Counter(said).most_common(2)
    return None if len(ranked) == 2 and ranked[0][1] == ranked[1][1] else ranked[0][0]


def _on_one_line(surface: str) -> str:
    return " ".join(surface.split())


def _aliases(mentions: Sequence[Mention]) -> tuple[Alias, ...]:
    named = {
        (_on_one_line(mention.surface), mention.regulation)
        for mention in mentions
        if mention.regulation and mention.kind not in ("anaphor", "list")
    }
    return tuple(Alias(alias, id_) for alias, id_ in sorted(named))
