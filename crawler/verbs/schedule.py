"""``danchieu schedule``: a nightly run for this machine, as a systemd timer or a line for crontab."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

HOUR = "02:30"

_SYSTEMD = """\
# ~/.config/systemd/user/danchieu.service
[Unit]
Description=danchieu: crawl Vietnam's provincial news
# Whatever ends badly (exit codes 1 to 5) starts this unit: let it write you a mail.
OnFailure=danchieu-failed.service

[Service]
Type=oneshot
WorkingDirectory={folder}
Environment={contact}
ExecStart={command}
ExecStartPost=/usr/bin/touch {heartbeat}
# A stop is resumable, no failure.
SuccessExitStatus=130
Nice=10

# ~/.config/systemd/user/danchieu.timer
[Unit]
Description=danchieu every night

[Timer]
OnCalendar=*-*-* {hour}:00
Persistent=true
RandomizedDelaySec=15min

[Install]
WantedBy=timers.target

# Then: systemctl --user daemon-reload && systemctl --user enable --now danchieu.timer
"""


def systemd(names: Sequence[str], db: Path, contact: str, sites: Path | None = None) -> str:
    """A service and a timer for systemd of the user who runs it."""
    return _SYSTEMD.format(
        folder=Path.cwd(),
        contact=shlex.quote(f"DANCHIEU_CONTACT={contact}"),
        command=_crawl(names, db, sites),
        heartbeat=shlex.quote(f"{db.resolve()}.heartbeat"),
        hour=HOUR,
    )


def cron(names: Sequence[str], db: Path, contact: str, sites: Path | None = None) -> str:
    """A line for crontab; cron mails what the command prints, and the exit code ends the line."""
    hour, minute = HOUR.split(":")
    heartbeat = shlex.quote(f"{db.resolve()}.heartbeat")
    return (
        f"{int(minute)} {int(hour)} * * * cd {shlex.quote(str(Path.cwd()))} && "
        f"DANCHIEU_CONTACT={shlex.quote(contact)} {_crawl(names, db, sites)} && touch {heartbeat}"
        ' || echo "danchieu ended with $?"\n'
    ).replace("%", "\\%")  # to cron a bare % is a new line


def _crawl(names: Sequence[str], db: Path, sites: Path | None) -> str:
    """The command: a run that finds the one of the night before still at work leaves."""
    program = Path(sys.executable).with_name("danchieu")
    catalogue = ["--sites", str(sites.resolve())] if sites else []
    return shlex.join([str(program), "crawl", *names, "--alone", "--db", str(db.resolve()), *catalogue])
