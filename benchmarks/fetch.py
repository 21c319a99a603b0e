"""What fetching costs: pages/s and CPU of the ladder with its archive beside plain Scrapy, memory, and dead hosts.

    python benchmarks/fetch.py                     # a few minutes: 3 rounds of 3,000 pages, http and https
    python benchmarks/fetch.py --memory 50000      # memory over 50,000 pages as well

Server and clients are processes of their own on loopback and share the machine: read times as ratios within one run.
Plain Scrapy fetches and forgets, verifying nothing; the ladder verifies and archives every answer, one fsync for 16.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from targets import target

from crawler.archive import Archive
from crawler.tls.ladder import HostPolicy

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import servers  # noqa: E402 # the fault servers of the tests

HANDLER = "crawler.tls.handler.LadderHandler"
BATCH = 16  # exchanges that share one fsync, as in a crawl
PAGE_BYTES = 30_000  # of markup; about 10 KB travel, compressed
QUIET = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}


class Server(asyncio.Protocol):
    """Answers every request with the same compressed page and keeps the connection."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.Protocol."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Part of asyncio.Protocol: a GET of a benchmark fits one packet."""
        self.transport.write(self.answer * data.count(b"\r\n\r\n"))  # type: ignore[attr-defined]


async def serve(pem: str) -> None:
    """Serve http and https until killed; the two ports are printed first."""
    noise = random.Random(7)
    words = ["Quyết", "định", "số", "của", "Ủy", "ban", "nhân", "dân", "tỉnh", "về", "việc"]
    text = " ".join(noise.choice(words) + str(noise.randrange(99)) for _ in range(PAGE_BYTES // 8))
    body = gzip.compress(f"<!doctype html><html><body><p>{text}</p></body></html>".encode())
    Server.answer = servers.response(body, "Content-Type: text/html; charset=utf-8", "Content-Encoding: gzip")
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(pem)
    loop = asyncio.get_running_loop()
    listening = [await loop.create_server(Server, "127.0.0.1", 0, ssl=made) for made in (None, secure)]
    print(json.dumps([one.sockets[0].getsockname()[1] for one in listening]), flush=True)
    await asyncio.Event().wait()


class Chain(scrapy.Spider):
    """Fetches so many pages, ``width`` at a time: each answer asks for the next page."""

    name = "chain"
    url: str
    pages: int
    width: int
    archive: Archive | None = None
    policy: HostPolicy | None = None
    failed = 0

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.done = 0
        self.memory: list[tuple[int, float]] = []

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first requests."""
        for n in range(min(self.width, self.pages)):
            yield self.request(n)

    def request(self, n: int) -> scrapy.Request:
        """The request for page n."""
        meta = {"policy": self.policy} if self.policy else {}
        return scrapy.Request(f"{self.url}/{n}", errback=self.error, meta=meta, cb_kwargs={"n": n}, dont_filter=True)

    def parse(self, response: Response, n: int) -> Iterator[scrapy.Request]:
        """Archive the answer, if there is an archive, and go on."""
        self.done += 1
        if self.archive is not None:
            self.archive.append(response.meta["exchange"], {"run": "benchmark", "url": response.url})
            if self.done % BATCH == 0:
                self.archive.sync()
        if self.done % max(1, self.pages // 20) == 0:
            self.memory.append((self.done, resident()))
        if n + self.width < self.pages:
            yield self.request(n + self.width)

    def error(self, failure: Any) -> Iterator[scrapy.Request]:
        """Count the failure and go on."""
        self.failed += 1
        n = failure.request.cb_kwargs["n"]
        if n + self.width < self.pages:
            yield self.request(n + self.width)


def resident() -> float:
    """The resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def settings_for(kind: str, width: int) -> dict[str, Any]:
    """Scrapy's settings for "danchieu" or "scrapy", equal but for the handler and what follows from it."""
    common = QUIET | {"CONCURRENT_REQUESTS": width, "CONCURRENT_REQUESTS_PER_DOMAIN": width}
    if kind == "scrapy":
        return common
    compression = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
    return common | {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "DOWNLOADER_MIDDLEWARES": {compression: None},
        "RETRY_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate, br"},
    }


def crawl(kind: str, url: str, pages: int, width: int, ca: str) -> None:
    """Crawl in this process and print what it cost."""
    process = AsyncCrawlerProcess(settings_for(kind, width))
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), "benchmark") as archive:
        named: dict[str, Any] = {"url": url, "pages": pages, "width": width}
        if kind == "danchieu":
            named |= {"archive": archive, "policy": HostPolicy(extra_ca=ca, private=True)}
        crawler = process.create_crawler(Chain)
        process.crawl(crawler, **named)
        begun, cpu = time.monotonic(), time.process_time()
        process.start()
        seconds, used = time.monotonic() - begun, time.process_time() - cpu
        archive.sync()
    spider = crawler.spider
    assert isinstance(spider, Chain)
    result = {"seconds": seconds, "cpu": used, "done": spider.done, "failed": spider.failed, "memory": spider.memory}
    print(json.dumps(result))


