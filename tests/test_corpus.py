"""The corpus steps: which regulation a citation means, what is known of it, who copied whom, and what it comes to."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus_world import Article, World, article, contents, keep, syllables
from pipelines.corpus import run_corpus
from pipelines.corpus.ballots import keep_ballots, load_ballots
from pipelines.corpus.claims import keep_names
from pipelines.corpus.copies import keep_clusters, keep_sketches
from pipelines.corpus.resolution import resolve_mentions
from pipelines.store import Store

RULE = "vn/party/tw/quy-dinh"
RESOLUTION = "vn/party/tw/nghi-quyet"
FULL = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"
SHORT = "Quy định số 96-QĐ/TW"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "corpus.db")


def regulations(store: Store, article: Article) -> list[tuple[object, ...]]:
    sql = "SELECT regulation_in_page, regulation, resolved_by FROM mentions WHERE article = ? ORDER BY i"
    return [tuple(row) for row in store.rows(sql, [article.id])]


def test_a_citation_without_a_day_is_what_other_pages_date(world: World) -> None:
    dated, short, old = article("a", FULL), article("b", SHORT, "2024-05-01"), article("c", SHORT, "2012-05-01")
    with world.open([short, old, dated]) as store:
        run_corpus(store)
        assert regulations(store, dated) == [(f"{RULE}/2023/96", f"{RULE}/2023/96", "full")]
        assert regulations(store, short) == [(f"{RULE}/-/96", f"{RULE}/2023/96", "term")]
        assert regulations(store, old) == [(f"{RULE}/-/96", f"{RULE}/-/96", "full")], "of another term"
        assert store.rows("SELECT * FROM regulation_links") == [], "not all citations of the provisional one mean it"


def test_a_link_stands_where_all_citations_mean_one_and_can_be_undone(world: World) -> None:
    first, second = article("b", SHORT, "2024-05-01"), article("c", SHORT, "2024-04-01")
    with world.open([article("a", FULL), first, second, article("d", SHORT, None)]) as store:
        run_corpus(store)
        link = (f"{RULE}/-/96", "same_as", f"{RULE}/2023/96", "term", second.id, None)
        assert [tuple(row) for row in store.rows("SELECT * FROM regulation_links")] == [link]
        with store.write() as tx:
            tx.execute("UPDATE regulation_links SET undone_at = '2026-01-01T00:00:00Z'")
        for _ in range(2):
            run_corpus(store)
            assert [tuple(row) for row in store.rows("SELECT * FROM regulation_links")] == [
                (*link[:5], "2026-01-01T00:00:00Z")
            ]
            assert regulations(store, first) == [(f"{RULE}/-/96", f"{RULE}/-/96", "full")]


def test_a_second_candidate_takes_an_answer_back(world: World) -> None:
    short = article("b", SHORT, "2024-05-01")
    with world.open([article("a", FULL), short]) as store:
        run_corpus(store)
        assert regulations(store, short)[0][1:] == (f"{RULE}/2023/96", "term")
        keep(store, article("c", "Quy định số 96-QĐ/TW, ngày 03 tháng 3 năm 2022 của Ban Bí thư"))
        run_corpus(store)
        assert regulations(store, short)[0][1:] == (f"{RULE}/-/96", "full")
        assert store.rows("SELECT * FROM regulation_links") == []
        assert store.rows("SELECT * FROM regulation_aliases WHERE source = 'corpus'") == []


LINKS = [  # articles, apart by "|", and the link that follows
    (  # of several resolutions one: the register knows the others
        "Nghị quyết Trung ương 6 khóa XII (Nghị quyết số 18-NQ/TW ngày 25/10/2017)",
        (f"{RESOLUTION}/2017/18", "part_of", f"{RESOLUTION}/k12/~tw6"),
    ),
    (
        "Nghị quyết Trung ương 2 khóa XIV (Nghị quyết số 18-NQ/TW ngày 25/10/2027)",
        (f"{RESOLUTION}/k14/~tw2", "same_as", f"{RESOLUTION}/2027/18"),
    ),
    (  # by the register alone
        "Nghị quyết Trung ương 4 khóa XII | Nghị quyết số 04-NQ/TW ngày 30/10/2016",
        (f"{RESOLUTION}/k12/~tw4", "same_as", f"{RESOLUTION}/2016/4"),
    ),
    (
        "Nghị quyết Trung ương 8 khóa XIII | Nghị quyết số 42-NQ/TW ngày 24/11/2023",
        (f"{RESOLUTION}/2023/42", "part_of", f"{RESOLUTION}/k13/~tw8"),
    ),
    ("Nghị quyết Trung ương 6 khóa XII | Nghị quyết số 18-NQ/TW ngày 16/6/2022", None),
    (
        "Luật Đất đai số 31/2024/QH15 | Luật Đất đai năm 2024",
        ("vn/state/qh/luat/2024/~dat-dai", "same_as", "vn/state/qh/luat/2024/31"),
    ),
    ("Luật Đất đai số 31/2024/QH15 | Luật Đất đai số 32/2024/QH15 | Luật Đất đai năm 2024", None),
    ("Nghị quyết Trung ương 2 khóa XIV, Nghị quyết số 18-NQ/TW ngày 25/10/2027", None),
    ("Nghị quyết Trung ương 4 khóa XI (Nghị quyết số 18-NQ/TW ngày 25/10/2017)", None),
]


@pytest.mark.parametrize(("words", "expected"), LINKS)
def test_names_that_a_page_puts_together(world: World, words: str, expected: tuple[str, ...] | None) -> None:
    with world.open([article(str(nth), part) for nth, part in enumerate(words.split("|"))]) as store:
        run_corpus(store)
        links = [tuple(row) for row in store.rows("SELECT subject, link, object FROM regulation_links")]
        assert links == ([expected] if expected else []), words


def test_the_resolutions_of_a_plenum_are_parts_of_it(world: World) -> None:
    plenum = "Nghị quyết Trung ương 6 khóa XII"
    texts = [f"{plenum} (Nghị quyết số {n}-NQ/TW ngày 25/10/2017)" for n in (18, 19)]
    with world.open([article(str(nth), words) for nth, words in enumerate(texts)]) as store:
        run_corpus(store)
        links = {tuple(row) for row in store.rows("SELECT subject, link, object FROM regulation_links")}
        assert links == {(f"{RESOLUTION}/2017/{n}", "part_of", f"{RESOLUTION}/k12/~tw6") for n in (18, 19)}


def reprints(n: int, words: str, name: str = "release", **more: str) -> list[Article]:
    """One release as ``n`` papers print it, each under its own headline."""
    body = " ".join(syllables(4711, 200))
    sites = ["baogialai", "baobinhdinh", "baoquangnam", "baohue", "baonghean"]
    return [
        Article(
            f"{name}{nth}", f"Báo số {nth} đưa tin {words}\n\n{body}", f"2023-03-{nth + 1:02d}", sites[nth % 5], **more
        )
        for nth in range(n)
    ]


MISPRINT = "Quy định số 96-QĐ/TW, ngày 20 tháng 02 năm 2023 của Ban Bí thư"
CLAIMS = [  # what the articles say, and the columns of the regulation: issued, issuer
    ("most clusters", [*reprints(4, MISPRINT), article("a", FULL), article("b", FULL)], ("2023-02-02", "Bộ Chính trị")),
    ("a tie says nothing", [*reprints(4, MISPRINT), article("a", FULL)], (None, None)),
    ("one alone", [article("a", FULL)], ("2023-02-02", "Bộ Chính trị")),
    (
        "one value in two spellings",
        [article("b", FULL.replace("trị", "Trị"), "2023-02-03"), article("a", FULL), article("c", MISPRINT)],
        ("2023-02-02", "Bộ Chính Trị"),
    ),
    (
        "a day of effect is none of issue",
        [article("a", "Thông tư số 29/2024/TT-BGDĐT có hiệu lực từ ngày 14 tháng 02 năm 2025")],
        (None, None),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "articles", "expected"), CLAIMS, ids=[case[0] for case in CLAIMS])
def test_what_is_known_is_a_vote_of_clusters(
    world: World, what: str, articles: list[Article], expected: tuple[str | None, str | None]
) -> None:
    with world.open(articles) as store:
        run_corpus(store)
        (row,) = store.rows("SELECT issued, issuer, issued_precision FROM regulations")
        assert (row["issued"], row["issuer"]) == expected, what
        assert row["issued_precision"] == ("day" if expected[0] else "year"), what


def test_claims_name_the_first_article_that_bears_them_out(world: World) -> None:
    copies = reprints(4, MISPRINT)
    with world.open([*copies[::-1], article("a", FULL, "2023-06-01"), article("b", FULL, "2023-04-01")]) as store:
        run_corpus(store)
        found = {(row["value"], row["n_clusters"], row["first_article"]) for row in store.rows("SELECT * FROM claims")}
        first, second = copies[0].id, article("b", FULL, "2023-04-01").id
        assert found == {
            ("2023-02-20", 1, first),
            ("Ban Bí thư", 1, first),
            ("2023-02-02", 2, second),
            ("Bộ Chính trị", 2, second),
        }


def test_names_do_not_depend_on_who_came_first(world: World) -> None:
    bare = article("a", "Quy định số 96, ngày 02-02-2023 của Bộ Chính trị", "2023-02-03")
    with world.open([bare, article("b", FULL)]) as store:
        assert store.value("SELECT label FROM regulations") == "Quy định 96 (2023)", "as the first article has it"
        run_corpus(store)
        assert store.value("SELECT label || ' ' || symbol FROM regulations") == "Quy định 96-QĐ/TW (2023) 96-QĐ/TW"


WORLD = [
    article("a", FULL, "2023-02-10"),
    article("b", SHORT, "2024-05-01", site="baohue"),
    article("c", f"{SHORT}; {MISPRINT}", "2023-07-01", site="baoquangnam"),
    article("d", "Quy định 96 của Bộ Chính trị; Quy định này", "2022-01-01", site="baobinhdinh"),
    article("e", "Nghị quyết số 18-NQ/TW ngày 25/10/2017 và Nghị quyết số 18-NQ/TW, khóa XII", "2018-01-01"),
    article("f", "Nghị quyết số 18-NQ/TW ngày 16/6/2022 về đất đai", "2022-09-01"),
    article("g", "Nghị quyết số 18-NQ/TW, khóa XII và Nghị quyết Trung ương 6 khóa XII", "2023-01-01"),
    article("h", "Nghị quyết Trung ương 6 khóa XII (Nghị quyết số 18-NQ/TW ngày 25/10/2017)", "2018-05-01"),
    article("i", "Luật Đất đai năm 2024", "2024-05-01", site="baonghean"),
    article("j", "Luật Đất đai số 31/2024/QH15 thay thế Luật Đất đai năm 2013", "2024-06-01", site="baohue"),
    article("k", "Quyết định số 745/QĐ-UBND ngày 3/11/2021 của UBND tỉnh Gia Lai", "2021-11-05"),
    article("l", "Quyết định số 745/QĐ-UBND của UBND tỉnh Gia Lai", "2021-12-05", site="baobinhdinh"),
    article("m", FULL, None, site="baohue"),
    article("n", SHORT, "2025-08-01"),
    *reprints(5, f"{SHORT} và {MISPRINT}"),
]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What follows from all articles, stored in one go."""
    with World(tmp_path_factory.mktemp("truth") / "corpus.db").open(WORLD) as store:
        run_corpus(store)
        return contents(store)


