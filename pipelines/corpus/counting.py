"""Counts rows by what they have in common: how many there are, of how many voters, and which is the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

# 2^64 over the golden ratio: multiples of it lie far apart (Knuth, TAOCP 6.4), so that a place in one list and one in
# another, or a code, make one number that no other pair makes, but for the chance by which codes are equal.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows by a key. ``first`` is the lowest row of each group, which stands for its key; ``n`` how many there are.

    ``rows`` holds them all, group after group, and ``group`` the number of the group of each.
    """

    rows: Integers
    group: Integers
    first: Integers
    n: Integers

    def sum(self, column: Integers) -> Integers:
        """The sum of a column in each group."""
        return np.bincount(self.group, column[self.rows], len(self.n)).astype(np.int64)

    def distinct(self, column: Integers) -> Integers:
        """How many different values of a column each group has, negative ones left out."""
        values = column[self.rows]
        width = int(values.max(initial=0)) + 1
        pairs = np.sort(self.group[values >= 0] * width + values[values >= 0])
        new = np.diff(pairs, prepend=-1) != 0
        return np.bincount(pairs[new] // width, minlength=len(self.n))


def grouped(rows: Integers, *keys: NDArray[np.int64 | np.uint64]) -> Groups:
    """The given rows by their values in the columns ``keys``."""
    mixed = np.zeros(len(rows), np.uint64)
    for key in keys:
        mixed = mixed * _SPREAD + key[rows].astype(np.uint64)
    order = np.argsort(mixed)
    mixed, rows = mixed[order], rows[order]
    starts = np.flatnonzero(np.append(True, mixed[1:] != mixed[:-1])) if len(rows) else np.zeros(0, np.int64)
    n = np.diff(starts, append=len(rows))
    first = np.minimum.reduceat(rows, starts) if len(rows) else rows
    return Groups(rows, np.repeat(np.arange(len(n)), n), first, n)


def leading(votes: Integers, owners: Integers) -> NDArray[np.bool_]:
    """Which votes are as many as any other of the same owner; owners are not negative."""
    most = np.zeros(int(owners.max(initial=0)) + 1, np.int64)
    np.maximum.at(most, owners, votes)
    return np.asarray(votes == most[owners])


def table(*columns: NDArray[np.generic] | str) -> Iterator[tuple[object, ...]]:
    """Rows for the database of some columns; a text stands in every row."""
    return zip(*(repeat(one) if isinstance(one, str) else one.tolist() for one in columns), strict=False)
