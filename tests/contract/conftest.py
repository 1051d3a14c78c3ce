"""Each contract test runs once for every store of tests/support/cases.py that has what the test needs.

@pytest.mark.needs("writes")       only stores with this capability (repeatable, also as a module's `pytestmark`)
@pytest.mark.without("writes")     only stores without it: what happens instead

A store's declared gaps become strict xfails. What no store can run is deselected, and said so by pytest's summary.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from application.caller import Caller
from application.ports.history import HistoryBatch
from application.ports.unit_of_work import UnitsOfWork
from domain.books.book import Book
from domain.books.rating import Rating
from domain.books.review import Review
from tests.support.cases import having
from tests.support.store_case import StoreCase, StorePorts, told

Load = Callable[[HistoryBatch], Awaitable[None]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): runs on the stores that have all of these")
    config.addinivalue_line("markers", "without(*capabilities): runs on the stores that have none of these")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    needed = [name for mark in metafunc.definition.iter_markers("needs") for name in mark.args]
    without = [name for mark in metafunc.definition.iter_markers("without") for name in mark.args]
    cases = having(needed, without)
    metafunc.parametrize(
        "case",
        [_with_gap(case, metafunc.function.__name__) for case in cases] or [None],
        ids=[case.name for case in cases] or ["none"],
        scope="session",
    )


def _with_gap(case: StoreCase, test: str) -> Any:
    gap = case.gaps.get(test)
    return pytest.param(case, marks=[pytest.mark.xfail(reason=str(gap), strict=True)] if gap else [])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    idle = [item for item in items if isinstance(item, pytest.Function) and _is_idle(item)]
    if idle:
        config.hook.pytest_deselected(items=idle)
        items[:] = [item for item in items if item not in idle]


def _is_idle(item: pytest.Function) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and callspec.params.get("case", ...) is None


@pytest.fixture
def server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    """What is dear to make, once a session."""
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture
async def ports(case: StoreCase, server: Any) -> AsyncIterator[StorePorts]:
    """The ports of a clean store."""
    async with case.open(server) as opened:
        yield opened


async def keep(units: UnitsOfWork, batch: HistoryBatch) -> None:
    """Adds aggregates as they are in one unit of work, books as they were before their reviews."""
    async with units(Caller("loader")) as uow:
        uow.customers.add_many(batch.customers)
        uow.authors.add_many(batch.authors)
        uow.categories.add_many(batch.categories)
        uow.books.add_many(_unreviewed(one, batch.reviews) for one in batch.books)
        for review in batch.reviews:
            uow.reviews.add(review)
        uow.orders.add_many(batch.orders)
        uow.returns.add_many(batch.returns)
        await uow.commit()


def _unreviewed(book: Book, reviews: Sequence[Review]) -> Book:
    counted = [one.counted for one in reviews if one.book_id == book.id]
    count, stars = sum(one.count for one in counted), sum(one.sum for one in counted)
    return replace(book, rating=Rating(book.rating.count - count, book.rating.sum - stars))


@pytest.fixture
def load(case: StoreCase, ports: StorePorts) -> Load:
    """Puts aggregates into the store as they are, with their versions, deletions and what came back.

    Through a unit of work where the store takes one, so that the usual way in is tested along; else through its sink.
    """

    async def put(batch: HistoryBatch) -> None:
        if case.writes:
            await keep(ports.units, batch)
        else:
            assert ports.sink is not None, "a store without writes is loaded through its sink"
            await ports.sink.write(told(batch, watermark=1))

    return put
