"""Units: the merger of 1 July 2025, names and aliases, slugs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.units import Unit, all_units, served_on, slugify, unit_on

CASES = [
    ("gia-lai", "2025-06-30", "gia-lai"),
    ("gia-lai", "2025-07-01", "gia-lai-2025"),
    ("gia-lai", "2025-07-01T00:00:00Z", "gia-lai-2025"),
    ("gia-lai", "2025-06-30T23:59:59+07:00", "gia-lai"),
    ("gia-lai", None, "gia-lai-2025"),
    ("gia-lai-2025", "2020-01-01", "gia-lai"),
    ("binh-dinh", "2024-12-31", "binh-dinh"),
    ("binh-dinh", "2025-07-01", None),
    ("binh-dinh", None, None),
    ("hue", None, "hue"),
    ("hue", "2019-05-05", "hue"),
    ("thua-thien-hue", "2019-05-05", "hue"),
    ("tinh-thua-thien-hue", "2019-05-05", "hue"),
    ("thanh-pho-hue", "2026-05-05", "hue"),
    ("ha-noi", "1999-01-01", "ha-noi"),
    ("tp-ho-chi-minh", "2025-06-30", "ho-chi-minh"),
    ("thanh-pho-ho-chi-minh", "2026-01-01", "ho-chi-minh-2025"),
    ("tphcm", None, "ho-chi-minh-2025"),
    ("ba-ria-vung-tau", "2023-01-01", "ba-ria-vung-tau"),
    ("dac-lac", "2023-01-01", "dak-lak"),
    ("bac-can", "2023-01-01", "bac-kan"),
    ("hanoi", None, "ha-noi"),
    ("gialai", "2025-07-01", "gia-lai-2025"),
    ("bariavungtau", "2020-01-01", "ba-ria-vung-tau"),
    ("atlantis", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("name", "day", "slug"), CASES)
def test_a_name_means_the_unit_in_force_on_the_day(name: str, day: str | None, slug: str | None) -> None:
    unit = unit_on(name, day)
    assert (unit.slug if unit else None) == slug, f"{name} on {day}"


def test_there_are_63_units_before_the_merger_and_34_after() -> None:
    units = all_units()
    assert len(units) == 86
    assert sum(unit.in_force("2025-06-30") for unit in units.values()) == 63
    assert sum(unit.in_force("2025-07-01") for unit in units.values()) == 34
    present = [unit for unit in units.values() if unit.in_force(None)]
    assert Counter(unit.kind for unit in present) == {"tỉnh": 28, "thành phố": 6}
    assert sum(unit.slug.endswith("-2025") for unit in present) == 23


def test_every_former_unit_went_into_a_present_one() -> None:
    units = all_units()
    former = [unit for unit in units.values() if unit.valid_to]
    assert len(former) == 52
    for unit in former:
        assert unit.valid_to == "2025-06-30", unit.slug
        assert unit.successor is not None, unit.slug
        assert units[unit.successor].valid_from == "2025-07-01", unit.slug
    assert {unit.successor for unit in former} == {slug for slug in units if slug.endswith("-2025")}


def test_codes_are_unique_within_a_scheme_and_seven_changed_hands() -> None:
    units = all_units().values()
    on = {day: {u.code: u for u in units if u.in_force(day)} for day in ("2025-06-30", "2025-07-01")}
    assert [len(codes) for codes in on.values()] == [63, 34]
    before, after = on.values()
    moved = {code for code, unit in after.items() if before[code].name != unit.name}
    assert moved == {"15", "24", "44", "52", "80", "82", "91"}
    assert all(after[code].seat == before[code].seat for code in moved), "a new code is that of the seat's old province"


def test_no_name_means_two_units_on_one_day() -> None:
    for day in ("2025-06-30", "2025-07-01"):
        names = Counter(name for unit in all_units().values() if unit.in_force(day) for name in names_of(unit))
        assert max(names.values()) == 1, names.most_common(3)


def names_of(unit: Unit) -> set[str]:
    bare = unit.slug.removesuffix("-2025")
    return {bare, bare.replace("-", ""), *unit.aliases}


def test_slugs_are_the_slugs_of_the_names_and_places_lie_in_vietnam() -> None:
    for slug, unit in all_units().items():
        assert slug.removesuffix("-2025") == slugify(unit.name), slug
        assert 8 < unit.latitude < 24, slug
        assert 102 < unit.longitude < 110, slug
        assert unit_on(slugify(unit.name), unit.valid_to or unit.valid_from) == unit, slug
        assert unit_on(slugify(f"{unit.kind} {unit.name}"), unit.valid_to or unit.valid_from) == unit, slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Đắk Lắk", "dak-lak"),
        ("ĐẮK NÔNG", "dak-nong"),
        ("Bà Rịa - Vũng Tàu", "ba-ria-vung-tau"),
        ("Bà Rịa – Vũng Tàu", "ba-ria-vung-tau"),
        ("  Thừa Thiên Huế. ", "thua-thien-hue"),
        ("Thu\u031b\u0300a Thiên", "thua-thien"),
        ("Quảng\u00a0Ngãi", "quang-ngai"),
        ("", ""),
        ("—", ""),
    ],
)
def test_slugify(text: str, slug: str) -> None:
    assert slugify(text) == slug, text


@given(st.text())
def test_a_slug_is_its_own_slug(text: str) -> None:
    assert slugify(slugify(text)) == slugify(text)


@pytest.mark.parametrize(
    ("present", "former", "day", "slug"),
    [
        ("gia-lai-2025", ["gia-lai"], "2023-01-01", "gia-lai"),
        ("gia-lai-2025", ["gia-lai"], "2025-07-01", "gia-lai-2025"),
        ("gia-lai-2025", ["binh-dinh"], "2023-01-01", "binh-dinh"),
        ("gia-lai-2025", ["binh-dinh", "gia-lai"], "2023-01-01", "gia-lai"),
        ("gia-lai-2025", [], "2023-01-01", None),
        ("phu-tho-2025", ["vinh-phuc", "hoa-binh"], "2023-01-01", None),
        ("ha-noi", [], "2023-01-01", "ha-noi"),
        ("hue", [], None, "hue"),
        (None, [], None, None),
    ],
)
def test_the_unit_a_site_served(present: str | None, former: list[str], day: str | None, slug: str | None) -> None:
    unit = served_on(present, former, day)
    assert (unit.slug if unit else None) == slug, (present, former, day)
