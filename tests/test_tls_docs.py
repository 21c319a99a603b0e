"""docs/tls.md says what the code does: every class of failure, every profile, every query."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from crawler.tls.faults import all_faults
from crawler.tls.ladder import RUNGS
from crawler.tls.trail import Limits

ROOT = Path(__file__).parent.parent
DOC = (ROOT / "docs" / "tls.md").read_text(encoding="utf-8")


def test_the_doc_names_every_class_with_its_meaning() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (yes|no) \|$", DOC, re.MULTILINE)
    faults = [(f.name, f.means, "yes" if f.permanent else "no") for f in all_faults().values()]
    assert rows == faults


def test_the_doc_names_every_profile() -> None:
    assert [rung for rung in RUNGS if f"`{rung}`" not in DOC] == []


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.+?)```", DOC, re.DOTALL))
def test_the_queries_of_the_doc_run(query: str) -> None:
    db = sqlite3.connect(":memory:")
    db.executescript((ROOT / "pipelines" / "schema.sql").read_text(encoding="utf-8"))
    assert db.execute(query).fetchall() == [], query
    db.close()


def test_the_doc_states_the_limits_as_they_are() -> None:
    limits = Limits()
    for stated in (f"{limits.handshake:g} s", f"{limits.backoff_base:g} s, doubled up to {limits.backoff_cap:g} s"):
        assert stated in DOC, stated
