"""Keeps the catalogue beside the data: units and sites as rows that foreign keys and labels can point to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.store import Transaction
from pipelines.units import all_units

_UNIT_COLUMNS = (
    "slug", "name", "scheme", "code", "region", "latitude", "longitude", "valid_from", "valid_to", "successor"
)  # fmt: skip
_SITE_COLUMNS = ("id", "name", "kind", "level", "unit", "former", "domains", "trust", "pattern")


def keep_units(tx: Transaction) -> None:
    """Writes every unit, former and present; successors first, since former units point to them."""
    present_first = sorted(all_units().values(), key=lambda unit: unit.successor is not None)
    _upsert(
        tx, "units", _UNIT_COLUMNS, [{name: getattr(unit, name) for name in _UNIT_COLUMNS} for unit in present_first]
    )


def keep_sites(tx: Transaction, rows: Iterable[Mapping[str, object]]) -> None:
    """Writes catalogue entries; ``former`` and ``domains`` come as JSON."""
    _upsert(tx, "sites", _SITE_COLUMNS, rows)


def _upsert(tx: Transaction, table: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> None:
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    changed = " OR ".join(f"{table}.{name} IS NOT excluded.{name}" for name in columns[1:])
    tx.executemany(
        f"INSERT INTO {table}({names}) VALUES ({marks}) "  # noqa: S608 - our own names
        f"ON CONFLICT({columns[0]}) DO UPDATE SET {sets} WHERE {changed}",
        [dict(row) for row in rows],
    )
