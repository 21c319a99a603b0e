"""What the writer is asked to do, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.frontier import Outlook
from crawler.visit import Kept, Lease, Understanding, Visit
from crawler.writer.opening import Opening
from pipelines.errors import DanchieuError
from pipelines.store import Transaction


@dataclass(frozen=True, slots=True)
class Settle:
    """A visit whose page has been understood, to be kept."""

    visit: Visit
    understanding: Understanding


@dataclass(frozen=True, slots=True)
class Return:
    """A lease to give back as if it had not been taken."""

    lease: Lease
    after: float = 0


@dataclass(frozen=True, slots=True)
class Remember:
    """A small write of another room, such as what a host's TLS needs: called with the transaction."""

    write: Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a turn of the writer gave: new leases, what became of visits, and what is left. Posted after the commit."""

    leases: tuple[Lease, ...] = ()
    kept: tuple[tuple[Lease, Kept], ...] = ()
    outlook: Outlook = field(default_factory=lambda: Outlook(more=True))
    opening: Opening | None = None
    error: DanchieuError | None = None
    stopped: bool = False


Job = Settle | Return | Remember | None  # None stops the thread
