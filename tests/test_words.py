"""Words: every character once, references whole, nothing rewritten, and linear time whatever the page holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from pipelines.models import Paragraph
from pipelines.words import split_sentences, warm_up, word_spans


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


ADVERSARIAL = [
    "a.",
    "1.",
    "a.b-",
    "1-",
    "12-345",
    "...a",
    "A.",
    "v.v",
    "😀 ",
    ". ",
    "(",
    "((a)",
    "a@",
    "http://",
    "x.vn/",
    "_",
    "- ",
    "“",
]


@pytest.mark.parametrize("run", ADVERSARIAL)
def test_time_is_linear_in_hostile_runs(run: str) -> None:
    warm_up()

    def seconds(n: int) -> float:
        text = (run * n)[:n]
        began = process_time()
        split_sentences(text)
        return process_time() - began

    small, large = seconds(5_000), seconds(20_000)
    assert large < 16 * small + 1, f"{run!r}: 5,000 characters {small:.2f} s, 20,000 {large:.2f} s"


@pytest.mark.parametrize("start", ["http://", "gialai.gov.vn/", "https://a.vn/b", "x.vn/(", "ftp://a"])
@pytest.mark.parametrize("mark", [".", "!", "?", "'", "”", ";:", ".)", "(."])
def test_marks_after_an_address_do_not_hang(start: str, mark: str) -> None:
    text = start + mark * 60
    began = process_time()
    spans = word_spans(text, 0, len(text))
    assert process_time() - began < 1, f"{text!r} took {process_time() - began:.1f} s"
    assert "".join(text[s:e] for s, e in spans) == text


def test_sentences_stay_within_paragraphs() -> None:
    text = "Tiêu đề không có dấu chấm\n\nThân bài. Câu hai"
    paragraphs = (Paragraph(0, 25, "title"), Paragraph(27, len(text), "body"))
    shown = [text[s.start : s.end] for s in split_sentences(text, paragraphs)]
    assert shown == ["Tiêu đề không có dấu chấm", "Thân bài.", "Câu hai"]


def test_importing_words_is_light() -> None:
    code = "import sys, pipelines.words; print([m for m in ('underthesea', 'joblib') if m in sys.modules])"
    root = Path(__file__).parent.parent
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]", f"importing words imports {shown}"