def test_the_world_is_not_dull(truth: dict[str, list[tuple[object, ...]]]) -> None:
    assert all(truth[table] for table in truth), {table: len(rows) for table, rows in truth.items()}
    links = {row[:4] for row in truth["regulation_links"]}
    assert (f"{RESOLUTION}/2017/18", "part_of", f"{RESOLUTION}/k12/~tw6", "stated") in links
    assert ("vn/state/qh/luat/2024/~dat-dai", "same_as", "vn/state/qh/luat/2024/31", "stated") in links


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("nights", [1, 4, len(WORLD)])
def test_any_order_and_any_nights_give_the_same_rows(
    world: World, truth: dict[str, list[tuple[object, ...]]], seed: int, nights: int
) -> None:
    articles = random.Random(seed).sample(WORLD, len(WORLD))
    with world.open() as store:
        for night in range(nights):
            for one in articles[night::nights]:
                keep(store, one)
            run_corpus(store)
        found = contents(store)
    for table, rows in truth.items():
        assert found[table] == rows, f"{table} depends on the order {[one.name for one in articles]}"


def test_a_second_run_writes_nothing(world: World) -> None:
    with world.open(WORLD) as store:
        run_corpus(store)
        before = list(store.connection.iterdump())
        report = run_corpus(store)
        assert set(report.changed.values()) == {0}, report
        assert list(store.connection.iterdump()) == before


