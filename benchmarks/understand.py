"""A page understood, whole, beside bare trafilatura and bare underthesea, on our pages or any HTML files.

    python benchmarks/understand.py [--rounds 5] [page.html or folder ...]

``understand()`` gives text, metadata, references, sentences and words. "the two" is the sum of what a project would
call for the text and words alone: ``trafilatura.bare_extraction`` with metadata on the page, ``sent_tokenize`` and
``word_tokenize`` on the text of our document, so that both have the same words to find. The peers only extract.

Every round is a process of its own, in which each page is read once by every system in turn after another page
warmed it up: no cache remembers a page. Times are CPU milliseconds, medians over rounds; ratios are to "the two", the
median over pages and the ninth decile. Pages are of a known family of portals or not; what is no article is left out.
The profile is of one more round.
"""

from __future__ import annotations

import cProfile
import importlib
import json
import os
import pstats
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import Any

import click
import trafilatura
from extract import OUR_PAGES, UNKNOWN
from lxml.html import fromstring
from targets import target

from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.models import Document, Page
from pipelines.understand import symbol_spans, understand
from pipelines.words import split_sentences, warm_up

URL = "https://bench.example/article-1.html"
WARM_UP = """<html><head><title>Hội nghị quán triệt quy định mới</title></head><body><h1>Hội nghị quán triệt quy định
mới</h1><div class="entry-content"><p>Sáng 03/02/2023, Tỉnh ủy Gia Lai quán triệt Quy định số 96-QĐ/TW, ngày 02 tháng 02
năm 2023 của Bộ Chính trị về việc lấy phiếu tín nhiệm trong hệ thống chính trị.</p><p>Các đại biểu thảo luận trong một
buổi và thống nhất kế hoạch thực hiện đến cuối năm.</p></div></body></html>""".encode()
STEPS = (
    *("decode", "error_kind", "parse", "strip_leaks", "look", "find_body", "page_kind", "read_story"),
    *("find_references", "split_sentences"),
)
ASKED = {"known families": "≤ 0.60", "unknown templates": "≤ 0.85"}
Systems = dict[str, Callable[[bytes, Document], object]]


def page(body: bytes) -> Page:
    return Page(URL, body, fetched_at="2025-07-01T00:00:00Z")


def systems() -> Systems:
    """Every system under test; peers that are not installed are left out."""
    underthesea: Any = importlib.import_module("underthesea")

    def words(_: bytes, document: Document) -> object:
        return [underthesea.word_tokenize(sentence) for sentence in underthesea.sent_tokenize(document.text)]

    def our_words(_: bytes, document: Document) -> object:
        return split_sentences(document.text, document.paragraphs, symbol_spans(document.references.mentions))

    found: Systems = {
        "danchieu": lambda body, _: understand(page(body)),
        "trafilatura": lambda body, _: trafilatura.bare_extraction(decode(body).text, url=URL, with_metadata=True),
        "underthesea": words,
        "words of danchieu": our_words,
        "lxml, parse only": lambda body, _: fromstring(body),
    }
    try:
        newspaper: Any = importlib.import_module("newspaper")
        found["newspaper4k"] = lambda body, _: _newspaper(newspaper, body)
        newsplease: Any = importlib.import_module("newsplease").NewsPlease
        found["news-please"] = lambda body, _: newsplease.from_html(decode(body).text, url=URL, fetch_images=False)
    except ImportError:
        pass
    return found


def _newspaper(module: Any, body: bytes) -> object:
    article = module.Article(URL, fetch_images=False, language="vi")
    article.download(input_html=decode(body).text)
    return article.parse()


def files(paths: Sequence[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.rglob("*.html")) if path.is_dir() else [path])]


