"""Data out, one function a format. Everything streams: memory does not grow with the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipelines.errors import InputError
from pipelines.export.annotations import to_webannotation
from pipelines.export.articles import to_jsonl
from pipelines.export.conllu import to_conllu
from pipelines.export.csv import to_csv
from pipelines.export.parquet import to_parquet
from pipelines.export.words import to_segmented
from pipelines.files import writing

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
        """The target of a name; stdout for "-", a folder where one is there or the name ends in "/"."""
        if name is None or name == "-":
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
