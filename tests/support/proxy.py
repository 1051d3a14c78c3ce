"""A network that fails on demand, between a client and a real PostgreSQL."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


class Proxy:
    """Passes bytes between `url` (its own address, TCP) and the server of the URL it is made with.

    Set `refuses` to hang up on new connections, and `cuts_after` to pass on the first data that hold these bytes and
    cut that connection before the answer. `stall` holds back everything that the server sends. `sent` is how many
    bytes clients have sent.
    """

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self.refuses = False
        self.cuts_after: bytes | None = None
        self.sent = 0
        self.url = ""
        self._flows = asyncio.Event()
        self._flows.set()
        self._links: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        parts = urlsplit(self.server_url)
        user = parts.netloc.rpartition("@")[0]
        self.url = f"postgresql://{user}@127.0.0.1:{port}{parts.path}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def stall(self) -> None:
        """Let nothing through to clients until `flow`; connections stay open."""
        self._flows.clear()

    def flow(self) -> None:
        """Undo `stall`."""
        self._flows.set()

    def cut(self) -> None:
        """Break every connection there is."""
        for link in tuple(self._links):
            link.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._links.add(writer)
        server_writer = None
        try:
            if self.refuses:
                return
            server_reader, server_writer = await self._connect()
            self._links.add(server_writer)
            answers = asyncio.create_task(self._answers(server_reader, writer))
            await self._questions(reader, server_writer, writer)
            answers.cancel()
        except OSError:
            pass
        finally:
            for link in filter(None, (writer, server_writer)):
                self._links.discard(link)
                link.transport.abort()
            self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self.server_url)
        options = parse_qs(parts.query)
        host = options.get("host", [parts.hostname or "localhost"])[0]
        port = int(options.get("port", [str(parts.port or 5432)])[0])
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _questions(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65536):
            self.sent += len(data)
            cuts = self.cuts_after is not None and self.cuts_after in data
            if cuts:
                self.cuts_after = None
                client.transport.abort()
            server.write(data)
            await server.drain()
            if cuts:
                # The server must have read it before it notices that nobody is there.
                await asyncio.sleep(0.2)
                return

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
