"""Which way of speaking to a host comes next, decided by the class of the last fault. Pure: no network, no clock.

Verification is dropped where the site's entry allows it and the certificate itself is at fault, never because of a
network error, which anyone on the way can cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from crawler.tls.faults import all_faults

MEMORY = 7 * 86400.0  # seconds for which a host's need is remembered before strict is tried again
SHORT_MEMORY = 3600.0  # the same for a weaker way that was come to by a fault which someone on the way could cause
FIRST_REST, LONGEST_REST = 2.0, 600.0  # seconds a host rests after its first and after many failed walks


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """What a site's catalogue entry permits: ``allow`` of "unverified" and "http", a root of its own, its network."""

    allow: frozenset[str] = frozenset()
    extra_ca: str = ""
    private: bool = False
    connect: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """A profile (or "http"), and whether the certificate has to be right."""

    profile: str = "strict"
    verified: bool = True

    def __str__(self) -> str:
        if self.verified or self.profile == "http":
            return self.profile
        return "unverified" if self.profile == "strict" else f"{self.profile}-unverified"


STRICT, COMPAT, LEGACY, LEGACY_NODH = Rung("strict"), Rung("compat"), Rung("legacy"), Rung("legacy-nodh")
HTTP = Rung("http", verified=False)
RUNGS = {str(r): r for p in (STRICT, COMPAT, LEGACY, LEGACY_NODH) for r in (p, replace(p, verified=False))}
RUNGS["http"] = HTTP


@dataclass(frozen=True, slots=True)
class HostState:
    """What is known of a host:port. Instants are epoch seconds; a state is trusted until ``expires``.

    ``fault`` is what the last walk ended with under the permissions ``policy``, if it led nowhere; the host then rests
    until ``rest_until``, or for good where that is 0. This is not written down, so that the next run looks for itself.
    """

    rung: Rung = STRICT
    reason: str = ""
    learned: float = 0.0
    expires: float = 0.0
    intermediates: tuple[str, ...] = ()
    fault: str = ""
    policy: HostPolicy | None = None
    failures: int = 0
    rest_until: float = 0.0


class HostMemory(Protocol):
    """Where the states of all hosts are kept, read and written in the reactor's thread."""

    def get(self, host: str) -> HostState | None:
        """The state of a host:port, or None."""

    def put(self, host: str, state: HostState) -> None:
        """Keep the state of a host:port."""


@dataclass(frozen=True, slots=True)
class Try:
    """Make one connection on ``rung``, after a pause if ``wait``."""

    rung: Rung
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Complete:
    """Fetch the missing issuer of the certificate (AIA), then try the same rung again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Give up, for this run if ``permanent``."""

    fault: str
    permanent: bool


Step = Try | Complete | Stop


@dataclass(frozen=True, slots=True)
class Walk:
    """How far the ladder was climbed for one connection: the rung that was tried last and what is left to try.

    ``spare`` are the rungs that ambiguous faults may still lead to, ``remembered`` what the host needed before its
    memory expired, ``reason`` the fault that made us leave strict, ``from_memory`` that a valid memory was the start.
    """

    rung: Rung = STRICT
    spare: tuple[Rung, ...] = (STRICT, COMPAT, LEGACY, STRICT)
    remembered: Rung | None = None
    from_memory: bool = False
    completed: bool = False
    retried: bool = False
    reason: str = ""


def start(state: HostState | None, policy: HostPolicy, now: float) -> Walk:
    """The walk that begins at what the host needed last, if that is still valid and permitted, else at strict."""
    if state is None or not permits(policy, state.rung):
        return Walk()
    if state.expires > now:
        return Walk(rung=state.rung, spare=_spare(state.rung), from_memory=True, reason=state.reason)
    needed = state.rung if state.rung == HTTP else replace(state.rung, verified=True)  # the certificate is judged anew
    return Walk(remembered=needed if needed != STRICT else None)


def permits(policy: HostPolicy, rung: Rung) -> bool:
    """Whether the site's entry allows that rung."""
    if rung == HTTP:
        return "http" in policy.allow
    return rung.verified or "unverified" in policy.allow


def _spare(rung: Rung) -> tuple[Rung, ...]:
    """Where ambiguous faults lead from a rung: the same once more, then less demanding hellos, then back."""
    compat, legacy = replace(rung, profile="compat"), replace(rung, profile="legacy")
    return {"strict": (rung, compat, legacy, rung), "compat": (rung, legacy, rung)}.get(rung.profile, (rung, rung))


def next_step(walk: Walk, fault: str, policy: HostPolicy) -> tuple[Step, Walk]:
    """What to do after ``fault`` on ``walk.rung``, and the walk as it stands then."""
    kind = all_faults()[fault].kind
    if walk.from_memory and walk.rung != STRICT and _disproves_memory(walk, fault):
        return _go(Walk(), STRICT)
    if kind == "certificate":
        return _after_certificate(walk, fault, policy)
    if kind == "negotiation":
        return _after_negotiation(walk, fault, policy)
    if kind == "ambiguous":
        return _after_ambiguous(walk, fault, policy)
    if kind == "network" and fault not in ("dns", "no-such-host") and not walk.retried:
        return Try(walk.rung, wait=True), replace(walk, retried=True)
    if kind == "forbidden" or fault in ("dns", "no-such-host"):
        return Stop(fault, all_faults()[fault].permanent), walk
    return _last_resort(walk, fault, policy)


