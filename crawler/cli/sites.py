"""The verbs of ``danchieu sites``: the catalogue."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from crawler.cli.options import FILE, sites_option
from pipelines.errors import InputError

ALLOWED = ("unverified", "http", "cookie-stub")  # what an entry's `allow` may hold


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


@sites.command("add", epilog="Example: danchieu sites add https://baogialai.com.vn/")
@click.argument("url")
@click.option("--page", type=FILE, help="Ask nobody: read this saved copy of one of its listing pages.")
@click.option(
    "--allow", multiple=True, type=click.Choice(ALLOWED), help="Permit this where nothing else works; may be repeated."
)
@click.option("--private", is_flag=True, help="Its addresses may be loopback or private: an intranet.")
@sites_option
def sites_add(url: str, page: Path | None, allow: tuple[str, ...], private: bool, sites: Path | None) -> int:
    """Propose a catalogue entry from a listing, an article or a feed of a site.

    The entry is printed on stdout, what was seen and what could not be told on stderr.
    """
    from crawler.archive.files import read_page
    from crawler.health import ATTENTION, OK
    from crawler.sites import load_sites
    from crawler.verbs.proposing import propose_site, proposed_from
    from crawler.verbs.run import settings_of

    if page is not None:
        click.echo(proposed_from(url, read_page(page).page), nl=False)
        return OK
    say = partial(click.echo, err=True)
    proposal = propose_site(url, settings_of({}), load_sites(sites), allow=allow, private=private, say=say)
    say("".join(f"- {remark}\n" for remark in proposal.remarks), nl=False)
    click.echo(proposal.entry, nl=False)
    return OK if proposal.tried else ATTENTION
