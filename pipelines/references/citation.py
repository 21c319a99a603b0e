"""A citation as the grammar finds it, before anything around it is read.

What this room makes for every citation is a named tuple: made in a quarter of the time of a frozen dataclass.
"""

from __future__ import annotations

from typing import NamedTuple

from pipelines.models import MentionKind

from .registers import DocumentType
from .symbols import Reading, Symbol


class Head(NamedTuple):
    """A type word."""

    start: int
    end: int
    type: DocumentType | None  # None: "văn bản", which leaves the type to the symbol
    capital: bool = True
    spoken: bool = False  # an abbreviation in place of the word: NQ, QĐ


class Citation(NamedTuple):
    """One citation; offsets are folded ones. ``head`` is the type word it shares with the others of a list."""

    start: int
    end: int
    kind: MentionKind
    type: DocumentType | None
    number: str | None = None
    year: str | None = None  # stated in the citation itself
    symbol: Symbol | None = None
    reading: Reading | None = None
    head: Head | None = None
    marked: bool = False  # "số" stands before the number
    issuer: tuple[int, int] | None = None  # the phrase between type word and number
    name: str | None = None  # slug: "dat-dai", "dai-hoi", "tw4"
    term: str | None = None  # of a plenum or congress: "k12", "16"
    body: tuple[int, int] | None = None  # the phrase that names whose congress it was
    flags: tuple[str, ...] = ()
