"""Our pages in Datasette, in process: what they show, and what they do without a database."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette
from lxml import etree

from browsing import Get, browsing, close, page, words
from crawler.verbs.browse import CONFIGURATION
from pipelines.units import all_units
from world import DECREE_30, GIA_LAI_PLAN, LAND_LAW, RULE_96, Cite, World

RULE_PATH = "/tin-tuc/regulation/vn/party/tw/quy-dinh/2023/96"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A database under a name of its own, and the numbers of its articles."""
    path = tmp_path_factory.mktemp("world") / "tin-tuc.db"
    with World(path) as made:
        made.ground()
        certificate = made.insert("certificates", sha256="ab" * 32, subject="CN=baogialai.vn", issuer="CN=Some CA")
        assert certificate
        fetch = made.fetch("https://example.vn/first", site="baogialai", certificate="ab" * 32)
        first = made.article("first", fetch=fetch, author="Minh An", audit_page=4, audit_kept=3)
        copy = made.article("copy", site="baohue", unit="hue", province="hue", published="2023-03-05", cluster=first)
        made.article("later", site="tinhuyquangnam", unit="quang-nam", province="da-nang-2025", published="2023-07-07")
        made.insert("notes", article=first, fetch=fetch, kind="leak", text="Could not create SSL/TLS secure channel.")
        made.insert(
            "relations", article=first, subject=GIA_LAI_PLAN, relation="implements", object=RULE_96, start=0, end=12
        )
        made.insert("regulation_aliases", alias="Quy định 96", folded="quy dinh 96", regulation=RULE_96, source="text")
        for value, clusters in (("2023-02-02", 2), ("2023-02-20", 1)):
            made.insert(
                "claims", regulation=RULE_96, field="date", value=value, n_clusters=clusters, first_article=first
            )
        made.insert(
            "revisions",
            article=first,
            revision=1,
            changed_at="2023-02-22T00:00:00Z",
            title="Tiêu đề cũ",
            text="Đoạn một.\n\nĐoạn hai.",
            text_sha256="0" * 64,
            mentions=[{"start": 0, "end": 4, "surface": "Đoạn", "regulation": LAND_LAW}],
        )
    return {"path": path, "first": first, "copy": copy}


@pytest.fixture(scope="module")
def get(world: dict[str, Any]) -> Iterator[Get]:
    with browsing(world["path"]) as get:
        yield get


def test_an_article_shows_its_text_with_each_citation_linked(get: Get, world: dict[str, Any]) -> None:
    shown = page(get(f"/tin-tuc/article/{world['first']}"))
    marks = [(words(mark), mark.xpath("string(a/@href)")) for mark in shown.xpath("//article//mark")]
    assert marks == [
        ("Quy định số 96-QĐ/TW", RULE_PATH),
        ("Quy định số 96-QĐ/TW", RULE_PATH),
        ("Nghị định 30/2020/NĐ-CP", f"/tin-tuc/regulation/{DECREE_30}"),
        ("Công văn 17/CV", ""),
    ]
    how = shown.xpath("//article//mark/*/@title")
    assert how[0] == "Quy định 96-QĐ/TW (2023) · nhận ra từ số và ký hiệu · tin cậy 95 %"
    assert how[3] == "chưa nhận ra văn bản nào"
    assert shown.xpath("//article//ul/li[1]/text()")[0] == "Căn cứ "
    assert "Theo Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị" in words(shown.xpath("//article")[0])


BESIDE = [
    ("removed-h", "Could not create SSL/TLS secure channel."),
    (
        "source-h",
        "TLS 1.0, chứng thư hợp lệ, các mức đã thử: nghiêm ngặt (không cùng phiên bản) → tương thích",
    ),
    ("source-h", "→ đời cũ, 3 lần kết nối, trả lời 200"),
    ("source-h", "giữ 3 trong 4 dẫn chiếu của trang"),
    ("source-h", "CN=baogialai.vn"),
    ("cited-h", "Quy định 96-QĐ/TW (2023) 1 2"),
    ("mentions-h", "khoản 2 Điều 5"),
    ("relations-h", "Kế hoạch 120-KH/TU (Gia Lai, 2023) thực hiện Quy định 96-QĐ/TW (2023)"),
    ("revisions-h", "Phiên bản 1: bị thay thế 22/02/2023, 00:00 UTC"),
    ("copies-h", "Báo Huế, 05/03/2023"),
]


