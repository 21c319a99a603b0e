"""What several test files share: the demo, crawled once, and a way to run the command as a person would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]


def danchieu(*arguments: str | Path, stdin: str | bytes = "", seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """The finished command; its output as text."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *map(str, arguments)], input=data, capture_output=True, timeout=seconds
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def run_inside(capfd: pytest.CaptureFixture[str]) -> Run:
    """The same in this process, which starts sooner: for what starts no crawl and no workers."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        code = ended.value.code
        return subprocess.CompletedProcess(arguments, code if isinstance(code, int) else 0, out, err)

    return run


@pytest.fixture
def run() -> Run:
    """``run("extract", path)`` runs ``danchieu extract path``."""
    return danchieu


@pytest.fixture(scope="session")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of ``danchieu demo``, to be read only; crawled once for all tests of a process."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    done = danchieu("demo", "--db", path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return path


@pytest.fixture
def demo_copy(demo_db: Path, tmp_path: Path) -> Path:
    """A copy of the demo's database and archive that a test may change."""
    copy = tmp_path / "demo.db"
    shutil.copy(demo_db, copy)
    shutil.copytree(demo_db.with_name("demo.db.archive"), copy.with_name("demo.db.archive"))
    return copy
