"""``danchieu status``: what each site yielded, and why not; those in trouble first."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from crawler.archive import archive_folder
from crawler.health.looking import last_look, look, looked
from crawler.tables import print_rows
from pipelines.store import Store

_SITES = """
SELECT s.site, s.verdict, s.stage, s.expected, s.articles, s.mentions, s.audit_recall, s.last_new, s.last_run,
  r.started AS last_run_at,
  coalesce(n.new, 0) AS new, coalesce(n.failed, 0) AS failed
FROM site_status s LEFT JOIN runs r ON r.id = s.last_run
LEFT JOIN site_runs n ON n.run = s.last_run AND n.site = s.site
ORDER BY CASE s.verdict WHEN 'failed' THEN 0 WHEN 'attention' THEN 1 ELSE 2 END, s.site
"""
_UNKNOWN = """
SELECT issuer_code AS code, count(*) AS n FROM mentions, json_each(mentions.flags)
WHERE json_each.value = 'unknown_issuer' AND issuer_code IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT 20
"""
_CAPPED = """
SELECT f.site, substr(n.text, 1, instr(n.text, ':') - 1) AS reason,
  sum(CAST(substr(n.text, instr(n.text, ':') + 1) AS INTEGER)) AS links, count(*) AS pages, min(f.url) AS url
FROM site_status s JOIN fetches f ON f.run = s.last_run AND f.site = s.site JOIN notes n ON n.fetch = f.id
WHERE n.kind = 'links_refused' AND reason IN ('too many', 'too many sitemaps', 'page cap', 'cut short')
GROUP BY 1, 2 ORDER BY 1, 2
"""
_QUEUE = "SELECT state, count(*) AS n FROM urls GROUP BY state ORDER BY state"
_FAILED = "SELECT cause, count(*) AS n FROM urls WHERE state = 'failed' GROUP BY cause ORDER BY n DESC, 1"

_UNFIT = """
SELECT a.url AS article, n.text FROM (SELECT DISTINCT article FROM corrections) c
JOIN articles a ON a.id = c.article JOIN notes n ON n.article = a.id AND n.kind = 'correction_unfit'
UNION ALL
SELECT CAST(article AS TEXT), field || ' at ' || start || '-' || "end" || ': there is no such article' FROM corrections
WHERE article NOT IN (SELECT id FROM articles)
"""


_COVERAGE = """
SELECT state, count(*) AS n FROM coverage WHERE day >= date('now', '+7 hours', '-30 days')
GROUP BY state ORDER BY n DESC
"""


def status(store: Store) -> dict[str, Any]:
    """What is known of the crawl: sites, queue, failures, caps reached, unknown codes, unfit corrections, sizes."""
    growth = _growth(archive_folder(store.path))
    return {
        "sites": [dict(row) for row in store.rows(_SITES)],
        "queue": {row["state"]: row["n"] for row in store.rows(_QUEUE)},
        "failed": [dict(row) for row in store.rows(_FAILED)],
        "capped": [dict(row) for row in store.rows(_CAPPED)],
        "coverage": {row["state"]: row["n"] for row in store.rows(_COVERAGE)},
        "unknown_codes": [dict(row) for row in store.rows(_UNKNOWN)],
        "unfit_corrections": [dict(row) for row in store.rows(_UNFIT)],
        "database_bytes": store.path.stat().st_size,
        "archive_bytes": sum(growth.values()),
        "archive_growth": growth,
    }


def _growth(folder: Path) -> dict[str, int]:
    """How many bytes each run added to the archive, oldest first; a file's name begins with its run."""
    growth: dict[str, int] = {}
    for path in sorted(folder.glob("*.warc.gz")):
        run = path.name.rsplit("-", 2)[0]
        growth[run] = growth.get(run, 0) + path.stat().st_size
    return growth


def print_status(store: Store, *, as_json: bool) -> None:
    """Nothing; the figures are on stdout, as a table and lines or as one JSON object."""
    found = status(store)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print_table(found)
    print("\n".join(as_lines(found)))


def print_look(store: Store, *, as_json: bool) -> None:
    """Nothing; what broke since the last look is on stdout, and this look is kept."""
    now = time.time()
    found = look(store, last_look(store.path), now)
    print(json.dumps(found.as_json(), ensure_ascii=False) if as_json else "\n".join(found.lines()))
    looked(store.path, now)


NIGHTS = 14  # runs over which the archive's growth is averaged
HEADER = (
    "site",
    "verdict",
    "new",
    "expected",
    "failed",
    "articles",
    "references",
    "audit",
    "last run",
    "what to look at",
)
_NUMBERS = frozenset({"new", "expected", "failed", "articles", "references", "audit"})


def print_table(found: dict[str, Any]) -> None:
    """Nothing; the sites are on stdout, a row each."""
    print_rows(HEADER, [_row(site) for site in found["sites"]], right=_NUMBERS)


def _row(site: dict[str, Any]) -> tuple[str, ...]:
    recall = site["audit_recall"]
    return (
        site["site"],
        site["verdict"],
        str(site["new"]),
        "" if site["expected"] is None else f"{site['expected']:.0f}",
        *(str(site[name]) for name in ("failed", "articles", "mentions")),
        "" if recall is None else f"{recall:.1%}",
        site["last_run_at"] or "",
        site["stage"] or "",
    )


def as_lines(found: dict[str, Any]) -> list[str]:
    """The rest of the figures, a line each."""
    queue = ", ".join(f"{n} {state}" for state, n in found["queue"].items())
    lines = [f"queue: {queue or 'empty'}"]
    lines += [f"failed: {row['n']} because of {row['cause']}" for row in found["failed"]]
    lines += [
        f"{row['site']}: links not followed ({row['reason']}): {row['links']}, as on {row['url']}"
        for row in found["capped"]
    ]
    if found["coverage"]:
        days = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in found["coverage"].items())
        lines.append(f"days of sites in the last thirty days: {days}")
    lines += [f"unknown code: {row['code']} ({row['n']} times)" for row in found["unknown_codes"]]
    lines += [f"correction that no longer fits: {row['article']}: {row['text']}" for row in found["unfit_corrections"]]
    megabyte = 1_000_000
    sizes = (found["database_bytes"] / megabyte, found["archive_bytes"] / megabyte)
    lines.append(f"database {sizes[0]:.1f} MB, archive {sizes[1]:.1f} MB")
    if grown := list(found["archive_growth"].values())[-NIGHTS:]:
        mean = sum(grown) / len(grown) / megabyte
        lines[-1] += f": {grown[-1] / megabyte:.1f} MB by the last run that kept pages, {mean:.1f} MB on average"
    return lines
