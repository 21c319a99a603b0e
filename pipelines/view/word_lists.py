"""The lists of word_lists.toml, as parts of regular expressions."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache  # the file is part of the program
def _tables() -> dict[str, dict[str, list[str]]]:
    with files(__package__).joinpath("word_lists.toml").open("rb") as file:
        return tomllib.load(file)


def any_of(table: str, name: str) -> str:
    """A group that matches any entry of a list: ``any_of("byline", "photo")`` gives ``(?:ảnh|clip|video|...)``."""
    return f"(?:{'|'.join(_tables()[table][name])})"
