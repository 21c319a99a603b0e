"""When an article was published: what the page declares, else the dateline by its headline, else nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipelines.markup import tidy
from pipelines.markup.outline import Block
from pipelines.view.dates import VIETNAM, Moment, date_in_url, read_declared_date, read_moments
from pipelines.view.declared import Declared
from pipelines.view.furniture import LINKED, has_furniture_name, is_licence
from pipelines.view.word_lists import any_of

MAX_DATELINE = 120  # characters of a block
MAX_REST = 45  # characters beside the date: a section, an author
NEAR = 8  # blocks after the headline
BEFORE = 4  # blocks before it
MAX_LINKED = 40  # characters of a date that is a link, or that an element tells in another form too
WHOLE_PAGE = frozenset({"html", "body", "form"})
CLOCK = timedelta(minutes=10)

_LABEL = re.compile(any_of("dateline", "label"), re.IGNORECASE)
_NOISE = re.compile(any_of("dateline", "noise"), re.IGNORECASE)
_DATE_NAME = re.compile(any_of("dateline", "element"), re.IGNORECASE)
_CITED = re.compile(f"{any_of('dateline', 'cited')}$", re.IGNORECASE)
_TODAY = re.compile(any_of("dateline", "today"), re.IGNORECASE)
_GLUED = re.compile(r"(?P<date>\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?: \d{1,2}:\d{2})?)(?=[A-ZĐÀ-Ỹ]\w)")
_DIGIT = re.compile(r"\d")
_SYMBOL = re.compile(r"\d[-/]\s?[A-ZĐ]{2,}|\bsố\s+\d|\bđiều\s+\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Published:
    """The date of publication, how the page printed it, and what said so; all None where nothing sure does."""

    moment: Moment | None = None
    source: str | None = None
    modified: str | None = None


def declared_dates(declared: Declared) -> Iterator[tuple[str, str]]:
    """Source and text of the dates of publication that a page declares, the most trusted first."""
    value = declared.article.get("datePublished")
    if isinstance(value, str):
        yield "json-ld", tidy(value)
    names = ("article:published_time", "og:published_time", "datepublished", "pubdate", "publishdate", "publish_date")
    for name in (*names, "dc.date.issued", "dcterms.created", "dc.date", "article.published", "its_publication"):
        if declared.metas.get(name):
            yield "meta", declared.metas[name]


@dataclass(frozen=True, slots=True)
class Around:
    """The blocks in which an article's date may stand: the headline and those below it, those above it, the first and
    last of the text."""

    below: Sequence[Block] = ()
    above: Sequence[Block] = ()
    text: Sequence[Block] = ()


def find_published(
    declared: Declared, marked: str | None, around: Around, url: str, fetched_at: str | None
) -> Published:
    """The publication date of a page; ``marked`` is the text a site rule points at."""
    fetched = _instant(fetched_at)
    dateline = _dateline(around, url, fetched)
    if marked is not None:
        for moment in read_moments(marked):
            if _is_possible(moment, fetched):
                return Published(moment, "rule", _modified(declared, moment, fetched))
    for source, text in declared_dates(declared):
        said = read_declared_date(text)
        if said is not None and _is_possible(said, fetched):
            return Published(said, source, _modified(declared, said, fetched))
    if dateline is not None:
        return Published(dateline, "dateline", _modified(declared, dateline, fetched))
    day = date_in_url(url)
    return Published(Moment(day, "day", day, 0, 10), "url") if day else Published()


def _instant(fetched_at: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(fetched_at) if fetched_at else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _time_of(moment: Moment) -> datetime:
    value = datetime.fromisoformat(moment.value)
    return value if value.tzinfo else value.replace(tzinfo=VIETNAM)


def _is_possible(moment: Moment, fetched: datetime | None) -> bool:
    """Whether the page could have been published then: not after it was fetched, clocks an hour apart allowed."""
    if fetched is None:
        return True
    limit = fetched + timedelta(hours=1)
    return _time_of(moment) <= limit or (
        moment.precision == "day" and moment.day <= limit.astimezone(VIETNAM).date().isoformat()
    )


def _modified(declared: Declared, published: Moment, fetched: datetime | None) -> str | None:
    value = declared.article.get("dateModified")
    text = (
        value if isinstance(value, str) else declared.meta("article:modified_time", "og:updated_time", "datemodified")
    )
    moment = read_declared_date(text) if text else None
    if moment is None or not _is_possible(moment, fetched) or _time_of(moment) <= _time_of(published):
        return None
    return moment.value


def _dateline(around: Around, url: str, fetched: datetime | None) -> Moment | None:
    below = [block for block in around.below if block.links < 0.5 or _is_named_date(block)]
    for block in (*below[: NEAR + 1], *around.text):
        moment = dateline_of(block)
        if moment is not None and _is_possible(moment, fetched) and not _is_clock(moment, fetched):
            return moment
    for block in _right_above(around):
        moment = dateline_of(block)
        if moment is None or not _is_possible(moment, fetched):
            continue
        today = fetched is not None and moment.day == fetched.astimezone(VIETNAM).date().isoformat()
        if not today or date_in_url(url) == moment.day:
            return moment
    return None


def _right_above(around: Around) -> Iterator[Block]:
    """The blocks above a headline, from below, up to the first menu or banner: the clock of a page stands beyond.

    What only the whole page holds together with the headline's column is the page's head.
    """
    for block in reversed(around.above[-BEFORE:]):
        if block.furniture or block.links >= LINKED or (around.below and _is_of_page(block, around.below[0])):
            return
        yield block


def _is_of_page(block: Block, headline: Block) -> bool:
    """Whether a block stands outside of the column that holds the headline."""
    holders = (block.element, *block.element.iterancestors())
    shared = next((e for e in headline.element.iterancestors() if e in holders), None)
    return shared is not None and shared.tag in WHOLE_PAGE and headline.element.getparent() is not shared


def _is_clock(moment: Moment, fetched: datetime | None) -> bool:
    """Whether a time is that of the fetch: the page prints a clock."""
    return fetched is not None and moment.has_time and abs(_time_of(moment) - fetched) <= CLOCK


def dateline_of(block: Block) -> Moment | None:
    """The date that a block tells as its own business: "20/02/2023 - Lượt xem: 158", and not a sentence with a date."""
    if (marked := _machine_date(block)) is not None:
        return marked
    text = block.text
    if text[:1].isdigit() and (glued := _GLUED.match(text)):
        return next(iter(read_moments(glued["date"])), None)
    if len(text) > MAX_DATELINE or block.kind == "row" or not _DIGIT.search(text):
        return None
    if block.links >= 0.5 and not (_is_named_date(block) and len(text) <= MAX_LINKED):  # to the page of that day
        return None
    moments = read_moments(text)
    if not moments or is_licence(text) or _TODAY.match(text):
        return None
    moment = moments[0]
    head, tail = text[: moment.start], text[moment.end :]
    labelled = _LABEL.search(head) is not None
    if not labelled and (len(moments) > 1 or _CITED.search(head) or _SYMBOL.search(head) or _SYMBOL.search(tail)):
        return None
    rest = _NOISE.sub(" ", _LABEL.sub(" ", f"{head} {tail}")).strip()
    if labelled and len(rest) <= 2 * MAX_REST:
        return moment
    if labelled or len(rest) > MAX_REST:
        return None
    if rest and head.strip().lower() == "ngày" and not moment.has_time:
        return None  # "Ngày 12/3/2022, ..." begins a sentence
    named = _is_named_date(block)
    if moment.in_words and not (named or moment.has_weekday or moment.has_time):
        return moment if not rest and head.strip().lower() in ("", "ngày") else None
    return moment if named or moment.has_weekday or moment.has_time or len(rest) <= 25 else None


def _machine_date(block: Block) -> Moment | None:
    """The date that an element tells machines while it shows another form of it ("20/2", "3 giờ trước")."""
    element = block.element
    said = element.get("datetime")
    if said is None and (element.get("itemprop") or "").lower() == "datepublished":
        said = element.get("content")
    return read_declared_date(said) if said and len(block.text) <= MAX_LINKED else None


def _is_named_date(block: Block) -> bool:
    names = f"{block.element.get('class', '')} {block.element.get('id', '')}"
    if block.element.tag == "time" or block.element.get("datetime") is not None:
        return True
    return bool(_DATE_NAME.search(names)) and not has_furniture_name(names)


def without_glued_date(block: Block) -> Block:
    """The block without the date that a template glued to the front of its text: "14/12/2021Ngày 13/12, ..."."""
    glued = _GLUED.match(block.text)
    return replace(block, text=block.text[glued.end("date") :]) if glued else block


def is_dateline(block: Block) -> bool:
    """Whether a block is a dateline and nothing else, so that the text does without it."""
    if block.text[:1].isdigit() and _GLUED.match(block.text):
        return False
    moment = dateline_of(block)
    if moment is None:
        return False
    alone = moment.start == 0 and moment.end == len(block.text)
    if moment.in_words and not (alone or moment.has_weekday or _LABEL.search(block.text[: moment.start])):
        return False
    rest = _LABEL.sub(" ", f"{block.text[: moment.start]} {block.text[moment.end :]}")
    return len(_NOISE.sub(" ", rest).strip()) <= MAX_REST
