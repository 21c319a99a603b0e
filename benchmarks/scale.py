"""What a million pages cost: an archive of generated pages imported, understood again in the pool and on a cluster.

    python benchmarks/scale.py [--pages 400] [--workers 2] [folder of .html files]

Pages are those of tests/pages, or of the folder, in turn, each with another number in its headline. Every figure is
what one more page costs: of a run over all pages, less a run over the first twenty, so that starts do not count. CPU is
that of all processes of a command. The cluster is a scheduler with as many worker processes on this very machine: it
shows what Dask adds, not what more machines give. The last column is the plain multiple for a million pages.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import click
import psutil
from extract import OUR_PAGES

MILLION = 1_000_000
FEW = 20
DANCHIEU = [sys.executable, "-m", "crawler"]


def sources(folder: Path) -> list[str]:
    """The HTML of the pages of a folder."""
    return [path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.rglob("*.html"))]


def write_pages(folder: Path, pages: Path, n: int) -> int:
    """How many bytes of pages there are in a folder."""
    folder.mkdir()
    size = 0
    for number, html in zip(range(n), cycle(sources(pages)), strict=False):
        own = html.replace("</h1>", f" lần {number}</h1>").replace('rel="canonical"', 'rel="was"')
        own = own.replace("og:url", "og:was")  # the address is that of the file, or all would be one article
        size += (folder / f"{number:07}.html").write_text(own, encoding="utf-8")
    return size


def timed(*arguments: str) -> tuple[float, float]:
    """Wall seconds and CPU seconds of a command with its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([*DANCHIEU, *arguments], capture_output=True, text=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise click.ClickException(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


@dataclass(frozen=True)
class Cluster:
    """The address of a scheduler, and the processes of it and its workers."""

    address: str
    pids: list[int]

    def cpu(self) -> float:
        """CPU seconds that all of them took so far."""
        parents = [psutil.Process(pid) for pid in self.pids]
        everyone = [*parents, *(child for parent in parents for child in parent.children(recursive=True))]
        return sum(sum(process.cpu_times()[:2]) for process in everyone)

    def timed(self, db: Path) -> tuple[float, float]:
        """Wall and CPU seconds of understanding an archive again on the cluster."""
        before = self.cpu()
        wall, cpu = timed("reprocess", "--db", str(db), "--dask", self.address)
        return wall, cpu + self.cpu() - before


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler with workers on this machine."""
    file = folder / "scheduler.json"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0"]
    commands = [scheduler, *(["worker", "--nthreads", "1"] for _ in range(workers))]
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"distributed.cli.dask_{name}",
                *options,
                f"--scheduler-file={file}",
                "--no-dashboard",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        for name, *options in commands
    ]
    try:
        while not file.exists():
            time.sleep(0.1)
        yield Cluster(json.loads(file.read_text())["address"], [process.pid for process in processes])
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def figures(temporary: Path, pages: Path, n: int, workers: int, dask: Cluster) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of every command over ``n`` pages, and the bytes that are kept."""
    folder = temporary / str(n)
    folder.mkdir()
    db = folder / "scale.db"
    size = write_pages(folder / "pages", pages, n)
    options = ("--db", str(db), "--workers", str(workers))
    found = {
        "import of HTML files": timed("import", str(folder / "pages"), *options),
        "reprocess, pool": timed("reprocess", *options),
        "reprocess, Dask on this machine": dask.timed(db),
    }
    archive = sum(path.stat().st_size for path in db.with_name("scale.db.archive").iterdir())
    return found | {"pages": (size, 0), "database": (db.stat().st_size, 0), "archive": (archive, 0)}


@click.command(help=__doc__)
@click.argument("folder", default=OUR_PAGES, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pages", default=400, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(folder: Path, pages: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as temporary, cluster(Path(temporary), workers) as dask:
        few, many = (figures(Path(temporary), folder, n, workers, dask) for n in (FEW, FEW + pages))
    click.echo(f"{pages} pages, {workers} workers\n\n| | CPU of one more page | by the clock | CPU of a million |")
    click.echo("|---|---|---|---|")
    for name, (one, other) in many.items():
        first, second = (one - few[name][0]) / pages, (other - few[name][1]) / pages
        if name in ("pages", "database", "archive"):
            click.echo(f"| {name} | {first / 1000:.1f} kB | | {first * MILLION / 1e9:.1f} GB |")
        else:
            hours = second * MILLION / 3600
            click.echo(f"| {name} | {1000 * second:.1f} ms | {1000 * first:.1f} ms | {hours:.1f} h of a core |")


if __name__ == "__main__":
    main()
