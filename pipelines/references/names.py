"""Documents cited by name: laws, codes and ordinances, the Constitution, charters, the Party's platform."""

from __future__ import annotations

import re

from pipelines.units import slugify

from . import grammar
from .citation import Citation
from .law_names import YEAR, LawName, known_name_end, read_law_name
from .registers import DocumentType, document_types, laws
from .symbols import read_pieces, read_symbol
from .text import Text
from .tokens import CODE_ACRONYMS

_GAP = grammar.GAP
_LAWS = frozenset(("luat", "bo-luat", "phap-lenh"))
_OTHERWISE = re.compile(  # a draft, or a word that only ends in "luật": "pháp luật", "đạo luật"
    "(?<![a-z])"
    + grammar.one_of("phap, ky, quy, dao, du thao, du an, de nghi xay dung, xay dung, soan thao, trinh")
    + r"(?: cac| hai| ba)? {1,3}$"
)
# "luật sư", "luật gia", "luật chơi": in the text as written, since folding would confuse "Luật gia" and "Luật giá"
_NOT_A_LAW = re.compile(
    r"\s{1,3}(?:sư|gia|pháp|lệ|tục|định|chơi|rừng|nhân quả|hấp dẫn|bất thành văn|"
    r"TP|Hà Nội|Huế|Kinh tế|TNHH|Hợp danh|quốc tế)"
    r"(?!\w)",
    re.IGNORECASE,
)
_SCHOOL_OF = re.compile(
    "(?<![a-z])"
    + grammar.one_of(
        "dai hoc, dh, khoa, truong, cong ty, van phong, nganh, cu nhan, thac si, tien si, gioi, doan, bo mon,hang, vien"
    )
    + r" {1,3}$"
)
_AMENDING = re.compile(
    rf"{_GAP}sua{_GAP}doi(?:,?{_GAP}bo{_GAP}sung)?(?:{_GAP}mot{_GAP}so{_GAP}dieu)?(?:{_GAP}cua)?(?:{_GAP}cac)?"
    rf"{_GAP}(?:bo{_GAP})?(?:luat|phap{_GAP}lenh)(?![a-z])"
)
_AND_LAW = re.compile(rf"(?:,|{_GAP}va){_GAP}(?:bo{_GAP})?luat(?![a-z])")
_ALIAS = re.compile(rf"{_GAP}\([^()\n]{{2,30}}\)(?={_GAP}(?:nam{_GAP})?{grammar.YEAR})")
_NUMBER = re.compile(
    rf",?{_GAP}(?:\(?(?:luat{_GAP})?so[ :.]{{0,3}}(?P<marked>{grammar.NUMBER})"
    rf"|(?P<bare>{grammar.NUMBER})(?=/{grammar.YEAR}{grammar.JOINT}(?:ubtv)?qh\d\d?))"
)
_NEXT = re.compile(rf"(?:,|;|,?{_GAP}va){_GAP}")
_NEXT_YEAR = re.compile(
    rf"(?:,|{_GAP}va){_GAP}(?P<year>{grammar.YEAR})(?={_GAP}(?:[,.;)]|va(?![a-z])|$))"
)  # of a Constitution
_LONGEST_TAIL = 60  # characters behind the number of a law
_STATE = grammar.one_of("nuoc cong hoa xa hoi chu nghia, nuoc chxhcn, nuoc viet nam dan chu cong hoa")
_OF_STATE = re.compile(rf"{_GAP}{_STATE}(?:{_GAP}viet{_GAP}nam)?")
_GROUND = re.compile(r"(?:(?:dieu|chuong|khoan)[ \d,ivx]{1,12}(?:cua )?,? ?|can cu |loi noi dau (?:cua )?)$")
_CHARTER_OF = re.compile(
    rf"{_GAP}(?P<body>dang(?:{_GAP}(?:cong{_GAP}san|cs){_GAP}viet{_GAP}nam)?"
    rf"|doan(?:{_GAP}(?:tncs|thanh{_GAP}nien{_GAP}cong{_GAP}san){_GAP}ho{_GAP}chi{_GAP}minh)?"
    rf"|cong{_GAP}doan(?:{_GAP}viet{_GAP}nam)?|(?:mat{_GAP}tran{_GAP}to{_GAP}quoc|mttq){_GAP}viet{_GAP}nam"
    rf"|hoi{_GAP}(?:[a-z]+{_GAP}){{1,4}}viet{_GAP}nam)(?![a-z])"
)
_PLATFORM = re.compile(
    rf"{_GAP}(?P<name>xay{_GAP}dung{_GAP}dat{_GAP}nuoc(?:{_GAP}trong{_GAP}thoi{_GAP}ky{_GAP}qua{_GAP}do"
    rf"(?:{_GAP}len{_GAP}(?:chu{_GAP}nghia{_GAP}xa{_GAP}hoi|cnxh))?)?)"
)


