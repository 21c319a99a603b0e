"""Who wrote an article: signature at its end, byline by its headline, declared author; never a site's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from pipelines.markup import tidy
from pipelines.markup.outline import Block
from pipelines.metadata.origin import agency_of
from pipelines.units import all_units
from pipelines.view.dateline import is_dateline
from pipelines.view.declared import Declared, plain
from pipelines.view.word_lists import any_of

END_BLOCKS = 4
MAX_LINE = 100
MAX_NAMES = 6
MAX_SIGNATORY = 60  # characters
MAX_OFFICE = 40

_PREFIX = re.compile(rf"(?P<role>{any_of('byline', 'role')})(?:\s*[:：]\s*|\s+(?=[A-ZĐÀ-Ỹ]))", re.IGNORECASE)
_SOURCE = re.compile(
    r"\(?\s*(?:theo|nguồn(?: tin)?|source)\s*[:：]?\s+?(?P<name>[^\n()]{2,80}?)\s*\)?[.]?$", re.IGNORECASE
)
_TRAILING = re.compile(
    rf"\s*\(\s*(?:(?:theo|nguồn:?|(?:tổng hợp|dịch|lược dịch)\s+(?:từ|theo))\s+(?P<name>[^()]{{2,60}})|"
    rf"(?P<house>{any_of('byline', 'house')}[^()]{{0,50}})|"
    rf"{any_of('byline', 'manner')})\s*\)\s*\.?$",
    re.IGNORECASE,
)
_PHOTO = any_of("byline", "photo")
_PHOTO_CREDIT = re.compile(rf"\s*[-–;,|.]\s*{_PHOTO}\s*:.*$", re.IGNORECASE)
_OF_A_SENTENCE = re.compile(r"\d|[.!?…][\"”»)]*\s*$")
_HOUSE = re.compile(any_of("byline", "house"), re.IGNORECASE)
_LABELLED = re.compile(r"[^\W\d]\s?:|^theo\b", re.IGNORECASE)
_PHOTO_LINE = re.compile(rf"\(?{_PHOTO}\s*:", re.IGNORECASE)
_PHOTO_ONLY = re.compile(rf"{_PHOTO}(?:\s*(?:,|và)\s*{_PHOTO})*$", re.IGNORECASE)
_TITLES = re.compile(rf"(?:{any_of('byline', 'honorific')}\b\.?\s*[-,.]?\s*)+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:[-–—,;/&+|]| và )\s*")
_NAME_WORD = re.compile(r"[^\W\d_][\w'’.]*$")
_OFFICE = re.compile(r"(?P<person>.+?)\s*(?:\((?P<inside>[^()]+)\)?|\s[-–—]\s(?P<behind>.+))$")
_INITIALS = re.compile(r"[A-ZĐ]{2,6}$")  # of an office, beside a name that is not in capitals
_NEVER = re.compile(any_of("byline", "never"), re.IGNORECASE)
_SIGNATORY = re.compile(any_of("byline", "signatory"), re.IGNORECASE)
_BYLINE_NAME = re.compile(any_of("byline", "element"), re.IGNORECASE)
_AUTHOR_PAGE = re.compile(r"/(?:tac-?gia|author|phong-?vien|but-?danh)s?/", re.IGNORECASE)
_MAIL = re.compile(r"\s*\(?[\w.+-]{1,64}@[\w.-]{1,64}\)?\s*$")
_ALIGN = re.compile(r"text-align\s*:\s*(?:right|end)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a line says of the author and of the source of an article."""

    author: str | None = None
    source: str | None = None


def read_signature(text: str, marked: bool, sites: Collection[str] = ()) -> Signature | None:
    """The author or source that a line names, None when it is no signature.

    ``marked``: the line is set apart as signatures are (bold, at the right), so that a bare name counts.
    """
    text = tidy(text).strip("*_ ")
    if not 2 <= len(text) <= MAX_LINE:
        return None
    source = None
    if trailing := _TRAILING.search(text):
        source, text = trailing["name"] or trailing["house"], text[: trailing.start()].strip()
    if found := _SOURCE.match(text):
        person, house = _without_house(_source(found["name"]))
        name = house or person
        author = as_author(person, sites) if house and len(person.split()) > 1 else None
        return Signature(author, name) if _is_source(name, marked) else None
    prefix = _PREFIX.match(text)
    if prefix is not None:
        if _PHOTO_ONLY.match(prefix["role"].strip()):
            return None
        text, marked = text[prefix.end() :], True
        if is_no_person(text):  # "Tin, ảnh: PV"
            return Signature(None, source)
    if not marked and source is None:
        return None
    text, house = _without_house(_PHOTO_CREDIT.sub("", text))
    author = as_author(text, sites)
    agency = agency_of(house or "")
    if author is None and house is not None and text and not is_no_person(text):
        return None  # "TTO - Sáng nay, ..." opens a lead
    if author is None and house is not None and (agency is None or agency.origin == "own"):
        return None  # a paper's name alone may be the site's own
    return Signature(author, source or house) if author or source or house else None


