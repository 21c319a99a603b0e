"""From the records of an archive to pages: a response, the records that belong to it, and what was odd."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from crawler.archive.heads import HEAD_LIMIT, Head, parse_head, split_head
from crawler.archive.provenance import flags_of, restore
from crawler.archive.records import Damage, Record
from crawler.content import MAX_BYTES, Content, TooLargeError, is_html, looks_like_html, undo_codings
from pipelines.models import Fetch, Page, Position

RAW_LIMIT = 2 * MAX_BYTES  # chunked framing and a useless compression add to a page, but do not double it
JSON_LIMIT = 1 << 20
INTERIM = 3  # answers such as "100 Continue" and "103 Early Hints" that proxies record before the real one
COMPANIONS = 8  # records that belong to a response: its request, its metadata, in tools that write more, a few

ProblemKind = Literal["torn", "damaged", "too-large", "revisit", "outside", "unreadable"]
Wanted = Callable[[str], bool]

# Content types under which servers send pages without calling them pages; the bytes decide.
_VAGUE = frozenset({"", "text/plain", "text/xml", "application/xml", "application/octet-stream"})
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? +(\d{3})(?: |$)", re.IGNORECASE)
_INTERIM_LINE = re.compile(r"HTTP/\d(?:\.\d)? +1\d\d(?: |$)", re.IGNORECASE)
_INSTANT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d{1,9})?)?Z?)?")


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page from an archive or a file: where it lies, how it was fetched as far as that is known, what was odd.

    ``file`` names the archive, for WACZ followed by "/" and the WARC within. Flags: "truncated:<reason>" (the archive
    says so), "short" (the record ends before its length), "cut", "stale-content-encoding",
    "stale-transfer-encoding". ``provenance`` is the JSON of its metadata record, unchecked; ``fetch`` is checked.
    """

    page: Page
    fetch: Fetch
    file: str
    offset: int = 0
    length: int = 0
    flags: tuple[str, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def position(self) -> Position:
        """Where it lies, and where to resume behind it."""
        return Position(self.file, self.offset, self.length)


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not taken, and why.

    "torn": the file ends in a record; "damaged": bytes that are no record, with records behind them; "too-large": over
    16 MiB decoded; "revisit": the payload is another record's; "outside": a page that is not wanted; "unreadable": a
    file of a folder that is no page.
    """

    kind: ProblemKind
    message: str
    file: str
    offset: int = 0
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads the pages of one WARC file: its name, an instant for records without a date, and which pages are wanted.

    With ``everything`` answers of any type and status are pages.
    """

    file: str
    written: str
    wanted: Wanted = lambda url: True
    everything: bool = False

    def keep(self, head: Head) -> int:
        """How many bytes of a record's block are needed."""
        if _kind(head) == "metadata":
            return JSON_LIMIT
        if _kind(head) not in ("response", "resource", "revisit") or (url := _address(head)) is None:
            return 0
        return RAW_LIMIT if self.wanted(url) else HEAD_LIMIT

    def items(self, records: Iterable[Record | Damage]) -> Iterator[ArchivedPage | Problem]:
        """The pages among the records, and what could not be taken."""
        damage: Damage | None = None
        for found in _with_companions(records):
            if damage is not None:
                yield self._damage("damaged", damage)
            damage = found if isinstance(found, Damage) else None
            if not isinstance(found, Damage) and (item := self._item(found)) is not None:
                yield item
        if damage is not None:
            yield self._damage("torn", damage)

    def _damage(self, kind: ProblemKind, damage: Damage) -> Problem:
        return Problem(kind, f"{self.file}, byte {damage.offset:,}: {damage.reason}", self.file, damage.offset)

    def _problem(self, kind: ProblemKind, message: str, record: Record, url: str) -> Problem:
        return Problem(kind, f"{url}: {message}", self.file, record.offset, url)

    def _item(self, records: tuple[Record, ...]) -> ArchivedPage | Problem | None:
        record = records[0]
        url, message = _address(record.head), _message(record)
        if url is None or message is None or not (self.everything or _may_be_page(message[0])):
            return None
        said = is_html(message[0].headers)
        if not self.wanted(url):
            return self._problem("outside", "not in the catalogue", record, url) if said else None
        if record.kind == "revisit":
            return self._problem("revisit", "the same bytes as a page recorded before", record, url)
        try:
            content = _content(record, *message)
        except TooLargeError:  # a file that is not said to be a page is none
            return self._problem("too-large", "over 16 MiB", record, url) if said or self.everything else None
        if not (said or self.everything or looks_like_html(content.body)):
            return None
        return self._page(records, url, message[0], content)

    def _page(self, records: tuple[Record, ...], url: str, head: Head, content: Content) -> ArchivedPage:
        record = records[0]
        provenance = next((known for companion in records[1:] if (known := _json(companion))), {})
        fetch = Fetch(
            url=url,
            fetched_at=_instant(record.head.get("WARC-Date")) or self.written,
            status=_status(head),
            final_url=url,
            ip=_ip(record.head.get("WARC-IP-Address")),
            body_sha256=hashlib.sha256(content.body).hexdigest(),
            bytes=len(content.body),
        )
        return ArchivedPage(
            page=Page(url, content.body, _status(head), head.headers, fetch.fetched_at),
            fetch=restore(provenance, fetch),
            file=self.file,
            offset=record.offset,
            length=records[-1].end - record.offset,
            flags=tuple(dict.fromkeys((*_flags(record), *content.flags, *flags_of(provenance)))),
            provenance=provenance,
        )


def _with_companions(records: Iterable[Record | Damage]) -> Iterator[tuple[Record, ...] | Damage]:
    """Each record that may be a page, together with the request and metadata records right behind it that name it."""
    held: tuple[Record, ...] = ()
    for item in records:
        if isinstance(item, Record) and held and len(held) <= COMPANIONS and _belongs(item, held[0]):
            held = (*held, item)
            if item.kind == "metadata" and _is_json(item.head):  # ours ends with it: no need to look at what follows
                yield held
                held = ()
            continue
        if held:
            yield held
        held = ()
        if isinstance(item, Damage):
            yield item
        elif item.kind in ("response", "resource", "revisit"):
            held = (item,)
    if held:
        yield held


def _belongs(record: Record, to: Record) -> bool:
    named = (record.head.get("WARC-Concurrent-To"), record.head.get("WARC-Refers-To"))
    return record.kind in ("request", "metadata") and to.head.get("WARC-Record-ID") in named


def _kind(head: Head) -> str:
    return head.get("WARC-Type").lower()


def _address(head: Head) -> str | None:
    """The address of a record that may be a page, http or a saved file's, or None.

    wget 1.19 puts it in angle brackets; some tools leave spaces in it.
    """
    url = head.get("WARC-Target-URI").removeprefix("<").removesuffix(">").replace(" ", "%20")
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    known = parts.netloc if parts.scheme in ("http", "https") else parts.scheme == "file"
    return url if known and url.isprintable() else None


def _message(record: Record) -> tuple[Head, bytes] | None:
    """The HTTP head and the payload of a record, or None when it holds no answer of a server."""
    if record.kind == "resource":
        return Head("HTTP/1.1 200 OK", (("Content-Type", record.head.get("Content-Type")),)), record.block
    payload = record.block
    for _ in range(INTERIM + 1):
        head, payload = split_head(payload)
        message = parse_head(head)
        if not _INTERIM_LINE.match(message.first_line):
            break
    return (message, payload) if _STATUS_LINE.match(message.first_line) else None


def _content(record: Record, head: Head, payload: bytes) -> Content:
    if len(record.block) >= RAW_LIMIT:
        raise TooLargeError(f"over {RAW_LIMIT:,} bytes before decoding")
    return undo_codings(payload, head.headers)


def _status(head: Head) -> int:
    found = _STATUS_LINE.match(head.first_line)
    assert found is not None, "_message lets nothing else through"
    return int(found[1])


def _ip(written: str) -> str | None:
    try:
        return str(ip_address(written))
    except ValueError:
        return None


def _may_be_page(head: Head) -> bool:
    if _status(head) != 200:
        return False
    return is_html(head.headers) or head.get("Content-Type").partition(";")[0].strip().lower() in _VAGUE


def _flags(record: Record) -> tuple[str, ...]:
    reason = record.head.get("WARC-Truncated")
    return ((f"truncated:{reason[:40]}",) if reason else ()) + (("short",) if record.short else ())


def _is_json(head: Head) -> bool:
    return head.get("Content-Type").lower().startswith("application/json")


def _json(record: Record) -> dict[str, object]:
    """The object that a metadata record holds as JSON, or nothing."""
    if record.kind != "metadata" or not _is_json(record.head):
        return {}
    try:
        known = json.loads(record.block)
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _instant(written: str) -> str | None:
    """A WARC-Date or ARC date as an instant to the second, UTC; None for what is no date."""
    found = _INSTANT.fullmatch(written)
    if found is None:
        return None
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
