"""A content security policy on every answer: what is on our pages comes from the web and must never run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# Datasette's own templates with a script in them; the one variable among them is a boolean.
STOCK_TEMPLATES = ("_close_open_menus.html", "_codemirror_foot.html", "table.html")
VARIABLE = "{{ datasette_allow_facet }}"

Send = Callable[[dict[str, Any]], Awaitable[None]]


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[Any], Any]:
    """A policy on every answer, that of the stock pages where a page brings none."""
    policy = stock_policy(datasette).encode()

    def wrap(app: Any) -> Any:
        async def guarded(scope: dict[str, Any], receive: Any, send: Send) -> None:
            async def send_with_policy(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": with_policy(message.get("headers", []), policy)}
                await send(message)

            await app(scope, receive, send_with_policy)

        return guarded

    return wrap


def with_policy(headers: Iterable[tuple[bytes, bytes]], policy: bytes) -> list[tuple[bytes, bytes]]:
    """The headers with what is lacking added: pages of ours bring a stricter policy of their own."""
    kept = list(headers)
    present = {name.lower() for name, _ in kept}
    return kept + [header for header in ((b"content-security-policy", policy), *HEADERS) if header[0] not in present]


def stock_policy(datasette: Datasette) -> str:
    """The policy of Datasette's stock pages: no script but its own files, and its inline scripts by their hashes."""
    hashes = " ".join(f"'sha256-{digest(script)}'" for script in stock_scripts(datasette))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def stock_scripts(datasette: Datasette) -> list[str]:
    """The inline scripts of the stock templates as a browser receives them."""
    scripts = []
    for name in STOCK_TEMPLATES:
        source = datasette.jinja_env.loader.get_source(datasette.jinja_env, f"default:{name}")[0]
        for script in INLINE_SCRIPT.findall(source):
            scripts += [script.replace(VARIABLE, value) for value in ("true", "false") if VARIABLE in script] or [
                script
            ]
    return scripts


def digest(script: str) -> str:
    """The hash of a script as a policy names it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
