"""Which document a citation means: identities, antecedents, places, collisions."""

from __future__ import annotations

import pytest

from pipelines.references import find_references


def ids(
    text: str, published: str | None = None, unit: str | None = "gia-lai", level: str = "province"
) -> list[str | None]:
    return [
        mention.regulation for mention in find_references(text, published=published, unit=unit, level=level).mentions
    ]


IDENTITIES = [
    ("Quy định số 96-QĐ/TW ngày 2/2/2023", "vn/party/tw/quy-dinh/2023/96"),
    ("Quy định 96-QĐ/TW", "vn/party/tw/quy-dinh/-/96"),
    ("Nghị định 30/2020/NĐ-CP", "vn/state/cp/nghi-dinh/2020/30"),
    ("Quyết định 06/QĐ-TTg ngày 6/1/2022", "vn/state/ttg/quyet-dinh/2022/6"),
    ("Quyết định 06/2022/QĐ-TTg", "vn/state/ttg/quyet-dinh-qppl/2022/6"),
    ("Nghị quyết 43/2022/QH15", "vn/state/qh/nghi-quyet/2022/43"),
    ("Nghị quyết số 43/2022 của Quốc hội", "vn/state/qh/nghi-quyet/2022/43"),
    ("Nghị quyết Đại hội Đảng bộ tỉnh Gia Lai lần thứ XVI", "vn/party/tu@gia-lai/nghi-quyet/16/~dai-hoi"),
    ("Nghị quyết Đảng bộ tỉnh lần thứ XVI", "vn/party/tu@gia-lai/nghi-quyet/16/~dai-hoi"),
    ("Quyết định 77/QĐ-CTUBND năm 2021", "vn/state/ubnd@gia-lai/quyet-dinh/2021/77"),
    ("Tỉnh ủy, UBND tỉnh Kon Tum ban hành Chỉ thị 12-CT/TU năm 2023", "vn/party/tu@kon-tum/chi-thi/2023/12"),
    ("Huyện Mường Tè họp; huyện đã ban hành kế hoạch 662/KH-UBND", "vn/state/ubnd@gia-lai.muong-te/ke-hoach/-/662"),
    ("Nghị quyết 1211/2016/UBTVQH13", "vn/state/ubtvqh/nghi-quyet-qppl/2016/1211"),
    ("Luật số 31/2024/QH15", "vn/state/qh/luat/2024/31"),
    ("Luật Đất đai năm 2024", "vn/state/qh/luat/2024/~dat-dai"),
    ("Luật Xây dựng", "vn/state/qh/luat/-/~xay-dung"),
    ("Chủ tịch nước công bố Luật Đất đai năm 2024", "vn/state/qh/luat/2024/~dat-dai"),
    ("Luật BHXH 2024", "vn/state/qh/luat/2024/~bao-hiem-xa-hoi"),
    ("Luật BHYT sửa đổi năm 2014", "vn/state/qh/luat/2014/~bao-hiem-y-te"),
    ("Luật HN&GĐ", "vn/state/qh/luat/-/~hon-nhan-va-gia-dinh"),
    ("Luật Thuế TNCN", "vn/state/qh/luat/-/~thue-thu-nhap-ca-nhan"),
    ("Luật Tổ chức CQĐP", "vn/state/qh/luat/-/~to-chuc-chinh-quyen-dia-phuong"),
    ("Luật PPP", "vn/state/qh/luat/-/~dau-tu-theo-phuong-thuc-doi-tac-cong-tu"),
    ("Bộ luật TTHS năm 2015", "vn/state/qh/bo-luat/2015/~to-tung-hinh-su"),
    ("BLTTDS", "vn/state/qh/bo-luat/-/~to-tung-dan-su"),
    ("Luật DL", "vn/state/qh/luat/-/~dl"),  # of travel or of data
    ("Hiến pháp năm 2013", "vn/state/qh/hien-phap/2013/~"),
    ("Điều lệ Đảng Cộng sản Việt Nam", "vn/party/tw/dieu-le/-/~dang"),
    ("Nghị quyết 30a/2008/NQ-CP", "vn/state/cp/nghi-quyet-qppl/2008/30a"),
    ("Nghị quyết 66.7/2025/NQ-CP", "vn/state/cp/nghi-quyet-qppl/2025/66.7"),
    ("Thông tư 002/2025/TT-BNV", "vn/state/bnv/thong-tu/2025/2"),
    ("Nghị quyết Trung ương 4 khóa XII", "vn/party/tw/nghi-quyet/k12/~tw4"),
    ("Nghị quyết Đại hội XIII của Đảng", "vn/party/tw/nghi-quyet/k13/~dai-hoi"),
    ("Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XVI", "vn/party/tu@gia-lai/nghi-quyet/16/~dai-hoi"),
    ("Nghị quyết Đại hội Đảng bộ quận Long Biên lần thứ II", "vn/party/qu@gia-lai.long-bien/nghi-quyet/2/~dai-hoi"),
    ("Nghị quyết Đại hội đại biểu toàn quốc MTTQ Việt Nam lần thứ IX", "vn/org/mttw/nghi-quyet/9/~dai-hoi"),
    ("Quyết định 12/QĐ-UBND ngày 5/6/2023 của UBND huyện Ia Grai", "vn/state/ubnd@gia-lai.ia-grai/quyet-dinh/2023/12"),
    ("Chỉ thị 28-CT/TU của Ban Thường vụ Tỉnh ủy Quảng Nam năm 2022", "vn/party/tu@quang-nam/chi-thi/2022/28"),
    (
        "HĐND thị xã Hương Trà (tỉnh Quảng Trị) thông qua Nghị quyết 20/NQ-HĐND năm 2022",
        "vn/state/hdnd@quang-tri.huong-tra/nghi-quyet/2022/20",
    ),
    (
        "Quyết định 9/QĐ-UBND ngày 5/6/2023 của UBND thành phố Long Khánh (Đồng Nai)",
        "vn/state/ubnd@dong-nai.long-khanh/quyet-dinh/2023/9",
    ),
    (
        "Quyết định 9/QĐ-UBND ngày 5/6/2023 của UBND thành phố Long Khánh, tỉnh Đồng Nai",
        "vn/state/ubnd@dong-nai.long-khanh/quyet-dinh/2023/9",
    ),
    (
        "UBND xã Tân Lập, huyện Mộc Châu, tỉnh Sơn La có Quyết định 35/QĐ-UBND ngày 4/4/2024",
        "vn/state/ubnd@son-la.tan-lap/quyet-dinh/2024/35",
    ),
    ("Liên đoàn Lao động tỉnh Long An có Kế hoạch 75/KH-LĐLĐ ngày 8/5/2023", "vn/org/ldld@long-an/ke-hoach/2023/75"),
    ("Nghị quyết 02-NQ/TW ngày 2/3/2021 của Tỉnh ủy", "vn/party/tu@gia-lai/nghi-quyet/2021/2"),
    ("Công văn số 21 ngày 20/9/2022 của Ban Tổ chức Trung ương", "vn/party/btctw/cong-van/2022/21"),
    ("Nghị quyết 57", None),
    ("Thông tư 29/2024", None),
]
JOINT = [
    ("Thông tư liên tịch 05/2018/TTLT-BCA-VKSNDTC-TANDTC", "vn/state/bca+tandtc+vksndtc/thong-tu-lien-tich/2018/5"),
    (
        "Thông tư liên tịch 05/2018/TTLT-VKSNDTC-TANDTC-BCA-BQP",
        "vn/state/vksndtc+bca+bqp+tandtc/thong-tu-lien-tich/2018/5",
    ),
    ("Thông tư liên tịch 183/2010/TTLT/BTC-BNN", "vn/state/btc+bnnptnt/thong-tu-lien-tich/2010/183"),
]


