"""A mail server for tests: speaks SMTP over a real socket, keeps what it takes, and can be told to misbehave."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

DROP = "drop"
"""Instead of an answer: close the connection."""
SILENCE = "silence"
"""Instead of an answer: none, ever."""


@dataclass(frozen=True)
class Taken:
    """A message that the server has taken, with the addresses of its envelope and how it came."""

    sender: str
    recipient: str
    options: str
    content: bytes
    encrypted: bool
    user: str | None


@dataclass
class SmtpServer:
    """`answers` says what to reply to a step (connect, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, END, QUIT), in place of
    yes. `lines` are all that was said to it, and `silent` is set when it has fallen silent.
    """

    port: int = 0
    tls_context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    users: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("SIZE 10000000", "SMTPUTF8")
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    silent: asyncio.Event = field(default_factory=asyncio.Event)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            await _Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, _Over):
            pass
        finally:
            writer.close()


class _Over(Exception):
    """The conversation is over."""


class _Session:
    def __init__(self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._user: str | None = None
        self._sender = self._recipient = self._options = ""

    async def run(self) -> None:
        await self._reply("connect", "220 test ESMTP")
        while line := await self._reader.readline():
            text = line.decode().rstrip("\r\n")
            self._server.lines.append(text)
            verb, _, rest = text.partition(" ")
            step = getattr(self, f"_{verb.lower()}", None)
            if step is None:
                await self._say("502 5.5.1 no such command")
            else:
                await step(rest)

    @property
    def _encrypted(self) -> bool:
        return self._writer.get_extra_info("sslcontext") is not None

    async def _say(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")
        await self._writer.drain()

    async def _reply(self, step: str, yes: str) -> bool:
        """Whether the answer was yes."""
        answer = self._server.answers.get(step, yes)
        if answer == DROP:
            raise _Over
        if answer == SILENCE:
            self._server.silent.set()
            await self._reader.read()
            raise _Over
        await self._say(answer)
        return answer == yes

    async def _ehlo(self, _: str) -> None:
        offered = ["test", *self._server.extensions]
        if self._server.tls_context is not None and not self._encrypted:
            offered.append("STARTTLS")
        if self._server.users:
            offered.append("AUTH PLAIN")
        lines = [f"250-{one}" for one in offered[:-1]] + [f"250 {offered[-1]}"]
        await self._reply("EHLO", "\r\n".join(lines))

    async def _helo(self, _: str) -> None:
        await self._reply("HELO", "250 test")

    async def _starttls(self, _: str) -> None:
        if await self._reply("STARTTLS", "220 go on"):
            assert self._server.tls_context is not None
            await self._writer.start_tls(self._server.tls_context)

    async def _auth(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        if self._server.users.get(user) != password:
            await self._say(f"535 5.7.8 {user} may not")
        elif await self._reply("AUTH", "235 2.7.0 welcome"):
            self._user = user

    async def _mail(self, rest: str) -> None:
        if self._server.users and self._user is None:
            await self._say("530 5.7.0 log in first")
            return
        address, _, self._options = rest.partition(" ")
        self._sender = address.removeprefix("FROM:").strip("<>")
        await self._reply("MAIL", "250 2.1.0 ok")

    async def _rcpt(self, rest: str) -> None:
        self._recipient = rest.removeprefix("TO:").strip("<>")
        await self._reply("RCPT", "250 2.1.5 ok")

    async def _data(self, _: str) -> None:
        if not await self._reply("DATA", "354 go on"):
            return
        raw = await self._reader.readuntil(b"\r\n.\r\n")
        content = b"\r\n".join(line.removeprefix(b".") for line in raw.removesuffix(b".\r\n").split(b"\r\n"))
        taken = Taken(self._sender, self._recipient, self._options, content, self._encrypted, self._user)
        if self._server.answers.get("END", "250").startswith(("250", DROP)):
            self._server.taken.append(taken)
        await self._reply("END", "250 2.0.0 taken")

    async def _rset(self, _: str) -> None:
        await self._say("250 2.0.0 ok")

    async def _quit(self, _: str) -> None:
        await self._reply("QUIT", "221 2.0.0 bye")
        raise _Over


@asynccontextmanager
async def smtp_server(server: SmtpServer | None = None) -> AsyncIterator[SmtpServer]:
    """The server, listening on a port of its own, which it is told."""
    server = server or SmtpServer()
    listening = await asyncio.start_server(
        server.converse, "127.0.0.1", 0, limit=20_000_000, ssl=server.tls_context if server.implicit_tls else None
    )
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
