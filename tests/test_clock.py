"""A clock that is set while a crawl goes on, as after a wrong boot: nothing waits for a day, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chained import chained_site
from crawler.clock import SteadyClock

SET = """
import os, time
real, flag, step = time.time, os.environ["CLOCK_FLAG"], float(os.environ["CLOCK_STEP"])
time.time = lambda: real() + step * os.path.exists(flag)
"""


def test_a_run_s_clock_counts_the_seconds_from_its_beginning() -> None:
    long_ago = SteadyClock(began=1_000_000.0)
    assert 0 <= long_ago() - 1_000_000.0 < 5
    assert abs(SteadyClock()() - time.time()) < 5


@pytest.mark.slow
@pytest.mark.parametrize("step", [-86400, 86400], ids=["back", "ahead"])
def test_a_crawl_goes_on_when_the_clock_is_set(tmp_path: Path, step: int) -> None:
    flag, folder = tmp_path / "set", tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SET, encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(folder), str(Path.cwd()), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths, "CLOCK_FLAG": str(flag), "CLOCK_STEP": str(step)}
    with chained_site(listings=3, per_listing=5) as site:
        command = [sys.executable, "-m", "crawler", "crawl", "--workers", "1", "--db", str(tmp_path / "clock.db")]
        command += ["--sites", str(site.catalogue(tmp_path, delay=0.1))]
        crawl = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not any("post" in path for path in site.served) and crawl.poll() is None:
            time.sleep(0.02)
        flag.touch()
        out, err = crawl.communicate(timeout=60)
        assert (crawl.returncode, "15 new" in out) == (0, True), out + err
        flag.unlink()  # the clock is right again
        again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert (again.returncode, "0 new" in again.stdout) == (0, True), again.stdout + again.stderr