@pytest.mark.parametrize(("section", "expected"), BESIDE, ids=[f"{s} {e[:20]}" for s, e in BESIDE])
def test_an_article_shows_what_is_known_of_it(get: Get, world: dict[str, Any], section: str, expected: str) -> None:
    shown = page(get(f"/tin-tuc/article/{world['first']}"))
    assert expected in words(shown.xpath(f"//section[@aria-labelledby='{section}']")[0])


def test_english_is_shown_on_request_and_remembered(get: Get, world: dict[str, Any]) -> None:
    response = get(f"/tin-tuc/article/{world['first']}?lang=en")
    assert "Removed from the page" in words(page(response))
    assert "TLS 1.0, certificate valid" in words(page(response))
    again = get(f"/tin-tuc/article/{world['first']}", cookies={"lang": response.cookies["lang"]})
    assert page(again).get("lang") == "en"


def test_a_replaced_version_can_be_read(get: Get, world: dict[str, Any]) -> None:
    shown = page(get(f"/tin-tuc/article/{world['first']}/revision/1"))
    assert [words(p) for p in shown.xpath("//article/p")] == ["Đoạn một.", "Đoạn hai."]
    changes = shown.xpath("//section[@aria-labelledby='changed-h']")[0]
    assert [words(one) for one in changes.xpath(".//*[@class='changes']/dt")] == [
        "Tiêu đề",
        "Ngày đăng",
        "Tác giả",
        "Không còn dẫn",
        "Mới dẫn",
    ]
    assert [words(one) for one in changes.xpath(".//del")][-2:] == ["Đoạn một.", "Đoạn hai."]
    assert "Việc lấy phiếu bắt đầu" in words(changes)


def test_what_changed_is_shown_word_by_word(tmp_path: Path) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        number = made.article("a")
        old = made.connection.execute("SELECT text FROM texts").fetchone()[0]
        for nth, text in ((1, old.replace("tuần này", "tuần sau")), (2, old)):
            kept = {"changed_at": "2023-02-22T00:00:00Z", "text": text, "text_sha256": "0" * 64, "mentions": []}
            made.insert("revisions", article=number, revision=nth, **kept)
    with browsing(tmp_path / "w.db") as get:
        first = page(get(f"/w/article/{number}/revision/1")).xpath("//section[@aria-labelledby='changed-h']")[0]
        assert [words(one) for one in first.xpath(".//*[@class='reading difference']//*[self::del or self::ins]")] == [
            "sau",
            "này",
        ]
        second = page(get(f"/w/article/{number}/revision/2"))
        assert "Lời văn không đổi." in words(second)
        assert second.xpath("//a[@rel='prev']/@href") == [f"/w/article/{number}/revision/1"]


def test_a_regulation_shows_who_cites_it_and_what_is_claimed(get: Get) -> None:
    shown = page(get(RULE_PATH))
    facts = dict(
        zip(
            map(words, shown.xpath("//dl[@class='facts']//dt")),
            map(words, shown.xpath("//dl[@class='facts']//dd")),
            strict=True,
        )
    )
    assert facts == {"Lần dẫn chiếu": "6", "Bài": "3", "Nhóm bài": "2", "Tỉnh thành": "3"}
    listed = shown.xpath("//ol[@class='articles']/li")
    assert [words(one.xpath("p")[0]).split(" · ")[0] for one in listed] == ["Tỉnh ủy Quảng Nam", "Báo Gia Lai"]
    assert "1 bản khác" in words(listed[1])
    assert words(listed[0].xpath("p[@class='sentence']/mark")[0]) == "Quy định số 96-QĐ/TW"
    main = words(shown.xpath("//main")[0])
    for expected in ("không thống nhất", "20/02/2023", "Quy định 96", "(Gia Lai, 2023) thực hiện · 1 bài văn bản này"):
        assert expected in main


