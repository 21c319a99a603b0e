"""Which regulation a citation without a day means, among those the corpus can date."""

from __future__ import annotations

import pytest

from pipelines.corpus.identity import Cited, Dated, answer, stated_term, term_of

RULE = "vn/party/tw/quy-dinh"
RESOLUTION = "vn/party/tw/nghi-quyet"
DECISION = "vn/state/ubnd@gia-lai/quyet-dinh"

# What the corpus knows, the citation, and what it means; None: it stays provisional.
IDENTITY: list[tuple[str, list[Dated], Cited, str | None]] = [
    ("one of its term", [Dated(f"{RULE}/2023/96", "k13")], Cited(f"{RULE}/-/96", "2024-05-01"), f"{RULE}/2023/96"),
    ("of an earlier term only", [Dated(f"{RULE}/2017/96", "k12")], Cited(f"{RULE}/-/96", "2024-05-01"), None),
    (
        "one in each of two terms",
        [Dated(f"{RESOLUTION}/2017/18", "k12"), Dated(f"{RESOLUTION}/2022/18", "k13")],
        Cited(f"{RESOLUTION}/-/18", "2023-01-01"),
        f"{RESOLUTION}/2022/18",
    ),
    (
        "the stated term goes before the day",
        [Dated(f"{RESOLUTION}/2017/18", "k12"), Dated(f"{RESOLUTION}/2022/18", "k13")],
        Cited(f"{RESOLUTION}/-/18", "2023-01-01", "k12"),
        f"{RESOLUTION}/2017/18",
    ),
    (
        "two of one term",
        [Dated(f"{RULE}/2022/96", "k13"), Dated(f"{RULE}/2023/96", "k13")],
        Cited(f"{RULE}/-/96", "2024-05-01"),
        None,
    ),
    (
        "another whose term is unknown may be meant",
        [Dated(f"{RULE}/2023/96", "k13"), Dated(f"{RULE}/2021/96", None)],
        Cited(f"{RULE}/-/96", "2024-05-01"),
        None,
    ),
    ("issued later", [Dated(f"{RULE}/2023/96", "k13", "2023-02-02")], Cited(f"{RULE}/-/96", "2023-02-01"), None),
    (
        "issued that day",
        [Dated(f"{RULE}/2023/96", "k13", "2023-02-02")],
        Cited(f"{RULE}/-/96", "2023-02-02"),
        f"{RULE}/2023/96",
    ),
    ("an article without a day", [Dated(f"{RULE}/2023/96", "k13")], Cited(f"{RULE}/-/96"), None),
    (
        "without a day, but with its term",
        [Dated(f"{RULE}/2023/96", "k13")],
        Cited(f"{RULE}/-/96", None, "k13"),
        f"{RULE}/2023/96",
    ),
    (
        "State: of that year",
        [Dated(f"{DECISION}/2021/745")],
        Cited(f"{DECISION}/-/745", "2021-11-01"),
        f"{DECISION}/2021/745",
    ),
    ("State: of the year before", [Dated(f"{DECISION}/2021/745")], Cited(f"{DECISION}/-/745", "2022-01-03"), None),
    (
        "State: with its symbol the series is known",
        [Dated(f"{DECISION}-qppl/2021/745")],
        Cited(f"{DECISION}/-/745", "2021-11-01"),
        None,
    ),
    (
        "State: without its symbol it may be of either series",
        [Dated(f"{DECISION}-qppl/2021/745")],
        Cited(f"{DECISION}/-/745", "2021-11-01", exact=False),
        f"{DECISION}-qppl/2021/745",
    ),
    (
        "State: one of each series",
        [Dated(f"{DECISION}-qppl/2021/745"), Dated(f"{DECISION}/2021/745")],
        Cited(f"{DECISION}/-/745", "2021-11-01", exact=False),
        None,
    ),
    (
        "National Assembly: by its term",
        [Dated("vn/state/qh/nghi-quyet/2022/43", "qh15"), Dated("vn/state/qh/nghi-quyet/2017/43", "qh14")],
        Cited("vn/state/qh/nghi-quyet/-/43", "2025-01-01", "qh15"),
        "vn/state/qh/nghi-quyet/2022/43",
    ),
    (
        "a law by name alone",
        [Dated("vn/state/qh/luat/2024/~dat-dai")],
        Cited("vn/state/qh/luat/-/~dat-dai", "2024-03-01"),
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "known", "cited", "expected"), IDENTITY, ids=[case[0] for case in IDENTITY])
def test_identity(what: str, known: list[Dated], cited: Cited, expected: str | None) -> None:
    for order in (known, known[::-1]):
        found = answer(cited, order)
        assert found.id == expected, f"{what}: {cited} among {order}"
    by = {"party": "term", "state": "term" if cited.term else "corpus"}[cited.id.split("/")[1]]
    assert found.by == (by if expected else None), what


TERMS = [
    (f"{RULE}/2023/96", "2023-02-02", "96-QĐ/TW", "k13"),
    (f"{RULE}/2023/96", None, None, "k13"),
    (f"{RULE}/2021/96", None, None, None),  # the year of a congress
    (f"{RULE}/2021/96", "2021-01-15", None, "k12"),
    (f"{RULE}/-/96", None, "96-QĐ/TW", None),
    (f"{RESOLUTION}/k12/~tw6", None, None, "k12"),
    ("vn/state/qh/nghi-quyet/2022/43", None, "43/2022/QH15", "qh15"),
    ("vn/state/ubtvqh/nghi-quyet/2024/1211", "2024-10-24", "1211/NQ-UBTVQH15", "qh15"),
    ("vn/state/cp/nghi-dinh/2020/30", "2020-03-05", "30/2020/NĐ-CP", None),
    ("vn/org/twdtn/ke-hoach/2023/225", "2023-01-01", "225-KH/TWĐTN", None),
]


@pytest.mark.parametrize(("id_", "issued", "symbol", "expected"), TERMS)
def test_the_term_of_a_regulation(id_: str, issued: str | None, symbol: str | None, expected: str | None) -> None:
    assert term_of(id_, issued, symbol) == expected


STATED = [
    (" khóa XII về bộ máy", None, "k12"),
    (", khoá 13", None, "k13"),
    (" (Khóa XI) và", None, "k11"),
    (" của Trung ương", "Ban Chấp hành Trung ương khóa XII", "k12"),
    (" về khóa học", None, None),
    (" được quán triệt; Nghị quyết khác, khóa XII", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("behind", "issuer", "expected"), STATED)
def test_the_term_that_words_state(behind: str, issuer: str | None, expected: str | None) -> None:
    assert stated_term(behind, issuer) == expected, f"{behind!r}, {issuer!r}"
