"""The ``danchieu`` command: one short function a verb, no logic. Heavy modules are imported inside the verbs.

Worker processes run this module again when they start, so it must import nothing heavy.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import click

from crawler.cli import streams as cli_streams
from crawler.cli.batch import import_, reprocess
from crawler.cli.database import corpus, forget, merge, prune, publish, rehydrate
from crawler.cli.export import export
from crawler.cli.options import FILE, NAME, db_option, sites_option, workers_option
from crawler.cli.queue import explain, retry
from crawler.cli.sample import sample
from crawler.cli.sites import sites
from pipelines.errors import DanchieuError, InputError, StorageError

INTERRUPTED = 130


class Danchieu(click.Group):
    """The command; a reader who has enough of its output (``| head``) is no error."""

    def invoke(self, context: click.Context) -> Any:
        """Runs the verb. click itself would end with 1, which is kept for bugs."""
        try:
            code = super().invoke(context)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            cli_streams.silence(sys.stdout)
            return 0


@click.group(cls=Danchieu, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="danchieu")
def danchieu() -> None:
    """Crawls Vietnam's provincial news sites and finds every regulation they cite.

    Start with: danchieu demo
    """


@danchieu.command(epilog="Example: danchieu demo")
@click.option("--db", type=FILE, default=Path("output/demo.db"), show_default=True, help="The database.")
def demo(db: Path) -> int:
    """Crawl the built-in sample site over real, broken TLS."""
    from crawler.verbs.demo import run_demo

    return run_demo(db)


@danchieu.command(epilog="Example: danchieu crawl baogialai --limit 20")
@click.argument("names", nargs=-1, metavar="[SITE or UNIT]...")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many articles.")
@click.option("--refetch", is_flag=True, help="Fetch known articles again.")
@click.option(
    "--since",
    metavar="DATE",
    help="Go back no further than this day, or all.  [default: 30 days before a site's first run]",
)
@click.option("--until", metavar="DATE", help="Leave out what is newer.")
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the catalogue, by host.")
@click.option("--notify", metavar="CMD", help="Run this command with the verdict as JSON on its standard input.")
@click.option("--alone", is_flag=True, help="Leave when another run with --alone is still at work on the database.")
@workers_option
@sites_option
@db_option
def crawl(db: Path, names: tuple[str, ...], alone: bool, notify: str | None, **asked: Any) -> int:
    """Crawl; run it again and it goes on where it was."""
    from crawler.health.notifying import tell
    from crawler.lock import alone as lock
    from crawler.progress import shown
    from crawler.verbs.run import run_crawl

    settings = {
        "DANCHIEU_DB": str(db),
        "DANCHIEU_NAMES": " ".join(names),
        **{f"DANCHIEU_{name.upper()}": value for name, value in asked.items()},
    }

    def once() -> Any:
        with lock(db) if alone else nullcontext(), shown() as display:
            return run_crawl(settings, display)

    told = tell(once, notify, _say)
    click.echo("\n".join(str(site) for site in told.verdict.sites))
    return told.exit_code


@danchieu.command(epilog="Example: danchieu extract page.html --json")
@click.argument("file", type=NAME, metavar="FILE or -")
@click.option("--url", help="The page's address, when the page does not say it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@sites_option
def extract(file: str, url: str | None, as_json: bool, sites: Path | None) -> None:
    """Show one page as the pipeline sees it; stores nothing."""
    from crawler.sites import load_sites
    from crawler.verbs.extracting import as_text, extract_page
    from pipelines.contract.document import document_json

    document = extract_page(file, url, load_sites(sites))
    click.echo(json.dumps(document_json(document), ensure_ascii=False) if as_json else as_text(document))


@danchieu.command(epilog="Example: echo 'Quy định số 96-QĐ/TW' | danchieu references - --json")
@click.argument("file", type=NAME, metavar="FILE or -")
@click.option("--json", is_flag=True, help="Print one JSON object.")
@click.option("--lines", is_flag=True, help="One text a line in, one object a line out.")
@click.option("--jsonl", is_flag=True, help='One {"text", "published"?, "province"?} a line.')
@click.option("--published", metavar="DATE", help="The day the text was published, YYYY-MM-DD.")
@click.option("--province", metavar="UNIT", help="Name slug of the unit the text is of, such as gia-lai.")
def references(file: str, published: str | None, province: str | None, **forms: bool) -> None:
    """Find references in plain text."""
    from crawler.verbs.referring import print_references

    asked = [form for form, is_asked in forms.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"--{' and --'.join(asked)} exclude each other: give one")
    print_references(file, sys.stdout, form=asked[0] if asked else None, published=published, province=province)


@danchieu.command(epilog="Example: danchieu browse --db output/demo.db --port 8001")
@click.option("--db", type=FILE, help="The database.  [default: all of output/*.db]")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
def browse(db: Path | None, port: int) -> None:
    """Open the database in Datasette."""
    from crawler.verbs.browse import serve

    serve(db, port, lambda line: click.echo(line, err=True))


@danchieu.command(epilog="Example: danchieu status --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--since-last-look", is_flag=True, help="Show what broke since this was last asked, and the days lost.")
@db_option
def status(as_json: bool, since_last_look: bool, db: Path) -> None:
    """Show what each site yielded, and why not."""
    from crawler.verbs.status import print_look, print_status
    from pipelines.store import reading

    with reading(db) as store:
        (print_look if since_last_look else print_status)(store, as_json=as_json)


@danchieu.command(epilog="Example: danchieu schedule systemd gia-lai")
@click.argument("form", type=click.Choice(["systemd", "cron"]))
@click.argument("names", nargs=-1, metavar="[SITE or UNIT]...")
@sites_option
@db_option
def schedule(form: str, names: tuple[str, ...], sites: Path | None, db: Path) -> None:
    """Print a nightly run for this machine."""
    from crawler.sites import load_sites, select
    from crawler.verbs.schedule import cron, systemd

    select(load_sites(sites), names)  # else a misspelt name would be found in the night
    contact = os.environ.get("DANCHIEU_CONTACT") or "you@example.org"
    click.echo((systemd if form == "systemd" else cron)(names, db, contact, sites), nl=False)


for verb in (
    import_,
    reprocess,
    corpus,
    export,
    explain,
    retry,
    sample,
    sites,
    forget,
    merge,
    prune,
    publish,
    rehydrate,
):
    danchieu.add_command(verb)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and ends the process with its exit code."""
    cli_streams.prepare()
    try:
        code = _exit_code(arguments)
    finally:
        cli_streams.settle()
    sys.exit(code)


def _exit_code(arguments: list[str] | None) -> int:
    """What the command ends with: the one place where exceptions are mapped to exit codes and sentences."""
    try:
        return danchieu.main(args=arguments, standalone_mode=False) or 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return InputError.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("stopped; run the same command again to go on")
        return INTERRUPTED
    except DanchieuError as error:
        _say(str(error))
        return error.exit_code
    except Exception as error:  # anything else but a disk that takes no output is a bug of ours
        if isinstance(error, OSError) and error.errno in cli_streams.FULL_OR_FAILING:
            _say(f"cannot write the output ({error.strerror}): make room, or name a file elsewhere")
            return StorageError.exit_code
        return _report_bug(error)


def _report_bug(error: Exception) -> int:
    """The exit code for it; the trace for the report, and one sentence, are on stderr."""
    import traceback

    with suppress(OSError):
        traceback.print_exc()
    _say(f"an unexpected error ({type(error).__name__}): please report it with the lines above")
    return DanchieuError.exit_code


def _say(sentence: str) -> None:
    with suppress(OSError):  # stderr is full: the exit code still tells
        click.echo(f"danchieu: {sentence}", err=True)
