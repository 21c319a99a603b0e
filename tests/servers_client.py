"""The ladder's handler as a crawl has it, asked for pages of a loopback server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scrapy import Request
from scrapy.http import Response

import servers
from crawler.exchange import Exchange, FetchError
from crawler.tls.climb import Climber
from crawler.tls.handler import LadderHandler
from crawler.tls.ladder import HostPolicy, RunMemory
from crawler.tls.trail import Limits

LIMITS = Limits(handshake=20, backoff_base=0.01, backoff_cap=0.05)  # patient: the machine may be busy
HASTY = replace(LIMITS, handshake=0.6)  # for servers that say nothing
URL = f"https://{servers.NAME}/tin-1.html"
KEY = f"{servers.NAME}:443"


@dataclass
class Client:
    """A handler as a crawl has it, and the last answer's exchange."""

    memory: RunMemory = field(default_factory=RunMemory)
    timeout: float = 40.0
    limits: Limits = LIMITS
    pause: float = 0.0  # seconds between two pages
    extra_ca: str = field(default_factory=servers.root_file)
    handler: LadderHandler = field(init=False)

    def __post_init__(self) -> None:
        self.handler = LadderHandler(
            Climber(self.memory, self.limits), timeout=self.timeout, largest=2**20, idle_per_host=2
        )

    async def get(
        self, server: servers.Server, *allow: str, url: str = URL, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """The exchange for a page of that server, which NAME leads to."""
        policy = HostPolicy(frozenset(allow), self.extra_ca, private=True, connect=server.connect)
        request = Request(url, headers=headers, meta={"policy": policy})
        answer = await self.handler.download_request(request)
        assert isinstance(answer, Response)
        exchange: Exchange = request.meta["exchange"]
        assert answer.body == exchange.body
        return exchange


def run(
    server: servers.Server,
    *allow: str,
    pages: int = 1,
    client: Client | None = None,
    headers: Mapping[str, str] | None = None,
    scheme: str = "https",
) -> list[Exchange | FetchError]:
    """What a client that fetches so many pages of a server gets."""

    async def fetch() -> list[Exchange | FetchError]:
        got: list[Exchange | FetchError] = []
        one = client or Client()
        for n in range(pages):
            await asyncio.sleep(one.pause)
            try:
                got.append(
                    await one.get(server, *allow, url=f"{scheme}://{servers.NAME}/tin-{n}.html", headers=headers)
                )
            except FetchError as error:
                got.append(error)
        await one.handler.close()
        return got

    return asyncio.run(fetch())
