"""Where sentences end: a table of probes, each with a bar where it is cut."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.models import Paragraph
from pipelines.words import split_sentences
from pipelines.words.abbreviations import language

ROOT = Path(__file__).parent.parent
DATA = tomllib.loads((ROOT / "pipelines" / "words" / "abbreviations.toml").read_text(encoding="utf-8"))
STARTERS = DATA["starters"]
PROBES = [
    "Đoàn thăm H. Như Xuân, X. Do Nhân và X. Song Lộc.",
    "Khám nhà anh T.| Cảnh sát thu 2 kg.",
    "Bị hại là Nguyễn Thị L.| Chồng chị đi vắng.",
    "Gặp ông J. Biden nói chuyện.",
    "Khởi tố Trần Văn P.| Do thiếu tiền, P. trộm xe.",
    "Cháu H.| Hiện sức khỏe cháu ổn định.",
    "Tới nhà bà K.| Bà mời nước.",
    "Ở Q. Hai Bà Trưng và Đ. Ông Ích Khiêm.",
    "Sửa đổi như sau: “Điều 13. Người có đất.| Người này được cấp giấy.”",
    "Cả năm: 15.| Trong đó, 3 vụ đã xử.",
    "Nội dung gồm: a) Đất đai.| b) Nhà ở.| đ) Khác.",
    "Chủ tịch nước dự lễ khai mạc.| Buổi lễ diễn ra tại Hà Nội.",
    "Có đúng thế không?| Chúng tôi đã hỏi lại.",
    "Thật tuyệt vời!| Cả đội ăn mừng.",
    "Mọi người im lặng…| Rồi một tiếng vỗ tay vang lên.",
    "Họ đi mãi...| Đến chiều mới tới nơi.",
    "Anh nói... rồi lại thôi.| Chị cũng im lặng.",
    "Giá là 1.234,5 đồng.| Mức cũ là 2.000 đồng.",
    "Tăng 3.5 lần so với năm 2023.| Năm nay giảm nhẹ.",
    "Tổng số là 50.| 12 xã đã hoàn thành.",
    "PGS.TS. Nguyễn Văn Nam phát biểu.| Hội nghị kết thúc.",
    "PGS. TS. Trần Thị Lan chủ trì.",
    "GS.TSKH. Phạm Minh và ThS. Lê Hoa cùng dự.",
    "GS-TS. Hoàng Long trả lời.",
    "Ths. Lê Văn Bình cho biết thêm.",
    "BS.CKII. Nguyễn Thị Mai khám bệnh.",
    "BSCKI. Trần Nam trực.",
    "TP. Hồ Chí Minh đón khách.| Sau đó đoàn về TP. Đà Nẵng.",
    "Tp.Hồ Chí Minh và TP.HCM là một.",
    "Đoàn đến TX. An Khê và TT. Chư Prông.",
    "Nhà ở Q. Tân Bình, P. Bến Nghé.| Hàng xóm đều biết.",
    "Xã ở H. Chư Sê.| Người dân vui mừng.",
    "Ban Chấp hành T.Ư. Đảng họp.",
    "Ban Tuyên giáo T.Ư đã nêu.| Văn bản gửi các tỉnh.",
    "Chị H. cho biết đã báo.| Công an vào cuộc.",
    "Anh T. (SN 1990) bị bắt.",
    "Uống vitamin C.| Ngoài ra cần nghỉ ngơi.",
    "Xếp hạng B.| Đội kia hạng C.",
    "Theo điểm a.| Các trường hợp khác giữ nguyên.",
    "Ông J. Biden gặp bà A. Merkel.",
    "1. Phạm vi điều chỉnh",
    "2.1. Đối tượng áp dụng.| Văn bản này áp dụng cho tất cả.",
    "I. MỞ ĐẦU",
    "IV. Tổ chức thực hiện.| Các sở báo cáo.",
    "a. Nội dung chính",
    "Điều 5. Quyền và nghĩa vụ.| Công dân có quyền học.",
    "Khoản 2. Cơ quan chủ trì.",
    "Bước 1. Nộp hồ sơ.| Bước 2. Nhận kết quả.",
    "Phụ lục I. Danh mục dự án.",
    "Xem Điều 5.| Cơ quan này chịu trách nhiệm.",
    "Gồm cà phê, tiêu, điều, v.v. và cao su.",
    "Gồm cà phê, tiêu, v.v.| Ngoài ra còn có cao su.",
    "Gồm cà phê, tiêu, v.v...| Giá đều tăng.",
    "Xem https://baogialai.com.vn/tin-post1.html.| Cảm ơn.",
    "Trang gialai.gov.vn đăng tải.| Báo dẫn lại.",
    "Địa chỉ: baogialai.com.vn.| Điện thoại: 0269.3824401.",
    "Gửi về toasoan@baogialai.com.vn.| Xin cảm ơn.",
    'Ông nói: "Chúng ta phải làm ngay."| Mọi người vỗ tay.',
    "Ông nói: “Chúng ta phải làm ngay.”| Mọi người vỗ tay.",
    '"Sao lại thế?" anh hỏi.',
    "“Đi thôi!” – chị giục.",
    "“Đi thôi!”| Anh đứng dậy.",
    "(Ảnh: T. Lan).| Tin tiếp theo.",
    "Luật sư Hà (Đoàn Luật sư TP. Hà Nội. Hành nghề từ 2010) cho biết thêm.",
    "Theo báo cáo (số liệu năm 2023. Nguồn: Cục Thống kê) thì tăng.",
    "Hội nghị hôm qua.| Sau đó đoàn về.",
    "Kết thúc năm 2023.| Theo kế hoạch sẽ làm tiếp.",
    "Quyết định số 96-QĐ/TW.| Văn bản có hiệu lực ngay.",
    "Nghị định 34/2016/NĐ-CP.| Điều 3 nêu rõ.",
    "Tel. 0269.3824401, Fax. 0269.3824402.",
    "NXB. Trẻ phát hành.| NXB Giáo dục tái bản.",
    "Vd. Hà Nội và Huế.",
    "Đ/c. Nguyễn Nam dự.",
    "Số 12 Đ. Lê Lợi, P.1, Q.3, TP.HCM.| Khách hàng liên hệ sớm.",
    "xem tr. 15 và tr. 20.",
    "NSƯT. Kim Chi và NSND. Trà Giang.",
    "Mr. Smith và Dr. Brown đến.| Họ ở lại ba ngày.",
    "Lúc 7.30 sáng.| Trời mưa.",
    "- Thưa ông.| - Vâng, tôi nghe.",
    "Đã xong.| • Việc mới bắt đầu.",
    "Anh ấy (?) đã đến.",
    "[...] Sau đó họ về.",
    "Đội U.23 Việt Nam thắng.",
    "Sân bay T.P. Hồ Chí Minh.",
    "Lãi suất 5%.| Tỷ giá tăng.",
    "Dân số 1,5 triệu người.| 70% sống ở nông thôn.",
    "Công ty TNHH A.B.C. Việt Nam khai trương.",
    "Làm sao đây?!| Không ai biết.",
    "Thật ư?...| Ừ.",
    "Nghị quyết số 18-NQ/TW ngày 25.10.2017.| Hội nghị T.Ư 6 khóa XII ban hành.",
    "Khởi công ngày 30. 4. 1975 tại đây.",
    "Ông Nguyễn Văn A. cho hay.",
    "Ông Nguyễn Văn A.| Vụ việc xảy ra hôm qua.",
    "Theo ông N.V.T. (45 tuổi), giá giảm.",
    "Kinh phí 5 tỷ đ.| Tiến độ chậm.",
    "Đây là câu một.[1]| Đây là câu hai.",
    "Câu tiếng Anh: Hello world.| Tạm biệt.",
    "Mức 1.500.000đ.| Giá mới.",
    "Đoạn 1 .| Đoạn 2 .",
    "Họp lúc 8h.| 9h kết thúc.",
    "Nguyễn Văn Tr. (lái xe) tử vong.",
    "Ngày 5/6, UBND tỉnh ban hành Kế hoạch 12/KH-UBND.| Kế hoạch có hiệu lực từ ngày ký.",
    "Tỉnh có 77 xã, phường.| Trong đó, 7 xã biên giới.",
    "Ông Rah Lan Chung, Chủ tịch UBND tỉnh, dự họp.| “Các đơn vị phải khẩn trương”, ông nói.",
    "Chị kể: “Tôi sợ lắm!”.| Rồi chị khóc.",
    "Mức phạt từ 3.000.000 đồng đến 5.000.000 đồng.| Ngoài ra, tước giấy phép 3 tháng.",
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19.6.2015;",
    "Theo đ/c Nguyễn Thị Thanh, Ủy viên T.Ư. Đảng, việc này đúng.",
    "Trường ĐH Tây Nguyên, CĐ Gia Lai.| Các trường khác chưa báo cáo.",
    "Tổ công tác gồm 5 người: 1. Ông Nam; 2. Bà Lan.",
    "Kết quả: 3-0.| Đội chủ nhà thắng.",
    "Tỷ lệ đạt 99,5%.| Cao hơn năm ngoái 1,2 điểm %.",
    "Trụ sở: số 2 Trần Phú, TP. Pleiku, tỉnh Gia Lai.| ĐT: (0269) 3824.401.",
    "Nguồn: TTXVN.| Ảnh: Đức Thụy.",
    "Phiên bản Windows 11.2.| Bản vá ra tháng sau.",
    "Nhiệt độ 35°C.| Độ ẩm 80%.",
    "Cao 1,7 m.| Nặng 60 kg.| Khỏe mạnh.",
    "Dài 20 m.| Rộng 5 m.",
    "Công suất 220 V.| Giá 5 triệu.",
    "QL.19 sạt lở, QL. 14 thông xe.",
    "Cty. Cao su Chư Păh trả lương.",
    "Cty CP Hoàng Anh.| Sau đó, công ty niêm yết.",
    "Ông Y Thông.| Bà H'Lan.| Ông Ksor Nham.",
    "Làng O, xã Ia O.| Làng có 120 hộ.",
    "Đội hình 4-4-2.| HLV. Park chọn 23 cầu thủ.",
    "HLV Park Hang-seo.| Trận đấu bắt đầu lúc 19h00.",
    "Bạn có biết?| 10 sự thật thú vị.",
    "Điện thoại: 0269.3824.401.| Email: toasoan@gialai.gov.vn.",
    "Thứ 2, 3, 4...| Các ngày còn lại nghỉ.",
    "Nghị quyết 66.7/2025/NQ-CP.| Nghị quyết này mới.",
    "Luật số: 72/2025/QH15.| Luật có 7 chương.",
    "Hồ Chí Minh (1890 - 1969).| Người là lãnh tụ.",
    "Ban Dân vận T.Ư.| Sau khi nghe báo cáo, Ban kết luận.",
    "“Anh có đến không?”, chị hỏi.| Anh gật đầu.",
    "Hợp đồng số 05/HĐ.| Hai bên ký.",
    "Ký hiệu A.1.| Bảng A.2.",
    "Tiền Giang, Bến Tre, Trà Vinh v.v.| Đồng bằng đang hạn.",
    "Xem mục 3.1.2.| Phần sau nói rõ.",
    "Vào năm 1945.| Nước Việt Nam ra đời.",
    "Theo Nghị định 45/2020.| Văn bản còn nêu.",
    "Thông tin: ông Nguyễn Văn B. (trú xã Ia Kha).| Vụ việc đang điều tra.",
    "Cháu N.T.H. bị ngã.| Gia đình đưa đi viện.",
    "Cháu N.T.H.| Gia đình đưa đi viện.",
    "Do Th.S Nam viết.| Sách in năm 2020.",
    "Phó GS. Lê.| Ông đã nghỉ.",
    "Kính gửi: Ông/Bà.| Trân trọng!",
    "Tây Nguyên (Kon Tum, Gia Lai, Đắk Lắk, Đắk Nông, Lâm Đồng).| Vùng đất đỏ.",
    "Anh Siu H. và anh Rơ Châm T.| Hai người là bạn.",
    "Ngày 2.9.| Cả nước nghỉ lễ.",
    "Chủ tịch HĐQT.| Tổng giám đốc.",
    "Facebook.com là trang lớn.| Google.com.vn cũng vậy.",
    "Gặp lúc 5 giờ.| Tại P.201, nhà A.| Đúng giờ.",
    "Bộ GD-ĐT.| Bộ LĐ-TB-XH.| Bộ TN-MT.",
    "TS Nguyễn Văn A, TS.BS Lê B, GS.BS. Trần C.",
    "LS. Hà, Luật sư.| KTS. Minh, kiến trúc sư.",
    "Gửi tới: info@abc.com.| Hạn chót 30.6.",
    "Đảng bộ tỉnh lần thứ XVI.| Đại hội đã bầu 51 đồng chí.",
    "Khóa I.| Khóa II.| Khóa III.",
    "Xã đạt chuẩn năm 2024.| 15 xã khác chưa đạt.",
    "Bị can Nguyễn Văn T.| Sau đó bỏ trốn.",
    "Hội nghị hôm qua.|Sau đó đoàn về.",
    "Xong năm 2023.|Theo kế hoạch, làm tiếp.",
    "Tôi...| Tôi không biết.",
    "Bài: Minh Anh.| Ảnh: Quốc Tuấn",
    '"Tôi đi."| "Em ở lại."',
    "Bà hỏi: “Ai đã làm việc này?| Vì sao?”.| Không ai trả lời.",
    "Đó là vì sao?| – Vì trời mưa.",
    "Chi cục Thi hành án dân sự TP.| Sau đó ra quyết định.",
    "Trích: “Điều 1. Phạm vi.| Luật này quy định về đất đai.”",
    "Giá iPhone 15 giảm.| iPad vẫn giữ giá.",
    "Ông dừng lại.| “rồi sao nữa?”, bà hỏi.",
    "Ông Nguyễn Văn A. (SN 1990) bị phạt.",
    "PGS.TS Nguyễn Văn Huy.| GS Trần Hà.",
    "TS. Lê Nam, Viện trưởng, nói thêm.",
    "PGS, TS. Lê Nam nói thêm.",
    "Ông Nguyễn Văn A, Phó Trưởng ban Tuyên giáo T.Ư, chủ trì.| Dự hội nghị có đại diện các sở.",
    "Đồng chí Ủy viên T.Ư Đảng.| Cùng dự có các đồng chí.",
    "Nghị quyết T.Ư 4 (khóa XII).| Đây là nghị quyết quan trọng.",
    "Đại tá, TS. Phạm Hà; Thượng tá, ThS. Lê Lan.",
    "Th.S. Bùi Nam.| T.S. Lê Hà.",
    "Bs. Lan khám cho 20 người.| Y tá Hoa hỗ trợ.",
    "Luật sư Trương Thị M. (Đoàn Luật sư tỉnh) đề nghị.",
    "Ông Trần Văn Q.| Ông L. không có mặt.",
    "Theo bà Nguyễn Thị H.H., mẹ cháu, sự việc xảy ra tối qua.",
    "Hai nghi phạm K.P.T. và R.L.H. khai nhận.",
    "Cơ sở ở 123 Lý Thái Tổ, P. Diên Hồng, TP. Pleiku.| Chủ cơ sở vắng mặt.",
    "X. Ia Băng, H. Đak Đoa, T. Gia Lai.",
    "Trên QL. 25, đoạn qua TX. Ayun Pa.",
    "Km 5+200, QL.19.| Xe tải lật.",
    "Ghi theo lời kể của ông K'Pă.| Bài và ảnh: H'Mai.",
    "Giá vàng SJC tăng 1,2 triệu đồng/lượng.| Giá USD 25.450 đồng.",
    "Đạt 1.250 ha.| Năng suất 6,5 tấn/ha.",
    "Chỉ số tăng từ 1.200 lên 1.250,5.| Thanh khoản giảm.",
    "Phiên bản 2.0.| Ra mắt tháng 5.",
    "Tăng gấp 1.5 lần.| Đáng chú ý là khu vực FDI.",
    "Họ nói gì?| “Không sao đâu!”| Rồi họ đi.",
    "Anh ta hét: “Cháy!”, rồi chạy.",
    "“Tôi không biết...”, chị nói.",
    "“Tôi không biết…” - chị nói.",
    "- Anh ở đâu?| - Tôi ở Huế.",
    "Đây là gì?!| Không ai rõ.",
    "Tuyệt vời!!!| Cảm ơn mọi người.",
    "Gồm các xã: Ia Kha, Ia Grăng, Ia O,…| Các xã này đều khó khăn.",
    "Trồng lúa, ngô, khoai, v.v...",
    "Trồng lúa, ngô (v.v.) ở đây.",
    "Trồng lúa, ngô, vân vân.| Chăn nuôi bò.",
    "Xem thêm tại www.gialai.gov.vn.| Mọi góp ý gửi về email ubnd@gialai.gov.vn.",
    "Truy cập http://vanban.chinhphu.vn/?pageid=27160&docid=209999.| Tải về miễn phí.",
    "Tải tại https://example.vn/a.B.C/d.pdf?x=1.2.| Mở tệp.",
    "Tệp bao_cao.2023.docx đã gửi.| Tệp kia chưa.",
    "Số 15/CT-TTg ngày 5.6.2023.| Chỉ thị yêu cầu.",
    "Căn cứ điểm b, khoản 2, Điều 5.| Tòa tuyên phạt bị cáo.",
    "Theo khoản 1 Điều 8.| Mức phạt tăng gấp đôi.",
    "Mục I. Quy định chung",
    "Phần thứ nhất. Những vấn đề chung",
    "Chương II. QUYỀN VÀ NGHĨA VỤ",
    "1.1.2. Kết quả đạt được.| Tỉnh đã hoàn thành.",
    "A. PHẦN MỞ ĐẦU",
    "A.1. Mục tiêu.| Nâng cao chất lượng.",
    "1/ Mục tiêu.| 2/ Giải pháp.",
    "1) Mục tiêu.| 2) Giải pháp.",
    "(1) Mục tiêu.| (2) Giải pháp.",
    "i. Mục tiêu; ii. Giải pháp.",
    "Thứ nhất, học tập.| Thứ hai, lao động.",
    "Sinh ngày 20/10/1980.| Quê quán: Huế.",
    "Từ 7h30.| Đến 11h00.",
    "Lúc 19 giờ 30 phút ngày 2/9.| Chương trình bắt đầu.",
    "(TTXVN) - Ngày 5/6, Thủ tướng họp.| Cuộc họp bàn về giá.",
    "Công ty TNHH MTV 72.| Công ty cổ phần ABC.",
    "Tập đoàn FLC, Vingroup, v.v. đầu tư.| Vốn lớn.",
    "Samsung Electronics Co., Ltd. đầu tư 5 tỷ USD.",
    "Apple Inc. công bố doanh thu.",
    "Tổng thống Donald J. Trump phát biểu.| Báo chí đưa tin.",
    "Bà Ursula von der Leyen.| Ông Joe Biden.",
    "Washington D.C.| Ngày 5/6.",
    "Giải V.League 1.| Đội HAGL thắng.",
    "Anh mua 1 kg.| Chị mua 2 kg.",
    "Dài 3 m.| Rộng 2 m.",
    "Thu 500 tr.đ.| Chi 300 tr.đ.",
    "Khoảng 30 tr. đồng.",
    "Trang 5.| Tập 2.",
    "(Xem trang 5.)| Tập sau nói tiếp.",
    "Ông cười.| (Vỗ tay.)| Ông nói tiếp.",
    "Anh hỏi: Ai?| Tôi đáp: Tôi.",
    '"A!" - Nam reo lên.',
    "Anh… anh không biết.",
    "Ừ.| Được.| Đi.",
    "OK.| Chúng ta đi.",
    "Tỉnh ủy, HĐND, UBND, UBMTTQ VN.| Các ban Đảng.",
    "Bộ LĐTB&XH.| Bộ GD&ĐT.",
    "Hội LHPN.| Hội CCB.| Đoàn TNCS HCM.",
    "Chị Ng.T.L. và anh Ph. bị thương.",
    "Báo Gia Lai điện tử ngày 5-6-2024.| Tác giả: Hà Duy.",
]


@pytest.mark.parametrize("probe", PROBES)
def test_sentences_end_where_the_bars_are(probe: str) -> None:
    text = probe.replace("|", "")
    found = [text[sentence.start : sentence.end] for sentence in split_sentences(text)]
    assert found == [part.strip() for part in probe.split("|")], f"cut as {' | '.join(found)}"


def sentences(text: str, **given: Any) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text, **given)]


@pytest.mark.parametrize("form", sorted(language().abbreviations))
def test_every_abbreviation_keeps_its_full_stop(form: str) -> None:
    text = f"Đoàn gặp {form}. Kpă Nam ở đó"
    assert sentences(text) == [text], f"cut after {form}."


@pytest.mark.parametrize("start", STARTERS["phrases"] + STARTERS["before_small_letters"])
def test_every_starter_opens_a_sentence_after_an_abbreviation(start: str) -> None:
    assert sentences(f"Họ về TX. {start} đó") == ["Họ về TX.", f"{start} đó"]


@pytest.mark.parametrize("start", STARTERS["before_small_letters"])
def test_a_name_may_begin_like_a_starter(start: str) -> None:
    assert sentences(f"Họ về TX. {start} Nam") == [f"Họ về TX. {start} Nam"]


def test_every_table_of_the_word_lists_names_its_source() -> None:
    assert all(table["source"] for table in [*DATA["abbreviations"], DATA["letters"], STARTERS, DATA["lists"]])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n", "\u2028", "\x85", "\x0b"])
def test_without_paragraphs_every_line_is_one(line_break: str) -> None:
    assert sentences(f"Dòng một{line_break}dòng hai. Câu ba") == ["Dòng một", "dòng hai.", "Câu ba"]


def test_paragraphs_are_never_bridged() -> None:
    parts = ["Tiêu đề chưa hết câu", "thân bài, trích (Quyết định 5.", "Đoạn cuối) thế thôi"]
    text = "\n\n".join(parts)
    paragraphs = [Paragraph(text.index(part), text.index(part) + len(part), "body") for part in parts]
    assert sentences(text, paragraphs=paragraphs) == parts


@pytest.mark.parametrize("text", ["Thông tư 01.Bộ. Tài chính.", "Số 5.\nQĐ. Nay", "Mục I. II. III. xong"])
def test_no_protected_span_is_cut(text: str) -> None:
    protected = [(text.index(" ") + 1, len(text) - 1)]
    assert sentences(text, paragraphs=[Paragraph(0, len(text), "body")], protected=protected) == [text]


def test_a_protected_span_ends_with_its_paragraph() -> None:
    text = "Số 96-QĐ/TW\n\nvề việc"
    paragraphs = [Paragraph(0, 11, "title"), Paragraph(13, len(text), "body")]
    assert sentences(text, paragraphs=paragraphs, protected=[(3, 15)]) == ["Số 96-QĐ/TW", "về việc"]
