"""The port, taken before anything is started for it."""

import socket
import sys
from types import TracebackType
from typing import Self


class PortTaken(Exception):
    """Somebody else listens there, or this account may not."""


class Port:
    """Keeps an address for this process, so that nobody comes between the check and the server's own listening.

    The server's processes listen with SO_REUSEPORT, which would let a second server listen beside them unnoticed.
    So the address is bound here without that option, which fails as long as anybody has it, and given the option
    after: our own processes may then join, and a second start fails here. This socket never listens.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        try:
            held = self._bind(reuse=False)
        except PortTaken:
            # Connections that a server has just ended linger for a minute, and are no reason to wait.
            held = self._bind(reuse=True)
        if sys.platform == "linux":
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._socket = held
        else:
            held.close()  # elsewhere one listening socket is shared, and a second one is refused
        return self

    def _bind(self, *, reuse: bool) -> socket.socket:
        family, kind, protocol, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_STREAM)[0]
        held = socket.socket(family, kind, protocol)
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
            held.bind(address)
        except OSError as error:
            held.close()
            raise PortTaken(error.strerror) from error
        return held

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