def test_units_whose_first_citation_may_be_earlier_are_counted_and_not_drawn(tmp_path: Path) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        for unit, censored in (("hue", 1), ("nghe-an", 0), ("ha-noi", 1)):
            counts = {"n": 1, "n_own": 1, "n_clusters": 1, "lag_days": 31, "censored": censored}
            made.insert("regulation_units", regulation=RULE_96, unit=unit, first_cited="2023-03-05", **counts)
            if unit == "hue":
                made.insert("regulation_units", regulation=LAND_LAW, unit=unit, first_cited="2024-03-05", **counts)
    with browsing(tmp_path / "w.db") as get:
        spread = page(get(f"/w/regulation/{RULE_96}")).xpath("//section[@aria-labelledby='spread-h']")[0]
        assert [words(text) for text in spread.xpath(".//*[@class='label']")] == ["Nghệ An"]
        assert "2 đơn vị bắt đầu được quan sát sau ngày ban hành nên không vẽ." in words(spread)
        assert "1 đơn vị bắt đầu được quan sát" in words(page(get(f"/w/regulation/{LAND_LAW}")).xpath("//main")[0])


def test_every_copy_is_listed_on_request(get: Get) -> None:
    assert len(page(get(f"{RULE_PATH}?every=1")).xpath("//ol[@class='articles']/li")) == 3


@pytest.mark.parametrize("name", [LAND_LAW, GIA_LAI_PLAN, GIA_LAI_PLAN.replace("@", "%40")])
def test_identities_with_marks_of_their_own_are_addresses(get: Get, name: str) -> None:
    assert page(get(f"/tin-tuc/regulation/{name}")).xpath("//h1")


MISSING = [
    "/tin-tuc/article/1",
    "/tin-tuc/article/9999999999999999",
    "/tin-tuc/article/1/revision/1",
    "/tin-tuc/regulation/vn/x",
    "/tin-tuc/regulation/%FF%00",
    "/nowhere/article/1",
    "/_memory/article/1",
]


@pytest.mark.parametrize("path", MISSING)
def test_what_is_not_there_is_said_plainly(get: Get, path: str) -> None:
    assert "Không có trang này" in words(page(get(path), 404))


def test_datasette_describes_a_database_of_ours_whatever_its_name(get: Get) -> None:
    shown = page(get("/tin-tuc/articles"))
    assert "Một bài báo" in words(shown)
    assert shown.xpath("//dl[@class='column-descriptions']/dt[.='text_sha256']")
    assert shown.xpath("//a[.='Báo Gia Lai']"), "the site of an article is shown by its name"
    facets = get("/tin-tuc/articles.json").json()["facet_results"]
    assert set(facets) == {"site", "province"}


@pytest.mark.parametrize("asked", ["quyet dinh", "quy dinh", "quy định", "96-qd/tw", "hội nghị"])
def test_stock_search_folds_marks(get: Get, asked: str) -> None:
    found = get("/tin-tuc/articles.json", params={"_search": asked}).json()["filtered_table_rows_count"]
    assert found == (0 if asked == "quyet dinh" else 3), asked


def test_a_database_of_others_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT)")
    connection.close()
    with browsing(tmp_path / "other.db") as get:
        assert "Một bài báo" not in get("/other/articles").text
        assert get("/other/article/1").status_code == 404


