"""What a run is asked to do, read from Scrapy's settings and the spider's arguments."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_hex

from scrapy.settings import BaseSettings

from crawler.addresses import registered_domain
from crawler.health.horizon import EVERYTHING
from crawler.sites import Site, load_sites, select
from pipelines.errors import InputError

DEFAULT_DB = Path("output/danchieu.db")


@dataclass(frozen=True)
class Plan:
    """A run: its database, its name, its sites and its limits."""

    db: Path
    run: str
    sites: Mapping[str, Site]
    limit: int | None = None
    refetch: bool = False
    workers: int = 2
    page_seconds: float = 60.0
    archive_all: bool = False
    since: str | None = None
    until: str | None = None
    seeds: bool = True  # visit listings, feeds and sitemaps; else only what waits in the queue

    def narrowed(self) -> dict[str, object]:
        """What narrowed the run, to be kept with it: a run with a limit says little of what a site usually gives."""
        asked = {"limit": self.limit, "since": self.since, "until": self.until, "refetch": self.refetch or None}
        return {name: value for name, value in asked.items() if value is not None}


def new_run() -> str:
    """The name of a run: when it began, and chance, so that two of one second differ."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{token_hex(2)}"


def plan_of(settings: BaseSettings, named: str = "") -> Plan:
    """The plan of a crawl; raises ``InputError`` for a wrong catalogue, an unknown name or a missing contact."""
    catalogue = settings.get("DANCHIEU_SITES")
    names = (named or settings.get("DANCHIEU_NAMES") or "").replace(",", " ").split()
    sites = {site.id: site for site in select(load_sites(Path(catalogue) if catalogue else None), names)}
    if shard := settings.get("DANCHIEU_SHARD"):
        sites = sharded(sites, shard)
    if not all(site.private for site in sites.values()):
        require_contact(settings)
    limit = settings.get("DANCHIEU_LIMIT")
    return Plan(
        db=Path(settings.get("DANCHIEU_DB") or DEFAULT_DB),
        run=settings.get("DANCHIEU_RUN") or new_run(),
        sites=sites,
        limit=int(limit) if limit is not None else None,
        refetch=settings.getbool("DANCHIEU_REFETCH"),
        seeds=settings.getbool("DANCHIEU_SEEDS", True),
        workers=settings.getint("DANCHIEU_WORKERS") or max(1, os.cpu_count() or 1),
        page_seconds=settings.getfloat("DANCHIEU_PAGE_SECONDS", 60.0),
        archive_all=settings.get("DANCHIEU_ARCHIVE") == "all",
        since=EVERYTHING if settings.get("DANCHIEU_SINCE") == "all" else _day(settings.get("DANCHIEU_SINCE")),
        until=_day(settings.get("DANCHIEU_UNTIL")),
    )


def require_contact(settings: BaseSettings) -> None:
    """Nothing; raises ``InputError`` where public sites would be asked by nobody they can reach."""
    if not settings.get("DANCHIEU_CONTACT"):
        raise InputError(
            "sites must be able to reach whoever crawls them; set an address first, for example: "
            'export DANCHIEU_CONTACT="you@example.org"'
        )


def sharded(sites: Mapping[str, Site], shard: str) -> dict[str, Site]:
    """The sites of shard ``I/N``: by a stable hash of the registered domain, so that one host stays on one machine."""
    found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", shard)
    if found is None or int(found[1]) > int(found[2]):
        raise InputError(f"{shard!r} is no shard: write I/N with I from 1 to N, such as 2/5")
    i, n = int(found[1]), int(found[2])
    return {key: site for key, site in sites.items() if _bucket(site, n) == i - 1}


def _bucket(site: Site, n: int) -> int:
    domain = registered_domain(site.domains[0])
    return int.from_bytes(hashlib.sha256(domain.encode()).digest()[:8], "big") % n


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InputError(f"{text!r} is no day: write YYYY-MM-DD") from error
