"""The verbs for the database file over time."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli_options import db_option, sites_option


@click.command(epilog='Example: danchieu forget https://bao.example/tin-post9.html --reason "the author asked"')
@click.argument("what", metavar="URL or SITE")
@click.option("--reason", required=True, help="Why; kept with the tombstone.")
@sites_option
@db_option
def forget(what: str, reason: str, sites: Path | None, db: Path) -> None:
    """Remove a page or a site for good.

    Its text, citations and archive records go; a tombstone stays that crawl, import, reprocess and merge obey.
    """
    from crawler.forgetting import forget as forget_it
    from crawler.sites import load_sites

    click.echo(str(forget_it(db, what, reason, load_sites(sites))))
