"""Every figure of docs/performance.md: runs each benchmark and writes the page from what it prints.

    python benchmarks                                   # short runs; prints the page
    python benchmarks --write                           # into docs/performance.md
    python benchmarks --full --pages FOLDER --treebank vi_vtb-ud-dev.conllu --write

``--pages`` is a folder of saved pages for the parts that read pages, by default those of the tests, which are short;
without ``--treebank`` the part on words is left out. A benchmark that fails is named and leaves the others alone.

With ``--write`` the page is written after each part, and what is not run now stays as it was: a run that was stopped is
completed with ``--only``.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from targets import PREFIX

from pipelines.version import program_version

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
HEAD = """# Performance

Made by `python benchmarks --write`; every part names the command that prints it, and when it ran. Times are of the
machine below and whatever else it did: trust ratios within a part, since its systems ran in turn, more than
milliseconds. Seconds are of the processor, not of the clock, unless a table says so.
"""
TARGETS = "| to be reached | asked | measured |\n|---|---|---|\n"


@dataclass(frozen=True)
class Part:
    """A section of the page: the command that prints it, and how it is run in short and in full."""

    title: str
    about: str
    script: str
    short: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


def parts(pages: Path | None, treebank: tuple[Path, ...]) -> Iterator[Part]:
    """The parts of the page in order; PAGES and TREEBANK stand for what was given."""
    some = ("PAGES",) if pages else ()
    yield Part(
        "A page understood",
        "Text, metadata, references, sentences and words of a page, beside those who do a part of it. The floor is"
        " lxml's parsing of the page.",
        "understand.py",
        ("--rounds", "3", *some),
        ("--rounds", "9", *some),
    )
    if treebank:
        yield Part(
            "Words and sentences",
            "F1 against a treebank, and speed.",
            "words.py",
            ("TREEBANK", "--rounds", "3", "--limit", "400"),
            ("TREEBANK",),
        )
    yield Part("References", "Characters a second.", "references.py", ("--rounds", "2"), ("--rounds", "5"))
    yield Part(
        "Extraction",
        "Text and metadata alone, with what is kept of references and text.",
        "extract.py",
        ("--rounds", "2"),
        ("--rounds", "5"),
    )
    yield Part(
        "Fetching",
        "Pages a second of the TLS ladder with its archive beside plain Scrapy.",
        "fetch.py",
        ("--pages", "1000", "--rounds", "3"),
        (),
    )
    yield Part(
        "A million pages",
        "What one more page costs to import and to understand again; the rest is a multiple of it.",
        "scale.py",
        ("--pages", "200", *some),
        ("--pages", "1000", *some),
    )
    yield Part("The corpus steps", "Over generated articles.", "corpus.py", ("2000", "100"), ("100000", "2000"))
    yield Part("Browsing", "Milliseconds a page.", "browse.py", ("1000",), ("10000", "100000"))


def machine() -> dict[str, str]:
    """What the figures depend on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "processor": f"{model}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "danchieu": program_version(),
    }


def section(part: Part, arguments: tuple[str, ...], given: dict[str, tuple[str, ...]]) -> str:
    """The Markdown of a part, "" if it fails; output that is no table is set as it is."""
    when = f"{datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f}"
    command = f"python benchmarks/{part.script} {' '.join(arguments)}".strip()
    real = [value for argument in arguments for value in given.get(argument, (argument,))]
    done = subprocess.run(
        [sys.executable, str(HERE / part.script), *real], capture_output=True, text=True, cwd=HERE.parent
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        click.echo(f"{command}: exit {done.returncode}: {last}", err=True)
        return ""
    lines = done.stdout.splitlines()
    out = "\n".join(line for line in lines if not line.startswith(PREFIX)).strip("\n")
    shown = out if "\n|---" in out else f"```\n{out}\n```"
    rows = "".join(f"| {line.removeprefix(PREFIX)} |\n" for line in lines if line.startswith(PREFIX))
    targets = f"\n{TARGETS}{rows}" if rows else ""
    return f"\n## {part.title}\n\n{part.about} `{command}` ({when})\n\n{shown}\n{targets}"


def kept() -> dict[str, str]:
    """The sections of the page as it is, by title."""
    found = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    return {text.partition("\n")[0]: f"\n## {text.rstrip()}\n" for text in found}


def page(facts: dict[str, str], sections: Iterable[str]) -> str:
    """The whole page: what the figures depend on, what was to be reached, and the parts."""
    shown = list(sections)
    rows = "".join(section.partition(TARGETS)[2] for section in shown)
    targets = f"\n## All targets\n\n{TARGETS}{rows}" if rows else ""
    table = "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    return f"{HEAD}\n| | |\n|---|---|\n{table}{targets}{''.join(shown)}"


@click.command(help=__doc__)
@click.option("--full", is_flag=True, help="Long runs, for a machine that does nothing else.")
@click.option("--pages", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--treebank", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="SCRIPT", help="Only these parts, such as understand.py.")
@click.option("--write", is_flag=True, help="Write docs/performance.md.")
def main(full: bool, pages: Path | None, treebank: tuple[Path, ...], only: tuple[str, ...], write: bool) -> None:
    given = {"PAGES": (str(pages),), "TREEBANK": tuple(map(str, treebank))}
    facts = machine() | ({"PAGES": f"{len(list(pages.rglob('*.html')))} saved pages of public sites"} if pages else {})
    facts |= {"TREEBANK": ", ".join(path.name for path in treebank)} if treebank else {}
    sections = kept() if write else {}
    text = ""
    for part in parts(pages, treebank):
        if only and part.script not in only:
            continue
        click.echo(f"{part.script} ...", err=True)
        if made := section(part, part.full if full else part.short, given):
            sections[part.title] = made
        text = page(facts, (sections.get(one.title, "") for one in parts(pages, treebank or (PAGE,))))
        if write:
            PAGE.write_text(text, encoding="utf-8")
    if not write:
        click.echo(text)


if __name__ == "__main__":
    main()
