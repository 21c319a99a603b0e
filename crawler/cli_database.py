"""The verbs for the database file over time."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli_options import FILE, db_option, sites_option


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


@click.command(epilog="Example: danchieu merge north.db south.db -o output/danchieu.db")
@click.argument("databases", nargs=-1, required=True, type=FILE, metavar="A.db B.db...")
@click.option("-o", "--output", required=True, type=FILE, help="The new database.")
def merge(databases: tuple[Path, ...], output: Path) -> None:
    """Make one database of several, archives included.

    The order does not matter; of two texts of one article the newer is kept, the older as its revision.
    """
    from crawler.merging import merge as merge_them

    click.echo(str(merge_them(databases, output, lambda line: click.echo(line, err=True))))


@click.command(epilog="Example: danchieu prune --db output/danchieu.db")
@db_option
def prune(db: Path) -> None:
    """Remove from the archive what is not kept for ever: listings older than 14 days and the like."""
    from crawler.pruning import prune as prune_it

    click.echo(str(prune_it(db)))
