"""The first stage at which a site gave nothing, or less than usual, in words. Pure: counts and expectations in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crawler.causes import in_words
from crawler.health.expectations import Expectation
from crawler.health.listings import Mute
from crawler.tables import counted

FEW = 3  # pages of which all failed, or texts of which none has a date, that are no chance
FAR_BELOW = 0.2  # of what is usual
ENOUGH_EXPECTED = 3.0  # so many expected, none is no chance: once in twenty nights if articles come independently
SOME = 0.5  # a share that most pages have


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run did at one site, stage by stage: the columns of ``site_runs``, and causes of failure with numbers.

    ``asked`` are the listings, feeds and sitemaps that were asked for; ``ever`` whether the site has ever given an
    article, ``silent_days`` how long ago the last new one came, before this run; ``mute`` the start pages, feeds and
    sitemaps that led to nothing.
    """

    asked: int = 0
    listings: int = 0
    links: int = 0
    candidates: int = 0
    fetched: int = 0
    failed: int = 0
    blocked: int = 0
    pages: int = 0
    texts: int = 0
    dated: int = 0
    citing: int = 0
    new: int = 0
    foreign_pages: int = 0
    ever: bool = False
    silent_days: float | None = None
    causes: Mapping[str, int] = field(default_factory=dict)
    mute: tuple[Mute, ...] = ()

    @property
    def cause(self) -> str:
        """The commonest cause of failure, in words."""
        return in_words(max(self.causes, key=lambda cause: self.causes[cause])) if self.causes else "no cause is known"


Stage = Callable[[Counts, Expectation], str | None]


def first_failing_stage(counts: Counts, usual: Expectation, *, whole: bool = True) -> str | None:
    """The first stage that failed, in words, or None.

    With ``whole`` False (a run with a limit, or one that shared its work with another) less than usual is no failure.
    """
    stages = (*_NOTHING, *_LESS) if whole else _NOTHING
    return next((said for stage in stages if (said := stage(counts, usual)) is not None), None)


def _listings_unread(counts: Counts, usual: Expectation) -> str | None:
    return f"its listings could not be read: {counts.cause}" if counts.asked and not counts.listings else None


def _not_vietnamese(counts: Counts, usual: Expectation) -> str | None:
    if counts.foreign_pages and not counts.texts and (counts.pages or not counts.candidates):
        return "its pages are not in Vietnamese: the domain may have passed to somebody else"
    return None


def _no_links(counts: Counts, usual: Expectation) -> str | None:
    return "its listings gave no links" if counts.listings and not counts.links else None


def _no_match(counts: Counts, usual: Expectation) -> str | None:
    if counts.listings and not counts.candidates:
        return f"none of the {counts.links} links on its listings matches the article expression"
    return None


def _few_match(counts: Counts, usual: Expectation) -> str | None:
    if not counts.listings or usual.candidates is None or usual.runs < FEW:
        return None
    seen = counts.candidates / counts.listings
    if seen < FAR_BELOW * usual.candidates and usual.candidates >= ENOUGH_EXPECTED:
        return f"its listings gave {seen:.1f} links to articles each, where {usual.candidates:.1f} are usual"
    return None


def _blocked(counts: Counts, usual: Expectation) -> str | None:
    refused = counts.blocked + counts.failed
    if counts.pages or refused < (FEW if counts.ever else 1):
        return None
    how = "blocked" if counts.blocked >= counts.failed else "not answered"
    return f"its pages are {how}: {counts.cause}"


def _no_text(counts: Counts, usual: Expectation) -> str | None:
    if counts.pages >= (FEW if counts.ever else 1) and not counts.texts:
        return f"none of {counts.pages} pages gave the text of an article: {counts.cause}"
    return None


def _no_article(counts: Counts, usual: Expectation) -> str | None:
    return "it has never given an article" if not counts.ever and not counts.new else None


def _one_mute(counts: Counts, usual: Expectation) -> str | None:
    if not counts.mute:
        return None
    others = len(counts.mute) - 1
    return f"{counts.mute[0]}" + (f" (and {counted(others, 'start page')} more gave nothing)" if others else "")


def _little_text(counts: Counts, usual: Expectation) -> str | None:
    return _share(counts.texts, counts.pages, usual.with_text, "pages gave the text of an article")


def _no_date(counts: Counts, usual: Expectation) -> str | None:
    if not counts.dated and counts.texts >= FEW and (usual.with_date or 0) >= SOME:
        return f"none of {counts.texts} articles has a date, which is usual for {usual.with_date:.0%}"
    return _share(counts.dated, counts.texts, usual.with_date, "articles have a date")


def _no_references(counts: Counts, usual: Expectation) -> str | None:
    return _share(counts.citing, counts.texts, usual.with_references, "articles cite anything")


def _share(part: int, whole: int, usual: float | None, what: str) -> str | None:
    """The sentence for a share that fell far below what is usual, where so many were expected that it is no chance."""
    expected = whole * (usual or 0)
    if expected < ENOUGH_EXPECTED or part >= FAR_BELOW * expected:
        return None
    return f"only {part} of {whole} {what}, where {expected:.0f} would be usual"


def _few_new(counts: Counts, usual: Expectation) -> str | None:
    if usual.new is None or usual.least is None or usual.new < ENOUGH_EXPECTED:
        return None
    if counts.new < usual.least and counts.new < FAR_BELOW * usual.new:
        return (
            f"{counts.new} new articles, where about {usual.new:.0f} are usual and never fewer than {usual.least:.0f}"
        )
    return None


def _silent(counts: Counts, usual: Expectation) -> str | None:
    if counts.new or usual.silence is None or counts.silent_days is None:
        return None
    if counts.silent_days <= max(2 * usual.silence, usual.silence + 2):
        return None
    return f"no new article for {counts.silent_days:.0f} days, where {usual.silence:.0f} were the longest pause"


_NOTHING: tuple[Stage, ...] = (
    _listings_unread,
    _not_vietnamese,
    _no_links,
    _no_match,
    _blocked,
    _no_text,
    _no_article,
    _one_mute,
)
_LESS: tuple[Stage, ...] = (_few_match, _little_text, _no_date, _no_references, _few_new, _silent)
