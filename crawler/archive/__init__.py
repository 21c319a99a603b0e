"""The archive: what was received, kept as WARC (ISO 28500:2017) in a folder beside the database.

A process appends to files of its own, ``<run>-<pid>-<n>.warc.gz``. Every exchange is a ``response`` record and right
after it a ``metadata`` record with its row of ``fetches``, each a gzip member: an exchange is whole when its metadata
is, so a file that a crash tore is cut back to the end of the last metadata record.

The lock on a process's first file is its proof of life. It goes with the process however that ends, and programs it
starts do not get it (PEP 446), so whoever gets the lock knows that the owner is gone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from crawler.archive.layout import Original, exchange_records, payload_digest, warcinfo_record
from crawler.archive.provenance import fetch_of, provenance
from crawler.archive.records import Damage, Record, read_records
from crawler.exchange import Exchange
from pipelines.errors import StorageError
from pipelines.models import Position as Position

ROLL_AT = 1_000_000_000  # bytes: small enough to copy about, as Common Crawl and Heritrix do

# An exchange that still waits for its metadata record is not whole.
UNFINISHED = frozenset({"response", "revisit", "resource", "request"})


@dataclass(frozen=True, slots=True)
class Repaired:
    """An archive file whose owner is gone: bytes cut off its torn end, and bytes it should have but has not."""

    file: str
    cut: int = 0
    missing: int = 0


def archive_folder(db: Path) -> Path:
    """The folder beside a database that holds its archive."""
    return db.with_name(f"{db.name}.archive")


class Archive:
    """The archive files that one process appends to. Not for several threads.

    Every method raises `StorageError` when the disk refuses; a record that could not be written leaves no trace.
    """

    def __init__(self, folder: Path, run: str, *, roll_at: int = ROLL_AT) -> None:
        self._folder = folder
        self._stem = f"{run}-{os.getpid()}"
        self._roll_at = roll_at
        self._n = 0
        with storing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._proof = self._file = self._next_file()
        self.owner = self._file.path.name

    def append(self, exchange: Exchange, known: Mapping[str, object], *, same_as: Position | None = None) -> Position:
        """Where the exchange's payload is now, together with its metadata record; on disk only after `sync`.

        ``known`` holds what the exchange does not know of its row in ``fetches``: run, url, site, body_sha256, bytes,
        page_kind; of an imported page its flags. ``same_as`` is an archived exchange that probably has the same
        payload: if it does, to the byte, a ``revisit`` record refers to it, and it is the answer.
        """
        original = self._original(exchange, same_as) if same_as is not None else None
        data = exchange_records(exchange, provenance(fetch_of(exchange)) | dict(known), original)
        with storing(self._file.path):
            if self._file.size >= self._roll_at:
                self._roll()
            offset = self._file.size
            self._file.append(data)
        if original is not None and same_as is not None:
            return same_as
        return Position(self._file.path.name, offset, len(data))

    def _original(self, exchange: Exchange, at: Position) -> Original | None:
        """The archived exchange that the record of this one may refer to, or None when its payload is another."""
        try:
            with (self._folder / at.file).open("rb") as file:
                record = next(read_records(file, at.offset), None)
        except OSError:  # gone or unreadable: then the payload is kept again
            return None
        if not isinstance(record, Record) or record.kind != "response":
            return None
        if record.head.get("WARC-Payload-Digest") != payload_digest(exchange.body):
            return None
        return Original(record.head.get("WARC-Target-URI"), record.head.get("WARC-Date"))

    def sync(self) -> None:
        """Nothing; all that was appended is on the disk."""
        with storing(self._file.path):
            self._file.sync()

    def close(self) -> None:
        """Nothing; the files are on the disk, the proof of life is given up. A file without an exchange is removed."""
        with storing(self._file.path):
            for file in {id(file): file for file in (self._file, self._proof)}.values():
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _roll(self) -> None:
        full, self._file = self._file, self._next_file()
        full.sync()
        if full is not self._proof:
            full.close()

    def _next_file(self) -> _LockedFile:
        while True:
            self._n += 1
            path = self._folder / f"{self._stem}-{self._n}.warc.gz"
            try:
                return _LockedFile(path, warcinfo_record(path.name))
            except FileExistsError:  # a process of the same number, before this one
                continue


class _LockedFile:
    """A new file, locked, that grows by whole pieces only."""

    def __init__(self, path: Path, head: bytes) -> None:
        self.path = path
        self._fd: int | None = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        self.size = 0
        self._head = len(head)
        self.append(head)
        _sync_folder(path.parent)  # else a power cut may lose the file's name

    def append(self, data: bytes) -> None:
        assert self._fd is not None, "the archive is closed"
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except BaseException:  # a full disk, or Ctrl-C in the middle of a record: the file stays whole
            os.ftruncate(self._fd, self.size)
            os.lseek(self._fd, self.size, os.SEEK_SET)
            raise
        self.size += len(data)

    def sync(self) -> None:
        assert self._fd is not None, "the archive is closed"
        os.fsync(self._fd)

    def close(self) -> None:
        if self._fd is None:
            return
        os.fsync(self._fd)
        if self.size == self._head:
            self.path.unlink(missing_ok=True)
        fd, self._fd = self._fd, None
        os.close(fd)


def is_alive(path: Path) -> bool:
    """Whether the process that owns this archive file still runs."""
    with storing(path):
        try:
            with path.open("rb") as file:
                return not _locked(file.fileno(), fcntl.LOCK_SH)
        except FileNotFoundError:
            return False


def take_over(path: Path, known_end: int = 0) -> Repaired | None:
    """What was mended in the archive file of a process that is gone, or None while it lives.

    ``known_end`` is the end of the last exchange the database knows. Whole exchanges behind it stay, what is torn is
    cut. A file that is not there has no owner.
    """
    with storing(path):
        try:
            with path.open("r+b") as file:
                return _repaired(path.name, file, known_end) if _locked(file.fileno(), fcntl.LOCK_EX) else None
        except FileNotFoundError:
            return Repaired(path.name, missing=known_end)


def _repaired(name: str, file: BinaryIO, known_end: int) -> Repaired:
    size = os.fstat(file.fileno()).st_size
    if size <= known_end:
        return Repaired(name, missing=known_end - size)
    end = whole_end(read_records(file, known_end), known_end)
    if end < size:
        os.ftruncate(file.fileno(), end)
        os.fsync(file.fileno())
    return Repaired(name, cut=size - end)


def whole_end(records: Iterator[Record | Damage], start: int) -> int:
    """The end of the last whole exchange among the records of a file, or ``start``."""
    end = start
    for item in records:
        if isinstance(item, Record) and item.kind not in UNFINISHED:
            end = max(end, item.end)
    return end


def _locked(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turns what the disk has against writing a file into a `StorageError`."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write the archive {path}: {error.strerror or error}; free space or mend its permissions, then run"
            " the command again"
        ) from error
