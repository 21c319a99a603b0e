"""``danchieu sites add URL``: asks a site for a listing, an article and its feeds as a crawl would; proposes its entry.

Nothing is stored, and nothing weakened that was not permitted. What cannot be told is said in remarks.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from crawler.addresses import clean
from crawler.live.asking import Asker, headers_of, opened_handler
from crawler.plan import require_contact
from crawler.sites import Site
from crawler.verbs.proposing.entry import as_toml, propose, provisional, read_front
from crawler.verbs.proposing.look import Look, Proposal, Say
from crawler.visit import Understanding
from crawler.work import Task, begin, work
from pipelines.errors import InputError
from pipelines.models import Page
from pipelines.workers import Workers

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # localhost:8001 is a host and its port


def proposed_from(url: str, page: Page) -> str:
    """The entry that a saved page alone suggests; raises ``InputError`` for one without links to its own site."""
    site = provisional(_web_address(url))
    return as_toml(propose(read_front(replace(page, url=_web_address(url)), site), site))


def propose_site(
    url: str,
    settings: BaseSettings,
    catalogue: Mapping[str, Site],
    *,
    allow: Iterable[str] = (),
    private: bool = False,
    say: Say = lambda _: None,
) -> Proposal:
    """The entry that a site itself suggests, asked at ``url``: a page that lists articles, an article, or a feed.

    ``allow`` and ``private`` permit what the fields of that name do. Raises ``NoPageError`` where nothing answers, and
    ``InputError`` for an address that is none or leads to no links.
    """
    address = _web_address(url)
    private = private or _is_private(address)
    if not private:
        require_contact(settings)
    site = provisional(address, allow=allow, private=private, delay=0.0 if private else 2.0)
    return asyncio.run(_proposal(address, settings, site, catalogue, say))


def _web_address(url: str) -> str:
    address = clean(url if _SCHEME.match(url) else f"https://{url}")
    if address is None or ("." not in (urlsplit(address).hostname or "") and not _is_private(address)):
        raise InputError(f"{url[:80]!r} is no web address: give one such as https://baovidu.vn/chinh-tri")
    return address


def _is_private(url: str) -> bool:
    """Whether whoever wrote the address named a machine that is not on the public internet."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"


async def _proposal(url: str, settings: BaseSettings, site: Site, catalogue: Mapping[str, Site], say: Say) -> Proposal:
    workers: Workers[Task, Understanding] = Workers(work, n=1, initializer=begin, page_seconds=20.0)
    async with opened_handler(settings) as handler:
        asker = Asker(site, handler, headers_of(settings), strays=True)
        look = Look(asker, workers, say)
        first = await look.first(url)
        await workers.open()
        try:
            return await look.proposal(first, catalogue)
        finally:
            await workers.close()
