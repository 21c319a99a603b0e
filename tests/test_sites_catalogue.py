"""The built-in catalogue: 174 sites of 34 units that say what they rest on, and the guide that describes them."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from crawler.sites import Site, load_sites, select
from crawler.sites.check import check_catalogue
from crawler.sites.read import CHOICES, FIELDS
from pipelines.models import Rules
from pipelines.units import all_units


def test_the_built_in_catalogue_has_no_problem() -> None:
    assert check_catalogue() == []


def test_the_built_in_catalogue_covers_every_unit() -> None:
    sites = load_sites()
    units = all_units()
    assert len(sites) == 174
    assert Counter(site.kind for site in sites.values()) == {
        "newspaper": 71, "government": 62, "party": 24, "broadcaster": 14, "assembly": 3,
    }  # fmt: skip
    assert {site.unit for site in sites.values()} == {slug for slug, unit in units.items() if unit.in_force(None)}
    assert {site.unit for site in select(sites)} == {site.unit for site in sites.values()}, "a unit of guesses only"
    former = {slug for site in sites.values() for slug in site.former}
    assert former == {slug for slug, unit in units.items() if unit.valid_to}


def test_built_in_entries_say_what_they_rest_on() -> None:
    domains: Counter[str] = Counter()
    for site in load_sites().values():
        domains.update(site.domains)
        assert site.name != site.id, site.id
        assert (site.pattern == "examples") == bool(site.examples), site.id
        assert site.trust == "guessed" or site.examples or site.listings or site.evidence, site.id
        assert not site.guessed or not site.feeds or site.id == "baoyenbai", f"{site.id}: guessed feeds are left out"
        assert all(address.startswith("http") for address in (*site.examples, *site.listings, *site.evidence)), site.id
        assert all(units_agree(site, slug) for slug in site.former), site.id
    assert max(domains.values()) == 1, domains.most_common(3)


def units_agree(site: Site, former: str) -> bool:
    return all_units()[former].successor == site.unit


def test_eight_sites_stand_below_the_province() -> None:
    levels = Counter(site.level for site in load_sites().values())
    assert levels["district"] + levels["commune"] == 8


@pytest.mark.parametrize("unit", ["a", "a-", "a/", "1", "-1", "a-1", "?id=1&", "-/", "201212/", "web/x/-/", "vi/news/"])
def test_hostile_addresses_do_not_hold_an_expression_up(unit: str) -> None:
    for site in load_sites().values():
        address = f"https://{site.domains[0]}/" + unit * (4000 // len(unit)) + "!"
        start = time.perf_counter()
        site.article.search(address)
        assert time.perf_counter() - start < 0.2, f"{site.id}: {site.article.pattern}"


GUIDE = (Path(__file__).parent.parent / "docs" / "add-a-site.md").read_text(encoding="utf-8")


def test_the_guide_describes_every_field() -> None:
    described = {
        name for row in re.findall(r"^\| (`.+?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert set(FIELDS) - {"rules"} <= described, set(FIELDS) - described
    for values in CHOICES.values():
        assert all(f"`{value}`" in GUIDE for value in values), values
    assert all(f"`{item.name}`" in GUIDE for item in fields(Rules))


def test_the_expressions_of_the_guide_are_those_of_the_catalogue() -> None:
    sites = load_sites()
    rows = re.findall(r"^\| `/[^`]+` \| `(/[^`]+)` \| ([\w, -]+) \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 8
    for expression, names in rows:
        for name in names.split(", "):
            assert sites[name].article.pattern.endswith(expression), f"{name}: {sites[name].article.pattern}"
