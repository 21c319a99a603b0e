"""The verbs that understand many pages which are here already."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.options import FILE, db_option, sites_option, workers_option


@click.command("import", epilog="Example: danchieu import pages/ crawl.warc.gz --all")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@click.option("--all", "everything", is_flag=True, help="Take archived pages outside the catalogue too.")
@workers_option
@sites_option
@db_option
def import_(paths: tuple[Path, ...], everything: bool, workers: int, sites: Path | None, db: Path) -> int:
    """Take pages from WARC, WACZ, HTML files and folders; stopped, it goes on behind the pages it took."""
    from crawler.sites import load_sites
    from crawler.verbs.importing import Importer

    report = Importer(db, load_sites(sites), everything, workers, lambda line: click.echo(line, err=True)).run(paths)
    if said := str(report):
        click.echo(said)
    return report.exit_code


@click.command(epilog="Example: danchieu reprocess --failed")
@click.option("--failed", is_flag=True, help="Only pages that could not be understood.")
@click.option("--dask", metavar="ADDRESS", help="On the workers of this Dask scheduler, such as tcp://10.0.0.1:8786.")
@click.option("--parquet", type=FILE, metavar="DIR", help="With --dask: into Parquet files there, not the database.")
@workers_option
@sites_option
@db_option
def reprocess(failed: bool, dask: str | None, parquet: Path | None, workers: int, sites: Path | None, db: Path) -> int:
    """Understand archived pages again; fetches nothing. Stopped, it goes on behind the last page."""
    from crawler.batch.cluster import Cluster, on_cluster
    from crawler.sites import load_sites
    from crawler.verbs.reprocessing import in_pool, reprocess_archive
    from crawler.verbs.reprocessing_parts import write_parts

    if parquet is not None:
        if dask is None or failed:
            raise click.UsageError("--parquet goes with --dask, and takes all pages")
        report = write_parts(db, load_sites(sites), Cluster(dask), parquet)
    else:
        engine = on_cluster(Cluster(dask)) if dask else in_pool(workers)
        report = reprocess_archive(db, load_sites(sites), engine, failed_only=failed)
    click.echo("\n".join([*report.problems, str(report.tally)]))
    return report.exit_code
