"""What the causes of failure mean, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from crawler.tls.faults import all_faults

BUG = "bug-"  # begins the cause of what a mistake of this program ended
DROPPED = f"{BUG}dropped"  # a request that a middleware let fall


@cache  # a constant of the program, read once
def all_causes() -> Mapping[str, str]:
    """Every cause by its word, those of the network included."""
    rows: dict[str, str] = tomllib.loads(
        resources.files(__package__).joinpath("causes.toml").read_text(encoding="utf-8")
    )["cause"]
    return {name: fault.means for name, fault in all_faults().items()} | rows


def bug(error: BaseException | None) -> str:
    """The cause of a visit that a mistake of this program ended."""
    return f"{BUG}{type(error).__name__}"


def in_words(cause: str) -> str:
    """What a cause means; the cause itself where nobody wrote that down."""
    word = cause.partition(":")[0]
    known = all_causes()
    means = known.get(word) or known.get(word.partition("-")[0])
    return f"{means} ({cause})" if means else cause
