"""HTTP/1.1 as servers really speak it (RFC 9112, leniently): one request written, one answer read, within limits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from crawler.exchange import Headers

LARGEST_HEAD = 65536  # bytes of status line and headers together
MOST_INTERIM = 8  # 1xx answers before the real one
MOST_CHUNKS = 400_000  # of one body: some servers send a few bytes in each, and each costs about 3 us
LONGEST_CHUNK_LINE = 4096  # bytes of a chunk's size and its extensions, or of a trailer line

_STATUS = re.compile(rb"HTTP/(\d)\.(\d)[ \t]+(\d{3})(?:[ \t]+(.*))?", re.IGNORECASE)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_HEX = re.compile(rb"[0-9A-Fa-f]{1,16}")

Ending = Literal["length", "chunked", "close", "none"]


class AnswerError(Exception):
    """An answer that cannot be used: ``fault`` is "no-response", "cut", "too-large" or "bad-http"."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers of an answer, as received but for folded lines, which are joined."""

    status: int
    reason: str
    version: str
    headers: Headers

    def values(self, name: bytes) -> list[bytes]:
        """The values of a header, whatever its case."""
        return [value for key, value in self.headers if key.lower() == name]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ``ending`` says how its end was known, ``reusable`` whether the connection may go on."""

    head: Head
    body: bytes
    ending: Ending
    reusable: bool


def parse_head(raw: bytes) -> Head:
    """Status line and headers of ``raw``; lines that are no header are skipped. Raises AnswerError("bad-http")."""
    lines = [line.removesuffix(b"\r") for line in raw.split(b"\n")]
    match = _STATUS.fullmatch(lines[0].strip())
    if match is None:
        raise AnswerError("bad-http", f"no status line, but {lines[0][:80]!r}")
    major, minor, status, reason = match.groups()
    headers: list[tuple[bytes, bytes]] = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if line[:1] in (b" ", b"\t") and headers:
            headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip())
        elif colon and name.strip():
            headers.append((name.strip(), value.strip()))
    return Head(
        int(status), (reason or b"").decode("latin-1"), f"HTTP/{major.decode()}.{minor.decode()}", tuple(headers)
    )


def ending_of(head: Head, method: str) -> tuple[Ending, int]:
    """How the body of an answer ends, and its length where that is known (RFC 9112 section 6.3).

    A length that is no number counts as none, as in browsers. Raises AnswerError("bad-http") for lengths that
    contradict each other and for transfer codings other than chunked.
    """
    if method == "HEAD" or head.status in (204, 304):
        return "none", 0
    codings = [c.strip().lower() for v in head.values(b"transfer-encoding") for c in v.split(b",")]
    codings = [coding for coding in codings if coding not in (b"", b"identity")]
    if codings:
        if codings != [b"chunked"]:
            raise AnswerError("bad-http", f"unknown transfer coding {b', '.join(codings)[:80]!r}")
        return "chunked", 0
    stated = [length.strip() for v in head.values(b"content-length") for length in v.split(b",")]
    lengths = {int(length) for length in stated if length.isdigit() and len(length) <= 18}
    if len(lengths) > 1:
        raise AnswerError("bad-http", f"contradicting lengths {sorted(lengths)[:5]}")
    return ("length", lengths.pop()) if lengths else ("close", 0)


@dataclass(slots=True)
class Wire:
    """A buffered reader over ``source``, which gives the next bytes and b"" at a clean end."""

    source: Callable[[], Awaitable[bytes]]
    buffer: bytearray = field(default_factory=bytearray)
    answered: bool = False  # whether a byte has come

    async def more(self) -> bool:
        """Read once more; False at the end."""
        data = await self.source()
        self.buffer += data
        self.answered = self.answered or bool(data)
        return bool(data)

    def take(self, n: int) -> bytes:
        """The first ``n`` bytes of the buffer, or what there is."""
        data = bytes(self.buffer[:n])
        del self.buffer[:n]
        return data

    async def line(self) -> bytes | None:
        """The next line without its end; None where the source ends first. Raises AnswerError("bad-http")."""
        start = 0
        while (end := self.buffer.find(b"\n", start)) < 0:
            start = len(self.buffer)
            if start > LONGEST_CHUNK_LINE:
                raise AnswerError("bad-http", "an endless line between chunks")
            if not await self.more():
                return None
        return self.take(end + 1).rstrip(b"\r\n")


async def read_answer(wire: Wire, method: str, limit: int) -> Answer:
    """One whole answer to a request of that method, its body at most ``limit`` bytes. Raises AnswerError, OSError."""
    head = await read_head(wire)
    ending, length = ending_of(head, method)
    if length > limit:
        raise AnswerError("too-large", f"{length} bytes announced, {limit} allowed")
    if ending == "length":
        body = await _read_length(wire, length)
    elif ending == "chunked":
        body = await _read_chunks(wire, limit)
    elif ending == "close":
        body = await _read_to_end(wire, limit)
    else:
        body = b""
    return Answer(head, body, ending, ending != "close" and not wire.buffer and _keeps_alive(head))


async def read_head(wire: Wire) -> Head:
    """Status line and headers of the next answer that is not an interim one. Raises AnswerError, OSError."""
    for _ in range(MOST_INTERIM):
        searched = 0
        while (end := _END_OF_HEAD.search(wire.buffer, max(0, searched - 3))) is None:
            searched = len(wire.buffer)
            if searched > LARGEST_HEAD:
                raise AnswerError("too-large", f"headers of more than {LARGEST_HEAD} bytes")
            if not await wire.more():
                fault = "bad-http" if wire.buffer else "no-response"
                raise AnswerError(fault, f"closed after {len(wire.buffer)} bytes of headers")
        head = parse_head(wire.take(end.end()).strip(b"\r\n"))
        if not 100 <= head.status < 200:
            return head
    raise AnswerError("bad-http", f"more than {MOST_INTERIM} interim answers")


async def _read_length(wire: Wire, length: int) -> bytes:
    while len(wire.buffer) < length:
        if not await wire.more():
            raise AnswerError("cut", f"{len(wire.buffer)} of {length} bytes")
    return wire.take(length)


async def _read_to_end(wire: Wire, limit: int) -> bytes:
    while len(wire.buffer) <= limit:
        if not await wire.more():
            return wire.take(len(wire.buffer))
    raise AnswerError("too-large", f"more than {limit} bytes")


async def _read_chunks(wire: Wire, limit: int) -> bytes:
    body = bytearray()
    n = 0
    while (size := await _chunk_size(wire)) > 0:
        n += 1
        if len(body) + size > limit or n > MOST_CHUNKS:
            raise AnswerError("too-large", f"more than {limit} bytes or {MOST_CHUNKS} chunks")
        while len(wire.buffer) < size:
            if not await wire.more():
                raise AnswerError("cut", f"a chunk of {size} bytes broke off after {len(wire.buffer)}")
        body += wire.take(size)
        if await wire.line():
            raise AnswerError("bad-http", "a chunk longer than its stated size")
    await _skip_trailers(wire)
    return bytes(body)


async def _chunk_size(wire: Wire) -> int:
    line = await wire.line()
    if line is None:
        raise AnswerError("cut", "no last chunk")
    size = line.partition(b";")[0].strip()
    if not _HEX.fullmatch(size):
        raise AnswerError("bad-http", f"no chunk size, but {line[:40]!r}")
    return int(size, 16)


async def _skip_trailers(wire: Wire) -> None:
    """Pass over trailers. Their end may be missing: the last chunk has proved the body complete."""
    total = 0
    while line := await wire.line():
        total += len(line)
        if total > LARGEST_HEAD:
            raise AnswerError("too-large", f"trailers of more than {LARGEST_HEAD} bytes")


def _keeps_alive(head: Head) -> bool:
    options = {o.strip().lower() for v in head.values(b"connection") for o in v.split(b",")}
    return b"close" not in options and (head.version >= "HTTP/1.1" or b"keep-alive" in options)
