"""The whole application over each store that takes writes; every test has a clean one of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from entrypoints.http.config import HttpConfig
from entrypoints.services import Services
from tests.support.cases import having
from tests.support.http_client import HttpClient
from tests.support.one_application import application
from tests.support.services import services_on
from tests.support.store_case import StoreCase, StorePorts

CONFIG = HttpConfig(version="1.2.3")
NothingWritten = Callable[[], AbstractAsyncContextManager[None]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = having(["writes", "reads_orders"])
        metafunc.parametrize("case", cases, ids=[case.name for case in cases], scope="session")


@pytest.fixture
def server(case: StoreCase, request: pytest.FixtureRequest) -> Any:
    """What is dear to make, once a session."""
    return request.getfixturevalue(case.server) if case.server else None


@pytest.fixture
async def test_db(case: StoreCase, server: Any) -> AsyncIterator[StorePorts]:
    """A clean store."""
    async with case.open(server) as ports:
        yield ports


@pytest.fixture
def services(test_db: StorePorts) -> Services:
    """The use cases on that store."""
    return services_on(test_db)


@pytest.fixture
def client(services: Services) -> HttpClient:
    """Requests to the application on that store."""
    return HttpClient(application(services, CONFIG))


@pytest.fixture
def nothing_written(test_db: StorePorts) -> NothingWritten:
    """Inside its block nothing may be written, whatever is asked."""

    @asynccontextmanager
    async def block() -> AsyncIterator[None]:
        before = await test_db.watermark()
        yield
        assert await test_db.watermark() == before

    return block
