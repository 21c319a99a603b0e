"""The catalogue: defaults, every mistake named by file, entry and field, selection, and the built-in 174 sites."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from urllib.parse import urljoin

import pytest

from crawler.sites import Site, load_sites, owner, select
from crawler.sites_check import HEADER, check_catalogue, site_table
from crawler.sites_propose import propose
from crawler.sites_read import CHOICES, FIELDS
from pipelines.errors import InputError
from pipelines.models import Rules, Source
from pipelines.units import all_units

MINIMAL = {
    "id": '"bao"',
    "domains": '["bao.vn"]',
    "start": '["https://bao.vn/"]',
    "article": r"'^https?://(www\.)?bao\.vn/[^?#]+-post(?P<id>\d+)\.html$'",
}


def entry(rules: str = "", **fields: str) -> str:
    """A ``[[site]]`` table: the minimal one with these fields (TOML) added, or left out where empty."""
    lines = [f"{name} = {value}" for name, value in (MINIMAL | fields).items() if value]
    return "\n".join(["[[site]]", *lines, *(["[site.rules]", rules] if rules else [])]) + "\n"


def load(folder: Path, *entries: str) -> dict[str, Site]:
    file = folder / "sites.toml"
    file.write_text("\n".join(entries), encoding="utf-8")
    return load_sites(file)


def test_a_minimal_entry_has_the_defaults_of_the_design(tmp_path: Path) -> None:
    site = load(tmp_path, entry())["bao"]
    assert (site.name, site.kind, site.level, site.unit, site.former) == ("bao", "newspaper", "province", None, ())
    assert (site.feeds, site.sitemaps, site.allow, site.extra_ca) == ((), (), frozenset(), "")
    assert (site.delay, site.private, site.connect) == (2.0, False, "")
    assert (site.trust, site.pattern, site.guessed, site.rules) == ("seen", "examples", False, Rules())


def test_every_field_of_the_design_is_read(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("-", encoding="utf-8")
    site = load(
        tmp_path,
        entry(
            name='"Báo"', kind='"party"', level='"district"', unit='"gia-lai-2025"', former='["gia-lai", "binh-dinh"]',
            domains='["BAO.vn", "127.0.0.1:8080"]', feeds='["http://127.0.0.1:8080/rss"]',
            sitemaps='["https://www.bao.vn/sitemap.xml"]', allow='["unverified", "http", "cookie-stub"]',
            extra_ca='"root.pem"', delay="0", private="true", connect='"127.0.0.1:8443"', trust='"guessed"',
            pattern='"guessed"', note='"a note"', evidence='["https://nguon.vn/"]',
            rules='container = ["//article"]\nremove = [".//aside"]\ndate = "//time"\nauthor = "//p[@class=\'a\']"',
        ),
    )["bao"]  # fmt: skip
    assert site.source() == Source(
        "bao", "Báo", "party", "district", "gia-lai-2025", ("gia-lai", "binh-dinh"), ("bao.vn", "127.0.0.1:8080"),
        Rules(("//article",), (".//aside",), "//time", "//p[@class='a']"),
    )  # fmt: skip
    assert (site.allow, site.delay, site.private) == (frozenset({"unverified", "http", "cookie-stub"}), 0.0, True)
    assert (site.connect, site.extra_ca) == ("127.0.0.1:8443", str(tmp_path / "root.pem"))
    assert site.guessed
    assert json.loads(str(site.row()["former"])) == ["gia-lai", "binh-dinh"]


# What is written, the field that must be named, and a word of the reason.
MISTAKES = [
    (entry(id=""), "id", "required"),
    (entry(domains=""), "domains", "required"),
    (entry(domains="[]"), "domains", "required"),
    (entry(article=""), "article", "required"),
    (entry(start=""), "start", "one of start, feeds, sitemaps"),
    (entry(start="[]", feeds="[]"), "start", "one of start, feeds, sitemaps"),
    (entry(strat="[]"), "strat", "did you mean start?"),
    (entry(id="7"), "id", "text"),
    (entry(id='"a b"'), "id", "letters"),
    (entry(name="3"), "name", "text"),
    (entry(kind='"blog"'), "kind", "newspaper"),
    (entry(level='"xã"'), "level", "commune"),
    (entry(kind="[]"), "kind", "newspaper"),
    (entry(unit='"gia-lay"'), "unit", "gia-lai"),
    (entry(unit='"gia-lai"'), "unit", "gia-lai-2025"),
    (entry(unit='"binh-dinh"'), "unit", "gia-lai-2025"),
    (entry(unit="52"), "unit", "text"),
    (entry(former='["gia-lai-2025"]'), "former", "before 1 July 2025"),
    (entry(former='"gia-lai"'), "former", "list"),
    (entry(domains='["https://bao.vn/"]'), "domains", "host"),
    (entry(domains='"bao.vn"'), "domains", "list"),
    (entry(domains="[1]"), "domains", "list"),
    (entry(start='["https://khac.vn/"]'), "start", "domains"),
    (entry(start='["ftp://bao.vn/"]'), "start", "http"),
    (entry(feeds='["/rss"]'), "feeds", "http"),
    (entry(sitemaps='["https://bao.vn.khac.vn/s.xml"]'), "sitemaps", "domains"),
    (entry(article="'('"), "article", "regular expression"),
    (entry(article='["a"]'), "article", "text"),
    (entry(allow='["everything"]'), "allow", "unverified"),
    (entry(allow='"http"'), "allow", "list"),
    (entry(extra_ca='"none.pem"'), "extra_ca", "not a file"),
    (entry(delay='"2"'), "delay", "seconds"),
    (entry(delay="-1"), "delay", "seconds"),
    (entry(delay="nan"), "delay", "seconds"),
    (entry(delay="true"), "delay", "seconds"),
    (entry(private='"yes"'), "private", "true or false"),
    (entry(connect='"127.0.0.1:80"'), "connect", "private"),
    (entry(connect='"127.0.0.1:80"', private="false"), "connect", "private"),
    (entry(connect='"127.0.0.1"', private="true"), "connect", "port"),
    (entry(trust='"yes"'), "trust", "seen"),
    (entry(pattern='"good"'), "pattern", "examples"),
    (entry(rules="container = '//p'"), "rules.container", "list"),
    (entry(rules="date = ['//p']"), "rules.date", "text"),
    (entry(rules="date = '//p['"), "rules.date", "XPath"),
    (entry(rules="remove = ['//p[']"), "rules.remove", "XPath"),
    (entry(rules="title = '//h1'"), "rules.title", "unknown key"),
    (entry(rules="") + "rules = 1\n", "rules", "table"),
]


@pytest.mark.parametrize(("text", "field", "reason"), MISTAKES)
def test_a_mistake_is_named_by_file_entry_and_field(tmp_path: Path, text: str, field: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, entry(id='"khac"'), text)
    message = str(caught.value)
    assert "sites.toml: site" in message, message
    assert f": {field}: " in message, message
    assert reason in message, message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[[site]\n", "not TOML"),
        ("", "no [[site]]"),
        ("[site]\nid = 'a'\n", "[[site]]"),
        ("[[sites]]\nid = 'a'\n", "sites: unknown key"),
        ("site = [1]\n", "[[site]]"),
        (entry() + entry(), "same id"),
    ],
)
def test_a_file_that_is_no_catalogue_is_an_input_error(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, content)
    assert reason in str(caught.value), caught.value
    assert caught.value.exit_code == 2


def test_a_folder_is_read_file_by_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(entry(id='"a"'), encoding="utf-8")
    (tmp_path / "b.toml").write_text(entry(id='"b"'), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("[[", encoding="utf-8")
    assert list(load_sites(tmp_path)) == ["a", "b"]
    for path in (tmp_path / "none.toml", tmp_path / "none", tmp_path / "notes.txt"):
        with pytest.raises(InputError, match=path.name):
            load_sites(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty"):
        load_sites(tmp_path / "empty")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"b\.toml"):
        load_sites(tmp_path)


@pytest.mark.parametrize(
    ("domains", "url", "owned"),
    [
        ('["bao.vn"]', "https://bao.vn/a", True),
        ('["bao.vn"]', "http://www.BAO.vn/a", True),
        ('["bao.vn", "x.vn:8443"]', "https://bao.vn:8443/a", False),
        ('["bao.vn", "www.x.vn"]', "https://x.vn/a", False),
        ('["bao.vn"]', "https://bao.vn./a", True),
        ('["bao.vn"]', "https://en.bao.vn/a", False),
        ('["bao.vn"]', "https://xbao.vn/a", False),
        ('["bao.vn"]', "https://bao.vn.ke-gian.com/a", False),
        ('["bao.vn"]', "https://bao.vn@ke-gian.com/a", False),
        ('["bao.vn"]', "https://ke-gian.com/bao.vn", False),
        ('["bao.vn"]', "ftp://bao.vn/a", False),
        ('["bao.vn"]', "http://bao.vn:port/", False),
        ('["bao.vn"]', "/a", False),
        ('["bao.vn", "127.0.0.1:8001"]', "http://127.0.0.1:8001/a", True),
        ('["bao.vn", "127.0.0.1:8001"]', "http://127.0.0.1:8002/a", False),
        ('["bao.vn", "m.bao.vn:443"]', "https://m.bao.vn/a", True),
        ('["bao.vn", "m.bao.vn:443"]', "http://m.bao.vn/a", False),
    ],
)
def test_a_site_owns_its_domains_only(tmp_path: Path, domains: str, url: str, owned: bool) -> None:
    assert load(tmp_path, entry(domains=domains))["bao"].owns(url) is owned, url


def test_a_domain_without_a_port_covers_that_of_its_start_pages(tmp_path: Path) -> None:
    site = load(tmp_path, entry(domains='["localhost", "bao.vn"]', start='["http://localhost:8001/"]'))["bao"]
    assert site.owns("http://localhost:8001/a")
    assert not site.owns("http://localhost:8002/a")
    assert not site.owns("http://bao.vn:8001/a")
    assert {"localhost:80", "localhost:443", "localhost:8001", "www.bao.vn:443"} <= site.hosts


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("https://bao.vn/a-post12.html", "bao:12"),
        ("http://www.bao.vn:80/muc/b-post12.html?utm_source=zalo#x", "bao:12"),
        ("https://bao.vn/a-tag12.html", None),
        ("https://bao.vn/a-post12.html?page=2", None),
        ("javascript:alert(1)", None),
    ],
)
def test_an_article_is_known_by_the_id_in_its_address(tmp_path: Path, url: str, identity: str | None) -> None:
    site = load(tmp_path, entry())["bao"]
    assert site.identity(url) == identity, url
    assert (site.matches_article(url) is not None) is (identity is not None), url


@pytest.mark.parametrize(
    ("url", "link", "key"),
    [
        ("https://bao.vn/a-post1.html?x=1", "https://bao.vn/a-post1.html", "https://bao.vn/a-post1.html"),
        ("https://bao.vn/a-post1.html", None, "https://bao.vn/a-post1.html"),
        ("https://bao.vn/a-post1.html", "https://khac.vn/a-post1.html", "https://bao.vn/a-post1.html"),
        ("https://bao.vn/a-post1.html", "https://bao.vn/", "https://bao.vn/a-post1.html"),
        ("https://bao.vn/a-post1.html", "javascript:x", "https://bao.vn/a-post1.html"),
        ("https://bao.vn/?p=1", "https://bao.vn/a-post1.html", "https://bao.vn/a-post1.html"),
        ("https://bao.vn/muc?x=1", "https://bao.vn/muc", "https://bao.vn/muc"),
    ],
)
def test_a_canonical_link_counts_within_the_site(tmp_path: Path, url: str, link: str | None, key: str) -> None:
    assert load(tmp_path, entry())["bao"].declared(url, link) == key


@pytest.fixture
def several(tmp_path: Path) -> dict[str, Site]:
    return load(
        tmp_path,
        entry(id='"a"', unit='"gia-lai-2025"', former='["gia-lai"]'),
        entry(id='"b"', unit='"gia-lai-2025"', former='["binh-dinh"]'),
        entry(id='"c"', unit='"gia-lai-2025"', trust='"guessed"'),
        entry(id='"d"', unit='"hue"'),
        entry(id='"e"', unit='"son-la"', pattern='"guessed"'),
    )


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ([], "a b d"),
        (["c"], "c"),
        (["d", "a", "d"], "a d"),
        (["gia-lai-2025"], "a b"),
        (["gia-lai"], "a b"),
        (["binh-dinh"], "b"),
        (["thua-thien-hue"], "d"),
        (["hue", "e"], "d e"),
    ],
)
def test_select(several: dict[str, Site], names: list[str], ids: str) -> None:
    assert " ".join(site.id for site in select(several, names)) == ids, names


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["son-la"], "e"),
        (["ha-noi"], "no site of ha-noi"),
        (["gia-lay"], "gia-lai"),
        (["a", "zzzzzz"], "sites list"),
        ([""], "sites list"),
    ],
)
def test_a_name_that_selects_nothing_is_an_input_error(several: dict[str, Site], names: list[str], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        select(several, names)
    assert hint in str(caught.value), names


def test_a_catalogue_of_guesses_is_crawled_by_name_only(several: dict[str, Site]) -> None:
    with pytest.raises(InputError, match="only when named"):
        select({"e": several["e"]})


def test_an_address_belongs_to_the_site_whose_article_it_is(tmp_path: Path) -> None:
    sites = load(
        tmp_path,
        entry(id='"a"', article="'/x/'"),
        entry(id='"b"'),
        entry(id='"c"', domains='["c.vn"]', start='["http://c.vn"]'),
    )
    for url, site in [
        ("https://bao.vn/a-post1.html", "b"),
        ("https://bao.vn/x/1", "a"),
        ("https://bao.vn/", "a"),
        ("https://www.c.vn/", "c"),
        ("https://d.vn/", None),
    ]:
        found = owner(sites, url)
        assert (found.id if found else None) == site, url


# The built-in catalogue.


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


# The documentation.

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


# Checks and proposals.


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


def test_the_table_shows_every_site(several: dict[str, Site]) -> None:
    rows = site_table(list(several.values()))
    assert [row[0] for row in rows] == ["a", "b", "c", "d", "e"]
    assert all(len(row) == len(HEADER) for row in rows)


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
