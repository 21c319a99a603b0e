"""The cached decoder finds exactly the words of underthesea's own call, after underthesea's own normaliser."""

from __future__ import annotations

import logging
import random
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import words
from pipelines.words import model as words_model
from pipelines.words.decoder import CachedSegmenter
from pipelines.words.model import UnknownModelError, WordModel, read_model
from pipelines.words.scores import TokenScores
from pipelines.words.stock import StockSegmenter

SEED = 20230727
ODDITIES = [
    *(Path(__file__).parent / "words_oddities.txt").read_text(encoding="utf-8").split(),
    *"\u200b\ufeff\u00ad\u0301",
]


@pytest.fixture(scope="module")
def model() -> WordModel:
    return read_model()


@pytest.fixture(scope="module")
def segmenter(model: WordModel) -> CachedSegmenter:
    return CachedSegmenter(model)


def sentences(model: WordModel, count: int) -> Iterator[str]:
    """Made sentences: words of the dictionary in every case and both forms of Unicode, and whatever a page may hold."""
    chance = random.Random(SEED)
    vocabulary = sorted(model.dictionary)
    forms = (str, str, str, str.title, str.capitalize, str.upper, lambda word: unicodedata.normalize("NFD", word))
    for _ in range(count):
        odd = chance.choice((0.05, 0.2, 0.6))
        pieces = [
            chance.choice(ODDITIES) if chance.random() < odd else chance.choice(forms)(chance.choice(vocabulary))
            for _ in range(chance.randint(0, 25))
        ]
        yield "".join(piece + chance.choice((" ", " ", " ", " ", "", "\u00a0", "  ")) for piece in pieces)


def tokens(segmenter: CachedSegmenter, model: WordModel, sentence: str) -> list[str]:
    """The tokens as ``word_tokenize`` spells them."""
    text = unicodedata.normalize("NFC", sentence).replace("ð", "đ").replace("Ð", "Đ")
    return [model.spelling.get(text[start:end], text[start:end]) for start, end in segmenter.tokens(text)]


def starts_of(spelled: list[str], found: list[str]) -> list[int]:
    """The numbers of the tokens that begin the given words."""
    starts, reached = [], 0
    for word in found:
        starts.append(reached)
        length = len(spelled[reached])
        while length < len(word):
            reached += 1
            length += 1 + len(spelled[reached])
        reached += 1
    return starts


def path_score(model: WordModel, spelled: list[str], starts: list[int]) -> float:
    """What the model gives the labels of a segmentation, B-W counting nothing."""
    inside = [i not in starts for i in range(len(spelled))]
    scores = zip(TokenScores(model).of(spelled), inside, strict=True)
    return sum(score for score, is_inside in scores if is_inside) + sum(
        model.transitions[2 * left + right] for left, right in pairwise(inside)
    )


