"""Words: every character once, references whole, nothing rewritten, and linear time whatever the page holds."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.models import Paragraph
from pipelines.words import spans_of, split_sentences, warm_up, word_spans


def words(text: str, *whole: str) -> list[str]:
    """The words of a text in which each of ``whole`` is protected where it stands first."""
    protected = [(text.index(piece), text.index(piece) + len(piece)) for piece in whole]
    return [text[start:end] for start, end in word_spans(text, 0, len(text), protected)]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("Xem https://baogialai.com.vn/tin-post123.html.", "https://baogialai.com.vn/tin-post123.html"),
        ("(nguồn: http://gialai.gov.vn/van_ban/?id=1&x=2)", "http://gialai.gov.vn/van_ban/?id=1&x=2"),
        ("tại https://vi.wikipedia.org/wiki/Huế_(thành_phố), một", "https://vi.wikipedia.org/wiki/Huế_(thành_phố)"),
        ("Trang BaoGiaLai.com.vn đưa tin", "BaoGiaLai.com.vn"),
        ("Cổng gialai.gov.vn.", "gialai.gov.vn"),
        ("Gửi về toa_soan.bgl@gialai.gov.vn.", "toa_soan.bgl@gialai.gov.vn"),
        ("từ ngày 02/02/2023.", "02/02/2023"),
        ("ngày 2-9-1945, sau", "2-9-1945"),
        ("ngày 30.4.1975.", "30.4.1975"),
        ("lúc 2025-07-01.", "2025-07-01"),
        ("18-07-2019 Tháng bảy", "18-07-2019"),
        ("sáng 08/12/2023 Huyện ủy họp", "08/12/2023"),
        ("hết quý 4/2023, thu", "4/2023"),
        ("mồng 2/9.", "2/9"),
        ("ngày 30. 4. 1975 tại", "30. 4. 1975"),
        ("ngày 1 / 7 / 2025 tại", "1 / 7 / 2025"),
        ("cập nhật 2025-07-01T08:30:00+07:00.", "2025-07-01T08:30:00+07:00"),
        ("vào gialai.gov.vn:8080/x.", "gialai.gov.vn:8080/x"),
        ("xem https://a.vn/b,https://c.vn/d", "https://c.vn/d"),
        ("tải file:///tmp/a_b.html.", "file:///tmp/a_b.html"),
        ("lấy sftp://a.vn/x.zip;", "sftp://a.vn/x.zip"),
        ("Điền vào chỗ ............................ này", "............................"),
    ],
)
def test_addresses_and_dates_are_one_token(text: str, token: str) -> None:
    assert token in words(text), f"{token} is not one token of {text!r}: {words(text)}"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Quy định số 96-QĐ/TW của Bộ Chính trị", "96-QĐ/TW"),
        ("Luật số 15/2023/QH15.", "15/2023/QH15"),
        ("Thông tư 01/2021/TT-BTC quy định", "01/2021/TT-BTC"),
        ("Kế hoạch số 96 - KH / TU nêu", "96 - KH / TU"),
        ("(96-QĐ/TW)", "96-QĐ/TW"),
    ],
)
def test_references_are_one_token(text: str, reference: str) -> None:
    assert reference in words(text, reference), f"{reference} is cut in {words(text, reference)}"


UNBROKEN = [
    "a.",
    "1.",
    "a.b-",
    "1-",
    "12-345",
    "...a",
    "A.",
    "v.v",
    "(",
    "((a)",
    "a@",
    "a@a.",
    "http://",
    "x.vn/",
    "http://a,",
    "1/2/",
    "2024-01-01T",
    "_",
    "“",
]
BROKEN = [
    "😀 ",
    ". ",
    "- ",
    "A. ",
    "TP. ",
    "1. ",
    "(a. ",
    "a: 1. ",
    "1 / 2 / ",
    "Điều 5. Khoản 2. ",
    "A. Số: ",
    "“... ",
    "“A.” - ",
    "ð. ",
    "\n",
    "a\n",
    "x.vn/" + "(b)" * 80 + " ",
]


@pytest.mark.parametrize("run", UNBROKEN + BROKEN)
def test_time_is_linear_in_hostile_runs(run: str) -> None:
    """Four times the text takes at most eight times as long; quadratic would be sixteen."""
    warm_up()

    def seconds(n: int) -> float:
        text = (run * n)[:n]
        began = process_time()
        split_sentences(text, (), [(i, i + 3) for i in range(0, n, 100)])
        return process_time() - began

    small, large = seconds(10_000), seconds(40_000)
    assert large < 8 * small + 0.5, f"{run!r}: 10,000 characters {small:.2f} s, 40,000 {large:.2f} s"


@pytest.mark.parametrize("start", ["http://", "gialai.gov.vn/", "https://a.vn/b", "x.vn/(", "ftp://a"])
@pytest.mark.parametrize("mark", [".", "!", "?", "'", "”", ";:", ".)", "(."])
def test_marks_after_an_address_do_not_hang(start: str, mark: str) -> None:
    text = start + mark * 60
    began = process_time()
    spans = word_spans(text, 0, len(text))
    assert process_time() - began < 1, f"{text!r} took {process_time() - began:.1f} s"
    assert "".join(text[s:e] for s, e in spans) == text


def test_importing_words_is_light() -> None:
    code = "import sys, pipelines.words; print([m for m in ('underthesea', 'joblib') if m in sys.modules])"
    root = Path(__file__).parent.parent
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]", f"importing words imports {shown}"


PIECES = [
    "Bộ",
    "chính",
    "trị",
    "Gia Lai",
    "96-QĐ/TW",
    "TP",
    "v.v",
    "a@b.vn",
    "http://a.vn/x_y",
    "gialai.gov.vn",
    "1.234,5",
    "_",
    ".",
]
PIECES += [
    "...",
    "…",
    "?",
    "!",
    ",",
    ":",
    "(",
    ")",
    "“",
    "”",
    '"',
    "'",
    "-",
    "/",
    "@",
    "://",
    "\u0301",
    "\u200b",
    "😀",
    "Ð",
    "ǅ",
    "中",
]
PIECES += [" ", " ", " ", " ", "\u00a0", "\n", "\r\n", "\n\n", "\u2028", "\t", "\x1c", "\x00"]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map(
    lambda pieces: unicodedata.normalize("NFC", "".join(pieces))
)
cuts = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=6)


def bare(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s+", "", text)


def disjoint(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the spans that may be protected: inside the text, ink at both ends, none overlapping an earlier one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        inked = start < end <= len(text) and not text[start].isspace() and not text[end - 1].isspace()
        if inked and (not kept or kept[-1][1] <= start):
            kept.append((start, end))
    return kept


@settings(deadline=None, max_examples=300)
@given(texts, cuts)
def test_every_character_is_in_one_word_in_order(text: str, protected: list[tuple[int, int]]) -> None:
    spans = word_spans(text, 0, len(text), protected)
    assert all(left[1] <= right[0] for left, right in pairwise(spans)), f"{spans} overlap"
    assert all(start < end for start, end in spans), f"{spans} has an empty word"
    assert all(text[s:e] == text[s:e].strip() for s, e in spans), "a word begins or ends in white space"
    assert "".join(bare(text[s:e]) for s, e in spans) == bare(text)


@settings(deadline=None, max_examples=300)
@given(texts, cuts)
def test_protected_spans_are_words(text: str, protected: list[tuple[int, int]]) -> None:
    whole = disjoint(text, protected)
    assert set(whole) <= set(word_spans(text, 0, len(text), whole))


@settings(deadline=None, max_examples=300)
@given(texts, cuts, cuts)
def test_sentences_are_exact(text: str, protected: list[tuple[int, int]], edges: list[tuple[int, int]]) -> None:
    paragraphs = [Paragraph(start, end, "body") for start, end in disjoint(text, edges)]
    found = split_sentences(text, paragraphs, protected)
    assert found == split_sentences(text, paragraphs, protected)
    assert "".join(bare(text[s.start : s.end]) for s in found) == bare(text)
    assert all(left.end <= right.start for left, right in pairwise(found)), f"{found} overlap"
    for sentence in found:
        surface = text[sentence.start : sentence.end]
        assert surface == surface.strip() != "", f"{surface!r} is not trimmed"
        inside = [p for p in paragraphs if p.start < sentence.end and sentence.start < p.end]
        assert all(p.start <= sentence.start and sentence.end <= p.end for p in inside), (
            f"{surface!r} bridges paragraphs"
        )
        assert bare(sentence.segmented).replace("_", "") == bare(surface).replace("_", "")


@settings(deadline=None, max_examples=300)
@given(texts, cuts)
def test_segmented_alone_gives_the_words_back(text: str, protected: list[tuple[int, int]]) -> None:
    whole = disjoint(text, protected)
    for sentence in split_sentences(text, (), whole):
        inside = [span for span in whole if sentence.start <= span[0] and span[1] <= sentence.end]
        spans = word_spans(text, sentence.start, sentence.end, inside)
        assert [read(word) for word in sentence.segmented.split(" ")] == [plain(text[s:e]) for s, e in spans]
        assert spans_of(sentence, text) == spans


def read(word: str) -> str:
    """A word of ``segmented`` as its text has it, by the rule that `split_sentences` documents."""
    if "@" in word or "://" in word:
        return word
    return re.sub("__|_", lambda underscore: "_" if underscore[0] == "__" else " ", word)


def plain(word: str) -> str:
    """A word of a text with one space for any white space, and none in an address or beside a "_"."""
    if "@" in word or "://" in word:
        return "".join(word.split())
    return re.sub(r" ?_ ?", "_", " ".join(word.split()))


@pytest.mark.parametrize(
    ("text", "segmented"),
    [
        ("Bộ Chính trị ban hành Quy định số 96-QĐ/TW.", "Bộ_Chính_trị ban_hành Quy_định số 96-QĐ/TW ."),
        ("Bộ\u00a0Chính  trị họp", "Bộ_Chính_trị họp"),
        ("cột so_luong và Hà_Nội, Hà Nội", "cột so__luong và Hà__Nội , Hà_Nội"),
        ("số 96 _ QĐ/TW và 5 _ 6", "số 96__QĐ/TW và 5 __ 6"),
        ("gửi a_b@x.vn, xem http://x.vn/a_b", "gửi a_b@x.vn , xem http://x.vn/a_b"),
    ],
)
def test_segmented_is_written(text: str, segmented: str) -> None:
    protected = [match.span() for match in re.finditer("96(-| _ )QĐ/TW", text)]
    assert split_sentences(text, (), protected)[0].segmented == segmented
