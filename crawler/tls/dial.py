"""Connections to public addresses only: a name is resolved once, and the address that was judged is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

from crawler.tls.ladder import HostPolicy
from crawler.tls.stream import CHUNK, TcpStream

CONNECT_LIMIT = 10.0  # seconds for one address to answer
MOST_ADDRESSES = 4  # tried one after the other


class PrivateAddressError(OSError):
    """A name that leads only to addresses we do not go to."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A plain connection and the address it goes to."""

    stream: TcpStream
    ip: str


async def dial(host: str, port: int, policy: HostPolicy) -> Dialled:
    """A connection to the first address of ``host`` that answers.

    Raises PrivateAddressError, socket.gaierror, TimeoutError or another OSError, that of the last address tried.
    """
    if policy.connect and policy.private:
        host, _, stated = policy.connect.rpartition(":")
        host, port = host.strip("[]"), int(stated)
    addresses = await resolve(host, port)
    open_to_us = [address for address in addresses if policy.private or is_public(address)]
    if not open_to_us:
        raise PrivateAddressError(f"{host} leads to {', '.join(addresses[:MOST_ADDRESSES])}, which is not public")
    problem: OSError = OSError(f"{host} has no address")
    for address in open_to_us[:MOST_ADDRESSES]:
        try:
            async with asyncio.timeout(CONNECT_LIMIT):
                reader, writer = await asyncio.open_connection(address, port, limit=CHUNK)
        except OSError as error:  # TimeoutError is one
            problem = error
        else:
            return Dialled(TcpStream(reader, writer), address)
    raise problem


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order the system prefers; an address is its own."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


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
