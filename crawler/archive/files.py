"""Pages that people saved: HTML files, alone or in folders, beside archives of any kind.

A saved file does not say where it came from but in itself: by its canonical link, by ``og:url``, or by the comment that
browsers ("saved from url") and SingleFile leave. A file that says nothing keeps its own ``file:///`` address.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import dropwhile, islice
from pathlib import Path
from urllib.parse import urlsplit

from lxml.html import HtmlElement, defs

from crawler.addresses import resolve
from crawler.archive.pages import ArchivedPage, Problem, Wanted
from crawler.archive.read import opened, printable, read_archive
from crawler.archive.records import opens_record
from crawler.content import MAX_BYTES, TooLargeError, looks_like_html, undo_content_coding
from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.instants import instant
from pipelines.markup import parse
from pipelines.models import Fetch, Page, Position

PAGE_NAMES = (".html", ".htm", ".xhtml", ".shtml", ".html.gz", ".htm.gz")
ARCHIVE_NAMES = (".warc", ".warc.gz", ".warc.zst", ".wacz")
MAX_NAMED = 10  # addresses of each kind that are looked at
GZIP_MAGIC = b"\x1f\x8b"

HTML_ELEMENTS = defs.tags - {"svg", "math"} | {"main"}  # drawings are no pages; lxml's list is older than <main>

_ELEMENT = re.compile(r"<([a-z][a-z0-9:-]{0,40})(?=[\s/>])", re.IGNORECASE)
_SAVED_FROM = re.compile(
    r"<!--\s{0,9}(?:saved from url=\(\d{1,6}\)|Page saved with SingleFile\s{1,9}url:\s{1,9})(\S{1,2048}?)(?=-->|\s)",
    re.IGNORECASE,
)
_SAVED_HEAD = 4096  # characters in which that comment stands


def read_path(
    path: Path, *, wanted: Wanted = lambda url: True, after: Position | None = None
) -> Iterator[ArchivedPage | Problem]:
    """The pages of whatever a person names: an archive, an HTML file, or a folder of both.

    ``wanted`` concerns archives: a page that is named, or lies in a named folder, is always taken. With ``after``, the
    position of the last page that was taken, reading resumes behind it, and files before its file are not opened.
    Raises `InputError` as `read_archive` and `read_page` do, and for a folder without pages.
    """
    if path.is_dir():
        yield from _read_folder(path, wanted, after)
    elif is_archive(path):
        yield from read_archive(path, wanted=wanted, after=after)
    elif after is None:
        yield read_page(path)


def files_of(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that `read_path` looks at, in its order, each with the name that its pages bear as ``file``.

    Pages in a WACZ bear that name, "/" and the name of the WARC within.
    """
    if path.is_dir():
        for file in _files(path):
            yield file, printable(file.relative_to(path))
    else:
        yield path, printable(path.name)


def lies_in(file: str, name: str) -> bool:
    """Whether the ``file`` of a page is the one that `files_of` calls ``name``."""
    return file == name or file.startswith(f"{name}/")


def is_archive(path: Path) -> bool:
    """Whether a file is to be read as an archive: by its name, or because it begins as WARC or zip files do."""
    if path.name.lower().endswith(ARCHIVE_NAMES):
        return True
    if not path.is_file():
        return False  # a pipe can be read once only
    with opened(path) as file:
        head = file.read(512)
    return head.startswith((b"WARC/", b"PK\3\4")) or opens_record(head)


def read_page(path: Path) -> ArchivedPage:
    """The page in an HTML file, gzip undone where there is gzip; fetched when the file was last changed.

    Raises `InputError` for a file that is missing, empty, cut, over 16 MiB, not HTML or in no readable encoding.
    """
    with opened(path) as file:
        data = file.read(MAX_BYTES + 1)
        fetched_at = instant(max(0.0, os.fstat(file.fileno()).st_mtime))
    page = page_of_bytes(data, printable(path), address=path.resolve().as_uri(), fetched_at=fetched_at)
    fetch = Fetch(
        url=page.url,
        fetched_at=fetched_at,
        status=page.status,
        final_url=page.url,
        body_sha256=hashlib.sha256(page.body).hexdigest(),
        bytes=len(page.body),
    )
    return ArchivedPage(page, fetch, printable(path.name), length=len(data))


