"""The verbs of ``danchieu sites``: the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.options import FILE, sites_option
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
    from crawler.sites.check import HEADER, site_table
    from crawler.tables import print_rows

    catalogue = load_sites(sites)
    print_rows(HEADER, site_table(select(catalogue, names) if names else list(catalogue.values())))


@sites.command("check", epilog="Example: danchieu sites check --live gia-lai")
@click.argument("names", nargs=-1, metavar="[SITE or UNIT]...")
@click.option("--live", is_flag=True, help="Try one listing and one article of each site.")
@sites_option
def sites_check(names: tuple[str, ...], live: bool, sites: Path | None) -> int:
    """Check every entry against its recorded examples, or against the site itself."""
    if live:
        return _check_live(names, sites)
    if names:
        raise InputError("the whole catalogue is checked; names go with --live")
    from crawler.sites.check import check_catalogue

    problems = check_catalogue(sites)
    click.echo("\n".join(problems) or "all entries are well", err=bool(problems))
    return InputError.exit_code if problems else 0


def _check_live(names: tuple[str, ...], sites: Path | None) -> int:
    from crawler.live import HEADER, check_live, exit_code
    from crawler.plan import plan_of
    from crawler.tables import print_rows
    from crawler.verbs.run import settings_of

    settings = settings_of({"DANCHIEU_SITES": str(sites) if sites else None, "DANCHIEU_NAMES": " ".join(names)})
    found = check_live(plan_of(settings).sites.values(), settings)
    print_rows(HEADER, [(one.site, one.result, one.detail) for one in found])
    return exit_code(found)


@sites.command("add", epilog="Example: danchieu sites add https://baogialai.com.vn/ --page saved.html")
@click.argument("url")
@click.option("--page", type=FILE, required=True, help="A saved copy of one of its listing pages.")
def sites_add(url: str, page: Path) -> None:
    """Propose a catalogue entry from one of a site's pages."""
    from crawler.archive.files import read_page
    from crawler.verbs.proposing import propose

    click.echo(propose(url, read_page(page).page.body))