@pytest.mark.parametrize(("text", "id_"), [*IDENTITIES, *JOINT])
def test_identities(text: str, id_: str | None) -> None:
    assert ids(text) == [id_], text


def test_a_short_form_is_the_undated_full_one_before_it() -> None:
    text = "Quy định số 96-QĐ/TW của Bộ Chính trị nêu rõ. Theo Quy định 96, cấp ủy lấy phiếu. Quy định này mới."
    assert ids(text) == ["vn/party/tw/quy-dinh/-/96"] * 3


def test_five_ways_to_say_one_document() -> None:
    text = (
        "Quy định số 80-QĐ/TW, ngày 18/8/2022 của Bộ Chính trị nêu rõ phân cấp. Theo Quy định 80-QĐ/TW, cấp ủy được "
        "trao quyền. Quy định số 80, ngày 18-8-2022 của Bộ Chính trị gồm năm chương. Quy định 80 có hiệu lực. Quy định "
        "này mới."
    )
    assert set(ids(text)) == {"vn/party/tw/quy-dinh/2022/80"}
    assert len(ids(text)) == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Quy định 99-QĐ/TW ngày 27/2/2023, Quyết định 99-QĐ/TW ngày 3/10/2017. Quy định 99, Quyết định 99.",
            ["quy-dinh/2023/99", "quyet-dinh/2017/99"] * 2,
        ),
        (
            "Hướng dẫn 01-HD/TW ngày 28/9/2021, Hướng dẫn 01-HD/TW ngày 20/9/2016. Hướng dẫn 01 nào?",
            ["huong-dan/2021/1", "huong-dan/2016/1", None],
        ),
        (
            "Nghị quyết 96/2023/QH15; Quy định 96-QĐ/TW ngày 2/2/2023. Nghị quyết 96 và Quy định 96.",
            ["nghi-quyet/2023/96", "quy-dinh/2023/96"] * 2,
        ),
        (
            "Nghị quyết 18-NQ/TW ngày 25/10/2017 và Nghị quyết 18-NQ/TW ngày 16/6/2022. Nghị quyết 18 (khóa XIII); "
            "Nghị quyết 18 năm 2017; Nghị quyết 18-NQ/TW.",
            ["nghi-quyet/2017/18", "nghi-quyet/2022/18", "nghi-quyet/2022/18", "nghi-quyet/2017/18", None],
        ),
    ],
)
def test_collisions_stay_apart(text: str, expected: list[str | None]) -> None:
    assert [id_ and "/".join(id_.split("/")[3:]) for id_ in ids(text)] == expected, text