def measured(kind: str, url: str, pages: int, width: int, ca: str) -> dict[str, Any]:
    """The cost of a crawl in a process of its own."""
    command = [sys.executable, __file__, "--crawl", kind, url, str(pages), str(width), ca]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(shown.stdout.splitlines()[-1])
    return result


@contextmanager
def web() -> Iterator[dict[str, str]]:
    """A server process; the addresses by scheme."""
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "chain.pem"
        pem.write_bytes(servers.leaf().pem())
        process = subprocess.Popen([sys.executable, __file__, "--serve", str(pem)], stdout=subprocess.PIPE, cwd=ROOT)
        try:
            assert process.stdout is not None
            plain, secure = json.loads(process.stdout.readline())
            yield {"http": f"http://127.0.0.1:{plain}", "https": f"https://127.0.0.1:{secure}"}
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def compare(addresses: dict[str, str], pages: int, rounds: int, width: int) -> None:
    """Print pages/s and CPU a page of both, rounds interleaved, medians."""
    print(f"\nMedian of {rounds} interleaved rounds of {pages:,} pages, {width} at a time\n")
    print("| | pages/s | of plain Scrapy | CPU ms a page |\n|---|---|---|---|")
    asked = []
    for scheme, url in addresses.items():
        got: dict[str, list[dict[str, Any]]] = {"scrapy": [], "danchieu": []}
        for _ in range(rounds):
            for kind, results in got.items():
                results.append(measured(kind, url, pages, width, servers.root_file()))
        speeds = {kind: statistics.median(r["done"] / r["seconds"] for r in results) for kind, results in got.items()}
        for kind, results in got.items():
            assert all(r["done"] == pages and not r["failed"] for r in results), f"{kind}: not every page came"
            cpu = statistics.median(1000 * r["cpu"] / r["done"] for r in results)
            name = "plain Scrapy, fetch only, unverified" if kind == "scrapy" else "ladder, verified, archived"
            print(f"| {name}, {scheme} | {speeds[kind]:.0f} | {speeds[kind] / speeds['scrapy']:.2f} | {cpu:.2f} |")
        asked.append((f"pages a second, {scheme}, to plain Scrapy", speeds["danchieu"] / speeds["scrapy"]))
    print()
    for what, found in asked:
        target(what, "≥ 0.6", found)


def flat(url: str, pages: int, width: int) -> None:
    """Print the memory of one long crawl."""
    result = measured("danchieu", url, pages, width, servers.root_file())
    print(f"\nResident memory over {result['done']:,} pages (https, archived)\n\n| pages | MiB |\n|---|---|")
    for done, mib in result["memory"][:: max(1, len(result["memory"]) // 10)]:
        print(f"| {done:,} | {mib:.1f} |")


def dead_hosts(pages: int) -> None:
    """Print how many connections a host with a permanent fault costs, however many of its pages are asked for."""
    expired = servers.context(servers.issue("leaf", servers.middle(), days=(-90, -1)))
    faults = {
        "expired certificate": servers.tls(expired),
        "SSL 3 only (alert protocol_version)": servers.alert(70),
        "no common cipher (alert handshake_failure)": servers.alert(40),
    }
    print(f"\nConnections to a host with a permanent fault, {pages} pages asked for\n")
    print("| fault | ladder | plain Scrapy |\n|---|---|---|")
    for name, fault in faults.items():
        counts = []
        for kind in ("danchieu", "scrapy"):
            with servers.serving(fault) as server:
                measured(kind, f"https://127.0.0.1:{server.port}", pages, 2, servers.root_file())
                counts.append(server.connections)
        print(f"| {name} | {counts[0]} | {counts[1]} |")


def main() -> None:
    """Measure, or be one of the processes that are measured."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--width", type=int, default=16, help="requests at a time")
    parser.add_argument("--memory", type=int, default=0, metavar="PAGES", help="pages of the memory run; 0: none")
    parser.add_argument("--serve", metavar="PEM", help="be the server")
    parser.add_argument("--crawl", nargs=5, metavar=("KIND", "URL", "PAGES", "WIDTH", "CA"), help="be a client")
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve))
    elif options.crawl:
        kind, url, pages, width, ca = options.crawl
        crawl(kind, url, int(pages), int(width), ca)
    else:
        with web() as addresses:
            compare(addresses, options.pages, options.rounds, options.width)
            if options.memory:
                flat(addresses["https"], options.memory, options.width)
        dead_hosts(20)


if __name__ == "__main__":
    main()
