"""The verbs that understand many pages which are here already."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.options import FILE, cluster_options, db_option, sites_option, workers_option


@click.command("import", epilog="Example: danchieu import pages/ crawl.warc.gz --all")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="PATH...")
@click.option("--all", "everything", is_flag=True, help="Take archived pages outside the catalogue too.")
@cluster_options
@workers_option
@sites_option
@db_option
def import_(
    paths: tuple[Path, ...],
    everything: bool,
    dask: str | None,
    parquet: Path | None,
    workers: int,
    sites: Path | None,
    db: Path,
) -> int:
    """Take pages from WARC, WACZ, HTML files and folders. Stopped, it goes on behind the last page."""
    from crawler.batch import in_pool
    from crawler.batch.cluster import Cluster, on_cluster
    from crawler.sites import load_sites
    from crawler.verbs.importing import Importer
    from crawler.verbs.importing_pages import Reader
    from crawler.verbs.parts import import_into_parts

    _check_parquet(dask, parquet)
    reader = Reader(load_sites(sites), everything, lambda line: click.echo(line, err=True), distant=dask is not None)
    if dask and parquet:
        report = import_into_parts(db, reader, Cluster(dask), parquet, paths)
    else:
        report = Importer(db, reader, on_cluster(Cluster(dask)) if dask else in_pool(workers)).run(paths)
        if report.corpus is not None:
            click.echo(str(report.corpus), err=True)
    if said := str(report):
        click.echo(said)
    return report.exit_code


@click.command(epilog="Example: danchieu reprocess --failed")
@click.option("--failed", is_flag=True, help="Only pages that could not be understood.")
@cluster_options
@workers_option
@sites_option
@db_option
def reprocess(failed: bool, dask: str | None, parquet: Path | None, workers: int, sites: Path | None, db: Path) -> int:
    """Understand archived pages again; fetches nothing. Stopped, it goes on behind the last page."""
    from crawler.batch import in_pool
    from crawler.batch.cluster import Cluster, on_cluster
    from crawler.sites import load_sites
    from crawler.verbs.parts import reprocess_into_parts
    from crawler.verbs.reprocessing import reprocess_archive

    _check_parquet(dask, parquet)
    if dask and parquet:
        if failed:
            raise click.UsageError("--parquet takes all pages: leave --failed out")
        report = reprocess_into_parts(db, load_sites(sites), Cluster(dask), parquet)
    else:
        engine = on_cluster(Cluster(dask)) if dask else in_pool(workers)
        report = reprocess_archive(db, load_sites(sites), engine, failed_only=failed)
        click.echo(str(report.corpus), err=True)
    click.echo("\n".join([*report.problems, str(report.tally)]))
    return report.exit_code


def _check_parquet(dask: str | None, parquet: Path | None) -> None:
    if parquet is not None and dask is None:
        raise click.UsageError("--parquet goes with --dask, whose workers write it")
