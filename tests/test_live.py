"""``sites check --live``: what a site shows now, in a word, by one listing and one article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chained import PAGE, ChainedSite, chained_site
from conftest import Run

pytestmark = pytest.mark.slow  # starts many crawls

EMPTY = "<!doctype html><html><head><title>Tin</title></head><body></body></html>"
ELSEWHERE = (
    '<!doctype html><html><head><title>Tin</title></head><body><a href="/gioi-thieu">Giới thiệu</a></body></html>'
)
WALL = "<!doctype html><html><head><title>Just a moment...</title></head><body>_cf_chl_opt</body></html>"
UNDATED = PAGE.format(k=0, n=1, day=1).replace('<p class="date">01/03/2023 08:00</p>', "")

SHOWN = [
    ("ok", {}, 0, "2023-03-01 Bài viết số 0"),
    ("no links", {"/tin": EMPTY}, 5, "/tin"),
    ("no links", {"/tin": ELSEWHERE}, 5, "none of the 1 links"),
    ("blocked", {"/bai-viet-post0.html": WALL}, 5, "blocked"),
    ("blocked", {"/robots.txt": "User-agent: *\nDisallow: /"}, 5, "robots.txt"),
    ("no text", {"/bai-viet-post0.html": EMPTY}, 5, "empty"),
    ("no date", {"/bai-viet-post0.html": UNDATED}, 5, "Bài viết số 0"),
]


@pytest.fixture
def site() -> Iterator[ChainedSite]:
    with chained_site(listings=1, per_listing=2) as site:
        yield site


@pytest.mark.parametrize(("result", "instead", "code", "words"), SHOWN)
def test_a_site_in_a_word(
    site: ChainedSite, tmp_path: Path, run: Run, result: str, instead: dict[str, str], code: int, words: str
) -> None:
    site.instead.update(instead)
    done = run("sites", "check", "--live", "--sites", site.catalogue(tmp_path))
    assert "Traceback" not in done.stderr, done.stderr
    row = done.stdout.splitlines()[1].split("\t")
    assert (done.returncode, row[:2], words in row[2]) == (code, ["chained", result], True), done.stdout
    assert len(site.asked) <= 4, "robots.txt, a listing, and the same for an article"


def test_a_site_that_is_down(tmp_path: Path, run: Run) -> None:
    with chained_site(listings=1, per_listing=1) as site:
        catalogue = site.catalogue(tmp_path)
    done = run("sites", "check", "--live", "chained", "--sites", catalogue)
    assert (done.returncode, "no answer" in done.stdout, "refused" in done.stdout) == (5, True, True), done.stdout


@pytest.mark.parametrize(("words", "said"), [(("--live", "baogialai"), "DANCHIEU_CONTACT"), (("baogialai",), "--live")])
def test_misuse_gets_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str) -> None:
    monkeypatch.delenv("DANCHIEU_CONTACT", raising=False)
    done = run("sites", "check", *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
