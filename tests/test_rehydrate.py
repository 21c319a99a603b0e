"""Texts come back from an archive or the web, to the character or not at all, and what no longer matches is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chained import chained_site
from conftest import Run
from crawler.verbs.publishing import publish
from crawler.verbs.rehydrating import rehydrate
from pipelines.errors import InputError
from pipelines.store import Store, reading

pytestmark = pytest.mark.slow  # starts many crawls


def no_web(db: Path, names: object) -> None:
    raise AssertionError("nothing was to be fetched")


@pytest.fixture
def release(demo_db: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    publish(demo_db, folder, name="r1", with_texts=False, rights=False, contact=None)
    return folder


def texts(db: Path) -> dict[int, tuple[str, str]]:
    with reading(db) as store:
        rows = store.rows("SELECT t.article, t.text, t.paragraphs FROM texts t JOIN articles a ON a.id = t.article")
        return {row["article"]: (row["text"], row["paragraphs"]) for row in rows}


def spoilt(release: Path, demo_db: Path) -> Path:
    """The release as if one article had had another text; its file no longer fits the manifest's digest."""
    copy = release.with_name("spoilt.db")
    shutil.copy(release / "danchieu.db", copy)
    with Store.open(copy) as store, store.write() as tx:
        tx.execute("UPDATE articles SET text_sha256 = 'other' WHERE id = (SELECT min(id) FROM articles)")
    return copy


def test_texts_come_back_from_an_archive(demo_db: Path, release: Path) -> None:
    output = spoilt(release, demo_db)
    report = rehydrate(release, output, [demo_db.with_name("demo.db.archive")], {}, 1, no_web)
    original = texts(demo_db)
    restored = texts(output)
    assert restored == {article: original[article] for article in restored}
    with reading(output) as store:
        published = {row["url"]: row["id"] for row in store.rows("SELECT id, url FROM articles")}
        spoilt_url = store.value("SELECT url FROM articles WHERE text_sha256 = 'other'")
        wrong = store.rows(
            "SELECT article FROM mentions JOIN texts USING (article)"
            ' WHERE substr(text, start + 1, "end" - start) <> surface'
        )
        assert wrong == []
        assert store.value("SELECT count(DISTINCT article) FROM sentences") == report.restored
        assert store.value("SELECT count(*) FROM articles_fts") == report.restored
    assert len(restored) == report.restored > len(published) / 2
    assert report.restored + len(report.changed) + len(report.absent) == len(published)
    assert {published[url] for url in (*report.changed, *report.absent)} == set(published.values()) - set(restored)
    assert spoilt_url in report.changed
    assert report.exit_code == 3
    assert f"no longer matches: {spoilt_url}" in str(report)
    assert texts(release / "danchieu.db") == {}, "the release stays as it is"


def test_what_is_no_release_is_refused(release: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no release"):
        rehydrate(tmp_path, None, [], {}, 1, no_web)
    with pytest.raises(InputError, match="check its name"):
        rehydrate(release, None, [tmp_path / "none.warc.gz"], {}, 1, no_web)
    (tmp_path / "release.db").unlink()
    with Store.open(release / "danchieu.db") as store, store.write() as tx:
        tx.execute("DELETE FROM mentions")
    with pytest.raises(InputError, match="not the file that was published"):
        rehydrate(release, None, [], {}, 1, no_web)
    assert not (tmp_path / "release.db").exists()


def test_texts_come_back_from_the_web(tmp_path: Path, run: Run) -> None:
    db, folder = tmp_path / "first.db", tmp_path / "release"
    with chained_site(listings=1, per_listing=4) as site:
        catalogue = site.catalogue(tmp_path)
        assert run("crawl", "--db", db, "--sites", catalogue, "--workers", "1").returncode == 0
        publish(db, folder, name=None, with_texts=False, rights=False, contact=None)
        changed, gone = "/bai-viet-post1.html", "/bai-viet-post2.html"
        site.instead[changed] = site.answer("/bai-viet-post0.html")[1].replace("chiều muộn", "trưa")
        site.served.clear()
        site.instead[gone] = ""
        done = run("rehydrate", folder, "--sites", catalogue, "--workers", "1", seconds=150)
        assert done.returncode == 3, done.stderr
        assert "texts restored: 2; no longer matching their digest: 1; not found: 1" in done.stdout, done.stdout
        assert f"{changed}\n" in done.stdout
        assert not [path for path in site.served if path.startswith("/tin")], "no listing is visited"
    kept = texts(db)
    back = texts(tmp_path / "release.db")
    assert len(back) == 2
    assert back == {article: kept[article] for article in back}
