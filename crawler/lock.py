"""One run at a time on a database."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import InputError, StorageError


@contextmanager
def alone(db: Path) -> Iterator[None]:
    """Holds the lock ``<db>.lock``; raises ``InputError`` when another run holds it."""
    path = db.with_name(f"{db.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): check the folder's permissions") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"another run is still at work on {db}: nothing was done") from error
        yield