def _without_house(text: str) -> tuple[str, str | None]:
    """A line without the agency or paper that it names beside the author, and that name: "Minh Anh - TTXVN"."""
    parts = [part for part in re.split(r"\s+[-–—]\s+|\s*[/|]\s*", text) if part]
    houses = [part for part in parts if _is_house(part)]
    return " - ".join(part for part in parts if part not in houses) if houses else text, next(iter(houses), None)


def _is_house(name: str) -> bool:
    agency = agency_of(name)
    return (agency is not None and agency.origin != "own") or _HOUSE.match(name) is not None


def _is_source(name: str, marked: bool) -> bool:
    """ "Theo Luật Đất đai ..." begins a sentence; "Theo Báo Nhân Dân" is a source."""
    if agency_of(name) is not None or re.match(
        r"(?:báo|tạp chí|đài|cổng|trang|website|[\w.-]+\.(?:vn|com|net|org))\b", name, re.IGNORECASE
    ):
        return len(name) <= 60
    return marked and len(name.split()) <= 8 and name[:1].isupper() and not any(char.isdigit() for char in name)


def _source(name: str) -> str:
    """A source as printed; of an address, the host."""
    address = re.match(
        r"(?:https?://)?(?:www\.)?([\w-]+(?:\.[\w-]+)*\.(?:vn|com|net|org))\b", name.strip(), re.IGNORECASE
    )
    return address.group(1) if address else name.strip(" .:")


def as_author(text: str, sites: Collection[str] = ()) -> str | None:
    """The names of people in a text as printed, titles too; None for sites, offices, users of a CMS.

    An office beside a person is where that person works: "Phan Mai - Trường Chính trị tỉnh" gives "Phan Mai".
    """
    text = _MAIL.sub("", tidy(text)).strip(" .,:;-–()·•|/")
    if not 2 <= len(text) <= 80 or _NEVER.fullmatch(text) or re.search(r"\d|[:?!\"“”]", text):
        return None
    if text.casefold() in {site.casefold() for site in sites} or agency_of(text) is not None:
        return None
    text = _without_office(text)
    names = [_TITLES.sub("", name).strip() for name in _SEPARATOR.split(text)]
    if not 1 <= len(names) <= MAX_NAMES or not all(_is_name(name) for name in names if name):
        return None
    return text if any(names) else None


def _without_office(text: str) -> str:
    found = _OFFICE.match(text)
    if found is None:
        return text
    office = found["inside"] or found["behind"]
    initials = _INITIALS.match(office) is not None and not found["person"].isupper()
    return found["person"] if initials or _NEVER.fullmatch(office) else text


def is_no_person(text: str) -> bool:
    """Whether a text stands where an author would and names none: a user of the CMS, a desk, an office, an address.

    What is long, holds a number or ends as a sentence is a lead about an office: "UBND tỉnh ban hành kế hoạch mới."
    """
    if len(text) > MAX_OFFICE or (len(text.split()) > 3 and _OF_A_SENTENCE.search(text)):
        return False
    return _NEVER.fullmatch(tidy(text).strip(" .:|-–")) is not None


def may_stand_alone(text: str) -> bool:
    """Whether a name that nothing marks may be an author's: a single word may be anything, a province is a dateline."""
    return len(text.split()) > 1 and text not in _unit_names()


@cache  # the units are part of the program
def _unit_names() -> frozenset[str]:
    return frozenset(unit.name for unit in all_units().values())


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        1 <= len(words) <= 6
        and all(word[0].isupper() and _NAME_WORD.match(word) for word in words)
        and not _NEVER.fullmatch(name)
    )


def signature_of(block: Block, sites: Collection[str] = (), last: bool = False) -> Signature | None:
    """The signature in a block at the end of an article; as its ``last`` line a full name needs no mark."""
    if block.kind in ("row", "heading", "item") or (block.links > 0.9 and not _SOURCE.match(block.text)):
        return None
    marked = block.bold >= 0.6 or is_right_aligned(block) or has_byline_name(block)
    return read_signature(block.text, marked or (last and may_stand_alone(block.text)), sites)


def is_right_aligned(block: Block) -> bool:
    """Whether the block is set at the right margin."""
    element = block.element
    for holder in (element, *element.iterancestors("div", "td", "p")):
        align = (holder.get("align") or "").lower()
        if align == "right" or _ALIGN.search(holder.get("style") or "") or "text-right" in (holder.get("class") or ""):
            return True
        if align or "text-align" in (holder.get("style") or "") or holder.tag == "td":
            return False
    return False


