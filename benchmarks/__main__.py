"""Every figure of docs/performance.md: runs each benchmark and writes the page from what it prints.

    python benchmarks                                   # short runs; prints the page
    python benchmarks --write                           # into docs/performance.md
    python benchmarks --full --pages FOLDER --treebank vi_vtb-ud-dev.conllu --write

``--pages`` is a folder of saved pages for the parts that read pages, by default those of the tests, which are short;
without ``--treebank`` the part on words is left out. A benchmark that fails is named and leaves the others alone.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.version import program_version

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
HEAD = """# Performance

Made by `python benchmarks --write`; every part names the command that prints it. Times are of the machine below and
whatever else it did: trust ratios within a part, since its systems ran in turn, more than milliseconds.

| | |
|---|---|
"""


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
        ("--pages", "2000", *some),
    )
    yield Part("The corpus steps", "Over generated articles.", "corpus.py", ("2000", "100"), ("100000", "2000"))
    yield Part("Browsing", "Milliseconds a page.", "browse.py", ("1000",), ("1000", "10000", "100000"))


def machine() -> dict[str, str]:
    """What the figures depend on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": f"{model}, {os.cpu_count()} cores, load when it began {load}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "danchieu": program_version(),
    }


def section(part: Part, arguments: tuple[str, ...], given: dict[str, tuple[str, ...]]) -> str:
    """The Markdown of a part; output that is no table is set as it is."""
    command = f"python benchmarks/{part.script} {' '.join(arguments)}".strip()
    real = [value for argument in arguments for value in given.get(argument, (argument,))]
    done = subprocess.run(
        [sys.executable, str(HERE / part.script), *real], capture_output=True, text=True, cwd=HERE.parent
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        click.echo(f"{command}: exit {done.returncode}: {last}", err=True)
        return ""
    out = done.stdout.strip("\n")
    shown = out if "\n|---" in out else f"```\n{out}\n```"
    return f"\n## {part.title}\n\n{part.about} `{command}`\n\n{shown}\n"


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
    text = HEAD + "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    for part in parts(pages, treebank):
        if not only or part.script in only:
            click.echo(f"{part.script} ...", err=True)
            text += section(part, part.full if full else part.short, given)
    if write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        click.echo(text)


if __name__ == "__main__":
    main()
