"""The errors a user can meet. Each carries its exit code and one sentence that says what to do next."""

from __future__ import annotations


class DanchieuError(Exception):
    """An error with a plain sentence for the user; the command ends with ``exit_code``."""

    exit_code = 1


class InputError(DanchieuError):
    """Usage, input or configuration that a person has to mend."""

    exit_code = 2


class AttentionError(DanchieuError):
    """Done, but something needs a look: a site failed, an archive was torn."""

    exit_code = 3


class StorageError(DanchieuError):
    """The disk or the database: full, read-only, locked, or newer than this program."""

    exit_code = 4


class EverySiteFailedError(DanchieuError):
    """Not one site of the run gave a page."""

    exit_code = 5
