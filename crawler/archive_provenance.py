"""What the archive says of how a page was fetched: the row of ``fetches``, written beside the page and read back."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from crawler.exchange import Exchange


def provenance_of(exchange: Exchange) -> dict[str, object]:
    """The columns of ``fetches`` that an exchange knows; ``certificate`` whole, ``tls_path`` a list.

    ``body_sha256`` and ``bytes`` are of the body as archived, content coding kept.
    """
    tls = exchange.tls
    certificate = asdict(tls.certificate) if tls and tls.certificate else None
    return {
        "fetched_at": exchange.fetched_at,
        "status": exchange.status,
        "attempts": exchange.attempts,
        "ip": exchange.ip,
        "tls_profile": tls.profile if tls else None,
        "tls_version": tls.version if tls else None,
        "tls_cipher": tls.cipher if tls else None,
        "tls_verified": int(tls.verified) if tls else None,
        "tls_path": list(tls.path) if tls else None,
        "certificate": certificate,
        "body_sha256": hashlib.sha256(exchange.body).hexdigest(),
        "bytes": len(exchange.body),
        "body_end": exchange.body_end,
    }
