"""Data out, one function a format. Everything streams: memory does not grow with the database."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO, cast

from pipelines.errors import InputError, StorageError
from pipelines.export.annotations import to_webannotation
from pipelines.export.articles import to_jsonl
from pipelines.export.conllu import to_conllu
from pipelines.export.csv import to_csv
from pipelines.export.parquet import to_parquet
from pipelines.export.words import to_segmented

BY_ARTICLE: Mapping[str, Callable[..., int]] = {
    "jsonl": to_jsonl,
    "conllu": to_conllu,
    "segmented": to_segmented,
    "webannotation": to_webannotation,
}
BY_TABLE: Mapping[str, Callable[..., int]] = {"csv": to_csv, "parquet": to_parquet}
ENDINGS = {
    "jsonl": ".jsonl",
    "conllu": ".conllu",
    "segmented": ".tsv",
    "webannotation": ".jsonld",
    "csv": ".csv",
    "parquet": ".parquet",
    "warc": ".warc.gz",
    "readme": ".md",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes: stdout (no path), a file, or a folder whose files are named after what they hold."""

    path: Path | None = None
    folder: bool = False

    @classmethod
    def named(cls, name: str | None) -> Self:
        """The target of a name; a folder where one is there or the name ends in "/"."""
        if name is None:
            return cls()
        path = Path(name)
        return cls(path, folder=name.endswith("/") or path.is_dir())

    def file(self, name: str, form: str) -> Path | None:
        """The file for what is called ``name``, in a folder that is there; raises ``InputError``."""
        if self.path is None:
            return None
        if not self.folder:
            if not self.path.parent.is_dir():
                raise InputError(f"there is no folder {self.path.parent}: make it first, or name another file with -o")
            return self.path
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        return self.path / (name + ENDINGS[form])


@contextmanager
def text_destination(path: Path | None) -> Iterator[TextIO]:
    """Where to write text: stdout without a path, else a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        return
    with _appearing(path, "w", encoding="utf-8", newline="") as out:
        yield cast(TextIO, out)


@contextmanager
def binary_destination(path: Path | None) -> Iterator[BinaryIO]:
    """Where to write bytes: a file that appears whole or not at all."""
    assert path is not None, "bytes are for files"
    with _appearing(path, "wb") as out:
        yield cast(BinaryIO, out)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the disk has against writing into a ``StorageError``."""
    try:
        yield
    except BrokenPipeError:  # a reader of stdout that has enough
        raise
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): make room or name another file") from error


@contextmanager
def _appearing(path: Path, mode: str, **how: Any) -> Iterator[object]:
    """A file beside the target that takes its place at the end of the block; devices and pipes are written to."""
    if path.exists() and not path.is_file():
        with writing(path), path.open(mode, **how) as out:
            yield out
        return
    path = path.resolve()  # a link stays one
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with writing(path):
            with part.open(mode, **how) as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
    finally:
        with suppress(OSError):  # a disk that refuses this too has said why already
            part.unlink(missing_ok=True)
