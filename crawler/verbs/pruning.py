"""``danchieu prune``: takes out of the archive what is not kept for ever.

An article's answer is kept when it is new or its text changed; listings, errors and whatever else was archived for
fourteen days, in which a fault can be looked into. What ``reprocess`` would read again is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.purge import Held, Purged, purge, quiet
from crawler.tables import counted
from pipelines.errors import InputError
from pipelines.instants import instant
from pipelines.store import Store, reading

KEEP_DAYS = 14

# Archived answers that no row has a reason to keep: none is young, gave a text or a revision, or is the last one of an
# address that was, or could have become, an article.
_OLD = """
WITH needed AS (SELECT fetch AS id FROM articles UNION SELECT fetch FROM revisions UNION
  SELECT max(f.id) FROM fetches f LEFT JOIN urls u ON u.url = f.url
  WHERE f.warc_file IS NOT NULL AND f.status = 200 AND coalesce(f.page_kind, '') NOT IN ('listing', 'feed', 'sitemap')
    AND coalesce(u.kind, 'article') = 'article'
  GROUP BY f.url)
SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL GROUP BY warc_file, warc_offset
HAVING max(fetched_at >= :cutoff OR id IN (SELECT id FROM needed)) = 0
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken out, and the size of the archive now."""

    purged: Purged
    size: int

    def __str__(self) -> str:
        n, freed = self.purged.exchanges, self.purged.bytes
        return f"{counted(n, 'archived answer')} removed, {freed:,} bytes; {self.size:,} bytes are left"


def prune(db: Path, *, now: float | None = None) -> Pruned:
    """What was taken out of the archive of a database; raises ``InputError`` while another process works on it."""
    cutoff = instant((time.time() if now is None else now) - KEEP_DAYS * 86400)
    with reading(db):
        pass  # the sentence for a file that is missing or not ours
    folder = db.with_name(f"{db.name}.archive")
    if not folder.is_dir():
        raise InputError(f"{db} has no archive beside it: nothing to prune")
    with quiet(db), Store.open(db, reserve=0) as store:  # a full disk is a reason to prune
        old = {(row["warc_file"], row["warc_offset"]) for row in store.rows(_OLD, {"cutoff": cutoff})}
        purged = purge(store, lambda held: _is_old(held, old, cutoff))
    return Pruned(purged, sum(path.stat().st_size for path in folder.glob("*.warc.gz")))


def _is_old(held: Held, old: set[tuple[str, int]], cutoff: str) -> bool:
    """Whether an exchange goes; that a payload came again unchanged (a revisit) says no more than its row does."""
    if held.kind == "revisit":
        return held.fetched_at < cutoff
    return (held.position.file, held.position.offset) in old
