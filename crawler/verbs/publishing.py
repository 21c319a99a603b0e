"""``danchieu publish``: a release, a folder that may be given away and served by any host.

It is made beside its place and takes it when it is whole. Made from one snapshot of the database, whatever a crawl
writes meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crawler.middlewares.robots import Rules
from crawler.verbs.publishing_files import Release, changes, citation, data_card, licence
from pipelines.corpus import run_corpus
from pipelines.errors import InputError
from pipelines.files import writing
from pipelines.integrity import check_keys, check_space, copy_database
from pipelines.store import Store, reading
from pipelines.store.publishing import leave_out, write_public
from pipelines.store.tombstones import host_of

DATABASE = "danchieu.db"
MANIFEST = "manifest.json"
_TEXTS_MEAN = (
    "--with-texts publishes whole newspaper texts, leads and bylines: they belong to the newspapers and name people,"
    " and nothing in them is masked. Give --i-have-the-rights if you hold the rights or may publish them"
)


@dataclass(frozen=True, slots=True)
class Published:
    """A release and how many articles were left out of it."""

    folder: Path
    release: Release
    left_out: int

    def __str__(self) -> str:
        rows = self.release.rows
        return (
            f"{self.folder}: release {self.release.name} with {rows['articles']} articles, {rows['mentions']} citations"
            f" and {rows['excerpts']} excerpts; {self.left_out} articles left out (withdrawn, gone or closed since)"
        )


def publish(
    db: Path, folder: Path, *, name: str | None, with_texts: bool, rights: bool, contact: str | None
) -> Published:
    """The release in ``folder``, in place of the one that was there.

    Raises ``InputError`` for a folder that holds something else, and for texts without the rights to them.
    """
    if with_texts and not rights:
        raise InputError(_TEXTS_MEAN)
    folder = folder.absolute()
    earlier = _earlier(folder)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a publication that was killed
    try:
        with writing(part):
            part.mkdir(parents=True)
        left_out = _databases(db, part, with_texts)
        release = _describe(part, name, with_texts, contact, earlier, folder)
        _take_place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Published(folder, release, left_out)


def _earlier(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of the release in a folder; None when there is nothing; raises for anything else."""
    aside = folder.with_name(f".{folder.name}.old")
    if aside.is_dir() and not folder.exists():  # killed between two names
        aside.rename(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        ours = {MANIFEST, *manifest["files"]}
        _ = manifest["release"], manifest["program"], manifest["rows"]["mentions"]  # what the next release compares
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{folder} holds something that is no release: name another folder with -o") from error
    if others := sorted(path.name for path in folder.iterdir() if path.name not in ours):
        raise InputError(f"{folder} holds {others[0]}, which is no part of the release and would be lost: move it away")
    return manifest


def _databases(db: Path, part: Path, with_texts: bool) -> int:
    """How many articles were left out of the public database, which is now in the folder."""
    work, public = part / "work.db", part / "public.db"
    with reading(db):
        check_space(part / DATABASE, 3 * db.stat().st_size)
        copy_database(db, work)
    with Store.open(work) as copy:
        left_out = leave_out(copy, _closed(copy))
        if left_out:
            run_corpus(copy)
    with Store.open(public) as store:
        write_public(store, work, with_texts=with_texts)
        check_keys(store.connection, public)
        store.compact_into(part / DATABASE)
    with closing(sqlite3.connect(part / DATABASE)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file that a read-only host can serve
    for path in [*part.glob("work.db*"), *part.glob("public.db*")]:
        path.unlink()
    return left_out


def _closed(store: Store) -> Callable[[str], bool]:
    """Whether what a host's robots.txt said last closes an address, which was open when it was fetched."""
    rows = store.rows("SELECT host, robots_text FROM hosts WHERE robots = 'rules' AND robots_text IS NOT NULL")
    rules = {row["host"]: Rules("rules", 0, row["robots_text"]) for row in rows}

    def is_closed(url: str) -> bool:
        host = host_of(url)
        known = rules.get(host) or rules.get(f"{host}:443") or rules.get(f"{host}:80")
        return known is not None and not known.allows(url)

    return is_closed


def _describe(
    part: Path,
    name: str | None,
    with_texts: bool,
    contact: str | None,
    earlier: Mapping[str, Any] | None,
    folder: Path,
) -> Release:
    made = datetime.now(UTC)
    with closing(sqlite3.connect(part / DATABASE)) as connection:
        counts = _counts(connection)
        release = Release(name or made.date().isoformat(), made, version("danchieu"), with_texts, contact, counts)
        _write(part / "README.md", data_card(release, connection))
    before = folder / DATABASE if earlier else None
    history = folder / "CHANGES.md"
    past = history.read_text(encoding="utf-8") if earlier and history.is_file() else ""
    _write(part / "CHANGES.md", changes(release, part / DATABASE, before, earlier, past))
    _write(part / "CITATION.cff", citation(release))
    _write(part / "LICENSE.md", licence(release))
    _write(part / "inspect-data.json", json.dumps(_inspected(part / DATABASE, counts), indent=2))
    files = {path.name: {"sha256": digest_of(path), "bytes": path.stat().st_size} for path in sorted(part.iterdir())}
    manifest = {**release.facts(), "previous": earlier["release"] if earlier else None, "files": files}
    _write(part / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False))
    return release


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}  # noqa: S608


def _inspected(path: Path, counts: Mapping[str, int]) -> dict[str, object]:
    """What ``datasette --inspect-file`` reads: with it a served file is not counted through at every start."""
    tables = {name: {"count": count} for name, count in counts.items()}
    facts = {"hash": digest_of(path), "size": path.stat().st_size, "file": path.name, "tables": tables}
    return {path.stem: facts}


def _take_place(part: Path, folder: Path) -> None:
    aside = folder.with_name(f".{folder.name}.old")
    with writing(folder):
        shutil.rmtree(aside, ignore_errors=True)
        if folder.exists():
            folder.rename(aside)
        part.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    with writing(path), path.open("w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")
        file.flush()
        os.fsync(file.fileno())


def digest_of(path: Path) -> str:
    """The sha256 of a file, as the manifest has it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
