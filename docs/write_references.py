"""Writes docs/references.md from pipelines/references: the grammar with an example for each form, and the registers.

python docs/write_references.py
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.models import Mention
from pipelines.references import find_references
from pipelines.references.cues import CUES
from pipelines.references.registers import document_types, issuers, laws, local_words, plenums, terms

FILE = Path(__file__).parent / "references.md"
PUBLISHED, UNIT = "2023-02-18", "gia-lai"
INTRODUCTION = f"""# References to regulations

Made by `python docs/write_references.py` from the program itself; a test says when it is no longer true. Every example
is read as on a page of a Gia Lai site published {PUBLISHED}.

The way of a text through `pipelines/references/`:

| step | module | does |
|---|---|---|
| fold | `folding`, `text` | marks, case, dashes, slashes, look-alikes and entities become one spelling, offsets kept |
| scan | `grammar`, `tokens` | one regular expression finds type words and numbers |
| find | `find`, `symbols`, `credible`, `shorts` | tokens become citations by number, or not |
| | `names`, `law_names`, `acronyms` | by name |
| | `congresses`, `anaphors`, `english` | by meeting, by reference to the text, on English pages |
| read | `context`, `before`, `making`, `dates`, `bodies`, `lists` | date and its role, issuer, subject, pinpoint |
| identify | `identity`, `places` | system, issuer, place, type, period, number |
| relate | `relations`, `cues`, `scene`, `expiry`, `sentences` | what one document does to another |
| | `subjects`, `speaker` | who acts where a sentence names no document |
| resolve | `resolve` | antecedents within the page |
| assemble | `assemble` | mentions, regulations, relations, aliases |

