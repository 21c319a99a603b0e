"""The D1N page: a wall that wants a cookie back, set by a line of script.

Status 200, some 177 bytes: ``document.cookie="D1N=<32 hex>"``, then a reload. Seen since 2022 on laodong.vn and others;
the cookie holds for the session.
"""

from __future__ import annotations

import re

LARGEST = 600  # bytes; no page that says anything is so small
_STUB = re.compile(rb"""document\.cookie\s{0,3}=\s{0,3}["'](D1N=[0-9a-fA-F]{32})["';]""")


def stub_cookie(body: bytes) -> str | None:
    """The cookie that a stub asks for, as ``name=value``; None for any other page."""
    found = _STUB.search(body) if len(body) <= LARGEST else None
    return found[1].decode() if found else None
