"""From the file to the answer: what is imported counts on every store as the published figures say.

A store that takes no writes gets what was imported elsewhere as a history, as a warehouse does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from adapters.memory.history import MemoryHistorySource
from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from application.analytics.service import AnalyticsService
from application.imports.models import ImportOptions
from application.ports.unit_of_work import UnitsOfWork
from domain.analytics.revenue import RevenueSeries
from domain.analytics.summary import Summary
from tests.support.cases import CASES
from tests.support.data import data_file
from tests.support.definition import Definition, analytics
from tests.support.importing import CALLER, service
from tests.support.online_retail import expected, online_retail
from tests.support.store_case import StoreCase

PUBLISHED = [
    ("as_of", "2011-01-01"),
    ("currency", "GBP"),
    ("returns", "ignore"),
    ("lines", "paid"),
    ("customers", "known"),
]
EVERYTHING = [("as_of", "2011-01-01"), ("currency", "GBP")]
Defined = Callable[[str, list[tuple[str, str]]], Awaitable[str]]
QUESTIONS: Sequence[tuple[str, list[tuple[str, str]]]] = [
    ("summary", []),
    ("revenue", [("period", "day")]),
    ("revenue", [("period", "week"), ("tz", "Europe/London")]),
    ("top-products", [("limit", "500")]),
    ("rfm", [("method", "ntile")]),
    ("rfm", [("method", "rank")]),
    ("rfm", [("method", "quantile")]),
    ("repeat-rate", []),
    ("interpurchase", [("bin_days", "1")]),
    ("pareto", [("limit", "500")]),
    ("affinity", [("min_count", "1"), ("limit", "500")]),
    ("similar-products", []),
    ("recommendations", []),
    ("pareto", [("by", "customer"), ("limit", "500")]),
    ("cohorts", [("period", "week"), ("tz", "Europe/London")]),
    ("basket-rules", [("min_support", "0.02"), ("limit", "500")]),
    ("comparison", [("from", "2010-12-15"), ("limit", "500")]),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=[case.name for case in CASES], scope="module")


@pytest.fixture(scope="module")
def server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture(scope="module")
async def answers(case: StoreCase, server: Any) -> AsyncIterator[AnalyticsService]:
    """The analytics of a store into which December 2010 was imported, for all tests of this module."""
    async with case.open(server) as ports:
        if case.writes:
            await imported(ports.units)
        else:
            elsewhere = MemoryStore()
            await imported(MemoryUnitsOfWork(elsewhere))
            assert ports.sink is not None
            await ports.sink.write(await MemoryHistorySource(elsewhere).read())
        yield analytics(ports.purchases)


@pytest.fixture(scope="module")
def defined() -> Defined:
    """The digest of the definition's answer, each worked out once."""
    definition = analytics(Definition(online_retail()))
    digests: dict[str, str] = {}

    async def digest(report: str, asked: list[tuple[str, str]]) -> str:
        key = f"{report} {asked}"
        if key not in digests:
            digests[key] = (await definition.ask(report, asked)).answer_digest
        return digests[key]

    return digest


async def imported(units: UnitsOfWork) -> None:
    with data_file("purchases/online_retail_2010-12.csv.gz").open("rb") as file:
        async for _ in service(units).start(file, ImportOptions(), CALLER):
            pass


async def test_counts_and_daily_revenue_are_those_published(answers: AnalyticsService) -> None:
    published = expected()
    summary = (await answers.ask("summary", PUBLISHED)).data
    assert isinstance(summary, Summary)
    assert (summary.orders, summary.customers, summary.products, summary.revenue) == (
        published["invoices"],
        published["customers"],
        published["items"],
        published["revenue"],
    )
    revenue = (await answers.ask("revenue", [*PUBLISHED, ("period", "day")])).data
    assert isinstance(revenue, RevenueSeries)
    assert {one.start.isoformat(): one.revenue for one in revenue.periods if one.orders} == published["daily_revenue"]


async def test_scores_of_customers_are_those_published(answers: AnalyticsService) -> None:
    published = expected()
    columns = published["rfm_columns"]
    for method, name in (("ntile", "ntile"), ("rank", "tie"), ("quantile", "qcut")):
        wanted = ("cust", "recency_days", "frequency", "monetary", f"r_{name}", f"f_{name}", f"m_{name}")
        rows = [tuple(row[columns.index(column)] for column in wanted) for row in published["rfm_first50"]]
        page = await answers.rfm_customers([*PUBLISHED, ("method", method), ("limit", "50")])
        assert [
            (int(one.key), one.recency_days, one.orders, one.revenue, one.r, one.f, one.m) for one in page.data
        ] == rows


async def test_every_answer_is_that_of_the_definition_on_the_file_read_without_the_importer(
    answers: AnalyticsService, defined: Defined
) -> None:
    for scope in (PUBLISHED, EVERYTHING):
        for report, more in QUESTIONS:
            told = await answers.ask(report, [*scope, *more])
            assert told.answer_digest == await defined(report, [*scope, *more]), (report, *scope, *more)
