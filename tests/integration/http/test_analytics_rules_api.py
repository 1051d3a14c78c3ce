"""Basket rules and the comparison of two periods over HTTP."""

from tests.integration.http.payloads import a_line, an_order
from tests.support.http_client import HttpClient

MARCH = "from=2026-03-01&as_of=2026-04-01"


async def sell(client: HttpClient, day: str, *skus: str) -> None:
    lines = [a_line(sku=sku, quantity=1, unit_price="10.00") for sku in skus]
    assert (await client.post("/v1/orders", json=an_order(*lines, placed_at=f"{day}T12:00:00Z"))).status == 201


async def test_rules_of_what_is_bought_together(client: HttpClient) -> None:
    for day in (1, 2, 3):
        await sell(client, f"2026-03-0{day}", "PEN", "INK", "MUG")
    await sell(client, "2026-03-09", "PEN")
    answer = (await client.get(f"/v1/analytics/basket-rules?{MARCH}&min_confidence=1&max_length=3")).json()
    assert answer["parameters"]["min_support"] == "0.001"
    data = answer["data"]
    assert (data["n"], data["least_n_ac"], data["items"], data["itemsets"], data["count"]) == (4, 2, 3, 4, 7)
    assert data["rules"][0] == {
        "rank": 1,
        "antecedent": ["INK"],
        "antecedent_names": ["INK"],
        "consequent": "MUG",
        "consequent_name": "MUG",
        "n_a": 3,
        "n_c": 3,
        "n_ac": 3,
        "support": 0.75,
        "confidence": 1.0,
        "lift": 1.33333333333,
        "leverage": 0.1875,
        "conviction": None,
        "zhang": 1.0,
        "jaccard": 1.0,
        "cosine": 1.0,
        "kulczynski": 1.0,
    }
    longest = (await client.get(f"/v1/analytics/basket-rules?{MARCH}&max_length=2")).json()["data"]
    assert {len(one["antecedent"]) for one in longest["rules"]} == {1}


async def test_too_many_sets_of_items_are_refused_with_their_number(client: HttpClient) -> None:
    for day in (1, 2):
        await sell(client, f"2026-03-0{day}", *(f"S{number}" for number in range(18)))
    answer = await client.get(f"/v1/analytics/basket-rules?{MARCH}&max_length=18")
    assert (answer.status, answer.code, answer.errors) == (400, "bad-query", [("min_support", "too-many-itemsets")])
    assert "262,125 sets of items are in 2 baskets or more" in answer.json()["detail"]


async def test_a_month_beside_the_one_before_and_the_year_before(client: HttpClient) -> None:
    await sell(client, "2025-03-05", "PEN", "PEN", "MUG")
    await sell(client, "2026-02-14", "MUG")
    await sell(client, "2026-03-02", "PEN", "INK")
    for against, period, revenue, movers in (
        ("previous", "2026-01-29", ["20.00", "10.00", "10.00", 1.0], ["INK", "MUG", "PEN"]),
        ("year", "2025-03-01", ["20.00", "30.00", "-10.00", -0.333333333333], ["INK", "MUG", "PEN"]),
    ):
        answer = (await client.get(f"/v1/analytics/comparison?{MARCH}&against={against}")).json()
        data = answer["data"]
        assert (data["before"]["start"], answer["parameters"]["against_from"]) == (period, period)
        figure = next(one for one in data["figures"] if one["figure"] == "revenue")
        assert [figure[name] for name in ("value", "before", "change", "relative_change")] == revenue
        assert sorted(one["key"] for one in data["movers"]) == movers
    both = await client.get(f"/v1/analytics/comparison?{MARCH}&against=year&against_from=2025-01-01")
    assert (both.status, both.errors) == (400, [("against", "against-or-days")])
