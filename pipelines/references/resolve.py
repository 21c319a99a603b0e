"""Which document each citation of a page means, by the page alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipelines.models import MentionKind, ResolvedBy

from .citation import Citation
from .context import Context
from .identity import Identity, party_term
from .scene import Edge
from .sentences import Layout

_BY_KIND: dict[MentionKind, ResolvedBy] = {
    "full": "full",
    "short": "full",
    "list": "list",
    "named": "named",
    "congress": "named",
    "anaphor": "anaphor",
}
_MOST = 200  # documents of one number that are compared
_BACK = 900  # how far back an anaphor finds what it speaks of, and over one paragraph break at most


class Resolved(NamedTuple):
    """A citation with its context and what it was found to mean; ``id`` is None when nothing or two things fit."""

    citation: Citation
    context: Context
    identity: Identity
    id: str | None = None
    by: ResolvedBy | None = None
    confidence: float = 0.0


def resolve(
    parts: Sequence[tuple[Citation, Context, Identity]],
    edges: Sequence[Edge],
    layout: Layout,
    speaker: int | None = None,
) -> list[Resolved]:
    """Every citation with the document it means; ``speaker`` is the index of the one whose own text this is, if any."""
    nodes = _index(identity for _, _, identity in parts)
    for _, _, identity in parts:
        if node := _dated_by(identity, nodes):
            for key in _keys(node):
                nodes[key].append(node)
    objects: dict[int, set[int]] = {}  # by sentence: what the relations stated there are done to
    for edge in edges:
        objects.setdefault(layout.sentence(edge.start), set()).add(edge.object)
    found: list[Resolved] = []
    for citation, context, identity in parts:
        if citation.kind == "anaphor":
            own = _itself(citation, found[speaker]) if speaker is not None and speaker < len(found) else None
            found.append(own or _antecedent(citation, context, identity, found, objects, layout))
            continue
        found.append(_resolve(citation, context, identity, nodes))
    return found


def _index(nodes: Iterable[Identity]) -> dict[str, list[Identity]]:
    """The documents of a page by number, by number and issuer, and by name where a law has one."""
    known = {(id_, node.name): node for node in nodes if (id_ := node.id)}
    index: dict[str, list[Identity]] = {}
    for node in {id_: node for (id_, _), node in known.items()}.values():
        for key in _by_number(node):
            index.setdefault(key, []).append(node)
    for node in known.values():
        for key in _by_name(node):
            index.setdefault(key, []).append(node)
    return index


def _keys(node: Identity) -> tuple[str, ...]:
    return (*_by_number(node), *_by_name(node))


def _by_number(node: Identity) -> tuple[str, ...]:
    return node.number or "", f"{node.number}@{node.issuer}"


def _by_name(node: Identity) -> tuple[str, ...]:
    return () if node.name is None or (node.number or "").startswith("~") else (f"~{node.name}",)


def _known(wanted: Identity, nodes: Mapping[str, list[Identity]]) -> Sequence[Identity]:
    """The documents of a page that a citation may mean by its number; of very many no one is meant."""
    by_issuer = nodes.get(f"{wanted.number}@{wanted.issuer}") if wanted.issuer else None
    named = (wanted.number or "").startswith("~")
    return (by_issuer if by_issuer and not named else nodes.get(wanted.number or "", ()))[:_MOST]


def _dated_by(identity: Identity, nodes: Mapping[str, list[Identity]]) -> Identity | None:
    """A document known without its year, given the year that a short citation of it states.

    72-NQ/TW, and later "Nghị quyết 72, ban hành ngày 9/9/2025".
    """
    if identity.issuer or identity.period == "-" or not identity.number:
        return None
    undated = identity._replace(period="-")
    fitting = [node for node in _known(identity, nodes) if _agree(node, undated, exact=False)]
    if len(fitting) != 1 or fitting[0].period != "-":
        return None
    return fitting[0]._replace(period=identity.period, day=identity.day, term=identity.term or fitting[0].term)


def _resolve(citation: Citation, context: Context, identity: Identity, nodes: Mapping[str, list[Identity]]) -> Resolved:
    own: ResolvedBy = "site" if identity.place_by == "site" else _BY_KIND[citation.kind]
    id_ = identity.id
    if id_ and identity.period != "-" and not (citation.name is not None and not citation.number):
        return Resolved(citation, context, identity, id_, own, 1.0 if citation.kind == "full" else 0.95)
    fitting = [node for node in _known(identity, nodes) if _fits(node, identity, citation)]
    candidates = _numbered_first([node for node in fitting if node.period != "-"] or fitting)
    if len(candidates) == 1:
        node = candidates[0]
        if node.id == id_:
            return Resolved(citation, context, identity, id_, own, 0.95)
        merged = node._replace(place_by=identity.place_by or node.place_by, term=identity.term or node.term)
        return Resolved(citation, context, merged, node.id, "page", 0.9)
    if len(candidates) > 1 and not citation.name:
        return Resolved(citation, context, identity)
    return Resolved(citation, context, identity, id_, own if id_ else None, 0.6 if id_ else 0.0)


def _numbered_first(nodes: list[Identity]) -> list[Identity]:
    """The documents known by number, if there are any: a law's number says more than its name."""
    return [node for node in nodes if node.number and not node.number.startswith("~")] or nodes


