"""Imports go one way: see "Rules of the house" in docs/design.md."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawler", "pipelines")

# The floor a module stands on: it may import only modules of lower floors of its own package.
FLOORS = [
    {"models", "errors"},
    {"units", "folding", "instants", "version", "files"},
    {"decode", "markup", "leaks", "references", "words"},
    {"view"},
    {"body"},
    {"metadata"},
    {"understand", "contract"},
    {"integrity", "search"},
    {"migrations"},
    {"store"},
    {"corpus", "reading", "export", "workers"},
    {"items"},
]
ONLY = {
    "trafilatura": {"pipelines.body"},
    "underthesea": {"pipelines.words"},
    "sqlite_utils": {"pipelines.store", "pipelines.migrations", "pipelines.corpus", "pipelines.search"},
    "scrapy": {"pipelines.items"},
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path


def imports(name: str, path: Path) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def floor(module: str) -> int | None:
    """The floor of a module of pipelines; its sub-modules share it."""
    parts = module.split(".")
    if parts[0] != "pipelines" or len(parts) < 2:
        return None
    room = next((i for i, rooms in enumerate(FLOORS) if parts[1] in rooms), None)
    assert room is not None, f"{module} stands on no floor: add it to FLOORS"
    return room


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: str(value).rpartition("/")[2])
def test_imports_go_one_way(name: str, path: Path) -> None:
    for imported in imports(name, path):
        package = imported.split(".")[0]
        if name.startswith("pipelines"):
            assert package != "crawler", f"{name} imports {imported}: pipelines knows nothing of crawler"
            mine, theirs = floor(name), floor(imported)
            if mine is not None and theirs is not None and name.split(".")[1] != imported.split(".")[1]:
                assert theirs <= mine, f"{name} (floor {mine}) imports {imported} (floor {theirs})"
        allowed = ONLY.get(package)
        if allowed is None or (package == "scrapy" and name.startswith("crawler")):
            continue
        assert any(name == a or name.startswith(a + ".") for a in allowed), (
            f"{name} imports {imported}; only {sorted(allowed)} may"
        )


def test_no_two_rooms_need_each_other() -> None:
    names = {name for name, _ in modules()}
    needs: dict[str, set[str]] = {}
    for name, path in modules():
        used = {imported if imported in names else imported.rpartition(".")[0] for imported in imports(name, path)}
        needs.setdefault(room(name), set()).update(room(one) for one in used & names if room(one) != room(name))
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(f"rooms import each other in a circle: {' -> '.join(error.args[1])}")


def room(module: str) -> str:
    """The module or package that stands directly in crawler or pipelines."""
    return ".".join(module.split(".")[:2])


def test_references_are_light() -> None:
    heavy = ("scrapy", "trafilatura", "underthesea", "sqlite_utils")
    code = f"import sys, pipelines.references; print([m for m in {heavy!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]", f"finding references imports {shown}"
