"""The ladder's decisions as a table of host state x error class -> next step, and its memory in table ``hosts``."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servers
from crawler.tls import memory
from crawler.tls.faults import all_faults
from crawler.tls.ladder import (
    COMPAT,
    FIRST_REST,
    HTTP,
    LEGACY,
    LEGACY_NODH,
    LONGEST_REST,
    MEMORY,
    RUNGS,
    SHORT_MEMORY,
    STRICT,
    Complete,
    HostPolicy,
    HostState,
    Rung,
    Step,
    Stop,
    Try,
    Walk,
    after_failure,
    after_success,
    next_step,
    start,
)

NOW = 1_000_000.0
NO = HostPolicy()
UNVERIFIED = HostPolicy(frozenset({"unverified"}))
PLAIN = HostPolicy(frozenset({"http"}))
FRESH = NOW + 1
OPEN = replace(STRICT, verified=False)

Shown = str


def shown(step: Step) -> Shown:
    """A step in a word: the rung, "~rung" after a pause, "aia", or "!class" (for good) and "?class" (for now)."""
    if isinstance(step, Try):
        return ("~" if step.wait else "") + str(step.rung)
    if isinstance(step, Complete):
        return "aia"
    return ("!" if step.permanent else "?") + step.fault


def walked(state: HostState | None, policy: HostPolicy, faults: str) -> str:
    """The steps a host of that state leads to when one fault after the other is met."""
    walk = start(state, policy, NOW)
    steps = [str(walk.rung)]
    for fault in faults.split():
        step, walk = next_step(walk, fault, policy)
        steps.append(shown(step))
    return " ".join(steps)


def state(rung: Rung, *, fresh: bool = True, reason: str = "protocol") -> HostState:
    return HostState(rung, reason, NOW - 100, FRESH if fresh else NOW)


TABLE: list[tuple[HostState | None, HostPolicy, str, str]] = [
    # the certificate is at fault: the site's entry decides, at once
    (None, NO, "self-signed", "strict !self-signed"),
    (None, NO, "expired", "strict !expired"),
    (None, NO, "hostname", "strict !hostname"),
    (None, NO, "not-yet-valid", "strict !not-yet-valid"),
    (None, NO, "unknown-root", "strict !unknown-root"),
    (None, NO, "bad-certificate", "strict !bad-certificate"),
    (None, UNVERIFIED, "self-signed", "strict unverified"),
    (None, UNVERIFIED, "hostname", "strict unverified"),
    (None, PLAIN, "expired", "strict !expired"),
    # an issuer is missing: fetched once, then as above
    (None, NO, "no-issuer no-issuer", "strict aia !no-issuer"),
    (None, NO, "expired-issuer expired-issuer", "strict aia !expired-issuer"),
    (None, UNVERIFIED, "no-issuer no-issuer", "strict aia unverified"),
    (None, UNVERIFIED, "no-issuer expired", "strict aia unverified"),
    # a weak certificate is still verified, on a lower profile
    (None, NO, "weak-certificate", "strict legacy"),
    (None, NO, "weak-certificate weak-certificate", "strict legacy !weak-certificate"),
    (None, NO, "weak-certificate no-issuer no-issuer", "strict legacy aia !no-issuer"),
    (None, UNVERIFIED, "weak-certificate hostname", "strict legacy legacy-unverified"),
    # no way of speaking in common: straight to the profile that has it
    (None, NO, "protocol", "strict legacy"),
    (None, NO, "protocol protocol", "strict legacy !protocol"),
    (None, NO, "no-rfc5746", "strict legacy"),
    (None, NO, "handshake handshake handshake", "strict compat legacy !handshake"),
    (None, NO, "handshake dh-too-small", "strict compat legacy"),
    (None, NO, "handshake dh-too-small dh-too-small", "strict compat legacy legacy-nodh"),
    (None, NO, "protocol dh-too-small handshake", "strict legacy legacy-nodh !dh-too-small"),
    (None, UNVERIFIED, "handshake handshake handshake", "strict compat legacy !handshake"),
    (None, UNVERIFIED, "self-signed protocol", "strict unverified legacy-unverified"),
    (None, NO, "unrecognized-name", "strict !unrecognized-name"),
    (None, NO, "client-certificate", "strict !client-certificate"),
    # plain http: only by its own permission
    (None, NO, "plain-http", "strict !plain-http"),
    (None, UNVERIFIED, "plain-http", "strict !plain-http"),
    (None, PLAIN, "plain-http", "strict http"),
    (None, PLAIN, "plain-http refused", "strict http ?plain-http"),
    (None, PLAIN, "protocol protocol bad-http", "strict legacy http !protocol"),
    (None, PLAIN, "protocol protocol no-response", "strict legacy http ?protocol"),
    (None, PLAIN, "protocol protocol dns", "strict legacy http ?dns"),
    (None, PLAIN, "protocol protocol", "strict legacy http"),
    # ambiguous: the same again, less demanding, back to strict, then rest; never unverified
    (None, NO, "reset", "strict ~strict"),
    (None, NO, "reset reset reset reset reset", "strict ~strict ~compat ~legacy ~strict ?reset"),
    (None, UNVERIFIED, "reset reset reset reset reset", "strict ~strict ~compat ~legacy ~strict ?reset"),
    (None, PLAIN, "reset reset reset reset reset", "strict ~strict ~compat ~legacy ~strict http"),
    (None, NO, "internal-error closed", "strict ~strict ~compat"),
    (None, NO, "handshake-timeout", "strict ~compat"),
    (None, NO, "handshake-timeout handshake-timeout handshake-timeout", "strict ~compat ~legacy ?handshake-timeout"),
    (None, NO, "reset protocol", "strict ~strict legacy"),
    (None, NO, "reset reset expired", "strict ~strict ~compat !expired"),
    (None, UNVERIFIED, "reset reset self-signed", "strict ~strict ~compat compat-unverified"),
    (None, NO, "reset reset handshake reset reset", "strict ~strict ~compat legacy ~legacy ~legacy"),
    # nobody there: once more, and no profile is changed
    (None, NO, "refused refused", "strict ~strict ?refused"),
    (None, NO, "connect-timeout unreachable", "strict ~strict ?unreachable"),
    (None, NO, "dns", "strict ?dns"),
    (None, PLAIN, "refused refused", "strict ~strict http"),
    (None, PLAIN, "dns", "strict ?dns"),
    (None, NO, "private-address", "strict !private-address"),
    # a valid memory is the start; one that fails is forgotten
    (state(LEGACY), NO, "", "legacy"),
    (state(LEGACY), NO, "reset", "legacy ~legacy"),
    (state(LEGACY), NO, "reset reset", "legacy ~legacy strict"),
    (state(LEGACY), NO, "handshake-timeout handshake-timeout", "legacy strict ~compat"),
    (state(LEGACY), NO, "refused refused", "legacy ~legacy ?refused"),
    (state(LEGACY), NO, "dns", "legacy ?dns"),
    (state(HTTP), PLAIN, "refused", "http strict"),
    (state(LEGACY), NO, "protocol protocol", "legacy strict legacy"),
    (state(LEGACY_NODH), NO, "handshake", "legacy-nodh strict"),
    (state(COMPAT, reason="reset"), NO, "expired expired", "compat strict !expired"),
    (state(STRICT, reason="no-issuer"), NO, "no-issuer no-issuer", "strict aia !no-issuer"),
    # an expired memory: strict first; an ambiguous fault then leads where it led before
    (state(COMPAT, fresh=False), NO, "", "strict"),
    (state(COMPAT, fresh=False), NO, "reset", "strict compat"),
    (state(COMPAT, fresh=False), NO, "reset reset reset", "strict compat ~compat ~legacy"),
    (state(LEGACY, fresh=False), NO, "protocol", "strict legacy"),
    (state(OPEN, fresh=False), UNVERIFIED, "reset reset", "strict ~strict ~compat"),
    (
        state(replace(LEGACY, verified=False), fresh=False),
        UNVERIFIED,
        "reset expired",
        "strict legacy legacy-unverified",
    ),
    (state(LEGACY, fresh=False), NO, "expired", "strict !expired"),
    # a permission that was withdrawn is not remembered
    (state(OPEN), UNVERIFIED, "", "unverified"),
    (state(OPEN), NO, "self-signed", "strict !self-signed"),
    (state(HTTP), PLAIN, "", "http"),
    (state(HTTP), NO, "", "strict"),
    (state(HTTP, fresh=False), NO, "reset", "strict ~strict"),
    (state(HTTP, fresh=False), PLAIN, "reset", "strict http"),
]


@pytest.mark.parametrize(("before", "policy", "faults", "steps"), TABLE)
def test_the_next_step_follows_from_the_class_of_the_fault(
    before: HostState | None, policy: HostPolicy, faults: str, steps: str
) -> None:
    assert walked(before, policy, faults) == steps, f"{before and before.rung} with {set(policy.allow)}: {faults}"


FAULTS = st.sampled_from([f.name for f in all_faults().values() if f.kind != "answer"])
STATES = st.none() | st.builds(state, st.sampled_from(list(RUNGS.values())), fresh=st.booleans())
POLICIES = st.builds(HostPolicy, st.frozensets(st.sampled_from(["unverified", "http"])))


@settings(deadline=None)  # the machine may be busy
@given(STATES, POLICIES, st.lists(FAULTS, min_size=40, max_size=40))
def test_every_walk_ends_and_asks_for_permission(
    before: HostState | None, policy: HostPolicy, faults: list[str]
) -> None:
    walk = start(before, policy, NOW)
    certificate = not walk.rung.verified
    for n, fault in enumerate(faults):
        assert walk.rung.verified or "unverified" in policy.allow or walk.rung == HTTP, "unverified without permission"
        assert walk.rung != HTTP or "http" in policy.allow, "plain http without permission"
        assert walk.rung.verified or walk.rung == HTTP or certificate, "verification dropped by a network error"
        step, walk = next_step(walk, fault, policy)
        certificate = certificate or all_faults()[fault].kind == "certificate"
        if isinstance(step, Stop):
            assert n < 20, "too many connections for one page"
            return
    raise AssertionError(f"no end: {faults}")


REMEMBERED: list[tuple[str, HostState | None, Walk, float]] = [
    ("strict is good for a week", None, Walk(), MEMORY),
    ("a rung that a lack of TLS 1.2 led to", None, Walk(LEGACY, reason="protocol"), MEMORY),
    ("a rung that a reset led to expires at once", None, Walk(COMPAT, reason="reset"), 0),
    ("the second time it is real", state(COMPAT, fresh=False), Walk(COMPAT, reason="reset"), MEMORY),
    ("a weaker one is soon doubted", state(LEGACY, fresh=False), Walk(LEGACY, reason="reset"), SHORT_MEMORY),
    ("another rung is not a second time", state(LEGACY, fresh=False), Walk(COMPAT, reason="reset"), 0),
    ("plain http after a reset is soon doubted", state(HTTP, fresh=False), Walk(HTTP, reason="reset"), SHORT_MEMORY),
    ("plain http because that is what the port speaks", None, Walk(HTTP, reason="plain-http"), MEMORY),
    ("by permission", None, Walk(OPEN, reason="expired"), MEMORY),
]


@pytest.mark.parametrize(("case", "before", "walk", "lifetime"), REMEMBERED)
def test_what_is_remembered_and_for_how_long(case: str, before: HostState | None, walk: Walk, lifetime: float) -> None:
    kept = after_success(before, walk, ("PEM",), NOW)
    assert (kept.rung, kept.reason, kept.learned) == (walk.rung, walk.reason, NOW), case
    assert kept.expires - NOW == lifetime, case
    assert kept.intermediates == ("PEM",), case
    assert (kept.fault, kept.failures, kept.rest_until) == ("", 0, 0.0), f"{case}: success ends every rest"


def test_a_host_rests_longer_each_time() -> None:
    rests = []
    kept: HostState | None = None
    for _ in range(12):
        kept = after_failure(kept, Stop("reset", permanent=False), NO, NOW)
        rests.append(kept.rest_until - NOW)
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST


def test_a_memory_that_was_right_is_not_drawn_out_by_a_failure_in_between() -> None:
    known = state(LEGACY)
    failed = after_failure(known, Stop("refused", permanent=False), NO, NOW)
    assert (failed.rung, failed.fault, failed.rest_until) == (LEGACY, "refused", NOW + FIRST_REST)
    assert after_success(failed, start(failed, NO, NOW), (), NOW) == known


@pytest.fixture
def db() -> sqlite3.Connection:
    schema = (Path(memory.__file__).parents[2] / "pipelines" / "schema.sql").read_text(encoding="utf-8")
    made = sqlite3.connect(":memory:")
    made.executescript(schema)
    return made


@pytest.mark.parametrize("rung", RUNGS.values(), ids=str)
def test_memory_survives_the_database(db: sqlite3.Connection, rung: Rung) -> None:
    kept = HostState(
        rung, "protocol", NOW, NOW + MEMORY, tuple(servers.pem_of(c).decode().strip() for c in servers.deep_chain())
    )
    memory.save(db, "bao.site.example:443", kept)
    assert memory.load(db) == {"bao.site.example:443": kept}


def test_saving_touches_no_other_column_and_commits_nothing(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO hosts(host, next_allowed, failures, robots) VALUES ('a:443', 17.5, 3, 'allow')")
    db.commit()
    memory.save(db, "a:443", state(LEGACY))
    row = db.execute("SELECT next_allowed, failures, robots, tls_profile, tls_reason FROM hosts").fetchone()
    assert row == (17.5, 3, "allow", "legacy", "protocol")
    assert db.in_transaction
    db.rollback()
    assert memory.load(db) == {}


@pytest.mark.parametrize(
    ("kept", "profile", "reason"),
    [
        (HostState(fault="expired", policy=NO), None, "expired"),
        (HostState(fault="reset", policy=NO, failures=2, rest_until=NOW), None, "reset"),
        (replace(state(LEGACY), fault="reset", failures=1, rest_until=NOW), "legacy", "protocol"),
    ],
)
def test_a_failure_is_shown_in_the_database_but_not_acted_upon_in_another_run(
    db: sqlite3.Connection, kept: HostState, profile: str | None, reason: str
) -> None:
    memory.save(db, "a:443", kept)
    assert db.execute("SELECT tls_profile, tls_reason FROM hosts").fetchone() == (profile, reason)
    loaded = memory.load(db).get("a:443")
    assert loaded is None or (loaded.fault, loaded.failures, loaded.rest_until) == ("", 0, 0.0)


@pytest.mark.parametrize(
    ("profile", "expires", "pem", "is_known"),
    [
        ("archaic", "2030-01-01T00:00:00Z", None, False),
        ("legacy", "never", "no certificate", True),
        ("legacy", "2030-01-01T00:00:00Z", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", True),
        ("legacy", None, None, True),
        (None, None, None, False),
    ],
)
def test_a_row_from_elsewhere_does_no_harm(
    db: sqlite3.Connection, profile: str | None, expires: str | None, pem: str | None, is_known: bool
) -> None:
    row = ("a:443", profile, expires, pem)
    db.execute("INSERT INTO hosts(host, tls_profile, tls_expires, intermediates) VALUES (?, ?, ?, ?)", row)
    loaded = memory.load(db)
    assert ("a:443" in loaded) == is_known, row
    assert all(one.intermediates == () for one in loaded.values()), row