def _fits(node: Identity, wanted: Identity, citation: Citation) -> bool:
    """Whether a document the page knows may be the one a citation means."""
    return _agree(node, wanted, exact=citation.symbol is not None and bool(citation.symbol.pieces))


def _agree(node: Identity, wanted: Identity, *, exact: bool) -> bool:
    """Whether nothing that both state contradicts; ``exact``: the wanted type is that of a symbol."""
    if node.type is None or (wanted.type is None and wanted.issuer is None):
        return False
    if wanted.type and not _same_type(node.type, wanted.type, exact=exact):
        return False
    if wanted.issuer and (node.issuer != wanted.issuer or node.system != wanted.system):
        return False
    if wanted.period not in ("-", node.period):
        return False
    if wanted.term and node.system == "party" and _term_of(node) not in (None, wanted.term):
        return False
    return not (wanted.term and node.system == "state" and wanted.term.startswith("k"))


def _same_type(one: str, other: str, *, exact: bool) -> bool:
    return one == other or (not exact and one.removesuffix("-qppl") == other.removesuffix("-qppl"))


def _term_of(node: Identity) -> str | None:
    return node.term or (party_term(node.day) if node.day else None)


def _itself(citation: Citation, speaker: Resolved) -> Resolved | None:
    """What "Quyết định này" means in the text of a decision: the decision."""
    if speaker.id is None or citation.type is not speaker.citation.type:
        return None
    return speaker._replace(citation=citation, context=Context(end=citation.end), by="anaphor", confidence=0.9)


def _antecedent(
    citation: Citation,
    context: Context,
    identity: Identity,
    before: Sequence[Resolved],
    objects: Mapping[int, set[int]],
    layout: Layout,
) -> Resolved:
    """An anaphor with what it means: the one document of its type in the nearest sentence that has any.

    What a relation of that sentence is done to steps back behind what does it. Two that fit leave the anaphor open, and
    so does a quotation, whose speaker may have another text in mind, unless the page knows just one such document.
    """
    unresolved = Resolved(citation, context, identity)
    near = _nearby(citation, before, layout)
    quoted = layout.quoted(citation.start, citation.end)
    if not near or (quoted and len({before[i].id for i in near}) > 1):
        return unresolved
    sentence = layout.sentence(before[near[-1]].citation.start)
    here = [i for i in near if layout.sentence(before[i].citation.start) == sentence]
    done_to = objects.get(sentence, set())
    ids = {before[i].id: i for i in here if i not in done_to} or {before[i].id: i for i in here}
    if len(ids) != 1:
        return unresolved
    (id_, i), *_ = ids.items()
    return Resolved(citation, context, before[i].identity, id_, "anaphor", 0.8)


def _nearby(citation: Citation, before: Sequence[Resolved], layout: Layout) -> list[int]:
    """The resolved citations of an anaphor's type that stand near enough before it, in order."""
    near = []
    for i in range(len(before) - 1, -1, -1):
        if citation.start - before[i].citation.end > _BACK:
            break
        one = before[i]
        if one.id and one.citation.type is citation.type and _near(one.citation, citation, layout):
            near.append(i)
    return near[::-1]


def _near(one: Citation, anaphor: Citation, layout: Layout) -> bool:
    return layout.paragraph(anaphor.start) - layout.paragraph(one.start) <= 1