PAGES = [
    (
        "/",
        "Báo chí các tỉnh dẫn chiếu văn bản nào",
        ["Bài 3 Lần dẫn chiếu 12", "Trang tin 3", "Được dẫn nhiều nhất", "Về bộ dữ liệu", "2 trang tin trong danh mục"],
    ),
    ("/tin-tuc/home", "Báo chí các tỉnh dẫn chiếu văn bản nào", ["30 đơn vị không có trang tin nào"]),
    ("/tin-tuc/unit", "Dẫn chiếu trên 1.000 bài", ["Gia Lai 1 4 4.000,0", "Cà Mau không quan sát"]),
    ("/tin-tuc/unit?scheme=gso63", "Dẫn chiếu trên 1.000 bài", ["Quảng Nam 1 4 4.000,0", "Bình Định không quan sát"]),
    ("/tin-tuc/unit/gia-lai-2025", "Gia Lai", ["Số liệu gồm cả các tỉnh cũ Bình Định", "Báo Bình Định"]),
    (
        "/tin-tuc/unit/quang-nam",
        "Quảng Nam",
        ["Sáp nhập sau ngày 30/06/2025, tiếp nối bởi Đà Nẵng", "Tỉnh ủy Quảng Nam, 07/07/2023"],
    ),
    ("/tin-tuc/site", "Trang tin 5", ["Báo Gia Lai Báo Gia Lai chưa chạy"]),
    (
        "/tin-tuc/site/baogialai",
        "Báo Gia Lai",
        ["baogialai.vn", "Phục vụ trước 1/7/2025 Gia Lai", "Lấy phiếu tín nhiệm theo Quy định số 96-QĐ/TW"],
    ),
    ("/tin-tuc/search", "Tìm", ["có dấu hay không dấu"]),
    ("/tin-tuc/search?q=hoi+nghi", "Tìm hoi nghi", ["Bài 3", "Ảnh: quang cảnh hội nghị"]),
    ("/tin-tuc/search?q=quy+dinh+96", "Tìm quy dinh 96", ["Văn bản Quy định 96-QĐ/TW (2023)"]),
    ("/tin-tuc/search?q=%22%22%27", 'Tìm ""\'', ["có dấu hay không dấu"]),
    ("/tin-tuc/compare", "So sánh", ["Văn bản"]),
    (
        "/tin-tuc/compare?regulation=96-QD/TW&regulation=xyz&unit=hue",
        "So sánh",
        ["Không tìm thấy văn bản xyz", "Huế 2 từ 05/03/2023"],
    ),
]


@pytest.mark.parametrize(("path", "heading", "expected"), PAGES, ids=[path for path, *_ in PAGES])
def test_every_page_says_what_it_is_about(get: Get, path: str, heading: str, expected: list[str]) -> None:
    shown = page(get(path))
    assert words(shown.xpath("//h1")[0]) == heading
    main = " ".join(" ".join(shown.xpath("//main")[0].itertext()).split())
    for said in expected:
        assert said in main, f"{path}: {main}"


def test_the_map_hatches_what_was_not_observed(get: Get) -> None:
    shown = page(get("/tin-tuc/unit"))
    tiles = {
        link.get("aria-label"): link.xpath("string(.//*[local-name()='rect']/@class)")
        for link in shown.xpath("//svg//a")
    }
    assert len(tiles) == 34
    assert tiles["Cà Mau: không quan sát"] == "tile unobserved"
    assert tiles["Gia Lai: 4.000,0 lần trên 1.000 bài"].startswith("tile shade")


def test_every_unit_has_a_tile_of_its_own() -> None:
    tiles = yaml.safe_load((CONFIGURATION / "tiles.yaml").read_text(encoding="utf-8"))
    units = all_units().values()
    assert set(tiles["gso2025"]) == {unit.slug for unit in units if unit.valid_to is None}
    assert set(tiles["gso63"]) == {unit.slug for unit in units if unit.valid_from is None}
    for scheme, places in tiles.items():
        assert len({tuple(place) for place in places.values()}) == len(places), f"{scheme}: two units share a tile"


@pytest.mark.parametrize("regulation", [RULE_96, DECREE_30, GIA_LAI_PLAN])
def test_what_is_taken_away_of_a_regulation_is_what_its_page_counts(get: Get, regulation: str) -> None:
    shown = page(get(f"/tin-tuc/regulation/{regulation}"))
    citations, articles = (int(words(dd)) for dd in shown.xpath("//dl[@class='facts']//dd")[:2])
    csv_address, json_address, feed = shown.xpath("//ul[@class='out']//a/@href")[:3]
    table = list(csv.DictReader(io.StringIO(get(csv_address).text)))
    objects = get(json_address).json()["rows"]
    assert (len(table), len({one["article"] for one in table})) == (citations, articles)
    assert [one["surface"] for one in table] == [one["surface"] for one in objects]
    assert get(feed).text.count("<entry>") == articles


def test_new_citations_are_a_feed(get: Get) -> None:
    response = get(f"/tin-tuc/feed/{RULE_96}")
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(response.content)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.xpath("//a:entry", namespaces=atom)
    assert len(entries) == 3
    assert all(
        link.startswith("http://localhost/tin-tuc/article/")
        for link in feed.xpath("//a:entry/a:link/@href", namespaces=atom)
    )
    assert feed.xpath("string(a:updated)", namespaces=atom) == "2023-02-21T01:02:03Z"


