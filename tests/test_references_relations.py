"""Relations: each cue, active and passive, over lists and sentences; and what only looks like one."""

from __future__ import annotations

import pytest

from pipelines.references import find_references

A, B = "Nghị định 10/2024/NĐ-CP", "Nghị định 20/2018/NĐ-CP"
STATED = {
    "active": (f"{A} thay thế {B}.", "10 replaces 20"),
    "with filler": (f"{A} sẽ thay thế hoàn toàn cho {B}.", "10 replaces 20"),
    "behind date and issuer": (
        f"{A} ngày 3/4/2024 của Chính phủ sửa đổi, bổ sung một số điều của {B}.",
        "10 amends 20",
    ),
    "apposition": (f"{A}, văn bản thay thế {B}, đã có.", "10 replaces 20"),
    "in brackets": (f"{A} (thay thế {B}) có hiệu lực.", "10 replaces 20"),
    "passive": (f"{B} bị thay thế bởi {A}.", "10 replaces 20"),
    "passive with its agent inside": (f"{B} được {A} bổ sung.", "10 amends 20"),
    "next sentence, anaphor": (f"{A} ra đời. Nghị định này bãi bỏ {B}.", "10 repeals 20"),
    "next sentence, passive": (f"{A} có hiệu lực. Văn bản bị thay thế là {B}.", "10 replaces 20"),
    "two acts": (f"{A} kế thừa và thay thế {B}.", "10 inherits 20, 10 replaces 20"),
    "replaces in other words": (f"{A} ra đời thay cho {B}.", "10 replaces 20"),
    "passive of two acts": (f"{B} đã được sửa đổi, bổ sung một số điều bởi {A}.", "10 amends 20"),
    "passive with a cue for in": (f"{A} được hướng dẫn tại Thông tư 5/2024/TT-BNV.", "5 guides 10"),
    "issued to": (f"{A} được ban hành để thay thế {B}.", "10 replaces 20"),
    "clause into": (f"{A} bổ sung khoản 3 vào Điều 5 {B}.", "10 amends 20"),
    "list of objects": (f"{A} thay thế {B}, Nghị định 30/2019/NĐ-CP.", "10 replaces 20, 10 replaces 30"),
    "on the basis of": (f"Trên cơ sở {A}, Bộ Nội vụ ban hành Thông tư 5/2024/TT-BNV.", "5 based_on 10"),
    "guides": ("Thông tư 5/2024/TT-BNV hướng dẫn thực hiện " + A, "5 guides 10"),
    "implements": (f"Kế hoạch 7/KH-BNV năm 2024 triển khai thực hiện {A}.", "7 implements 10"),
    "purpose in front": (f"Để triển khai {A}, Bộ Nội vụ ban hành Kế hoạch 7/KH-BNV.", "7 implements 10"),
    "ground in front": (f"Căn cứ {A}, Bộ Nội vụ ban hành Thông tư 5/2024/TT-BNV.", "5 based_on 10"),
    "grounds, one a line": (
        f"Căn cứ {A};\nCăn cứ {B};\nBộ, ngành ban hành Thông tư 5/2024/TT-BNV.",
        "5 based_on 10, 5 based_on 20",
    ),
    "ground behind": (f"{A} là căn cứ để Bộ Nội vụ ban hành Thông tư 5/2024/TT-BNV.", "5 based_on 10"),
    "consolidates two": (
        f"Văn bản hợp nhất 3/VBHN-BNV năm 2024 hợp nhất {A} và {B}.",
        "3 consolidates 10, 3 consolidates 20",
    ),
    "made to": (f"{A} được Chính phủ ban hành ngày 5/2/2024 để thay thế {B}.", "10 replaces 20"),
    "two made to": (
        f"{A} và {B} được ban hành để thực hiện Nghị quyết 30/2019/QH14.",
        "10 implements 30, 20 implements 30",
    ),
    "this text": (f"{A} vừa ra. Văn bản này thay thế {B}.", "10 replaces 20"),
    "the text just named, by its type alone": (
        f"{A} vừa ra. Nghị định có hiệu lực ngay, thay thế {B}.",
        "10 replaces 20",
    ),
    "details": (f"{A} quy định chi tiết thi hành một số điều của Luật Đất đai.", "10 guides ~dat-dai"),
    "means": (f"Bộ Nội vụ hướng dẫn thực hiện {A} bằng Thông tư 5/2024/TT-BNV.", "5 guides 10"),
    "basis for": (f"{A} là cơ sở để Bộ Nội vụ ban hành Thông tư 5/2024/TT-BNV.", "5 based_on 10"),
    "instead, in front": (f"Thay thế {B}, {A} tăng mức phạt.", "10 replaces 20"),
    "from a day, passive": (f"{B} được thay thế từ ngày 1/1/2025 bởi {A}.", "10 replaces 20"),
    "two, passive": (
        f"{A} và {B} được sửa đổi tại Nghị định 30/2025/NĐ-CP.",
        "30 amends 10, 30 amends 20",
    ),
    "participle in brackets": (f"{B} (sửa đổi bởi {A}) còn hiệu lực.", "10 amends 20"),
    "two sentences in one": (
        f"{A} sửa đổi {B}; Nghị định 30/2025/NĐ-CP bãi bỏ Nghị định 40/2019/NĐ-CP.",
        "10 amends 20, 30 repeals 40",
    ),
    "instead, in short": (f"{A} thi hành Luật Đất đai, thay {B}.", "10 implements ~dat-dai, 10 replaces 20"),
    "its guide": (f"{A} cùng Thông tư 5/2024/TT-BNV hướng dẫn thi hành đã rõ.", "5 guides 10"),
    "withdraws": (f"{A} thu hồi {B}.", "10 repeals 20"),
    "list behind a colon": (
        f"{A} bãi bỏ các nghị định: {B}; Nghị định 30/2019/NĐ-CP.",
        "10 repeals 20, 10 repeals 30",
    ),
    "list with a gloss": (
        f"{A} thay thế {B} (cũ) và Nghị định 30/2019/NĐ-CP.",
        "10 replaces 20, 10 replaces 30",
    ),
    "ends once another begins": (f"{B} hết hiệu lực kể từ ngày {A} có hiệu lực thi hành.", "10 repeals 20"),
    "ends when another begins": (f"Khi {A} có hiệu lực thì {B} hết hiệu lực.", "10 repeals 20"),
    "several end": (
        f"Kể từ ngày {A} có hiệu lực, các văn bản sau hết hiệu lực: {B}; Nghị định 30/2019/NĐ-CP.",
        "10 repeals 20, 10 repeals 30",
    ),
    "several end, the list last": (
        f"Các văn bản sau hết hiệu lực kể từ ngày {A} có hiệu lực: {B} và Nghị định 30/2019/NĐ-CP.",
        "10 repeals 20, 10 repeals 30",
    ),
    "preamble under a letterhead": (
        "BỘ NỘI VỤ\nSố: 5/2024/TT-BNV\nHà Nội, ngày 3 tháng 4 năm 2024\n\nTHÔNG TƯ\nSửa đổi một số điều "
        f"của Thông tư 6/2022/TT-BNV\n\nCăn cứ {A};\n\nCăn cứ {B} quy định chi tiết Luật Viên chức;\n\n"
        "Điều 2. Thông tư này thay thế Thông tư 7/2019/TT-BNV.\n\nBãi bỏ Thông tư 8/2018/TT-BNV.",
        "5 amends 6, 5 based_on 10, 5 based_on 20, 20 guides ~vien-chuc, 5 replaces 7, 5 repeals 8",
    ),
    "preamble under a title": (
        f"Thông tư 5/2024/TT-BNV về hồ sơ\n\nCăn cứ {A};\nCăn cứ {B};\nBộ trưởng ban hành Thông tư về hồ sơ.",
        "5 based_on 10, 5 based_on 20",
    ),
    "both are replaced": (
        f"{A}, {B}; cả hai đều bị thay thế bởi Nghị định 30/2025/NĐ-CP.",
        "30 replaces 10, 30 replaces 20",
    ),
}
NOT_STATED = [
    f"{A} và {B} cùng có hiệu lực.",
    f"Chưa rõ {A} có thay thế {B} hay không.",
    f"{A} không thay thế {B}.",
    f"{A} đình chỉ thi hành {B}.",
    f"Theo {A}, các xã phải thực hiện {B}.",
    f"Điểm mới của {A} so với {B} là mức phạt.",
    f"Sau 5 năm thực hiện {A}, tỉnh đã tổng kết {B}.",
    f"Hội nghị quán triệt {A}. Đại biểu đề nghị sửa đổi {B}.",
    f"{A} được triển khai từ năm 2024; {B} đã cũ.",
    f"UBND tỉnh giao Sở Nội vụ thực hiện {A}, Sở Tài chính thực hiện {B}.",
    f"Thay vì {A}, cơ quan này viện dẫn {B}.",
    f"{A} nêu kết quả 3 năm thực hiện {B}.",
    f"{A} về kiểm tra việc thực hiện {B}.",
    f"{A} có hiệu lực. UBND tỉnh ban hành Nghị định thay thế {B}.",
    f"{B} hết hiệu lực từ 1/1/2025. {A} có hiệu lực từ 1/3/2025.",
    f"Áp dụng {A} và các văn bản sửa đổi, bổ sung {B}.",
    f"Cấp xã thực hiện {A}, còn cấp huyện thực hiện {B}.",
    f"Căn cứ {A}, người dân được bồi thường. {B} cũng nêu rõ.",
    f"Thu hồi 200 ha đất theo {A}; {B} giao đất.",
    f"{B} vẫn còn hiệu lực, chưa bị thay thế bởi {A}.",
    f"Tiếp tục thực hiện {A} và {B}, chi bộ sinh hoạt chuyên đề.",
]


def stated(text: str) -> str:
    found = find_references(text).relations
    return ", ".join(f"{r.subject.rpartition('/')[2]} {r.relation} {r.object.rpartition('/')[2]}" for r in found)


@pytest.mark.parametrize("manner", STATED)
def test_relations_that_a_text_states(manner: str) -> None:
    text, expected = STATED[manner]
    assert stated(text) == expected, text


@pytest.mark.parametrize("text", NOT_STATED)
def test_nearness_is_no_relation(text: str) -> None:
    assert stated(text) == "", text


def test_a_relation_points_at_the_words_that_say_it() -> None:
    found = find_references(f"{B} bị thay thế bởi {A}.")
    (relation,) = found.relations
    assert found.text[relation.start : relation.end] == "thay thế"
