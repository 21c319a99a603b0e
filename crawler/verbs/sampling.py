"""``danchieu sample``: a sheet of citations for a person to judge, and what the judged sheet says of precision."""

from __future__ import annotations

import csv
import hashlib
import io
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import TextIO

from pipelines.errors import InputError
from pipelines.export.csv import to_csv
from pipelines.export.tables import Column
from pipelines.instants import instant
from pipelines.store import Store
from pipelines.store.articles import VERSION

CONTEXT = 160  # characters on either side of a citation
LARGEST = 16 * 1024 * 1024  # bytes of a sheet
JUDGED = "judgement"
COLUMNS = (
    "citation", "site", "kind", "before", "surface", "after", "type", "number", "symbol", "date", "date_role", "issuer",
    "regulation", "label", "url", JUDGED, "comment",
)  # fmt: skip
KEYS = ("citation", "site", "kind")
YES = frozenset(("right", "r", "đúng", "yes", "y", "1"))
NO = frozenset(("wrong", "w", "sai", "no", "n", "0"))
_95 = NormalDist().inv_cdf(0.975)

Stratum = tuple[str, str]  # site and kind


@dataclass(frozen=True, slots=True)
class Score:
    """The precision of all citations judged, of a site or of a kind, with its 95 % interval."""

    scope: str
    name: str
    judged: int
    right: int

    @property
    def precision(self) -> float:
        """The share judged right."""
        return self.right / self.judged

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, which holds near 0 and 1 and for few cases, where the usual one does not."""
        n, p, z = self.judged, self.precision, _95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def cells(self) -> tuple[str, ...]:
        """The score as a row to print."""
        low, high = self.interval
        return (
            self.scope,
            self.name,
            str(self.judged),
            str(self.right),
            f"{self.precision:.1%}",
            f"{low:.1%}-{high:.1%}",
        )


HEADER = ("scope", "name", "judged", "right", "precision", "95 % interval")


def write_sheet(store: Store, out: TextIO, n: int, seed: int) -> int:
    """How many citations were drawn and written, with an empty column for the judgement.

    Every site and kind is drawn from in proportion, and at least once as far as ``n`` allows. The same seed draws the
    same citations from the same database.
    """
    sizes = {(row["site"], row["kind"]): row["n"] for row in store.rows(_STRATA)}
    if not sizes:
        raise InputError(f"{store.path} holds no citation to judge: crawl or import first")
    shares = allocate(sizes, n)
    store.connection.create_function("lot", 2, lambda article, i: _lot(seed, article, i), deterministic=True)
    drawn = [row for row in store.connection.execute(_DRAWN, [n]) if row["place"] <= shares[row["site"], row["kind"]]]
    return to_csv([Column(name, "TEXT", name) for name in COLUMNS], (_line(store, row) for row in drawn), out)


def allocate(sizes: Mapping[Stratum, int], n: int) -> dict[Stratum, int]:
    """How many to draw from each stratum: one from each, largest first, and the rest by largest remainder."""
    n = min(n, sum(sizes.values()))
    ranked = sorted(sizes, key=lambda stratum: (-sizes[stratum], stratum))
    if n <= len(ranked):
        return {stratum: int(place < n) for place, stratum in enumerate(ranked)}
    spare, more = n - len(ranked), {stratum: sizes[stratum] - 1 for stratum in ranked}
    exact = {stratum: spare * more[stratum] / max(1, sum(more.values())) for stratum in ranked}
    shares = {stratum: 1 + int(exact[stratum]) for stratum in ranked}
    by_remainder = sorted(ranked, key=lambda stratum: int(exact[stratum]) - exact[stratum])
    for stratum in by_remainder[: n - sum(shares.values())]:
        shares[stratum] += 1
    return shares


def score_sheet(store: Store, path: Path) -> list[Score]:
    """The scores of a judged sheet, kept in ``precision_scores``; scored again, the same sheet adds nothing.

    Raises ``InputError`` that names row and column for what is no judged sheet.
    """
    judged = read_sheet(path)
    scores = score(judged)
    said = "\n".join(sorted(f"{line['citation']} {line[JUDGED]}" for line in judged))
    sheet, at = hashlib.sha256(said.encode()).hexdigest(), instant(time.time())
    rows = [
        (sheet, one.scope, one.name, one.judged, one.right, one.precision, *one.interval, VERSION, at) for one in scores
    ]
    with store.write() as tx:
        tx.executemany(
            "INSERT INTO precision_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows
        )
    return scores


def score(judged: Iterable[Mapping[str, str]]) -> list[Score]:
    """The scores of judged lines: of all, of each site, of each kind."""
    total: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for line in judged:
        for scope in (("all", "all"), ("site", line["site"]), ("kind", line["kind"])):
            total[scope] += 1
            right[scope] += line[JUDGED] == "right"
    return [Score(*scope, n, right[scope]) for scope, n in sorted(total.items())]


def read_sheet(path: Path) -> list[dict[str, str]]:
    """The judged lines of a sheet, each "right" or "wrong"; those not judged are left out."""
    judged: dict[str, dict[str, str]] = {}
    for number, row in enumerate(_rows(path), start=2):
        where = f"{path}, row {number}"
        word = (row[JUDGED] or "").strip().lower()
        if not word:
            continue
        if word not in YES | NO:
            raise InputError(f"{where}: {JUDGED} is {word!r}; write right or wrong, or leave it empty")
        line = {name: row[name] or "" for name in KEYS} | {JUDGED: "right" if word in YES else "wrong"}
        if judged.setdefault(line["citation"], line) != line:
            raise InputError(f"{where}: {line['citation']} is judged both right and wrong")
    if not judged:
        raise InputError(f"{path}: no line is judged; write right or wrong into the column {JUDGED}")
    return list(judged.values())


def _rows(path: Path) -> list[dict[str, str | None]]:
    """The rows of a sheet; cells that a row lacks are None."""
    text = _text(path)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        if missing := {*KEYS, JUDGED} - set(reader.fieldnames or ()):
            raise InputError(
                f"{path} lacks the columns {', '.join(sorted(missing))}: make a sheet with danchieu sample"
            )
        return list(reader)
    except csv.Error as error:
        raise InputError(f"{path} is no CSV ({error}): make a sheet with danchieu sample") from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST // 2**20} MiB: that is no coding sheet")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check its name") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: save it as CSV UTF-8") from error


def _delimiter(text: str) -> str:
    """What the header is parted by: spreadsheets of many countries write ";" or tabs."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _lot(seed: int, article: int, i: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{article}:{i}".encode(), digest_size=8).digest()


