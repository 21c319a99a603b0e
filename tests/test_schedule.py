"""The printed unit and crontab line: complete, quoted, locked."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.lock import alone
from crawler.verbs.schedule import cron, systemd
from pipelines.errors import InputError

DB = Path("a folder/danchieu.db")


def test_the_unit_runs_the_crawl_behind_a_lock() -> None:
    text = systemd(["gia-lai"], DB, "you@example.org")
    service, _, timer = text.partition("# ~/.config/systemd/user/danchieu.timer")
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's keys have capitals
    unit.read_string(service)
    command = shlex.split(unit["Service"]["ExecStart"])
    assert command[1:] == ["crawl", "gia-lai", "--alone", "--db", str(DB.resolve())]
    with_sites = systemd(["bao"], DB, "you@example.org", Path("my sites.toml"))
    assert shlex.join(["--sites", str(Path("my sites.toml").resolve())]) in with_sites
    assert unit["Unit"]["OnFailure"]
    assert unit["Service"]["ExecStartPost"].endswith(".heartbeat'")
    assert "OnCalendar" in timer


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    service, _, _ = systemd([], DB, "you@example.org").partition("# ~/.config/systemd/user/danchieu.timer")
    path = tmp_path / "danchieu.service"
    path.write_text(service)
    done = subprocess.run(["systemd-analyze", "verify", "--user", path], capture_output=True, text=True)
    assert "Unknown" not in done.stderr, done.stderr


def test_the_crontab_line_is_one_line_for_a_shell() -> None:
    line = cron(["gia-lai"], DB, "you 100%@example.org")
    assert line.count("\n") == 1
    assert line.startswith("30 2 * * * cd ")
    assert "\\%" in line
    command = line.split("* * * ", 1)[1].replace("\\%", "%")
    assert subprocess.run(["sh", "-n", "-c", command], capture_output=True).returncode == 0, command


def test_a_second_run_leaves_with_a_word(tmp_path: Path) -> None:
    db = tmp_path / "new" / "danchieu.db"
    with alone(db), pytest.raises(InputError, match="another run is still at work"), alone(db):
        pass
    with alone(db):
        pass
