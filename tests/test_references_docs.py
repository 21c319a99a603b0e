"""docs/references.md says what the program does."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_grammar_is_written_from_the_program() -> None:
    written = runpy.run_path(str(DOCS / "write_references.py"))["render"]()
    kept = (DOCS / "references.md").read_text(encoding="utf-8")
    assert kept == written, "docs/references.md is out of date: run python docs/write_references.py"
