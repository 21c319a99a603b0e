"""Reads catalogue files: every mistake is an ``InputError`` that names file, entry and field."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificates

from crawler.sites.xpath import trouble_with
from pipelines.errors import InputError
from pipelines.models import Rules
from pipelines.units import NEW_BODY, all_units, unit_on

CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": ("newspaper", "government", "party", "broadcaster", "assembly"),
    "level": ("province", "district", "commune", "agency"),
    "trust": ("seen", "guessed"),
    "pattern": ("examples", "guessed"),
    "allow": ("unverified", "http", "cookie-stub"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_CONNECT = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")
_LAST_DAY_OF_63 = "2025-06-30"
_LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``[[site]]`` table as written, and where it stands."""

    file: Path
    number: int
    table: Mapping[str, Any]

    def error(self, field: str, problem: str) -> InputError:
        """An error about one field of this entry."""
        name = self.table.get("id")
        label = f"site {name!r}" if isinstance(name, str) else f"site number {self.number}"
        return InputError(f"{self.file}: {label}: {field}: {problem}")

    def fields(self) -> dict[str, Any]:
        """The checked fields that the entry writes, as ``Site`` takes them; raises ``InputError``."""
        for name in self.table:
            if name not in FIELDS:
                close = get_close_matches(name, FIELDS, n=1)
                raise self.error(name, "unknown key" + (f"; did you mean {close[0]}?" if close else ""))
        for name in ("id", "domains", "article"):
            if not self.table.get(name):
                raise self.error(name, "is required")
        if not any(self.table.get(name) for name in ("start", "feeds", "sitemaps")):
            raise self.error("start", "one of start, feeds, sitemaps is required")
        if self.table.get("connect") and self.table.get("private") is not True:
            raise self.error("connect", "is only for an entry with private = true")
        read = {name: FIELDS[name](self, name, value) for name, value in self.table.items()}
        return {"name": read["id"]} | read