ANAPHORS = [
    ("Nghị định 178/2024/NĐ-CP rất mới. Nghị định này gỡ vướng.", "vn/state/cp/nghi-dinh/2024/178"),
    ("Thông tư 1/2025/TT-BNV hướng dẫn Nghị định 178/2024/NĐ-CP. Nghị định này mới.", "vn/state/cp/nghi-dinh/2024/178"),
    (
        "Nghị định 75/2023/NĐ-CP sửa đổi Nghị định 146/2018/NĐ-CP. Nghị định trên có hiệu lực ngay.",
        "vn/state/cp/nghi-dinh/2023/75",
    ),
    ("Nghị định 75/2023/NĐ-CP và Nghị định 146/2018/NĐ-CP được bàn. Nghị định này mới.", None),
    ("Nghị định 75/2023/NĐ-CP được bàn. Thông tư này mới.", None),
    ("Nghị định này thay thế mọi quy định cũ.", None),
    (
        "Số: 5/2024/TT-BNV\nHà Nội, ngày 3 tháng 4 năm 2024\n\nSửa đổi Thông tư 6/2022/TT-BNV.\n\nThông tư này mới.",
        "vn/state/bnv/thong-tu/2024/5",
    ),
    ("Nghị định 75/2023/NĐ-CP; Nghị định 67/2025/NĐ-CP. Hết.\n\nĐộc giả hỏi “nghị định trên áp dụng không”.", None),
]