What is known of types, bodies and laws are rows of `types.tsv`, `issuers.tsv`, `local.tsv`, `laws.tsv`, `plenums.tsv`
and `terms.tsv`, each with its source: adding a code is adding a line.
"""


@dataclass(frozen=True)
class Form:
    """A form of citation: what it is, and a text that shows it."""

    name: str
    rule: str
    example: str


FORMS = (
    Form(
        "State, with the year",
        "number / year / type - issuer",
        "Nghị định số 100/2019/NĐ-CP ngày 30/12/2019 của Chính phủ",
    ),
    Form("State, without the year", "number / type - issuer", "Quyết định số 853/QĐ-UBND ngày 3/4/2022 của UBND tỉnh"),
    Form("National Assembly", "number / year / QH and term", "Nghị quyết số 43/2022/QH15 của Quốc hội"),
    Form("Party", "number - type / issuer", "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"),
    Form("Mass organisation", "as the Party, or as the State", "Kế hoạch số 183-KH/TWĐTN-TNNT ngày 28/2/2022"),
    Form("Joint circular", "all issuers, in order", "Thông tư liên tịch số 05/2018/TTLT-BCA-VKSNDTC-TANDTC"),
    Form("Official letter", "number / issuer - unit, no type", "Công văn số 1759/UBND-KGVX"),
    Form("Old styles", "issuer alone; issuers before the type", "Nghị định 66/HĐBT; Số: 01-TANDTC-VKSNDTC/TTLT"),
    Form("Order mixed up", "State in Party order, Party in State order", "Nghị quyết 66-NQ/CP và Nghị quyết 49/NQ-TW"),
    Form("Type word and symbol disagree", "both kept, flagged", "Công văn 431/HD-UBND của UBND tỉnh Cao Bằng"),
    Form("Pseudo type", "the type is the symbol's", "văn bản số 396/QĐ-UBND"),
    Form(
        "Issuer or brackets inside",
        "part of the span",
        "Quyết định của Bộ Chính trị số31-QĐ/TW; Công văn (số 73/TTg-CN)",
    ),
    Form("Short", "type word and number", "Quy định 80 của Bộ Chính trị"),
    Form("Short, with the year", "a slash, or năm", "Thông tư 29/2024; Quy định 105 năm 2017"),
    Form("List", "a type word for several numbers", "04 Nghị quyết 57, 59, 66 và 68 của Bộ Chính trị"),
    Form("List, symbol last", "one symbol and date for all", "các Quyết định số 2165, 2166/QĐ-UBND ngày 5/7/2022"),
    Form(
        "List behind its issuer",
        "type and issuer before the colon",
        "các Nghị quyết của HĐND tỉnh: số 34/NQ-HĐND; 35/NQ-HĐND",
    ),
    Form("Law by name", "the name, and the year that follows", "Luật Đất đai năm 2013, Bộ luật Hình sự (BLHS) 2015"),
    Form("Laws under one head", "each with its year", "các luật Đất đai 2024, Nhà ở 2023"),
    Form("Amending law", "one law, whatever laws its name holds", "Luật sửa đổi, bổ sung một số điều của Luật Cư trú"),
    Form("Law with its number", "name, year and number in one", "Luật Đất đai số 31/2024/QH15"),
    Form("Constitution and charter", "by name", "Điều 4 Hiến pháp năm 2013; Điều 30 Điều lệ Đảng"),
    Form("Plenum", "its ordinal and term", "Nghị quyết Trung ương 4 (khóa XII)"),
    Form(
        "Congress",
        "its ordinal and body",
        "Nghị quyết Đại hội XIII của Đảng; Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XVI",
    ),
    Form("Anaphor", "the text's own document", "Nghị định 178/2024/NĐ-CP rất mới. Nghị định này gỡ vướng."),
    Form("Alias", "a name that the text gives", "Thông tư 22/2021/TT-BGDĐT (gọi tắt là Thông tư 22)"),
    Form("Pinpoint", "điểm, khoản, điều, mục, chương, either way round", "điểm a khoản 1 Điều 8 Luật Nhà ở"),
    Form(
        "Day without a year",
        "completed from the day of publication",
        "Kế hoạch số 2954/KH-UBND ngày 20-12 của UBND tỉnh",
    ),
    Form(
        "Day before it",
        "of issue, when its sentence says so",
        "Ngày 28/2/2022, Chính phủ ban hành Nghị định 20/2022/NĐ-CP",
    ),
    Form("Day of effect", "never a day of issue", "Thông tư 29/2024/TT-BGDĐT có hiệu lực từ ngày 14/2/2025"),
    Form("English page", "the span without the English type word", "Regulation No. 296-QD/TW dated May 30, 2022"),
    Form("Letterhead", "place and day behind the number", "Số: 78/NQ-HĐND Kon Tum, ngày 07 tháng 12 năm 2022"),
)
NOT_CITED = (
    ("roads, plates, phones, houses", "Quốc lộ 14, BKS 81A-123.45, điện thoại 0905.123.456, số 51A Lý Tự Trọng"),
    ("scores, shares, dates", "tỷ số 3-1, 8/10 huyện, 40,79% KH, ngày 20, 21, 22/9/2022"),
    (
        "licences, contracts, tenders, standards",
        "Giấy phép số 36/GP-TTĐT, hợp đồng số 12/2023/HĐ-XD, QCVN 01-1:2018/BYT",
    ),
    ("verbs and counts", "do Bộ Chính trị quyết định; quyết định 3 vấn đề; 27 nghị quyết"),
    ("drafts and generic nouns", "dự thảo Luật Nhà giáo; các quy định, hướng dẫn của cấp trên"),
    ("programmes named by a number", "Chương trình 135, Đề án 06"),
)
RELATIONS = (
    "Quy định 97-QĐ/TW ngày 7/2/2023 thay thế Quy định 172-QĐ/TW ngày 7/3/2013.",
    "Quyết định 595/QĐ-BHXH năm 2017 được sửa đổi bởi Quyết định 505/QĐ-BHXH năm 2020.",
    "Để triển khai Nghị quyết 96/2023/QH15, HĐND tỉnh ban hành Kế hoạch số 45/KH-HĐND năm 2023.",
    "Quy định 58-QĐ/TW năm 2022 có hiệu lực. Văn bản bị thay thế là Quy định 126-QĐ/TW năm 2018.",
)


def render() -> str:
    """The whole document."""
    return "\n".join(
        (
            INTRODUCTION,
            "## Forms\n",
            "\n".join(form_section(form) for form in FORMS),
            "## What is no citation\n",
            table(("trap", "example"), ((name, not_cited(example)) for name, example in NOT_CITED)),
            "## Relations\n",
            "Two citations of one sentence, or of two, joined by a cue. Nearness alone is no relation.\n",
            table(("relation", "cues, folded"), ((kind, phrases.replace(";", " ·")) for kind, phrases in CUES.items())),
            table(("example", "read as"), ((example, related(example)) for example in RELATIONS)),
            "## Types\n",
            types_table(),
            "## Issuing bodies\n",
            issuers_table(),
            local_section(),
            "## Laws, codes and ordinances known by name\n",
            laws_section(),
            "## Plenums whose resolutions are known\n",
            plenums_table(),
            "## Party terms\n",
            table(("term", "from"), ((term, closed) for closed, term in terms())),
        )
    )


def form_section(form: Form) -> str:
    """A form with its example and how it is read."""
    found = find_references(form.example, published=PUBLISHED, unit=UNIT).mentions
    assert found, f"{form.name}: nothing found in {form.example!r}"
    rows = ((f"`{m.surface}`", m.kind, fields(m), f"`{m.regulation}`" if m.regulation else "unknown") for m in found)
    return f"### {form.name}\n\n{form.rule}: *{form.example}*\n\n" + table(
        ("citation", "kind", "fields", "document"), rows
    )


def fields(mention: Mention) -> str:
    """What is known of a mention, in words."""
    names = ("type", "number", "year", "abbreviation", "issuer_code", "issuer", "date", "date_role", "date_inferred")
    known = {name: getattr(mention, name) for name in (*names, "pinpoint")}
    flags = f" · flags {', '.join(mention.flags)}" if mention.flags else ""
    return " · ".join(f"{name} {value}" for name, value in known.items() if value) + flags


def not_cited(example: str) -> str:
    """An example in which nothing is found."""
    found = find_references(example).mentions
    assert not found, f"{example!r} cites {[mention.surface for mention in found]}"
    return example


def related(example: str) -> str:
    """The relations of an example."""
    found = find_references(example, published=PUBLISHED, unit=UNIT).relations
    assert found, f"no relation in {example!r}"
    return " · ".join(f"`{one.subject}` {one.relation} `{one.object}`" for one in found)


def types_table() -> str:
    """Every type of document."""
    rows = (
        (kind.name, ", ".join(kind.abbreviations), kind.slug, kind.system, kind.short, ", ".join(kind.spellings))
        for kind in document_types().values()
    )
    return table(("type", "abbreviations", "slug", "system", "short form", "also written"), rows)


def issuers_table() -> str:
    """Every issuing body by its code."""
    rows = (
        (
            one.code,
            one.body,
            one.system,
            one.level,
            " – ".join((one.valid_from or "", one.valid_to or "")) if one.valid_from or one.valid_to else "",
            one.successor or "",
            ", ".join(one.names),
        )
        for one in issuers().values()
    )
    return table(("code", "body", "system", "level", "in force", "successor", "names"), rows)


def local_section() -> str:
    """The words that names of local bodies are made of."""
    parts = ("council", "committee", "office", "department", "level")
    rows = ((part, " · ".join(f"{word} ({one.slug})" for word, one in local_words(part).items())) for part in parts)
    return "Local bodies are read word by word, folded:\n\n" + table(("part", "words"), rows)


def laws_section() -> str:
    """The laws of the register, with the years and numbers of their versions."""
    lines = []
    for versions in laws().values():
        known = ", ".join(one.symbol or one.year or "" for one in versions if one.symbol or one.year)
        lines.append(f"- {versions[0].type} {versions[0].name}" + (f" ({known})" if known else ""))
    return "\n".join(sorted(lines)) + "\n"


def plenums_table() -> str:
    """The plenums of the register and the resolutions that their names mean."""
    rows = (
        (f"`vn/party/tw/nghi-quyet/{term}/~{name}`", " · ".join(f"`{one}`" for one in sorted(resolutions)))
        for (term, name), resolutions in plenums().items()
    )
    return table(("plenum", "resolutions"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
