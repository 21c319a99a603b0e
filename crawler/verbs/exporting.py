"""``danchieu export``: one snapshot of the database, written in one format, with a bar for whoever watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import yaml
from rich.console import Console
from rich.progress import track

from crawler.archive import archive_folder
from crawler.archive.copy import copying
from crawler.tables import counted
from pipelines.errors import InputError
from pipelines.export import BY_ARTICLE, BY_TABLE, Target
from pipelines.export.articles import count_articles, read_articles
from pipelines.export.readme import readme
from pipelines.export.selection import Selection
from pipelines.export.tables import TABLES, read_table
from pipelines.files import binary_destination, text_destination
from pipelines.models import Position
from pipelines.store import Store, reading

T = TypeVar("T")

DESCRIBED = Path(__file__).parents[2] / "output" / "tables.yaml"
_NO_TEXT = ("parquet", "warc")
_COUNTED = {"jsonl": "article", "conllu": "sentence", "segmented": "sentence", "webannotation": "annotation"}
_PAGES = """
SELECT DISTINCT f.warc_file, f.warc_offset, f.warc_length FROM articles a JOIN fetches f ON f.id = a.fetch
WHERE f.warc_file IS NOT NULL AND {}
"""


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. ``table`` is for csv and parquet (None: citations, or all of them into a folder)."""

    form: str
    target: Target
    selection: Selection
    table: str | None = None
    bio: bool = False

    def write(self, db: Path) -> list[str]:
        """Lines that say what was written; raises ``InputError`` for what cannot be asked for."""
        self._check(db)
        with _snapshot(db) as store:
            self.selection.check(store)
            if self.form == "warc":
                return [self._warc(store)]
            return self._tables(store) if self.form in BY_TABLE else [self._articles(store)]

    def _check(self, db: Path) -> None:
        if self.table is not None and self.form not in BY_TABLE:
            raise InputError(f"--table is for {' and '.join(BY_TABLE)}: {self.form} holds whole articles")
        if self.bio and self.form != "segmented":
            raise InputError("--tags is for segmented")
        if self.target.path is None and self.form in _NO_TEXT:
            raise InputError(f"{self.form} is no text: name a file with -o")
        if self.target.path is not None and self.target.path.resolve().is_relative_to(archive_folder(db).resolve()):
            raise InputError(f"{self.target.path} is in the archive of {db}: name another place with -o")

    def _articles(self, store: Store) -> str:
        write = partial(BY_ARTICLE[self.form], bio=True) if self.bio else BY_ARTICLE[self.form]
        articles = _watched(read_articles(store, self.selection), count_articles(store, self.selection))
        path = self.target.file("articles", self.form)
        with text_destination(path) as out:
            return _told(write(articles, out), _COUNTED[self.form], path)

    def _tables(self, store: Store) -> list[str]:
        if self.table is not None or not self.target.folder:
            return [self._table(store, self.table or TABLES[0])]
        lines = [self._table(store, name) for name in TABLES]
        described: dict[str, Any] = yaml.safe_load(DESCRIBED.read_text(encoding="utf-8"))
        with text_destination(self.target.file("README", "readme")) as out:
            out.write(readme(store, self.form, described))
        return lines

    def _table(self, store: Store, name: str) -> str:
        table = read_table(store, name, self.selection)
        path = self.target.file(name, self.form)
        with text_destination(path) if path is None or self.form == "csv" else binary_destination(path) as out:
            return _told(BY_TABLE[self.form](table.columns, _watched(table.rows, table.n), out), "row", path)

    def _warc(self, store: Store) -> str:
        folder = archive_folder(store.path)
        if not folder.is_dir():
            raise InputError(f"{store.path} has no archive beside it: name the database that was crawled or imported")
        pages = _PAGES.format(self.selection.articles())
        n = int(str(store.value(f"SELECT count(*) FROM ({pages})", self.selection.parameters)))  # noqa: S608 - ours
        rows = store.connection.execute(
            f"{pages} ORDER BY f.warc_file, f.warc_offset",
            self.selection.parameters,
        )
        path = self.target.file("pages", self.form)
        assert path is not None, "checked above"
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no plain file, which an archive needs: name another one with -o")
        copied = 0
        with copying(path) as copy:
            for row in _watched(rows, n):
                copied += copy.add(folder, Position(*row)) is not None
        lost = f"; {n - copied} more are not in the archive any more" if copied < n else ""
        return _told(copied, "page", path) + lost


@contextmanager
def _snapshot(db: Path) -> Iterator[Store]:
    """The database as it is now, for as long as the export takes, whatever a crawl writes meanwhile."""
    with reading(db) as store:
        store.connection.execute("BEGIN")
        yield store


def _watched(items: Iterable[T], n: int) -> Iterable[T]:
    """The items, with a progress bar on stderr where that is a terminal."""
    console = Console(stderr=True)
    return track(items, total=n, description="writing", console=console, disable=not console.is_terminal)


def _told(n: int, unit: str, path: Path | None) -> str:
    return counted(n, unit) + (f" in {path}" if path else "")
