"""Lifetime value and churn over HTTP: answers, lists that go on, and refusals that say what to do."""

from dataclasses import replace

import pytest

from application.analytics.lifetime import WithoutModels
from application.analytics.service import AnalyticsService
from entrypoints.http.app import create_app
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG
from tests.integration.http.payloads import an_order
from tests.support.clocks import SetClock
from tests.support.definition import AtOnce
from tests.support.http_client import HttpClient
from tests.support.loading import put
from tests.support.regulars import regulars
from tests.support.store_case import StorePorts

DAY = "as_of=2026-05-16"
REPORTS = ("lifetime-value", "churn", "churn/customers")


@pytest.fixture
async def regular_client(test_db: StorePorts, client: HttpClient) -> HttpClient:
    """Of a shop with customers enough."""
    await put(test_db, regulars())
    return client


async def test_what_customers_are_worth(regular_client: HttpClient) -> None:
    answer = await regular_client.get(
        f"/v1/analytics/lifetime-value?{DAY}&limit=2&months=6&discount=0.020&holdout_weeks=13"
    )
    assert answer.status == 200, answer.json()
    told = answer.json()
    assert (told["parameters"]["months"], told["parameters"]["discount"], told["data"]["discount"]) == (
        6,
        "0.02",
        "0.02",
    )
    data = told["data"]
    assert (data["customers"], len(data["top"]), data["buying"]["customers"]) == (250, 2, 250)
    assert data["buying"].keys() == {"customers", "r", "alpha", "a", "b", "log_likelihood"}
    assert data["calibration"]["holdout_weeks"] == 13
    assert data["no_calibration"] is None
    first, second = data["top"]
    assert first["lifetime_value"] >= second["lifetime_value"] > 0
    assert 0 <= first["alive"] <= 1
    assert answer.headers["cache-control"] == "no-store", "it names customers"


async def test_churn_and_the_customers_behind_it(regular_client: HttpClient) -> None:
    data = (await regular_client.get(f"/v1/analytics/churn?{DAY}")).json()["data"]
    assert (data["customers"], sum(band["customers"] for band in data["bands"])) == (250, 250)
    path, seen = f"/v1/analytics/churn/customers?{DAY}&late=yes&limit=50", []
    while path:
        answer = await regular_client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        seen += answer.json()["data"]
        path = answer.headers.get("link", "").removeprefix("<").partition(">")[0]
    assert len(seen) == data["late"] > 50
    assert all(one["late"] and one["idle_days"] > one["long_gap_days"] for one in seen)
    assert [one["key"] for one in seen] == sorted(one["key"] for one in seen)


async def test_an_answer_that_is_still_right_is_not_sent_again(regular_client: HttpClient) -> None:
    for report in REPORTS:
        path = f"/v1/analytics/{report}?{DAY}"
        seen = {"If-None-Match": (await regular_client.get(path)).headers["etag"]}
        await regular_client.post("/v1/orders", json=an_order(placed_at="2026-06-01T00:00:00Z"))
        assert (await regular_client.get(path, headers=seen)).status == 304


async def test_too_little_data_is_a_refusal_that_says_so(client: HttpClient) -> None:
    await client.post("/v1/orders", json=an_order(placed_at="2026-03-01T00:00:00Z"))
    for report in REPORTS:
        answer = await client.get(f"/v1/analytics/{report}?{DAY}")
        assert (answer.status, answer.code) == (409, "too-little-data")
        assert "needs 10 of them or more with a second purchase day" in answer.json()["detail"]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_bad_parameters_are_all_named(client: HttpClient) -> None:
    answer = await client.get("/v1/analytics/lifetime-value?months=61&discount=2&limit=0&holdout_weeks=x&late=yes")
    assert answer.status == 400
    assert sorted(answer.errors) == [
        ("discount", "out-of-range"),
        ("holdout_weeks", "out-of-range"),
        ("late", "unknown-parameter"),
        ("limit", "out-of-range"),
        ("months", "out-of-range"),
    ]


async def test_an_installation_without_models_says_what_to_install(test_db: StorePorts, services: Services) -> None:
    await put(test_db, regulars())
    bare = AnalyticsService(facts=test_db.purchases, clock=SetClock(), computation=AtOnce(), models=WithoutModels())
    client = HttpClient(create_app(replace(services, analytics=bare), CONFIG))
    for report in REPORTS:
        answer = await client.get(f"/v1/analytics/{report}?{DAY}")
        assert (answer.status, answer.code) == (501, "not-installed")
        assert "install daybook[models]" in answer.json()["detail"]


async def test_a_customer_whole(regular_client: HttpClient) -> None:
    listed = (await regular_client.get(f"/v1/analytics/churn/customers?{DAY}&limit=1")).json()["data"][0]
    answer = await regular_client.get(f"/v1/customers/{listed['id']}/profile?{DAY}&months=6")
    assert answer.status == 200, answer.json()
    found = answer.json()
    assert found["customer"]["reference"] == listed["key"]
    profile = found["analytics"]["data"]
    assert profile["churn"] == listed
    assert profile["value"]["months"] == found["analytics"]["parameters"]["months"] == 6
    rfm = (await regular_client.get(f"/v1/analytics/rfm/customers?{DAY}&limit=1")).json()["data"][0]
    assert profile["rfm"] == rfm
    assert 1 <= len(found["latest_orders"]) <= 5
    days = [one["placed_at"] for one in found["latest_orders"]]
    assert days == sorted(days, reverse=True)
    assert {one["customer_id"] for one in found["latest_orders"]} == {listed["id"]}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_profile_of_nobody_and_bad_parameters(regular_client: HttpClient) -> None:
    customer = regulars().customers[0].id
    bad = await regular_client.get(f"/v1/customers/{customer}/profile?months=0&colour=red")
    assert (bad.status, sorted(bad.errors)) == (400, [("colour", "unknown-parameter"), ("months", "out-of-range")])
    for nobody in ("01997f43-8c00-7000-8000-000000000000", "1"):
        assert (await regular_client.get(f"/v1/customers/{nobody}/profile")).code == "not-found"
    await regular_client.delete(f"/v1/customers/{customer}")
    assert (await regular_client.get(f"/v1/customers/{customer}/profile")).code == "not-found"
