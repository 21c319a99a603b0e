"""Our pages over a release without texts: every one works, says what is not there, and shows the excerpts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browsing import Get, browsing, page, words
from corpus_world import World, article
from crawler.verbs.publishing import publish
from pipelines.corpus import run_corpus

RULE = "vn/party/tw/quy-dinh/2023/96"
FULL = "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị và Nghị định 30/2020/NĐ-CP"
CITING = article("a", FULL)
SILENT = article("chuyen-ke-o-xa", "việc không dẫn văn bản nào")
CROWDED = article("nhieu", "; ".join(f"Nghị định {n}/2024/NĐ-CP" for n in range(10, 40)))
RULE_PATH, CITING_PATH = f"/danchieu/regulation/{RULE}", f"/danchieu/article/{CITING.id}"
SILENT_PATH = f"/danchieu/article/{SILENT.id}"


@pytest.fixture(scope="module")
def get(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    folder = tmp_path_factory.mktemp("release")
    with World(folder / "whole.db", {"baogialai": ["2023-03-01"]}).open([CITING, SILENT, CROWDED]) as store:
        run_corpus(store)
    publish(folder / "whole.db", folder / "made", name="1", with_texts=False, rights=False, contact=None)
    with browsing(folder / "made" / "danchieu.db") as get:
        yield get


PAGES = [
    "/",
    "/danchieu/home",
    f"/danchieu/article/{CITING.id}",
    f"/danchieu/article/{SILENT.id}",
    f"/danchieu/regulation/{RULE}",
    "/danchieu/unit",
    "/danchieu/unit/gia-lai",
    "/danchieu/site",
    "/danchieu/site/baogialai",
    "/danchieu/search?q=hoi+nghi",
    f"/danchieu/compare?regulation={RULE}&unit=gia-lai",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_that_texts_are_not_included(get: Get, path: str) -> None:
    shown = page(get(path))
    assert shown.xpath("//h1")
    assert "không kèm lời văn" in words(shown.xpath("//main/p[@class='notice']")[0])


def test_an_article_shows_its_excerpts_with_each_citation_linked(get: Get) -> None:
    shown = page(get(f"/danchieu/article/{CITING.id}"))
    quoted = shown.xpath("//article//blockquote")
    assert "Hội nghị bàn về Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023" in words(quoted[0])
    assert [words(mark) for mark in shown.xpath("//article//mark")] == [
        "Quy định số 96-QĐ/TW",
        "Nghị định 30/2020/NĐ-CP",
    ]
    assert shown.xpath("//article//mark/a/@href")[0] == f"/danchieu/regulation/{RULE}"
    assert shown.xpath(f"//article//a[@href='{CITING.url}']"), "the way to the whole text"


def test_every_link_within_an_article_leads_somewhere_though_not_every_citation_has_an_excerpt(get: Get) -> None:
    shown = page(get(f"/danchieu/article/{CROWDED.id}"))
    marked, links = len(shown.xpath("//article//mark")), set(shown.xpath("//a[starts-with(@href, '#m')]/@href"))
    assert 0 < marked < len(links), "some citation should have no excerpt"
    assert links <= {f"#{name}" for name in shown.xpath("//@id")}


def test_an_article_that_cites_nothing_says_so(get: Get) -> None:
    shown = page(get(f"/danchieu/article/{SILENT.id}"))
    assert "không giữ lời văn" in words(shown.xpath("//article")[0])
    assert "không dẫn văn bản nào" in words(shown.xpath("//aside")[0])


def test_a_regulation_shows_the_words_round_its_citation(get: Get) -> None:
    sentence = page(get(f"/danchieu/regulation/{RULE}")).xpath("//p[@class='sentence']")[0]
    assert "bàn về Quy định số 96-QĐ/TW, ngày 02 tháng 02" in words(sentence)
    assert words(sentence.xpath("mark")[0]) == "Quy định số 96-QĐ/TW"


SEARCHES = [
    ("96-qd/tw", {RULE_PATH, CITING_PATH}, "a citation"),
    ("ban ve quy dinh", {CITING_PATH}, "the words round a citation"),
    ("Chuyện kể ở xã", {SILENT_PATH}, "a headline"),
    ("việc không dẫn", set(), "words that the copy does not hold"),
]


@pytest.mark.parametrize(("asked", "expected", "what"), SEARCHES, ids=[what for *_, what in SEARCHES])
def test_a_search_finds_what_the_copy_shows_and_says_what_it_does_not_hold(
    get: Get, asked: str, expected: set[str], what: str
) -> None:
    shown = page(get("/danchieu/search", params={"q": asked}))
    assert set(shown.xpath("//main//a[starts-with(@href, '/danchieu/')]/@href")) == expected, what
    assert "chỉ tìm trong tiêu đề và các đoạn trích" in words(shown.xpath("//main")[0])


def test_a_search_marks_the_words_in_the_excerpt(get: Get) -> None:
    hit = page(get("/danchieu/search?q=ban+ve+quy+dinh")).xpath("//p[@class='sentence']")[0]
    assert words(hit.xpath("mark")[0]) == "bàn về Quy định"


def test_the_feed_is_there_too(get: Get) -> None:
    assert get(f"/danchieu/feed/{RULE}").status_code == 200
