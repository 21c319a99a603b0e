"""Which identifiers are one document, or one document a part of another: rows with their evidence, which can be undone.

A plenum of the Central Committee is cited by its number ("Nghị quyết Trung ương 6 khóa XII") and its resolutions by
theirs ("Nghị quyết số 18-NQ/TW"), a law by name and year and by number. Where a page puts both together they are
linked, and plenums with their resolutions also where the register has them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import lru_cache

from pipelines.corpus.changes import fill, replace_rows
from pipelines.corpus.identity import term_of
from pipelines.folding import fold
from pipelines.references import find_references
from pipelines.references.naming import Name
from pipelines.references.registers import plenums
from pipelines.store import Store
from pipelines.units import slugify

OURS = ("term", "corpus", "stated", "register")  # reasons of links that are made, and unmade, here; a person's own stay
_COLUMNS = ("subject", "link", "object", "reason", "article")
# "Nghị quyết Trung ương 6 khóa XII (Nghị quyết số 18-NQ/TW)": what may stand between the two names of one document.
# A comma may not: it lists documents as well.
_APPOSED = re.compile(r"\s{0,2}(?:\(|-|(?:,\s)?(?:tuc|hay|la|tai|cua|duoc ban hanh tai)(?![a-z]))\s{0,2}(?:la\s)?")
_LAW_NAME = re.compile(r"(?:luat|bo luat|phap lenh)\s(?P<name>[^\d(]+?)\s(?:nam|so|\(|\d)")


@dataclass(frozen=True, slots=True)
class Link:
    """A row of ``regulation_links``: ``article`` is the first that bears it out, None where a register does."""

    subject: str
    link: str
    object: str
    reason: str
    article: int | None


def keep_links(store: Store, resolved: Iterable[Link]) -> int:
    """How many links were made or unmade; those a person has undone, or made for another reason, are not touched."""
    foreign = {tuple(row) for row in store.rows(_FOREIGN.format(", ".join(f"'{reason}'" for reason in OURS)))}
    links = [*resolved, *_plenums(store), *_laws(store)]
    rows = [astuple(link) for link in links if (link.subject, link.link, link.object) not in foreign]
    fill(store, "fresh_links", _COLUMNS, rows)
    ours = ", ".join(f"'{reason}'" for reason in OURS)
    among = f"undone_at IS NULL AND reason IN ({ours})"
    return replace_rows(store, "regulation_links", ("subject", "link", "object"), "fresh_links", among=among)


def _plenums(store: Store) -> Iterator[Link]:
    """A plenum with one known resolution is that resolution; of several, each is a part of it."""
    known = {row["id"] for row in store.rows("SELECT id FROM regulations WHERE id GLOB 'vn/party/tw/nghi-quyet/*'")}
    stated: dict[str, dict[str, int | None]] = defaultdict(dict)
    for plenum, resolution, article in _plenum_evidence(store):
        issued = store.value("SELECT issued FROM regulations WHERE id = ?", [resolution])
        if term_of(resolution, str(issued) if issued else None, None) == Name.of(plenum).period:
            stated[plenum].setdefault(resolution, article)
    for plenum, registered in _registered().items():
        for resolution in registered & known if plenum in known else ():
            stated[plenum].setdefault(resolution, None)
    for plenum, resolutions in sorted(stated.items()):
        alone = len(_registered().get(plenum, frozenset()) | resolutions.keys()) == 1
        for resolution, stating in sorted(resolutions.items()):
            reason = "register" if stating is None else "stated"
            if alone:
                yield Link(plenum, "same_as", resolution, reason, stating)
            else:
                yield Link(resolution, "part_of", plenum, reason, stating)


def _registered() -> Mapping[str, frozenset[str]]:
    """The resolutions of each plenum of the register, by the identifiers of both."""
    return {f"vn/party/tw/nghi-quyet/{term}/~{name}": resolutions for (term, name), resolutions in plenums().items()}


def _plenum_evidence(store: Store) -> Iterator[tuple[str, str, int]]:
    """Plenum, numbered resolution and article, in order of publication, wherever one page names both as one."""
    for row in store.rows(_BESIDE_PLENUM):
        if _APPOSED.fullmatch(fold(row["gap"]).text):
            yield row["plenum"], row["resolution"], row["article"]
    known = {row["id"] for row in store.rows("SELECT id FROM regulations WHERE id GLOB 'vn/party/tw/nghi-quyet/k*'")}
    for row in store.rows(_OF_PLENUM):
        plenum = _plenum_in(row["issuer"])
        if plenum in known:
            yield plenum, row["resolution"], row["article"]


@lru_cache(maxsize=1024)  # the phrases of a few dozen plenums
def _plenum_in(issuer: str) -> str:
    """The identifier of the plenum that an issuer phrase names ("Hội nghị Trung ương 6 khóa XII"), or nothing."""
    found = find_references(f"Nghị quyết {issuer}").mentions
    return found[0].regulation or "" if found and found[0].kind == "congress" else ""


def _laws(store: Store) -> Iterator[Link]:
    """A law known by name and year, and by the number that most articles give it: "Luật Đất đai số 31/2024/QH15"."""
    known = {row["id"] for row in store.rows("SELECT id FROM regulations WHERE number IS NULL AND system = 'state'")}
    stated: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in store.rows(_NUMBERED_LAWS):
        named = _name_of_law(row["regulation"], row["surface"])
        if named is not None and named in known:
            stated[named][row["regulation"]].append(row["article"])
    for named, numbers in sorted(stated.items()):
        most = max(len(set(articles)) for articles in numbers.values())
        leading = [(id_, articles[0]) for id_, articles in numbers.items() if len(set(articles)) == most]
        if len(leading) == 1:
            yield Link(named, "same_as", leading[0][0], "stated", leading[0][1])


def _name_of_law(id_: str, surface: str) -> str | None:
    """The identifier by name and year of a law that a citation gives with its name and number, or None."""
    name = _LAW_NAME.match(fold(" ".join(surface.split())).text)
    numbered = Name.of(id_)
    if name is None:
        return None
    return f"vn/{numbered.system}/{numbered.issuer}/{numbered.type}/{numbered.period}/~{slugify(name['name'])}"


_FOREIGN = "SELECT subject, link, object FROM regulation_links WHERE undone_at IS NOT NULL OR reason NOT IN ({})"

_BESIDE_PLENUM = """
SELECT p.regulation AS plenum, n.regulation AS resolution, p.article,
  substr(t.text, min(p."end", n."end") + 1, max(p.start, n.start) - min(p."end", n."end")) AS gap
