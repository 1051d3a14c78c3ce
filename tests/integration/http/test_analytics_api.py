"""Analytics over HTTP: answers, their tags, and what is refused."""

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import a_customer, a_line, an_order
from tests.support.http_client import HttpClient

REPORTS = (
    "summary",
    "revenue",
    "top-products",
    "rfm",
    "rfm/customers",
    "repeat-rate",
    "interpurchase",
    "cohorts",
    "pareto",
    "affinity",
    "similar-products",
    "recommendations",
    "basket-rules",
    "comparison",
)
DAY = "as_of=2026-04-01"


async def sell(client: HttpClient) -> None:
    """Three customers, five orders."""
    for number, days in enumerate(((1, 9), (2,), (3, 20)), start=1):
        made = await client.post(
            "/v1/customers", json=a_customer(email=f"c{number}@example.org", reference=f"K-{number}")
        )
        for day in days:
            order = an_order(
                a_line(quantity=number, unit_price="10.00"),
                customer_id=made.json()["id"],
                placed_at=f"2026-03-{day:02d}T12:00:00Z",
            )
            assert (await client.post("/v1/orders", json=order)).status == 201


async def test_a_summary_has_all_that_it_takes_to_check_it(client: HttpClient) -> None:
    await sell(client)
    answer = (await client.get(f"/v1/analytics/summary?{DAY}&currency=EUR")).json()
    assert (answer["report"], answer["definition"]["name"]) == ("summary", "summary")
    assert answer["parameters"]["as_of"] == answer["as_of"] == "2026-04-01"
    assert answer["answer_digest"].startswith("sha256:")
    assert answer["watermark"] == 8
    data = answer["data"]
    assert (data["customers"], data["orders"], data["units"], data["revenue"]) == (3, 5, 10, "100.00")


async def test_revenue_products_and_rfm(client: HttpClient) -> None:
    await sell(client)
    revenue = (await client.get(f"/v1/analytics/revenue?period=month&from=2026-03-01&{DAY}")).json()["data"]
    assert [(one["orders"], one["revenue"]) for one in revenue["periods"]] == [(5, "100.00")]
    top = (await client.get(f"/v1/analytics/top-products?{DAY}")).json()["data"]
    assert "BOOKMARK-01" in str(top)
    for method in ("quantile", "ntile", "rank"):
        rfm = (await client.get(f"/v1/analytics/rfm?method={method}&{DAY}")).json()["data"]
        assert (rfm["method"], rfm["customers"]) == (method, 3)
        assert sum(cell["customers"] for cell in rfm["cells"]) == 3


async def test_how_customers_come_again(client: HttpClient) -> None:
    await sell(client)
    rate = (await client.get(f"/v1/analytics/repeat-rate?{DAY}")).json()["data"]
    assert (rate["customers"], rate["repeat_customers"], rate["repeat_rate"]) == (3, 2, 0.666666666667)
    gaps = (await client.get(f"/v1/analytics/interpurchase?{DAY}&bin_days=10")).json()["data"]
    assert (gaps["customers"], gaps["gaps"], gaps["mean_days"], gaps["median_days"]) == (2, 2, 12.5, 12.5)
    assert [(one["first_days"], one["last_days"], one["gaps"]) for one in gaps["histogram"]] == [
        (1, 10, 1),
        (11, 20, 1),
    ]


async def test_cohorts(client: HttpClient) -> None:
    await sell(client)
    weeks = (await client.get("/v1/analytics/cohorts?period=week&as_of=2026-03-23")).json()["data"]
    assert [(one["start"], one["customers"]) for one in weeks["cohorts"]] == [("2026-02-23", 1), ("2026-03-02", 2)]
    cells = [cell for cell in weeks["cells"] if cell["cohort"] == "2026-03-02"]
    assert [(one["start"], one["customers"], one["rate"], one["cumulative_revenue"]) for one in cells] == [
        ("2026-03-02", 2, 1.0, "50.00"),
        ("2026-03-09", 0, 0.0, "50.00"),
        ("2026-03-16", 1, 0.5, "80.00"),
    ]
    assert (await client.get("/v1/analytics/cohorts?period=day")).errors == [("period", "unknown-choice")]


