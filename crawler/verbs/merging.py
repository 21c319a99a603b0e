"""``danchieu merge``: databases and their archives into one new database.

It is made in a folder of its own and takes its name when it is whole; archive files are linked where the disk allows,
since no file is ever written to again when its crawl has ended.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import archive_folder, is_alive
from crawler.archive.purge import purge
from crawler.tables import counted
from pipelines.corpus import run_corpus
from pipelines.errors import InputError
from pipelines.files import writing
from pipelines.integrity import check_keys, check_search, check_space
from pipelines.store import Store, bring_up_to_date, reading
from pipelines.store.forgetting import sweep
from pipelines.store.merging import Part, merge_rows
from pipelines.store.tombstones import tombstones


@dataclass(frozen=True, slots=True)
class Merged:
    """What the merged database holds, and how many articles tombstones kept out of it."""

    path: Path
    articles: int
    mentions: int
    files: int
    forgotten: int

    def __str__(self) -> str:
        kept_out = f"; {self.forgotten} kept out by tombstones" if self.forgotten else ""
        held = f"{counted(self.articles, 'article')} with {counted(self.mentions, 'reference')}"
        return f"{self.path}: {held}{kept_out}; {counted(self.files, 'archive file')}"


def merge(databases: Sequence[Path], output: Path, say: Callable[[str], None]) -> Merged:
    """The database made of several; raises ``InputError`` for what is missing, at work or in the way."""
    _check(databases, output, say)
    room = output.with_name(f".{output.name}.merging")
    shutil.rmtree(room, ignore_errors=True)  # of a merge that was killed
    try:
        with writing(room):
            room.mkdir(parents=True)
        merged = _merge(databases, room / output.name, output)
        with writing(output):
            if (made := archive_folder(room / output.name)).is_dir():
                made.rename(archive_folder(output))
            (room / output.name).rename(output)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return merged


def _check(databases: Sequence[Path], output: Path, say: Callable[[str], None]) -> None:
    for path in (output, archive_folder(output)):
        if path.exists():
            raise InputError(f"{path} is there already: merge into a new file")
    size = 0
    for database in databases:
        bring_up_to_date(database, say)
        with reading(database):
            pass  # the sentence for a file that is missing, not ours or newer
        size += database.stat().st_size
        for file in archive_folder(database).glob("*.warc.gz"):
            if is_alive(file):
                raise InputError(
                    f"a crawl or an import is writing to {database}: wait until it ends, then run this again"
                )
    check_space(output, 2 * size)


def _merge(databases: Sequence[Path], path: Path, output: Path) -> Merged:
    renamed = _gather_archives(databases, archive_folder(path))
    with Store.open(path) as store:
        merge_rows(store, [Part(*part) for part in zip(databases, renamed, strict=True)])
        forgotten = sweep(store).articles
        stones = tombstones(store.connection)
        if stones:
            purge(store, lambda held: stones.cover(held.url))
        run_corpus(store)
        check_keys(store.connection, path)
        with store.write() as tx:
            check_search(tx, path)
        articles, mentions = store.rows("SELECT count(*), (SELECT count(*) FROM mentions) FROM articles")[0]
    files = len(list(archive_folder(path).glob("*.warc.gz")))
    return Merged(output, articles, mentions, files, forgotten)


def _gather_archives(databases: Sequence[Path], folder: Path) -> list[dict[str, str]]:
    """For each database its archive files that bear another name in the folder, because another one has theirs."""
    renamed: list[dict[str, str]] = []
    for database in databases:
        names: dict[str, str] = {}
        for file in sorted(archive_folder(database).glob("*.warc.gz")):
            with writing(folder):
                folder.mkdir(exist_ok=True)
                name = _take(file, folder)
            if name != file.name:
                names[file.name] = name
        renamed.append(names)
    return renamed


def _take(file: Path, folder: Path) -> str:
    """The name in the folder of a file that is now there."""
    target = folder / file.name
    if target.exists() and not filecmp.cmp(file, target, shallow=False):
        with file.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        target = folder / f"{file.name.removesuffix('.warc.gz')}-{digest[:12]}.warc.gz"
    if not target.exists():
        try:
            os.link(file, target)
        except OSError:  # another disk, or one without links
            shutil.copy2(file, target)
    return target.name