def read_name(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    """The citation by name, or of a law by number, that the type word of a span begins, or None."""
    if _OTHERWISE.search(text.folded, max(0, start - 24), start):
        return None
    if kind.slug in _LAWS:
        return _law(text, start, end, kind)
    if kind.slug == "hien-phap":
        return _constitution(text, start, end, kind)
    if kind.slug == "dieu-le":
        return _charter(text, start, end, kind)
    return _platform(text, start, end, kind)


def _constitution(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    """The Constitution, where it is cited: with its year or its state's name, with a pinpoint, as a legal ground."""
    named = _OF_STATE.match(text.folded, end)
    close = named.end() if named else end
    if named or YEAR.match(text.folded, close) or _GROUND.search(text.folded, max(0, start - 24), start):
        return _dated(text, Citation(start, close, "named", kind, name=""))
    return None


def _charter(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    of = _CHARTER_OF.match(text.folded, end)
    if of is None:
        return None
    name = slugify(of["body"])
    return _dated(text, Citation(start, of.end(), "named", kind, name="dang" if name.startswith("dang") else name))


def _platform(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    if platform := _PLATFORM.match(text.folded, end):
        return _dated(text, Citation(start, platform.end(), "named", kind, name=slugify(platform["name"])))
    dated = text.plain[start].isupper() and YEAR.match(text.folded, end)
    return _dated(text, Citation(start, end, "named", kind, name="")) if dated else None


def _law(text: Text, start: int, end: int, kind: DocumentType) -> Citation | None:
    if amending := _AMENDING.match(text.folded, end):
        amended = _last_amended(text, amending.end())
        if amended is None:
            return None
        named = Citation(start, amended.end, "named", kind, name=slugify(text.plain[end : amended.end]))
        # the year in such a name is that of the law amended, and so may the number be
        numbered = _numbered(text, _dated(text, named)._replace(year=None))
        return named if numbered.symbol and numbered.symbol.text in _symbols(amended.slug) else numbered
    if _NUMBER.match(text.folded, end):
        numbered = _numbered(text, Citation(start, end, "named", kind))
        return numbered if numbered.number else None
    if _NOT_A_LAW.match(text.plain, end) or _SCHOOL_OF.search(text.folded, max(0, start - 14), start):
        return None
    name = read_law_name(text, end, kind)
    return _numbered(text, _dated(text, Citation(start, name.end, "named", kind, name=name.slug))) if name else None


def _symbols(name: str) -> set[str | None]:
    """The symbols of the laws of a name that the register knows."""
    return {law.symbol for law in laws().get(("luat", name), ())}


def _last_amended(text: Text, pos: int) -> LawName | None:
    """The last law that an amending law names: there its own name ends."""
    kind = document_types()["luat"]
    name = read_law_name(text, pos, kind)
    while name and (more := _AND_LAW.match(text.folded, name.end)):
        following = read_law_name(text, more.end(), kind)
        if following is None:
            break
        name = following
    return name


def _dated(text: Text, citation: Citation) -> Citation:
    """A citation by name with the year that follows, behind an acronym in brackets or not: "(BLHS) 2015"."""
    alias = _ALIAS.match(text.folded, citation.end)
    year = YEAR.match(text.folded, alias.end() if alias else citation.end)
    if year is None:
        return citation
    return citation._replace(end=year.end(), year=year["named"] or year["bare"] or year["bracketed"])


def _numbered(text: Text, citation: Citation) -> Citation:
    """A citation by name with the number that follows it, which makes it a full one."""
    number = _NUMBER.match(text.folded, citation.end)
    if number is None:
        return citation
    symbol = read_symbol(number["marked"] or number["bare"], text.plain[number.end() : number.end() + _LONGEST_TAIL])
    if not symbol.pieces:
        return citation
    close = number.end() + symbol.length - len(symbol.number)
    if "(" in text.plain[citation.end : close] and text.plain.startswith(")", close):
        close += 1
    reading = read_pieces(symbol.pieces, citation.type)
    year = symbol.year or citation.year
    return citation._replace(end=close, kind="full", number=symbol.number, year=year, symbol=symbol, reading=reading)


def read_next_name(text: Text, last: Citation, *, plural: bool) -> Citation | None:
    """The next law of a list that shares its type word: ", Nhà ở 2023 và Kinh doanh bất động sản 2023".

    Behind a plural ("các luật Đất đai, Nhà ở") it needs no year to be one.
    """
    if last.type is None or last.type.slug not in ("luat", "hien-phap"):
        return None
    if last.type.slug == "hien-phap":
        year = _NEXT_YEAR.match(text.folded, last.end)
        return year and Citation(*year.span("year"), "list", last.type, year=year["year"], name="")
    gap = _NEXT.match(text.folded, last.end)
    if gap is None or not text.plain[gap.end() : gap.end() + 1].isupper():
        return None
    end = known_name_end(text, gap.end(), last.type)
    if end is None:
        return None
    found = _dated(text, Citation(gap.end(), end, "list", last.type, name=slugify(text.plain[gap.end() : end])))
    return found if found.year or plural else None


def read_acronym(text: Text, start: int, end: int, word: str) -> Citation | None:
    """A code cited by its acronym: BLHS, BLTTHS năm 2015."""
    if not text.plain[start:end].isupper():
        return None
    return _dated(text, Citation(start, end, "named", document_types()["bo-luat"], name=CODE_ACRONYMS[word]))
