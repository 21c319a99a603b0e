"""Documents cited by name: laws, codes and ordinances, the Constitution, the Party's charter and platform."""

from __future__ import annotations

import re
from functools import cache

from pipelines.folding import fold
from pipelines.units import slugify
from . import grammar
from .citation import Citation
from .registers import DocumentType, document_types, laws
from .symbols import read_pieces, read_symbol
from .text import Text
from .tokens import CODE_ACRONYMS

_GAP = grammar.GAP
_WORD = re.compile(r"[^\s,;:.()\[\]\"'“”‘’!?…/|]+")
_AMENDING = re.compile(
    rf"{_GAP}sua{_GAP}doi(?:,?{_GAP}bo{_GAP}sung)?(?:{_GAP}mot{_GAP}so{_GAP}dieu)?(?:{_GAP}cua)?(?:{_GAP}cac)?"
    rf"(?P<inner>{_GAP}(?:bo{_GAP})?(?:luat|phap lenh)(?![a-z]))"
)
_AND_LAW = re.compile(rf"(?:,|{_GAP}va){_GAP}(?:bo{_GAP})?luat(?![a-z])")
_ALIAS = re.compile(rf"{_GAP}\([^()\n]{{2,30}}\)(?={_GAP}(?:nam{_GAP})?{grammar.YEAR})")
_YEAR = re.compile(
    rf"(?:{_GAP}khoa{_GAP}[xvi]+(?={_GAP}\())?(?:{_GAP}\(sua doi\))?"
    rf"{_GAP}(?:,?{_GAP}nam{_GAP}(?P<a>{grammar.YEAR})|(?P<b>{grammar.YEAR})|\((?:nam )?(?P<c>{grammar.YEAR})\))"
)
_NUMBER = re.compile(
    rf",?{_GAP}\(?(?:luat )?(?P<marker>so)[ :.]{{0,3}}(?P<raw>{grammar.NUMBER}{grammar.SYMBOL_TAIL})\)?"
)
_BARE_NUMBER = re.compile(rf"{_GAP}(?P<raw>{grammar.NUMBER}/{grammar.YEAR}{grammar.JOINT}(?:ubtv)?qh\d\d?)")
_DRAFT = re.compile(r"(?<![a-z])dao $|(?:du thao|du an|de nghi xay dung|xay dung|soan thao|trinh)(?: cac| hai| ba)? $")
_NEXT = re.compile(rf"(?:,|;|,?{_GAP}va){_GAP}(?P<name>(?![a-z]))?")
# "luật sư", "luật gia", "luật chơi": in the text as written, since folding would confuse "Luật gia" and "Luật giá"
_NOT_A_LAW = re.compile(
    r"\s{1,3}(?:sư|gia|pháp|lệ|tục|định|chơi|rừng|nhân quả|hấp dẫn|bất thành văn|TP|Hà Nội|Huế|Kinh tế|TNHH|Hợp danh|quốc tế)(?!\w)",
    re.I,
)
_SCHOOL_OF = re.compile(
    r"(?<![a-z])(?:dai hoc|dh|khoa|truong|cong ty|van phong|nganh|cu nhan|thac si|tien si|gioi|hoi|doan|bo mon|hang|vien|cong ty)[ \n]+$"
)
_STOPS = frozenset(
    [
        "co",
        "duoc",
        "da",
        "se",
        "la",
        "quy",
        "cua",
        "cho",
        "tai",
        "tu",
        "khi",
        "de",
        "theo",
        "thi",
        "cung",
        "nay",
        "moi",
        "hien",
        "do",
        "nam",
        "so",
        "ngay",
        "khong",
        "phai",
        "neu",
        "gom",
        "bao",
        "nham",
        "ra",
        "vua",
        "dang",
        "chi",
        "con",
        "bi",
        "trong",
        "voi",
        "doi",
        "den",
        "hoac",
        "nhu",
        "ma",
        "tren",
        "quoc-hoi",
        "hom",
        "sap",
    ]
)
_CONSTITUTION = re.compile(
    rf"{_GAP}(?:nuoc{_GAP}(?:cong hoa xa hoi chu nghia|chxhcn|viet nam dan chu cong hoa)(?:{_GAP}viet nam)?)"
)
_CHARTER = re.compile(
    rf"{_GAP}(?P<body>dang(?:{_GAP}(?:cong san|cs){_GAP}viet nam|{_GAP}ta(?= ))?|doan(?:{_GAP}(?:tncs|thanh nien cong san){_GAP}ho chi minh)?"
    rf"|cong doan(?:{_GAP}viet nam)?|(?:mat tran to quoc|mttq){_GAP}viet nam"
    rf"|hoi{_GAP}(?:nong dan|lien hiep phu nu|lhpn|cuu chien binh|chu thap do|nha bao|luat gia|sinh vien){_GAP}viet nam)(?![a-z])"
)
_PLATFORM = re.compile(
    rf"{_GAP}(?P<name>(?:chinh tri )?xay dung dat nuoc(?:{_GAP}trong thoi ky qua do(?:{_GAP}len{_GAP}(?:chu nghia xa hoi|cnxh))?)?)"
)


