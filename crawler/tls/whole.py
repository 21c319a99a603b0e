"""Whether a body that simply stopped was all of it: the marks that a page, feed or compressed stream ends with."""

from __future__ import annotations

import re

from crawler.content import TooLargeError, text, undo_content_coding
from crawler.exchange import Headers

_CLOSING_HTML = re.compile(rb"</html\s{0,20}>", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]{0,99})")
_PROLOG = 8192  # bytes in which a document's root element is looked for


def is_whole(body: bytes, headers: Headers = ()) -> bool:
    """Whether the end of ``body`` shows that nothing is missing.

    A compressed stream knows its own end. Markup is whole with its closing ``</html>`` or root tag. Anything else
    (robots.txt, an image) carries no such mark and passes, if there is any of it.
    """
    try:
        content = undo_content_coding(body, [(text(name), text(value)) for name, value in headers])
    except TooLargeError:
        return True  # whatever it is, it is refused for its size
    if "cut" in content.flags:
        return False
    return content.body is not body or _ends_as_it_began(content.body)


def _ends_as_it_began(body: bytes) -> bool:
    markup = body.replace(b"\0", b"") if b"\0" in body[:200] else body  # UTF-16
    start = markup.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")[:_PROLOG]
    if not start.startswith(b"<"):
        return bool(start)
    if _CLOSING_HTML.search(markup):
        return True
    root = _ROOT.search(start)
    return root is not None and root[1].lower() != b"html" and _closes(markup, root[1])


def _closes(markup: bytes, root: bytes) -> bool:
    """Whether markup ends with the closing tag of its root, as feeds and sitemaps do."""
    tail = markup[-1024:].rstrip()
    return tail.endswith(b">") and b"</" + root in tail
