"""Catalogue entries for tests, and the one site that discovery is tested on."""

from __future__ import annotations

from pathlib import Path

from crawler.sites import Site, load_sites

MINIMAL = {
    "id": '"bao"',
    "domains": '["bao.vn"]',
    "start": '["https://bao.vn/"]',
    "article": r"'^https?://(www\.)?bao\.vn/[^?#]+-post(?P<id>\d+)\.html$'",
}


def entry(rules: str = "", **fields: str) -> str:
    """A ``[[site]]`` table: the minimal one with these fields (TOML) added, or left out where empty."""
    lines = [f"{name} = {value}" for name, value in (MINIMAL | fields).items() if value]
    return "\n".join(["[[site]]", *lines, *(["[site.rules]", rules] if rules else [])]) + "\n"


def load(folder: Path, *entries: str) -> dict[str, Site]:
    """The sites of these entries, read from a file in the folder."""
    file = folder / "sites.toml"
    file.write_text("\n".join(entries), encoding="utf-8")
    return load_sites(file)


def bao(folder: Path) -> Site:
    """The site of the minimal entry: bao.vn, whose articles end in ``-post<id>.html``."""
    return load(folder, entry())["bao"]
