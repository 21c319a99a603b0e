"""Extraction beside its peers: CPU time, references kept and shingle F1, on our pages or any folder of pages.

    python benchmarks/extract.py                       # tests/pages
    python benchmarks/extract.py --pages FOLDER        # *.html of a folder: time and references only
    python benchmarks/extract.py --english FOLDER      # a checkout of scrapinghub/article-extraction-benchmark: F1
    python benchmarks/extract.py --growth              # time per character from 10 kB to 5 MB

All systems read the same bytes in turn in every round; a page's time is the median of its rounds, and a table tells the
median over pages of the ratio to trafilatura with metadata. Peers that are not installed (newspaper4k, news-please) are
left out. References are those of ``reference_keys``; recall is against the references of ``expected.json``, or, for
pages without one, against the audit's count of the page. The F1 is that of article-extraction-benchmark: multisets of
four-word shingles, averaged over documents.
"""

from __future__ import annotations

import gzip
import importlib
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import click
import trafilatura
from lxml.html import fromstring
from targets import target

from pipelines.body import Found, find_body
from pipelines.body.kind import page_kind
from pipelines.decode import decode
from pipelines.errors import InputError
from pipelines.leaks import error_kind, strip_leaks
from pipelines.markup import parse
from pipelines.metadata import read_story
from pipelines.models import Page, Rules
from pipelines.references import reference_keys
from pipelines.view import View, look

OUR_PAGES = Path(__file__).parent.parent / "tests" / "pages"
URL = "https://bench.example/article-1.html"
SHINGLE = 4
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
ASKED = {"known families": "≤ 0.7", "unknown templates": "≤ 1.2"}
UNKNOWN = ("trafilatura", "density")


@dataclass(frozen=True)
class Sample:
    """One page to extract: its bytes, and what is known of its text."""

    name: str
    body: bytes
    references: tuple[str, ...] = ()
    text: str | None = None


@dataclass
class Score:
    """What one system did on the pages: median milliseconds a page, references kept, F1 a page."""

    times: dict[str, float] = field(default_factory=dict)
    kept: int = 0
    wanted: int = 0
    shingles: list[tuple[float, float, float]] = field(default_factory=list)


def read(body: bytes) -> tuple[View, Found, str]:
    """Our whole way from bytes to metadata, without references and words: view, body, and text without the title."""
    decoded = decode(body)
    error_kind(decoded.text)
    tree = parse(decoded.text)
    strip_leaks(tree)
    view = look(tree, Rules())
    found = find_body(view, URL)
    page_kind(view, found, URL)
    story = read_story(view, found, Page(URL, body))
    return view, found, "\n".join(text for kind, text in story.paragraphs if kind != "title")


def ours(body: bytes) -> str:
    try:
        return read(body)[2]
    except InputError:
        return ""


def with_trafilatura(body: bytes) -> str:
    found: Any = trafilatura.bare_extraction(decode(body).text, url=URL, with_metadata=True)
    return found.text or "" if found is not None else ""


def floor(body: bytes) -> str:
    return str(fromstring(body).text_content())


def peers(language: str) -> Iterator[tuple[str, Callable[[bytes], str]]]:
    """The systems under test; optional ones only where they are installed."""
    yield "danchieu", ours
    yield "trafilatura", with_trafilatura
    try:
        newspaper: Any = importlib.import_module("newspaper")
        yield "newspaper4k", lambda body: _newspaper(newspaper, body, language)
    except ImportError:
        click.echo("newspaper4k is not installed: left out", err=True)
    try:
        news_please: Any = importlib.import_module("newsplease")
        yield "news-please", lambda body: _news_please(news_please, body)
    except ImportError:
        click.echo("news-please is not installed: left out", err=True)
    yield "lxml (parse only)", floor


def _newspaper(module: Any, body: bytes, language: str) -> str:
    article = module.Article(URL, fetch_images=False, language=language)
    article.download(input_html=decode(body).text)
    article.parse()
    return str(article.text)


def _news_please(module: Any, body: bytes) -> str:
    article = module.NewsPlease.from_html(decode(body).text, url=URL, fetch_images=False)
    return article.maintext or ""


