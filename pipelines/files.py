"""Files that appear whole or not at all, whatever happens to whoever writes them."""

from __future__ import annotations

import fcntl
import glob
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO, cast

from pipelines.errors import InputError, StorageError

DATABASE = b"SQLite format 3\0"  # how every SQLite database begins


@contextmanager
def text_destination(path: Path | None) -> Iterator[TextIO]:
    """Where to write text: stdout without a path, else a file that appears whole or not at all.

    Raises ``StorageError`` for what the disk has against it, ``InputError`` where a database is.
    """
    if path is None:
        yield sys.stdout
        return
    with _appearing(path, "w", encoding="utf-8", newline="") as out:
        yield cast(TextIO, out)


@contextmanager
def binary_destination(path: Path) -> Iterator[BinaryIO]:
    """Where to write bytes: a file that appears whole or not at all. Raises as `text_destination` does."""
    with _appearing(path, "wb") as out:
        yield cast(BinaryIO, out)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the disk has against writing into a ``StorageError``."""
    try:
        yield
    except BrokenPipeError:  # a reader of stdout that has enough
        raise
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): make room or name another file") from error


@contextmanager
def _appearing(path: Path, mode: str, **how: Any) -> Iterator[IO[Any]]:
    """A file beside the target that takes its place at the end of the block; devices and pipes are written to."""
    if path.exists() and not path.is_file():
        with writing(path), path.open(mode, **how) as out:
            yield out
        return
    path = path.resolve()  # a link stays one
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with writing(path):
            _refuse_database(path)
            _sweep(path)
            with _begun(part, mode, how) as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
                part.replace(path)
    finally:
        with suppress(OSError):  # a disk that refuses this too has said why already
            part.unlink(missing_ok=True)


def _refuse_database(path: Path) -> None:
    if not path.is_file():
        return
    with path.open("rb") as file:
        if file.read(len(DATABASE)) == DATABASE:
            raise InputError(f"{path} is a database and would be lost: name another file")


def _begun(part: Path, mode: str, how: dict[str, Any]) -> IO[Any]:
    """The part, open and locked: the lock is its writer's proof of life. Where there are no locks it has none."""
    while True:
        out = part.open(mode, **how)
        with suppress(OSError):
            fcntl.flock(out, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):  # whoever swept before the lock was there took it away
            if os.path.samestat(os.fstat(out.fileno()), part.stat()):
                return out
        out.close()


def _sweep(path: Path) -> None:
    """Nothing; the parts of this file whose writers were killed are gone."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with suppress(OSError), part.open("r+b") as file:  # one at work is locked
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
