"""``danchieu demo``: crawls the sample site over its broken TLS, says what was found, and what to look at."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote

import click

from crawler.health import Verdict
from crawler.progress import shown
from crawler.sample import serve
from crawler.verbs.run import run_crawl
from pipelines.store import Store, reading


def run_demo(db: Path) -> int:
    """The exit code of the demo."""
    with serve() as sample, shown() as display:
        display.say("Three sample sites run on this machine now, each with the TLS of a real one.")
        verdict = run_crawl({"DANCHIEU_DB": str(db), "DANCHIEU_SITES": str(sample.catalogue)}, display)
    with reading(db) as store:
        click.echo(_story(store, verdict, db))
    return verdict.exit_code


def _story(store: Store, verdict: Verdict, db: Path) -> str:
    command = sys.argv[0] if Path(sys.argv[0]).name == "danchieu" else "danchieu"
    lines = ["", *_sites(store, verdict), "", *_totals(store), ""]
    lines += [f"Three things to look at, once `{command} browse --db {db}` runs:"]
    lines += [f"  {i}. {thing}" for i, thing in enumerate(_to_look_at(store, db), 1)]
    return "\n".join(lines)


def _sites(store: Store, verdict: Verdict) -> list[str]:
    pages = store.rows(
        "SELECT site, tls_version, min(tls_verified) AS verified, tls_profile FROM fetches"
        " WHERE run = ? AND status = 200 GROUP BY site",
        [verdict.run],
    )
    ways = {page["site"]: _way(page) for page in pages}
    return [f"{site}\n    {ways.get(site.site, 'no page')}" for site in verdict.sites]


def _way(page: sqlite3.Row) -> str:
    verified = "certificate verified" if page["verified"] else "certificate NOT verified"
    return f"{_spelled(page['tls_version'])}, {verified}, by way of {page['tls_profile']}"


def _spelled(version: str) -> str:
    """OpenSSL's name of a TLS version as people write it."""
    return "TLS 1.0" if version == "TLSv1" else version.replace("TLSv", "TLS ")


def _totals(store: Store) -> list[str]:
    count = {table: store.value(f"SELECT count(*) FROM {table}") for table in ("articles", "mentions", "regulations")}  # noqa: S608 - our own names
    leaks = store.value("SELECT count(DISTINCT article) FROM notes WHERE kind LIKE 'leak%'")
    return [
        f"In all: {count['articles']} articles, {count['mentions']} references to {count['regulations']} regulations.",
        f"A server error that leaked into {leaks} pages was removed from their text and noted.",
    ]


def _to_look_at(store: Store, db: Path) -> list[str]:
    most = store.rows(
        "SELECT r.id, r.label, count(*) AS n, count(DISTINCT a.province) AS units FROM mentions m"
        " JOIN regulations r ON r.id = m.regulation JOIN articles a ON a.id = m.article"
        " GROUP BY r.id ORDER BY units DESC, n DESC, r.id LIMIT 1"
    )
    leaked = store.value("SELECT article FROM notes WHERE kind LIKE 'leak%' AND article IS NOT NULL LIMIT 1")
    name = quote(db.stem)
    things = ["http://127.0.0.1:8001/ : a map of who cites what, and a search that needs no marks"]
    if leaked is not None:
        things.append(f"http://127.0.0.1:8001/{name}/article/{leaked} : an article with its references marked")
    if most:
        row = most[0]
        things.append(
            f"http://127.0.0.1:8001/{name}/regulation/{quote(row['id'], safe='/@~+')} :"
            f" {row['label']}, cited {row['n']} times in {row['units']} provinces"
        )
    return things
