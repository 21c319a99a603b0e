"""Which links of a listing lead to its next page: by markup, by the page number in the address, by what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import canonical
from crawler.discovery.html import Anchor
from crawler.discovery.traps import calendar_day, trap

# A listing is followed page by page and stops by itself where nothing is new; one that claims more pages than this has
# no end. The longest seen is tnmttuyenquang.gov.vn's, 784 pages.
MAX_PAGE = 1000

_WORD = r"(?:trang|page|paged|pages|p|pg)"
_IN_PATH = (
    re.compile(rf"/{_WORD}/(\d{{1,6}})(?=/|$|\.)"),  # /thoi-su/page/2, /11/page/2/CHINH-TRI.htm
    re.compile(rf"/{_WORD}[-_.]?(\d{{1,6}})(?=$|\.)"),  # /chinh-tri/trang-29.html, /trong-tinh/page-45
    re.compile(rf"[-_.]{_WORD}[-_.]?(\d{{1,6}})(?=$|\.)"),  # /thoi-su-trang-2.html, /tin-tuc.p2.html
)
_PARAMETER = re.compile(
    rf"(?:{_WORD}|(?:current|cur)?page[-_]?(?:index|no|num|number)?|cur|_\w+_cur)=(\d{{1,6}})", re.IGNORECASE
)
_OFFSET = re.compile(r"(?:start|offset|limitstart)=(\d{1,7})", re.IGNORECASE)  # Joomla counts articles, from 0
_OFFSETS_A_PAGE = 100
_NUMBERED = re.compile(r"(?:(?:trang|page)\s+(?:số\s+)?)?([0-9]{1,6})")
_NEXT = re.compile(
    r"(?:(?:(?:đến|tới) )?trang (?:sau|tiếp|tiếp theo|kế|kế tiếp)|(?:xem )?tiếp(?: theo)?|kế tiếp|sau"
    r"|(?:(?:tin|bài) )?cũ hơn|next(?: page)?|older(?: posts| entries)?)?\s*[›»>→⟩❯]*"
)
_FAR = frozenset({"»", ">>", "››"})  # as often the last page as the next


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands in a listing: the listing's key without the page, and the page if one is written.

    ``number`` counts pages from 1 (or 0), or articles from 0 where ``offset`` is true.
    """

    listing: str
    number: int | None
    offset: bool = False

    @property
    def path(self) -> str:
        """The listing without its parameters."""
        return self.listing.partition("?")[0]

    @property
    def parameters(self) -> list[str]:
        """The listing's parameters."""
        return self.listing.partition("?")[2].split("&")


def place(url: str) -> Place:
    """The listing an address belongs to and its number there: ``/thoi-su/trang-3.html`` is page 3 of ``/thoi-su``."""
    parts = urlsplit(canonical(url))
    path = parts.path.lower()
    for pattern in _IN_PATH:
        found = pattern.search(path)
        if found:
            return _place(path[: found.start()] + path[found.end() :], parts.query.split("&"), int(found[1]))
    parameters = parts.query.split("&")
    for parameter in parameters:
        page, offset = _PARAMETER.fullmatch(parameter), _OFFSET.fullmatch(parameter)
        if page or offset:
            rest = [other for other in parameters if other != parameter]
            return _place(path, rest, int(parameter.rpartition("=")[2]), offset=offset is not None)
    return _place(path, parameters, None)


def _place(path: str, parameters: Sequence[str], number: int | None, *, offset: bool = False) -> Place:
    bare = re.sub(r"(?:/index)?\.(?:html?|aspx|php|jsp)$", "", path).rstrip("/")
    return Place(f"{bare}?{'&'.join(parameters)}", number, offset)


