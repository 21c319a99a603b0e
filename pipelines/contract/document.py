"""A document as the JSON object of ``danchieu extract --json``; its keys are a promise to other programs."""

from __future__ import annotations

from typing import Any

from pipelines.contract import references_json
from pipelines.models import Document


def document_json(document: Document) -> dict[str, Any]:
    """The object of ``danchieu extract --json``: that of ``danchieu references --json`` and what the page says besides.

    Keys are only ever added. Offsets are Python code points into ``text``.
    """
    metadata, audit = document.metadata, document.audit
    return {
        **references_json(document.references),
        "text": document.text,
        "url": document.url,
        "site": document.site,
        "unit": document.unit,
        "kind": document.kind,
        "title": metadata.title,
        "lead": metadata.lead,
        "author": metadata.author,
        "origin": metadata.origin,
        "source_name": metadata.source_name,
        "section": metadata.section,
        "genre": metadata.genre,
        "published": metadata.published,
        "published_raw": metadata.published_raw,
        "published_source": metadata.published_source,
        "modified": metadata.modified,
        "extractor": document.extractor,
        "encoding": document.encoding,
        "notes": [{"kind": note.kind, "text": note.text} for note in document.notes],
        "paragraphs": [{"start": p.start, "end": p.end, "kind": p.kind} for p in document.paragraphs],
        "sentences": [{"start": s.start, "end": s.end, "segmented": s.segmented} for s in document.sentences],
        "audit": {"page": audit.page, "kept": audit.kept, "missing": list(audit.missing)},
    }
