"""The records of a WARC file (ISO 28500:2017), gzip members or plain, in bounded memory whatever the file holds.

warcio writes our archives and checks them in the tests; reading is done here, because files come from anywhere: its
reader takes a cut member for a whole one, reads lines of any length into memory, stops at the first damaged byte, and
tells stderr about it (read and tried: 1.8.1).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO

from crawler.archive.heads import HEAD_END, HEAD_LIMIT, Head, parse_head

BLOCK = 1 << 16
RECORD_LIMIT = 1 << 32  # decompressed bytes of one record or member; longer ones are bombs and are passed over
DAMAGES = 100  # places from which reading goes on behind damage, per file: each costs a search

GZIP_MAGIC = b"\x1f\x8b\x08"
_START = re.compile(rb"WARC/\d")
_SEARCHES = {True: re.compile(re.escape(GZIP_MAGIC)), False: re.compile(rb"(?<=\n)WARC/\d\.\d+\r?\n")}


@dataclass(frozen=True)
class Record:
    """A whole record, from ``offset`` to ``end`` in the file; ``block`` is as much of it as was asked for.

    Several records in one gzip member share its offset. ``short`` says that the block ends before its length.
    """

    offset: int
    end: int
    head: Head
    block: bytes
    short: bool = False

    @property
    def kind(self) -> str:
        """The record's type: "response", "metadata" and so on."""
        return self.head.get("WARC-Type").lower()


@dataclass(frozen=True)
class Damage:
    """Bytes from ``offset`` on that are no whole record, and why. At the end of a file: what a crash left."""

    offset: int
    reason: str


Keep = Callable[[Head], int]


def read_records(file: IO[bytes], start: int = 0, keep: Keep = lambda head: 0) -> Iterator[Record | Damage]:
    """The records of a file from an offset on, and where it is damaged; reading goes on behind damage.

    ``keep`` says how many bytes of a record's block are wanted.
    """
    gzipped = not _START.match(_at(file, 0, BLOCK).lstrip(b"\r\n"))
    for _ in range(DAMAGES):
        damage = None
        for item in _members(file, start, keep) if gzipped else _plain(file, start, keep):
            yield item
            damage = item if isinstance(item, Damage) else None
        if damage is None:
            return
        found = _next_start(file, damage.offset + 1, gzipped)
        if found is None:
            return
        start = found


class _DamagedError(Exception):
    """The file does not go on as it should."""


class _NoRecordError(_DamagedError):
    """Something else is where a record should begin: the one before it is longer than it says."""


class _Stream:
    """Plain bytes, a piece at a time, with a buffer for what was read over."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self.consumed = 0

    def fill(self, size: int) -> bool:
        """Whether the buffer holds so many bytes now."""
        while len(self._buffer) < size and (piece := self._read()):
            self._buffer += piece
        return len(self._buffer) >= size

    def take(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        self.fill(size)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.consumed += len(data)
        return data

    def skip(self, size: int) -> int:
        """How many of the next bytes there were."""
        left = size
        while left and (data := self.take(min(left, BLOCK))):
            left -= len(data)
        return size - left

    def skip_line_ends(self) -> None:
        """Passes over the line ends that follow a record."""
        while self.fill(1) and (line_ends := len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))):
            self.take(line_ends)

    def head(self) -> Head | None:
        """The head of the next record, or None at the end."""
        self.skip_line_ends()
        if not self.fill(1):
            return None
        self.fill(8)
        if not _START.match(self._buffer):
            raise _NoRecordError("no record begins where one should")
        while not (found := HEAD_END.search(self._buffer)):
            if len(self._buffer) > HEAD_LIMIT:
                raise _DamagedError("a record with endless headers")
            if not self.fill(len(self._buffer) + 1):
                raise _DamagedError("the file ends in a record's headers")
        data = self.take(found.end())
        return parse_head(data[: found.start()])

    def block(self, head: Head, keep: Keep) -> tuple[bytes, bool]:
        """As much of a record's block as is wanted, and whether it is shorter than the head says."""
        length = _length(head)
        wanted = min(keep(head), length)
        data = self.take(wanted)
        rest = length - len(data)
        return data, self.skip(rest) < rest


