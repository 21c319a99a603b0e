"""What is a citation, and what is not: one line a form, one line a trap."""

from __future__ import annotations

import pytest

from pipelines.references import find_references, reference_keys

# text -> surfaces of its citations, in order
FORMS = {
    "full, State": ("Theo Nghị định số 100/2019/NĐ-CP ngày 30/12/2019", ["Nghị định số 100/2019/NĐ-CP"]),
    "full, Party": ("Quy định số 96-QĐ/TW, ngày 2/2/2023", ["Quy định số 96-QĐ/TW"]),
    "full, mass organisation": ("Kế hoạch 183-KH/TWĐTN-TNNT", ["Kế hoạch 183-KH/TWĐTN-TNNT"]),
    "a space for the hyphen": ("Quyết định số 1836 QĐ/TWĐTN", ["Quyết định số 1836 QĐ/TWĐTN"]),
    "State document in Party order": ("Nghị quyết số 66-NQ/CP", ["Nghị quyết số 66-NQ/CP"]),
    "old style": (
        "Nghị định 66/HĐBT và Số: 01-TANDTC-VKSNDTC/TTLT",
        ["Nghị định 66/HĐBT", "Số: 01-TANDTC-VKSNDTC/TTLT"],
    ),
    "law by number": ("Luật số 43/2024/QH15", ["Luật số 43/2024/QH15"]),
    "law by name and number": ("Luật Đất đai số 31/2024/QH15", ["Luật Đất đai số 31/2024/QH15"]),
    "law by name": ("theo Luật Nhà ở, Luật Phòng, chống tham nhũng", ["Luật Nhà ở", "Luật Phòng, chống tham nhũng"]),
    "law by name and year": ("Bộ luật Hình sự (BLHS) 2015", ["Bộ luật Hình sự (BLHS) 2015"]),
    "law of no register": ("Luật Phát triển đô thị ven biển năm 2031 có", ["Luật Phát triển đô thị ven biển năm 2031"]),
    "laws under one head": ("các luật Đất đai 2024, Nhà ở 2023", ["luật Đất đai 2024", "Nhà ở 2023"]),
    "amending law": (
        "Luật sửa đổi, bổ sung một số điều của Luật Cư trú và Luật Căn cước",
        ["Luật sửa đổi, bổ sung một số điều của Luật Cư trú và Luật Căn cước"],
    ),
    "laws under one head, without years": ("các luật Đất đai, Nhà ở", ["luật Đất đai", "Nhà ở"]),
    "laws abbreviated": (
        "Luật NSNN và Luật Đầu tư công, Luật TTATGT đường bộ, Luật KTNB ít gặp",
        ["Luật NSNN", "Luật Đầu tư công", "Luật TTATGT đường bộ", "Luật KTNB"],
    ),
    "law abbreviated in a heading": ("LUẬT BHXH NĂM 2024", ["LUẬT BHXH NĂM 2024"]),
    "law that is repealed": ("Bãi bỏ Luật Thi đua, khen thưởng năm 2003", ["Luật Thi đua, khen thưởng năm 2003"]),
    "law that is announced": ("công bố Luật Đất đai", ["Luật Đất đai"]),
    "amending law, number of the law amended": (
        "Luật sửa đổi, bổ sung một số điều của Luật Quốc tịch Việt Nam số 24/2008/QH12",
        ["Luật sửa đổi, bổ sung một số điều của Luật Quốc tịch Việt Nam", "số 24/2008/QH12"],
    ),
    "amending law, its own number": (
        "Luật sửa đổi, bổ sung một số điều của Luật Cư trú số 36/2013/QH13",
        ["Luật sửa đổi, bổ sung một số điều của Luật Cư trú số 36/2013/QH13"],
    ),
    "acronym": ("điều tra viên làm trái BLTTHS", ["BLTTHS"]),
    "Constitution": ("Điều 4 Hiến pháp năm 2013", ["Hiến pháp năm 2013"]),
    "charter": ("Điều 30 Điều lệ Đảng", ["Điều lệ Đảng"]),
    "plenum": ("Nghị quyết Trung ương 4 (khóa XII)", ["Nghị quyết Trung ương 4 (khóa XII)"]),
    "plenum in words": (
        "nghị quyết Hội nghị lần thứ sáu Ban Chấp hành Trung ương Đảng khóa XIII",
        ["nghị quyết Hội nghị lần thứ sáu Ban Chấp hành Trung ương Đảng khóa XIII"],
    ),
    "congress": ("Nghị quyết Đại hội XIII của Đảng", ["Nghị quyết Đại hội XIII của Đảng"]),
    "congress of a province": (
        "Nghị quyết Đại hội Đảng bộ tỉnh Lạng Sơn lần thứ XVII, nhiệm kỳ",
        ["Nghị quyết Đại hội Đảng bộ tỉnh Lạng Sơn lần thứ XVII"],
    ),
    "short": ("Quy định 80 của Bộ Chính trị", ["Quy định 80"]),
    "short with its year": ("kế thừa Quy định 105 năm 2017, siết chặt", ["Quy định 105 năm 2017"]),
    "short with a slash": ("Thông tư 29/2024 vừa ra", ["Thông tư 29/2024"]),
    "list of numbers": ("04 Nghị quyết 57, 59, 66 và 68 của Bộ Chính trị", ["Nghị quyết 57", "59", "66", "68"]),
    "list of symbols": ("Kết luận 126-KL/TW, 127-KL/TW", ["Kết luận 126-KL/TW", "127-KL/TW"]),
    "list behind its issuer": (
        "các Nghị quyết của HĐND tỉnh: số 34/NQ-HĐND ngày 2/1/2020; 35/NQ-HĐND",
        ["số 34/NQ-HĐND", "35/NQ-HĐND"],
    ),
    "anaphor": ("Nghị định này thay Nghị định 46/2016/NĐ-CP", ["Nghị định này", "Nghị định 46/2016/NĐ-CP"]),
    "issuer inside": ("Quyết định của Bộ Chính trị số31-QĐ/TW", ["Quyết định của Bộ Chính trị số31-QĐ/TW"]),
    "brackets": ("có Công văn (số 73/TTg-CN) nhắc nhở", ["Công văn (số 73/TTg-CN)"]),
    "number that counts what follows": ("Kế hoạch số 60-KH/HU và 14 quyết định khác", ["Kế hoạch số 60-KH/HU"]),
    "glued to the word before": ("Theo\u200bQuy định số 96-QĐ/TWthì phải", ["Quy định số 96-QĐ/TW"]),
    "manner inside": ("Nghị quyết chuyên đề số 05-NQ/TU", ["Nghị quyết chuyên đề số 05-NQ/TU"]),
    "pseudo type": ("văn bản số 396/QĐ-UBND", ["văn bản số 396/QĐ-UBND"]),
    "spoken abbreviation": ("TT36/2017, NQ số 18-NQ/TW, NĐ 100", ["TT36/2017", "NQ số 18-NQ/TW", "NĐ 100"]),
    "spoken abbreviation, then a verb": ("NĐ 168 tăng mức phạt", ["NĐ 168"]),
    "English page": ("under Regulation No. 296-QD/TW dated", ["296-QD/TW"]),
    "letterhead": ("Số: 78/NQ-HĐND Kon Tum, ngày 07 tháng 12 năm 2023", ["Số: 78/NQ-HĐND"]),
    "label": ("Số hiệu: 16/HD-MT Thể loại", ["16/HD-MT"]),
}
SPELLINGS = [
    *("Quyết định số 12/QĐ-UBND", "QUYẾT ĐỊNH SỐ 12/QĐ-UBND", "quyết định 12/qđ-ubnd", "Quyết định số: 12 /QĐ-UBND"),
    *(
        "Quyết định số 12/QÐ-UBND",
        "Quyết định số 12⁄QĐ–UBND",
        "Quyết định số12/QĐ- UBND",
        "Quyết\nđịnh số\n12/QĐ-\nUBND",
    ),
    *("Quyết  định   số  12/QĐ-UBND", "Quyết\u00a0định số\r\n12/QĐ-UBND", "Quyết định số\u2003 12/QĐ-UBND"),
    *("Quyết định số\u200b 12/QĐ-UBND", "Quyết định số 12/QĐ-UВNĐ".replace("UВNĐ", "UВND"), "3Quyết định 12/QĐ-UBND"),
    *(
        "Quyết định&nbsp;số 12/QĐ-UBND",
        "Quyết định số 12/QĐ-UBNDngày 3/4",
        "Quyết định số 12/QĐUBND",
        "Quyết định12/QĐ-UBND",
    ),
]
NONE = [
    "chương trình số 1 Việt Nam",
    "lập biên bản số 15/BB-VPHC",
    *("Quốc lộ 14, ĐT 741, đường số 5, số nhà 12/3, Km 81+500/Quốc lộ 5", "BKS 81A-123.45, điện thoại 0905.123.456"),
    *("tỷ số 3-1, 2/3 số đại biểu, 3.678/3.468 lá phiếu, 8/10 huyện", "ngày 20, 21, 22/9/2022; 12-12; 30.4; 17/2/2023"),
    *("Giấy phép số 363/GP-UBND; Giấy phép số 36/GP-TTĐT", "Gói thầu số 05/2023/XL-TB; hợp đồng số 12/2023/HĐ-XD"),
    *("TCVN 5574:2018, QCVN 01-1:2018/BYT, ISO 9001:2015", "40,79% KH; Nghị quyết 100% tán thành; chỉ đạt 1,5%"),
    *(
        "do Bộ Chính trị quyết định; quyết định 3 vấn đề; quy định 4 mức phạt; quyết định 5 nghị quyết",
        "thông báo 48 giờ, hướng dẫn 5 bước rửa tay",
    ),
    *("dự thảo Nghị quyết, dự thảo Luật Nhà giáo, dự án Luật Dữ liệu", "các quy định, hướng dẫn của cấp trên"),
    *("Kế hoạch 5 năm, Chương trình 135, Đề án 06, Dự án 661", "Kế hoạch 2025, Quyết định 30 tháng 4"),
    *(
        "luật sư, luật chơi, Luật 11 m, Công ty Luật TNHH An Phước",
        "sống theo Hiến pháp và pháp luật; Điều lệ giải bóng đá",
    ),
    *(
        "Đại hội XIII, Hội nghị Trung ương 10, nghị quyết đại hội các cấp",
        "các nghị quyết này; dự án này; quy định trên địa bàn",
    ),
    *("Nghị quyết (75), Công văn mới (12)", "27 nghị quyết, 3 báo cáo; Theo Quyết định, 30 hộ dân nhận đất"),
    *("Trường THPT số 1, tiêu chí số 17, khu vực số 13, số 51A Lý Tự Trọng", "chung cư CT 2, TB 7,5 điểm, TT 12 giờ"),
]


