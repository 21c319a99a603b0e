"""``danchieu references``: references in plain text, from a file or standard input."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from pipelines.contract import references_json
from pipelines.errors import InputError
from pipelines.models import References
from pipelines.references import find_references
from pipelines.units import Unit, all_units, unit_on

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def print_references(
    file: str, out: TextIO, *, as_json: bool, form: str | None, published: str | None, province: str | None
) -> None:
    """Nothing; the references are on ``out``: one object, one object a line, or a table for a person."""
    if form is None:
        found = _find(_read(file), published, province)
        print(json.dumps(references_json(found), ensure_ascii=False) if as_json else _as_table(found), file=out)
        return
    for number, line in enumerate(_lines(file), 1):
        text, day, unit = (line, published, province) if form == "lines" else _record(line, number, published, province)
        print(json.dumps(references_json(_find(text, day, unit)), ensure_ascii=False), file=out)


def _find(text: str, published: str | None, province: str | None) -> References:
    if published is not None and not _DAY.fullmatch(published):
        raise InputError(f"{published!r} is no day: write YYYY-MM-DD")
    unit = _unit(province, published) if province is not None else None
    return find_references(text, published=published, unit=unit.slug if unit else None)


def _unit(province: str, published: str | None) -> Unit:
    """The unit of that name in force when the text was published; without a day, the one whose slug it is.

    A page may go on under the name of a unit that is no more.
    """
    of_the_day = unit_on(province, published) if published else None
    found = of_the_day or all_units().get(province) or unit_on(province, None)
    if found is None:
        raise InputError(f"there is no unit {province!r}: give a name slug such as gia-lai")
    return found


def _record(line: str, number: int, published: str | None, province: str | None) -> tuple[str, str | None, str | None]:
    try:
        record: Any = json.loads(line)
        text = record["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f'line {number} is not an object with "text": write one JSON object a line') from error
    if not isinstance(text, str):
        raise InputError(f'line {number}: "text" must be a string')
    return text, record.get("published") or published, record.get("province") or province


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}): check its name") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text: convert it first, or use danchieu extract for a page") from error


def _lines(file: str) -> Iterator[str]:
    """The lines of a file; only a line feed ends one, since a text may hold other separators."""
    text = _read(file)
    yield from text.removesuffix("\n").split("\n") if text else ()


def _as_table(found: References) -> str:
    rows = [
        f"{m.start}-{m.end}\t{' '.join(m.surface.split())}\t{m.regulation or '?'}\t{m.resolved_by or 'unresolved'}"
        for m in found.mentions
    ]
    return "\n".join(rows) or "no reference found"
