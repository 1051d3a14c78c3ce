"""A receiver of webhooks on a loopback address, which answers as it is told and keeps what it was sent."""

import asyncio
import ipaddress
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Received(NamedTuple):
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    server_name: str | None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer: `raw` bytes as they are, or a status; after `delay` seconds; then `drip` one byte at a time."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    raw: bytes | None = None
    drip: bool = False

    def head(self) -> bytes:
        if self.raw is not None:
            return self.raw
        length = {} if self.drip else {"Content-Length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} Told", *(f"{k}: {v}" for k, v in {**length, **self.headers}.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


class Receiver:
    """Answers with `replies` one after another, and with the last of them from then on."""

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.replies = [*replies] or [Reply()]
        self.received: list[Received] = []
        self.connections = 0
        # At once.
        self.most = 0
        self._open = 0
        self._names: list[str | None] = []
        self._tls = tls
        self._host = host
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self._names.append(name)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"{'http' if self._tls is None else 'https'}://{self._host}:{self.port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.most = max(self.most, self._open)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            name = self._names[-1] if self._names else None
            self.received.append(Received(head[0].split(" ")[1], headers, body, name))
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            await asyncio.sleep(reply.delay)
            writer.write(reply.head())
            await writer.drain()
            while reply.drip:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()
        self._open -= 1


def certified(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of these names shows, and what a client needs to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a receiver")])
    known: list[x509.GeneralName] = [x509.DNSName(one) for one in names]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([*known, x509.IPAddress(ipaddress.ip_address("127.0.0.2"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "receiver.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context()
    client.load_verify_locations(pem)
    return server, client
