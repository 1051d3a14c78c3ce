"""A cache that many processes share."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

# After a failure it is left alone for so many seconds: without that, each answer would wait for a server that is away.
_REST: Final = 1.0
_CONNECTIONS: Final = 10
_log = logging.getLogger(__name__)


class RedisCache:
    """Keeps each value for `seconds`, under keys that begin with `prefix`; how much in all is set in Redis.

    A value of more than `most_bytes` is not kept. A server that takes longer than `timeout` seconds is away. Raises
    ValueError, without quoting the URL, when it cannot be read.
    """

    def __init__(self, url: str, *, prefix: str, seconds: float, most_bytes: int, timeout: float) -> None:
        try:
            pool = BlockingConnectionPool.from_url(
                url, max_connections=_CONNECTIONS, timeout=timeout, retry=Retry(NoBackoff(), 0)
            )
        except (ValueError, RedisError):
            raise ValueError(
                "the Redis URL must be like redis://user:password@host:6379/0, or rediss:// for TLS"
            ) from None
        self._redis = Redis.from_pool(pool)
        self._prefix = prefix
        self._milliseconds = max(1, int(seconds * 1000))
        self._most_bytes = most_bytes
        self._timeout = timeout
        self._rests_until = 0.0
        self._away = False

    async def get(self, key: str) -> bytes | None:
        """What was kept; None, too, when the server is away."""
        found = await self._asked(lambda: self._redis.get(self._prefix + key))
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, value: bytes) -> None:
        """Kept, unless the server is away."""
        if len(value) <= self._most_bytes:
            await self._asked(lambda: self._redis.set(self._prefix + key, value, px=self._milliseconds))

    async def close(self) -> None:
        """Ends the connections."""
        await self._redis.aclose()

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T | None:
        if monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                answer = await question()
        except (RedisError, OSError) as error:
            self._rests_until = monotonic() + _REST
            if not self._away:
                self._away = True
                # The kind of what went wrong alone: a message may hold the address with its password.
                _log.warning("Redis cannot be reached, so nothing is found in its cache: %s", type(error).__name__)
            return None
        self._away = False
        return answer
