"""Tombstones: what was forgotten on request and must not come back. They are digests, so that no address is kept."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.store import Transaction


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All tombstones of a database, in memory: 64 bytes each, and they are few."""

    digests: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.digests)

    def cover(self, address: str | None) -> bool:
        """Whether an address (a canonical one, or ``<site>:<id>``) was forgotten, by itself or with its whole host."""
        return address is not None and not self.digests.isdisjoint(_digests(address))


def tombstones(connection: sqlite3.Connection) -> Tombstones:
    """The tombstones of a database."""
    return Tombstones(frozenset(row[0] for row in connection.execute("SELECT url_sha256 FROM forgotten")))


def is_forgotten(connection: sqlite3.Connection, *addresses: str | None) -> bool:
    """Whether one of these addresses was forgotten: one look at an index for each."""
    marks = [digest for address in addresses if address is not None for digest in _digests(address)]
    sql = f"SELECT 1 FROM forgotten WHERE url_sha256 IN ({', '.join('?' * len(marks))})"  # noqa: S608 - only marks
    return connection.execute(sql, marks).fetchone() is not None


def entomb(tx: Transaction, addresses: Iterable[str], *, at: str, reason: str) -> int:
    """How many tombstones are new; those that stand keep their day and reason."""
    rows = [(_sha256(address), at, reason) for address in sorted(set(addresses))]
    sql = "INSERT INTO forgotten(url_sha256, at, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return tx.executemany(sql, rows).rowcount


def whole_host(host: str) -> str:
    """What stands for every address on a host (with its port, if any): no page has this address."""
    return f"https://{host}/*"


def whole_site(site: str) -> str:
    """What stands for a site of the catalogue, whatever hosts it has: no article of a site has this number."""
    return f"{site}:*"


def host_of(address: str) -> str:
    """The host of an address, with its port; "" for what has none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _digests(address: str) -> tuple[str, ...]:
    host = host_of(address)
    return (_sha256(address), _sha256(whole_host(host))) if host else (_sha256(address),)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
