"""What citations say in numbers: counted rightly, and never what they said before they were changed."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_world import World, article, contents, keep, syllables
from pipelines.corpus import run_corpus
from pipelines.corpus.ballots import code, keep_ballots
from pipelines.corpus.counting import grouped, leading, table
from pipelines.store import Store
from pipelines.store.articles import article_id

FULL = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"
SHORT = "Quy định số 96-QĐ/TW"
OTHER = "Nghị quyết số 18-NQ/TW ngày 25/10/2017 của Ban Chấp hành Trung ương"
SAYINGS = (FULL, SHORT, OTHER, f"{FULL} và {OTHER}", FULL.replace("02 tháng", "20 tháng"), "công tác chung")


ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(("a", "b", "c")), st.integers(-1, 3)), max_size=40)


@given(ROWS)
def test_groups_are_counted(rows: list[tuple[int, str, int]]) -> None:
    expected: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at, (owner, text, _) in enumerate(rows):
        expected[owner, text].append(at)
    owners = np.array([owner for owner, _, _ in rows], np.int64)
    codes = np.array([code(text) for _, text, _ in rows], np.uint64)
    voters = np.array([voter for _, _, voter in rows], np.int64)
    groups = grouped(np.arange(len(rows)), owners, codes)
    distinct, sums = groups.distinct(voters), groups.sum(voters)
    found = {rows[first][:2]: row for first, *row in table(groups.first, groups.first, groups.n, distinct, sums)}
    assert found == {
        key: [
            at[0],
            len(at),
            len({rows[row][2] for row in at} - {-1}),
            sum(rows[row][2] for row in at),
        ]
        for key, at in expected.items()
    }, rows
    leads = leading(distinct, owners[groups.first])
    for group, first in enumerate(groups.first):
        most = max(row[2] for key, row in found.items() if key[0] == owners[first])
        assert leads[group] == (distinct[group] == most), rows


def derived_anew(store: Store) -> None:
    """Nothing; all that follows from the articles is forgotten and worked out again."""
    with store.write() as tx:
        for table_ in ("ballots", "sketches", "claims", "regulation_units", "unit_months"):
            tx.execute(f"DELETE FROM {table_}")
        tx.execute("UPDATE articles SET cluster = NULL")
        tx.execute("UPDATE regulations SET n_mentions = 0, n_articles = 0, issued = NULL, issuer = NULL, label = '?'")
        tx.execute("UPDATE mentions SET regulation = regulation_in_page, resolved_by = resolved_in_page")
    run_corpus(store)


def said(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that follows from the articles but the sketches, which go by the digest of a text."""
    return {name: rows for name, rows in contents(store).items() if name != "sketches"}


def test_other_rules_read_all_again(tmp_path: Path) -> None:
    with World(tmp_path / "corpus.db").open([article("a", FULL), article("b", SHORT)]) as store:
        run_corpus(store)
        with store.write() as tx:
            tx.execute("UPDATE ballots SET rules = rules + 1, says = x''")
        assert (keep_ballots(store), keep_ballots(store)) == (2, 0)
        assert set(run_corpus(store).changed.values()) == {0}


CHANGES = [  # by hand, behind the program's back
    "UPDATE mentions SET date = '2023-02-03' WHERE date = '2023-02-02' AND article = :one",
    "UPDATE mentions SET symbol = '96-QĐ/TU', issuer = 'Ban Bí thư' WHERE article = :one",
    "UPDATE mentions SET regulation_in_page = :other, regulation = :other WHERE article = :one AND i = 0",
    "DELETE FROM mentions WHERE article = :one",
    "UPDATE mentions SET article = :two, i = i + 50, start = start + 900, \"end\" = \"end\" + 900 WHERE article = :one",
    "INSERT INTO mentions(article, i, start, \"end\", surface, zone, kind, regulation_in_page, regulation)"
    " SELECT article, 99, 9000, 9001, surface, zone, kind, regulation, regulation FROM mentions"
    " WHERE article = :one AND i = 0",
    "INSERT OR REPLACE INTO mentions(article, i, start, \"end\", surface, zone, kind, regulation_in_page, regulation)"
    " SELECT article, i, start, \"end\", surface, zone, kind, :other, :other FROM mentions WHERE article = :one",
    "UPDATE articles SET published = '2025-12-01', origin = 'reprint', unit = 'hue', province = 'hue' WHERE id = :one",
    "DELETE FROM articles WHERE id = :one",
    "UPDATE texts SET text = replace(text, '96-QĐ/TW', '96-QĐ/TW, khóa XII') WHERE article = :two",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_counted_whoever_made_it(tmp_path: Path, change: str) -> None:
    kept = [article("a", f"{FULL}; {SHORT}", "2023-03-01"), article("b", SHORT, "2024-01-01"), article("c", OTHER)]
    with World(tmp_path / "corpus.db").open(kept) as store:
        run_corpus(store)
        before = said(store)
        values = {"one": kept[0].id, "two": kept[1].id, "other": "vn/party/tw/nghi-quyet/2017/18"}
        with store.write() as tx:
            tx.execute(change, {name: value for name, value in values.items() if f":{name}" in change})
        run_corpus(store)
        found = said(store)
        derived_anew(store)
        assert found == said(store), change
        assert found != before, change


@pytest.mark.parametrize("seed", range(6))
def test_nights_of_changes_come_to_what_one_reading_of_all_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    release = " ".join(syllables(4711, 200))
    with World(tmp_path / "corpus.db").open() as store:
        for _ in range(5):
            for _ in range(6):
                name, words = chance.choice("abcdefgh"), chance.choice(SAYINGS)
                day, site = f"2023-0{chance.randint(1, 9)}-01", chance.choice(("baogialai", "baohue", "baonghean"))
                one = article(
                    name, words, chance.choice((day, None)), site=site, origin=chance.choice(("own", "agency"))
                )
                if chance.random() < 0.2:
                    with store.write() as tx:
                        tx.execute("UPDATE articles SET cluster = NULL WHERE cluster = ?", [article_id(one.url)])
                        tx.execute("DELETE FROM articles WHERE id = ?", [article_id(one.url)])
                elif chance.random() < 0.3:
                    keep(store, type(one)(name, f"{words}\n\n{release}", one.published, site, one.origin))
                else:
                    keep(store, one)
            run_corpus(store)
        found = contents(store)
        derived_anew(store)
        assert found == contents(store), seed