@pytest.mark.parametrize("form", FORMS)
def test_finds_every_form(form: str) -> None:
    text, surfaces = FORMS[form]
    assert [mention.surface for mention in find_references(text).mentions] == surfaces, text


@pytest.mark.parametrize("text", SPELLINGS)
def test_finds_every_spelling(text: str) -> None:
    (mention,) = find_references(text).mentions
    read = (mention.type, mention.number, mention.abbreviation, mention.issuer_code)
    assert read == ("Quyết định", "12", "QĐ", "UBND"), text


@pytest.mark.parametrize("text", NONE)
def test_finds_nothing_in_look_alikes(text: str) -> None:
    assert [mention.surface for mention in find_references(text).mentions] == [], text


def test_an_unknown_code_still_gives_a_mention() -> None:
    (mention,) = find_references("Quyết định số 12/QĐ-ABCXYZ").mentions
    assert (mention.issuer_code, mention.flags) == ("ABCXYZ", ("unknown_issuer",))


def test_type_word_and_symbol_may_disagree() -> None:
    (mention,) = find_references("Công văn 431/HD-UBND").mentions
    assert (mention.type, mention.abbreviation, mention.flags) == ("Công văn", "HD", ("type_conflict",))


def test_keys_are_number_and_symbol_in_order() -> None:
    keys = reference_keys("Nghị định số 100 /2019/ NĐ-CP; Quy định 96–QÐ/TW và Nghị quyết 57; Luật Đất đai")
    assert keys == ("100/2019/NĐ-CP", "96-QĐ/TW", "Nghị quyết 57")
