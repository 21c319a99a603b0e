"""Where a request goes: the parts of an http or https address that a connection needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


@dataclass(frozen=True, slots=True)
class Target:
    """Scheme, host in ASCII (IDNA) without brackets, port, and path with query."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Target:
        """The target of an address. Raises ValueError for one that cannot be asked for."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"no http or https address: {url[:200]!r}")
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode("ascii")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not _HOST.fullmatch(host) or not _VISIBLE.fullmatch(path):
            raise ValueError(f"characters that no address may hold: {url[:200]!r}")
        return cls(parts.scheme, host.rstrip("."), parts.port or PORTS[parts.scheme], path)

    @property
    def key(self) -> str:
        """host:port, the name under which everything about a host is remembered."""
        return f"{self.authority}:{self.port}"

    @property
    def authority(self) -> str:
        """The host as it stands in an address: IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def host_header(self) -> str:
        """The value of the Host header (RFC 9112 section 3.2): the port only where it is not the usual one."""
        return self.authority if self.port == PORTS[self.scheme] else self.key

    def places(self, *, plain: bool, fault: str = "") -> list[tuple[str, int]]:
        """Host and port to connect to. ``plain`` for an https target: port 80, and 443 if that spoke plain HTTP."""
        if not plain or self.scheme == "http" or self.port != PORTS["https"]:
            return [(self.host, self.port)]
        return [(self.host, PORTS["http"]), *([(self.host, self.port)] if fault == "plain-http" else [])]
