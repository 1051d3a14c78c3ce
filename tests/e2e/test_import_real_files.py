"""The real files, into every store that takes writes: each row's verdict, worked out here without the importer."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from application.imports.models import ImportOptions, ImportSummary
from application.listing import Filter, Listing, SortKey
from tests.support.cases import having
from tests.support.data import data_file
from tests.support.importing import CALLER, service
from tests.support.store_case import StoreCase, StorePorts

GOODBOOKS = "books/goodbooks10k/books_first1000.csv"
FIRST_1000 = "purchases/online_retail_first1000.csv"
DECEMBER = "purchases/online_retail_2010-12.csv.gz"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = having(["writes", "reads_orders"])
        metafunc.parametrize("case", cases, ids=[case.name for case in cases], scope="session")


@pytest.fixture
def server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture
async def ports(case: StoreCase, server: Any) -> AsyncIterator[StorePorts]:
    async with case.open(server) as opened:
        yield opened


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    yield from csv.DictReader(io.StringIO(text, newline=""))


async def verdicts(ports: StorePorts, path: Path, **options: Any) -> tuple[list[str], ImportSummary]:
    """What became of each row, in the order of the file, and the summary."""
    found = []
    with path.open("rb") as file:
        run = service(ports.units).start(file, ImportOptions(**options), CALLER)
        async for batch in run:
            found += batch
    found.sort(key=lambda one: one.line)
    assert len({one.line for one in found}) == len(found)
    return [one.code or one.verdict for one in found], run.summary


def isbn_fault(text: str) -> str | None:
    if not text:
        return "isbn-missing"
    digits = [10 if digit == "X" else int(digit) for digit in text.rjust(10, "0")]
    return None if sum((10 - n) * digit for n, digit in enumerate(digits)) % 11 == 0 else "isbn-checksum"


def book_verdict(row: dict[str, str]) -> str:
    if fault := isbn_fault(row["isbn"]):
        return fault
    year = row["original_publication_year"]
    return "year-before-1" if year and float(year) < 1 else "created"


def sale_verdict(row: dict[str, str]) -> str:
    return "stock-adjustment" if int(row["Quantity"]) < 0 and row["InvoiceNo"][0] != "C" else "created"


def again(expected: list[str]) -> list[str]:
    """Of a second run."""
    return ["unchanged" if one == "created" else one for one in expected]


async def test_goodbooks(ports: StorePorts) -> None:
    path = data_file(GOODBOOKS)
    expected = [book_verdict(row) for row in rows_of(path)]
    assert Counter(expected) == {"created": 971, "isbn-missing": 23, "year-before-1": 5, "isbn-checksum": 1}
    kept = [row for row, verdict in zip(rows_of(path), expected, strict=True) if verdict == "created"]
    authors = {" ".join(name.split()) for row in kept for name in row["authors"].split(", ")}
    assert len(authors) == 806

    trial, summary = await verdicts(ports, path, dry_run=True)
    assert trial == expected
    assert await ports.watermark() == 0
    assert (summary.rows, summary.created, summary.rejected) == (1000, 971, 29)

    first, summary = await verdicts(ports, path)
    assert (first, summary.stored) == (expected, {"authors": 806, "books": 971})
    assert await ports.watermark() == 971 + 806
    second, summary = await verdicts(ports, path)
    assert second == again(expected)
    assert (summary.created, summary.updated, summary.unchanged, summary.rejected) == (0, 0, 971, 29)
    assert await ports.watermark() == 971 + 806
    page = await ports.books.list(Listing(limit=1, count=True))
    assert page.total == 971
    assert ports.authors is not None
    assert (await ports.authors.list(Listing(limit=1, count=True))).total == 806


@pytest.mark.parametrize(
    ("name", "counts", "stored"),
    [
        (FIRST_1000, {"created": 1000}, {"customers": 48, "orders": 62, "returns": 4}),
        (
            DECEMBER,
            {"created": 42_411, "stock-adjustment": 70},
            {"customers": 948, "orders": 1629, "returns": 326},
        ),
    ],
    ids=["first1000", "2010-12"],
)
async def test_online_retail(ports: StorePorts, name: str, counts: dict[str, int], stored: dict[str, int]) -> None:
    path = data_file(name)
    expected = [sale_verdict(row) for row in rows_of(path)]
    assert Counter(expected) == counts

    if name == FIRST_1000:
        trial, summary = await verdicts(ports, path, dry_run=True)
        assert trial == expected
        assert summary.stored == stored
        assert await ports.watermark() == 0

    first, summary = await verdicts(ports, path)
    assert first == expected
    assert summary.stored == stored
    assert summary.accepted + summary.rejected == summary.rows == len(expected)
    events = await ports.watermark()
    assert events == sum(stored.values())

    second, summary = await verdicts(ports, path)
    assert second == again(expected)
    assert not any(summary.stored.values())
    assert await ports.watermark() == events
    await assert_orders_are_those_of_the_file(ports, path)


async def assert_orders_are_those_of_the_file(ports: StorePorts, path: Path) -> None:
    sold: dict[str, list[tuple[str, int, Decimal]]] = {}
    for row in rows_of(path):
        if row["InvoiceNo"][0] != "C" and int(row["Quantity"]) > 0:
            line = (row["StockCode"], int(row["Quantity"]), Decimal(row["UnitPrice"]))
            sold.setdefault(row["InvoiceNo"], []).append(line)
    assert ports.orders is not None
    kept: dict[str, list[tuple[str, int, Decimal]]] = {}
    ours = (Filter("channel", "eq", "online-retail"),)
    listing = Listing(filters=ours, sort=(SortKey("id"),), limit=100, expand=frozenset({"lines"}))
    more = True
    while more:
        page = await ports.orders.list(listing)
        for order in page.items:
            assert isinstance(order.lines, list)
            kept[order.reference or ""] = [(one.sku, one.quantity, one.unit_price.amount) for one in order.lines]
            assert [one.number for one in order.lines] == list(range(1, len(order.lines) + 1))
        more = page.has_more
        listing = replace(listing, after=(page.items[-1].id,))
    assert kept == sold


async def test_the_whole_month_after_its_first_thousand_rows(ports: StorePorts) -> None:
    """The first thousand cut an invoice in two: what is there stays as it is, and the rest of it is told."""
    first, whole = data_file(FIRST_1000), data_file(DECEMBER)
    await verdicts(ports, first)
    rows = list(rows_of(whole))
    cut = rows[999]["InvoiceNo"]
    assert rows[1000]["InvoiceNo"] == cut
    expected = ["unchanged"] * 1000
    for row in rows[1000:]:
        expected.append("already-imported-differently" if row["InvoiceNo"] == cut else sale_verdict(row))
    assert expected.count("already-imported-differently") == 16
    assert (await verdicts(ports, whole))[0] == expected


async def test_two_imports_of_one_file_at_a_time_make_everything_once(ports: StorePorts) -> None:
    path = data_file(FIRST_1000)
    with path.open("rb") as one, path.open("rb") as other:
        runs = [aiter(service(ports.units).start(file, ImportOptions(), CALLER)) for file in (one, other)]
        found = [Counter[str](), Counter[str]()]
        while runs:
            for place, run in list(enumerate(runs)):
                batch = await anext(run, None)
                if batch is None:
                    runs.remove(run)
                else:
                    found[place].update(verdict.code or verdict.verdict for verdict in batch)
    assert sum(count["created"] for count in found) == 1000
    assert sum(count["unchanged"] for count in found) == 1000
