"""How a page was fetched, as the archive keeps it beside the page: the row of ``fetches`` as JSON, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, TypeGuard

from crawler.exchange import Exchange
from pipelines.models import Certificate, Fetch

MAX_TEXT = 4096
MAX_TEXTS = 1000  # names in a certificate: shared hosts have hundreds

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("url", "site", "final_url", "error_class", "error", "ip", "tls_profile", "tls_version", "tls_cipher")


def fetch_of(exchange: Exchange, *, url: str | None = None, site: str | None = None) -> Fetch:
    """The fetch that an exchange is; ``url`` is the key of its address, by default the address itself.

    ``body_sha256`` and ``bytes`` are left to who undoes the content coding: they are of the page, whatever carried it.
    """
    fetch = Fetch(
        url=url or exchange.url,
        fetched_at=exchange.fetched_at,
        site=site,
        status=exchange.status,
        final_url=exchange.url,
        attempts=exchange.attempts,
        ip=exchange.ip,
    )
    if (tls := exchange.tls) is None:
        return replace(fetch, tls_profile="http", tls_path=exchange.path) if exchange.path else fetch
    return replace(
        fetch,
        tls_profile=tls.profile,
        tls_version=tls.version,
        tls_cipher=tls.cipher,
        tls_verified=tls.verified,
        tls_path=tls.path,
        certificate=tls.certificate,
    )


def provenance(fetch: Fetch) -> dict[str, object]:
    """A fetch as plain values for JSON: what is not known left out, the certificate whole."""
    return {name: value for name, value in asdict(fetch).items() if value not in (None, ())}


def restore(known: Mapping[str, object], read: Fetch) -> Fetch:
    """The fetch as it was archived: what the record itself shows (``read``), completed by its provenance.

    An archive from elsewhere may say anything: values that are not of their type are passed over.
    """
    texts: dict[str, Any] = {name: value for name in _TEXTS if _is_text(value := known.get(name))}
    fetch = replace(read, **texts)
    attempts, verified, path = known.get("attempts"), known.get("tls_verified"), known.get("tls_path")
    if isinstance(attempts, int) and 0 < attempts < 1000:
        fetch = replace(fetch, attempts=int(attempts))
    if isinstance(verified, int) and verified in (0, 1):
        fetch = replace(fetch, tls_verified=bool(verified))
    if _are_texts(path):
        fetch = replace(fetch, tls_path=tuple(path))
    return replace(fetch, certificate=_certificate(known.get("certificate")))


def flags_of(known: Mapping[str, object]) -> tuple[str, ...]:
    """What was odd about a page when it was archived, under "flags" in its provenance: an import passes it on."""
    flags = known.get("flags")
    return tuple(flags) if _are_texts(flags) else ()


def _certificate(known: object) -> Certificate | None:
    if not isinstance(known, Mapping):
        return None
    texts = [known.get(field.name) for field in fields(Certificate) if field.name != "san"]
    san = known.get("san", [])
    if not _are_texts(texts) or not _are_texts(san) or not _SHA256.fullmatch(texts[0]):
        return None
    sha256, subject, issuer, not_before, not_after = texts
    return Certificate(sha256, subject, issuer, not_before, not_after, tuple(san))


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and value.isprintable()


def _are_texts(values: object) -> TypeGuard[list[str]]:
    return isinstance(values, list) and len(values) <= MAX_TEXTS and all(map(_is_text, values))