def read_name(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    """The citation by name, or by number of a law, that a type word begins, or None."""
    if _DRAFT.search(text.folded, max(0, start - 24), start):
        return None
    if kind.slug in ("luat", "bo-luat", "phap-lenh"):
        return _law(text, start, end, kind)
    if kind.slug == "hien-phap":
        return _constitution(text, start, end, kind)
    if kind.slug == "dieu-le":
        charter = _CHARTER.match(text.folded, end)
        if charter is None:
            return None
        name = slugify(charter["body"])
        return _dated(text, start, charter.end(), kind, "dang" if name.startswith("dang") else name)
    platform = _PLATFORM.match(text.folded, end)
    if platform:
        return _dated(text, start, platform.end(), kind, slugify(platform["name"]))
    dated = _YEAR.match(text.folded, end)
    return _dated(text, start, end, kind, "") if dated and text.plain[start].isupper() else None


def _constitution(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    named = _CONSTITUTION.match(text.folded, end)
    close = named.end() if named else end
    pointed = re.search(
        r"(?:dieu|chuong|khoan)[ \d,ivx]{1,12}(?:cua )?,? ?$|can cu $|loi noi dau (?:cua )?$",
        text.folded[max(0, start - 24) : start],
    )
    if named or pointed or _YEAR.match(text.folded, close):
        return _dated(text, start, close, kind, "")
    return None


def _law(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    amending = _AMENDING.match(text.folded, end)
    if amending:
        close = _amending_end(text, amending.end())
        return close and _numbered(text, _dated(text, start, close, kind, slugify(text.plain[end:close]), inner=True))
    number = _BARE_NUMBER.match(text.folded, end) or _NUMBER.match(text.folded, end)
    if number:
        numbered = _numbered(text, Citation(start, end, "named", kind))
        return numbered if numbered.number else None
    if _NOT_A_LAW.match(text.plain, end) or _SCHOOL_OF.search(text.folded, max(0, start - 14), start):
        return None
    close = _name_end(text, end, kind)
    if close is None:
        return None
    return _numbered(text, _dated(text, start, close, kind, slugify(text.plain[end:close])))


def _amending_end(text: Text, pos: int) -> int | None:
    """Where the name of an amending law ends: behind the last law it names."""
    kind = document_types()["luat"]
    close = _name_end(text, pos, kind)
    while close and (more := _AND_LAW.match(text.folded, close)):
        following = _name_end(text, more.end(), kind)
        if following is None:
            break
        close = following
    return close


@cache  # compiled once from the register
def _known_names() -> dict[str, re.Pattern[str]]:
    names: dict[str, list[str]] = {}
    for versions in laws().values():
        names.setdefault(slugify(versions[0].type), []).append(fold(versions[0].name).text)
    return {slug: re.compile(rf"{_GAP}{grammar.trie(words)}(?![a-z])") for slug, words in names.items() if words}


def _name_end(text: Text, pos: int, kind: DocumentType) -> int | None:
    """Where the name of a law ends: a name of the register, else its words up to one that no name goes on with."""
    known = _known_names().get(kind.slug)
    match = known.match(text.folded, pos) if known else None
    capital = re.compile(r"\s{0,4}(?:[^\W\d_])").match(text.plain, pos)
    upper = capital is not None and capital[0][-1].isupper()
    if match:
        lower_type = text.plain[max(0, pos - 4) : pos].islower()
        if upper or not lower_type or _YEAR.match(text.folded, match.end()):
            return match.end()
        return (
            match.end()
            if re.search(r"(?:dieu|khoan) [\d, ]{1,9}(?:bo )?luat$", text.folded[max(0, pos - 24) : pos])
            else None
        )
    shouting = upper and text.plain[pos:].lstrip()[:2].isupper() and text.plain[pos - 2 : pos].isupper()
    if shouting or (not upper and kind.slug != "phap-lenh"):
        return None
    end, words = pos, 0
    while words < 14:
        gap = re.compile(_GAP).match(text.folded, end)
        word = _WORD.match(text.plain, gap.end() if gap else end)
        if word is None or word.start() == end or fold(word[0]).text in _STOPS or any(map(str.isdigit, word[0])):
            break
        if fold(word[0]).text in ("va", "ve") and words == 0:
            break
        end, words = word.end(), words + 1
    return end if words else None


def _dated(text: Text, start: int, end: int, kind: DocumentType, name: str, *, inner: bool = False) -> Citation:
    """A citation by name with the year that follows; in an amending law's name that year is the amended one's."""
    alias = _ALIAS.match(text.folded, end)
    year = _YEAR.match(text.folded, alias.end() if alias else end)
    if year is None:
        return Citation(start, end, "named", kind, name=name)
    stated = None if inner else year["a"] or year["b"] or year["c"]
    return Citation(start, year.end(), "named", kind, year=stated, name=name)


def _numbered(text: Text, citation: Citation) -> Citation:
    """A citation by name with the number that follows it, which makes it a full one."""
    number = _NUMBER.match(text.folded, citation.end) or _BARE_NUMBER.match(text.folded, citation.end)
    symbol = read_symbol(text.plain[number.start("raw") : number.end("raw")]) if number else None
    if number is None or symbol is None or not symbol.pieces:
        return citation
    end = number.start("raw") + symbol.length
    if "(" in text.plain[citation.end : end] and text.plain[end : end + 1] == ")":
        end += 1
    reading = read_pieces(symbol.pieces, citation.type)
    return Citation(
        citation.start,
        end,
        "full",
        citation.type,
        symbol.number,
        symbol.year or citation.year,
        symbol,
        reading,
        name=citation.name,
    )


def read_next_name(text: Text, last: Citation) -> Citation | None:
    """The next law of a list that shares its type word: ", Nhà ở 2023 và Kinh doanh bất động sản 2023"."""
    if last.type is None or last.type.slug != "luat":
        return None
    gap = _NEXT.match(text.folded, last.end)
    known = _known_names().get("luat")
    if gap is None or known is None or not text.plain[gap.end() : gap.end() + 1].isupper():
        return None
    match = known.match(text.folded, gap.end())
    if match is None:
        return None
    found = _dated(text, gap.end(), match.end(), last.type, slugify(match[0]))
    return (
        Citation(found.start, found.end, "list", found.type, year=found.year, name=found.name) if found.year else None
    )


def read_acronym(text: Text, start: int, end: int, word: str) -> Citation | None:
    """A code cited by its acronym: BLHS, BLTTHS năm 2015."""
    if not text.plain[start:end].isupper():
        return None
    return _dated(text, start, end, document_types()["bo-luat"], CODE_ACRONYMS[word])
