"""The version names the rules that read pages: all of them, and nothing that comes after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import version

ROOT = Path(__file__).parent.parent


def test_every_module_that_understanding_loads_is_a_rule() -> None:
    code = (
        "import sys, pipelines.understand, pipelines.words as w; w.warm_up()\n"
        "print('\\n'.join(m.__file__ for n, m in list(sys.modules.items()) if n.startswith('pipelines.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(name) for name in done.stdout.split()}
    known = set(version.rules())
    assert loaded <= known, sorted(loaded - known)
    assert known >= set((ROOT / "pipelines" / "references").glob("*.tsv")), "data are rules as well"


def test_any_change_of_a_rule_changes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def now() -> str:
        version.program_version.cache_clear()
        return version.program_version()

    def written(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    monkeypatch.setattr(version, "ROOT", tmp_path)
    seen = {now()}
    for name, text in [
        ("body/kind.py", "a"),
        ("body/kind.py", "b"),
        ("units.toml", "b"),
        ("terms.tsv", "b"),
        ("terms.json", "b"),
    ]:
        written(name, text)
        seen.add(now())
    assert len(seen) == 6, "each of these is a rule"
    for name in ("store/articles.py", "export/__init__.py", "corpus/links.py", "schema.sql", "__init__.py"):
        written(name, "later")
        seen.add(now())
    assert len(seen) == 6, "none of these is"
    monkeypatch.undo()
    version.program_version.cache_clear()
