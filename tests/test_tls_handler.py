"""The ladder against servers with the faults of provincial sites, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import servers
from scrapy import Request
from scrapy.http import Response

from crawler.exchange import Exchange, FetchError
from crawler.tls.climb import Climber, Limits
from crawler.tls.handler import LadderHandler
from crawler.tls.ladder import HostPolicy, RunMemory

LIMITS = Limits(handshake=0.5, backoff_base=0.01, backoff_cap=0.05)
URL = f"https://{servers.NAME}/tin-1.html"
KEY = f"{servers.NAME}:443"


@dataclass
class Client:
    """A handler as a crawl has it, and the last answer's exchange."""

    memory: RunMemory = field(default_factory=RunMemory)
    handler: LadderHandler = field(init=False)

    def __post_init__(self) -> None:
        self.handler = LadderHandler(Climber(self.memory, LIMITS), timeout=8, largest=2**20, idle_per_host=2)

    async def get(self, server: servers.Server, *allow: str, url: str = URL, extra_ca: str | None = None) -> Exchange:
        """The exchange for a page of that server, which NAME leads to."""
        ca = servers.root_file() if extra_ca is None else extra_ca
        policy = HostPolicy(frozenset(allow), ca, private=True, connect=server.connect)
        request = Request(url, meta={"policy": policy})
        answer = await self.handler.download_request(request)
        assert isinstance(answer, Response)
        exchange: Exchange = request.meta["exchange"]
        assert answer.body == exchange.body
        return exchange


def run(
    server: servers.Server, *allow: str, pages: int = 1, client: Client | None = None
) -> list[Exchange | FetchError]:
    """What a client that fetches so many pages of a server gets."""

    async def fetch() -> list[Exchange | FetchError]:
        got: list[Exchange | FetchError] = []
        one = client or Client()
        for n in range(pages):
            try:
                got.append(await one.get(server, *allow, url=f"https://{servers.NAME}/tin-{n}.html"))
            except FetchError as error:
                got.append(error)
        await one.handler.close()
        return got

    return asyncio.run(fetch())


OLD = "ALL:@SECLEVEL=0"
RECOVERED: dict[str, tuple[Callable[[], servers.Serve], str, tuple[str, ...]]] = {
    # the fault: the server, the profile that reads it verified, the way there
    "none": (lambda: servers.tls(servers.context(servers.leaf())), "strict", ("strict:ok",)),
    "TLS 1.0 only": (
        lambda: servers.tls(servers.context(servers.rsa_leaf(), version=ssl.TLSVersion.TLSv1, ciphers=OLD)),
        "legacy",
        ("strict:protocol", "legacy:ok"),
    ),
    "TLS 1.1 only": (
        lambda: servers.tls(servers.context(servers.rsa_leaf(), version=ssl.TLSVersion.TLSv1_1, ciphers=OLD)),
        "legacy",
        ("strict:protocol", "legacy:ok"),
    ),
    "TLS 1.0 with a 1024-bit group": (
        lambda: servers.tls(
            servers.context(
                servers.rsa_leaf(),
                version=ssl.TLSVersion.TLSv1,
                ciphers="DHE-RSA-AES256-SHA:@SECLEVEL=0",
                dh="dh1024.pem",
            )
        ),
        "legacy",
        ("strict:protocol", "legacy:ok"),
    ),
    "large ClientHello refused": (
        lambda: servers.choosy(
            lambda hello: len(hello) > 600, servers.reset, servers.tls(servers.context(servers.leaf()))
        ),
        "compat",
        ("strict:reset", "strict:reset", "compat:ok"),
    ),
    "two resets": (
        lambda: servers.first(2, servers.reset, servers.tls(servers.context(servers.leaf()))),
        "compat",
        ("strict:reset", "strict:reset", "compat:ok"),
    ),
}


@pytest.mark.parametrize("fault", RECOVERED)
def test_a_faulty_host_is_read_verified(fault: str) -> None:
    serve, profile, path = RECOVERED[fault]
    with servers.serving(serve()) as server:
        [got] = run(server)
    assert isinstance(got, Exchange), f"{fault}: {got!r} by {getattr(got, 'path', '')}"
    assert got.tls is not None
    assert (got.tls.profile, got.tls.path, got.tls.verified) == (profile, path, True), fault
    assert got.body == servers.PAGE, fault


def test_a_missing_intermediate_is_fetched_and_remembered() -> None:
    der = servers.middle().certificate.public_bytes(servers.serialization.Encoding.DER)
    with servers.serving(servers.http(servers.response(der, "Content-Type: application/pkix-cert"))) as authority:
        made = servers.issue("leaf", servers.middle(), issuer_at=f"http://127.0.0.1:{authority.port}/middle.cer")
        with servers.serving(servers.tls(servers.context(made, above=()))) as server:
            client = Client()
            got = run(server, client=client)[0]
            again = run(server, client=client)[0]
    assert isinstance(got, Exchange), repr(got)
    assert isinstance(again, Exchange), repr(again)
    assert got.tls is not None
    assert got.tls.path == ("strict:no-issuer", "aia:ok", "strict:ok")
    assert (authority.connections, server.connections) == (1, 3)
    assert again.path == ("strict:ok",)
