"""Which document each citation of a page means, by the page alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..models import ResolvedBy
from .citation import Citation
from .context import Context
from .identity import Identity, party_term
from .text import Text


@dataclass(frozen=True, slots=True)
class Resolved:
    """A citation with its context and what it was found to mean; ``id`` is None when nothing or two things fit."""

    citation: Citation
    context: Context
    identity: Identity
    id: str | None = None
    by: ResolvedBy | None = None
    confidence: float = 0.0


def resolve(text: Text, parts: Sequence[tuple[Citation, Context, Identity]]) -> list[Resolved]:
    """Every citation with the document it means."""
    nodes = [identity for _, _, identity in parts if identity.id and identity.period != "-"]
    found: list[Resolved] = []
    for citation, context, identity in parts:
        if citation.kind == "anaphor":
            found.append(Resolved(citation, context, identity))
            continue
        found.append(_resolve(citation, context, identity, nodes))
    return found


def _resolve(citation: Citation, context: Context, identity: Identity, nodes: Sequence[Identity]) -> Resolved:
    own: ResolvedBy = {"full": "full", "list": "list", "named": "named", "congress": "named"}.get(citation.kind, "full")  # type: ignore[assignment]
    if identity.place_by == "site":
        own = "site"
    if identity.id and identity.period != "-" and not (citation.name is not None and not citation.number):
        return Resolved(citation, context, identity, identity.id, own, 1.0 if citation.kind == "full" else 0.95)
    candidates = _distinct(node for node in nodes if _fits(node, identity, citation))
    if len(candidates) == 1:
        node = candidates[0]
        merged = replace(node, place_by=identity.place_by or node.place_by, term=identity.term or node.term)
        return Resolved(citation, context, merged, node.id, "page", 0.9)
    if len(candidates) > 1 and not citation.name:
        return Resolved(citation, context, identity)
    return Resolved(citation, context, identity, identity.id, own if identity.id else None, 0.6 if identity.id else 0.0)


def _distinct(nodes: Iterable[Identity]) -> list[Identity]:
    return list({node.id: node for node in nodes}.values())


def _fits(node: Identity, wanted: Identity, citation: Citation) -> bool:
    """Whether a document the page knows may be the one a citation means: nothing that both state contradicts."""
    if node.type is None or wanted.type is None or node.number != wanted.number:
        return False
    if not _same_type(node.type, wanted.type, exact=citation.symbol is not None and bool(citation.symbol.pieces)):
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
