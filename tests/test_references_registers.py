"""The registers: every row complete, every code and spelling said once."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipelines.folding import fold
from pipelines.references.identity import party_term
from pipelines.references.registers import abbreviations, document_types, issuers, laws, terms
from pipelines.references.tokens import SPOKEN, kinds_of_words

FOLDER = Path(__file__).parent.parent / "pipelines" / "references"
WORDS = {
    "types.tsv": {"system": {"state", "party", "both"}, "short": {"free", "marked", "named"}},
    "issuers.tsv": {
        "system": {"state", "party", "org"},
        "level": {"central", "province", "district", "commune", "agency", "any"},
    },
    "local.tsv": {
        "part": {"council", "committee", "office", "department", "level"},
        "system": {"state", "party", "org"},
        "level": {"province", "district", "commune", "agency", "any"},
    },
    "laws.tsv": {"type": {"Luật", "Bộ luật", "Pháp lệnh"}},
    "terms.tsv": {},
    "plenums.tsv": {},
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("name", WORDS)
def test_every_row_is_complete(name: str) -> None:
    for row in rows(name):
        assert None not in row, f"{name}: too many fields in {row}"
        assert None not in row.values(), f"{name}: too few fields in {row}"
        assert row["source"], f"{name}: no source in {row}"
        for field, allowed in WORDS[name].items():
            assert row[field] in allowed, f"{name}: {field} {row[field]!r} in {row}"


def test_a_code_is_one_row() -> None:
    codes = [fold(row["code"]).text for row in rows("issuers.tsv")]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)
    assert len(issuers()) == len(codes)


def test_successors_are_bodies() -> None:
    bodies = {issuer.body for issuer in issuers().values()}
    for issuer in issuers().values():
        assert issuer.successor is None or issuer.successor in bodies, issuer
        assert re.fullmatch(r"[a-z0-9]+", issuer.body), issuer


def test_a_law_of_a_number_has_its_year() -> None:
    for versions in laws().values():
        for law in versions:
            assert law.symbol is None or law.symbol.split("/")[1] == law.year, law


def test_no_two_laws_share_a_number() -> None:
    numbers = [(row["type"], row["symbol"]) for row in rows("laws.tsv") if row["symbol"]]
    assert len(numbers) == len(set(numbers)), [number for number in numbers if numbers.count(number) > 1]


def test_terms_are_in_order() -> None:
    assert list(terms()) == sorted(terms())


def test_a_plenum_falls_into_its_term() -> None:
    for row in rows("plenums.tsv"):
        assert party_term(row["issued"]) == row["term"], row
        assert re.fullmatch(r"\d\d-NQ/TW", row["symbol"]), row


def test_words_are_of_one_kind() -> None:
    assert set(SPOKEN) <= set(abbreviations())
    assert set(kinds_of_words().values()) == {"type", "spoken", "name", "acronym"}
    assert len({kind.name for kind in document_types().values()}) == len(document_types())
