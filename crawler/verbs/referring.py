"""``danchieu references``: references in plain text, from a file or standard input."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from pipelines.contract import references_json
from pipelines.errors import InputError
from pipelines.models import References
from pipelines.references import find_references
from pipelines.units import Unit, all_units, unit_on

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def print_references(file: str, out: TextIO, *, form: str | None, published: str | None, province: str | None) -> None:
    """Nothing; the references are on ``out``: one object (form json), one a line (lines, jsonl), or a table.

    Raises ``InputError``, for a bad line after what the lines before it gave.
    """
    _unit(province, published)
    if form in ("lines", "jsonl"):
        for number, line in enumerate(_lines(file), 1):
            found = _of_line(line, number, form, published, province)
            print(json.dumps(references_json(found), ensure_ascii=False), file=out)
        return
    text = _read(file)
    found = _find(text, published, province)
    print(json.dumps(references_json(found), ensure_ascii=False) if form else _as_table(found, published), file=out)


def _find(text: str, published: str | None, province: str | None) -> References:
    unit = _unit(province, published)
    return find_references(text, published=published, unit=unit.slug if unit else None)


def _unit(province: str | None, published: str | None) -> Unit | None:
    """The unit of that name in force when the text was published; without a day, the one whose slug it is.

    A page may go on under the name of a unit that is no more. Raises ``InputError`` for what is no unit or no day.
    """
    if published is not None and not _is_day(published):
        raise InputError(f"{published!r} is no day: write YYYY-MM-DD")
    if province is None:
        return None
    of_the_day = unit_on(province, published) if published else None
    found = of_the_day or all_units().get(province) or unit_on(province, None)
    if found is None:
        raise InputError(f"there is no unit {province!r}: give a name slug such as gia-lai")
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:  # of the right form, but there was no such day
        return False


def _of_line(line: str, number: int, form: str, published: str | None, province: str | None) -> References:
    """The references of one line of the input; raises ``InputError`` with its number."""
    try:
        return _find(line, published, province) if form == "lines" else _of_record(line, published, province)
    except InputError as error:
        raise InputError(f"line {number}: {error}") from error


def _of_record(line: str, published: str | None, province: str | None) -> References:
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError) as error:  # RecursionError: brackets within brackets
        raise InputError("not JSON: write one JSON object a line") from error
    if not isinstance(record, dict) or "text" not in record:
        raise InputError('not an object with "text": write one JSON object a line')
    for key in ("text", "published", "province"):
        value = record.get(key)
        if not isinstance(value, str) and (value is not None or key == "text"):
            raise InputError(f'"{key}" must be a string')
    if _SURROGATE.search(record["text"]):
        raise InputError('"text" has half a character (a lone surrogate): write the text as UTF-8')
    return _find(record["text"], record.get("published") or published, record.get("province") or province)


def _read(file: str) -> str:
    name = "standard input" if file == "-" else file
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}): check its name") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 text: convert it first, or use danchieu extract for a page") from error


def _lines(file: str) -> Iterator[str]:
    """The lines of a file; only a line feed ends one, since a text may hold other separators."""
    text = _read(file)
    yield from text.removesuffix("\n").split("\n") if text else ()


def _as_table(found: References, published: str | None) -> str:
    homeless = _wanting_a_place(found, published)
    rows = []
    for mention in found.mentions:
        how = mention.resolved_by or "unresolved"
        hint = " (which province? use --province)" if (mention.start, mention.end) in homeless else ""
        surface = " ".join(mention.surface.split())
        rows.append(f"{mention.start}-{mention.end}\t{surface}\t{mention.regulation or '?'}\t{how}{hint}")
    return "\n".join(rows) or "no reference found"


def _wanting_a_place(found: References, published: str | None) -> frozenset[tuple[int, int]]:
    """Where the mentions lie that only lack a province: those that any province resolves."""
    lost = {(m.start, m.end) for m in found.mentions if m.regulation is None}
    if not lost:
        return frozenset()
    any_unit = next(iter(all_units()))
    again = find_references(found.text, published=published, unit=any_unit).mentions
    return frozenset((m.start, m.end) for m in again if m.regulation is not None and (m.start, m.end) in lost)
