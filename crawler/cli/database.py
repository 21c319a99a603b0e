"""The verbs for the database file over time."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from crawler.cli.options import FILE, db_option, sites_option, workers_option


@click.command(epilog="Example: danchieu corpus --db output/danchieu.db")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@db_option
def corpus(as_json: bool, db: Path) -> None:
    """Do the steps over all articles again: near copies, identities, claims, counts, summaries.

    A crawl, an import, reprocess, merge and forget end with them; a second run changes nothing.
    """
    from crawler.verbs.corpus import corpus as do_steps
    from crawler.verbs.corpus import in_words

    report = do_steps(db)
    click.echo(json.dumps(report.as_json()) if as_json else in_words(report))


@click.command(epilog='Example: danchieu forget https://bao.example/tin-post9.html --reason "the author asked"')
@click.argument("what", metavar="URL or SITE")
@click.option("--reason", required=True, help="Why; kept with the tombstone.")
@sites_option
@db_option
def forget(what: str, reason: str, sites: Path | None, db: Path) -> None:
    """Remove a page or a site for good.

    Its text, citations and archive records go; a tombstone stays that crawl, import, reprocess and merge obey.
    """
    from crawler.sites import load_sites
    from crawler.verbs.forgetting import forget as forget_it

    click.echo(str(forget_it(db, what, reason, load_sites(sites))))


@click.command(epilog="Example: danchieu merge north.db south.db -o output/danchieu.db")
@click.argument("databases", nargs=-1, required=True, type=FILE, metavar="A.db B.db...")
@click.option("-o", "--output", required=True, type=FILE, help="The new database.")
def merge(databases: tuple[Path, ...], output: Path) -> None:
    """Make one database of several, archives included.

    The order does not matter; of two texts of one article the newer is kept, the older as its revision.
    """
    from crawler.verbs.merging import merge as merge_them

    click.echo(str(merge_them(databases, output, lambda line: click.echo(line, err=True))))


@click.command(epilog="Example: danchieu prune --db output/danchieu.db")
@db_option
def prune(db: Path) -> None:
    """Remove from the archive what is not kept for ever: listings older than 14 days and the like."""
    from crawler.verbs.pruning import prune as prune_it

    click.echo(str(prune_it(db)))


@click.command(epilog="Example: danchieu publish -o release --release 2026-11")
@click.option("-o", "--output", required=True, type=FILE, metavar="DIR", help="The folder of the release.")
@click.option("--release", metavar="NAME", help="What it is called.  [default: today's date]")
@click.option("--with-texts", is_flag=True, help="Whole texts, leads and bylines too.")
@click.option("--i-have-the-rights", "rights", is_flag=True, help="You may publish those texts.")
@db_option
def publish(output: Path, release: str | None, with_texts: bool, rights: bool, db: Path) -> None:
    """Make a citable copy that may be given away: stand-off, without texts.

    DANCHIEU_CONTACT is named in it as the address for questions and take-down.
    """
    from crawler.verbs.publishing import publish as publish_it

    contact = os.environ.get("DANCHIEU_CONTACT")
    if not contact:
        click.echo("danchieu: set DANCHIEU_CONTACT, so that the release says whom to write to", err=True)
    made = publish_it(db, output, name=release, with_texts=with_texts, rights=rights, contact=contact)
    click.echo(str(made))


@click.command(epilog="Example: danchieu rehydrate release --archive output/danchieu.db.archive -o texts.db")
@click.argument("folder", type=FILE, metavar="DIR")
@click.option(
    "--archive", "archives", multiple=True, type=FILE, metavar="PATH", help="Take texts from here, not the web."
)
@click.option("-o", "--output", type=FILE, help="The database with the texts.  [default: DIR.db]")
@workers_option
@sites_option
def rehydrate(folder: Path, archives: tuple[Path, ...], output: Path | None, workers: int, sites: Path | None) -> int:
    """Put the texts back into a release, from the web or from archives, checked by their digests."""
    from crawler.progress import shown
    from crawler.sites import load_sites
    from crawler.verbs.rehydrating import rehydrate as rehydrate_it
    from crawler.verbs.run import run_crawl

    def fetch(db: Path, names: Sequence[str]) -> None:
        asked = {"DB": str(db), "NAMES": " ".join(names), "SITES": sites, "WORKERS": workers, "SEEDS": False}
        with shown() as display:
            run_crawl({f"DANCHIEU_{name}": value for name, value in asked.items()}, display)

    report = rehydrate_it(folder, output, archives, load_sites(sites), workers, fetch)
    click.echo(str(report))
    return report.exit_code
