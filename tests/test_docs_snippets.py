"""The Python in docs/exports.md and docs/scale.md runs on real exports, wherever the library it shows is installed."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.verbs.exporting import Export
from pipelines.export import Target
from pipelines.export.selection import Selection

DOCS = Path(__file__).parent.parent / "docs"
FILES = {"csv": "citations.csv", "jsonl": "articles.jsonl", "conllu": "articles.conllu", "segmented": "articles.tsv"}
OWN_MACHINES = "dask_jobqueue"  # starts jobs on a Slurm cluster
BLOCKS = [
    pytest.param(found[1], id=f"{page}: {found[1].split(maxsplit=2)[1]}")
    for page in ("exports.md", "scale.md")
    for found in re.finditer(r"^```python\n(.+?)^```", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S)
]


def imported(code: str) -> set[str]:
    """The packages that a block imports."""
    nodes = list(ast.walk(ast.parse(code)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


@pytest.fixture
def folder(demo_db: Path, tmp_path: Path) -> Path:
    """A folder with the files that the blocks read."""
    for form, name in FILES.items():
        Export(form, Target(tmp_path / name), Selection(), bio=form == "segmented").write(demo_db)
    return tmp_path


@pytest.mark.parametrize("code", BLOCKS)
def test_a_block_runs(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if OWN_MACHINES in imported(code):
        pytest.skip("needs a Slurm cluster")
    for name in imported(code):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    monkeypatch.chdir(folder)
    if "/shared/parts" in code:
        write_part(folder / "parts")
        code = code.replace("/shared/parts", str(folder / "parts"))
    names: dict[str, Any] = {}
    exec(compile(code, "docs", "exec"), names)
    CHECKS.get(next(iter(imported(code) & set(CHECKS)), ""), lambda names, folder: None)(names, folder)


def write_part(folder: Path) -> None:
    """A part as a worker leaves it."""
    import pyarrow
    from pyarrow import parquet

    folder.mkdir()
    rows = [{"unit": unit, "kind": "article", "n_mentions": n} for unit, n in (("hue", 2), ("gia-lai", 3), ("hue", 4))]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "a-0.parquet")


def articles(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]


def check_spacy(names: dict[str, Any], folder: Path) -> None:
    docs = list(names["DocBin"]().from_disk(folder / "articles.spacy").get_docs(names["vi"].vocab))
    assert [doc.spans["references"].__len__() for doc in docs] == [len(a["mentions"]) for a in articles(folder)]
    for doc, article in zip(docs, articles(folder), strict=True):
        assert [token.text for token in doc] == [article["text"][a:b] for a, b in article["words"]]
        assert sum(1 for _ in doc.sents) == len(article["sentences"])


def check_conllu(names: dict[str, Any], folder: Path) -> None:
    assert names["cited"] is not None


def check_pandas(names: dict[str, Any], folder: Path) -> None:
    if "citations" in names:
        numbers = [mention["number"] or "" for article in articles(folder) for mention in article["mentions"]]
        assert list(names["citations"]["number"]) == numbers
        return
    assert names["tokens"].str.len().equals(names["tags"].str.len())


def check_datasets(names: dict[str, Any], folder: Path) -> None:
    assert names["one"]["text_sha256"] == articles(folder)[0]["text_sha256"]


CHECKS = {"spacy": check_spacy, "conllu": check_conllu, "pandas": check_pandas, "datasets": check_datasets}
