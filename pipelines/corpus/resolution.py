"""Gives each citation the regulation that the whole corpus says it means, and links what was found to be one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from pipelines.corpus.ballots import Ballots, code
from pipelines.corpus.changes import write_in_steps
from pipelines.corpus.counting import table
from pipelines.corpus.identity import Answer, Cited, Dated, answer, families, is_provisional, term_of
from pipelines.corpus.links import Link
from pipelines.references.naming import Name
from pipelines.store import Store


class _Citation(NamedTuple):
    """A citation of a provisional regulation; its regulations and reasons are numbers, as ``Ballots`` has them."""

    row: int
    page_says: int
    article: int
    day: str | None
    regulation: int
    i: int
    resolved_by: int
    resolved_in_page: int
    symbol: int
    term: bytes


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many citations were given another regulation, the links that follow from all answers, and the ballots now."""

    changed: int
    links: tuple[Link, ...]
    ballots: Ballots


def resolve_mentions(store: Store, ballots: Ballots) -> Resolution:
    """The answers for all citations of provisional regulations, written into ``mentions.regulation``.

    An answer whose link a person has undone is none. What a person corrected is left as it is.
    """
    place = {id_: at for at, id_ in enumerate(ballots.regulations)}
    known = families(one for one in dated_regulations(store) if one.id in place)
    undone = {(row["subject"], row["object"]) for row in store.rows(_UNDONE)}
    corrected = {tuple(row) for row in store.rows(_CORRECTED)}
    regulation = ballots.regulation.copy()
    wanted: list[tuple[object, ...]] = []
    links: list[Link | None] = []
    for at, citations in groupby(_provisional(ballots), key=attrgetter("page_says")):
        id_, votes = ballots.regulations[at], _Votes()
        for citation, found in _answers(id_, citations, known.get(Name.of(id_).family, ())):
            meant = Answer(judged=True) if (id_, found.id) in undone else found
            votes.add(meant, citation.article)
            if not _stands(citation, meant, place) and (citation.article, citation.i) not in corrected:
                wanted.append((meant.id, meant.by, citation.article, citation.i, id_))
                regulation[citation.row] = at if meant.id is None else place[meant.id]
        links.append(votes.link(id_))
    changed = write_in_steps(store, _RESOLVE, wanted)
    return Resolution(changed, tuple(filter(None, links)), replace(ballots, regulation=regulation))


def _provisional(ballots: Ballots) -> Iterator[_Citation]:
    """The citations of each provisional regulation, in the order of publication of their articles."""
    provisional = np.array([*map(is_provisional, ballots.regulations), False])
    rows = np.flatnonzero(provisional[ballots.page_says])
    rows = rows[np.argsort(ballots.page_says[rows], kind="stable")]
    nth, said = ballots.nth[rows], ballots.citations[rows]
    columns = (rows, ballots.page_says[rows], ballots.articles[nth], ballots.days[nth], ballots.regulation[rows])
    more = (said[name] for name in _Citation._fields[len(columns) :])
    return map(_Citation._make, table(*columns, *more))


def dated_regulations(store: Store) -> list[Dated]:
    """Every regulation that a page dates, with its term and the day that most clusters state."""
    return [
        Dated(row["id"], term_of(row["id"], row["issued"], row["symbol"]), row["issued"])
        for row in store.connection.execute(_DATED)
    ]


class _Votes:
    """What the citations of one provisional regulation were found to mean, each with the first article."""

    def __init__(self) -> None:
        self._found: dict[str | None, tuple[str | None, int]] = {}

    def add(self, found: Answer, article: int) -> None:
        """Counts one answer, if the citation's term or year is known; to be called in the order of publication."""
        if found.judged:
            self._found.setdefault(found.id, (found.by, article))

    def link(self, id_: str) -> Link | None:
        """The link to the one regulation that every citation means whose term or year is known."""
        if len(self._found) != 1:
            return None
        ((other, (by, article)),) = self._found.items()
        return Link(id_, "same_as", other, by, article) if other and by else None


def _answers(
    id_: str, citations: Iterable[_Citation], candidates: Sequence[Dated]
) -> Iterator[tuple[_Citation, Answer]]:
    """Each citation with its answer: what one of them states of term or symbol holds for all on the page."""
    for _, together in groupby(citations, key=attrgetter("article")):
        page = list(together)
        terms = {citation.term for citation in page if citation.term} if candidates else set()
        shared = next(iter(terms)) if len(terms) == 1 else b""
        exact = any(citation.symbol for citation in page)
        for citation in page:
            term = (citation.term or shared).decode() or None
            if not candidates or (term is None and len(terms) > 1):
                yield citation, Answer(judged=bool(candidates))
            else:
                yield citation, answer(Cited(id_, citation.day, term, exact), candidates)


def _stands(citation: _Citation, found: Answer, number: Mapping[str, int]) -> bool:
    """Whether a citation's regulation is already what it should be."""
    if found.id is None:
        return (citation.regulation, citation.resolved_by) == (citation.page_says, citation.resolved_in_page)
    return (citation.regulation, citation.resolved_by) == (number[found.id], code(found.by))


# A regulation that no page names any more (its article was changed or withdrawn) is no candidate.
_DATED = """
SELECT id, issued, symbol FROM regulations r
WHERE NOT provisional AND EXISTS (SELECT 1 FROM mentions m WHERE m.regulation_in_page = r.id)
"""

_UNDONE = "SELECT subject, object FROM regulation_links WHERE link = 'same_as' AND undone_at IS NOT NULL"

_CORRECTED = """
SELECT m.article, m.i FROM corrections c JOIN articles a ON a.id = c.article AND a.text_sha256 = c.text_sha256
JOIN mentions m ON m.article = c.article AND m.start = c.start AND m."end" = c."end" WHERE c.field = 'regulation'
"""
_RESOLVE = """
UPDATE mentions SET regulation = coalesce(?1, regulation_in_page),
  resolved_by = iif(?1 IS NULL, resolved_in_page, ?2)
WHERE article = ?3 AND i = ?4 AND regulation_in_page = ?5
"""
