"""Whether "Nghị quyết 18", a number without a symbol, is a citation: what stands before and after decides.

"quyết định 1 quả phạt đền", "kế hoạch 3 bước", "thông báo 48 giờ" are not; "Quy định 80", "Nghị quyết số 57" are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import grammar
from .bodies import read_body
from .citation import Citation, Head
from .symbols import Symbol
from .text import Text

_GAP = grammar.GAP


def _either(phrases: str) -> str:
    return "(?:" + "|".join(phrase.strip() for phrase in phrases.split(",")) + ")"


# Glued to the number these make it a measure, a score, a date or a code: 1.000m2, 3-1, 5%, 7h30, 17/2
_MEASURE = re.compile(r"[.,:]\d|-\d|/\d|/[a-z]|[a-z]|\+\d| ?[%°²]| ?(?:m2|m3|ha|km|kg|cm|mm|usd|vnd)(?![a-z])")
_LIST_COMMA = re.compile(r",\d{2,5}(?![\d%])")  # "các Nghị quyết 57,59"
# May follow the number of a document: an end, a mark, and the words that go on about a document. These and the counted
# things below are sought in the text as written: folding would confuse "chỉ" and "chi bộ", "ngày" and "ngay".
_WORDS = (
    "của, về, và, cũ, ấy, nữa, cũng, cùng, hoặc, khóa, khoá, do, để, khi, được, đã, đang, sẽ, là, có, cho, vào, từ,"
    "ra, bị, nếu, còn, chỉ, thì, mà, hay, tại, trong, ở, đến, nay, này, trên, riêng, trở, vừa, mới, vì, bằng, với,"
    "theo, không, chưa, phải, tiếp, quy định, quyết định, hướng dẫn, thay thế, sửa đổi, ban hành, yêu cầu, nhấn mạnh,"
    "xác định, khẳng định, giao, cho phép, thực sự, ngay trong, ngay từ, nhằm, gồm, bao gồm, gắn, gần, sau, trước,"
    "thực hiện, triển khai, thi hành, tác động, tạo, mở, giúp, gọi, coi, như, cần, phân, tổng kết, sơ kết, thật sự,"
    "đạt, làm, đưa, bổ sung, định hướng, xem,"
    "trung ương, bộ chính trị"
)
_GOES_ON = re.compile(
    rf"\s{{0,9}}(?:$|[.,;:!?…()\[\]\"'“”‘’»«/|-]|(?:năm|ngày|điều|khoản)\s{{1,3}}\d|{_either(_WORDS)}(?!\w))",
    re.IGNORECASE,
)
_TYPES = re.compile(
    rf"\s{{0,9}}{_either('nghị quyết, nghị định, chỉ thị, thông tư, kết luận, công văn')}(?!\w)", re.IGNORECASE
)
_OTHERS = re.compile(  # "Kế hoạch số 60-KH/HU và 14 quyết định": the number counts them
    rf"\s{{1,9}}{_either('nghị quyết, quyết định, nghị định, chỉ thị, thông tư, kết luận, công văn, văn bản')}(?!\w)",
    re.IGNORECASE,
)
# Counted things: after a capital type word these alone tell that the number counts.
_NOUNS = (
    "người, ca, hộ, tháng, giờ, phút, giây, tuần, quý, bước, nội dung, vấn đề, nhóm, điểm, tỷ, tỉ, triệu, nghìn,"
    "ngàn, đồng, mét, tấn, tạ, tiêu chí, tiêu chuẩn, giải, giai đoạn, mức, loại, lần, đợt, cán bộ, đảng viên,"
    "học sinh, sinh viên, trường, đơn vị, xã, huyện, tỉnh, phường, quận, thôn, làng, tổ, doanh nghiệp, dự án,"
    "công trình, nhiệm vụ, giải pháp, chỉ tiêu, bài, cuộc, quả, thẻ, bàn, trận, vòng, ban, chương, trọng tâm,"
    "điều kiện, thủ tục, vị trí, chức danh, cấp, bên, khâu, cơ quan, ngành, lĩnh vực, lỗi, tuyến, đường, hồ sơ, vụ,"
    "đối tượng, chế độ, chính sách, khoản, mục, phần, nghị quyết, quyết định, văn bản, báo cáo, tờ trình, kế hoạch,"
    "lít, con, cây, chiếc, ngôi, phòng, lớp, suất, gói, mặt, sẵn sàng, tại chỗ, trong một, m"
)
# Verbs that begin like one of them: a document does these.
_VERBS = (
    "ban hành, điều chỉnh, điều hành, giải quyết, giải thể, giải thích, giải đáp, tổ chức, phòng chống, phòng ngừa,"
    "bước đầu, bước vào, loại bỏ, loại trừ, cấp phép, cấp cho, mức độ, phần nào, phần lớn, đường lối, cuộc sống"
)
_COUNTED = re.compile(
    rf"\s{{1,9}}(?!{_either(_VERBS)}(?!\w))(?:(?:năm|ngày|điều)(?!\s+\d)|{_either(_NOUNS)})(?!\w)", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19[4-9]|20[0-3])\d")  # "Kế hoạch 2025" is of that year; a decision may have such a number
_MANY = frozenset(("quyet-dinh", "cong-van"))  # types whose numbers go into the thousands every year
_OF = re.compile(rf"{_GAP}(?:cua|do){_GAP}")
# Everyday nouns that, numbered and with an issuer, are documents; programmes and projects are named so without being.
_ISSUED_BY = frozenset(("ke-hoach", "bao-cao", "to-trinh", "quy-che", "phuong-an"))
_SPOKEN_ALONE = frozenset(("nghi-quyet", "nghi-dinh", "quyet-dinh"))  # "CT 2" is a block of flats, "NQ 57" is not
_LOOK_BACK = 40  # citations


def stands_alone(text: Text, head: Head, end: int, symbol: Symbol, found: Sequence[Citation], *, marked: bool) -> bool:
    """Whether a type word and the number after it, ending at ``end``, cite a document; ``marked``: "số" is between."""
    kind = head.type
    if kind is None or kind.short == "named" or _is_measure(text, end, listed=marked):
        return False
    if not marked and text.plain[end - 1].isupper():  # "Chỉ thị 5K" is a slogan, "Nghị quyết 30a" a document
        return False
    if symbol.year is None and not marked and _YEAR.fullmatch(symbol.number) and kind.slug not in _MANY:
        return False
    if marked and len(symbol.number) == 1 and kind.short == "marked" and not head.capital:
        return _goes_on(text, end)  # "chương trình số 1 Việt Nam"
    if marked or symbol.year or _cited_before(found, kind.slug, symbol.number):
        return True
    if head.spoken and kind.slug not in _SPOKEN_ALONE:
        return False
    if kind.short == "marked":
        return kind.slug in _ISSUED_BY and _issued_by(text, end)
    if len(symbol.number) == 1:
        return _goes_on(text, end, head) and not head.spoken
    if symbol.number.startswith("0") and len(symbol.number) < 4:
        return True
    if head.capital and (head.spoken or not text.plain[head.start : head.end].isupper()):
        return _COUNTED.match(text.plain, end) is None
    return _goes_on(text, end, head)


def stands_in_list(text: Text, end: int, symbol: Symbol, *, marked: bool) -> bool:
    """Whether a bare number after a citation and a comma or "và" is another citation of its list."""
    if _is_measure(text, end, listed=True) or (symbol.year is None and _YEAR.fullmatch(symbol.number)):
        return False
    return marked or symbol.year is not None or (_goes_on(text, end) and not _OTHERS.match(text.plain, end))


def _is_measure(text: Text, end: int, *, listed: bool) -> bool:
    if _MEASURE.match(text.folded, end) is None:
        return False
    return not (listed and _LIST_COMMA.match(text.folded, end))


def _goes_on(text: Text, end: int, head: Head | None = None) -> bool:
    """Whether the text goes on as behind a document; in "quyết định 5 nghị quyết" a verb counts what follows."""
    is_verb = head is not None and not head.capital and not head.spoken
    return bool(_GOES_ON.match(text.plain, end) or (not is_verb and _TYPES.match(text.plain, end)))


def _issued_by(text: Text, end: int) -> bool:
    """Whether the body that issued it follows: "Kế hoạch 123 của UBND tỉnh"."""
    of = _OF.match(text.folded, end)
    return of is not None and read_body(text, of.end()) is not None


def _cited_before(found: Sequence[Citation], slug: str, number: str) -> bool:
    """Whether the text has cited a document of that type and number: "Chương trình 28" after 28/CTr-UBND."""
    wanted = number.lstrip("0")
    return any(
        one.number and one.number.lstrip("0") == wanted and one.type and one.type.slug == slug
        for one in found[-_LOOK_BACK:]
    )