def page_of_bytes(data: bytes, name: str, *, address: str, fetched_at: str | None = None) -> Page:
    """The page in some bytes that ``name`` (a path, "standard input") gave; ``address`` if it names none itself.

    Raises `InputError` as `read_page` does.
    """
    if not data:
        raise InputError(f"{name} is empty (0 bytes): save the page again")
    body = _plain(data, name)
    if body.startswith(b"WARC/"):
        raise InputError(f"{name} is a web archive, not a page: give it to danchieu import")
    try:
        text = decode(body).text
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    if not _is_page(text):
        raise InputError(f"{name} is not HTML: save the page itself as HTML, and give that file")
    return Page(saved_address(text) or address, body, fetched_at=fetched_at)


def saved_address(text: str) -> str | None:
    """The address that a saved page gives as its own, or None.

    Some sites name their front page as the canonical address of every page: an address with a path goes before it.
    """
    tree = parse(text)
    comment = _SAVED_FROM.search(text, 0, _SAVED_HEAD)
    named = [*_canonical_links(tree), *_og_urls(tree), *([comment[1]] if comment else [])]
    bases = [element.get("href", "") for element in islice(tree.iter("base"), MAX_NAMED)]
    base = next((url for href in [*bases, *named] if (url := resolve("", href)) is not None), "")
    found = [url for href in named if (url := resolve(base, href)) is not None]
    return next((url for url in found if urlsplit(url).path.strip("/")), found[0] if found else None)


def _canonical_links(tree: HtmlElement) -> Iterator[str]:
    links = (link for link in tree.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return islice((href for link in links if (href := link.get("href", "").strip())), MAX_NAMED)


def _og_urls(tree: HtmlElement) -> Iterator[str]:
    metas = (m for m in tree.iter("meta") if (m.get("property") or m.get("name") or "").strip().lower() == "og:url")
    return islice((content for meta in metas if (content := meta.get("content", "").strip())), MAX_NAMED)


def _plain(data: bytes, name: str) -> bytes:
    too_large = InputError(f"{name} is over 16 MiB: no article is; give the page alone")
    if len(data) > MAX_BYTES:
        raise too_large
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        content = undo_content_coding(data, (("Content-Encoding", "gzip"),))
    except TooLargeError as error:
        raise too_large from error
    if content.flags:
        raise InputError(f"{name} is a gzip file that was cut or damaged: copy it again")
    return content.body


def _is_page(text: str) -> bool:
    """Whether the first element of a text is one of HTML's."""
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return False  # JSON that carries HTML
    first = _ELEMENT.search(text)
    return first is not None and first[1].lower() in HTML_ELEMENTS


def _read_folder(folder: Path, wanted: Wanted, after: Position | None) -> Iterator[ArchivedPage | Problem]:
    pages = 0
    members = files_of(folder)
    if after is not None:
        members = dropwhile(lambda member: not lies_in(after.file, member[1]), members)
    for path, name in members:
        resumed = after if after is not None and lies_in(after.file, name) else None
        try:
            for item in _read_member(path, name, wanted, resumed):
                pages += isinstance(item, ArchivedPage) or item.kind in ("outside", "revisit")
                yield item
        except InputError as error:
            yield Problem("unreadable", str(error), name)
    if not pages and after is None:
        raise InputError(f"{printable(folder)} holds no page: give a folder with .html, .warc.gz or .wacz files")


def _read_member(path: Path, name: str, wanted: Wanted, after: Position | None) -> Iterator[ArchivedPage | Problem]:
    """The pages of a file in a folder. What has no name of a page or archive counts if it begins as pages do."""
    lower = name.lower()
    if lower.endswith(ARCHIVE_NAMES):
        yield from read_archive(path, name=name, wanted=wanted, after=after)
    elif after is None and (lower.endswith(PAGE_NAMES) or _begins_as_page(path)):
        yield replace(read_page(path), file=name)


def _begins_as_page(path: Path) -> bool:
    with opened(path) as file:
        return looks_like_html(file.read(1 << 13))


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder in order, but for hidden ones and what browsers save beside a page (``x_files``)."""
    for parent, folders, names in os.walk(folder):
        beside = {f"{name.rpartition('.')[0]}_files" for name in names}
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in beside)
        for name in sorted(names):
            path = Path(parent, name)
            if name[0] != "." and path.is_file():
                yield path