def next_pages(url: str, anchors: Iterable[Anchor]) -> tuple[list[str], Counter[str]]:
    """The next page of the listing at ``url`` (several only where the site's own hints differ), and refusals by reason.

    In this order: what the markup calls next; the lowest page number above this page's in an address of the same
    listing; a link that says "Trang 3" or "Trang sau". Pages that differ in a day are a calendar's and not followed.
    """
    here, key = place(url), canonical(url)
    others = [a for a in anchors if canonical(a.url) != key and not _steps_back(here, place(a.url))]
    wanted = [anchor.url for anchor in others if anchor.next][:1]
    wanted += _by_number(here, others)
    if not wanted:
        wanted += _by_label(url, others)
    refused: Counter[str] = Counter()
    pages: dict[str, str] = {}
    for page in wanted:
        reason = _refusal(url, page)
        if reason is None:
            pages.setdefault(canonical(page), page)
        else:
            refused[reason] += 1
    return list(pages.values()), refused


def _steps_back(here: Place, there: Place) -> bool:
    """Whether it is an earlier page of the same listing: the last page's "Trang sau" often leads to the first."""
    return there.listing == here.listing and here.number is not None and (there.number or 0) <= here.number


def _by_number(here: Place, anchors: Sequence[Anchor]) -> list[str]:
    """The address with the lowest number above ours in the same listing.

    A pager may add parameters of its own (Liferay): then it must look like one, by its label.
    """
    pages: list[tuple[int, str]] = []
    for anchor in anchors:
        there = place(anchor.url)
        pager = there.path == here.path and (anchor.label.isdecimal() or _says_next(anchor.label))
        if there.number is not None and (there.listing == here.listing or pager):
            first = 0 if there.offset or _counts_from_zero(there.number, anchor.label) else 1
            if there.number > (first if here.number is None else here.number):
                pages.append((there.number, anchor.url))
    return [min(pages)[1]] if pages else []


def _counts_from_zero(number: int, label: str) -> bool:
    return label.isdecimal() and len(label) < 7 and int(label) == number + 1


def _by_label(url: str, anchors: Sequence[Anchor]) -> list[str]:
    """A page by what its link says, where no known form of address tells: /list/1 and /list/2, or "Trang sau"."""
    numbered = [(number, anchor) for anchor in anchors if (number := _number(anchor.label)) is not None and number > 1]
    ahead = [(number, anchor.url) for number, anchor in numbered if _carries_on(url, anchor.url, number)]
    if ahead:
        return [min(ahead)[1]]
    words = sorted((a.label in _FAR, i, a.url) for i, a in enumerate(anchors) if _says_next(a.label))
    if words:
        return [words[0][2]]
    named = [(number, anchor.url) for number, anchor in numbered if not anchor.label.isdecimal()]
    return [min(named)[1]] if named else []


def _says_next(label: str) -> bool:
    return bool(label) and _NEXT.fullmatch(label) is not None


def _number(label: str) -> int | None:
    found = _NUMBERED.fullmatch(label)
    return int(found[1]) if found else None


def _carries_on(url: str, other: str, number: int) -> bool:
    """Whether another address differs from ours in a higher number only, or is ours with this number added."""
    ours, theirs = (re.split(r"(\d{1,9})", canonical(address)) for address in (url, other))
    different = [(i, *pair) for i, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]]
    if len(ours) == len(theirs) and len(different) == 1 and different[0][0] % 2 == 1:
        return int(different[0][2]) > int(different[0][1])
    here, there = place(url), place(other)
    if there.path in {f"{here.path}{separator}{number}" for separator in "-/_."}:
        return True
    added = set(there.parameters) - set(here.parameters)
    return there.path == here.path and len(added) == 1 and added.pop().endswith(f"={number}")


def _refusal(url: str, page: str) -> str | None:
    there = place(page)
    limit = MAX_PAGE * (_OFFSETS_A_PAGE if there.offset else 1)
    if there.number is not None and there.number > limit:
        return "page cap"
    if calendar_day(url) != calendar_day(page):
        return "calendar"
    return trap(page)
