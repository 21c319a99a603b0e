"""What a canonical identifier says by itself, and what a regulation is called."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .registers import document_types


class Name(NamedTuple):
    """The parts of a regulation's identifier."""

    system: str = ""
    issuer: str = ""
    type: str = ""
    period: str = ""
    number: str = ""

    @staticmethod
    @lru_cache(maxsize=65_536)  # the regulations of a corpus, each looked at for every citation that may mean it
    def of(id_: str) -> Name:
        """The parts of ``vn/<system>/<issuer>/<type>/<period>/<number>``; empty where an identifier lacks one."""
        return Name(*id_.split("/", 5)[1:])

    @property
    def family(self) -> tuple[str, ...]:
        """What two identifiers share that may be one document but for the period and the series."""
        return (self.system, self.issuer, self.type.removesuffix("-qppl"), self.number)

    @property
    def year(self) -> str | None:
        """The year of issue, if the period is one."""
        return self.period if len(self.period) == 4 and self.period.isdecimal() else None


def label_of(id_: str, symbol: str | None = None, surface: str | None = None) -> str:
    """The short name of a regulation: as it is mostly written where it has no number, else type, symbol and year."""
    name = Name.of(id_)
    if name.number.startswith("~"):
        return surface or id_
    number = symbol or name.number
    kind = document_types().get(name.type.removesuffix("-qppl"))
    year = name.year
    suffix = f" ({year})" if year and year not in number else ""
    return f"{kind.name if kind else name.type} {number}{suffix}"
