"""Fields: dates and their role, issuers, pinpoints, subjects; zones and quotations."""

from __future__ import annotations

import pytest

from pipelines.models import Mention, Paragraph
from pipelines.references import find_references


def only(text: str, published: str | None = "2023-02-18") -> Mention:
    (mention,) = find_references(text, published=published, unit="gia-lai").mentions
    return mention


# text, date, role, date_inferred
DATES = [
    ("Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 về", "2023-02-02", "issued", None),
    ("Chỉ thị số 05-CT/TW, ngày 15-5-2016, của Bộ Chính trị", "2016-05-15", "issued", None),
    ("Nghị định số 54/2018/NĐ-CP của Chính phủ ngày 16.4.2018", "2018-04-16", "issued", None),
    ("Quy định số 80 (ban hành ngày 18-8-2022)", "2022-08-18", "issued", None),
    ("Nghị quyết 98/2023/QH15 được Quốc hội thông qua ngày 24/6/2023", "2023-06-24", "issued", None),
    ("Ngày 28/2/2022, Chính phủ ban hành Nghị định 20/2022/NĐ-CP", "2022-02-28", "issued", None),
    (
        "Ngày 9/5/2022, thay mặt Bộ Chính trị, Tổng Bí thư ký ban hành Quy định số 144-QĐ/TW",
        "2022-05-09",
        "issued",
        None,
    ),
    ("Plan No. 15/KH-SKHCN dated February 19, 2021", "2021-02-19", "issued", None),
    ("Kế hoạch số 2954/KH-UBND ngày 20-12 của UBND tỉnh", None, "partial", "2022-12-20"),
    ("Ngày 17/2, UBND tỉnh ban hành Công văn số 391/UBND-KTTH", None, "partial", "2023-02-17"),
    ("Nghị quyết 11-NQ/TU ngày 29/2 của Tỉnh ủy", None, "partial", "2020-02-29"),
    ("Thông tư 29/2024/TT-BGDĐT có hiệu lực từ ngày 14/2/2025", "2025-02-14", "effective", None),
    ("Ngày 14/2/2025, Thông tư 29/2024/TT-BGDĐT chính thức có hiệu lực", "2025-02-14", "effective", None),
    ("Nghị định 168/2024/NĐ-CP (có hiệu lực từ 1/1/2025)", "2025-01-01", "effective", None),
    ("Sáng 17/2/2023, tại hội nghị, Sở Nội vụ quán triệt Nghị định 27/2022/NĐ-CP", None, None, None),
    ("Sau Hội nghị ngày 12/4/2022, Huyện ủy Chư Prông ban hành Nghị quyết số 05-NQ/HU", None, None, None),
    ("Kế hoạch số 55/KH-UBND phải xong trước ngày 30/6/2023", None, None, None),
    ("Nghị quyết 49-NQ/TW về cải cách tư pháp đến năm 2020", None, None, None),
    ("Quyết định 12/QĐ-UBND ngày 31/2/2023", None, None, None),
    ("Nghị quyết 57-NQ/TW được Bộ Chính trị ban hành ngày 22/12/2024", "2024-12-22", "issued", None),
    ("Nghị quyết 57-NQ/TW do đồng chí Tổng Bí thư ký ban hành ngày 22/12/2024", "2024-12-22", "issued", None),
    (
        "Luật số 61/2024/QH15 được Quốc hội khóa XV, kỳ họp thứ 8 thông qua ngày 30/11/2024",
        "2024-11-30",
        "issued",
        None,
    ),
    ("Luật số 61/2024/QH15 được Quốc hội thông qua tại kỳ họp thứ 8, ngày 30/11/2024", "2024-11-30", "issued", None),
    ("Quyết định 1719/QĐ-TTg do Thủ tướng ký ban hành ngày 14/10/2021", "2021-10-14", "issued", None),
    ("Quyết định 1719/QĐ-TTg do Phó Thủ tướng Phạm Bình Minh ký ngày 14/10/2021", "2021-10-14", "issued", None),
    ("Nghị quyết 57-NQ/TW của Bộ Chính trị (ban hành 22/12/2024)", "2024-12-22", "issued", None),
    ("Nghị quyết 57-NQ/TW của Bộ Chính trị ra đời ngày 22/12/2024", "2024-12-22", "issued", None),
    ("Nghị quyết 57-NQ/TW về khoa học được Bộ Chính trị ban hành ngày 22/12/2024", "2024-12-22", "issued", None),
    ("Nghị quyết 57-NQ/TW về khoa học, công nghệ, ngày 22/12/2024 của Bộ Chính trị", "2024-12-22", "issued", None),
    ("Được Quốc hội thông qua ngày 18/1/2024, Luật Đất đai số 31/2024/QH15 gồm", "2024-01-18", "issued", None),
    ("Luật Điện lực (sửa đổi) được Quốc hội thông qua ngày 30/11/2024", "2024-11-30", "issued", None),
    ("Ban hành ngày 22/12/2024, Nghị quyết 57-NQ/TW mở đường", "2024-12-22", "issued", None),
    ("Thông tư 29 được ban hành ngày 30/12/2024 và có hiệu lực từ 14/2/2025", "2024-12-30", "issued", None),
    ("Nghị định 168/2024/NĐ-CP ngày 26/12/2024 có hiệu lực từ 1/1/2025", "2024-12-26", "issued", None),
    ("Chỉ thị số 05-CT/TW, ngày 15/5/2016, Tỉnh ủy ban hành", "2016-05-15", "issued", None),
    ("Nghị định 168/2024/NĐ-CP, hiệu lực từ 1/1/2025", "2025-01-01", "effective", None),
    ("Nghị quyết 57-NQ/TW được Tỉnh ủy quán triệt ngày 3/2/2025", None, None, None),
    ("Nghị quyết 57-NQ/TW được triển khai ngày 3/2/2025 tại Gia Lai", None, None, None),
    ("Nghị quyết 57-NQ/TW\n\nNgày 10/1/2023, đoàn công tác đến làm việc", None, None, None),
]
YEARS = [
    ("Nghị quyết 57-NQ/TW được Bộ Chính trị ban hành năm 2024", "2024"),
    ("Nghị quyết 57-NQ/TW do Bộ Chính trị ban hành tháng 12/2024", "2024"),
    ("Cuối năm 2024, Bộ Chính trị ban hành Nghị quyết 57-NQ/TW", "2024"),
    ("Thực hiện kế hoạch năm 2024, UBND tỉnh ban hành Quyết định 12/QĐ-UBND", None),
]
ISSUERS = [
    ("Nghị quyết số 35-NQ/TW, ngày 22/10/2018 của Bộ Chính trị khóa XII về", "Bộ Chính trị khóa XII"),
    ("Ngày 12/3/2018, BTV Tỉnh ủy Gia Lai đã ban hành Chỉ thị 12 về", "BTV Tỉnh ủy Gia Lai"),
    ("Quyết định số 762/QĐ-UBND ngày 26/4/2022 của Chủ tịch UBND tỉnh, về việc", "Chủ tịch UBND tỉnh"),
    ("Quyết định 1567/2009/QĐ-UBND của Ủy ban nhân\ndân tỉnh Hà Giang về", "Ủy ban nhân dân tỉnh Hà Giang"),
    (
        "Thông báo số 05-TB/BCĐTW của Ban Chỉ đạo Trung ương về phát triển khoa học; xét",
        "Ban Chỉ đạo Trung ương về phát triển khoa học",
    ),
    ("Quy định 69-QĐ/TW về kỷ luật do Ban Chấp hành Trung ương ban hành ngày 06/7/2022", "Ban Chấp hành Trung ương"),
    ("Công văn 4996/BHXH-CSYT của Bảo hiểm xã hội Việt Nam từng", "Bảo hiểm xã hội Việt Nam"),
]