def our_pages() -> Iterator[Sample]:
    for path in sorted(OUR_PAGES.rglob("expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if expected["kind"] == "article":
            text = "\n".join([expected["lead"] or "", *expected["paragraphs"]])
            body = path.with_name("page.html").read_bytes()
            yield Sample(str(path.parent), body, tuple(expected["references"]), text)


def folder(path: Path) -> Iterator[Sample]:
    for file in sorted(path.glob("*.html")):
        yield Sample(file.name, file.read_bytes())


def english(path: Path) -> Iterator[Sample]:
    """The documents of a checkout of article-extraction-benchmark."""
    truth = json.loads((path / "ground-truth.json").read_text(encoding="utf-8"))
    for key, value in truth.items():
        body = gzip.decompress((path / "html" / f"{key}.html.gz").read_bytes())
        yield Sample(key, body, text=value.get("articleBody", ""))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = text.split()
    cut = [tuple(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))]
    return Counter(shingle for shingle in cut if shingle)


def matches(true: str, predicted: str) -> tuple[float, float, float]:
    """True positives, false positives and false negatives of one document, as shares of their sum."""
    wanted, got = shingles(true), shingles(predicted)
    both = (wanted & got).total()
    counts = (both, got.total() - both, wanted.total() - both)
    total = sum(counts) or 1
    return (counts[0] / total, counts[1] / total, counts[2] / total)


def f1(rows: Sequence[tuple[float, float, float]]) -> float:
    precision = statistics.mean(tp / (tp + fp) for tp, fp, _ in rows if tp + fp)
    recall = statistics.mean(tp / (tp + fn) for tp, _, fn in rows if tp + fn)
    return 2 * precision * recall / (precision + recall)


def measure(samples: Sequence[Sample], rounds: int, language: str) -> dict[str, Score]:
    systems = dict(peers(language))
    scores = {name: Score() for name in systems}
    times: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in systems}
    texts: dict[str, dict[str, str]] = {name: {} for name in systems}
    for _ in range(rounds):
        for sample in samples:  # each page after all others: what was kept of it helps as in life
            for name, extract in systems.items():
                started = process_time()
                texts[name][sample.name] = _tried(extract, sample.body)
                times[name][sample.name].append(1000 * (process_time() - started))
    for name, score in scores.items():
        score.times.update({page: statistics.median(found) for page, found in times[name].items()})
        for sample in samples:
            _judge(score, sample, texts[name][sample.name])
    return scores


def _judge(score: Score, sample: Sample, text: str) -> None:
    kept = Counter(reference_keys(text))
    wanted = Counter(reference_keys("\n".join(sample.references))) if sample.references else Counter()
    score.wanted += wanted.total()
    score.kept += (kept & wanted).total()
    if sample.text:
        score.shingles.append(matches(sample.text, text))


def _tried(extract: Callable[[bytes], str], body: bytes) -> str:
    try:
        return extract(body)
    except Exception:  # whatever a peer raises on a page, it has extracted nothing
        return ""


def report(samples: Sequence[Sample], scores: dict[str, Score]) -> None:
    """Prints the table: all pages, pages of known families, pages of unknown templates."""
    known = {sample.name for sample in samples if _extractor(sample.body) not in UNKNOWN}
    base = scores["trafilatura"].times
    click.echo(f"{'':18} {'ms':>7} {'ratio':>7} {'known':>7} {'unknown':>8} {'recall':>7} {'F1':>6}")
    for name, score in scores.items():
        ratios = {page: time / base[page] for page, time in score.times.items()}
        parts = [
            list(ratios.values()),
            [r for p, r in ratios.items() if p in known],
            [r for p, r in ratios.items() if p not in known],
        ]
        shown = [f"{statistics.median(part):7.2f}" if part else f"{'-':>7}" for part in parts]
        recall = f"{score.kept / score.wanted:7.3f}" if score.wanted else f"{'-':>7}"
        quality = f"{f1(score.shingles):6.3f}" if score.shingles else f"{'-':>6}"
        click.echo(f"{name:18} {statistics.median(score.times.values()):7.1f} {' '.join(shown)}  {recall} {quality}")
        for group, part in zip(ASKED, parts[1:], strict=True):
            if name == "danchieu" and part:
                target(f"text and metadata, {group}, to trafilatura", ASKED[group], statistics.median(part))
    click.echo(
        f"{len(samples)} pages, {len(known)} of known families; ratio: median over pages of the time to trafilatura's"
    )


def _extractor(body: bytes) -> str:
    try:
        return read(body)[1].extractor
    except InputError:
        return "none"


def growth() -> None:
    """Prints microseconds per thousand characters for pages of growing size."""
    paragraph = (
        "<p>Ủy ban nhân dân tỉnh ban hành Quyết định số 412/QĐ-UBND ngày 05/3/2024 phê duyệt kế hoạch của năm.</p>"
    )
    ours(f"<h1>Một kế hoạch</h1>{paragraph}".encode())  # tables are read and patterns compiled once
    for size in SIZES:
        body = f"<html><h1>Một kế hoạch của tỉnh mẫu</h1>{paragraph * (size // len(paragraph))}</html>".encode()
        started = process_time()
        text = ours(body)
        click.echo(
            f"{size:>9,} characters: {1e9 * (process_time() - started) / size:8.1f} µs per 1,000, {len(text):,} kept"
        )


@click.command(help=__doc__)
@click.option("--pages", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--english", "checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--growth", "grow", is_flag=True)
@click.option("--rounds", default=5, show_default=True)
def main(pages: Path | None, checkout: Path | None, grow: bool, rounds: int) -> None:
    if grow:
        growth()
        return
    samples = list(folder(pages) if pages else english(checkout) if checkout else our_pages())
    report(samples, measure(samples, rounds, "en" if checkout else "vi"))


if __name__ == "__main__":
    main()