def _length(head: Head) -> int:
    value = head.get("Content-Length")
    if not re.fullmatch(r"[0-9]{1,15}", value):
        raise _DamagedError("a record without a length")
    if int(value) > RECORD_LIMIT:
        raise _DamagedError("a record of more than 4 GiB")
    return int(value)


def _plain(file: IO[bytes], start: int, keep: Keep) -> Iterator[Record | Damage]:
    """The records of a file that is not compressed, up to the first damage."""
    file.seek(start)
    stream = _Stream(lambda: file.read(BLOCK))
    while True:
        stream.skip_line_ends()
        offset = start + stream.consumed
        try:
            if (head := stream.head()) is None:
                return
            block, short = stream.block(head, keep)
            if short:
                raise _DamagedError("the file ends in a record")
        except _DamagedError as error:
            yield Damage(offset, str(error))
            return
        stream.take(4)
        yield Record(offset, start + stream.consumed, head, block)


class _Member:
    """One gzip member of a file: its plain bytes, and where it ends."""

    def __init__(self, file: IO[bytes], start: int, read_over: bytes) -> None:
        self._file = file
        self._inflate = zlib.decompressobj(31)
        self._data = read_over
        self._end = start + len(read_over)
        self._given = 0
        self.rest = b""

    @property
    def end(self) -> int:
        """The offset behind it, known when all of it was read."""
        return self._end - len(self.rest)

    def read(self) -> bytes:
        """The next plain bytes, b"" at the end of the member. Raises when the file ends first or is no gzip."""
        while not self._inflate.eof:
            if not self._data and not self._more():
                raise _DamagedError("the file ends in a record")
            try:
                plain = self._inflate.decompress(self._data, BLOCK)
            except zlib.error as error:
                raise _DamagedError("damaged gzip data") from error
            self._data = self._inflate.unconsumed_tail
            self._given += len(plain)
            if self._given > RECORD_LIMIT:
                raise _DamagedError("a record of more than 4 GiB")
            if plain:
                return plain
        self.rest = self._inflate.unused_data
        return b""

    def _more(self) -> bool:
        self._data = self._file.read(BLOCK)
        self._end += len(self._data)
        return bool(self._data)


def _members(file: IO[bytes], start: int, keep: Keep) -> Iterator[Record | Damage]:
    """The records of a compressed file, up to the first damage."""
    file.seek(start)
    rest = file.read(BLOCK)
    while rest:
        member = _Member(file, start, rest)
        try:
            yield from _records_in(member, start, keep)
        except _DamagedError as error:
            yield Damage(start, str(error))
            return
        start, rest = member.end, member.rest or file.read(BLOCK)


def _records_in(member: _Member, start: int, keep: Keep) -> Iterator[Record]:
    """The records of one member, the last one when the member is read to its end: only then is its checksum known."""
    stream = _Stream(member.read)
    last: Record | None = None
    try:
        while (head := stream.head()) is not None:
            if last is not None:
                yield last
            block, short = stream.block(head, keep)
            last = Record(start, start, head, block, short)
    except _NoRecordError:
        if last is not None:
            yield last
        raise
    if last is not None:
        yield replace(last, end=member.end)


def _at(file: IO[bytes], offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _next_start(file: IO[bytes], start: int, gzipped: bool) -> int | None:
    """Where the next record begins, searched from an offset on, or None."""
    at, tail = start, b""
    while piece := _at(file, at, BLOCK):
        window, base = tail + piece, at - len(tail)
        for found in _SEARCHES[gzipped].finditer(window):
            if not gzipped or opens_record(_at(file, base + found.start(), 512)):
                return base + found.start()
        at, tail = at + len(piece), window[-16:]
    return None


def opens_record(data: bytes) -> bool:
    """Whether gzip data, at least its first bytes, begins with a WARC record."""
    try:
        return _START.match(zlib.decompressobj(31).decompress(data, 16)) is not None
    except zlib.error:
        return False