def has_byline_name(block: Block) -> bool:
    """Whether the template names the block's element as the author's."""
    for element in (block.element, block.element.getparent()):
        if element is not None and _BYLINE_NAME.search(f"{element.get('class', '')} {element.get('id', '')}"):
            return True
    return False


def end_signatures(blocks: Sequence[Block], sites: Collection[str] = ()) -> tuple[Signature, frozenset[int]]:
    """Author and source told by the last lines of an article, and the indices of those lines.

    A name under "TM. ỦY BAN NHÂN DÂN" or "CHỦ TỊCH" signs a document that is printed in full; it wrote no article.
    Nothing but other signatures, dates and credits of photographs stands below a name that nothing marks.
    """
    author = source = None
    lines: set[int] = set()
    last = True
    for i in range(len(blocks) - 1, max(-1, len(blocks) - 1 - END_BLOCKS), -1):
        signature = signature_of(blocks[i], sites, last and not _is_listed(blocks, i))
        if signature is None:
            if len(blocks[i].text) > MAX_LINE and blocks[i].kind != "caption":
                break
            last = last and (is_dateline(blocks[i]) or _PHOTO_LINE.match(blocks[i].text) is not None)
            continue
        if any(_is_signatory(block.text) for block in blocks[max(0, i - 3) : i]):
            break
        author, source = author or signature.author, source or signature.source
        lines.add(i)
    return Signature(author, source), frozenset(lines)


def _is_listed(blocks: Sequence[Block], i: int) -> bool:
    """Whether a line is one of several names, or what a colon announces: the members of a board, not an author."""
    above = blocks[i - 1] if i else None
    if above is None or above.text.endswith(":"):
        return True
    if len(above.text) > MAX_LINE:
        return False
    return above.bold < 0.6 and as_author(above.text) is not None and as_author(blocks[i].text) is not None


def _is_signatory(text: str) -> bool:
    """Whether a line is the office of one who signs a document ("TM. ỦY BAN NHÂN DÂN"), and no sentence about him."""
    return len(text) <= MAX_SIGNATORY and not text.endswith((".", ";")) and _SIGNATORY.match(text) is not None


def signature_beside_date(text: str, sites: Collection[str] = ()) -> Signature:
    """Author and source that a dateline names in parts of their own: "20/01/2020 - 8:28 | Lượt xem: 9 | Trần Thanh"."""
    parts = [part.strip() for part in re.split(r"[|·•–]|\s-\s|\s{2,}", text)]
    labelled = [read_signature(part, marked=":" in part, sites=sites) for part in parts if _LABELLED.search(part)]
    named = [signature for signature in labelled if signature is not None]
    author = next((signature.author for signature in named if signature.author), None)
    words = (part for part in parts if not any(map(str.isdigit, part)))
    bare = next((part for part in words if may_stand_alone(part) and as_author(part, sites)), None)
    return Signature(author or bare, next((signature.source for signature in named if signature.source), None))


def linked_author(blocks: Sequence[Block], headline: int | None, stop: int, sites: Collection[str] = ()) -> str | None:
    """The person whom a link between headline and text names: beside the dateline, or to the page of an author."""
    for i in range(0 if headline is None else headline + 1, min(stop + 1, len(blocks))):
        block = blocks[i]
        if block.furniture or block.links < 0.9 or len(block.text) > MAX_LINE or not may_stand_alone(block.text):
            continue
        dated = any(is_dateline(near) for near in blocks[max(0, i - 1) : i + 2])
        if (dated or _is_author_link(block)) and (author := as_author(block.text, sites)):
            return author
    return None


def _is_author_link(block: Block) -> bool:
    links = (block.element, *block.element.iter("a"), block.element.getparent())
    return any(link is not None and _AUTHOR_PAGE.search(link.get("href") or "") for link in links)


def declared_author(declared: Declared, shown: Sequence[str], sites: Collection[str] = ()) -> str | None:
    """The person JSON-LD names as author, or a meta element whose name a short line of the page (``shown``) repeats."""
    value = declared.article.get("author")
    people = value if isinstance(value, list) else [value]
    names = [plain(p.get("name")) if isinstance(p, dict) else plain(p) for p in people[:MAX_NAMES] if not _is_office(p)]
    if author := as_author("; ".join(dict.fromkeys(name for name in names if name)), sites):
        return author
    for name in ("dable:author", "article:author_name", "author", "dc.creator"):
        author = as_author(declared.metas.get(name, ""), sites)
        if author and any(part in text for part in _SEPARATOR.split(author) for text in shown):
            return author
    return None


def _is_office(value: object) -> bool:
    return isinstance(value, dict) and "organization" in str(value.get("@type", "")).lower()
