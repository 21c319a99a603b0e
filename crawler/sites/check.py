"""What ``danchieu sites check`` finds wrong with a catalogue, and ``danchieu sites list`` shows of it. No network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from crawler.sites import CATALOGUE, Site, site_of
from crawler.sites.read import read_catalogue
from pipelines.errors import InputError

HEADER = ("id", "name", "kind", "level", "unit", "domains", "trust", "pattern", "examples")


def check_catalogue(path: Path | None = None) -> list[str]:
    """Every problem of a catalogue file or folder (the built-in one without ``path``), one sentence each; [] if none.

    Besides what stops a catalogue from loading: each article expression must match its entry's ``examples``, none of
    its ``listings``, start pages, feeds and sitemaps, and no other entry's examples.
    """
    problems: list[str] = []
    sites: dict[str, Site] = {}
    try:
        entries = read_catalogue(path or CATALOGUE)
    except InputError as error:
        return [str(error)]
    for entry in entries:
        try:
            site = site_of(entry)
        except InputError as error:
            problems.append(str(error))
            continue
        where = f"{entry.file}: site {site.id!r}"
        if site.id in sites:
            problems.append(f"{where}: id: another entry has the same id")
        problems += [f"{where}: {problem}" for problem in check_site(site, sites)]
        sites[site.id] = site
    return problems


def check_site(site: Site, others: Mapping[str, Site]) -> Iterator[str]:
    """The problems of one entry, alone and beside ``others``, as "field: what is wrong"."""
    for example in site.examples:
        if not site.matches_article(example):
            yield f"article: does not match its example {example}"
    for field in ("listings", "start", "feeds", "sitemaps"):
        for address in getattr(site, field):
            if site.matches_article(address):
                yield f"article: matches {address} of {field}"
    for other in others.values():
        for one, two in ((site, other), (other, site)):
            taken = [example for example in two.examples if one.owns(example) and one.matches_article(example)]
            if taken:
                yield f"article: that of {one.id!r} matches {taken[0]} of {two.id!r}"


def site_table(sites: Sequence[Site]) -> list[tuple[str, ...]]:
    """The rows of ``danchieu sites list`` under ``HEADER``, by unit, kind and id."""
    ordered = sorted(sites, key=lambda site: (site.unit or "", site.kind, site.id))
    return [
        (
            site.id,
            site.name,
            site.kind,
            site.level,
            site.unit or "",
            ", ".join(site.domains),
            site.trust,
            site.pattern,
            str(len(site.examples)),
        )
        for site in ordered
    ]
