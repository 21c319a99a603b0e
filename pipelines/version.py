"""The version of the program, down to the very rules with which it understands pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent
# What a page becomes depends on these packages too.
PACKAGES = ("htmldate", "lxml", "trafilatura", "underthesea", "underthesea_core")
# Rooms that come after a page is understood.
_LATER = frozenset(
    (
        "__init__",
        "contract",
        "corpus",
        "export",
        "integrity",
        "items",
        "migrations",
        "reading",
        "search",
        "store",
        "version",
        "workers",
    )
)


@cache
def program_version() -> str:
    """The version of danchieu, "+", and eight hex digits that change with any rule that reads pages: "0.1.0+3f9a01c2".

    They are a digest of the code and data of those modules and of the versions of the libraries they use.
    """
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in PACKAGES).encode())
    for path in rules():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('danchieu')}+{digest.hexdigest()[:8]}"


def rules() -> Iterator[Path]:
    """The files, code and data, on which the understanding of a page depends, in order."""
    for path in sorted(ROOT.rglob("*")):
        room = path.relative_to(ROOT).parts[0].partition(".")[0]
        if path.suffix in (".py", ".toml", ".tsv", ".json") and (room or "__init__") not in _LATER:
            yield path
