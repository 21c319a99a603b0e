"""What a log shows of a run: a line when something happened, and a sign of life otherwise."""

from __future__ import annotations

import io

import pytest

from crawler.progress import Counters, PlainProgress
from crawler.visit import Kept, Lease

LEASE = Lease("https://b.vn/1", "https://b.vn/1", "bao", "b.vn:443", "article", 0, 0, 1, 0.0)

LOGS = [
    ("a busy minute", range(60), 60, 5),
    ("nothing for ten minutes", range(0), 600, 10),
    ("one page, then nothing", range(1), 185, 3),
]


@pytest.mark.parametrize(("name", "pages", "seconds", "lines"), LOGS, ids=[case[0] for case in LOGS])
def test_lines_tell_what_happened(name: str, pages: range, seconds: int, lines: int) -> None:
    now = 0.0
    log, counters = io.StringIO(), Counters()
    progress = PlainProgress(log, clock=lambda: now)
    for second in range(seconds):
        now = float(second)
        if second in pages:
            counters.add(LEASE, Kept(outcome="new"))
        progress.update(counters)
    said = log.getvalue().splitlines()
    assert len(said) == lines, said
