"""The bounds of the cache in memory."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.cache import MemoryCache

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("get"), st.sampled_from("abcdefgh"), st.just(b"")),
        st.tuples(st.just("put"), st.sampled_from("abcdefgh"), st.binary(max_size=40)),
    ),
    max_size=60,
)


def a_cache(entries: int = 3, most_bytes: int = 100) -> MemoryCache:
    return MemoryCache(entries=entries, most_bytes=most_bytes, seconds=60, now=lambda: 0.0)


async def test_what_was_asked_for_least_recently_goes_first() -> None:
    cache = a_cache()
    for key in "abc":
        await cache.put(key, key.encode())
    assert await cache.get("a") == b"a"
    await cache.put("d", b"d")
    assert [await cache.get(key) for key in "abcd"] == [b"a", None, b"c", b"d"]


async def test_a_long_value_takes_the_place_of_several() -> None:
    cache = a_cache(entries=10)
    for key in "abc":
        await cache.put(key, b"x" * 29)
    assert cache.size == (3, 90)
    await cache.put("d", b"x" * 60)
    assert cache.size == (2, 91)
    assert [await cache.get(key) is not None for key in "abcd"] == [False, False, True, True]


async def test_without_entries_nothing_is_kept() -> None:
    cache = a_cache(entries=0)
    await cache.put("a", b"a")
    assert (cache.size, await cache.get("a")) == ((0, 0), None)


@given(steps=_STEPS, entries=st.integers(0, 5), most_bytes=st.integers(0, 90))
async def test_the_bounds_hold_and_what_is_found_is_what_was_put_last(
    steps: list[tuple[str, str, bytes]], entries: int, most_bytes: int
) -> None:
    cache, last = a_cache(entries, most_bytes), dict[str, bytes]()
    for step, key, value in steps:
        if step == "put":
            await cache.put(key, value)
            last[key] = value
        found = await cache.get(key)
        assert found is None or found == last[key]
        kept = [there for one in "abcdefgh" if (there := await cache.get(one)) is not None]
        assert cache.size == (len(kept), sum(1 + len(there) for there in kept))
        assert len(kept) <= entries
        assert cache.size[1] <= most_bytes
