"""The verb for people who judge citations."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.options import FILE, db_option


@click.command(epilog="Example: danchieu sample --n 200 -o sheet.csv; judge it; danchieu sample --score sheet.csv")
@click.option("--n", "n", type=click.IntRange(1), default=200, show_default=True, help="How many citations to draw.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another number draws others.")
@click.option("-o", "--output", type=FILE, help="Where to write the sheet.  [default: stdout]")
@click.option(
    "--score", "judged", type=FILE, metavar="FILE", help="Read a judged sheet instead and keep its precision."
)
@db_option
def sample(n: int, seed: int, output: Path | None, judged: Path | None, db: Path) -> None:
    """Draw citations for a person to judge.

    In the sheet, write right or wrong into the column judgement: right when the words cite a regulation and it is
    the one named.
    """
    from crawler.tables import print_rows
    from crawler.verbs.sampling import HEADER, score_sheet, write_sheet
    from pipelines.files import text_destination
    from pipelines.store import Store, reading

    with reading(db) as store:
        if judged is None:
            with text_destination(output) as out:
                click.echo(f"{write_sheet(store, out, n, seed)} citations drawn", err=True)
            return
    with Store.open(db) as store:
        print_rows(HEADER, [one.cells() for one in score_sheet(store, judged)], right=frozenset(HEADER[2:]))
