"""Orders and what comes back of them."""

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import ISBN, NO_ID, a_book, a_customer, a_line, an_order
from tests.support.http_client import HttpClient


async def test_an_order_is_placed_with_exact_amounts(client: HttpClient) -> None:
    book = (await client.post("/v1/books", json=a_book())).json()
    customer = (await client.post("/v1/customers", json=a_customer())).json()
    made = await client.post(
        "/v1/orders",
        json=an_order(
            a_line(sku=ISBN, quantity=3, unit_price="19.99", discount="0.97"),
            a_line(sku="PIN", quantity=1, unit_price="0.001"),
            customer_id=customer["id"],
            shipping="4.90",
            tax="1",
            placed_at="2026-03-01T10:30:00+02:00",
        ),
    )
    assert made.status == 201
    order = made.json()
    assert made.headers["location"] == f"/v1/orders/{order['id']}"
    assert [line["amount"]["amount"] for line in order["lines"]] == ["59.00", "0.001"]
    assert order["lines"][0]["book_id"] == book["id"]
    assert order["lines"][0]["sku"] == book["isbn"]
    assert (order["subtotal"]["amount"], order["total"]["amount"]) == ("59.001", "64.901")
    assert order["placed_at"] == "2026-03-01T08:30:00Z"
    assert (await client.get(made.headers["location"])).json() == order
    listed = (await client.get("/v1/orders")).json()["data"][0]
    assert "lines" not in listed
    assert listed["line_count"] == 2
    assert (await client.get("/v1/orders?expand=lines")).json()["data"][0]["lines"] == order["lines"]


async def test_an_expanded_order_has_a_tag_of_its_own_content(client: HttpClient) -> None:
    customer = (await client.post("/v1/customers", json=a_customer())).headers["location"]
    path = (await client.post("/v1/orders", json=an_order(customer_id=customer.rpartition("/")[2]))).headers["location"]
    plain, expanded = await client.get(path), await client.get(f"{path}?expand=customer")
    assert plain.headers["etag"] == '"1"'
    assert expanded.json()["customer"]["name"] == "Ada Lovelace"
    seen = {"If-None-Match": expanded.headers["etag"]}
    assert (await client.get(f"{path}?expand=customer", headers=seen)).status == 304
    await client.patch(customer, json={"name": "Countess Lovelace"})
    again = await client.get(f"{path}?expand=customer", headers=seen)
    assert (again.status, again.json()["customer"]["name"]) == (200, "Countess Lovelace")
    cancelled = await client.post(f"{path}/cancel", headers={"If-Match": again.headers["etag"]})
    assert (cancelled.status, cancelled.json()["status"]) == (200, "cancelled")


async def test_an_order_is_cancelled_once(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = (await client.post("/v1/orders", json=an_order())).headers["location"]
    assert (await client.post(f"{path}/cancel", headers={"If-Match": '"1"'})).json()["version"] == 2
    async with nothing_written():
        again = await client.post(f"{path}/cancel")
        assert (again.status, again.code) == (409, "order-cancelled")
        back = await client.post(f"{path}/returns", json={"lines": [{"line": 1, "quantity": 1}]})
        assert (back.status, back.code) == (409, "order-cancelled")
        assert (await client.post(f"/v1/orders/{NO_ID}/cancel")).code == "not-found"


async def test_what_comes_back_of_an_order(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = (await client.post("/v1/orders", json=an_order(a_line(quantity=3, unit_price="10")))).headers["location"]
    first = await client.post(
        f"{path}/returns", json={"lines": [{"line": 1, "quantity": 2}]}, headers={"If-Match": '"1"'}
    )
    assert first.status == 201
    assert first.headers["location"] == f"/v1/returns/{first.json()['id']}"
    assert first.json()["total"]["amount"] == "20.00"
    assert (await client.get(first.headers["location"])).json() == first.json()
    assert (await client.get(path)).json()["lines"][0]["returned"] == 2
    async with nothing_written():
        stale = await client.post(
            f"{path}/returns", json={"lines": [{"line": 1, "quantity": 1}]}, headers={"If-Match": '"1"'}
        )
        assert (stale.status, stale.code) == (412, "stale-version")
        much = await client.post(f"{path}/returns", json={"lines": [{"line": 1, "quantity": 2}]})
        assert (much.status, much.code) == (409, "returned-more-than-bought")
        wrong = await client.post(f"{path}/returns", json={"lines": [{"line": 7, "quantity": 1}]})
        assert wrong.errors == [("/lines/0/line", "no-such-line")]
        cancel = await client.post(f"{path}/cancel")
        assert (cancel.status, cancel.code) == (409, "order-has-returns")
    listed = (await client.get(f"{path}/returns")).json()["data"]
    assert [one["id"] for one in listed] == [first.json()["id"]]
    assert (await client.get(f"/v1/orders/{NO_ID}/returns")).code == "not-found"


async def test_a_return_that_stands_alone(client: HttpClient) -> None:
    body = an_order(a_line(quantity=2, unit_price="2.50"), returned_at="2026-03-01T08:00:00Z", reference="R-1")
    made = await client.post("/v1/returns", json=body)
    assert made.status == 201
    assert (made.json()["order_id"], made.json()["total"]["amount"]) == (None, "5.00")
    assert (await client.get(made.headers["location"])).headers["etag"] == '"1"'
    again = await client.post("/v1/returns", json=body)
    assert (again.status, again.errors) == (400, [("/reference", "return-reference-exists")])
    listed = (await client.get("/v1/returns?returned_at[gte]=2026-03-01T00:00:00Z&expand=lines")).json()["data"]
    assert listed == [made.json()]


async def test_a_reference_is_unique_in_its_channel(client: HttpClient, nothing_written: NothingWritten) -> None:
    assert (await client.post("/v1/orders", json=an_order(channel="web", reference="W-1"))).status == 201
    assert (await client.post("/v1/orders", json=an_order(channel="shop", reference="W-1"))).status == 201
    async with nothing_written():
        taken = await client.post("/v1/orders", json=an_order(channel="web", reference="W-1"))
        assert (taken.status, taken.code) == (400, "order-reference-exists")
        nobody = await client.post("/v1/orders", json=an_order(customer_id=NO_ID))
        assert nobody.errors == [("/customer_id", "no-such-customer")]
