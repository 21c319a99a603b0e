"""The first line and the headers of a WARC record or an HTTP message: the same grammar for both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from crawler.content import text

HEAD_LIMIT = 1 << 16  # bytes: servers stop at 8 to 64 KiB
HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Head:
    """The first line and the headers of a WARC record or an HTTP message."""

    first_line: str
    headers: tuple[tuple[str, str], ...]

    @cached_property
    def _first(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self.headers)}

    def get(self, name: str) -> str:
        """The first value of a header whatever its case, or ""."""
        return self._first.get(name.lower(), "")


def parse_head(data: bytes) -> Head:
    """The first line and headers in the bytes before a blank line.

    Folded lines are joined by a space (RFC 9112, section 5.2); lines without a colon are passed over.
    """
    first, *lines = map(text, data.split(b"\n"))
    names: list[str] = []
    values: list[list[str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and values:
            values[-1].append(line.strip())
        elif ":" in line:
            name, _, value = line.partition(":")
            names.append(name.strip())
            values.append([value.strip()])
    return Head(first.strip(), tuple(zip(names, map(" ".join, values), strict=True)))


def split_head(data: bytes) -> tuple[bytes, bytes]:
    """The bytes before the first blank line, and those after it; all is head when there is none."""
    found = HEAD_END.search(data, 0, HEAD_LIMIT)
    return (data[: found.start()], data[found.end() :]) if found else (data[:HEAD_LIMIT], data[HEAD_LIMIT:])