def read_catalogue(path: Path) -> list[Entry]:
    """Every entry of a file, or of a folder's ``*.toml``, unchecked; raises ``InputError`` for what is not TOML."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    entries = [entry for file in files for entry in _read_file(file)]
    if not entries:
        raise InputError(f"{path}: holds no [[site]] entry; see docs/add-a-site.md")
    return entries


def _read_file(file: Path) -> Iterator[Entry]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: is not TOML: {error}") from error
    for key, value in content.items():
        if key != "site" or not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            raise InputError(f"{file}: {key}: unknown key; entries begin with [[site]]")
        for number, table in enumerate(value, start=1):
            yield Entry(file, number, table)


def _text(entry: Entry, field: str, value: object) -> str:
    if not isinstance(value, str):
        raise entry.error(field, f"must be text in quotes, not {value!r}")
    return value


def _name(entry: Entry, field: str, value: object) -> str:
    name = _text(entry, field, value)
    if not name.strip() or not name.isprintable():
        raise entry.error(field, f"{name!r} must be one line of text")
    return name


def _texts(entry: Entry, field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise entry.error(field, f"must be a list of texts, not {value!r}")
    return tuple(value)


def _id(entry: Entry, field: str, value: object) -> str:
    if not _ID.fullmatch(_text(entry, field, value)):
        raise entry.error(field, f"{value!r} must be ASCII letters, digits, '.', '_' and '-'")
    return str(value)


def _choice(entry: Entry, field: str, value: object) -> str:
    if value not in CHOICES[field]:
        raise entry.error(field, f"{value!r} is none of {', '.join(CHOICES[field])}")
    return str(value)


def _allow(entry: Entry, field: str, value: object) -> frozenset[str]:
    return frozenset(_choice(entry, field, item) for item in _texts(entry, field, value))


def _domains(entry: Entry, field: str, value: object) -> tuple[str, ...]:
    domains = tuple(domain.lower() for domain in _texts(entry, field, value))
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise entry.error(field, f"{domain!r} must be a host or host:port, without scheme or path")
        _check_port(entry, field, domain)
    return domains


def _unit(entry: Entry, field: str, value: object) -> str:
    unit = all_units().get(_text(entry, field, value))
    if unit is None:
        raise entry.error(field, f"unknown unit {value!r}{_hint(str(value))}")
    if unit.valid_to is not None:
        raise entry.error(field, f"{value!r} ended with June 2025 and belongs to former; it is now {unit.successor!r}")
    return unit.slug


def _former(entry: Entry, field: str, value: object) -> tuple[str, ...]:
    slugs = _texts(entry, field, value)
    for slug in slugs:
        unit = all_units().get(slug)
        if unit is None or not unit.in_force(_LAST_DAY_OF_63):
            raise entry.error(field, f"{slug!r} is no unit of before 1 July 2025{_hint(slug, _LAST_DAY_OF_63)}")
    return slugs


def _hint(slug: str, day: str | None = None) -> str:
    """Which of the units in force on a day (None: today) may be meant; "" when none is like it."""
    name = slug.removesuffix(NEW_BODY)
    unit = unit_on(name, day)
    in_force = [key for key, unit in all_units().items() if unit.in_force(day)]
    close = [unit.slug] if unit else get_close_matches(name, in_force, n=2)
    return f"; did you mean {' or '.join(close)}?" if close and slug not in close else ""


def _article(entry: Entry, field: str, value: object) -> re.Pattern[str]:
    try:
        return re.compile(_text(entry, field, value))
    except re.error as error:
        raise entry.error(field, f"is not a regular expression: {error}") from error


def _delay(entry: Entry, field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise entry.error(field, f"must be a number of seconds, not {value!r}")
    return float(value)


def _private(entry: Entry, field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise entry.error(field, f"must be true or false, not {value!r}")
    return value


def _connect(entry: Entry, field: str, value: object) -> str:
    address = _text(entry, field, value)
    if address and not _CONNECT.fullmatch(address):
        raise entry.error(field, f'{address!r} must be an address and a port, as "127.0.0.1:8443"')
    _check_port(entry, field, address)
    return address


def _check_port(entry: Entry, field: str, address: str) -> None:
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and not 0 < int(port) <= _LARGEST_PORT:
        raise entry.error(field, f"{address!r} has no port: the largest is {_LARGEST_PORT}")


def _extra_ca(entry: Entry, field: str, value: object) -> str:
    if _text(entry, field, value) == "":
        return ""
    file = entry.file.parent / str(value)  # an absolute path stays itself
    if not file.is_file():
        raise entry.error(field, f"{file} is not a file")
    try:
        load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise entry.error(field, f"{file} holds no certificate in PEM form: {error}") from error
    return str(file)


def _rules(entry: Entry, field: str, value: object) -> Rules:
    if not isinstance(value, dict):
        raise entry.error(field, "must be a table [site.rules]")
    known = [item.name for item in fields(Rules)]
    read: dict[str, Any] = {}
    for key, written in value.items():
        name = f"{field}.{key}"
        if key not in known:
            raise entry.error(name, f"unknown key; it is one of {', '.join(known)}")
        read[key] = (_texts if key in ("container", "remove") else _text)(entry, name, written)
        for expression in read[key] if isinstance(read[key], tuple) else [read[key]]:
            if trouble := trouble_with(expression):
                raise entry.error(name, f"{expression!r} {trouble}")
    return Rules(**read)


# Every key of an entry and how it is read.
FIELDS: Mapping[str, Callable[[Entry, str, object], Any]] = {
    "id": _id,
    "name": _name,
    "kind": _choice,
    "level": _choice,
    "unit": _unit,
    "former": _former,
    "domains": _domains,
    "start": _texts,
    "feeds": _texts,
    "sitemaps": _texts,
    "article": _article,
    "allow": _allow,
    "extra_ca": _extra_ca,
    "delay": _delay,
    "private": _private,
    "connect": _connect,
    "trust": _choice,
    "pattern": _choice,
    "rules": _rules,
    "examples": _texts,
    "listings": _texts,
    "evidence": _texts,
    "note": _text,
}