@pytest.mark.parametrize("count", [1_500, pytest.param(24_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_words_are_those_of_underthesea(model: WordModel, segmenter: CachedSegmenter, count: int) -> None:
    """All of them, but for the order in which two floats are added where two segmentations have the same score."""
    from underthesea import word_tokenize

    ties = 0
    for sentence in sentences(model, count):
        expected, spelled = word_tokenize(sentence), tokens(segmenter, model, sentence)
        starts = segmenter.starts(spelled)
        found = [" ".join(spelled[first:last]) for first, last in pairwise([*starts, len(spelled)])]
        if found != expected:
            theirs, ours = (path_score(model, spelled, s) for s in (starts_of(spelled, expected), starts))
            assert theirs == pytest.approx(ours, abs=1e-9), f"{sentence!r}: {found} instead of {expected}"
            ties += 1
    assert ties <= count / 5_000, f"{ties} sentences of {count} were decided by rounding"


def test_two_reads_of_one_text_agree(model: WordModel, segmenter: CachedSegmenter) -> None:
    for sentence in sentences(model, 100):
        fresh = CachedSegmenter(model).words(sentence)
        assert segmenter.words(sentence) == segmenter.words(sentence) == fresh, f"{sentence!r} depends on the cache"


def test_full_caches_are_emptied(model: WordModel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = list(sentences(model, 100))
    expected = [CachedSegmenter(model).words(sentence) for sentence in made]
    monkeypatch.setattr("pipelines.words.scores.CACHE_LIMIT", 20)
    small = CachedSegmenter(model)
    assert [small.words(sentence) for sentence in made] == expected
    assert len(small._scores._pairs) <= 20, "a full cache goes on growing"


def test_threads_find_the_same_words(model: WordModel) -> None:
    made = list(sentences(model, 200))
    expected = [CachedSegmenter(model).words(sentence) for sentence in made]
    shared = CachedSegmenter(model)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [shared.words(sentence) for sentence in made], range(8)):
            assert found == expected


@pytest.mark.parametrize("kind", [CachedSegmenter, StockSegmenter])
@pytest.mark.parametrize(
    ("sentence", "whole", "expected"),
    [
        ("Quy định số 96-QĐ/TW của Bộ Chính trị", "96-QĐ/TW", "Quy định|số|96-QĐ/TW|của|Bộ Chính trị"),
        ("tỉnh Gia Lai mới", "Gia", "tỉnh|Gia|Lai|mới"),
        ("hợp tác xã", "hợp tác xã", "hợp tác xã"),
        ("họ tới Ðà Nẵng", "", "họ|tới|Ðà Nẵng"),
        ("", "", ""),
        ("  \u00a0", "", ""),
    ],
)
def test_kept_spans_are_words(
    kind: type[CachedSegmenter | StockSegmenter], model: WordModel, sentence: str, whole: str, expected: str
) -> None:
    segmenter = CachedSegmenter(model) if kind is CachedSegmenter else StockSegmenter()
    spans = [(sentence.index(whole), sentence.index(whole) + len(whole))] if whole else []
    found = [sentence[start:end] for start, end in segmenter.words(sentence, spans)]
    assert found == (expected.split("|") if expected else [])


def test_the_stock_call_finds_the_same_spans(model: WordModel, segmenter: CachedSegmenter) -> None:
    stock, differ = StockSegmenter(), 0
    for made in sentences(model, 300):
        sentence = unicodedata.normalize("NFC", made)
        found = stock.words(sentence)
        assert "".join("".join(sentence[s:e] for s, e in found).split()) == "".join(sentence.split()), sentence
        differ += found != segmenter.words(sentence)
    assert differ < 60, f"{differ} of 300 differ, more than spelling can explain"


@pytest.fixture
def unloaded() -> Iterator[None]:
    words._load.cache_clear()
    yield
    words._load.cache_clear()


@pytest.mark.usefixtures("unloaded")
def test_the_first_calls_may_come_from_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(words.split_sentences, ["Bộ Chính trị họp tại Hà Nội."] * 8))
    assert [sentence.segmented for (sentence,) in found] == ["Bộ_Chính_trị họp tại Hà_Nội ."]


@pytest.mark.usefixtures("unloaded")
def test_an_unknown_model_is_said_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(words_model.KNOWN, "models.bin", "0" * 64)
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(words.split_sentences, ["Bộ Chính trị họp tại Hà Nội. Sau đó ra về."] * 8))
    assert {" / ".join(s.segmented for s in found) for found in shown} == {
        "Bộ_Chính_trị họp tại Hà_Nội . / Sau đó ra về ."
    }
    assert len(caplog.records) == 1, f"said {len(caplog.records)} times"
    assert "models.bin has sha256" in caplog.text


def test_a_missing_model_file_is_an_unknown_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"models\.bin"):
        words_model.check(tmp_path, [])


def test_fixed_words_of_another_call_change_nothing() -> None:
    """`word_tokenize(fixed_words=...)` changes every later call of it in the process, hence a process of its own."""
    code = """if True:
        from pipelines.words import split_sentences
        from underthesea import word_tokenize
        word_tokenize("a", fixed_words=["Quy định số"])
        assert "Quy định số" in word_tokenize("theo Quy định số 5")
        assert split_sentences("theo Quy định số 5")[0].segmented == "theo Quy_định số 5"
    """
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=True)
