"""Near copies: what a sketch tells apart, and clusters that do not depend on who came first."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_world import Article, World, keep, syllables
from pipelines.corpus.copies import SIMILAR, first_of_each, keep_clusters, keep_sketches, similarity, sketch
from pipelines.store import Store


def edited(words: list[str], every: int) -> list[str]:
    """The words with one in ``every`` replaced."""
    return ["khác" if nth % every == 0 else word for nth, word in enumerate(words)]


RELEASE = syllables(1, 300)
PAIRS = [
    ("the same", RELEASE, RELEASE, True),
    ("in capitals", RELEASE, [word.upper() for word in RELEASE], True),
    ("without marks", RELEASE, [word.replace("đ", "d").replace("ă", "a").replace("ơ", "o") for word in RELEASE], True),
    ("under another headline and lead", RELEASE, [*syllables(2, 30), *RELEASE], True),
    ("cut at the end", RELEASE, RELEASE[:270], True),
    ("a word in fifty replaced", RELEASE, edited(RELEASE, 50), True),
    ("a word in four replaced", RELEASE, edited(RELEASE, 4), False),
    ("a third of it in a digest", RELEASE, [*RELEASE[:100], *syllables(3, 300)], False),
    ("another text", RELEASE, syllables(4, 300), False),
    ("two captions", RELEASE[:12], RELEASE[:12], False),
    ("nothing", [], [], False),
]  # fmt: skip


@pytest.mark.parametrize(("what", "one", "other", "alike"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_near_copies(what: str, one: list[str], other: list[str], alike: bool) -> None:
    found = similarity(sketch(" ".join(one)), sketch(" ".join(other)))
    assert (found >= SIMILAR) == alike, f"{what}: {found}"
    clusters = first_of_each([(1, sketch(" ".join(one))), (2, sketch(" ".join(other)))])
    assert clusters == {1: 1, 2: 1 if alike else 2}, what


def test_the_first_article_decides() -> None:
    """A chain of edits ends where a text is no longer like the first, though it is like the one before it."""
    chain = [RELEASE]
    for step in range(1, 8):
        words = list(chain[-1])
        words[step * 30 : step * 30 + 20] = syllables(100 + step, 20)
        chain.append(words)
    sketches = [sketch(" ".join(words)) for words in chain]
    clusters = first_of_each(list(enumerate(sketches)))
    assert [similarity(one, other) >= SIMILAR for one, other in pairwise(sketches)] == [True] * 7
    assert clusters[1] == 0
    assert clusters[7] != 0
    assert all(similarity(sketches[head], sketches[member]) >= SIMILAR for member, head in clusters.items())


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_sketch(words: str) -> None:
    made = sketch(words)
    assert len(made) in (0, 512)
    assert made == sketch(words)


def articles() -> list[Article]:
    found = [Article(f"own{nth}", " ".join(syllables(10 + nth, 300)), f"2023-03-{nth + 1:02d}") for nth in range(3)]
    for release in range(3):
        words = syllables(50 + release, 300)
        found += [
            Article(f"r{release}-{nth}", " ".join(edited(words, 40 + nth)), f"2023-04-{10 - nth:02d}")
            for nth in range(4)
        ]
    return [*found, Article("undated", " ".join(syllables(50, 300)), None)]


def clusters(store: Store) -> dict[int, int]:
    return {row["id"]: row["cluster"] for row in store.rows("SELECT id, cluster FROM articles")}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_does_not_matter(tmp_path: Path, seed: int) -> None:
    kept = articles()
    with World(tmp_path / "once.db").open(kept) as store:
        assert (keep_sketches(store), keep_clusters(store)) == (len(kept), len(kept) - 6)
        expected = clusters(store)
        assert len(set(expected.values())) == 6, "three releases and three articles of their own"
        assert (keep_sketches(store), keep_clusters(store)) == (0, 0)
    random.Random(seed).shuffle(kept)
    with World(tmp_path / "nightly.db").open() as store:
        for one in kept:
            keep(store, one)
            keep_sketches(store)
            keep_clusters(store)
        assert clusters(store) == expected, [one.name for one in kept]


def test_a_text_that_changed_is_sketched_anew(tmp_path: Path) -> None:
    one, other = (Article(name, " ".join(RELEASE), "2023-03-01") for name in "ab")
    with World(tmp_path / "changed.db").open([one, other]) as store:
        keep_sketches(store)
        keep_clusters(store)
        assert len(set(clusters(store).values())) == 1
        keep(store, Article("b", " ".join(syllables(9, 300)), "2023-03-01"))
        assert (keep_sketches(store), keep_clusters(store)) == (1, 1)
        assert len(set(clusters(store).values())) == 2
