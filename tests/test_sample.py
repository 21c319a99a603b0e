"""The sample site: its TLS is broken in the three ways it promises, and its pages hold what its data says."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import time
import urllib.request
import warnings
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler import sample as sample_site
from crawler.discovery import Link, discover
from crawler.sample import NonArticle, Sample, SampleArticle, SampleSite
from crawler.sample.content import SYMBOL, Marked
from crawler.sample.pages import LISTING_PAGES, Pages
from crawler.sample.servers import DH_PARAMETERS, Response
from crawler.sites import Site, load_sites

ARTICLES = sample_site.articles()
SITES = {site.id: site for site in sample_site.sites()}


@pytest.fixture
def sample() -> Iterator[Sample]:
    with sample_site.serve() as running:
        yield running


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Site]:
    with sample_site.serve() as running:
        return load_sites(running.catalogue)


def client(sample: Sample, *extra: bytes, old: bool = False) -> ssl.SSLContext:
    """A verifying client that trusts the sample's root, and may know more certificates or speak old TLS."""
    context = ssl.create_default_context(cafile=str(sample.root))
    for certificate in extra:
        context.load_verify_locations(cadata=certificate)
    if old:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
    return context


@contextlib.contextmanager
def connected(sample: Sample, site: SampleSite, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(("127.0.0.1", sample.ports[site.id]), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname=site.host) as connection,
    ):
        yield connection


def get(connection: ssl.SSLSocket, host: str, path: str, **headers: str) -> http.client.HTTPResponse:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode())
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response


def answer(site: SampleSite, url: str) -> Response:
    parts = urlsplit(url)
    return Pages(site).answer(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def test_old_tls_only(sample: Sample) -> None:
    site = SITES["tinhuymau"]
    with pytest.raises(ssl.SSLError, match="protocol version"), connected(sample, site, client(sample)):
        pass
    with connected(sample, site, client(sample, old=True)) as connection:
        assert connection.version() == "TLSv1"
        assert (connection.cipher() or ("",))[0].startswith("DHE-RSA-")
        with get(connection, site.host, site.first) as response:
            assert response.status == 200
    der = base64.b64decode("".join(DH_PARAMETERS.read_text().split("-----")[2].split()))
    length = der[der.index(b"\x02\x81") + 2]  # of the first integer, the prime, with a zero byte for its sign
    assert (length - 1) * 8 == 1024


def test_two_resets_then_modern(sample: Sample) -> None:
    site = SITES["baomau"]
    for _ in range(2):
        with pytest.raises(ConnectionResetError), connected(sample, site, client(sample)):
            pass
    for _ in range(2):
        with connected(sample, site, client(sample)) as connection, get(connection, site.host, "/") as response:
            assert (connection.version(), response.status) == ("TLSv1.3", 200)


def test_intermediate_missing_and_found_by_its_address(sample: Sample) -> None:
    site = SITES["congmau"]
    with pytest.raises(ssl.SSLCertVerificationError) as caught, connected(sample, site, client(sample)):
        pass
    assert caught.value.verify_code == 20, "unable to get local issuer certificate"
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with connected(sample, site, anybody) as connection:
        leaf = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    found_at = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value[0].access_location.value
    with urllib.request.urlopen(found_at, timeout=10) as response:
        issuer = response.read()
    with connected(sample, site, client(sample, issuer)) as connection, get(connection, site.host, "/") as page:
        assert page.status == 200


def test_connections_are_kept_and_bodies_compressed_on_request(sample: Sample) -> None:
    site = SITES["tinhuymau"]
    with connected(sample, site, client(sample, old=True)) as connection:
        for encoding in (None, "gzip"):
            headers = {"Accept_Encoding": encoding} if encoding else {}
            with get(connection, site.host, site.first, **headers) as response:
                assert response.getheader("Content-Encoding") == encoding
                assert len(response.read()) == int(response.getheader("Content-Length", "0"))
    assert sample.requests == [(site.host, site.first)] * 2


def test_close_is_quick_and_leaves_nothing() -> None:
    before = threading.active_count()
    running = sample_site.serve()
    site = SITES["tinhuymau"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(connected(running, site, client(running, old=True)))
        for port in running.ports.values():
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        start = time.perf_counter()
        running.close()
        assert time.perf_counter() - start < 2, "idle and silent clients must not hold the servers up"
    running.close()
    assert threading.active_count() == before
    assert not running.catalogue.exists()


def test_noise_stops_nobody(sample: Sample) -> None:
    site = SITES["congmau"]
    for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 64):
        with socket.create_connection(("127.0.0.1", sample.ports[site.id])) as raw:
            raw.sendall(noise)
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with connected(sample, site, anybody) as connection, get(connection, site.host, "/robots.txt") as response:
        assert b"Sitemap: https://cong-mau.example/sitemap.xml" in response.read()


@pytest.mark.parametrize(
    ("citation", "symbols"),
    [
        ("Quy định số 96-QĐ/TW", ["96-QĐ/TW"]),
        ("Luật Đất đai số 31/2024/QH15", ["31/2024/QH15"]),
        ("59-NQ/TW", ["59-NQ/TW"]),
        ("Công văn số 8011-CV/BTCTW", ["8011-CV/BTCTW"]),
        ("Nghị quyết 18 năm 2017", []),
        ("Luật An ninh mạng năm 2018", []),
        ("Nghị quyết Trung ương 4 khóa XII", []),
        ("Quy định này", []),
    ],
)
def test_symbols(citation: str, symbols: list[str]) -> None:
    assert [match[0] for match in SYMBOL.finditer(citation)] == symbols


def test_catalogue_is_a_catalogue(catalogue: dict[str, Site]) -> None:
    assert list(catalogue) == list(SITES)
    for article in ARTICLES:
        for site in catalogue.values():
            match = site.matches_article(article.url)
            assert (match is not None) == (site.id == article.site), f"{site.id}: {article.url}"
            assert match is None or match["id"] == str(article.id)


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_listings_feed_and_sitemap_lead_to_every_page(site: SampleSite, catalogue: dict[str, Site]) -> None:
    entry = catalogue[site.id]
    found: dict[str, Link] = {}
    listings = list(entry.start)
    for url in listings:
        page = discover("listing", url, answer(site, url).body, entry)
        listings += [link.fetch_url for link in page.listings]
        found |= {link.fetch_url: link for link in page.articles}
    assert len(listings) == LISTING_PAGES
    pages: list[SampleArticle | NonArticle] = [*site.articles, *site.non_articles]
    listed = {page.url for page in pages if not isinstance(page, SampleArticle) or page.listed}
    assert set(found) == listed
    for url in entry.feeds + entry.sitemaps:
        read = discover("feed" if url in entry.feeds else "sitemap", url, answer(site, url).body, entry)
        assert {link.fetch_url for link in read.articles} == {article.url for article in site.articles}
        assert all(link.published or link.modified for link in read.articles)


def test_enough_of_everything() -> None:
    assert len(ARTICLES) >= 24
    assert len({article.url for article in ARTICLES}) == len(ARTICLES)
    for site in SITES.values():
        assert {page.kind for page in site.non_articles} == {"soft_404", "error", "login", "listing"}
    assert any(not article.listed for article in ARTICLES)
    kinds = {block.kind for article in SITES["congmau"].articles for block in article.blocks}
    assert kinds == {"body", "heading", "caption", "item", "row"}
    twins = [a.site for a in ARTICLES if sum(a.paragraphs == b.paragraphs for b in ARTICLES) == 2]
    assert len(set(twins)) == 2, "one article printed on two hosts"


def test_one_regulation_goes_round_within_weeks() -> None:
    citing = sorted((a.published, a.site) for a in ARTICLES if "96-QĐ/TW" in a.references)
    first = {site: date.fromisoformat(next(day for day, s in citing if s == site)) for site in SITES}
    assert len(set(first.values())) == 3
    assert (max(first.values()) - min(first.values())).days < 60


def shown(article: SampleArticle) -> html.HtmlElement:
    return html.fromstring(answer(SITES[article.site], article.url).body.decode())


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.site}-{article.id}")
def test_page_shows_the_article(article: SampleArticle) -> None:
    page = shown(article)
    assert not page.xpath("//script[contains(., 'alert(')]"), "text must be escaped"
    text = words("".join(page.xpath("//body//text()[not(ancestor::script)]")))
    position = text.index(article.title)
    for cells in ([article.lead], *([str(cell) for cell in block.cells] for block in article.blocks)):
        for cell in cells:
            at = text.find(cell, position)
            assert at >= 0, f"not on the page, or not in this order: {cell}"
            position = at + len(cell)
    assert article.signature is None or article.signature in text
    assert not any(mark in text for mark in ("[[", "]]", "## ", "{{", "}}")), "a mark of the data on the page"
    assert 5 <= len(article.paragraphs) <= 12
    assert article.citations, "an article that cites nothing says nothing here"


