"""The standard streams of the command, whatever it was given for them: closed, full, or of another encoding."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import TextIO

# What a disk has against being written to. Other errors of the system are bugs: who opens a file names it.
FULL_OR_FAILING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})


def prepare() -> None:
    """Nothing; all three streams are there, and what is written is UTF-8 in every locale, as documented.

    A path that is no UTF-8 is printed with the bytes it has, for another program to open, and readably in an error.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the shell's <&- or >&-
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
    for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def silence(stream: TextIO) -> None:
    """Nothing; what the stream still holds or is given goes nowhere, so that Python's flush at exit cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def settle() -> None:
    """Nothing; the output streams are flushed, or silenced where that fails."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)
