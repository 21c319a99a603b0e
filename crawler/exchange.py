"""What went over the wire: one request, its answer as received, and the TLS under it. Plain values, no Scrapy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.models import Certificate as Certificate

BodyEnd = Literal["framed", "close_notify", "unproven"]
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class TlsRecord:
    """The handshake a page came through. ``path`` names every attempt: ``("strict:protocol", "legacy:ok")``."""

    profile: str
    version: str
    cipher: str
    verified: bool
    path: tuple[str, ...]
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, the body with transfer coding undone and content coding kept.

    ``body_end`` says how the end of the body is known: by its framing (RFC 9112 section 6), by the closure alert
    (section 9.8), or not at all. ``path`` names every attempt, as in TlsRecord, also where it ended
    on plain http; it is empty for an address that is plain http by itself.
    """

    url: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    http_version: str
    headers: Headers
    body: bytes
    fetched_at: str
    ip: str | None = None
    attempts: int = 1
    body_end: BodyEnd = "framed"
    tls: TlsRecord | None = None
    path: tuple[str, ...] = ()


class FetchError(Exception):
    """No answer, and why: ``error_class`` is a stable word such as "expired", "hostname", "reset" or "too-large".

    ``permanent`` faults are not tried again in this run; others may be after ``retry_after`` seconds. ``exchange`` is
    what came of an answer that broke off ("truncated"). ``attempts`` is 0 where the host's fault was known before.
    """

    def __init__(
        self,
        error_class: str,
        message: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        path: tuple[str, ...] = (),
        attempts: int = 1,
        ip: str | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(message)
        self.error_class = error_class
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.path = path
        self.attempts = attempts
        self.ip = ip
        self.certificate = certificate
        self.exchange: Exchange | None = None