QUERIES = [
    (
        "who_took_it_up_first",
        {"regulation": RULE_96},
        [["Gia Lai", "2023-02-20"], ["Huế", "2023-03-05"], ["Đà Nẵng", "2023-07-07"]],
    ),
    ("most_cited_by_unit_since", {"unit": "hue", "since": "2023-01-01"}, [[RULE_96], [DECREE_30]]),
    ("cited_together", {"regulation": RULE_96}, [[DECREE_30]]),
    ("unresolved_mentions", {}, [["Công văn 17/CV"]]),
    ("certificates_expiring", {}, [[None, "CN=baogialai.vn"]]),
]


@pytest.mark.parametrize(("name", "parameters", "expected"), QUERIES, ids=[name for name, *_ in QUERIES])
def test_ready_questions_are_answered(
    get: Get, name: str, parameters: dict[str, str], expected: list[list[str]]
) -> None:
    answered = get(f"/tin-tuc/{name}.json", params={**parameters, "_shape": "arrays"}).json()["rows"]
    assert [row[: len(said)] for row, said in zip(answered, expected, strict=True)] == expected
    assert page(get(f"/tin-tuc/{name}", params=parameters)).xpath("//table")


def test_stock_tables_lead_to_our_pages(get: Get, world: dict[str, Any]) -> None:
    shown = page(get("/tin-tuc/articles"))
    assert f"/tin-tuc/article/{world['first']}" in shown.xpath("//td[@class='col-title type-str']/a/@href")
    assert "/tin-tuc/site/baogialai" in shown.xpath("//td/a/@href")
    assert f"/tin-tuc/regulation/{RULE_96}" in page(get("/tin-tuc/mentions")).xpath("//td/a/@href")


def test_several_databases_are_a_choice(tmp_path: Path) -> None:
    for name in ("one", "two.v2"):
        with World(tmp_path / f"{name}.db") as made:
            made.ground()
    with browsing(tmp_path / "one.db", tmp_path / "two.v2.db") as get:
        addresses = page(get("/")).xpath("//main//a/@href")
        assert len(addresses) == 2
        for address in addresses:
            assert page(get(address)).xpath("//h1")


def test_without_a_database_the_first_step_is_said() -> None:
    with browsing() as get:
        assert "danchieu demo" in words(page(get("/")))


def test_a_decree_printed_in_full_stays_readable(tmp_path: Path) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        number = made.article("full", [("body", [f"Điều {nth}. Theo ", Cite("Quy định 96")]) for nth in range(150)])
    with browsing(tmp_path / "w.db") as get:
        shown = page(get(f"/w/article/{number}"))
    assert len(shown.xpath("//article//mark")) == 150
    assert len(shown.xpath("//ol[@class='contents']/li")) == 150
    assert len(shown.xpath("//section[@aria-labelledby='mentions-h']//tbody/tr")) == 100
    assert shown.xpath("//section[@aria-labelledby='mentions-h']/p/a/@href") == [f"/w/mentions?article={number}"]


def test_a_copy_without_texts_can_be_read(tmp_path: Path) -> None:
    """As ``danchieu publish`` makes it: everything but the words."""
    with World(tmp_path / "public.db") as made:
        made.ground()
        number = made.article("a")
        for table in ("texts", "sentences", "revisions"):
            made.connection.execute(f"DELETE FROM {table}")
    with browsing(tmp_path / "public.db") as get:
        shown = page(get(f"/public/article/{number}"))
        assert "không giữ lời văn" in words(shown.xpath("//article")[0])
        assert shown.xpath("//section[@aria-labelledby='mentions-h']//td/a")
        listed = page(get(f"/public/regulation/{RULE_96}")).xpath("//p[@class='sentence']")
        assert [words(one) for one in listed] == ["Quy định số 96-QĐ/TW"]