def read_once(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The CPU milliseconds of every system on each page that is an article."""
    compared = systems()
    warm_up()
    for run in compared.values():
        _tried(run, WARM_UP, understand(page(WARM_UP)))
    for path in paths:
        body = path.read_bytes()
        times = {"danchieu": _timed(compared["danchieu"], body, Document(URL, "article"))}
        try:
            document = understand(page(body))
        except InputError:
            continue
        if document.kind == "article":
            times |= {name: _timed(run, body, document) for name, run in compared.items() if name != "danchieu"}
            known = document.extractor not in UNKNOWN
            yield {"page": str(path), "known": known, "characters": len(document.text), "times": times}


def _timed(run: Callable[[bytes, Document], object], body: bytes, document: Document) -> float:
    began = process_time()
    _tried(run, body, document)
    return 1000 * (process_time() - began)


def _tried(run: Callable[[bytes, Document], object], body: bytes, document: Document) -> None:
    with suppress(Exception):  # whatever a system raises on a page, that is the time it took
        run(body, document)


def measured(paths: Sequence[Path], rounds: int) -> list[dict[str, Any]]:
    """One entry a page, with the median of the rounds for every system, and "the two"."""
    command = [sys.executable, __file__, "--one-round", *map(str, paths)]
    path = os.pathsep.join(filter(None, [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")]))
    seen: dict[str, list[dict[str, Any]]] = {}
    for _ in range(rounds):
        out = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"PYTHONPATH": path}).stdout
        for line in out.splitlines():
            seen.setdefault(json.loads(line)["page"], []).append(json.loads(line))
    for entries in seen.values():
        for entry in entries:
            entry["times"]["the two"] = entry["times"]["trafilatura"] + entry["times"]["underthesea"]
        names = entries[0]["times"]
        entries[0]["times"] = {n: statistics.median(entry["times"][n] for entry in entries) for n in names}
    return [entries[0] for entries in seen.values()]


def report(pages: Sequence[dict[str, Any]]) -> None:
    """Prints the table."""
    groups = {
        "all": pages,
        "known families": [p for p in pages if p["known"]],
        "unknown": [p for p in pages if not p["known"]],
    }
    characters = sum(p["characters"] for p in pages)
    click.echo(f"{len(pages)} articles, {characters:,} characters; of known families {len(groups['known families'])}\n")
    click.echo("| system | ms a page | " + " | ".join(f"ratio, {name}" for name in groups) + " |")
    click.echo("|---|---|" + "---|" * len(groups))
    for name in pages[0]["times"]:
        ms = statistics.median(p["times"][name] for p in pages)
        base = "underthesea" if name == "words of danchieu" else "the two"
        shown = (_ratio(group, name, base) if group else "-" for group in groups.values())
        click.echo(f"| {name} | {ms:.1f} | {' | '.join(shown)} |")
    click.echo("\nThe words of danchieu are set against those of underthesea, all else against the two together.\n")
    for name, group in (("known families", groups["known families"]), ("unknown templates", groups["unknown"])):
        if group:
            found = statistics.median(_ratios(group, "danchieu", "the two"))
            target(f"a page understood, {name}, to trafilatura and underthesea", ASKED[name], found)
    found = 1 / statistics.median(_ratios(pages, "words of danchieu", "underthesea"))
    target("words and sentences of a page, times underthesea", "≥ 2.3", found)


def _ratios(pages: Sequence[dict[str, Any]], name: str, base: str) -> list[float]:
    return [p["times"][name] / p["times"][base] for p in pages]


def _ratio(pages: Sequence[dict[str, Any]], name: str, base: str) -> str:
    ratios = _ratios(pages, name, base)
    if len(ratios) < 2:
        return f"{ratios[0]:.2f}"
    return f"{statistics.median(ratios):.2f} ({statistics.quantiles(ratios, n=10, method='inclusive')[8]:.2f})"


def profile(paths: Sequence[Path]) -> None:
    """Prints the share of each step of ``understand()``, as cProfile sees it."""
    bodies = [path.read_bytes() for path in paths]
    understand(page(WARM_UP))
    profiler = cProfile.Profile()
    for body in bodies:
        try:
            profiler.runcall(understand, page(body))
        except InputError:
            continue
    stats: Any = pstats.Stats(profiler)
    rows: dict[str, float] = {}
    for (file, _, name), entry in stats.stats.items():
        if "pipelines" in file:
            rows[name] = max(rows.get(name, 0.0), entry[3])
    whole = rows["understand"]
    click.echo(
        "\nWhere the time of `understand()` goes, as cProfile sees it:\n\n| step | share of the time |\n|---|---|"
    )
    for step in STEPS:
        if step in rows:
            click.echo(f"| {step} | {100 * rows[step] / whole:.0f} % |")


def versions() -> str:
    names = ("trafilatura", "underthesea", "lxml", "newspaper4k", "news-please")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


@click.command(help=__doc__)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=5, show_default=True)
@click.option("--one-round", is_flag=True, hidden=True)
def main(paths: tuple[Path, ...], rounds: int, one_round: bool) -> None:
    chosen = files(paths or (OUR_PAGES,))
    if one_round:
        for entry in read_once(chosen):
            click.echo(json.dumps(entry))
        return
    click.echo(f"{versions()}; {rounds} rounds\n")
    report(measured(chosen, rounds))
    profile(chosen)


if __name__ == "__main__":
    main()
