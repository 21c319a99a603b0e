"""The JSON contract: keys are only ever added."""

from __future__ import annotations

import json

from pipelines.contract import references_json
from pipelines.references import find_references

MENTION = (
    *("start", "end", "surface", "kind", "type", "number", "year", "abbreviation", "issuer_code", "issuer", "place"),
    *("place_by", "date", "date_role", "date_inferred", "pinpoint", "subject", "regulation", "resolved_by"),
    *("confidence", "flags"),
)


def test_the_object_of_the_command() -> None:
    text = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị thay thế Quy định số 262-QĐ/TW"
    shown = json.loads(json.dumps(references_json(find_references(text))))
    assert {"text", "mentions", "regulations", "relations"} <= set(shown)
    first = shown["mentions"][0]
    assert set(MENTION) <= set(first)
    assert {key: first[key] for key in MENTION} == {
        "start": 0,
        "end": 20,
        "surface": "Quy định số 96-QĐ/TW",
        "kind": "full",
        "type": "Quy định",
        "number": "96",
        "year": "2023",
        "abbreviation": "QĐ",
        "issuer_code": "TW",
        "issuer": "Bộ Chính trị",
        "place": None,
        "place_by": None,
        "date": "2023-02-02",
        "date_role": "issued",
        "date_inferred": None,
        "pinpoint": None,
        "subject": None,
        "regulation": "vn/party/tw/quy-dinh/2023/96",
        "resolved_by": "full",
        "confidence": 1.0,
        "flags": [],
    }
    regulation = shown["regulations"][0]
    assert (regulation["id"], regulation["label"]) == ("vn/party/tw/quy-dinh/2023/96", "Quy định 96-QĐ/TW (2023)")
    relation = shown["relations"][0]
    assert (relation["subject"], relation["relation"], relation["object"]) == (
        "vn/party/tw/quy-dinh/2023/96",
        "replaces",
        "vn/party/tw/quy-dinh/-/262",
    )