def test_an_empty_database_has_every_page(tmp_path: Path) -> None:
    World(tmp_path / "new.db").__exit__()
    with browsing(tmp_path / "new.db") as get:
        for path in (
            "/",
            "/new/unit",
            "/new/site",
            "/new/search?q=x",
            "/new/compare?regulation=x&unit=y",
            "/new/articles",
        ):
            assert get(path).status_code == 200, path


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    World(tmp_path / "new.db").__exit__()
    with browsing(tmp_path / "new.db") as get:
        shown = page(get("/"))
    assert "danchieu crawl" in words(shown.xpath("//main//pre")[0])
    assert not shown.xpath("//svg"), "a map without units"


def test_the_home_page_says_which_share_an_older_version_read(tmp_path: Path) -> None:
    with World(tmp_path / "w.db") as made:
        made.ground()
        made.insert("runs", id="r0", started="2022-01-01T20:00:00Z", version="9.0.0")
        for name, version in (("a", "0.1.0"), ("b", "9.0.0"), ("c", "9.0.0"), ("d", "9.0.0")):
            made.article(name, version=version)
    with browsing(tmp_path / "w.db") as get:
        card = words(page(get("/")).xpath("//dl[@class='card']")[0])
    assert "0.1.0: 1 bài (25,0 %)9.0.0: 3 bài (75,0 %)" in card
    assert "danchieu 0.1.0, lần chạy r1" in card, "cited is the version of the last run"


def test_labels_are_said_in_both_languages() -> None:
    labels = yaml.safe_load((CONFIGURATION / "labels.yaml").read_text(encoding="utf-8"))
    for key, said in labels.items():
        assert {type(one) for one in said} == {str}, f"{key}: {said!r} holds more than words"
        assert len(said) == 2 or (len(said) == 3 and "{n}" in said[1]), f"{key}: {said!r} is not [Vietnamese, English]"


def test_every_label_a_template_asks_for_exists() -> None:
    labels = yaml.safe_load((CONFIGURATION / "labels.yaml").read_text(encoding="utf-8"))
    for template in sorted((CONFIGURATION / "templates" / "danchieu").glob("*.html")):
        asked = re.findall(r"""\bt\(["']([\w.]+)["']\s*[,)]""", template.read_text(encoding="utf-8"))
        assert set(asked) <= set(labels), f"{template.name}: {set(asked) - set(labels)}"


def test_settings_are_what_the_measurements_advise() -> None:
    settings = json.loads((CONFIGURATION / "settings.json").read_text(encoding="utf-8"))
    assert settings["suggest_facets"] is False
    assert 0 < settings["sql_time_limit_ms"] <= 5000
    assert 0 < settings["facet_time_limit_ms"] <= 5000


def test_the_folder_is_a_configuration_directory_of_datasette(tmp_path: Path) -> None:
    """``datasette output/`` itself, with and without a database in it."""
    folder = tmp_path / "output"
    shutil.copytree(CONFIGURATION, folder, ignore=shutil.ignore_patterns("*.db*", "__pycache__"))
    for database, expected in ((None, "danchieu demo"), ("tin.db", "Về bộ dữ liệu")):
        if database:
            with World(folder / database) as made:
                made.ground()
        command = [sys.executable, "-m", "datasette", "serve", str(folder), "--get", "/"]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
        assert expected in shown.stdout


def test_pages_stand_under_a_prefix(world: dict[str, Any]) -> None:
    parts = {name: str(CONFIGURATION / name) for name in ("templates", "plugins", "static")}
    datasette = Datasette(
        [str(world["path"])],
        template_dir=parts["templates"],
        plugins_dir=parts["plugins"],
        static_mounts=[("static", parts["static"])],
        settings={"base_url": "/corpus/"},
    )
    with asyncio.Runner() as runner:
        for path in ("/", f"/tin-tuc/article/{world['first']}", "/tin-tuc/unit", f"/tin-tuc/regulation/{RULE_96}"):
            shown = page(runner.run(datasette.client.get(path)))
            links = [one for one in shown.xpath("//@href") if one.startswith("/")]
            assert links
            assert all(one.startswith("/corpus/") for one in links), [one for one in links if "/corpus/" not in one]
    close(datasette)


