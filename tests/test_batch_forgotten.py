"""What was forgotten comes back by no batch: neither into the database nor into parts, under none of its names."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from crawler.addresses import canonical
from crawler.archive import Archive
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import exchange_of
from crawler.batch.archived_work import Archived, understand_archived
from crawler.batch.parts import NOTHING_FORGOTTEN, Told, write_stretch
from crawler.sites import load_sites
from crawler.verbs.importing import Importer
from crawler.verbs.importing_pages import Reader, Report
from pipelines.models import Fetch, Page
from pipelines.store import Store, reading
from pipelines.store.tombstones import entomb, tombstones, whole_host, whole_site
from pipelines.version import program_version

AT = "2023-03-01T00:00:00Z"
HOST = "https://baogialai.com.vn"
PAGE = f"{HOST}/hoi-nghi-post7.html"
OLD = f"{HOST}/ten-cu-post6.html"  # what the page declares to be
HTML = f"""<html><head><title>Hội nghị</title><link rel="canonical" href="{OLD}"></head><body><h1>Hội nghị</h1>
<p>Ngày 01/3/2023, Tỉnh ủy phổ biến Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị.</p>
<p>Các đồng chí dự hội nghị nghe giới thiệu những điểm mới, thảo luận và góp ý kế hoạch thực hiện.</p></body></html>"""
# What a tombstone stands on, and whether the page is under it.
STONES = [
    (canonical(PAGE), True),
    (canonical(OLD), True),
    ("baogialai:7", True),
    ("baogialai:6", True),
    (whole_site("baogialai"), True),
    (whole_host("baogialai.com.vn"), True),
    ("baogialai:8", False),
    (whole_site("baobinhdinh"), False),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the archive of one page."""
    page = Page(PAGE, HTML.encode(), fetched_at=AT)
    with Archive(tmp_path / "pages", "r1") as archive:
        archive.append(exchange_of(ArchivedPage(page, Fetch(PAGE, AT, status=200), "")), {})
    return tmp_path / "pages"


def with_stone(db: Path, stone: str) -> Path:
    with Store.open(db) as store, store.write() as tx:
        entomb(tx, [stone], at=AT, reason="asked for")
    return db


def imported(db: Path, folder: Path) -> Report:
    def engine(jobs, keep):  # type: ignore[no-untyped-def]  # one of many signatures
        for job in jobs:
            keep(job, understand_archived(job.task()))

    return Importer(db, Reader(load_sites(), False, print), engine).run([folder])


def stretch(folder: Path) -> list[Archived]:
    return [job.task() for job in Reader(load_sites(), False, print, distant=True).jobs([folder])]


@pytest.mark.parametrize(("stone", "covered"), STONES)
def test_no_import_takes_it(tmp_path: Path, folder: Path, stone: str, covered: bool) -> None:
    report = imported(with_stone(tmp_path / "x.db", stone), folder)
    assert report.tally.outcomes == {"forgotten" if covered else "new": 1}


@pytest.mark.parametrize(("stone", "covered"), STONES)
def test_no_part_holds_it(tmp_path: Path, folder: Path, stone: str, covered: bool) -> None:
    """Nor does one that was written before it was forgotten."""
    pages, parts = stretch(folder), tmp_path / "parts"
    parts.mkdir()
    with reading(with_stone(tmp_path / "x.db", stone)) as store:
        stones = tombstones(store.connection)
    for given, expected in ((NOTHING_FORGOTTEN, "article"), (stones, "forgotten" if covered else "article")):
        (told,) = write_stretch(pages, program_version(), parts, given)
        assert told.kind == expected
        (part,) = parts.iterdir()
        assert (b"post7" in part.read_bytes() or b"post6" in part.read_bytes()) == (expected == "article")
        (row,) = parquet.read_table(part).to_pylist()
        assert (row["kind"], row["offset"]) == (expected, pages[0].position.offset)
        assert row["canonical"] == (canonical(OLD) if expected == "article" else None)


def test_a_damaged_part_is_written_anew(tmp_path: Path, folder: Path) -> None:
    pages = stretch(folder)
    first = write_stretch(pages, program_version(), tmp_path)
    (part,) = tmp_path.glob("*.parquet")
    whole = part.read_bytes()
    for spoiled in (b"", whole[:-9], b"x" * 100):
        part.write_bytes(spoiled)
        assert write_stretch(pages, program_version(), tmp_path) == first == [Told("article", 1)]
        assert part.read_bytes() == whole
