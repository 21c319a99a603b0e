"""One connection to a server on one rung of the ladder, judged before a request is sent over it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from OpenSSL import SSL

from crawler.exchange import TlsRecord
from crawler.tls import faults
from crawler.tls.answer import Answer, AnswerError, Head, Wire, read_answer, read_head
from crawler.tls.certificates import describe, is_address, names_of, proves
from crawler.tls.dial import PrivateAddressError, Resolve, dial
from crawler.tls.ladder import HTTP, HostPolicy, Rung
from crawler.tls.profiles import PROFILES, context
from crawler.tls.stream import Stream, TlsStream

UNREADABLE, HOSTNAME_MISMATCH = 1, 62  # X509_V_ERR_UNSPECIFIED, X509_V_ERR_HOSTNAME_MISMATCH


class ConnectError(Exception):
    """No usable connection: the class of the fault, what was seen, and the chain the server sent, leaf first."""

    def __init__(self, fault: str, detail: str, ip: str | None = None, chain: Sequence[x509.Certificate] = ()) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail
        self.ip = ip
        self.chain = chain


@dataclass(slots=True)
class Connection:
    """An open connection and what is known of it. One exchange at a time."""

    stream: Stream
    ip: str
    rung: Rung
    tls: TlsRecord | None = None
    wire: Wire = field(init=False)
    way: tuple[str, ...] = ()  # the path of a later exchange over it: what the connection rests on, no detours
    used: int = 0
    _ahead: asyncio.Task[bytes] | None = None

    def __post_init__(self) -> None:
        self.wire = Wire(self._read)

    async def ask(self, request: bytes, method: str, limit: int) -> Answer:
        """The answer to one request, its body at most ``limit`` bytes. Raises AnswerError."""
        self.used += 1
        try:
            await self.stream.write(request)
            return await read_answer(self.wire, method, limit)
        except (OSError, SSL.Error) as error:
            raise self._broken(error) from error

    async def head(self, request: bytes) -> Head:
        """Status and headers of the answer to one request, after which the connection is spent. Raises AnswerError."""
        try:
            await self.stream.write(request)
            return await read_head(self.wire)
        except (OSError, SSL.Error) as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError | SSL.Error) -> AnswerError:
        reasons = faults.reasons_of(error) if isinstance(error, SSL.Error) else ()
        fault = "cut" if self.wire.answered else "no-response"
        if faults.of_reasons(reasons) == "client-certificate":
            fault = "client-certificate"  # TLS 1.3 says so only after the handshake
        return AnswerError(fault, " / ".join(reasons) or str(error) or type(error).__name__)

    def park(self) -> None:
        """Wait for the next request. Reading ahead is how the end of an idle connection is noticed."""
        self.wire = Wire(self._read)
        self._ahead = asyncio.ensure_future(self.stream.read())
        self._ahead.add_done_callback(self._on_read_ahead)

    def _on_read_ahead(self, task: asyncio.Task[bytes]) -> None:
        if self._ahead is task:  # nobody is waiting for an answer: the server left, or speaks unasked
            self.stream.close()
        if not task.cancelled():
            task.exception()  # seen, so that asyncio does not report it

    def alive(self) -> bool:
        """Whether a parked connection may carry another request: it stands, and nothing unasked for has come."""
        return self._ahead is not None and not self._ahead.done()

    def leave(self) -> None:
        """Say goodbye and let go of the connection: the exchange is over and nothing went wrong."""
        self._look_away()
        self.stream.leave()

    def close(self) -> None:
        """Let go of the connection at once."""
        self._look_away()
        self.stream.close()

    def _look_away(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel()

    async def _read(self) -> bytes:
        ahead, self._ahead = self._ahead, None
        return await (ahead if ahead is not None else self.stream.read())


async def connect(
    host: str,
    port: int,
    rung: Rung,
    policy: HostPolicy,
    resolve: Resolve,
    intermediates: tuple[str, ...] = (),
    limit: float = 15.0,
) -> Connection:
    """A connection to ``host`` on ``rung``; the handshake may take ``limit`` seconds. Raises ConnectError."""
    try:
        dialled = await dial(host, port, policy, resolve)
    except PrivateAddressError as error:
        raise ConnectError("private-address", str(error)) from error
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA cannot encode
        fault = faults.of_connect(error) if isinstance(error, OSError) else "dns"
        raise ConnectError(fault, str(error) or type(error).__name__) from error
    if rung == HTTP:
        return Connection(dialled.stream, dialled.ip, rung)
    made = context(PROFILES[rung.profile], policy.extra_ca, intermediates)
    stream = TlsStream.over(dialled.stream, made, None if is_address(host) else host)
    try:
        await _handshake(stream, dialled.ip, limit)
        return Connection(stream, dialled.ip, rung, _judge(stream, host, rung, dialled.ip))
    except BaseException:  # also when cancelled: nobody else knows of this socket
        stream.close()
        raise


async def _handshake(stream: TlsStream, ip: str, limit: float) -> None:
    try:
        async with asyncio.timeout(limit):
            await stream.handshake()
    except (OSError, EOFError, SSL.Error) as error:
        fault = faults.of_handshake(error, stream.first_bytes)
        detail = " / ".join(faults.reasons_of(error)) if isinstance(error, SSL.Error) else str(error)
        raise ConnectError(fault, detail or type(error).__name__, ip, stream.chain()) from error


def _judge(stream: TlsStream, host: str, rung: Rung, ip: str) -> TlsRecord:
    """The record of a finished handshake. Raises ConnectError when a verified rung met an unproved certificate."""
    chain = stream.chain()
    errors = list(stream.verdict.errors)
    if not chain:
        errors.append((UNREADABLE, 0))
    elif not proves(chain[0], host):
        errors.append((HOSTNAME_MISMATCH, 0))
    fault = faults.of_verification(errors)
    if fault is not None and rung.verified:
        raise ConnectError(fault, _explain(fault, chain, errors), ip, chain)
    return TlsRecord(
        profile=str(rung),
        version=stream.tls.get_protocol_version_name(),
        cipher=stream.tls.get_cipher_name() or "",
        verified=fault is None,
        path=(),
        certificate=describe(chain[0]) if chain else None,
    )


def _explain(fault: str, chain: Sequence[x509.Certificate], errors: Sequence[tuple[int, int]]) -> str:
    leaf = describe(chain[0]) if chain else None
    if leaf is None:
        return "no certificate that can be read"
    facts = {
        "expired": f"valid until {leaf.not_after}",
        "not-yet-valid": f"valid from {leaf.not_before}",
        "hostname": f"made for {', '.join(names_of(chain[0])[:5]) or leaf.subject}",
    }
    codes = ", ".join(str(code) for code in dict.fromkeys(code for code, _ in errors))
    return f"{facts.get(fault, f'{leaf.subject}, issued by {leaf.issuer}')}; X.509 errors {codes}"