def test_a_run_that_was_cut_short_is_completed(world: World, truth: dict[str, list[tuple[object, ...]]]) -> None:
    with world.open(WORLD[:10]) as store:
        run_corpus(store)
        for one in WORLD[10:]:
            keep(store, one)
        for step in (keep_sketches, keep_clusters, keep_ballots):
            step(store)
        ballots = load_ballots(store)
        keep_names(store, ballots)
        resolve_mentions(store, ballots)
        assert contents(store) != truth
        run_corpus(store)
        assert contents(store) == truth


def test_articles_that_change_or_go_leave_no_trace(world: World, truth: dict[str, list[tuple[object, ...]]]) -> None:
    more = [article("x", MISPRINT, "2023-01-01"), article("y", "Quy định số 96-QĐ/TW, ngày 3/3/2022", "2022-04-01")]
    with world.open([*WORLD, *more]) as store:
        run_corpus(store)
        with store.write() as tx:
            tx.execute("UPDATE articles SET cluster = NULL WHERE id IN (?, ?)", [one.id for one in more])
            tx.execute("DELETE FROM articles WHERE id IN (?, ?)", [one.id for one in more])
        run_corpus(store)
        found = contents(store)
        left = store.rows(
            "SELECT label, symbol, issued, issuer, n_mentions FROM regulations WHERE id = ?", [f"{RULE}/2022/96"]
        )
        assert [tuple(row) for row in left] == [("Quy định 96 (2022)", None, None, None, 0)]
    for table in ("articles", "mentions", "claims", "regulation_links", "regulation_units", "unit_months"):
        assert found[table] == truth[table], table
