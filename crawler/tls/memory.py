"""The ladder's memory: in table ``hosts`` for good, written in a transaction of the caller; in this process for now."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509

from crawler.tls.certificates import STRANGE
from crawler.tls.ladder import RUNGS, HostState

# Written by us, and yet read as a stranger's: a file can be merged, edited or damaged.
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


@dataclass
class LastingMemory:
    """What hosts need of TLS, for longer than a run. ``remember`` has a write done, by whoever may write."""

    remember: Callable[[Callable[[sqlite3.Connection], None]], None]
    _states: dict[str, HostState] = field(default_factory=dict)

    def load(self, states: Mapping[str, HostState]) -> None:
        """Takes over what the database knows."""
        self._states.update(states)

    def get(self, host: str) -> HostState | None:
        """The state of a host:port."""
        return self._states.get(host)

    def put(self, host: str, state: HostState) -> None:
        """Keeps the state of a host:port."""
        self._states[host] = state
        self.remember(lambda tx: save(tx, host, state))


def load(db: sqlite3.Connection) -> dict[str, HostState]:
    """What every host:port of the database needs. Rows that name an unknown profile are as good as none."""
    rows = db.execute("SELECT host, tls_profile, tls_reason, tls_learned, tls_expires, intermediates FROM hosts")
    return {
        host: HostState(RUNGS[profile], reason or "", _epoch(learned), _epoch(expires), _certificates(pem or ""))
        for host, profile, reason, learned, expires, pem in rows
        if profile in RUNGS
    }


def save(tx: sqlite3.Connection, host: str, state: HostState) -> None:
    """Write what a host:port needs, and no other column of its row. ``tx`` is the caller's: nothing is committed."""
    tx.execute(
        "INSERT INTO hosts(host, tls_profile, tls_reason, tls_learned, tls_expires, intermediates)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(host) DO UPDATE SET tls_profile = excluded.tls_profile,"
        " tls_reason = excluded.tls_reason, tls_learned = excluded.tls_learned, tls_expires = excluded.tls_expires,"
        " intermediates = excluded.intermediates",
        (
            host,
            str(state.rung) if state.learned else None,
            (state.reason if state.learned else state.fault) or None,
            _instant(state.learned),
            _instant(state.expires),
            "\n".join(state.intermediates) or None,
        ),
    )


def _certificates(text: str) -> tuple[str, ...]:
    found = []
    for pem in _PEM.findall(text):
        with suppress(*STRANGE):
            x509.load_pem_x509_certificate(pem.encode())
            found.append(pem)
    return tuple(found)


def _epoch(instant: str | None) -> float:
    try:
        return datetime.fromisoformat(instant).timestamp() if instant else 0.0
    except ValueError:
        return 0.0


def _instant(epoch: float) -> str | None:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if epoch else None
