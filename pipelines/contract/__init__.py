"""The JSON that commands print and others rely on (docs/design.md, section 4); keys are only ever added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipelines.models import Mention, References

_MENTION_KEYS = (
    *("start", "end", "surface", "kind", "type", "number", "year", "abbreviation", "symbol", "issuer_code", "issuer"),
    *("place", "place_by", "date", "date_role", "date_inferred", "pinpoint", "subject", "regulation", "resolved_by"),
    *("confidence", "flags", "paragraph", "zone", "quoted"),
)


def references_json(references: References) -> dict[str, Any]:
    """The object of ``danchieu references --json``: text, mentions, regulations, relations, aliases."""
    return {
        "text": references.text,
        "mentions": [mention_json(mention) for mention in references.mentions],
        "regulations": [asdict(regulation) for regulation in references.regulations],
        "relations": [asdict(relation) for relation in references.relations],
        "aliases": [asdict(alias) for alias in references.aliases],
    }


def mention_json(mention: Mention) -> dict[str, Any]:
    """One mention as JSON: every field by its name, flags as a list."""
    return {key: getattr(mention, key) for key in _MENTION_KEYS} | {"flags": list(mention.flags)}
