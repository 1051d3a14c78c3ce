"""One connection to PostgreSQL: where to, how it is set up, and whether it may be handed on."""

import asyncio
import math
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg
import msgspec

# Daybook has some hundred statements. None may be pushed out (a second parse and plan for each), none expires, and
# none is too long to be kept: the analytics statements are the longest and gain the most.
_CACHED_STATEMENTS = 512

BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a connection that does not work raises; TimeoutError is an OSError."""

_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
_SECRET_OPTIONS = ("password", "sslpassword")


class QueryObserver(Protocol):
    """Told of each statement that ended, so that queries can be counted, timed and traced.

    Called once a statement, in the task that ran it, after it ended: one call serves a histogram and a trace. Observe
    `seconds` on a child cached by `name`; and when the current span is recording, start a span with
    `start_time = time_ns() - int(seconds * 1e9)` and end it at once: its parent is the current span. It is on the
    request path, so it must be quick and never raise.
    """

    def __call__(self, name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        """`name` is short and stable (a label), `sql` the text with `$1` for values, so free of personal data.

        `seconds` runs from sending to the last row, `error` is what was raised (`CancelledError` too) or None.
        """
        ...


class Dsn:
    """A database URL that cannot be printed with its password.

    Takes `postgresql://`, `postgres://` and `postgresql+asyncpg://`, with a TCP host or with
    `?host=/socket/folder&port=5432`.
    Raises ValueError, without quoting the URL, when it cannot be read.
    """

    __slots__ = ("_secret", "_shown")

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            options = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
            port = parts.port
        except ValueError:
            raise ValueError(
                "the database URL cannot be read: are '/', '?', '#', '@' in the password quoted?"
            ) from None
        if parts.scheme not in _SCHEMES:
            raise ValueError(f"the database URL must begin with one of: {', '.join(f'{s}://' for s in _SCHEMES)}")
        # What follows an unquoted '/' or '#' of a password would pass for a database name and be shown.
        if parts.fragment or "@" in parts.path:
            raise ValueError("the database URL has a '#' or a second '@': quote them as %23 and %40")
        options = [("sslmode" if name == "ssl" else name, value) for name, value in options]
        self._secret = f"postgresql://{parts.netloc}{parts.path}?{urlencode(options)}".removesuffix("?")
        shown_options = urlencode([option for option in options if option[0] not in _SECRET_OPTIONS], safe="/")
        user = f"{unquote(parts.username)}@" if parts.username else ""
        where = (parts.hostname or "") + (f":{port}" if port else "")
        self._shown = f"postgresql://{user}{where}{parts.path}?{shown_options}".removesuffix("?")

    def reveal(self) -> str:
        """The URL as asyncpg takes it, with the password."""
        return self._secret

    def __repr__(self) -> str:
        return self._shown


class Connection(asyncpg.Connection):
    """An asyncpg connection that knows its pool's observer and its own age.

    `observer` is read by every statement; None costs nothing. The others are times of `time.monotonic()` kept by the
    pool: `expires` is when it is to be replaced, `idle_since` when it was last released, and `trusted_until` when it
    must be checked before use.
    """

    __slots__ = ("expires", "idle_since", "observer", "trusted_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expires = math.inf
        self.idle_since = 0.0
        self.trusted_until = 0.0
        self.observer: QueryObserver | None = None

    def is_closed(self) -> bool:
        """Whether it cannot be used any more: asyncpg's answer, but at once and not when the socket is gone.

        asyncpg breaks off a connection that it finds out of step, and calls it open until the event loop has closed it.
        """
        # Asked with every use, so it spells out what super() would answer.
        transport = self._transport  # type: ignore[attr-defined]  # private, so not in the stubs
        protocol = self._protocol  # type: ignore[attr-defined]  # likewise
        return transport.is_closing() or self._aborted or not protocol.is_connected()  # type: ignore[attr-defined]  # likewise

    def is_settled(self) -> bool:
        """Whether nothing of the last user is left: no open transaction, no query running or being cancelled.

        asyncpg has no public question for a query in flight; its own pool asks the same private members.
        """
        protocol = self._protocol  # type: ignore[attr-defined]  # private, so not in the stubs
        section = self._stmt_exclusive_section  # type: ignore[attr-defined]  # likewise
        return not (protocol.is_in_transaction() or protocol._is_cancelling() or section._acquired)  # noqa: SLF001 see above

    async def answers(self, *, within: float) -> bool:
        """Whether it gives a sign of life within so many seconds; it is terminated when not."""
        try:
            await self.execute("SELECT 1", timeout=within)
        except BROKEN:
            self.terminate()
            return False
        return True

    async def restore(self, *, within: float) -> bool:
        """Wait for the server to stop what was cancelled, roll back, forget session state; whether it is clean."""
        try:
            async with asyncio.timeout(within):
                if not self.is_in_transaction():
                    # Waits for what was cancelled, which may have been a BEGIN that came through.
                    await self.execute("SELECT 1")
                if self.is_in_transaction():
                    await self.execute("ROLLBACK")
                await self.reset()
        except BROKEN:
            return False
        return not self.is_closed() and self.is_settled()

    async def leave(self, *, within: float) -> None:
        """Close, politely if the server answers within so many seconds."""
        try:
            await self.close(timeout=within)
        except BROKEN:
            self.terminate()


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def connect(
    dsn: Dsn, *, within: float, settings: Mapping[str, str], observer: QueryObserver | None = None
) -> Connection:
    """Open a connection within so many seconds.

    `settings` are sent with the first packet, so they cost no round trip and RESET returns to them. json and jsonb
    are dict, list, str, number, bool or None in Python, by msgspec; the codecs are set in the client alone.
    Raises OSError (TimeoutError included) and asyncpg.PostgresError.
    """
    connection: Connection = await asyncpg.connect(
        dsn.reveal(),
        timeout=within,
        connection_class=Connection,
        server_settings=dict(settings),
        statement_cache_size=_CACHED_STATEMENTS,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
    )
    connection.observer = observer
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=_encode_json, decoder=msgspec.json.decode, format="text"
        )
    return connection
