"""Gives each citation the regulation that the whole corpus says it means, and links what was found to be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from pipelines.corpus.changes import write_in_steps
from pipelines.corpus.identity import (
    Answer,
    Cited,
    Dated,
    answer,
    assembly_term,
    families,
    stated_term,
    term_of,
)
from pipelines.corpus.links import Link
from pipelines.references.naming import Name
from pipelines.store import Store

_LOOK_AHEAD = 40  # characters behind a citation in which it may name its term: "..., khóa XII"


class _Mention(NamedTuple):
    """A citation of a provisional regulation; ``behind`` are the words after it where they may state a term."""

    article: int
    i: int
    symbol: str | None
    issuer_code: str | None
    issuer: str | None
    page_says: str
    regulation: str | None
    resolved_by: str | None
    resolved_in_page: str | None
    published: str | None
    behind: str | None
    corrected: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many citations were given another regulation, and the links that follow from all answers."""

    changed: int
    links: tuple[Link, ...]


def resolve_mentions(store: Store) -> Resolution:
    """The answers for all citations of provisional regulations, written into ``mentions.regulation``.

    An answer whose link a person has undone is none. What a person corrected is left as it is.
    """
    known = families(dated_regulations(store))
    undone = {(row["subject"], row["object"]) for row in store.rows(_UNDONE)}
    wanted: list[tuple[object, ...]] = []
    links: dict[str, _Votes] = defaultdict(_Votes)
    for mentions in _by_page(map(_Mention._make, store.connection.execute(_PROVISIONAL))):
        id_ = mentions[0].page_says
        votes = links[id_]
        for mention, found in _answers(mentions, known.get(Name.of(id_).family, ())):
            meant = Answer(judged=True) if (id_, found.id) in undone else found
            votes.add(meant, mention)
            wanted += _change(mention, meant)
    changed = write_in_steps(store, _RESOLVE, wanted)
    return Resolution(changed, tuple(link for id_, votes in sorted(links.items()) if (link := votes.link(id_))))


def dated_regulations(store: Store) -> list[Dated]:
    """Every regulation that a page dates, with its term and the day that most clusters state."""
    return [
        Dated(row["id"], term_of(row["id"], row["issued"], row["symbol"]), row["issued"])
        for row in store.connection.execute(_DATED)
    ]


class _Votes:
    """What the citations of one provisional regulation were found to mean, each with its earliest article."""

    def __init__(self) -> None:
        self._found: dict[str | None, tuple[tuple[bool, str, int], str | None]] = {}

    def add(self, found: Answer, mention: _Mention) -> None:
        """Counts one answer, if the citation's term or year is known."""
        if not found.judged:
            return
        earliest = (mention.published is None, mention.published or "", mention.article)
        if found.id not in self._found or earliest < self._found[found.id][0]:
            self._found[found.id] = earliest, found.by

    def link(self, id_: str) -> Link | None:
        """The link to the one regulation that every citation means whose term or year is known."""
        if len(self._found) != 1:
            return None
        ((other, ((_, _, article), by)),) = self._found.items()
        return Link(id_, "same_as", other, by, article) if other and by else None


def _by_page(rows: Iterable[_Mention]) -> Iterator[list[_Mention]]:
    """The citations of one provisional regulation in one article, together."""
    for _, group in groupby(rows, key=attrgetter("article")):
        pages: dict[str, list[_Mention]] = {}
        for mention in group:
            pages.setdefault(mention.page_says, []).append(mention)
        yield from pages.values()


def _answers(mentions: Sequence[_Mention], candidates: Sequence[Dated]) -> Iterator[tuple[_Mention, Answer]]:
    """Each citation with its answer: what one of them states of term or symbol holds for all on the page."""
    if not candidates:
        yield from ((mention, Answer()) for mention in mentions)
        return
    stated = {mention.i: _term(mention) for mention in mentions}
    terms = {term for term in stated.values() if term}
    shared = next(iter(terms)) if len(terms) == 1 else None
    exact = any(mention.symbol for mention in mentions)
    for mention in mentions:
        term = stated[mention.i] or shared
        if term is None and len(terms) > 1:
            yield mention, Answer(judged=True)
            continue
        yield mention, answer(Cited(mention.page_says, mention.published, term, exact), candidates)


def _term(mention: _Mention) -> str | None:
    if mention.page_says.startswith("vn/state/"):
        return assembly_term(mention.issuer_code)
    return stated_term(mention.behind, mention.issuer) if mention.behind is not None else None


def _change(mention: _Mention, found: Answer) -> list[tuple[object, ...]]:
    """The row to write where a citation's regulation is not what it should be."""
    regulation = found.id or mention.page_says
    by = found.by if found.id else mention.resolved_in_page
    if mention.corrected or (regulation, by) == (mention.regulation, mention.resolved_by):
        return []
    return [(regulation, by, mention.article, mention.i, mention.page_says)]


# A regulation that no page names any more (its article was changed or withdrawn) is no candidate.
_DATED = """
SELECT id, issued, symbol FROM regulations r
WHERE NOT provisional AND EXISTS (SELECT 1 FROM mentions m WHERE m.regulation_in_page = r.id)
"""

_UNDONE = "SELECT subject, object FROM regulation_links WHERE link = 'same_as' AND undone_at IS NOT NULL"

# All tables in the order in which they lie on the disk: three times as fast as by way of the provisional regulations.
_PROVISIONAL = f"""
SELECT m.article, m.i, m.symbol, m.issuer_code, m.issuer, m.regulation_in_page AS page_says,
  m.regulation, m.resolved_by, m.resolved_in_page, a.published,
  CASE WHEN m.kind <> 'anaphor' AND m.regulation_in_page GLOB 'vn/party/*' THEN (
    SELECT substr(t.text, m."end" + 1, {_LOOK_AHEAD}) FROM texts t WHERE t.article = m.article
  ) END AS behind,
  EXISTS (
    SELECT 1 FROM corrections c WHERE c.article = m.article AND c.text_sha256 = a.text_sha256
    AND c.start = m.start AND c."end" = m."end" AND c.field = 'regulation'
  ) AS corrected
FROM mentions m CROSS JOIN articles a ON a.id = m.article
WHERE instr(m.regulation_in_page, '/-/') ORDER BY m.article, m.i
"""  # noqa: S608 - our own number
_RESOLVE = "UPDATE mentions SET regulation = ?, resolved_by = ? WHERE article = ? AND i = ? AND regulation_in_page = ?"
