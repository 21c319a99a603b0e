"""``danchieu forget``: a page or a whole site is removed, from the database and the archive, and stays away.

Tombstones are written first. All that follows goes by them alone, so when it was killed in the middle, running any
``forget`` again completes it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crawler.addresses import canonical, clean
from crawler.archive.purge import Purged, purge, quiet
from crawler.sites import Site, owner
from crawler.tables import counted
from pipelines.corpus import run_corpus
from pipelines.errors import InputError
from pipelines.instants import instant
from pipelines.store import Store, reading
from pipelines.store.forgetting import Swept, sweep
from pipelines.store.tombstones import entomb, host_of, tombstones, whole_host, whole_site


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed, and how many tombstones are new."""

    stones: int
    swept: Swept
    purged: Purged
    site: str | None = None  # the whole of it

    def __str__(self) -> str:
        swept, purged = self.swept, self.purged
        if not (self.stones or swept.articles or swept.fetches or purged.exchanges):
            return "nothing was left to forget: it was forgotten before"
        return (
            f"{counted(swept.articles, 'article')}, {counted(swept.urls, 'known address')}"
            f" and {counted(swept.fetches, 'fetch')} removed;"
            f" {counted(purged.exchanges, 'archived answer')} removed ({purged.bytes:,} bytes);"
            f" {counted(self.stones, 'new tombstone')}: what is under one is not taken again{self._entry}"
        )

    @property
    def _entry(self) -> str:
        if self.site is None:
            return ""
        return f"; crawls leave {self.site} out, though the catalogue has it: take its entry out there too"


def forget(db: Path, what: str, reason: str, sites: Mapping[str, Site]) -> Forgotten:
    """What was removed of a page (its address, in any form) or of a site (its id).

    Raises ``InputError`` for what is neither, and while another process works on the database.
    """
    if not reason.strip():
        raise InputError("say why with --reason: it is kept with the tombstone, and `danchieu explain` shows it")
    with reading(db):
        pass  # the sentence for a file that is missing or not ours
    with quiet(db), Store.open(db, reserve=0) as store:
        addresses = _addresses(store, what, sites)
        site = what if whole_site(what) in addresses else None
        with store.write() as tx:
            stones = entomb(tx, addresses, at=instant(time.time()), reason=reason.strip())
        swept = sweep(store)
        covering = tombstones(store.connection)
        purged = purge(store, lambda held: covering.cover(held.url))
        run_corpus(store)
    return Forgotten(stones, swept, purged, site)


def _addresses(store: Store, what: str, sites: Mapping[str, Site]) -> set[str]:
    row = next(iter(store.rows("SELECT id, domains FROM sites WHERE id = ?", [what])), None)
    if row is not None:
        return _of_site(store, row["id"], json.loads(row["domains"]))
    url = what if "://" in what or what.startswith("file:") else f"https://{what}"
    if "." not in what or "@" in host_of(url) or (clean(url) is None and not url.startswith("file:")):
        raise InputError(f"{what!r} is no site of this database and no address: see the table sites")
    return _of_page(store, url, sites)


def _of_page(store: Store, url: str, sites: Mapping[str, Site]) -> set[str]:
    """Every address under which a page is known: its forms, what redirected to it, what it declares itself."""
    key = canonical(url)
    site = owner(sites, url)
    found: set[str] = {name for name in (key, site.identity(key) if site else None) if name}
    while True:
        more = {row["other"] for row in store.rows(_ALSO, {"known": json.dumps(sorted(found))}) if row["other"]}
        if more <= found:
            return found
        found |= more


def _of_site(store: Store, site: str, domains: list[str]) -> set[str]:
    """The hosts of a site; where another site is on the same host, each of its addresses."""
    mine = {host_of(canonical(f"https://{domain}/")) for domain in domains}
    others = {
        host_of(canonical(f"https://{row['domain']}/"))
        for row in store.rows("SELECT value AS domain FROM sites, json_each(sites.domains) WHERE sites.id <> ?", [site])
    }
    addresses = {row["url"] for row in store.rows(_OF_SITE, {"site": site})}
    own = (mine | {host_of(url) for url in addresses}) - others - {""}
    hosts = {whole_host(host) for host in own}
    return {whole_site(site)} | hosts | {url for url in addresses if host_of(url) not in own}


_OF_SITE = """
SELECT url FROM urls WHERE site = :site
UNION SELECT url FROM articles WHERE site = :site
UNION SELECT url FROM fetches WHERE site = :site
"""
_ALSO = """
WITH known AS (SELECT value AS url FROM json_each(:known))
SELECT url AS other FROM url_aliases WHERE alias IN (SELECT url FROM known)
UNION SELECT alias FROM url_aliases WHERE url IN (SELECT url FROM known)
UNION SELECT f.url FROM articles a JOIN fetches f ON f.id = a.fetch WHERE a.url IN (SELECT url FROM known)
UNION SELECT f.url FROM articles a JOIN revisions r ON r.article = a.id JOIN fetches f ON f.id = r.fetch
  WHERE a.url IN (SELECT url FROM known)
UNION SELECT a.url FROM fetches f JOIN articles a ON a.fetch = f.id WHERE f.url IN (SELECT url FROM known)
"""
