"""What sort of text an article is, so that a decree printed in full does not count as a hundred news mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.models import Metadata, ParagraphKind

HEADER_LINES = 40
_HEADER = re.compile(
    r"cộng h[òo][àa] x[ãa] hội chủ nghĩa việt nam|^đảng cộng sản việt nam\b|độc lập\s*[-–]\s*tự do", re.IGNORECASE
)
_BASIS = re.compile(r"^[-–*]?\s*căn cứ\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:điều|chương|mục)\s+(?:\d+|[IVX]+)\s*[.:]?", re.IGNORECASE)
_ENACTS = re.compile(
    r"^(?:quyết định|quyết nghị|nghị quyết|nghị định|chỉ thị|quy định|thông tư|kế hoạch|ban hành)\s*:?$|^nơi nhận\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:hỏi|câu hỏi|bạn đọc hỏi|h|q)\s*(?:\d+\s*)?[:.]|^(?:\*|-)?\s*(?:trả lời|đáp|a)\s*:", re.IGNORECASE
)
_QA_TITLE = re.compile(
    r"^(?:hỏi\s*[-–:]?\s*đáp|bạn đọc hỏi|tư vấn pháp luật|trả lời (?:cử tri|bạn đọc|kiến nghị))\b|\bhỏi\s*[-–]\s*đáp\b",
    re.IGNORECASE,
)
_DIGEST = re.compile(
    r"^(?:điểm (?:báo|tin)|đón đọc|tin vắn|tin nhanh|tin tóm tắt|bản tin(?: \w+){0,3} (?:ngày|số)|tổng hợp thông tin báo chí|60s|60 giây|tin trong (?:ngày|tuần)|nhịp cầu)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^(?:thông báo|lịch (?:tiếp|làm việc|công tác|cắt điện|trực)|giấy mời|thư mời|mời (?:họp|thầu|quan tâm)|công khai|niêm yết|danh sách|cáo phó|tin buồn|lời cảm ơn|tuyển dụng|lời tòa soạn|đính chính)\b",
    re.IGNORECASE,
)


def genre_of(metadata: Metadata, paragraphs: Sequence[tuple[ParagraphKind, str]]) -> str:
    """One of "news", "official_text", "qa", "digest", "notice" or "unknown"."""
    title, section = metadata.title or "", metadata.section or ""
    lines = [line for _, text in paragraphs for line in text.split(" | ")]
    if is_official_text(lines):
        return "official_text"
    if _QA_TITLE.search(title) or _QA_TITLE.search(section) or sum(bool(_QUESTION.match(line)) for line in lines) >= 2:
        return "qa"
    if _DIGEST.match(title):
        return "digest"
    if _NOTICE.match(title):
        return "notice"
    return "news" if len(paragraphs) > 1 and (metadata.published or metadata.author or metadata.lead) else "unknown"


def is_official_text(lines: Sequence[str]) -> bool:
    """Whether a document is printed in full: its header, its legal basis, its articles, its enacting words."""
    signs = (
        any(_HEADER.search(line) for line in lines[:HEADER_LINES]),
        sum(bool(_BASIS.match(line)) for line in lines) >= 2,
        sum(bool(_ARTICLE.match(line)) for line in lines) >= 2,
        any(_ENACTS.match(line) for line in lines),
    )
    return sum(signs) >= 2
