"""A file may be of any length: what an import holds in memory has a bound."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from application.imports.models import ImportOptions
from tests.support.importing import CALLER, Imports, service

SHORT, LONG = 2_000, 16_000
MOST = 5_000_000


class Lines(io.RawIOBase):
    """A file whose lines are made as they are read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._left) < len(buffer) and (line := next(self._lines, b"")):
            self._left += line
        given, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def orders(rows: int) -> Iterator[bytes]:
    yield b"reference,placed_at,currency,sku,quantity,unit_price,description\n"
    for n in range(rows):
        yield f"W-{n // 8},2026-01-31T12:00:00Z,EUR,SKU-{n},1,7.50,{'d' * 200}\n".encode()


def broken(rows: int) -> Iterator[bytes]:
    yield b"isbn,title,author\n"
    yield from (b'"never closed,%d,B\n' % n if n % 50 == 0 else b"none,A,B\n" for n in range(rows))


async def peak(lines: Iterator[bytes]) -> int:
    """The most bytes that Python held at a time during a dry run, above what it held before."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    run = service(Imports().units).start(io.BufferedReader(Lines(lines)), ImportOptions(dry_run=True), CALLER)
    async for _ in run:
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - before


@pytest.mark.parametrize("lines", [orders, broken])
async def test_eight_times_the_rows_take_no_more_memory(lines: Callable[[int], Iterator[bytes]]) -> None:
    short, long = await peak(lines(SHORT)), await peak(lines(LONG))
    # Kept rows would be some 11 MB more. What grows a little is the keys of the last orders, which are few in the end.
    assert long - short < MOST
    assert long < 5 * MOST
