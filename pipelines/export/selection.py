"""Which articles an export holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.errors import InputError
from pipelines.store import Store

_KNOWN = (
    ("site", "SELECT 1 FROM sites WHERE id = ?", "no site {!r} here: see the table sites, or danchieu sites list"),
    (
        "unit",
        "SELECT 1 FROM units WHERE slug = ?",
        "no unit {!r}: give a slug of the table units, such as gia-lai-2025",
    ),
    ("citing", "SELECT 1 FROM regulations WHERE id = ?", "no regulation {!r} here: see the table regulations"),
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters that must all hold; None leaves one out.

    ``site`` is an id; ``unit`` a slug, of the unit of the publication date or the present one; ``since`` and ``until``
    are days, both included (articles without a date are then left out); ``citing`` is the id of a regulation.
    """

    site: str | None = None
    unit: str | None = None
    since: str | None = None
    until: str | None = None
    citing: str | None = None

    def check(self, store: Store) -> None:
        """Nothing; raises ``InputError`` for a name the database does not know, for what is no day, and for none."""
        for name, sql, unknown in _KNOWN:
            value = getattr(self, name)
            if value is not None and store.value(sql, [value]) is None:
                raise InputError("there is " + unknown.format(value))
        for day in (self.since, self.until):
            if day is not None and not _is_day(day):
                raise InputError(f"{day!r} is no day: write it as 2025-07-01")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise InputError(f"no day is both since {self.since} and until {self.until}: exchange them")

    @property
    def parameters(self) -> dict[str, str | None]:
        """The values of the names that its conditions use."""
        return {name: getattr(self, name) for name in ("site", "unit", "since", "until", "citing")}

    def articles(self) -> str:
        """An SQL condition on ``articles a``."""
        return self._all(
            site="a.site = :site",
            unit=":unit IN (a.unit, a.province)",
            since="a.published >= :since",
            until="a.published < :until || '~'",  # "~" sorts behind the "T" of an instant on that day
            citing="a.id IN (SELECT article FROM mentions WHERE regulation = :citing)",
        )

    def days(self) -> str:
        """An SQL condition on ``coverage c``, which knows nothing of regulations."""
        serves = "SELECT s.id FROM sites s WHERE s.unit = :unit OR :unit IN (SELECT value FROM json_each(s.former))"
        return self._all(
            site="c.site = :site", unit=f"c.site IN ({serves})", since="c.day >= :since", until="c.day <= :until"
        )

    def __bool__(self) -> bool:
        return any(value is not None for value in self.parameters.values())

    def _all(self, **conditions: str) -> str:
        asked = (sql for name, sql in conditions.items() if getattr(self, name) is not None)
        return " AND ".join(asked) or "true"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
