"""Summaries of a world counted by hand: units, former ones, reprints, sites that start late or go down."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus_world import Article, World, article, syllables
from pipelines.corpus import run_corpus
from pipelines.store import Store

RULE = "vn/party/tw/quy-dinh/2023/96"
FULL = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"
YEAR = "Nghị định 30/2020/NĐ-CP"

DAYS = {
    "baogialai": [f"2023-02-{day:02d}" for day in range(1, 11)] + ["2023-02-11 down", "2025-08-01"],
    "baobinhdinh": ["2023-02-05", "2023-02-06 partial", "2023-03-01 backfilled"],
    "baohue": ["2023-06-01", "2023-06-02"],
    "baonghean": ["2019-12-31", "2023-02-03 not_started"],
}


def release(name: str, published: str, site: str, origin: str = "reprint") -> Article:
    return Article(name, f"{FULL}; {FULL}.\n\n{' '.join(syllables(99, 200))}", published, site, origin)


ARTICLES = [
    article("own1", FULL, "2023-02-20"),
    article("own2", f"{FULL} và {FULL}", "2023-02-25T08:00:00+07:00", site="baobinhdinh"),
    release("copy1", "2023-02-21", "baogialai", "agency"),
    release("copy2", "2023-02-22", "baobinhdinh"),
    release("copy3", "2023-02-23", "baohue"),
    article("after", FULL, "2025-08-02"),
    article("undated", FULL, None, site="baonghean"),
    article("decree", YEAR, "2020-04-01", site="baonghean"),
    article("decree2", YEAR, "2023-07-01", site="baohue"),
    article("silent", "công tác chung", "2023-02-01", site="baohue"),
]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("summaries") / "corpus.db"
    with World(path, DAYS).open(ARTICLES) as store:
        run_corpus(store)
    return path


# (regulation, unit): first cited, censored, days since the issue, citations, in own texts, clusters
UNITS = {
    (RULE, "gia-lai"): ("2023-02-20", 0, 18, 3, 1, 2),
    (RULE, "binh-dinh"): ("2023-02-22", 1, 20, 4, 2, 2),
    (RULE, "gia-lai-2025"): ("2023-02-20", 0, 18, 8, 4, 4),
    (RULE, "hue"): ("2023-02-23", 1, 21, 2, 0, 1),
    (RULE, "nghe-an"): (None, 0, None, 1, 1, 1),
    ("vn/state/cp/nghi-dinh/2020/30", "nghe-an"): ("2020-04-01", 0, None, 1, 1, 1),
    ("vn/state/cp/nghi-dinh/2020/30", "hue"): ("2023-07-01", 1, None, 1, 1, 1),
}


def test_regulations_by_unit(path: Path) -> None:
    with Store.open(path) as store:
        rows = [tuple(row) for row in store.rows("SELECT * FROM regulation_units")]
    found = {row[:2]: row[2:] for row in rows}
    assert found.keys() == UNITS.keys()
    for key, expected in UNITS.items():
        assert found[key] == expected, key


# (unit, month): articles, days observed, sites observed, citations
MONTHS = {
    ("gia-lai", "2023-02"): (2, 10, 1, 3),
    ("binh-dinh", "2023-02"): (2, 1, 1, 4),
    ("binh-dinh", "2023-03"): (0, 1, 1, 0),
    ("gia-lai-2025", "2023-02"): (4, 10, 2, 7),
    ("gia-lai-2025", "2023-03"): (0, 1, 1, 0),
    ("gia-lai-2025", "2025-08"): (1, 1, 1, 1),
    ("hue", "2023-02"): (2, 0, 0, 2),
    ("hue", "2023-06"): (0, 2, 1, 0),
    ("hue", "2023-07"): (1, 0, 0, 1),
    ("nghe-an", "2019-12"): (0, 1, 1, 0),
    ("nghe-an", "2020-04"): (1, 0, 0, 1),
}


def test_units_by_month(path: Path) -> None:
    with Store.open(path) as store:
        rows = [tuple(row) for row in store.rows("SELECT * FROM unit_months")]
    assert {row[:2]: row[2:] for row in rows} == MONTHS


def test_counts_of_a_regulation(path: Path) -> None:
    with Store.open(path) as store:
        sql = "SELECT n_mentions, n_articles, n_clusters, n_provinces, first_cited FROM regulations WHERE id = ?"
        assert tuple(store.rows(sql, [RULE])[0]) == (11, 7, 5, 3, "2023-02-20")


def test_present_units_are_the_sum_of_their_former_ones(path: Path) -> None:
    sql = """
    SELECT present.month, present.articles, present.citations, sum(former.articles), sum(former.citations)
    FROM unit_months present JOIN units u ON u.successor = present.unit
    JOIN unit_months former ON former.unit = u.slug AND former.month = present.month
    WHERE present.month < '2025-07' GROUP BY present.unit, present.month
    """
    with Store.open(path) as store:
        rows = store.rows(sql)
    assert rows
    assert all(tuple(row[1:3]) == tuple(row[3:5]) for row in rows), [tuple(row) for row in rows]
