"""``danchieu corpus``: the steps over all articles on demand, and what it says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Run
from corpus_world import World, article
from crawler.archive import Archive, archive_folder
from crawler.verbs.corpus import in_words
from pipelines.corpus import CorpusReport, run_corpus

DATED = article("a", "Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị")
UNDATED = article("b", "Quy định số 96-QĐ/TW", "2024-05-01")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.db"
    World(path).open([DATED, UNDATED]).close()
    return path


def test_it_says_what_it_did_and_then_that_nothing_is_left(db: Path, run_inside: Run) -> None:
    done = run_inside("corpus", "--db", db)
    assert done.returncode == 0, done.stderr
    assert "2 texts sketched" in done.stdout, done.stdout
    assert "1 correction" not in done.stdout, "what did not change is not spoken of"
    again = run_inside("corpus", "--db", db)
    assert again.stdout.startswith("nothing changed"), again.stdout


def test_json_names_every_step(db: Path, run_inside: Run) -> None:
    said = json.loads(run_inside("corpus", "--json", "--db", db).stdout)
    assert said["changed"]["texts"] == 2, said
    assert said["changed"].keys() == said["seconds"].keys()


def test_every_step_has_words(db: Path) -> None:
    with World(db).open() as store:
        report = run_corpus(store)
    every = CorpusReport(dict.fromkeys(report.changed, 2), report.seconds)
    assert len(in_words(every).splitlines()) == len(report.changed) + 1


@pytest.mark.parametrize(("content", "code"), [(None, 2), (b"", 4), (b"no database", 4)])
def test_what_is_no_database_of_ours_is_told_in_a_sentence(
    tmp_path: Path, run_inside: Run, content: bytes | None, code: int
) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)
    done = run_inside("corpus", "--db", path)
    assert done.returncode == code, f"{content!r}: {done.stderr}"
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr


def test_it_leaves_a_database_alone_that_a_crawl_writes_to(db: Path, run_inside: Run) -> None:
    with Archive(archive_folder(db), "r1"):
        done = run_inside("corpus", "--db", db)
    assert done.returncode == 2, done.stderr
    assert "wait until it ends" in done.stderr
