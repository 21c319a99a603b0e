"""``crawl --notify CMD``: tells a command how a run ended, as one JSON object on its standard input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawler.health import ATTENTION, OK, Verdict
from pipelines.errors import DanchieuError

PATIENCE = 120.0  # seconds; a run must end though the command hangs


@dataclass(frozen=True, slots=True)
class Told:
    """The verdict of a run, and whether the command took it."""

    verdict: Verdict
    heard: bool

    @property
    def exit_code(self) -> int:
        """The run's own; a run that went well and of which nobody could be told needs a look."""
        return self.verdict.exit_code or (OK if self.heard else ATTENTION)


def tell(crawl: Callable[[], Verdict], command: str | None, say: Callable[[str], None]) -> Told:
    """The verdict of a crawl, of which ``command`` was told; an error it ends with is told too, and raised."""
    try:
        verdict = crawl()
    except DanchieuError as error:
        _notify(command, {"run": None, "reason": str(error), "exit_code": error.exit_code, "sites": []}, say)
        raise
    return Told(verdict, _notify(command, verdict.as_json(), say))


def _notify(command: str | None, said: Mapping[str, object], say: Callable[[str], None]) -> bool:
    """Whether the command took what it was told; True without one."""
    if not command:
        return True
    try:
        done = subprocess.run(  # noqa: S602 - the words of whoever starts the run, who may write a pipe
            command,
            shell=True,
            input=json.dumps(said, ensure_ascii=False),
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        say(f"--notify: {command!r} did not end within {PATIENCE:.0f} s")
        return False
    if done.returncode:
        say(f"--notify: {command!r} ended with {done.returncode}")
    return not done.returncode
