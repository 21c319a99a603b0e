"""The catalogue's entries: defaults, every mistake named by file, entry and field, ownership, selection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import servers_certificates
from crawler.sites import Site, load_sites, owner, select
from entries import entry, load
from pipelines.errors import InputError
from pipelines.models import Rules, Source


def test_a_minimal_entry_has_the_defaults_of_the_design(tmp_path: Path) -> None:
    site = load(tmp_path, entry())["bao"]
    assert (site.name, site.kind, site.level, site.unit, site.former) == ("bao", "newspaper", "province", None, ())
    assert (site.feeds, site.sitemaps, site.allow, site.extra_ca) == ((), (), frozenset(), "")
    assert (site.delay, site.private, site.connect) == (2.0, False, "")
    assert (site.trust, site.pattern, site.guessed, site.rules) == ("seen", "examples", False, Rules())


def test_every_field_of_the_design_is_read(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(servers_certificates.root().pem())
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
    (entry(name='""'), "name", "one line"),
    (entry(name='" "'), "name", "one line"),
    (entry(name='"Báo\\nGia Lai"'), "name", "one line"),
    (entry(kind='"blog"'), "kind", "newspaper"),
    (entry(level='"xã"'), "level", "commune"),
    (entry(kind="[]"), "kind", "newspaper"),
    (entry(unit='"gia-lay"'), "unit", "gia-lai"),
    (entry(unit='"gia-lai"'), "unit", "gia-lai-2025"),
    (entry(unit='"binh-dinh"'), "unit", "gia-lai-2025"),
    (entry(unit="52"), "unit", "text"),
    (entry(former='["gia-lai-2025"]'), "former", "before 1 July 2025; did you mean gia-lai?"),
    (entry(former='["binh-din"]'), "former", "did you mean binh-dinh"),
    (entry(unit='"gia-lay"'), "unit", "did you mean gia-lai-2025"),
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
    (entry(extra_ca='"sites.toml"'), "extra_ca", "no certificate"),
    (entry(delay='"2"'), "delay", "seconds"),
    (entry(delay="-1"), "delay", "seconds"),
    (entry(delay="nan"), "delay", "seconds"),
    (entry(delay="true"), "delay", "seconds"),
    (entry(private='"yes"'), "private", "true or false"),
    (entry(connect='"127.0.0.1:80"'), "connect", "private"),
    (entry(connect='"127.0.0.1:80"', private="false"), "connect", "private"),
    (entry(connect='"127.0.0.1"', private="true"), "connect", "port"),
    (entry(connect='"127.0.0.1:65536"', private="true"), "connect", "65535"),
    (entry(connect='"[::1]:0"', private="true"), "connect", "65535"),
    (entry(connect="0", private="true"), "connect", "text"),
    (entry(domains='["bao.vn:99999"]'), "domains", "65535"),
    (entry(trust='"yes"'), "trust", "seen"),
    (entry(pattern='"good"'), "pattern", "examples"),
    (entry(rules="container = '//p'"), "rules.container", "list"),
    (entry(rules="date = ['//p']"), "rules.date", "text"),
    (entry(rules="date = '//p['"), "rules.date", "XPath"),
    (entry(rules="remove = ['//p[']"), "rules.remove", "XPath"),
    (entry(rules="container = ['//p', '//p[foo(.)]']"), "rules.container", "the function foo()"),
    (entry(rules="date = 'ends-with(//p, \"x\")'"), "rules.date", "the function ends-with()"),
    (entry(rules="remove = ['//p[. = $x]']"), "rules.remove", "the variable $x"),
    (entry(rules="container = ['//h:article']"), "rules.container", "the prefix h:"),
    (entry(rules="author = '//p[re:test(., \"a\")]'"), "rules.author", "the prefix re:"),
    (entry(rules="container = ['count(//p)']"), "rules.container", "no elements"),
    (entry(rules="remove = ['string(//p)']"), "rules.remove", "no elements"),
    (entry(rules="remove = ['']"), "rules.remove", "XPath"),
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


SOUND = [
    "//article",
    "//div[contains(@class, 'a:b $c foo(')]/following-sibling::p[not(@id) and (position() < 3 or last() = 1)]",
    "//p[normalize-space(text()) != ''] | //*[self::time or self::node()]",
    ".//comment()",
    "(//div[@id = concat('a', \"b\")])[1]",
    "//a[(1) div (2) > 0]/@href",
]


@pytest.mark.parametrize("expression", SOUND)
def test_sound_expressions_are_taken(tmp_path: Path, expression: str) -> None:
    assert load(tmp_path, entry(rules=f"container = [{json.dumps(expression)}]"))["bao"].rules.container == (
        expression,
    )


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
