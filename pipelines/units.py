"""Vietnam's provinces and cities, former and present, and which one a name means on a day. Data: units.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

MERGER = "2025-07-01"  # Resolution 202/2025/QH15: 63 units became 34
NEW_BODY = f"-{MERGER[:4]}"  # ends the slug of a unit formed by the merger
_KIND_IN_FRONT = re.compile(r"^(?:tinh|thanh-pho|tp)-")


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or city under the central government, as a body: a merger makes another unit.

    ``code`` means nothing without its ``scheme`` (gso63, gso2025). Dates are the first and last day in force, None
    where the unit is older than the merger or still in force; ``successor`` is the slug of the unit it went into.
    """

    slug: str
    name: str
    kind: str
    scheme: str
    code: str
    region: str
    seat: str
    latitude: float
    longitude: float
    valid_from: str | None = None
    valid_to: str | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()

    def in_force(self, day: str | None) -> bool:
        """Whether the unit existed on ``day`` (``YYYY-MM-DD``, or an instant); None asks for the present."""
        if day is None:
            return self.valid_to is None
        return (self.valid_from or "") <= day[:10] <= (self.valid_to or "9")


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: "Bà Rịa - Vũng Tàu" gives "ba-ria-vung-tau"."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("đ", "d"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


@cache  # the table is part of the program and does not change while it runs
def all_units() -> Mapping[str, Unit]:
    """Every unit by its slug: 52 that ended with June 2025, 23 formed the day after, 11 untouched by the merger."""
    with files(__package__).joinpath("units.toml").open("rb") as file:
        rows = tomllib.load(file)["unit"]
    units = [Unit(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows]
    return MappingProxyType({unit.slug: unit for unit in units})


@cache  # as all_units
def _by_name() -> Mapping[str, tuple[Unit, ...]]:
    names: dict[str, tuple[Unit, ...]] = {}
    for unit in all_units().values():
        bare = unit.slug.removesuffix(NEW_BODY)
        for name in {bare, bare.replace("-", ""), *unit.aliases}:
            names[name] = (*names.get(name, ()), unit)
    return names


def unit_on(name_slug: str, day: str | None) -> Unit | None:
    """The unit of that name in force on that day (None: today's), or None if there was none.

    ``name_slug`` is ``slugify`` of a name, with or without "tỉnh", "thành phố" or hyphens, or a known alias. The
    "-2025" of a new body is ignored, since the day decides: "gia-lai" on 30 June 2025 is the former Gia Lai, the day
    after the new.
    """
    name = _KIND_IN_FRONT.sub("", name_slug.removesuffix(NEW_BODY))
    return next((unit for unit in _by_name().get(name, ()) if unit.in_force(day)), None)


def served_on(present: str | None, former: Sequence[str], day: str | None) -> Unit | None:
    """The unit that a site of the ``present`` unit, with these ``former`` ones, served on that day (None: today).

    Before the merger that is its one former unit, or among several the one the present unit is named after; None where
    neither says.
    """
    if present is None:
        return None
    unit = all_units()[present]
    if unit.in_force(day):
        return unit
    units = all_units()
    namesake = present.removesuffix(NEW_BODY)
    choice = former[0] if len(former) == 1 else namesake if namesake in former else None
    return units[choice] if choice is not None and units[choice].in_force(day) else None
