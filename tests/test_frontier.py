"""The lease frontier: states, time slots, other processes, the breaker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from crawler import frontier
from crawler.frontier import LeaseLost, Territory
from crawler.frontier import reopening as frontier_reopening
from crawler.visit import Candidate, Lease, Next
from pipelines.store import Store

HOST = "bao.example:443"
NOW = 1_000_000.0
GROUND = Territory({"bao": 2.0, "dai": 0.5}, frozenset({HOST, "dai.example:443"}))


def candidate(name: str, *, site: str = "bao", host: str = HOST, kind: str = "article", **fields: object) -> Candidate:
    url = f"https://{host.partition(':')[0]}/{name}"
    return Candidate(url, url, site, host, kind, **fields)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "frontier.db") as store:
        with store.write() as tx:
            for site in ("bao", "dai", "khac"):
                tx.execute(
                    "INSERT INTO sites(id, name, kind, level) VALUES (?, ?, 'newspaper', 'province')", [site, site]
                )
        yield store


def add(store: Store, *candidates: Candidate) -> int:
    with store.write() as tx:
        return frontier.add(tx, candidates, now=NOW)


def lease(store: Store, *, now: float = NOW, owner: str = "a", limit: int = 10) -> list[Lease]:
    with store.write() as tx:
        return frontier.lease(tx, GROUND, owner=owner, now=now, limit=limit)


def settle(store: Store, held: Lease, step: Next, *, now: float = NOW, owner: str = "a") -> None:
    with store.write() as tx:
        frontier.settle(tx, held, step, owner=owner, now=now)


def states(store: Store) -> dict[str, str]:
    return {row["url"].rpartition("/")[2]: row["state"] for row in store.rows("SELECT url, state FROM urls")}


def test_known_addresses_are_not_added_again(store: Store) -> None:
    one = candidate("mot", identity="bao:1")
    assert add(store, one, one, candidate("hai")) == 2
    assert add(store, one) == 0
    assert add(store, candidate("mot-khac", identity="bao:1")) == 0, "the same article under another slug"


def test_a_redirected_address_is_known(store: Store) -> None:
    add(store, candidate("cu"))
    (held,) = lease(store)
    with store.write() as tx:
        frontier.add(tx, [candidate("moi")], now=NOW)
        frontier.settle(
            tx, held, Next("done", cause="redirect", alias_of="https://bao.example/moi"), owner="a", now=NOW
        )
    assert add(store, candidate("cu")) == 0


def test_slots_keep_the_pace_of_a_host(store: Store) -> None:
    add(store, *(candidate(str(i), site="dai", host="dai.example:443") for i in range(5)))
    first = [held.due - NOW for held in lease(store)]
    assert first == [0.0, 0.5, 1.0], "only slots within the horizon"
    assert lease(store) == []
    assert [held.due - NOW for held in lease(store, now=NOW + 1.0)] == [1.5, 2.0]


def test_two_processes_are_as_polite_as_one(store: Store) -> None:
    add(store, *(candidate(str(i), site="dai", host="dai.example:443") for i in range(6)))
    with Store.open(store.path) as other:
        dues = sorted(
            held.due
            for beat in range(4)
            for owner, process in (("a", store), ("b", other))
            for held in lease(process, now=NOW + beat, owner=owner, limit=1)
        )
    assert len(dues) == 6
    assert all(later - earlier >= 0.5 for earlier, later in pairwise(dues)), dues


def test_priority_goes_before_age(store: Store) -> None:
    add(store, candidate("bai", priority=30), candidate("trang", kind="listing", priority=100))
    assert [held.url.rpartition("/")[2] for held in lease(store, limit=1)] == ["trang"]


def test_only_the_sites_of_the_run_are_leased(store: Store) -> None:
    add(store, candidate("xa", site="khac"), candidate("gan"))
    assert [held.site for held in lease(store)] == ["bao"]


STEPS = [
    (Next("done"), "done", 0),
    (Next("gone", cause="not-found"), "gone", 1),
    (Next("failed", cause="reset"), "failed", 1),
    (Next("rejected", cause="robots"), "rejected", 1),
    (Next("new", cause="http-503", retry_at=NOW + 60), "new", 1),
]


@pytest.mark.parametrize(("step", "state", "tries"), STEPS, ids=[step.state for step, _, _ in STEPS])
def test_a_lease_ends_in_a_state(store: Store, step: Next, state: str, tries: int) -> None:
    add(store, candidate("bai"))
    (held,) = lease(store)
    settle(store, held, step)
    row = store.rows("SELECT * FROM urls")[0]
    assert (row["state"], row["tries"], row["owner"], row["cause"]) == (state, tries, None, step.cause)
    assert lease(store, now=NOW + 30) == []
    assert len(lease(store, now=NOW + 61)) == (state == "new")


def test_a_lost_lease_cannot_be_settled(store: Store) -> None:
    add(store, candidate("bai"))
    (held,) = lease(store)
    (taken,) = lease(store, owner="b", now=NOW + frontier.LEASE_SECONDS + 3)
    with pytest.raises(LeaseLost):
        settle(store, held, Next("done"))
    settle(store, taken, Next("done"), owner="b")
    assert states(store) == {"bai": "done"}


def test_renewed_leases_are_not_taken_over(store: Store) -> None:
    add(store, candidate("bai"))
    lease(store)
    with store.write() as tx:
        frontier.renew(tx, owner="a", now=NOW + frontier.LEASE_SECONDS)
    assert lease(store, owner="b", now=NOW + frontier.LEASE_SECONDS + 3) == []


def test_giving_back_does_not_count_as_a_try(store: Store) -> None:
    add(store, candidate("bai"))
    (held,) = lease(store)
    with store.write() as tx:
        frontier.give_back(tx, [held.url], owner="a")
    (again,) = lease(store, now=NOW + 5)
    assert (held.tries, again.tries) == (1, 1)


def test_the_dead_owner_s_leases_are_free_again(store: Store) -> None:
    add(store, candidate("mot"), candidate("hai", site="dai", host="dai.example:443"))
    lease(store, owner="dead")
    assert frontier.owners(store.connection) == ["dead"]
    with store.write() as tx:
        assert frontier.take_back(tx, "dead") == 2
    assert set(states(store).values()) == {"new"}


def test_the_breaker_rests_a_host_and_keeps_its_pages(store: Store) -> None:
    add(store, *(candidate(str(i)) for i in range(10)))
    now = NOW
    for _ in range(frontier.BREAKER_AFTER):
        now += 10
        settle(store, lease(store, now=now, limit=1)[0], Next("failed", cause="reset", host_failed=True), now=now)
    assert lease(store, now=now + 5) == [], "the host rests"
    assert list(states(store).values()).count("new") == 10 - frontier.BREAKER_AFTER
    (held,) = lease(store, now=now + frontier.BREAKER_SECONDS + 1, limit=1)
    settle(store, held, Next("done", host_failed=False), now=now + frontier.BREAKER_SECONDS + 1)
    assert store.value("SELECT failures FROM hosts WHERE host = ?", [HOST]) == 0


@pytest.mark.parametrize(("asked", "rests"), [(90.0, 90.0), (86400.0, frontier.BREAKER_LIMIT)])
def test_a_host_that_names_a_time_is_left_alone_until_then(store: Store, asked: float, rests: float) -> None:
    add(store, *(candidate(str(i)) for i in range(4)))
    one, other = lease(store, limit=1)[0], lease(store, limit=1, now=NOW + 3)[0]
    settle(store, one, Next("new", cause="http-429", host_failed=True, host_rests=asked))
    settle(store, other, Next("done", host_failed=False), now=NOW + 4)
    assert lease(store, now=NOW + rests - 2) == [], "though a page that was under way came well"
    assert lease(store, now=NOW + rests + 1) != []


@pytest.mark.parametrize(
    ("retry", "more"),
    [(0.0, True), (frontier.PATIENCE - 1, True), (frontier.PATIENCE + 10, False)],
    ids=["due", "soon", "the next run's"],
)
def test_outlook_counts_what_this_run_can_wait_for(store: Store, retry: float, more: bool) -> None:
    add(store, candidate("bai"))
    (held,) = lease(store)
    assert frontier.outlook(store.connection, GROUND, owner="a", now=NOW).more is False, "our own lease is not ahead"
    assert frontier.outlook(store.connection, GROUND, owner="b", now=NOW).more is True, "its process may die"
    settle(store, held, Next("new", cause="reset", retry_at=NOW + retry))
    assert frontier.outlook(store.connection, GROUND, owner="a", now=NOW).more is more


def test_what_was_left_to_the_next_run_is_due_in_it(store: Store) -> None:
    add(store, candidate("bai"))
    (held,) = lease(store)
    settle(store, held, Next("new", cause="reset", retry_at=NOW + 3600, host_failed=True))
    with store.write() as tx:
        tx.execute("UPDATE hosts SET breaker_until = ?", [NOW + 3600])
        assert frontier_reopening.resume_deferred(tx, GROUND, now=NOW + 300) == 1
    assert len(lease(store, now=NOW + 300)) == 1


def test_listings_are_reopened_once_a_run(store: Store) -> None:
    add(store, candidate("tin", kind="listing"))
    (held,) = lease(store)
    settle(store, held, Next("done"), now=NOW)
    with store.write() as tx:
        assert frontier_reopening.reopen(tx, [held.url], before=NOW - 10, now=NOW) == 0, "seen in this run"
        assert frontier_reopening.reopen(tx, [held.url], before=NOW + 10, now=NOW + 10) == 1


def test_what_a_clock_that_ran_ahead_has_seen_is_seen_again(store: Store) -> None:
    add(store, candidate("tin", kind="listing"))
    (held,) = lease(store)
    settle(store, held, Next("done"), now=NOW + 86400)
    with store.write() as tx:
        assert frontier_reopening.reopen(tx, [held.url], before=NOW + 10, now=NOW + 10) == 1


def test_a_host_that_answers_again_gets_its_pages_back(store: Store) -> None:
    add(
        store,
        *(candidate(name) for name in ("het-han", "qua-lon", "vua-roi")),
        candidate("xa", site="khac", host="x:1"),
    )
    for held in lease(store, now=NOW) + lease(store, now=NOW + 2) + lease(store, now=NOW + 4):
        cause = "too-large" if held.url.endswith("qua-lon") else "expired"
        later = NOW + 90_000 if held.url.endswith("vua-roi") else NOW
        settle(store, held, Next("failed", cause=cause), now=later)
    with store.write() as tx:
        assert frontier_reopening.reopen_unreached(tx, "bao", HOST, ["expired", "dns"], before=NOW + 86_400) == 1
    assert {name for name, state in states(store).items() if state == "new"} == {"het-han", "xa"}


def test_a_lease_never_sorts_what_waits(store: Store) -> None:
    statements: list[str] = []
    add(store, candidate("bai"))
    store.connection.set_trace_callback(statements.append)
    assert len(lease(store)) == 1
    store.connection.set_trace_callback(None)
    chosen = next(statement for statement in statements if "ORDER BY priority" in statement)
    plan = [row["detail"] for row in store.rows(f"EXPLAIN QUERY PLAN {chosen}")]
    assert "SEARCH urls USING INDEX urls_ready (host=?)" in plan, plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
