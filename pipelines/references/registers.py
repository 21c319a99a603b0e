"""The registers that the grammar stands on: types of documents, issuing bodies, laws, terms. Data: the TSV files here.

Adding a code, a spelling or a law is adding a line; every line names its source.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from pipelines.folding import fold
from pipelines.units import slugify

System = Literal["state", "party", "org"]
Level = Literal["central", "province", "district", "commune", "agency", "any"]  # any: as the site's


@dataclass(frozen=True, slots=True, eq=False)  # a row of the register equals itself alone
class DocumentType:
    """A type of document. ``short``: whether "TYPE 12" cites one ("free"), or only "TYPE số 12" ("marked")."""

    name: str
    abbreviations: tuple[str, ...]
    slug: str
    system: str
    short: Literal["free", "marked", "named"]
    spellings: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuing body under one of its codes; ``body`` is its slug in identifiers, whatever the code."""

    code: str
    body: str
    names: tuple[str, ...]
    system: System
    level: Level
    valid_from: str | None
    valid_to: str | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class Law:
    """A law, code or ordinance by name: one version of it, by its year and, where known, its number."""

    type: str
    name: str
    year: str | None
    symbol: str | None
    acronyms: tuple[str, ...] = ()  # in use and not made of the initials of the name


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files(__package__).joinpath(name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _split(field: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split(separator) if part.strip())


@lru_cache(maxsize=8192)  # codes repeat; the bound keeps a long run small
def key(code: str) -> str:
    """A code as the registers know it: folded."""
    return fold(code).text


# Each register is cached for good: it is part of the program and does not change while it runs.


@cache
def document_types() -> Mapping[str, DocumentType]:
    """Every type of document by its slug."""
    types = (
        DocumentType(
            row["type"],
            _split(row["abbreviations"], ","),
            row["slug"],
            row["system"],
            row["short"],  # type: ignore[arg-type]  # a test holds the column to these words
            _split(row["spellings"], ","),
            _split(row["english"], ","),
        )
        for row in _rows("types.tsv")
    )
    return MappingProxyType({kind.slug: kind for kind in types})


@cache
def type_words() -> Mapping[str, DocumentType]:
    """Every written form of a type, folded: "thong bao ket luan", "nghi quyet", "van ban hop nhat"."""
    words: dict[str, DocumentType] = {}
    for kind in document_types().values():
        for spelling in (kind.name, *kind.spellings):
            words[fold(spelling.partition("=")[0]).text] = kind
    return MappingProxyType(words)


@cache
def abbreviations() -> Mapping[str, tuple[str, tuple[DocumentType, ...]]]:
    """Folded abbreviations of types, each with its canonical spelling and the types it may mean: "qd", "ctr"."""
    found: dict[str, tuple[str, tuple[DocumentType, ...]]] = {}
    for kind in document_types().values():
        extra = tuple(spelling.partition("=")[2] for spelling in kind.spellings)
        for abbreviation in (*kind.abbreviations, *filter(None, extra)):
            canonical, kinds = found.get(fold(abbreviation).text, (abbreviation, ()))
            found[fold(abbreviation).text] = canonical, (*kinds, kind)
    return MappingProxyType(found)


@cache
def issuers() -> Mapping[str, Issuer]:
    """Every issuing body by its folded code: "ttg", "bgddt"."""
    found: dict[str, Issuer] = {}
    for row in _rows("issuers.tsv"):
        issuer = Issuer(
            row["code"],
            row["body"],
            _split(row["names"], "|"),
            row["system"],  # type: ignore[arg-type]  # a test holds the column to these words
            row["level"],  # type: ignore[arg-type]  # the same
            row["valid_from"] or None,
            row["valid_to"] or None,
            row["successor"] or None,
        )
        found[fold(issuer.code).text] = issuer
    return MappingProxyType(found)


@cache
def issuer_names() -> Mapping[str, Issuer]:
    """The bodies by the folded names that texts call them: "bo chinh tri", "thu tuong chinh phu"."""
    return MappingProxyType({fold(name).text: body for body in issuers().values() for name in body.names})


@dataclass(frozen=True, slots=True)
class LocalWord:
    """A word in the names of local bodies; ``slug`` of a level is that of its Party committee."""

    slug: str
    system: System
    level: Level


@cache
def local_words(part: str) -> Mapping[str, LocalWord]:
    """The words of one part of local names, folded: council, committee, office, department, level."""
    return MappingProxyType(
        {
            fold(row["phrase"]).text: LocalWord(row["slug"], row["system"], row["level"])  # type: ignore[arg-type]  # as issuers
            for row in _rows("local.tsv")
            if row["part"] == part
        }
    )


@cache
def terms() -> tuple[tuple[str, str], ...]:
    """The day each Party congress closed, and the term it opened: ("2021-02-01", "k13"), in order."""
    return tuple((row["closed"], row["term"]) for row in _rows("terms.tsv"))


@cache
def plenums() -> Mapping[tuple[str, str], frozenset[str]]:
    """The identifiers of the resolutions that the name of a plenum means, by its term and name: ("k12", "tw6")."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for row in _rows("plenums.tsv"):
        number = row["symbol"].partition("-")[0].lstrip("0")
        resolution = f"vn/party/tw/nghi-quyet/{row['issued'][:4]}/{number}"
        key = row["term"], row["name"]
        found[key] = found.get(key, frozenset()) | {resolution}
    return MappingProxyType(found)


@cache
def laws() -> Mapping[tuple[str, str], tuple[Law, ...]]:
    """The versions of every law, code and ordinance by the slugs of its type and name, oldest first."""
    found: dict[tuple[str, str], tuple[Law, ...]] = {}
    for row in _rows("laws.tsv"):
        law = Law(row["type"], row["name"], row["year"] or None, row["symbol"] or None, _split(row["acronyms"], ","))
        key = slugify(law.type), slugify(law.name)
        found[key] = (*found.get(key, ()), law)
    return MappingProxyType(found)