def _disproves_memory(walk: Walk, fault: str) -> bool:
    """Whether a remembered rung that fails so is to be forgotten, and the walk begun anew."""
    kind = all_faults()[fault].kind
    if kind == "ambiguous":
        return walk.retried or fault == "handshake-timeout"
    return kind != "network" or walk.rung == HTTP  # a closed port says nothing of TLS, but much of plain http


def _go(walk: Walk, rung: Rung, fault: str = "") -> tuple[Step, Walk]:
    return Try(rung), replace(walk, rung=rung, spare=_spare(rung), reason=fault)


def _after_certificate(walk: Walk, fault: str, policy: HostPolicy) -> tuple[Step, Walk]:
    if fault in ("no-issuer", "expired-issuer") and not walk.completed:
        return Complete(), replace(walk, completed=True, reason=walk.reason or fault)
    if fault == "weak-certificate" and walk.rung.profile in ("strict", "compat"):
        return _go(walk, LEGACY, fault)
    if "unverified" in policy.allow and walk.rung.verified:
        return _go(walk, replace(walk.rung, verified=False), fault)
    return Stop(fault, permanent=True), walk


def _after_negotiation(walk: Walk, fault: str, policy: HostPolicy) -> tuple[Step, Walk]:
    below = {"strict": "legacy", "compat": "legacy"}.get(walk.rung.profile)
    if walk.rung.profile == "strict" and fault in ("dh-too-small", "handshake"):
        below = "compat"  # which has DH in safe groups, and no TLS 1.3 to stumble over
    elif walk.rung.profile == "legacy" and fault == "dh-too-small":
        below = "legacy-nodh"
    if below is not None:
        return _go(walk, replace(walk.rung, profile=below), fault)
    if fault == "handshake" and walk.reason == "dh-too-small":
        fault = walk.reason  # without DH nothing is left in common: DH is the cause
    return _last_resort(walk, fault, policy)


def _after_ambiguous(walk: Walk, fault: str, policy: HostPolicy) -> tuple[Step, Walk]:
    if walk.remembered is not None and walk.rung == STRICT:
        step, walk = _go(walk, walk.remembered, fault)
        return step, replace(walk, remembered=None)
    spare = walk.spare
    if fault == "handshake-timeout":  # a silent server costs the whole limit: no second try that changes nothing
        spare = tuple(rung for rung in spare if rung != walk.rung)
    if not spare:
        return _last_resort(walk, fault, policy)
    rung = spare[0]
    reason = fault if rung != STRICT else ""
    return Try(rung, wait=True), replace(walk, rung=rung, spare=spare[1:], retried=True, reason=reason)


def _last_resort(walk: Walk, fault: str, policy: HostPolicy) -> tuple[Step, Walk]:
    if "http" in policy.allow and walk.rung != HTTP:
        return Try(HTTP), replace(walk, rung=HTTP, spare=(), retried=True, reason=fault)
    cause = walk.reason if walk.rung == HTTP and walk.reason else fault  # what was wrong with TLS
    return Stop(cause, all_faults()[fault].permanent and all_faults()[cause].permanent), walk


def after_success(before: HostState | None, walk: Walk, intermediates: tuple[str, ...], now: float) -> HostState:
    """What to remember of a host that answered on ``walk.rung``.

    A rung that an ambiguous fault led to expires at once, so that the next connection tries strict again; only when
    strict fails a second time is the rung kept, for the host is then intolerant and the fault did not pass. A memory
    that was right stays as it is: its seven days are not drawn out.
    """
    if walk.from_memory and before is not None:
        return replace(before, fault="", policy=None, failures=0, rest_until=0.0)
    kind = all_faults()[walk.reason].kind if walk.reason else None
    doubtful = kind in ("ambiguous", "network")
    confirmed = before is not None and before.rung == walk.rung
    lifetime = SHORT_MEMORY if doubtful and walk.rung.profile not in ("strict", "compat") else MEMORY
    expires = now + lifetime if confirmed or not doubtful else now
    return HostState(walk.rung, walk.reason, now, expires, intermediates)


def after_failure(before: HostState | None, stop: Stop, policy: HostPolicy, now: float) -> HostState:
    """What to remember of a host that could not be reached: for good in this run, or that it rests, ever longer."""
    state = before or HostState()
    state = replace(state, fault=stop.fault, policy=policy, failures=state.failures + 1, rest_until=0.0)
    if stop.permanent:
        return state
    return replace(state, rest_until=now + min(LONGEST_REST, FIRST_REST * 2.0 ** min(state.failures - 1, 16)))


@dataclass(slots=True)
class RunMemory:
    """The memory of one run, for whoever starts a crawl without a database. It grows by one state a host."""

    states: dict[str, HostState] = field(default_factory=dict)

    def get(self, host: str) -> HostState | None:
        """The state of a host:port, or None."""
        return self.states.get(host)

    def put(self, host: str, state: HostState) -> None:
        """Keep the state of a host:port."""
        self.states[host] = state
