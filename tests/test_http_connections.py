"""Connections are kept, left in good order, and never give one page the answer of another."""

from __future__ import annotations

import socket
import time

import pytest

import servers
from crawler.exchange import Exchange
from servers import context, http, response, tls
from servers_client import Client, run


def test_connections_are_kept_for_the_next_page() -> None:
    for scheme, serve in (("http", http()), ("https", tls(context(servers.leaf())))):
        with servers.serving(serve) as server:
            got = run(server, pages=5, scheme=scheme)
            assert server.connections == 1, scheme
        assert [e.status for e in got if isinstance(e, Exchange)] == [200] * 5, scheme
        assert [e.attempts for e in got if isinstance(e, Exchange)] == [1] * 5, scheme


def test_the_client_takes_its_leave() -> None:
    goodbyes: list[bool] = []

    def serve(sock: socket.socket, n: int) -> None:
        servers.http()(sock, n)  # until it reads the end, which a reset would be an error in place of
        goodbyes.append(True)

    for scheme, one in (("http", serve), ("https", tls(context(servers.leaf()), serve))):
        with servers.serving(one) as server:
            run(server, pages=2, scheme=scheme)
            deadline = time.monotonic() + 5
            while not goodbyes and time.monotonic() < deadline:
                time.sleep(0.01)
        assert goodbyes, scheme
        goodbyes.clear()


def test_a_connection_closed_while_it_waited_costs_nothing() -> None:
    once = http(keep=False)
    for scheme, serve in (("http", once), ("https", tls(context(servers.leaf()), once))):
        with servers.serving(serve) as server:
            got = run(server, pages=4, scheme=scheme)
            assert server.connections == 4, scheme
        assert all(isinstance(e, Exchange) for e in got), f"{scheme}: {got}"


def echo(request: bytes) -> bytes:
    return response(b"<html>" + request.split()[1] + b"</html>")


@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_an_answer_nobody_asked_for_is_never_taken_for_another_page(pause: float) -> None:
    def serve(sock: socket.socket, n: int) -> None:
        while request := servers.read_request(sock):
            sock.sendall(echo(request))
            time.sleep(pause)
            sock.sendall(response(b"<html>unasked</html>"))

    client = Client(pause=0.1)
    with servers.serving(serve) as server:
        got = run(server, pages=4, client=client, scheme="http")
    for n, exchange in enumerate(got):
        assert isinstance(exchange, Exchange), repr(exchange)
        assert exchange.body == b"<html>/tin-%d.html</html>" % n
