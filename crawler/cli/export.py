"""The verb that takes data out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crawler.cli.options import NAME, db_option

FORMS = ("jsonl", "csv", "parquet", "conllu", "segmented", "webannotation", "warc")
TABLES = "citations, mentions, articles, regulations, relations, coverage, spread"


@click.command(epilog="Example: danchieu export csv --citing vn/party/tw/quy-dinh/2023/96 -o citations.csv")
@click.argument("form", type=click.Choice(FORMS), metavar="FORMAT")
@click.option("--table", help=f"For csv and parquet: {TABLES}.  [default: citations; into a folder, all]")
@click.option(
    "-o", "--output", type=NAME, help="A file, or a folder (there already, or ending in /).  [default: stdout]"
)
@click.option("--tags", type=click.Choice(["bio"]), help="For segmented: tokens and tags of references too.")
@click.option("--site", help="Only articles of this site.")
@click.option("--unit", help="Only articles of this unit (slug), former or present.")
@click.option("--since", metavar="DATE", help="Only articles published on this day or later.")
@click.option("--until", metavar="DATE", help="Only articles published on this day or earlier.")
@click.option("--citing", metavar="ID", help="Only articles that cite this regulation, and their citations of it.")
@db_option
def export(form: str, table: str | None, output: str | None, tags: str | None, db: Path, **asked: Any) -> None:
    """Write the data out: jsonl, csv, parquet, conllu, segmented, webannotation, warc."""
    from crawler.verbs.exporting import Export
    from pipelines.export import Target
    from pipelines.export.selection import Selection

    done = Export(form, Target.named(output), Selection(**asked), table, bio=tags == "bio").write(db)
    click.echo("\n".join(done), err=True)