async def test_pareto_by_customer_and_kept_by_nobody(client: HttpClient) -> None:
    await sell(client)
    answer = await client.get(f"/v1/analytics/pareto?{DAY}&by=customer&limit=2")
    data = answer.json()["data"]
    assert [(one["key"], one["revenue"], one["abc"]) for one in data["items"]] == [
        ("K-3", "60.00", "A"),
        ("K-1", "20.00", "A"),
    ]
    assert all(one["id"] for one in data["items"])
    assert [(one["abc"], one["items"]) for one in data["classes"]] == [("A", 2), ("B", 1), ("C", 0)]
    # (4 x 100 - 2 (60 + 2 x 20 + 3 x 20)) / (3 x 100)
    assert (data["count"], data["top_20_percent_share"], data["gini"]) == (3, 0.6, 0.266666666667)
    assert answer.headers["cache-control"] == "no-store"


async def test_the_customers_behind_rfm_come_in_pages(client: HttpClient) -> None:
    await sell(client)
    path, seen = f"/v1/analytics/rfm/customers?limit=2&{DAY}", []
    while path:
        answer = await client.get(path)
        seen += [one["key"] for one in answer.json()["data"]]
        path = answer.headers.get("link", "").removeprefix("<").partition(">")[0]
    assert seen == ["K-1", "K-2", "K-3"]


async def test_an_answer_that_is_still_right_is_not_sent_again(client: HttpClient) -> None:
    await sell(client)
    for report in REPORTS:
        path = f"/v1/analytics/{report}?{DAY}"
        first = await client.get(path)
        seen = {"If-None-Match": first.headers["etag"]}
        assert first.headers["etag"].startswith('W/"')
        assert (await client.get(path, headers=seen)).status == 304
        await client.post("/v1/orders", json=an_order(placed_at="2026-05-01T00:00:00Z"))
        assert (await client.get(path, headers=seen)).status == 304, "what is after as_of changes nothing"
        another = await client.get(f"/v1/analytics/{report}?as_of=2026-03-02", headers=seen)
        assert another.status == 200
    customer = await client.post("/v1/customers", json=a_customer(email="new@example.org"))
    order = an_order(placed_at="2026-03-31T23:59:59Z", customer_id=customer.json()["id"])
    before = await client.get(f"/v1/analytics/rfm?{DAY}")
    await client.post("/v1/orders", json=order)
    after = await client.get(f"/v1/analytics/rfm?{DAY}", headers={"If-None-Match": before.headers["etag"]})
    assert after.status == 200


async def test_a_question_that_cannot_be_asked_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    await sell(client)
    await client.post("/v1/orders", json=an_order(currency="USD"))
    async with nothing_written():
        for query, name in (
            ("", "currency"),
            ("currency=XXX", "currency"),
            ("as_of=2026-02-30", "as_of"),
            ("as_of=10000-01-01", "as_of"),
            ("tz=Mars/Olympus", "tz"),
            ("returns=maybe", "returns"),
            ("colour=red", "colour"),
            ("currency=EUR&currency=USD", "currency"),
            ("currency=EUR&from=2026-04-01&as_of=2026-03-01", "from"),
        ):
            for report in REPORTS:
                answer = await client.get(f"/v1/analytics/{report}?{query}")
                assert (answer.status, answer.code) == (400, "bad-query"), query
                assert name in [pointer for pointer, _ in answer.errors], (query, answer.errors)
        bad = await client.get("/v1/analytics/rfm/customers?currency=EUR&cursor=nonsense&")
        assert bad.errors == [("cursor", "bad-cursor")]
        segment = await client.get("/v1/analytics/rfm/customers?currency=EUR&segment=NOBODY")
        assert segment.errors == [("segment", "unknown-segment")]


async def test_what_a_report_means_can_be_read(client: HttpClient) -> None:
    every = (await client.get("/v1/analytics/definitions")).json()["data"]
    assert [one["report"] for one in every] == [
        "summary",
        "revenue",
        "top-products",
        "rfm",
        "repeat-rate",
        "interpurchase",
        "cohorts",
        "pareto",
        "affinity",
        "similar-products",
        "recommendations",
        "basket-rules",
        "comparison",
        "lifetime-value",
        "churn",
        "rfm-customers",
        "churn-customers",
        "customer-profile",
    ]
    for one in every:
        assert (await client.get(f"/v1/analytics/definitions/{one['report']}")).json() == one
        assert one["words"]
        assert one["formula"]
        assert one["source"]
    assert (await client.get("/v1/analytics/definitions/horoscope")).code == "not-found"
    assert (await client.get("/v1/analytics/horoscope")).code == "no-such-path"
