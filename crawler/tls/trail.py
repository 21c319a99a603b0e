"""The limits a way to a page keeps, and what happened on it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509

from crawler.exchange import Certificate, FetchError
from crawler.tls.certificates import describe
from crawler.tls.connection import ConnectError
from crawler.tls.faults import all_faults


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for one handshake, and the first and the longest pause between two tries."""

    handshake: float = 15.0
    backoff_base: float = 0.25
    backoff_cap: float = 4.0

    def pause(self, tries: int) -> float:
        """How long to wait after so many tries: exponential, with jitter, so that hosts behind one box spread out."""
        return random.uniform(0.5, 1) * min(self.backoff_cap, self.backoff_base * 2.0 ** max(0, tries - 1))  # noqa: S311 # no secret


@dataclass(slots=True)
class Trail:
    """What happened on the way to one page, kept also when the way is cut short."""

    words: list[str] = field(default_factory=list)
    attempts: int = 0
    fault: str = ""
    detail: str = ""
    ip: str | None = None
    chain: Sequence[x509.Certificate] = ()
    reached_root: bool = False  # so that a chain without an issuer ends in a root that is not trusted

    def note(self, rung: str, error: ConnectError) -> None:
        """Keep a failed attempt."""
        self.fault = "unknown-root" if self.reached_root and error.fault == "no-issuer" else error.fault
        self.words.append(f"{rung}:{self.fault}")
        self.detail, self.ip = error.detail, error.ip or self.ip
        self.chain = error.chain or self.chain

    def error(self, fault: str, *, permanent: bool, detail: str = "", retry_after: float | None = None) -> FetchError:
        """The failure of the whole fetch."""
        means = all_faults()[fault].means
        return FetchError(
            fault,
            f"{means} ({detail})" if detail else means,
            permanent=permanent,
            retry_after=retry_after,
            path=tuple(self.words),
            attempts=self.attempts,
            ip=self.ip,
            certificate=self.certificate(),
        )

    def unsolved(self) -> str:
        """The class of the last fault, if nothing has succeeded since."""
        return self.fault if self.words and not self.words[-1].endswith(":ok") else ""

    def certificate(self) -> Certificate | None:
        """The leaf the server showed last."""
        return describe(self.chain[0]) if self.chain else None
