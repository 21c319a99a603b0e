"""The gzip members of an archive file, one record each, in bounded memory and without a word about what they say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 1 << 16
HEAD = 4096  # decompressed bytes of a member in which its WARC-Type is looked for


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member: its bytes in the file, the start of what it holds, and whether it is there to the last byte."""

    offset: int
    end: int
    head: bytes
    whole: bool

    @property
    def record_type(self) -> str:
        """The WARC-Type of the record it holds, or ""."""
        for line in self.head.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"warc-type":
                return value.strip().decode("latin-1")
        return ""


def read_members(file: BinaryIO, start: int = 0) -> Iterator[Member]:
    """The members of a file from an offset on. The first that is not whole (cut, damaged, no gzip) is the last."""
    file.seek(start)
    rest = b""
    whole = True
    while whole and (rest or (rest := file.read(BLOCK))):
        end, head, whole, rest = _read_member(file, start, rest)
        yield Member(start, end, head, whole)
        start = end


def _read_member(file: BinaryIO, start: int, data: bytes) -> tuple[int, bytes, bool, bytes]:
    """Where the member that begins with ``data`` ends, its first bytes, whether it is whole, and what was read over."""
    inflate = zlib.decompressobj(31)
    head = b""
    read = 0
    try:
        while data and not inflate.eof:
            read += len(data)
            plain = inflate.decompress(data, BLOCK)
            head += plain[: HEAD - len(head)]
            while inflate.unconsumed_tail:
                inflate.decompress(inflate.unconsumed_tail, BLOCK)
            if not inflate.eof:
                data = file.read(BLOCK)
    except zlib.error:
        return start + read, head, False, b""
    return start + read - len(inflate.unused_data), head, inflate.eof, inflate.unused_data
