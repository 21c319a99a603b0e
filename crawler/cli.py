"""The ``danchieu`` command: one short function a verb, no logic. Heavy modules are imported inside the verbs.

Worker processes run this module again when they start, so it must import nothing heavy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from pipelines.errors import DanchieuError, InputError

DEFAULT_DB = Path("output/danchieu.db")
INTERRUPTED = 130

db_option = click.option(
    "--db", type=click.Path(path_type=Path), default=DEFAULT_DB, show_default=True, help="The database."
)
sites_option = click.option(
    "--sites", type=click.Path(path_type=Path), help="A catalogue file or folder instead of the built-in one."
)
workers_option = click.option("--workers", type=click.IntRange(1), help="Worker processes.  [default: all cores]")


@click.group()
@click.version_option(package_name="danchieu")
def danchieu() -> None:
    """Crawls Vietnam's provincial news sites and finds every regulation they cite.

    Start with: danchieu demo
    """


@danchieu.command(epilog="Example: danchieu demo")
@click.option("--db", type=click.Path(path_type=Path), default=Path("output/demo.db"), show_default=True)
def demo(db: Path) -> None:
    """Crawls the built-in sample site over real, broken TLS."""
    from crawler.demo import run_demo

    sys.exit(run_demo(db))


@danchieu.command(epilog="Example: danchieu crawl baogialai --limit 20")
@click.argument("names", nargs=-1, metavar="[SITE or UNIT]...")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many articles.")
@click.option("--refetch", is_flag=True, help="Fetch known articles again.")
@workers_option
@sites_option
@db_option
def crawl(
    names: tuple[str, ...], limit: int | None, refetch: bool, workers: int | None, sites: Path | None, db: Path
) -> None:
    """Crawls; run it again and it goes on where it was."""
    from crawler.progress import progress
    from crawler.run import run_crawl

    display = progress()
    try:
        verdict = run_crawl(
            {
                "DANCHIEU_DB": str(db),
                "DANCHIEU_NAMES": " ".join(names),
                "DANCHIEU_SITES": str(sites) if sites else None,
                "DANCHIEU_LIMIT": limit,
                "DANCHIEU_REFETCH": refetch,
                "DANCHIEU_WORKERS": workers,
            },
            display,
        )
    finally:
        display.close()
    for site in verdict.sites:
        click.echo(str(site))
    sys.exit(verdict.exit_code)


def main(arguments: list[str] | None = None) -> Any:
    """Runs the command and maps every exception to its exit code: the one place where that is done."""
    try:
        return danchieu.main(args=arguments, standalone_mode=False) or 0
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(InputError.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; run the same command again to go on", err=True)
        sys.exit(INTERRUPTED)
    except DanchieuError as error:
        click.echo(f"danchieu: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough
        sys.exit(0)
    except Exception as error:  # anything else is a bug of ours: one sentence, and the trace for the report
        import traceback

        traceback.print_exc()
        click.echo(
            f"danchieu: an unexpected error, {type(error).__name__}; please report it with the lines above", err=True
        )
        sys.exit(1)
