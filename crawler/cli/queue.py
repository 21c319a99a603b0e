"""The verbs that look into the queue: ``explain`` and ``retry``."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.options import db_option, sites_option


@click.command(epilog="Example: danchieu explain https://baogialai.com.vn/tin-post579869.html")
@click.argument("url")
@sites_option
@db_option
def explain(url: str, sites: Path | None, db: Path) -> None:
    """Say why a page is or is not there."""
    from crawler.sites import load_sites
    from crawler.verbs.explaining import explain_address
    from pipelines.store import reading

    with reading(db) as store:
        click.echo(str(explain_address(store, load_sites(sites), url)))


@click.command(epilog="Example: danchieu retry --cause http-503 --site baogialai")
@click.option("--cause", help="Only what failed so: a cause of danchieu status, or its first part, such as http.")
@click.option("--site", help="Only pages of this site.")
@db_option
def retry(cause: str | None, site: str | None, db: Path) -> None:
    """Put failures back into the queue; the next crawl fetches them."""
    from crawler.verbs.retrying import put_back
    from pipelines.store import Store, reading

    with reading(db):
        pass  # the sentence for a file that is missing or not ours
    with Store.open(db) as store:
        click.echo("\n".join(put_back(store, cause=cause, site=site)))
