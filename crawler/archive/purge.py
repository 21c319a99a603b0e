"""Exchanges taken out of the archive: its files are written anew without them, and safely so.

A file's successor is written beside it, then one transaction moves the rows of ``fetches`` to it, then the old file is
removed. A process that is killed on the way leaves a file that no row points to, and `settle` removes that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.addresses import canonical
from crawler.archive import UNFINISHED, archive_folder, is_alive, storing
from crawler.archive.copy import compact
from crawler.archive.records import Record, read_records
from crawler.lock import alone
from pipelines.errors import InputError
from pipelines.models import Position
from pipelines.store import Store

_SUCCESSOR = re.compile(r"(.+)\.\d+\.warc\.gz")


@dataclass(frozen=True, slots=True)
class Held:
    """An exchange in the archive: where it lies, of which address it is (the key), when, and its record's kind."""

    position: Position
    url: str
    fetched_at: str
    kind: str


@dataclass(frozen=True, slots=True)
class Purged:
    """How many exchanges were taken out, and by how many bytes the archive shrank."""

    exchanges: int = 0
    bytes: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.exchanges + other.exchanges, self.bytes + other.bytes)


@contextmanager
def quiet(db: Path) -> Iterator[None]:
    """Holds a database and its archive; raises ``InputError`` while a crawl, an import or a reprocessing is at work."""
    with alone(db), alone(db.with_name(f"{db.name}.reprocess")):
        for path in _files(archive_folder(db)):
            if is_alive(path):
                raise InputError(f"a crawl or an import is writing to {db}: wait until it ends, then run this again")
        yield


def purge(store: Store, unwanted: Callable[[Held], bool]) -> Purged:
    """What was taken out of the archive of a database, revisits and what no row knows included. In `quiet` only."""
    settle(store)
    done = Purged()
    for path in _files(archive_folder(store.path)):
        held = list(exchanges(path))
        keep = [one.position for one in held if not unwanted(one)]
        if len(keep) < len(held):
            done += Purged(len(held) - len(keep), _rewrite(store, path, keep))
    return done


def exchanges(path: Path) -> Iterator[Held]:
    """The whole exchanges of a file of ours, in order; what is torn or damaged is passed over."""
    with storing(path), path.open("rb") as file:
        first: Record | None = None
        for item in read_records(file):
            if not isinstance(item, Record):
                first = None
            elif item.kind in UNFINISHED:
                first = first or item
            elif first is not None:
                position = Position(path.name, first.offset, item.end - first.offset)
                url, day = (first.head.get(name) for name in ("WARC-Target-URI", "WARC-Date"))
                yield Held(position, canonical(url), day, first.kind)
                first = None


def settle(store: Store) -> None:
    """Nothing; of a file and its successor, left side by side by a kill, only the one that rows point to is there.

    When rows point to both, both stay: so it is where a database was merged with an older copy of itself.
    """
    folder = archive_folder(store.path)
    for path in _files(folder):
        found = _SUCCESSOR.fullmatch(path.name)
        old = path.with_name(f"{found[1]}.warc.gz") if found else path
        if old == path or not old.exists():
            continue
        with storing(path):
            if not _is_known(store, old):
                old.unlink()
            elif not _is_known(store, path):
                path.unlink()
    for part in folder.glob("*.warc.gz.part"):
        part.unlink(missing_ok=True)


def _rewrite(store: Store, path: Path, keep: list[Position]) -> int:
    """By how many bytes the archive shrank when only these exchanges of a file were kept."""
    size = path.stat().st_size
    moved = compact(path, keep) if keep else {}
    with store.write() as tx:
        tx.executemany(
            "UPDATE fetches SET warc_file = ?, warc_offset = ?, warc_length = ?"
            " WHERE warc_file = ? AND warc_offset = ?",
            [(new.file, new.offset, new.length, old.file, old.offset) for old, new in moved.items()],
        )
        tx.execute(
            "UPDATE fetches SET warc_file = NULL, warc_offset = NULL, warc_length = NULL WHERE warc_file = ?",
            [path.name],
        )
    with storing(path):
        path.unlink()
        new_size = path.with_name(next(iter(moved.values())).file).stat().st_size if moved else 0
    return size - new_size


def _is_known(store: Store, path: Path) -> bool:
    return store.value("SELECT 1 FROM fetches WHERE warc_file = ? LIMIT 1", [path.name]) is not None


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))
