"""Readers of the event stream, over sockets of their own: blocking, and many at once."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Told:
    """One block of a stream: its fields, its comments, and the event when it is one."""

    fields: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    @property
    def sequence(self) -> int:
        return int(self.fields["id"])

    @property
    def event(self) -> Any:
        return json.loads(self.fields["data"])


def block_of(text: str) -> Told:
    """What a block says (WHATWG HTML, section 9.2.6), of which every field stands once here."""
    told = Told()
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        if not name:
            told.comments.append(value.removeprefix(" "))
            continue
        assert name not in told.fields, text
        told.fields[name] = value.removeprefix(" ")
    return told


class EventStream:
    """An open stream: its status and headers, and its blocks as they come. A read that takes too long fails."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        self.status = int(head[0].split(" ")[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            more = self._connection.recv(65_536)
            if not more:
                raise EOFError
            self._rest += more
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._rest) < size:
            more = self._connection.recv(65_536)
            if not more:
                raise EOFError
            self._rest += more
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def body(self) -> bytes:
        """The whole of an answer that has a length."""
        return self._exactly(int(self.headers["content-length"]))

    def blocks(self) -> Iterator[Told]:
        """Until the stream ends as it should; EOFError when it breaks off."""
        text = b""
        while size := int(self._until(b"\r\n"), 16):
            text += self._exactly(size)
            assert self._exactly(2) == b"\r\n"
            *whole, text = text.split(b"\n\n")
            for one in whole:
                yield block_of(one.decode("utf-8"))
        assert text == b"", "it ends between two blocks"

    def events(self) -> Iterator[Told]:
        """As `blocks`, those that tell an event."""
        return (one for one in self.blocks() if "data" in one.fields)


@contextmanager
def event_stream(
    port: int, query: str = "", headers: Mapping[str, str] | None = None, *, method: str = "GET", patience: float = 20
) -> Iterator[EventStream]:
    """A stream, opened; `query` with its `?`."""
    lines = [f"{method} /v1/events/stream{query} HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        try:
            yield EventStream(connection)
        finally:
            # Also for a thread that still reads.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
