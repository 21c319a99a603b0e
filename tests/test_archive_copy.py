"""Copies of archived exchanges: whole, readable by us and by others, and never half written."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive_samples import end_of, exchange, records
from crawler.archive import Archive
from crawler.archive.copy import compact, copying
from crawler.archive.pages import ArchivedPage
from crawler.archive.read import read_archive, read_at
from pipelines.errors import InputError, StorageError
from pipelines.models import Position


def archived(folder: Path, count: int = 5, run: str = "r1") -> list[Position]:
    with Archive(folder, run, roll_at=4000) as archive:
        return [archive.append(exchange(url=f"https://tinh.example/{run}/{n}"), {"site": "tinh"}) for n in range(count)]


def test_an_export_holds_what_was_archived(tmp_path: Path) -> None:
    folder, target = tmp_path / "archive", tmp_path / "export.warc.gz"
    positions = archived(folder) + archived(folder, run="r2")
    assert len({position.file for position in positions}) > 2
    chosen = positions[::-2]
    with copying(target) as copy:
        copies = [copy.add(folder, position) for position in chosen]
    pages = list(read_archive(target))
    assert [item.position for item in pages if isinstance(item, ArchivedPage)] == copies
    for page, position in zip(pages, chosen, strict=True):
        was = read_at(folder, position.file, position.offset)
        assert page == replace(was, file=page.file, offset=page.offset)
    assert [kind for kind, _, _ in records(target)] == ["warcinfo", *["response", "metadata"] * len(chosen)]
    ran = subprocess.run([Path(sys.executable).parent / "warcio", "check", target], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_is_gone_or_damaged_is_not_copied(tmp_path: Path) -> None:
    folder, target = tmp_path / "archive", tmp_path / "export.warc.gz"
    first, second, *_ = archived(folder)
    path = folder / second.file
    data = bytearray(path.read_bytes())
    data[second.offset + 100] ^= 1
    path.write_bytes(data)
    odd = [
        Position("gone.warc.gz", 0, 10),
        second,
        replace(first, offset=first.offset + 1),
        replace(first, length=first.length - 1),
        replace(first, length=first.length + 1),
        Position(first.file, 10**9, 5),
    ]
    with copying(target) as copy:
        assert [copy.add(folder, position) for position in odd] == [None] * len(odd)
        assert copy.add(folder, first) is not None
    assert len(list(read_archive(target))) == 1


def test_a_copy_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "export.warc.gz"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), copying(target):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["export.warc.gz"]
    assert target.read_bytes() == b"old"
    with pytest.raises(StorageError, match="cannot be written"), copying(tmp_path / "gone" / "export.warc.gz"):
        pass


def test_compacting_keeps_what_is_kept(tmp_path: Path) -> None:
    positions = archived(tmp_path, 2)
    old = tmp_path / positions[0].file
    kept = positions[1:]
    moved = compact(old, kept)
    assert list(moved) == kept
    for was, now in moved.items():
        assert now.file == f"{old.name.removesuffix('.warc.gz')}.1.warc.gz"
        assert replace(read_at(tmp_path, now.file, now.offset), file="", offset=0) == replace(
            read_at(tmp_path, was.file, was.offset), file="", offset=0
        )
        assert end_of(now) == (tmp_path / now.file).stat().st_size
    assert old.exists()


def test_a_file_in_use_is_not_compacted(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
        with pytest.raises(InputError, match="a crawl is writing"):
            compact(tmp_path / position.file, [position])
