"""What application/ports/cache.py promises, of memory and of Redis."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from application.ports.cache import Cache
from tests.support.caches import CACHES, MOST_BYTES, SECONDS, CacheCase

Opened = tuple[Cache, Callable[[float], Awaitable[None]]]


@pytest.fixture(params=CACHES, ids=lambda case: case.name)
async def opened(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Opened]:
    case: CacheCase = request.param
    async with case.open(redis_url) as pair:
        yield pair


async def test_nothing_is_found_where_nothing_was_put(opened: Opened) -> None:
    cache, _ = opened
    assert await cache.get("summary") is None


@pytest.mark.parametrize("value", [b"", b"\x00\xff\r\n", bytes(range(256)) * 20], ids=["empty", "bytes", "long"])
async def test_what_was_put_is_found_byte_for_byte(opened: Opened, value: bytes) -> None:
    cache, _ = opened
    await cache.put("summary", value)
    found = await cache.get("summary")
    assert (found, type(found)) == (value, bytes)
    assert await cache.get("summar") is None
    assert await cache.get("summary ") is None


async def test_the_last_value_of_a_key_counts(opened: Opened) -> None:
    cache, _ = opened
    for value in (b"one", b"another", b"third"):
        await cache.put("summary", value)
        assert await cache.get("summary") == value


async def test_keys_are_told_apart(opened: Opened) -> None:
    cache, _ = opened
    for number in range(20):
        await cache.put(f"{number}", b"%d" % number)
    assert [await cache.get(f"{number}") for number in range(20)] == [b"%d" % number for number in range(20)]


async def test_after_a_while_it_is_forgotten(opened: Opened) -> None:
    cache, wait = opened
    await cache.put("summary", b"old")
    await wait(SECONDS + 0.1)
    assert await cache.get("summary") is None
    await cache.put("summary", b"new")
    assert await cache.get("summary") == b"new"


async def test_what_is_longer_than_the_bound_is_not_kept(opened: Opened) -> None:
    cache, _ = opened
    await cache.put("other", b"kept")
    await cache.put("summary", b"x" * (MOST_BYTES + 1))
    assert await cache.get("summary") is None
    assert await cache.get("other") == b"kept"
