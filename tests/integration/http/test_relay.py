"""What is answered elsewhere is answered the same, in every form and with every fault."""

from collections.abc import Sequence

import pytest

from entrypoints.correlation import Correlation, current
from entrypoints.http.app import create_app
from entrypoints.http.telemetry import Telemetry
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG
from tests.integration.http.test_analytics_api import DAY, sell
from tests.support.http_client import REQUEST_ID, HttpClient
from tests.support.relays import Relayed

_ID = "0199f000-0000-7000-8000-000000000000"
_SVG, _CSV, _PARQUET = "image/svg+xml", "text/csv", "application/vnd.apache.parquet"
_ASKED: Sequence[tuple[str, str, dict[str, str]]] = (
    ("GET", f"/v1/analytics/summary?{DAY}", {}),
    ("HEAD", f"/v1/analytics/summary?{DAY}", {}),
    ("OPTIONS", "/v1/analytics/summary", {}),
    ("POST", "/v1/analytics/summary", {}),
    ("GET", f"/v1/analytics/revenue?{DAY}&period=day", {"accept-encoding": "gzip"}),
    ("GET", f"/v1/analytics/rfm?{DAY}", {"accept": _SVG}),
    ("GET", f"/v1/analytics/rfm?{DAY}", {"accept": "text/x-unknown"}),
    ("GET", f"/v1/analytics/rfm/customers?{DAY}", {"accept": _CSV}),
    ("GET", f"/v1/analytics/rfm/customers?{DAY}&limit=1", {}),
    ("HEAD", f"/v1/analytics/rfm/customers?{DAY}", {"accept": _PARQUET}),
    ("GET", "/v1/analytics/top-products?limit=0&x=%20%C3%A9", {}),
    ("GET", "/v1/analytics/top-products?limit=%FF", {}),
    ("GET", "/v1/analytics/no-such-report", {}),
    ("GET", f"/v1/analytics/churn?{DAY}", {}),
    ("GET", f"/v1/customers/{_ID}/profile", {}),
    ("GET", "/v1/customers/nobody%20%E2%82%AC/profile", {}),
    ("GET", "/v1/analytics/definitions", {}),
)


@pytest.fixture
def relayed(services: Services) -> HttpClient:
    """Requests to an application that has the same services count elsewhere."""
    elsewhere = Relayed(Telemetry(create_app(services, CONFIG)))
    return HttpClient(create_app(services, CONFIG, counted_by=elsewhere.relay))


async def test_the_answer_is_the_same_elsewhere(client: HttpClient, relayed: HttpClient) -> None:
    await sell(client)
    for method, path, headers in _ASKED:
        here = await client.request(method, path, headers=headers)
        there = await relayed.request(method, path, headers=headers)
        assert there == here, (method, path)
        if (etag := here.headers.get("etag")) is not None:
            again = await relayed.request(method, path, headers={**headers, "if-none-match": etag})
            assert (again.status, again.headers["etag"]) == (304, etag)


async def test_what_is_told_elsewhere_is_told_of_the_same_request(services: Services) -> None:
    seen: list[Correlation | None] = []

    async def look(scope: object, receive: object, send: object) -> None:
        seen.append(current.get())
        await app(scope, receive, send)  # type: ignore[arg-type]  # passed on as it is

    app = create_app(services, CONFIG)
    elsewhere = Relayed(Telemetry(look))
    relayed = HttpClient(create_app(services, CONFIG, counted_by=elsewhere.relay))
    answer = await relayed.get("/v1/analytics/top-products?limit=0")
    assert (answer.status, answer.json()["request_id"]) == (400, REQUEST_ID)
    assert [one and one.request_id for one in seen] == [REQUEST_ID]
    assert "x-request-id" not in answer.headers, "it is for who wraps the application that was asked"
