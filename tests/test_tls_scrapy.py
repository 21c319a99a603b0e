"""The handler inside Scrapy: many pages of many hosts at once, and failures that reach the errback as they are."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from scrapy import Request

import servers
from crawler.exchange import Exchange, FetchError
from crawler.tls.ladder import HostPolicy
from servers import OLD, TLS10, context, right, tls
from servers_client import HASTY, Client, run

CRAWL = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawler.tls.ladder import HostPolicy, RunMemory

HANDLER = "crawler.tls.handler.LadderHandler"

class Memory(RunMemory):
    def put(self, host, state):
        print(json.dumps([host, state.reason or state.fault]))
        super().put(host, state)

class Pages(scrapy.Spider):
    name = "pages"

    async def start(self):
        policy = HostPolicy(frozenset(), CA, private=True)
        for url in URLS:
            yield scrapy.Request(url, self.page, errback=self.error, meta={"policy": policy}, dont_filter=True)

    def page(self, response):
        exchange = response.meta["exchange"]
        print(json.dumps([response.url, exchange.status, type(response).__name__, response.text[-7:], exchange.path]))

    def error(self, failure):
        error = failure.value
        print(json.dumps([failure.request.url, type(error).__name__, error.error_class, error.permanent, error.path]))

CA, *URLS = sys.argv[1:]
process = AsyncCrawlerProcess({
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER}, "LOG_LEVEL": "ERROR", "RETRY_ENABLED": False,
    "TLS_BACKOFF_BASE": 0.01, "TELNETCONSOLE_ENABLED": False, "HTTPERROR_ALLOW_ALL": True, "REDIRECT_ENABLED": False,
})
crawler = process.create_crawler(Pages)
crawler.host_memory = Memory()
process.crawl(crawler)
process.start()
"""


def test_scrapy_hands_on_answers_and_failures() -> None:
    expired = servers.issue("l", servers.middle(), days=(-90, -1))
    moved = servers.response(b"<html></html>", "Location: /elsewhere", status="302 Found")
    with ExitStack() as stack:
        kinds = [right(), tls(context(expired)), servers.http(moved), servers.http(servers.PAGE[:9], keep=False)]
        ports = [stack.enter_context(servers.serving(serve)).port for serve in kinds]
        urls = [f"{s}://127.0.0.1:{p}/" for s, p in zip(("https", "https", "http", "http"), ports, strict=True)]
        command = [sys.executable, "-W", "error", "-c", CRAWL, servers.root_file(), *urls]
        root = Path(__file__).parent.parent
        shown = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60)
    got = {row[0]: row[1:] for row in map(json.loads, shown.stdout.splitlines())}
    assert got == {
        urls[0]: [200, "HtmlResponse", "</html>", ["strict:ok"]],
        urls[1]: ["FetchError", "expired", True, ["strict:expired"]],
        urls[2]: [302, "HtmlResponse", "</html>", []],
        urls[3]: ["FetchError", "bad-http", True, ["http:ok"]],
        f"127.0.0.1:{ports[0]}": [""],
        f"127.0.0.1:{ports[1]}": ["expired"],
    }, shown.stderr
    assert not shown.stderr, shown.stderr


def test_requests_that_wait_for_a_host_use_what_the_first_one_learned() -> None:
    der = servers.middle().certificate.public_bytes(Encoding.DER)
    with ExitStack() as stack:
        authority = stack.enter_context(servers.serving(servers.http(servers.response(der))))
        incomplete = servers.issue("l", servers.middle(), issuer_at=f"http://127.0.0.1:{authority.port}/m")
        kinds = {
            "old": tls(context(servers.rsa_leaf(), version=TLS10, ciphers=OLD)),
            "incomplete": tls(context(incomplete, above=())),
            "resets": servers.first(2, servers.reset, right()),
            "expired": tls(context(servers.issue("l", servers.middle(), days=(-90, -1)))),
        }
        hosts = {kind: stack.enter_context(servers.serving(serve)) for kind, serve in kinds.items()}
        got = asyncio.run(many(hosts, 12))
        assert authority.connections == 1
        assert hosts["expired"].connections == 1
    detours = Counter(kind for kind, result in got if isinstance(result, Exchange) and detoured(result))
    failed = [result for kind, result in got if kind != "expired" and not isinstance(result, Exchange)]
    assert not failed, failed
    assert detours == {"old": 1, "incomplete": 1, "resets": 1}


def detoured(exchange: Exchange) -> bool:
    return any(not word.endswith((":ok", ":known")) for word in exchange.path)


async def many(hosts: dict[str, servers.Server], pages: int) -> list[tuple[str, Exchange | FetchError]]:
    """So many pages of each host, all at once."""
    client = Client()

    async def one(kind: str, server: servers.Server, n: int) -> tuple[str, Exchange | FetchError]:
        policy = HostPolicy(frozenset(), servers.root_file(), private=True)
        request = Request(f"https://127.0.0.1:{server.port}/{n}", meta={"policy": policy})
        try:
            await client.handler.download_request(request)
        except FetchError as error:
            return kind, error
        return kind, request.meta["exchange"]

    try:
        return await asyncio.gather(*(one(kind, s, n) for kind, s in hosts.items() for n in range(pages)))
    finally:
        await client.handler.close()


def test_a_dead_host_does_not_hold_up_another() -> None:
    with servers.serving(servers.stall) as dead, servers.serving(right()) as alive:
        client = Client(limits=HASTY)

        async def both() -> float:
            loop = asyncio.get_running_loop()
            waiting = asyncio.ensure_future(client.get(dead))
            await asyncio.sleep(0.01)
            begun = loop.time()
            policy = HostPolicy(frozenset(), servers.root_file(), private=True)
            url = f"https://127.0.0.1:{alive.port}/"
            await client.handler.download_request(Request(url, meta={"policy": policy}))
            took = loop.time() - begun
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await client.handler.close()
            return took

        assert asyncio.run(both()) < HASTY.handshake


def test_the_whole_limit_holds_while_the_ladder_is_climbed() -> None:
    client = Client(timeout=0.9, limits=HASTY)
    with servers.serving(servers.stall) as server:
        [error] = run(server, client=client)
        [again] = run(server, client=client)
    for one in (error, again):
        assert isinstance(one, FetchError)
        assert (one.error_class, one.permanent) == ("handshake-timeout", False), one.path
    assert again.attempts == 0, "the host rests"
