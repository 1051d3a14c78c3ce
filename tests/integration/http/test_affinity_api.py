"""What is bought together, over HTTP."""

from tests.integration.http.payloads import a_customer, a_line, an_order
from tests.support.http_client import HttpClient

DAY = "as_of=2026-04-01"
NOBODY = "01997f43-8c00-7000-8000-000000000000"


async def sell(client: HttpClient) -> list[str]:
    """Three customers: the first bought a and b at once, the second a and b on two days, the third b and c."""
    ids = []
    for number, orders in enumerate(((("a", "b"),), (("a",), ("b",)), (("b", "c"),)), start=1):
        made = await client.post(
            "/v1/customers", json=a_customer(email=f"c{number}@example.org", reference=f"K-{number}")
        )
        ids.append(made.json()["id"])
        for skus in orders:
            lines = [a_line(sku=sku, unit_price="10.00") for sku in skus]
            order = an_order(*lines, customer_id=ids[-1], placed_at="2026-03-02T12:00:00Z")
            assert (await client.post("/v1/orders", json=order)).status == 201
    return ids


async def test_affinity(client: HttpClient) -> None:
    await sell(client)
    baskets = (await client.get(f"/v1/analytics/affinity?{DAY}&min_count=1")).json()
    assert baskets["parameters"]["min_support"] == "0"
    assert (baskets["data"]["n"], baskets["data"]["count"]) == (4, 2)
    assert [(one["a"], one["b"], one["n_ab"]) for one in baskets["data"]["pairs"]] == [("a", "b", 1), ("b", "c", 1)]
    query = f"{DAY}&unit=customer&min_count=1&min_confidence=0.500&sort=lift&limit=1"
    customers = (await client.get(f"/v1/analytics/affinity?{query}")).json()
    assert customers["parameters"]["min_confidence"] == "0.5"
    (pair,) = customers["data"]["pairs"]
    assert (customers["data"]["n"], customers["data"]["count"], pair["lift"]) == (3, 2, 1.0)
    assert (pair["confidence_ab"], pair["confidence_ba"]) == (1.0, 0.666666666667)
    assert (pair["conviction_ab"], pair["conviction_ba"]) == (None, 1.0)


async def test_similar_products(client: HttpClient) -> None:
    await sell(client)
    data = (await client.get(f"/v1/analytics/similar-products?{DAY}&product=b")).json()["data"]
    assert [(one["similar"], one["both"], one["cosine"]) for one in data["items"]] == [
        ("a", 2, 0.816496580928),
        ("c", 1, 0.57735026919),
    ]
    every = (await client.get(f"/v1/analytics/similar-products?{DAY}&limit=1")).json()["data"]
    assert [(one["key"], one["similar"]) for one in every["items"]] == [("a", "b"), ("b", "a"), ("c", "b")]


async def test_recommendations_are_kept_by_nobody(client: HttpClient) -> None:
    ids = await sell(client)
    answer = await client.get(f"/v1/analytics/recommendations?{DAY}&customer={ids[0]}")
    assert answer.headers["cache-control"] == "no-store"
    (item,) = answer.json()["data"]["items"]
    assert (item["key"], item["basis"], item["score"]) == ("c", "similar", 0.57735026919)
    assert [one["key"] for one in item["because"]] == ["b"]
    anybody = (await client.get(f"/v1/analytics/recommendations?{DAY}&limit=2")).json()["data"]
    assert [(one["key"], one["basis"], one["customers"]) for one in anybody["items"]] == [
        ("b", "popular", 3),
        ("a", "popular", 2),
    ]


async def test_what_cannot_be_asked(client: HttpClient) -> None:
    await sell(client)
    for query, problem in (
        ("affinity?unit=order", ("unit", "unknown-choice")),
        ("affinity?min_support=1.1", ("min_support", "out-of-range")),
        ("affinity?min_lift=1e3", ("min_lift", "out-of-range")),
        ("affinity?min_count=0", ("min_count", "out-of-range")),
        ("similar-products?limit=101", ("limit", "out-of-range")),
        ("recommendations?customer=K-1", ("customer", "bad-id")),
        (f"recommendations?customer={NOBODY}", ("customer", "unknown-customer")),
    ):
        answer = await client.get(f"/v1/analytics/{query}")
        assert (answer.status, answer.errors) == (400, [problem]), query
