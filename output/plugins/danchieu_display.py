"""How values are put into words on our pages: days, numbers, links, how a page was fetched and what went wrong.

The words themselves are in ``labels.yaml`` and ``stages.yaml``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import yaml
from datasette import hookimpl
from jinja2 import Environment

OUTPUT = Path(__file__).parent.parent
LANGUAGES = ("vi", "en")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
INSTANT = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d))?)?")
PLACEHOLDER = re.compile(r"\\\{([a-z]+)\\\}")  # of an escaped sentence
TLS_NAMES = {"TLSv1": "TLS 1.0", "TLSv1.0": "TLS 1.0", "SSLv3": "SSL 3.0"}  # OpenSSL leaves the ".0" away
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")

Labels = Callable[..., str]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """The filters and labels of our templates."""
    env.filters |= {
        "day": day,
        "number": number,
        "web_link": web_link,
        "identity": identity,
        "how_resolved": how_resolved,
        "how_fetched": how_fetched,
        "cause": cause_in_words,
        "stage": stage_in_words,
        "json_list": json.loads,
        "xml_text": xml_text,
    }
    env.globals["labels"] = labels


def labels(language: str) -> Labels:
    """The function that gives a label in that language, arguments filled in; an unknown key is its own text."""
    column = LANGUAGES.index(language)

    def label(key: str, **values: object) -> str:
        said = all_labels().get(key)
        if said is None:
            return key.rpartition(".")[2].replace("_", " ")
        alone = column == 1 and len(said) > 2 and str(values.get("n")) == "1"
        return said[2 if alone else column].format(**values)

    return label


@cache  # a file of the checkout, read once a process
def all_labels() -> dict[str, list[str]]:
    """The words of our pages by key: ``labels.yaml``."""
    return yaml.safe_load((OUTPUT / "labels.yaml").read_text(encoding="utf-8"))


def day(value: str | None, language: str) -> str:
    """A stored date or instant as people write it: 02/02/2023, or 2 Feb 2023; other text as it is."""
    found = INSTANT.match(value or "")
    if not found:
        return value or ""
    year, month, date, clock = found.groups()
    if not 1 <= int(month) <= 12:
        return value or ""
    if language == "vi":
        written = "/".join(part for part in (date, month, year) if part)
    else:
        written = " ".join(part for part in (date and str(int(date)), MONTHS[int(month) - 1], year) if part)
    return f"{written}, {clock}{' UTC' if (value or '').endswith('Z') else ''}" if clock else written


def number(value: float | None, language: str, digits: int = 0) -> str:
    """A number with the separators of the language: 1.234,5 or 1,234.5."""
    if value is None:
        return "–"
    written = f"{value:,.{digits}f}"
    return written.translate(str.maketrans(",.", ".,")) if language == "vi" else written


def web_link(address: str | None) -> str | None:
    """The address if following it is safe, that is http or https with a host; else None."""
    try:
        parts = urlsplit((address or "").strip())
    except ValueError:
        return None
    return parts.geturl() if parts.scheme in ("http", "https") and parts.netloc else None


def xml_text(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold even escaped."""
    return NOT_IN_XML.sub("", text)


def identity(regulation: str) -> str:
    """A regulation's identity as the end of a path; slashes, @, ~ and + stay readable."""
    return quote(regulation, safe="/@~+.-_")


def how_resolved(mention: dict[str, Any], language: str) -> str:
    """Which regulation a citation means, how that was found and how sure it is, in one line."""
    label = labels(language)
    if not mention["regulation"]:
        return label("unresolved")
    parts = [mention["label"] or mention["regulation"]]
    if mention["resolved_by"]:
        parts.append(label(f"resolved.{mention['resolved_by']}"))
    parts.append(label("confidence_of", percent=round(mention["confidence"] * 100)))
    return " · ".join(parts)


