"""Archives as an input: WARC, plain or gzip, and WACZ, ours or anybody's.

A page is a ``response`` of status 200, or a ``resource`` record, that holds HTML. Redirects,
errors, images, scripts and the like are passed over without a word. What could not be taken is a `Problem`, and reading
goes on behind it.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO

from crawler.archive.pages import ArchivedPage, PageReader, Problem, Wanted
from crawler.archive.records import Damage, Record, read_records
from crawler.exchange import Exchange, TlsRecord
from pipelines.errors import InputError
from pipelines.instants import instant
from pipelines.models import Position

# Headers that say how a body was coded or framed; it is neither any more.
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
Open = Callable[[], AbstractContextManager[IO[bytes]]]
ZSTD_MAGIC = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one that is skipped: a dictionary
MAX_RATIO = 200  # HTML deflates to a tenth or a twentieth; what goes beyond this is a bomb
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)


def read_archive(
    path: Path, *, name: str | None = None, wanted: Wanted = lambda url: True, after: Position | None = None
) -> Iterator[ArchivedPage | Problem]:
    """The pages of a ``.warc``, ``.warc.gz`` or ``.wacz`` file, told apart by content.

    ``name`` is what their ``file`` says, by default the file's own name. Pages whose address is not ``wanted`` are
    "outside", their bodies not decoded. ``after`` is the position of the last page that was taken: reading resumes
    behind it. Raises `InputError` for a file without a whole record.
    """
    with opened(path) as file:
        if not file.seek(0, 2):
            raise InputError(f"{printable(path)} is empty (0 bytes): copy it again")
        written = instant(path.stat().st_mtime)
        seen = _Seen()
        for warc_name, open_warc in _warcs(path, name or printable(path.name), file, after):
            reader = PageReader(warc_name, written, wanted)
            start = after.offset + after.length if after is not None and after.file == warc_name else 0
            try:
                with open_warc() as warc:
                    for item in reader.items(seen.watch(read_records(warc, start, reader.keep))):
                        if seen.records or after is not None:  # else the error below says it
                            yield item
            except _ZIP_ERRORS as error:
                yield Problem("damaged", f"{warc_name}: {error}", warc_name)
        if not seen.records and after is None:
            raise InputError(
                f"{printable(path)} is no WARC or WACZ archive, or was cut in its first record{seen.why}: copy it again"
            )


def read_at(folder: Path, file: str, offset: int, body_sha256: str | None = None) -> ArchivedPage:
    """The answer archived at an offset of a WARC file, whatever its type and status.

    ``body_sha256`` tells it from others where a gzip member holds several. Raises `InputError` when it is not there.
    """
    path = folder / file
    reader = PageReader(file, "", everything=True)
    why = ""
    with opened(path) as stream:
        for item in reader.items(read_records(stream, offset, reader.keep)):
            if isinstance(item, Problem):
                why = why or f" ({item.message})"
            elif item.offset == offset and body_sha256 in (None, hashlib.sha256(item.page.body).hexdigest()):
                return item
            if item.offset > offset:
                break
    raise InputError(f"the archive {printable(path)} holds no answer at byte {offset}{why}: restore it from a copy")


def exchange_of(archived: ArchivedPage) -> Exchange:
    """A page from elsewhere as an exchange that can be archived: body decoded, headers of its codings renamed."""
    page, fetch = archived.page, archived.fetch
    tls = TlsRecord(
        profile=fetch.tls_profile or "",
        version=fetch.tls_version or "",
        cipher=fetch.tls_cipher or "",
        verified=bool(fetch.tls_verified),
        path=fetch.tls_path,
        certificate=fetch.certificate,
    )
    headers = tuple(
        (("X-Archive-Orig-" + name if name.lower() in _UNDONE else name).encode(), value.encode())
        for name, value in page.headers
    )
    return Exchange(
        url=page.url,
        method="GET",
        request_headers=(),
        status=page.status,
        reason="",
        http_version="HTTP/1.1",
        headers=headers,
        body=page.body,
        fetched_at=fetch.fetched_at,
        ip=fetch.ip,
        attempts=fetch.attempts,
        tls=tls if fetch.tls_version else None,
    )


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read; what the disk has against it becomes an `InputError`."""
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise InputError(f"there is no file {printable(path)}: check its name") from error
    except OSError as error:
        raise InputError(
            f"cannot read {printable(path)}: {error.strerror or error}; name a file that may be read"
        ) from error


def printable(path: Path | str) -> str:
    """A file's name for people and for the database, even where its bytes are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


class _Seen:
    """Counts whole records as they pass, and keeps the first reason for which there was none."""

    def __init__(self) -> None:
        self.records = 0
        self.why = ""

    def watch(self, records: Iterator[Record | Damage]) -> Iterator[Record | Damage]:
        for item in records:
            if isinstance(item, Record):
                self.records += 1
            else:
                self.why = self.why or f" ({item.reason})"
            yield item


def _warcs(path: Path, shown: str, file: BinaryIO, after: Position | None) -> list[tuple[str, Open]]:
    """The WARC files that a file holds, from the one of ``after`` on, each with its name and what opens it.

    A WACZ that lost its end is no zip file any more, but its records are stored in it as they are, and found.
    """
    file.seek(0)
    magic = file.read(4)
    if ZSTD_MAGIC.match(magic):
        raise InputError(f"{shown} is compressed by zstd: unpack it first (zstd -d), and give the .warc")
    try:
        archive = zipfile.ZipFile(file) if magic == b"PK\3\4" else None
    except _ZIP_ERRORS:
        archive = None
    if archive is None:
        return [(shown, lambda: nullcontext(file))]
    inner = sorted(name for name in archive.namelist() if name.lower().endswith((".warc", ".warc.gz")))
    if not inner:
        raise InputError(
            f"{printable(path)} is a zip file without WARC files in it: give a .wacz, or unpack it and give its pages"
        )
    warcs: list[tuple[str, Open]] = [(f"{shown}/{name}", partial(_open_part, archive, name)) for name in inner]
    names = [name for name, _ in warcs]
    return warcs[names.index(after.file) if after is not None and after.file in names else 0 :]


def _open_part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    info = archive.getinfo(name)
    if info.file_size > MAX_RATIO * max(info.compress_size, 1 << 20):
        raise zipfile.BadZipFile(f"{info.compress_size:,} bytes that unpack to {info.file_size:,}")
    return archive.open(info)