FROM mentions p JOIN mentions n ON n.article = p.article AND n.i IN (p.i - 1, p.i + 1)
JOIN articles a ON a.id = p.article JOIN texts t ON t.article = p.article
WHERE p.regulation GLOB 'vn/party/tw/nghi-quyet/k*/~tw*' AND n.regulation GLOB 'vn/party/tw/nghi-quyet/[12]*'
  AND max(p.start, n.start) - min(p."end", n."end") BETWEEN 0 AND 30
ORDER BY a.published IS NULL, a.published, a.id, p.i
"""
_OF_PLENUM = """
SELECT m.regulation AS resolution, m.issuer, m.article FROM mentions m JOIN articles a ON a.id = m.article
WHERE m.regulation GLOB 'vn/party/tw/nghi-quyet/[12]*' AND m.issuer LIKE '%trung ương%'
ORDER BY a.published IS NULL, a.published, a.id, m.i
"""
_NUMBERED_LAWS = """
SELECT m.regulation, m.surface, m.article
FROM regulations r JOIN mentions m ON m.regulation = r.id JOIN articles a ON a.id = m.article
WHERE r.type IN ('Luật', 'Bộ luật', 'Pháp lệnh') AND r.number IS NOT NULL AND r.year IS NOT NULL
ORDER BY a.published IS NULL, a.published, a.id, m.i
"""
