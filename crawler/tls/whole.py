"""Whether a body that simply stopped was all of it: the marks that a page, feed or compressed stream ends with."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import brotli

_CLOSING_HTML = re.compile(rb"</html\s{0,20}>", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]{0,99})")
_PROLOG_LIMIT = 8192  # bytes in which a document's root element is looked for


def is_whole(body: bytes, coding: bytes = b"") -> bool:
    """Whether the end of ``body``, whose Content-Encoding is ``coding``, shows that nothing is missing.

    A compressed stream knows its own end. Markup is whole with its closing ``</html>`` or root tag. Anything else
    (robots.txt, an image) carries no such mark and passes.
    """
    end = _ENDS.get(coding.strip().lower())
    if end is not None:
        return end(body)
    text = body.replace(b"\0", b"") if b"\0" in body[:200] else body  # UTF-16
    start = text.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")[:_PROLOG_LIMIT]
    if not start.startswith(b"<"):
        return bool(start)
    if _CLOSING_HTML.search(text):
        return True
    root = _ROOT.search(start)
    return root is not None and root[1].lower() != b"html" and _closes(text, root[1])


def _closes(text: bytes, root: bytes) -> bool:
    """Whether the text ends with the closing tag of its root, as feeds and sitemaps do."""
    tail = text[-1024:].rstrip()
    return tail.endswith(b">") and b"</" + root in tail


def _inflates(window: int) -> Callable[[bytes], bool]:
    def ends(body: bytes) -> bool:
        inflater = zlib.decompressobj(window)
        data = body
        try:
            while data and not inflater.eof:
                inflater.decompress(data, 65536)
                data = inflater.unconsumed_tail
        except zlib.error:
            return False
        return inflater.eof

    return ends


def _ends_brotli(body: bytes) -> bool:
    decoder = brotli.Decompressor()
    try:
        decoder.process(body)
    except brotli.error:
        return False
    return bool(decoder.is_finished())


_ENDS: dict[bytes, Callable[[bytes], bool]] = {
    b"gzip": _inflates(31),
    b"x-gzip": _inflates(31),
    b"deflate": _inflates(47),
    b"br": _ends_brotli,
}