ODD_ADDRESSES = [
    "/tin-tuc/search?q=%00%ED%A0%80",
    "/tin-tuc/search?q=" + "quy+dinh+" * 500,
    "/tin-tuc/search?q=x&page=-1",
    "/tin-tuc/search?q=hoi+nghi&page=999999",
    "/tin-tuc/search?q=NEAR(a+b)+OR+*+%22",
    "/tin-tuc/compare?" + "&".join("regulation=quy+dinh" for _ in range(50)),
    "/tin-tuc/compare?unit=%00&regulation=%00",
    f"{RULE_PATH}?page=99999999999&every=x",
    f"{RULE_PATH}?lang=de",
    f"{RULE_PATH}?lang=vi&lang=en",
    "/tin-tuc/unit?scheme=x",
]


@pytest.mark.parametrize("path", ODD_ADDRESSES, ids=lambda path: path[:60])
def test_odd_addresses_are_answered(get: Get, path: str) -> None:
    assert page(get(path)).xpath("//h1")


def test_what_takes_too_long_or_is_broken_is_said_plainly(tmp_path: Path) -> None:
    with World(tmp_path / "old.db") as made:
        made.ground()
        made.connection.execute("ALTER TABLE articles RENAME COLUMN cluster TO klumpen")
    with browsing(tmp_path / "old.db") as get:
        assert "Chưa đọc được cơ sở dữ liệu" in words(page(get("/old/home"), 503))


QUESTIONS = [
    ("who_took_it_up_first?regulation=96-QD/TW", ["Gia Lai 20/02/2023", "Huế 05/03/2023"]),
    ("who_took_it_up_first?regulation=vn/party/tw/quy-dinh/2023/96", ["3 dòng"]),
    ("who_took_it_up_first?regulation=zzz", ["0 dòng"]),
    ("who_took_it_up_first", ["Văn bản (viết thế nào cũng được)"]),
    ("most_cited_by_unit_since?unit=hue&since=2023-01-01", ["Quy định 96-QĐ/TW (2023) 2 1"]),
    ("most_cited_by_unit_since?unit=hue", ["Từ ngày"]),
    ("most_cited_by_unit_since?unit=%27%3B--&since=x", ["0 dòng"]),
    ("cited_together?regulation=quy+dinh+96", ["Nghị định 30/2020/NĐ-CP 3"]),
    ("unresolved_mentions", ["Công văn 17/CV rút gọn 3 xem một bài"]),
    ("certificates_expiring", ["CN=Some CA"]),
]


@pytest.mark.parametrize(("asked", "expected"), QUESTIONS, ids=[asked for asked, _ in QUESTIONS])
def test_a_ready_question_is_answered(get: Get, asked: str, expected: list[str]) -> None:
    shown = page(get(f"/tin-tuc/question/{asked}"))
    main = " ".join(" ".join(shown.xpath("//main")[0].itertext()).split())
    for said in expected:
        assert said in main, main
    for address in shown.xpath("//ul[@class='out']//a/@href"):
        assert get(address).status_code == 200, address
    assert page(get(f"/tin-tuc/question/{asked}", cookies={"lang": "en"})).get("lang") == "en"


def test_a_question_shows_the_rows_of_its_csv(get: Get) -> None:
    shown = page(get("/tin-tuc/question/cited_together?regulation=96-QD/TW"))
    table = get(shown.xpath("//ul[@class='out']//a[.='CSV']/@href")[0]).text.splitlines()
    assert len(table) - 1 == len(shown.xpath("//tbody/tr")) == 1


def test_every_ready_question_has_its_words(get: Get) -> None:
    labels = yaml.safe_load((CONFIGURATION / "labels.yaml").read_text(encoding="utf-8"))
    queries = yaml.safe_load((CONFIGURATION / "queries.yaml").read_text(encoding="utf-8"))
    links = page(get("/tin-tuc/question")).xpath("//main//a/@href")
    for name, query in queries.items():
        assert f"/tin-tuc/question/{name}" in links
        assert query["description"].count(" · ") == 1
        columns = get(f"/tin-tuc/{name}.json", params=dict.fromkeys(("regulation", "unit", "since"), "x")).json()
        asked = {f"column.{column}" for column in columns["columns"]} - {"column.label"}
        asked |= {f"parameter.{parameter}" for parameter in re.findall(r":(\w+)", query["sql"])} | {f"query.{name}"}
        assert asked <= set(labels), asked - set(labels)
