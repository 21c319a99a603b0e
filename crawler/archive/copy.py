"""Archived exchanges copied to another file: an export for other tools, or an archive file without what was dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from crawler.archive import is_alive
from crawler.archive.layout import warcinfo_record
from crawler.archive.records import Record, read_records
from pipelines.errors import InputError
from pipelines.files import binary_destination
from pipelines.models import Position


class Copy:
    """A WARC file that grows by copies of archived exchanges, byte for byte."""

    def __init__(self, out: BinaryIO, name: str) -> None:
        self._out = out
        self._name = name
        out.write(warcinfo_record(name))

    def add(self, folder: Path, position: Position) -> Position | None:
        """Where the copy of an exchange is, or None when it is not whole in the archive any more."""
        data = _exchange(folder / position.file, position)
        if data is None:
            return None
        offset = self._out.tell()
        self._out.write(data)
        return Position(self._name, offset, len(data))


@contextmanager
def copying(target: Path) -> Iterator[Copy]:
    """A copy that is at ``target`` when the block ends, and nowhere when it fails.

    Raises `StorageError` when it cannot be written.
    """
    with binary_destination(target) as out:
        yield Copy(out, target.name)


def compact(path: Path, keep: Iterable[Position]) -> dict[Position, Position]:
    """The new positions of the exchanges of an archive file that are kept, in a new file beside it.

    The old file stays: remove it when the new positions are committed. An exchange that is not whole any more has no
    new position. Raises `InputError` while a crawl appends to the file.
    """
    if is_alive(path):
        raise InputError(f"a crawl is writing to {path}: wait until it ends, then run the command again")
    stem = path.name.removesuffix(".warc.gz")
    names = (path.with_name(f"{stem}.{n}.warc.gz") for n in range(1, 1 << 30))
    target = next(name for name in names if not name.exists())
    with copying(target) as copy:
        moved = {position: copy.add(path.parent, position) for position in sorted(keep, key=lambda p: p.offset)}
    return {old: new for old, new in moved.items() if new is not None}


def _exchange(path: Path, position: Position) -> bytes | None:
    """The bytes of an exchange, if they are its whole records and nothing else."""
    try:
        with path.open("rb") as file:
            file.seek(position.offset)
            data = file.read(position.length)
    except FileNotFoundError:
        return None
    items = list(read_records(BytesIO(data)))
    whole = [item for item in items if isinstance(item, Record)]
    return data if whole and len(whole) == len(items) and whole[-1].end == position.length else None
