"""``reprocess --dask`` and ``import --dask`` on a real scheduler with two worker processes, of which one is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from pyarrow import dataset

from conftest import Run
from crawler.batch import in_pool
from crawler.batch.archived_work import Archived, understand_stretch
from crawler.batch.cluster import CRASHED, Cluster, on_cluster
from crawler.batch.imported import Job
from crawler.sites import load_sites
from crawler.verbs.importing import Importer
from crawler.verbs.importing_pages import Reader
from crawler.verbs.parts import reprocess_into_parts
from crawler.verbs.reprocessing import reprocess_archive
from crawler.visit import Understanding
from pipelines.errors import InputError
from pipelines.models import Position

pytestmark = pytest.mark.slow  # starts many crawls

ROOT = Path(__file__).parent.parent
DERIVED = ("texts", "sentences", "mentions", "regulations", "relations", "revisions")


@dataclass
class Machines:
    """A scheduler and its workers, each a process group of its own (a nanny and what it watches over)."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                return str(json.loads((self.folder / "scheduler.json").read_text())["address"])
            except (OSError, ValueError):
                time.sleep(0.05)
        raise AssertionError("the scheduler does not start")

    def start(self, what: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", "scheduler.json"]
        environment = os.environ | {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        with (self.folder / f"{what}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, *arguments, "--no-dashboard"],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)

    def kill(self, n: int) -> None:
        os.killpg(self.processes[n].pid, signal.SIGKILL)
        self.processes[n].wait()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    machines = Machines(tmp_path_factory.mktemp("cluster"))
    machines.start("scheduler", "--host", "127.0.0.1", "--port", "0")
    for _ in range(2):
        machines.start("worker", "--nthreads", "1")
    yield machines
    for n, process in enumerate(machines.processes):
        if process.poll() is None:
            machines.kill(n)


def derived(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(db)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in DERIVED}


def without_mentions(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("DELETE FROM mentions")
        connection.commit()


def test_the_command_gives_what_the_pool_gives(machines: Machines, demo_copy: Path, run: Run) -> None:
    pooled = run("reprocess", "--db", demo_copy, "--workers", "1")
    before = derived(demo_copy)
    without_mentions(demo_copy)
    done = run("reprocess", "--db", demo_copy, "--dask", machines.address)
    assert (done.returncode, done.stdout) == (0, pooled.stdout), done.stderr
    assert derived(demo_copy) == before


def test_parts_hold_what_the_database_holds(machines: Machines, demo_copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    cluster = Cluster(machines.address, stretch=7)
    report = reprocess_into_parts(demo_copy, load_sites(), cluster, folder)
    assert not report.problems
    assert len(list(folder.iterdir())) == -(-report.tally.pages // 7)
    rows = {row["url"]: row for row in dataset.dataset(folder).to_table().to_pylist() if row["kind"] == "article"}
    with closing(sqlite3.connect(demo_copy)) as connection:
        for url, digest, mentions in connection.execute("SELECT url, text_sha256, n_mentions FROM articles"):
            row = next(row for row in rows.values() if row["text_sha256"] == digest)
            assert (row["n_mentions"], len(json.loads(row["document"])["mentions"])) == (mentions, mentions), url
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    next(iter(times)).unlink()
    assert str(reprocess_into_parts(demo_copy, load_sites(), cluster, folder).tally) == str(report.tally)
    assert sum(path.stat().st_mtime_ns == times[path] for path in folder.iterdir()) == len(times) - 1


def bad_work(page: Archived) -> Understanding:
    """The work of a worker whose pages do what their address says."""
    if page.url == "hangs":
        time.sleep(600)
    if page.url == "dies":
        os._exit(3)
    if page.url == "raises":
        raise ValueError("no page")
    return Understanding(cause=page.url)


def test_a_bad_page_costs_that_page(machines: Machines) -> None:
    urls = ["a", "raises", "hangs", "b", "c", "d", "e", "dies", "f"]
    pages = [Archived(n, url, "", Path("."), Position("", 0, 0)) for n, url in enumerate(urls)]
    function = partial(understand_stretch, function=bad_work, page_seconds=1.5)
    found = list(Cluster(machines.address, stretch=3).run(pages, function, CRASHED))
    assert [page.url for page, _ in found] == urls
    expected = {"raises": "bug-ValueError: no page", "hangs": CRASHED.cause, "dies": CRASHED.cause}
    assert [understood.cause for _, understood in found] == [expected.get(url, url) for url in urls]


def test_another_program_is_refused(machines: Machines) -> None:
    pages = [Archived(1, "a", "", Path("."), Position("", 0, 0))]
    with pytest.raises(InputError, match="install the same"):
        list(Cluster(machines.address).run(pages, of_another_program, CRASHED))


def of_another_program(pages: list[Archived], version: str) -> list[Understanding]:
    return understand_stretch(pages, version + "x")


def test_a_lost_worker_loses_nothing(machines: Machines, demo_copy: Path) -> None:
    before = derived(demo_copy)
    without_mentions(demo_copy)
    seen = 0
    whole = on_cluster(Cluster(machines.address, stretch=2))

    def engine(pages: Iterator[Archived], keep: Callable[[Archived, Understanding], None]) -> None:
        def keep_and_kill(page: Archived, understood: Understanding) -> None:
            nonlocal seen
            keep(page, understood)
            seen += 1
            if seen == 5:
                machines.kill(1)

        whole(pages, keep_and_kill)

    report = reprocess_archive(demo_copy, load_sites(), engine)
    assert not report.problems
    assert seen == report.tally.pages > 30
    assert derived(demo_copy) == before


TAKEN = (*DERIVED, "articles", "notes", "url_aliases")


def test_an_import_gives_what_the_pool_gives(machines: Machines, demo_copy: Path, tmp_path: Path, run: Run) -> None:
    paths = [demo_copy.with_name("demo.db.archive"), *sorted((ROOT / "tests" / "pages").glob("*/*"))[:3]]
    pool, cluster = tmp_path / "pool.db", tmp_path / "cluster.db"
    pooled = run("import", *paths, "--all", "--workers", "1", "--db", pool)
    done = run("import", *paths, "--all", "--dask", machines.address, "--db", cluster)
    assert (done.returncode, done.stdout) == (pooled.returncode, pooled.stdout), done.stderr
    assert tables(cluster) == tables(pool)
    again = run("import", *paths, "--all", "--dask", machines.address, "--db", cluster)
    assert " new" not in again.stdout, again.stdout
    assert tables(cluster) == tables(pool)


def test_imported_parts_need_no_database(machines: Machines, demo_copy: Path, tmp_path: Path, run: Run) -> None:
    folder, db = tmp_path / "parts", tmp_path / "none.db"
    options = ("--all", "--dask", machines.address, "--parquet", folder, "--db", db)
    done = run("import", demo_copy.with_name("demo.db.archive"), *options)
    assert (done.returncode, db.exists()) == (0, False), done.stderr
    found = {row["text_sha256"]: row["n_mentions"] for row in dataset.dataset(folder).to_table().to_pylist()}
    with closing(sqlite3.connect(demo_copy)) as connection:
        for digest, mentions in connection.execute("SELECT text_sha256, n_mentions FROM articles"):
            assert found[digest] == mentions


def tables(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(db)) as connection:
        kept = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TAKEN}
        columns = "id, url, site, fetched_at, status, body_sha256, bytes, page_kind, error, tls_path"
        return kept | {"fetches": connection.execute(f"SELECT {columns} FROM fetches").fetchall()}


def test_an_import_that_loses_a_worker_loses_nothing(machines: Machines, demo_copy: Path, tmp_path: Path) -> None:
    machines.start("worker", "--nthreads", "1")
    archive, seen = demo_copy.with_name("demo.db.archive"), 0
    whole = on_cluster(Cluster(machines.address, stretch=2))

    def engine(jobs: Iterator[Job], keep: Callable[[Job, Understanding], None]) -> None:
        def keep_and_kill(job: Job, understood: Understanding) -> None:
            nonlocal seen
            keep(job, understood)
            seen += 1
            if seen == 5:
                machines.kill(len(machines.processes) - 1)

        whole(jobs, keep_and_kill)

    near, far = tmp_path / "near.db", tmp_path / "far.db"
    Importer(near, Reader({}, True, print), in_pool(1)).run([archive])
    report = Importer(far, Reader({}, True, print, distant=True), engine).run([archive])
    assert (report.problems, report.tally.outcomes.get("failed"), seen > 30) == ([], None, True)
    assert tables(far) == tables(near)


def test_without_a_scheduler_it_says_so(demo_copy: Path, run: Run) -> None:
    done = run("reprocess", "--db", demo_copy, "--dask", "tcp://127.0.0.1:9")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "no Dask scheduler" in done.stderr
