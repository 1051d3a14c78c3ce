"""Whatever is done to a file, every row has one verdict, and a second run makes nothing new."""

import asyncio
import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.imports.formats import UnknownFormat
from application.imports.records import UnreadableFile
from tests.support.builders import isbn
from tests.support.importing import Imports

GOODBOOKS = (
    "goodreads_book_id,isbn,authors,original_publication_year,title,language_code\n"
    '1,439023483,Suzanne Collins,2008.0,"The Hunger Games (The Hunger Games, #1)",eng\n'
    "2,439554934,J.K. Rowling,1997.0,Harry Potter,en-US\n"
    "3,,Homer,-720.0,The Odyssey,eng\n"
)
ONLINE_RETAIL = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HEART,6,2010-12-01T08:26:00,2.55,17850,United Kingdom\n"
    '536365,71053,"12"" LANTERN",8,2010-12-01T08:26:00,3.39,17850,United Kingdom\n'
    "536366,71053,LANTERN,-8,2010-12-01T08:26:00,0,,France\n"
    "C536379,D,Discount,-1,2010-12-01T09:41:00,27.5,14527,United Kingdom\n"
)
CUSTOMERS = (
    "reference,name,email,phone,tags,metadata\n"
    'K-1,Ada,ada@example.org,+442079460958,a;b,"{""shelf"":""A3""}"\n'
    "K-2,Bob,bob@example.org,,,\n"
    ",Eve,eve@example.org,,,\n"
)
BOOKS = f'isbn,title,author,price,currency,description\n{isbn(1)},A,B,9.99,EUR,"two\nlines"\n{isbn(2)},C,D,,,\n'
ORDERS = (
    "reference,placed_at,currency,tax,sku,quantity,unit_price,discount\n"
    f"W-1,2026-01-31T12:00:00Z,EUR,0.50,{isbn(1)},1,7.50,0.10\n"
    "W-1,,,,MUG,2,5,\n"
    "W-2,2026-01-31T12:00:00+01:00,CHF,,MUG,2,5.0000,\n"
)
FILES = {
    "goodbooks": GOODBOOKS,
    "online-retail": ONLINE_RETAIL,
    "customers": CUSTOMERS,
    "books": BOOKS,
    "orders": ORDERS,
}

bytes_to_put_in = st.one_of(
    st.binary(max_size=3), st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b"-", b"9" * 30, b"\xe2\x80\xa8", b";"])
)
changes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 8), bytes_to_put_in), min_size=1, max_size=6)


def changed(data: bytes, how: list[tuple[int, int, bytes]]) -> bytes:
    """`data` with bytes cut out and others put in."""
    for at, cut, put in how:
        place = at % (len(data) + 1)
        data = data[:place] + put + data[place + cut :]
    return data


async def assert_it_adds_up(data: bytes) -> None:
    imports = Imports()
    try:
        trial = await imports.take(data, dry_run=True)
        assert imports.store.watermark == 0
        first = await imports.take(data)
    except (UnreadableFile, UnknownFormat):
        return
    assert first == trial
    summary = imports.summary
    assert summary.rows == len(first) == len({one.line for one in imports.verdicts})
    assert summary.accepted + summary.rejected == summary.rows
    assert all(one.message and "\n" not in one.message for one in imports.verdicts if one.code)
    events = imports.store.watermark
    assert events == sum(summary.stored.values()) + summary.updated
    await imports.take(data)
    assert imports.summary.created == 0
    if not summary.updated:
        assert imports.store.watermark == events


@pytest.mark.parametrize("name", FILES)
@given(how=changes, zipped=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
def test_a_file_with_changed_bytes(name: str, how: list[tuple[int, int, bytes]], zipped: bool) -> None:
    data = FILES[name].encode()
    data = changed(gzip.compress(data, mtime=0), how) if zipped else changed(data, how)
    asyncio.run(assert_it_adds_up(data))


@given(data=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_at_all(data: bytes) -> None:
    asyncio.run(assert_it_adds_up(data))
