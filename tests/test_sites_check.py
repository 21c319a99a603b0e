"""What ``danchieu sites check``, ``list`` and ``add`` say of a catalogue and of a page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import pytest

from crawler.sites import load_sites
from crawler.sites.check import HEADER, check_catalogue, site_table
from crawler.verbs.proposing import proposed_from
from entries import entry, load
from pipelines.errors import InputError
from pipelines.models import Page


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([entry(examples='["https://bao.vn/a-post1.html"]', listings='["https://bao.vn/tag1.html"]')], None),
        ([entry(examples='["https://bao.vn/a-1.html"]')], "does not match its example"),
        ([entry(listings='["https://bao.vn/a-post1.html"]')], "matches https://bao.vn/a-post1.html of listings"),
        ([entry(start='["https://bao.vn/a-post1.html"]')], "of start"),
        ([entry(), entry()], "same id"),
        ([entry(), entry(id='"b"', examples='["https://bao.vn/a-post1.html"]')], "that of 'bao' matches"),
        ([entry(article="'('"), entry(id='"b"', kind='"x"')], "regular expression"),
        (["[["], "not TOML"),
    ],
)
def test_check_tells_what_is_wrong(tmp_path: Path, entries: list[str], problem: str | None) -> None:
    file = tmp_path / "sites.toml"
    file.write_text("\n".join(entries), encoding="utf-8")
    problems = check_catalogue(file)
    assert bool(problems) is (problem is not None), problems
    assert problem is None or problem in problems[0], problems


def test_check_goes_on_after_the_first_problem(tmp_path: Path) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(entry(article="'('") + entry(id='"b"', kind='"x"') + entry(id='"c"'), encoding="utf-8")
    assert len(check_catalogue(file)) == 2


def test_the_table_shows_every_site_by_unit(tmp_path: Path) -> None:
    sites = load(tmp_path, entry(id='"a"', unit='"son-la"'), entry(id='"b"', unit='"hue"'), entry(id='"c"'))
    rows = site_table(list(sites.values()))
    assert [row[0] for row in rows] == ["c", "b", "a"]
    assert all(len(row) == len(HEADER) for row in rows)


def propose(url: str, body: bytes) -> str:
    return proposed_from(url, Page(url, body))


def listing_page(hrefs: list[str], head: str = "") -> bytes:
    links = "".join(
        f'<li><a href="{href}">Tin số {i}: một nhan đề đủ dài để là tin</a></li>' for i, href in enumerate(hrefs)
    )
    menu = "".join(f'<a href="/{section}">{section}</a>' for section in ("chinh-tri", "kinh-te", "video-123"))
    return f"<html><head>{head}</head><body>{menu}<ul>{links}</ul></body></html>".encode()


PROPOSALS = [
    ("https://baogialai.com.vn/", "/mot-tin-so-{}-post57986{}.html", "baogialai", "gia-lai-2025"),
    ("https://baoquangngai.vn/", "/kinh-te/202308/mot-tin-so-{}-3bc1af{}/", "baoquangngai", "quang-ngai-2025"),
    ("https://baosonla.org.vn/", "/kinh-te/mot-tin-{}-cua-ngay-{}-hom-nay.html", "baosonla", "son-la"),
    ("https://dongthap.gov.vn/tin-tuc", "/tin-tuc/chi-tiet?id={}74245{}", "dongthap-gov", "dong-thap-2025"),
    ("https://hungyentv.vn/", "/news/190/682{}/mot-tin-so-{}-trong-tinh", "hungyentv", "hung-yen-2025"),
    ("https://baophuyen.vn/", "/148/16102{}/mot-tin-so-{}.html", "baophuyen", "dak-lak-2025"),
    ("http://127.0.0.1:8001/", "/tin/1{}{}.html", "127-0-0-1", None),
]


@pytest.mark.parametrize(("url", "form", "name", "unit"), PROPOSALS)
def test_a_proposed_entry_loads_and_matches_the_page(
    tmp_path: Path, url: str, form: str, name: str, unit: str | None
) -> None:
    hrefs = [form.format(i, i) for i in range(1, 6)]
    file = tmp_path / "sites.toml"
    file.write_text(propose(url, listing_page(hrefs)), encoding="utf-8")
    assert check_catalogue(file) == []
    site = load_sites(file)[name]
    assert site.unit == unit
    assert site.pattern == "examples"
    assert all(site.matches_article(urljoin(url, href)) for href in hrefs), site.article.pattern
    for section in ("/chinh-tri", "/kinh-te", "/video-123"):
        assert not site.matches_article(urljoin(url, section)), site.article.pattern


def test_a_proposal_names_what_the_page_says_of_itself(tmp_path: Path) -> None:
    head = (
        '<meta property="og:site_name" content="Trang tin Tỉnh ủy Bình Định"><title>Tin mới</title>'
        '<link rel="alternate" type="application/rss+xml" href="/rss/tin.rss">'
        '<link rel="alternate" type="application/rss+xml" href="https://khac.vn/rss">'
    )
    page = listing_page([f"/mot-tin-so-{i}-a{i}00.html" for i in range(1, 5)], head)
    file = tmp_path / "sites.toml"
    file.write_text(propose("https://trangtin.vn/", page), encoding="utf-8")
    site = load_sites(file)["trangtin"]
    assert (site.name, site.kind) == ("Trang tin Tỉnh ủy Bình Định", "party")
    assert (site.unit, site.former) == ("gia-lai-2025", ("binh-dinh",))
    assert site.feeds == ("https://trangtin.vn/rss/tin.rss",)


def test_a_page_with_few_links_gives_a_guess_and_one_without_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(propose("https://x.vn/", listing_page(["/a-post1.html"])), encoding="utf-8")
    assert load_sites(file)["x"].guessed
    for body in (b"<p>khong co lien ket</p>", b'<a href="https://khac.vn/">x</a>', b""):
        with pytest.raises(InputError):
            propose("https://x.vn/", body)