def _line(store: Store, row: Mapping[str, object]) -> Sequence[object]:
    """A line of the sheet; the words around a citation on one line."""
    cells = dict(row)
    for side in ("before", "after"):
        cells[side] = " ".join(str(cells[side] or "").split())
    return [cells.get(name, "") for name in COLUMNS]


_STRATA = """
SELECT coalesce(a.site, '') AS site, m.kind, count(*) AS n FROM mentions m JOIN articles a ON a.id = m.article
GROUP BY 1, 2
"""

_DRAWN = f"""
WITH ranked AS (
  SELECT m.article, m.i, coalesce(a.site, '') AS site, m.kind,
    row_number() OVER (PARTITION BY coalesce(a.site, ''), m.kind ORDER BY lot(m.article, m.i)) AS place
  FROM mentions m JOIN articles a ON a.id = m.article
)
SELECT k.site, k.kind, k.place,
  m.article || '@' || substr(a.text_sha256, 1, 12) || ':' || m.start || '-' || m."end" AS citation,
  m.surface, m.type, m.number, m.symbol, m.date, m.date_role, m.issuer, m.regulation, r.label, a.url,
  substr(t.text, max(1, m.start + 1 - {CONTEXT}), min(m.start, {CONTEXT})) AS before,
  substr(t.text, m."end" + 1, {CONTEXT}) AS after
FROM ranked k JOIN mentions m ON m.article = k.article AND m.i = k.i JOIN articles a ON a.id = k.article
JOIN texts t ON t.article = k.article LEFT JOIN regulations r ON r.id = m.regulation
WHERE k.place <= ? ORDER BY k.site, k.kind, k.place
"""  # noqa: S608 - our own number
