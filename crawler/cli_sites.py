"""The verbs of ``danchieu sites``: the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli_options import FILE, sites_option
from pipelines.errors import InputError


@click.group()
def sites() -> None:
    """Look at the catalogue."""


@sites.command("list", epilog="Example: danchieu sites list gia-lai")
@click.argument("names", nargs=-1, metavar="[SITE or UNIT]...")
@sites_option
def sites_list(names: tuple[str, ...], sites: Path | None) -> None:
    """Show the catalogue as a table."""
    from crawler.sites import load_sites, select
    from crawler.sites_check import HEADER, site_table
    from crawler.tables import print_rows

    catalogue = load_sites(sites)
    print_rows(HEADER, site_table(select(catalogue, names) if names else list(catalogue.values())))


@sites.command("check", epilog="Example: danchieu sites check --sites my-sites.toml")
@sites_option
def sites_check(sites: Path | None) -> int:
    """Check every entry against its recorded examples."""
    from crawler.sites_check import check_catalogue

    problems = check_catalogue(sites)
    click.echo("\n".join(problems) or "all entries are well")
    return InputError.exit_code if problems else 0


@sites.command("add", epilog="Example: danchieu sites add https://baogialai.com.vn/ --page saved.html")
@click.argument("url")
@click.option("--page", type=FILE, required=True, help="A saved copy of one of its listing pages.")
def sites_add(url: str, page: Path) -> None:
    """Propose a catalogue entry from one of a site's pages."""
    from crawler.archive_files import read_page
    from crawler.sites_propose import propose

    click.echo(propose(url, read_page(page).page.body))
