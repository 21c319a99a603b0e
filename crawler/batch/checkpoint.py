"""Where a run is that takes pages in order, kept in its row of ``runs``: how it goes on when it was killed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipelines.store import Store, Transaction

_UNFINISHED = """
SELECT id, settings FROM runs
WHERE finished IS NULL AND settings ->> '$.command' = :command AND settings ->> '$.basis' = :basis
ORDER BY started DESC LIMIT 1
"""
_REMEMBER = "UPDATE runs SET settings = json_set(settings, '$.after', json(?)) WHERE id = ?"

Place = tuple[str | int, ...]  # what the command needs to find the page behind it


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run, and the place of the last page that it kept: () before the first."""

    run: str
    after: Place = ()

    def remember(self, tx: Transaction, place: Place) -> None:
        """Nothing; the page at ``place`` is the last one, once the caller commits."""
        tx.execute(_REMEMBER, [json.dumps(place), self.run])


def unfinished(store: Store, command: str, basis: str) -> Checkpoint | None:
    """Where the latest run of a command stopped before its end, if it rested on the same ``basis``."""
    rows = store.rows(_UNFINISHED, {"command": command, "basis": basis})
    if not rows:
        return None
    return Checkpoint(rows[0]["id"], tuple(json.loads(rows[0]["settings"]).get("after", ())))