def test_script_is_text() -> None:
    article = next(a for a in ARTICLES if "<script>" in " ".join(a.paragraphs))
    assert b"<script>alert(1)" not in answer(SITES[article.site], article.url).body


def test_page_changes_between_visits_but_not_its_article() -> None:
    site = SITES["tinhuymau"]
    pages = Pages(site)
    path = site.articles[0].url.removeprefix(f"https://{site.host}")
    first, second = pages.answer(path).body.decode(), pages.answer(path).body.decode()
    assert first != second, "a counter of readers counts"
    differing = [a for a, b in zip(first.splitlines(), second.splitlines(), strict=True) if a != b]
    assert all("Lượt xem" in line or "Đang online" in line for line in differing), differing


@pytest.mark.parametrize(
    ("site", "path", "status"),
    [
        ("tinhuymau", "/chi-tiet-tin.aspx?id=1187&cat=3", 200),
        ("tinhuymau", "/khong-co.aspx", 200),
        ("baomau", "/khong-co", 404),
        ("congmau", "/khong-co", 404),
        ("congmau", "/web/guest/tin-tuc?cur=1", 404),
        ("baomau", "/robots.txt", 200),
        ("baomau", "/%zz?&&=", 404),
    ],
)
def test_status(site: str, path: str, status: int) -> None:
    assert Pages(SITES[site]).answer(path).status == status


PIECE = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1).map(words).filter(bool)


@given(st.lists(st.tuples(PIECE, st.booleans()), min_size=1))
def test_marks_are_not_text(pieces: list[tuple[str, bool]]) -> None:
    marked = Marked.parse(" ".join(f"[[{piece}]]" if cited else piece for piece, cited in pieces))
    assert str(marked) == " ".join(piece for piece, _ in pieces)
    assert marked.citations == tuple(piece for piece, cited in pieces if cited)
