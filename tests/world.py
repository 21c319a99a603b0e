"""A small synthetic database made with plain sqlite3 from schema.sql. All text is our own."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.units import all_units

SCHEMA = Path(__file__).parent.parent / "pipelines" / "schema.sql"

RULE_96 = "vn/party/tw/quy-dinh/2023/96"
LAND_LAW = "vn/state/qh/luat/2024/~dat-dai"
DECREE_30 = "vn/state/cp/nghi-dinh/2020/30"
GIA_LAI_PLAN = "vn/party/tu@gia-lai/ke-hoach/2023/120"
COURTS = "vn/state/bca+tandtc+vksndtc/thong-tu-lien-tich/2017/1"

REGULATIONS: dict[str, dict[str, Any]] = {
    RULE_96: {
        "label": "Quy định 96-QĐ/TW (2023)",
        "system": "party",
        "level": "central",
        "type": "Quy định",
        "number": "96",
        "symbol": "96-QĐ/TW",
        "issuer": "Bộ Chính trị",
        "issuer_code": "TW",
        "issued": "2023-02-02",
        "issued_precision": "day",
        "year": "2023",
        "subject": "lấy phiếu tín nhiệm đối với chức vụ, chức danh lãnh đạo, quản lý trong hệ thống chính trị",
    },
    LAND_LAW: {"label": "Luật Đất đai 2024", "system": "state", "type": "Luật", "year": "2024", "issuer": "Quốc hội"},
    DECREE_30: {
        "label": "Nghị định 30/2020/NĐ-CP",
        "system": "state",
        "type": "Nghị định",
        "number": "30",
        "symbol": "30/2020/NĐ-CP",
        "issuer": "Chính phủ",
        "issued": "2020-03-05",
        "issued_precision": "day",
        "year": "2020",
    },
    GIA_LAI_PLAN: {
        "label": "Kế hoạch 120-KH/TU (Gia Lai, 2023)",
        "system": "party",
        "type": "Kế hoạch",
        "number": "120",
        "symbol": "120-KH/TU",
        "unit": "gia-lai",
        "year": "2023",
    },
    COURTS: {"label": "Thông tư liên tịch 01/2017", "system": "state", "type": "Thông tư liên tịch", "number": "1"},
}

SITES: dict[str, dict[str, Any]] = {
    "baogialai": {"name": "Báo Gia Lai", "kind": "newspaper", "unit": "gia-lai-2025", "former": ["gia-lai"]},
    "baobinhdinh": {"name": "Báo Bình Định", "kind": "newspaper", "unit": "gia-lai-2025", "former": ["binh-dinh"]},
    "tinhuyquangnam": {"name": "Tỉnh ủy Quảng Nam", "kind": "party", "unit": "da-nang-2025", "former": ["quang-nam"]},
    "baohue": {"name": "Báo Huế", "kind": "newspaper", "unit": "hue", "former": []},
    "congannghean": {"name": "Công an Nghệ An", "kind": "government", "unit": "nghe-an", "former": []},
}


@dataclass(frozen=True)
class Cite:
    """Words of a text that cite a regulation (None: not resolved)."""

    surface: str
    regulation: str | None = RULE_96
    fields: dict[str, Any] = field(default_factory=dict)


Part = str | Cite
PARAGRAPHS: tuple[tuple[str, Sequence[Part]], ...] = (
    ("title", ["Lấy phiếu tín nhiệm theo ", Cite("Quy định số 96-QĐ/TW")]),
    ("lead", ["Việc lấy phiếu bắt đầu từ tuần này ở các cơ quan cấp tỉnh."]),
    (
        "body",
        [
            "Theo ",
            Cite(
                "Quy định số 96-QĐ/TW",
                fields={"date": "2023-02-02", "date_role": "issued", "pinpoint": "khoản 2 Điều 5"},
            ),
            ", ngày 02 tháng 02 năm 2023 của Bộ Chính trị, người được lấy phiếu tự đánh giá. Mỗi nhiệm kỳ một lần.",
        ],
    ),
    ("caption", ["Ảnh: quang cảnh hội nghị."]),
    ("item", ["Căn cứ ", Cite("Nghị định 30/2020/NĐ-CP", DECREE_30), ";"]),
    ("item", ["Căn cứ ", Cite("Công văn 17/CV", None, {"kind": "short", "resolved_by": None, "confidence": 0.0}), "."]),
)


class World:
    """Writes rows into a database of our schema and remembers nothing else; ``close`` it, or use it as a context."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript(SCHEMA.read_text(encoding="utf-8"))

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.commit()
        self.connection.close()

    def insert(self, table: str, /, **columns: Any) -> int:
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        values = [
            json.dumps(one, ensure_ascii=False) if isinstance(one, list | dict) else one for one in columns.values()
        ]
        return self.connection.execute(f'INSERT INTO "{table}"({names}) VALUES ({marks})', values).lastrowid or 0

    def ground(self) -> World:
        """Units, sites and regulations, which articles point to."""
        for unit in sorted(all_units().values(), key=lambda unit: unit.successor is not None):
            columns = ("slug", "name", "scheme", "code", "region", "latitude", "longitude", "valid_from", "valid_to")
            self.insert("units", **{name: getattr(unit, name) for name in columns}, successor=unit.successor)
        for name, site in SITES.items():
            self.insert("sites", id=name, level="province", domains=[f"{name}.vn"], **site)
        for name, regulation in REGULATIONS.items():
            self.insert("regulations", id=name, **regulation)
        self.insert("runs", id="r1", started="2023-02-20T20:00:00Z", version="0.1.0")
        return self

    def fetch(self, url: str, **columns: Any) -> int:
        known = {
            "run": "r1",
            "fetched_at": "2023-02-21T01:02:03Z",
            "status": 200,
            "tls_profile": "legacy",
            "tls_version": "TLSv1",
            "tls_verified": 1,
            "tls_path": ["strict:protocol", "compat:protocol", "legacy:ok"],
            "attempts": 3,
        }
        return self.insert("fetches", url=url, **{**known, **columns})

    def article(self, name: str, paragraphs: Iterable[tuple[str, Sequence[Part]]] = PARAGRAPHS, **columns: Any) -> int:
        """An article whose text, paragraphs, sentences (one a paragraph) and mentions follow from its parts."""
        url = columns.pop("url", f"https://example.vn/{name}")
        number = int(hashlib.sha256(url.encode()).hexdigest()[:13], 16)
        text, spans, cites = compose(paragraphs)
        known = {
            "title": next((text[s:e] for s, e, kind in spans if kind == "title"), None),
            "site": "baogialai",
            "unit": "gia-lai",
            "province": "gia-lai-2025",
            "published": "2023-02-20",
            "first_seen": "2023-02-21T01:02:03Z",
            "origin": "own",
            "genre": "news",
            "version": "0.1.0",
            "n_mentions": len(cites),
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        fetch = columns.pop("fetch", None) or self.fetch(url, site=columns.get("site", "baogialai"))
        self.insert("articles", id=number, url=url, fetch=fetch, **{**known, **columns})
        self.insert(
            "texts", article=number, text=text, paragraphs=[{"start": s, "end": e, "kind": k} for s, e, k in spans]
        )
        for i, (start, end, _) in enumerate(spans):
            self.insert("sentences", article=number, i=i, start=start, end=end, segmented=text[start:end])
        for i, (start, cite) in enumerate(cites):
            self.mention(number, i, start, cite)
        return number

    def mention(self, article: int, i: int, start: int, cite: Cite) -> None:
        known = {"kind": "full", "zone": "body", "resolved_by": "full", "confidence": 0.95}
        self.insert(
            "mentions",
            article=article,
            i=i,
            start=start,
            end=start + len(cite.surface),
            surface=cite.surface,
            regulation_in_page=cite.regulation,
            regulation=cite.regulation,
            **{**known, **cite.fields},
        )


def compose(
    paragraphs: Iterable[tuple[str, Sequence[Part]]],
) -> tuple[str, list[tuple[int, int, str]], list[tuple[int, Cite]]]:
    """The text of paragraphs joined by blank lines, where each paragraph lies, and where each citation starts."""
    text, spans, cites = "", [], []
    for kind, parts in paragraphs:
        text += "\n\n" if text else ""
        start = len(text)
        for part in parts:
            if isinstance(part, Cite):
                cites.append((len(text), part))
            text += part.surface if isinstance(part, Cite) else part
        spans.append((start, len(text), kind))
    return text, spans, cites
