"""``danchieu status --since-last-look``: what broke while nobody looked, and the days it cost."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from crawler.health.expectations import local_day
from pipelines.errors import StorageError
from pipelines.instants import instant
from pipelines.store import Store


@dataclass(frozen=True, slots=True)
class Trouble:
    """A site that broke: how often, when first, whether it still is, and why; and the days on which it was not seen."""

    site: str
    bad_runs: int
    first: str | None
    still: bool
    stage: str | None
    lost: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{'still broken' if self.still else 'works again'}: {self.stage}"] if self.bad_runs else []
        parts += [f"{_times(self.bad_runs, 'run')} since {self.first}"] if self.bad_runs else []
        parts += [f"{_times(len(self.lost), 'day')} lost ({_spans(self.lost)})"] if self.lost else []
        return f"{self.site}: {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Look:
    """What happened since an instant (None: since ever): runs, those that did not end, and the sites in trouble."""

    since: str | None
    runs: int
    unfinished: int
    troubles: tuple[Trouble, ...]

    def as_json(self) -> dict[str, object]:
        """The look as plain data."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The look in words, a line each."""
        killed = f", {self.unfinished} of which did not end" if self.unfinished else ""
        head = f"since {self.since or 'the beginning'}: {_times(self.runs, 'run')}{killed}"
        return [head, *map(str, self.troubles)] if self.troubles else [f"{head}; nothing broke and no day was lost"]


def last_look(db: Path) -> str | None:
    """The instant of the last look, kept in a file beside the database, or None."""
    with suppress(OSError):
        return _mark(db).read_text(encoding="utf-8").strip() or None
    return None


def looked(db: Path, now: float) -> None:
    """Keeps when somebody looked; raises ``StorageError`` where that cannot be written."""
    try:
        _mark(db).write_text(f"{instant(now)}\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{_mark(db)} cannot be written ({error.strerror}): the next look begins where this did"
        ) from error


def _mark(db: Path) -> Path:
    return db.with_name(f"{db.name}.looked")


def look(store: Store, since: str | None, now: float | None = None) -> Look:
    """What broke since an instant, sites that are still broken first, then those that lost most days."""
    start = since or ""
    runs = store.rows("SELECT count(*) AS n, sum(finished IS NULL) AS open FROM runs WHERE started > ?", [start])[0]
    today = local_day(time.time() if now is None else now)
    sites = [str(row["site"]) for row in store.rows("SELECT site FROM site_status ORDER BY site")]
    troubles = [found for site in sites if (found := _trouble(store, site, start, today)) is not None]
    troubles.sort(key=lambda trouble: (not trouble.still, -len(trouble.lost), trouble.site))
    return Look(since, runs["n"], runs["open"] or 0, tuple(troubles))


def _trouble(store: Store, site: str, since: str, today: date) -> Trouble | None:
    bad = store.rows(
        "SELECT r.started, s.stage FROM site_runs s JOIN runs r ON r.id = s.run"
        " WHERE s.site = ? AND r.started > ? AND s.verdict <> 'ok' ORDER BY r.started",
        [site, since],
    )
    lost = _lost(store, site, since[:10], today)
    if not bad and not lost:
        return None
    still = store.value("SELECT verdict FROM site_status WHERE site = ?", [site]) != "ok"
    return Trouble(
        site, len(bad), bad[0]["started"] if bad else None, still, bad[-1]["stage"] if bad else None, tuple(lost)
    )


def _lost(store: Store, site: str, since: str, today: date) -> list[str]:
    """The days before today that nobody saw whole, and no later run made up for, those after the last run included."""
    rows = store.rows("SELECT day, state FROM coverage WHERE site = ? AND day >= ? ORDER BY day", [site, since])
    lost = [row["day"] for row in rows if row["state"] in ("down", "partial", "not_started")]
    last = store.value("SELECT max(day) FROM coverage WHERE site = ?", [site])
    if last is None:
        return lost
    first = max(date.fromisoformat(str(last)), date.fromisoformat(since) - timedelta(days=1) if since else date.min)
    lost += [(first + timedelta(days=n)).isoformat() for n in range(1, max(0, (today - first).days))]
    return [day for day in lost if day < today.isoformat()]


def _times(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _spans(days: tuple[str, ...]) -> str:
    """Days as "2026-11-03 to 2026-11-05, 2026-11-09"."""
    spans: list[list[str]] = []
    for day in days:
        if spans and date.fromisoformat(day) - date.fromisoformat(spans[-1][-1]) == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans)
