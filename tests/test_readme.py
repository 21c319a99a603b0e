"""The README holds what the project promises: two commands of one line, links and pictures that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import danchieu

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.vi.md")


def blocks(name: str, kind: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^ *```{kind}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_the_quick_start_is_two_commands_of_one_line(name: str) -> None:
    commands = blocks(name, "sh")
    assert [command.count("\n") for command in commands] == [1, 1], commands
    assert commands[0].rstrip().endswith("danchieu demo")
    assert commands[1].rstrip().endswith("pytest")
    assert commands == blocks(READMES[0], "sh"), "both languages give the same commands"


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), f"{name} leads to {target}, which is not there"


@pytest.mark.parametrize("name", READMES)
def test_every_command_exists_with_its_options(name: str) -> None:
    lines = [line for block in blocks(name, "console") for line in block.splitlines() if "$ danchieu " in line]
    assert len(lines) >= 6
    for line in lines:
        words = line.split("$ danchieu ", 1)[1].split()
        depth = 2 if words[0] == "sites" else 1
        shown = CliRunner().invoke(danchieu, [*words[:depth], "--help"])
        assert shown.exit_code == 0, f"{line}\n{shown.output}"
        for option in (word for word in words[depth:] if word.startswith("-")):
            assert option in shown.output, f"{line}: there is no {option}"