@pytest.mark.parametrize(("text", "id_"), ANAPHORS)
def test_an_anaphor_means_the_one_that_fits_or_nothing(text: str, id_: str | None) -> None:
    assert ids(text)[-1] == id_, text


PLACES = [
    (
        "Quyết định 25/QĐ-UBND ngày 8/7/2025 của UBND tỉnh Gia Lai",
        "2025-08-01",
        "gia-lai-2025",
        "ubnd@gia-lai-2025",
        "issuer",
    ),
    (
        "Quyết định 25/QĐ-UBND ngày 30/6/2025 của UBND tỉnh Gia Lai",
        "2025-08-01",
        "gia-lai-2025",
        "ubnd@gia-lai",
        "issuer",
    ),
    (
        "Quyết định 25/QĐ-UBND ngày 5/6/2025 của UBND tỉnh Bình Định",
        "2025-08-01",
        "gia-lai-2025",
        "ubnd@binh-dinh",
        "issuer",
    ),
    ("Quyết định 25/QĐ-UBND năm 2021", "2025-08-01", "gia-lai-2025", "ubnd@gia-lai", "site"),
    ("Quyết định 25/QĐ-UBND", "2025-08-01", "gia-lai-2025", "ubnd@gia-lai-2025", "site"),
    ("Quyết định 25/QĐ-UBND", None, "gia-lai", "ubnd@gia-lai", "site"),
    ("Kế hoạch 3/KH-UBND năm 2020 của UBND tỉnh. Tỉnh ủy Kon Tum chỉ đạo.", None, "gia-lai", "ubnd@kon-tum", "page"),
    ("Số: 78/NQ-HĐND Kon Tum, ngày 07 tháng 12 năm 2023", None, "gia-lai", "hdnd@kon-tum", "dateline"),
    ("Quyết định 25/QĐ-UBND ngày 8/7/2025", "2025-08-01", "cao-bang", "ubnd@cao-bang", "site"),
]


@pytest.mark.parametrize(("text", "published", "unit", "issuer", "said_by"), PLACES)
def test_places_come_from_the_nearest_that_says_one(
    text: str, published: str | None, unit: str, issuer: str, said_by: str
) -> None:
    mention = find_references(text, published=published, unit=unit).mentions[0]
    assert mention.regulation is not None, text
    assert (mention.regulation.split("/")[2], mention.place_by) == (issuer, said_by), text


def test_a_local_body_without_any_place_has_no_identity() -> None:
    assert ids("Quyết định 25/QĐ-UBND ngày 8/7/2024", unit=None) == [None]
    assert ids("Quyết định 25/QĐ-UBND ngày 8/7/2024", level="district") == [None]


def test_a_regulation_is_what_most_of_its_mentions_say() -> None:
    one = "Chỉ thị 05-CT/TW ngày 15/5/2016"
    text = f"{one}. {one} của Bộ Chính trị. Chỉ thị 05-CT/TW ngày 16/5/2016."
    (regulation,) = find_references(text).regulations
    assert (regulation.issued, regulation.issuer, regulation.term) == ("2016-05-15", "Bộ Chính trị", "k12")
    tie = find_references("Chỉ thị 05-CT/TW ngày 15/5/2016; Chỉ thị 05-CT/TW ngày 16/5/2016.").regulations[0]
    assert tie.issued is None


def test_aliases_lead_to_the_regulation() -> None:
    found = find_references("Thông tư 22/2021/TT-BGDĐT (gọi tắt là Thông tư 22)")
    assert {alias.alias: alias.regulation for alias in found.aliases} == {
        "Thông tư 22/2021/TT-BGDĐT": "vn/state/bgddt/thong-tu/2021/22",
        "Thông tư 22": "vn/state/bgddt/thong-tu/2021/22",
    }