@pytest.mark.parametrize(("text", "date", "role", "inferred"), DATES)
def test_dates_have_roles(text: str, date: str | None, role: str | None, inferred: str | None) -> None:
    mention = only(text)
    assert (mention.date, mention.date_role, mention.date_inferred) == (date, role, inferred), text


@pytest.mark.parametrize(("text", "year"), YEARS)
def test_years_of_issue(text: str, year: str | None) -> None:
    assert only(text).year == year, text


@pytest.mark.parametrize(("text", "issuer"), ISSUERS)
def test_issuers_are_phrases_of_the_text(text: str, issuer: str) -> None:
    assert only(text).issuer == issuer, text


@pytest.mark.parametrize(
    ("text", "pinpoint"),
    [
        ("Điều 8 Thông tư 78/2021/TT-BTC", "Điều 8"),
        ("Điều 4, khoản 2 của Thông tư 29", "Điều 4, khoản 2"),
        ("điểm a khoản 1 Điều 8 Luật Nhà ở", "điểm a khoản 1 Điều 8"),
        ("Mục 1, phần I của Hướng dẫn số 12-HD/BTCTW", "Mục 1, phần I"),
        ("các Điều 27, 28 Bộ luật Hình sự", "Điều 27, 28"),
        ("Lời nói đầu Hiến pháp năm 1959", "Lời nói đầu"),
        ("khoản thu theo Thông tư 29", None),
    ],
)
def test_pinpoints(text: str, pinpoint: str | None) -> None:
    assert only(text).pinpoint == pinpoint, text


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Theo Chỉ thị 16/CT-TTg, ngày 31/7/2021 UBND tỉnh ban hành Công văn 123/UBND-NC", [None, "2021-07-31"]),
        ("Theo Chỉ thị 16/CT-TTg, ngày 31/7/2021, UBND tỉnh ban hành Công văn 123/UBND-NC", [None, "2021-07-31"]),
        ("Theo Nghị định 45/2022/NĐ-CP ngày 7/7/2022, UBND tỉnh ra Quyết định 12/QĐ-UBND", ["2022-07-07", None]),
        ("Huyện ủy ban hành Nghị quyết 11-NQ/HU ngày 8/10/2021, Kế hoạch 60-KH/HU", ["2021-10-08", None]),
        ("Ngày 8/10/2021, Huyện ủy ban hành Nghị quyết 11-NQ/HU, Kế hoạch 60-KH/HU", ["2021-10-08", "2021-10-08"]),
    ],
)
def test_a_day_belongs_to_one_act(text: str, dates: list[str | None]) -> None:
    assert [mention.date for mention in find_references(text, unit="gia-lai").mentions] == dates, text


def test_members_of_a_list_share_what_it_says_once() -> None:
    found = find_references("các Quyết định số 2165, 2166/QĐ-UBND ngày 5/7/2022 của UBND tỉnh").mentions
    assert [(m.number, m.symbol, m.date, m.issuer) for m in found] == [
        ("2165", "2165/QĐ-UBND", "2022-07-05", "UBND tỉnh"),
        ("2166", "2166/QĐ-UBND", "2022-07-05", "UBND tỉnh"),
    ]


def test_zone_paragraph_and_quotation() -> None:
    text = "Học Nghị quyết 57-NQ/TW\n\nÔng nói: “Chỉ thị 05-CT/TW rất rõ”. Luật Đất đai có hiệu lực."
    body = text.index("Ông")
    paragraphs = [Paragraph(0, body - 2, "title"), Paragraph(body, len(text), "row")]
    found = find_references(text, paragraphs=paragraphs).mentions
    assert [(m.paragraph, m.zone, m.quoted) for m in found] == [
        (0, "title", False),
        (1, "row", True),
        (1, "row", False),
    ]
