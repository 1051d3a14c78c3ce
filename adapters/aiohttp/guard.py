"""Connections to allowed addresses only: names are resolved and checked here, and every socket is checked again."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from domain.webhooks.addresses import Reach

Lookup = Callable[[str, int], Sequence[AddrInfoType]]
"""The addresses of a name, as `socket.getaddrinfo` gives them. Raises OSError."""


class ForbiddenAddress(OSError):
    """Somewhere that no message may go to."""


def system_lookup(host: str, port: int) -> Sequence[AddrInfoType]:
    """As the system resolves names."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class GuardedResolver(AbstractResolver):
    """Resolves a name, and refuses it when one of its addresses is forbidden.

    Look-ups may hang for as long as the system lets them: they have threads of their own and keep nobody else waiting.
    """

    def __init__(self, lookup: Lookup, threads: ThreadPoolExecutor, check: Callable[[str], None]) -> None:
        self._lookup = lookup
        self._threads = threads
        self._check = check

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Every address of the name. Raises ForbiddenAddress, or OSError when there is none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._lookup, host, port)
        results: list[ResolveResult] = []
        for kind, _, proto, _, place in found:
            address = str(place[0])
            self._check(address)
            if family in (socket.AF_UNSPEC, kind):
                results.append(
                    ResolveResult(
                        hostname=host,
                        host=address,
                        port=port,
                        family=kind,
                        proto=proto,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
        if not results:
            raise OSError(f"{host} has no address")
        return results

    async def close(self) -> None:
        """Nothing is open."""


def checker(reach: Reach, *, encrypted: bool) -> Callable[[str], None]:
    """What raises ForbiddenAddress for the text of an address that is not allowed, or that is none."""

    def check(text: str) -> None:
        try:
            allowed = reach.allows(ip_address(text), encrypted=encrypted)
        except ValueError:
            allowed = False
        if not allowed:
            raise ForbiddenAddress

    return check


def guarded_socket(check: Callable[[str], None]) -> Callable[[AddrInfoType], Any]:
    """What makes the socket for an address that `check` lets through: the last word before a connection."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, proto, _, place = info
        check(str(place[0]))
        return socket.socket(family=family, type=kind, proto=proto)

    return make
