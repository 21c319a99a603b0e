"""Where a request goes and what it carries: no private address, and never two requests in one."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

import pytest
from scrapy import Request

import servers
from crawler.exchange import Exchange, FetchError
from crawler.tls.climb import Climber
from crawler.tls.dial import Resolve, Resolver
from crawler.tls.handler import LadderHandler
from crawler.tls.ladder import HostPolicy, RunMemory
from crawler.tls.target import Target
from servers import http
from servers_client import LIMITS


def download(request: Request, timeout: float = 3.0, resolve: Resolve | None = None) -> Exchange | FetchError:
    """What a client without private permissions gets."""
    climber = Climber(RunMemory(), LIMITS, resolve=resolve or Resolver())
    handler = LadderHandler(climber, timeout=timeout, largest=2**20, idle_per_host=1)

    async def fetch() -> Exchange | FetchError:
        try:
            await handler.download_request(request)
        except FetchError as error:
            return error
        finally:
            await handler.close()
        exchange: Exchange = request.meta["exchange"]
        return exchange

    return asyncio.run(fetch())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://0:{port}/",
        "http://a..example:{port}/",
    ],
)
def test_private_addresses_are_not_connected_to(url: str) -> None:
    with servers.serving(http()) as server:
        got = download(Request(url.format(port=server.port)))
        assert server.connections == 0, url
    assert isinstance(got, FetchError), url
    assert got.error_class in ("private-address", "dns", "bad-url"), f"{url}: {got.error_class}"
    assert got.permanent or got.error_class == "dns", url


@dataclass
class Names:
    """A name server of our own: every name has these addresses."""

    addresses: list[str]

    async def __call__(self, host: str) -> list[str]:
        return self.addresses

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("addresses", "private", "error_class"),
    [
        (["10.0.0.1"], False, "private-address"),
        (["169.254.169.254", "::1"], False, "private-address"),
        (["::ffff:127.0.0.1"], False, "private-address"),
        (["127.0.0.1"], True, None),
        (["::1", "127.0.0.1"], True, None),
        ([], True, "dns"),
    ],
)
def test_the_addresses_of_a_name_are_judged(addresses: list[str], private: bool, error_class: str | None) -> None:
    with servers.serving(http()) as server:
        request = Request(f"http://bao.site.example:{server.port}/", meta={"policy": HostPolicy(private=private)})
        got = download(request, resolve=Names(addresses))
        assert (server.connections > 0) == (error_class is None), addresses
    assert getattr(got, "error_class", None) == error_class, f"{addresses}: {got!r}"


def test_connect_needs_private() -> None:
    with servers.serving(http()) as server:
        policy = HostPolicy(connect=server.connect)
        got = download(Request("http://nowhere.invalid/", meta={"policy": policy}))
        assert server.connections == 0
    assert isinstance(got, FetchError)
    assert got.error_class in ("dns", "no-such-host"), "what a resolver says where there is no network differs"


@pytest.mark.parametrize(
    "url",
    ["ftp://a/", "http:///x", "x:", "", "http://a b/", "http://a:99999/", "http://a:x/", "http://[::1/",
     "http://a/\r\nX: y", "http://a/é", "http://a\0/", "http://%61/", "http://" + "a" * 300 + "/",
     "http://ă" + "a" * 70 + "/"],
)  # fmt: skip
def test_an_address_that_cannot_be_asked_for_is_no_target(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # each part of an address has words of its own
        Target.of(url)


TARGETS = [
    ("https://Báo.site.example/a?b#c", "https", "xn--bo-mia.site.example", 443, "/a?b", "xn--bo-mia.site.example"),
    ("http://a.example:8080", "http", "a.example", 8080, "/", "a.example:8080"),
    ("https://user:secret@a.example:443/", "https", "a.example", 443, "/", "a.example"),
    ("http://[2001:db8::1]:81/x", "http", "2001:db8::1", 81, "/x", "[2001:db8::1]:81"),
    ("HTTPS://a.example./?q=1", "https", "a.example", 443, "/?q=1", "a.example"),
]


@pytest.mark.parametrize(("url", "scheme", "host", "port", "path", "host_header"), TARGETS)
def test_the_parts_of_a_target(url: str, scheme: str, host: str, port: int, path: str, host_header: str) -> None:
    target = Target.of(url)
    assert target == Target(scheme, host, port, path), url
    assert target.host_header() == host_header, url


def test_an_address_without_a_host_is_a_bad_url() -> None:
    got = download(Request("http:///x"))
    assert isinstance(got, FetchError)
    assert (got.error_class, got.permanent, got.attempts) == ("bad-url", True, 0)


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    got = download(Request(f"http://127.0.0.1:{port}/", meta={"policy": HostPolicy(private=True)}))
    assert isinstance(got, FetchError)
    assert (got.error_class, got.permanent, got.attempts) == ("refused", False, 2)


def test_a_request_cannot_be_split_and_carries_what_it_should() -> None:
    request = Request(
        "http://127.0.0.1/a%0d%0aX:%20y?q=Quy%E1%BA%BFt",
        method="POST",
        body=b"z=1",
        headers={"X-Evil": "a\r\nX-Injected: b", "Accept": "text/html", "Connection": "close", "Host": "evil.example"},
    )
    with servers.serving(http()) as server:
        request.meta["policy"] = HostPolicy(private=True, connect=server.connect)
        got = download(request)
        sent = server.requests[0]
    assert isinstance(got, Exchange), repr(got)
    assert sent.split(b"\r\n\r\n")[0].split(b"\r\n") == [
        b"POST /a%0d%0aX:%20y?q=Quy%E1%BA%BFt HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Accept: text/html",
        b"Content-Length: 3",
    ]
    assert got.request_headers == ((b"Host", b"127.0.0.1"), (b"Accept", b"text/html"), (b"Content-Length", b"3"))
