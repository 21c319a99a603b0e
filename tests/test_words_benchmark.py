"""The benchmark of words scores a CoNLL-U file it has not seen."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SENTENCES = {
    "Bộ Chính trị họp.": ["Bộ Chính trị", "họp", "."],
    "Hà Nội vào thu.": ["Hà Nội", "vào", "thu", "."],
}


def conllu(text: str, words: list[str]) -> str:
    rows = [f"{i}\t{word}\t_\tX\t_\t_\t{i - 1}\tdep\t_\t_" for i, word in enumerate(words, start=1)]
    return "\n".join([f"# text = {text}", *rows, "", ""])


def test_every_system_has_its_row(tmp_path: Path) -> None:
    treebank = tmp_path / "own.conllu"
    treebank.write_text("".join(conllu(text, words) for text, words in SENTENCES.items()), encoding="utf-8")
    command = [sys.executable, "benchmarks/words.py", "--rounds", "1", str(treebank)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "2 sentences, 32 characters" in shown
    for system in ("underthesea", "danchieu, cold caches", "danchieu, warm caches"):
        row = re.search(rf"^\| {system}.*$", shown, re.MULTILINE)
        assert row, f"{system} has no row in:\n{shown}"
        assert " 100.00 | 100.00 | " in row[0], row[0]
