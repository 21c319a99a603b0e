"""The classes of failure: what each word means, and which one an error of OpenSSL, the socket or a certificate is."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from OpenSSL import SSL

UNKNOWN_NAMES = (socket.EAI_NONAME, socket.EAI_NODATA)  # name servers say so; EAI_AGAIN says that none was reached
Kind = Literal["certificate", "negotiation", "refusal", "plain", "ambiguous", "network", "forbidden", "answer"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A class of failure, one row of faults.toml."""

    name: str
    kind: Kind
    permanent: bool
    means: str
    reasons: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()


@cache  # a constant of the program, read once
def all_faults() -> Mapping[str, Fault]:
    """Every class of failure by its word, in the order in which they are matched."""
    rows = tomllib.loads(resources.files(__package__).joinpath("faults.toml").read_text(encoding="utf-8"))["fault"]
    return {
        name: Fault(
            name=name,
            kind=row["kind"],
            permanent=row["permanent"],
            means=row["means"],
            reasons=tuple(row.get("reasons", ())),
            codes=tuple(row.get("codes", ())),
        )
        for name, row in rows.items()
    }


@cache
def host_faults() -> tuple[str, ...]:
    """The classes that are a host's and not one page's: nobody was reached who could have answered."""
    own = ("answer", "forbidden")
    return tuple(fault.name for fault in all_faults().values() if fault.kind not in own)


def of_verification(errors: Iterable[tuple[int, int]]) -> str | None:
    """The class of the gravest of some (X509_V_ERR_* code, depth) pairs, or None without any.

    A date that has passed above the leaf (depth 0) is another matter than the leaf's own: a newer issuer may exist.
    A code that no row lists is ``bad-certificate``.
    """
    rows = list(all_faults().values())
    by_code = {code: fault.name for fault in rows for code in fault.codes}
    seen = {
        by_code.get(code, "bad-certificate") if not depth else _above_leaf(by_code.get(code)) for code, depth in errors
    }
    return next((fault.name for fault in rows if fault.name in seen), None)


def _above_leaf(fault: str | None) -> str:
    return "expired-issuer" if fault == "expired" else fault or "bad-certificate"


def of_handshake(error: Exception, first_bytes: bytes = b"") -> str:
    """The class of an error met between connecting and the end of the handshake.

    ``first_bytes`` are the first the server sent: OpenSSL calls everything that is no TLS record "wrong version
    number", and only the bytes tell plain HTTP from the rest.
    """
    if first_bytes.lstrip()[:5].upper() in (b"HTTP/", b"<!DOC", b"<HTML"):
        return "plain-http"
    if isinstance(error, TimeoutError):
        return "handshake-timeout"
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return "reset"
    if isinstance(error, EOFError | SSL.ZeroReturnError | SSL.SysCallError):
        return "closed"
    if isinstance(error, SSL.Error):
        return of_reasons(reasons_of(error))
    return "unreachable"


def reasons_of(error: SSL.Error) -> tuple[str, ...]:
    """The reason texts of OpenSSL's error queue, oldest first."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return tuple(str(entry[-1]) for entry in queue)


def of_reasons(reasons: Iterable[str]) -> str:
    """The class that the reason texts of one OpenSSL error belong to; ``garbled`` where no row knows them."""
    text = " / ".join(reasons).lower() or " "
    return next(f.name for f in all_faults().values() if any(reason in text for reason in f.reasons))


def of_connect(error: OSError) -> str:
    """The class of an error met while resolving or connecting."""
    if isinstance(error, socket.gaierror):
        return "no-such-host" if error.errno in UNKNOWN_NAMES else "dns"
    if isinstance(error, TimeoutError):
        return "connect-timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "unreachable"
