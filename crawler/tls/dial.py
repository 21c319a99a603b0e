"""Connections to public addresses only: a name is resolved once, and the address that was judged is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from crawler.tls.ladder import HostPolicy
from crawler.tls.stream import CHUNK, TcpStream

CONNECT_LIMIT = 10.0  # seconds for one address to answer
MOST_ADDRESSES = 4  # tried one after the other
MOST_LOOKUPS = 16  # names looked up at a time


class Resolve(Protocol):
    """Whoever knows the addresses of names."""

    async def __call__(self, host: str) -> list[str]:
        """The addresses of a host. Raises socket.gaierror."""

    def close(self) -> None:
        """Let go of what look-ups need."""


class PrivateAddressError(OSError):
    """A name that leads only to addresses we do not go to."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A plain connection and the address it goes to."""

    stream: TcpStream
    ip: str


class Resolver:
    """Names to addresses, in threads of its own: a name server that does not answer holds up few other hosts."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_LOOKUPS, thread_name_prefix="resolve")

    async def __call__(self, host: str) -> list[str]:
        """The addresses of a host, in the order the system prefers; an address is its own. Raises socket.gaierror."""
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        look_up = partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Let go of the threads without waiting for name servers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def dial(host: str, port: int, policy: HostPolicy, resolve: Resolve) -> Dialled:
    """A connection to the first address of ``host`` that answers.

    Raises PrivateAddressError, socket.gaierror, TimeoutError or another OSError, that of the last address tried.
    """
    if policy.connect and policy.private:
        host, _, stated = policy.connect.rpartition(":")
        host, port = host.strip("[]"), int(stated)
    addresses = await resolve(host)
    if not addresses:
        raise socket.gaierror(f"{host} has no address")
    open_to_us = [address for address in addresses if policy.private or is_public(address)]
    if not open_to_us:
        raise PrivateAddressError(f"{host} leads to {', '.join(addresses[:MOST_ADDRESSES])}, which is not public")
    problem: OSError | None = None
    for address in open_to_us[:MOST_ADDRESSES]:
        try:
            async with asyncio.timeout(CONNECT_LIMIT):
                reader, writer = await asyncio.open_connection(address, port, limit=CHUNK)
        except OSError as error:  # TimeoutError is one
            problem = error
        else:
            return Dialled(TcpStream(reader, writer), address)
    assert problem is not None, "there was an address to try"
    raise problem


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, also where IPv6 hides an IPv4 address (RFC 4291, 3056, 6052)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or _nat64(ip)
        if hidden is not None:
            return is_public(str(hidden))
    return ip.is_global and not ip.is_multicast


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