def how_fetched(fetch: dict[str, Any], language: str) -> list[str]:
    """How a page was fetched, a phrase each: the way through TLS, the certificate, the attempts, the answer."""
    label = labels(language)
    said = [tls_in_words(fetch, label), certificate_in_words(fetch, label)]
    tried = json.loads(fetch["tls_path"] or "[]")
    if len(tried) > 1:
        said.append(label("fetched.path", path=" → ".join(rung_in_words(step, label) for step in tried)))
    if fetch["attempts"] > 1:
        said.append(label("fetched.attempts", n=fetch["attempts"]))
    if fetch["status"]:
        said.append(label("fetched.status", status=fetch["status"]))
    return [phrase for phrase in said if phrase]


def tls_in_words(fetch: dict[str, Any], label: Labels) -> str:
    """The version of TLS, or that there was none; nothing where it is not known."""
    if fetch["tls_version"]:
        return TLS_NAMES.get(fetch["tls_version"], fetch["tls_version"].replace("TLSv", "TLS "))
    return label("fetched.plain") if (fetch["url"] or "").startswith("http:") else ""


def rung_in_words(step: str, label: Labels) -> str:
    """One step of the way through TLS ("strict:protocol") with how it ended, unless it ended well."""
    rung, _, outcome = str(step).partition(":")
    name = label(f"profile.{rung}")
    return name if outcome in ("", "ok") else f"{name} ({label(f'tls.{outcome}')})"


def certificate_in_words(fetch: dict[str, Any], label: Labels) -> str:
    """Whether the certificate was verified; nothing where it is not known."""
    if fetch["tls_verified"] is None:
        return ""
    return label("fetched.verified" if fetch["tls_verified"] else "fetched.unverified")


def cause_in_words(cause: str, language: str) -> str:
    """Why a fetch or a page failed ("http-503", "not-html: a picture"); the cause itself where it has no words."""
    word, _, rest = cause.partition(":")[0].partition("-")
    for key in (f"cause.{cause.partition(':')[0]}", f"tls.{cause.partition(':')[0]}", f"cause.{word}"):
        if key in all_labels():
            said = labels(language)(key)
            return f"{said} ({rest})" if key == f"cause.{word}" and rest else said
    return cause


def stage_in_words(said: str | None, language: str) -> str:
    """Why a site gave too little, in the language of the page; as it was said where it has no words."""
    if language == LANGUAGES[1]:
        return said or ""
    for pattern, vietnamese in stages():
        if found := pattern.fullmatch(said or ""):
            return vietnamese.format(**{name: stage_part(name, part) for name, part in found.groupdict().items()})
    return said or ""


def stage_part(name: str, part: str) -> str:
    """What stands for a placeholder of ``stages.yaml``, in Vietnamese."""
    if name == "cause" and part.endswith(")"):  # "the page asks for a password (login)"
        return cause_in_words(part.removesuffix(")").rpartition("(")[2], LANGUAGES[0])
    if name in ("words", "cause"):
        return stage_in_words(part, LANGUAGES[0])
    if name == "place":  # "feed https://..."
        kind, _, address = part.partition(" ")
        return f"{labels(LANGUAGES[0])(f'url_kind.{kind}')} {address}"
    return part.replace(".", ",")


@cache  # a file of the checkout, read once a process
def stages() -> list[tuple[re.Pattern[str], str]]:
    """What finds each sentence of ``crawler.health``, and its Vietnamese: ``stages.yaml``."""
    pairs = yaml.safe_load((OUTPUT / "stages.yaml").read_text(encoding="utf-8"))
    return [(re.compile(PLACEHOLDER.sub(placeholder, re.escape(english))), said) for said, english in pairs]


def placeholder(found: re.Match[str]) -> str:
    """The group that takes what stands for a placeholder: a number, or anything."""
    return rf"(?P<{found[1]}>[0-9.,%]+)" if len(found[1]) == 1 else rf"(?P<{found[1]}>.+?)"
