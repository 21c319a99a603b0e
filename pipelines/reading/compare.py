"""Regulations side by side, or units side by side."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reading import Row, row, rows
from pipelines.reading.months import Series
from pipelines.reading.questions import regulation_meant
from pipelines.reading.regulations import Citing, Spread, by_month, citing_articles, one_a_cluster, spread

MOST = 6  # things compared at once


@dataclass(frozen=True, slots=True)
class Compared:
    """One regulation of a comparison."""

    regulation: Row
    months: Series
    n_mentions: int
    n_clusters: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``takers``: for each unit its first citation of, and days to, each regulation, in the order asked.

    ``matrix``: for each regulation that the units cite most, its citations in each unit. ``unknown``: what was asked
    and is not there.
    """

    regulations: list[Compared]
    takers: list[Row]
    units: list[Row]
    matrix: list[Row]
    unknown: list[str]


def compare(connection: sqlite3.Connection, regulations: Sequence[str], units: Sequence[str]) -> Comparison:
    """Up to six regulations (identities or any spelling) and up to six units (slugs), each side by side."""
    asked = [(text, regulation_meant(connection, text)) for text in dict.fromkeys(regulations)][:MOST]
    known = list({found["id"]: found for _, found in asked if found}.values())
    wanted = [row(connection, "SELECT slug, name FROM units WHERE slug = ?", (slug,)) for slug in units[:MOST]]
    places = [unit for unit in wanted if unit]
    citing = [citing_articles(connection, found["id"]) for found in known]
    return Comparison(
        regulations=[_compared(found, those) for found, those in zip(known, citing, strict=True)],
        takers=_takers([spread(connection, found["id"], those) for found, those in zip(known, citing, strict=True)]),
        units=places,
        matrix=_matrix(connection, [unit["slug"] for unit in places]),
        unknown=[text for text, found in asked if found is None],
    )


def _compared(regulation: Row, citing: Sequence[Citing]) -> Compared:
    return Compared(regulation, by_month(citing), sum(one.n for one in citing), len(one_a_cluster(citing)))


def _takers(spreads: Sequence[Sequence[Spread]]) -> list[Row]:
    units: dict[str, Row] = {}
    for nth, taken_up in enumerate(spreads):
        for one in taken_up:
            unit = units.setdefault(one.unit, {"unit": one.unit, "name": one.name, "cells": [None] * len(spreads)})
            unit["cells"][nth] = one
    return sorted(units.values(), key=lambda unit: (-sum(cell is not None for cell in unit["cells"]), unit["unit"]))


def _matrix(connection: sqlite3.Connection, slugs: Sequence[str]) -> list[Row]:
    """The regulations cited most by these units together, with a count for each unit."""
    totals: dict[str, Row] = {}
    for nth, slug in enumerate(slugs):
        for one in rows(connection, CITED_BY, (slug,)):
            entry = totals.setdefault(one["id"], {"id": one["id"], "label": one["label"], "cells": [0] * len(slugs)})
            entry["cells"][nth] = one["n"]
    return sorted(totals.values(), key=lambda entry: (-sum(entry["cells"]), entry["id"]))[:30]


CITED_BY = """
SELECT r.id, r.label, u.n FROM regulation_units u JOIN regulations r ON r.id = u.regulation
WHERE u.unit = ? ORDER BY u.n DESC LIMIT 200
"""
