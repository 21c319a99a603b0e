"""Where a run is that reads the archive in order, kept in its row of ``runs``: how it goes on when it was killed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipelines.models import Position
from pipelines.store import Store, Transaction

_UNFINISHED = """
SELECT id, settings FROM runs
WHERE finished IS NULL AND settings ->> '$.command' = :command AND settings ->> '$.basis' = :basis
ORDER BY started DESC LIMIT 1
"""
_REMEMBER = "UPDATE runs SET settings = json_set(settings, '$.after', json_array(?, ?)) WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run, and the file and offset of the last page that it kept: ("", 0) before the first."""

    run: str
    file: str = ""
    offset: int = 0

    def remember(self, tx: Transaction, position: Position) -> None:
        """Nothing; the page at ``position`` is the last one, once the caller commits."""
        tx.execute(_REMEMBER, [position.file, position.offset, self.run])


def unfinished(store: Store, command: str, basis: str) -> Checkpoint | None:
    """Where the latest run of a command stopped before its end, if it rested on the same ``basis``."""
    rows = store.rows(_UNFINISHED, {"command": command, "basis": basis})
    if not rows:
        return None
    file, offset = json.loads(rows[0]["settings"]).get("after", ("", 0))
    return Checkpoint(rows[0]["id"], file, offset)
