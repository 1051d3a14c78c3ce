"""`expand`: related objects of one level, and what it costs: as many statements for a hundred rows as for one."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from adapters.memory.store import MemoryStore
from adapters.postgres.pool import Pool
from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from tests.integration.http.conftest import CONFIG
from tests.integration.http.payloads import ISBN, OTHER_ISBN, a_book, a_customer, a_line, an_order
from tests.support.every_operation import Described, described, one_of_each
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.postgres_case import postgres_ports
from tests.support.services import services_on

DOCUMENT: dict[str, Any] = json.loads(
    msgspec.json.encode(openapi_document(http_operations(services_on(memory_ports(MemoryStore())), CONFIG), "1"))
)
OPERATIONS = described(DOCUMENT)
OF_SALES, OF_REVIEWS = ("books", "customer", "lines"), ("book", "customer")
EXPANDING = {
    **dict.fromkeys(("get_orders", "get_order", "get_customer_orders"), OF_SALES),
    **dict.fromkeys(("get_returns", "get_return", "get_order_returns"), OF_SALES),
    **dict.fromkeys(("get_reviews", "get_review", "get_book_reviews"), OF_REVIEWS),
}


def expansions(operation: Described) -> tuple[str, ...]:
    return tuple(
        name
        for one in operation.told["parameters"]
        if one["name"] == "expand"
        for name in one["schema"]["items"]["enum"]
    )


def test_lists_and_single_records_expand_alike() -> None:
    assert {one.id: expansions(one) for one in OPERATIONS if expansions(one)} == EXPANDING


async def test_orders_bring_customers_lines_and_books(client: HttpClient) -> None:
    book, other = [(await client.post("/v1/books", json=a_book(isbn=one))).json() for one in (ISBN, OTHER_ISBN)]
    ada = (await client.post("/v1/customers", json=a_customer())).json()
    lines = [a_line(sku=one) for one in (OTHER_ISBN, "GIFTWRAP", ISBN, OTHER_ISBN)]
    order = (await client.post("/v1/orders", json=an_order(*lines, customer_id=ada["id"]))).json()
    bare = (await client.post("/v1/orders", json=an_order(placed_at="2020-01-01T00:00:00Z"))).json()
    await client.delete(f"/v1/books/{book['id']}")
    deleted = (await client.get(f"/v1/books/{book['id']}?include_deleted=true")).json()

    one = (await client.get(f"/v1/orders/{order['id']}?expand=books,customer")).json()
    assert (one["books"], one["customer"]) == ([other, deleted], ada), "each once, in the order of the lines"
    page = (await client.get("/v1/orders?expand=books,customer")).json()["data"]
    assert page[0] == one
    assert (page[1]["books"], page[1]["customer"], page[1]["lines"]) == ([], None, bare["lines"])
    plain = (await client.get("/v1/orders")).json()["data"]
    assert not {"books", "customer", "lines"} & plain[0].keys()
    assert (await client.get(f"/v1/customers/{ada['id']}/orders?expand=books")).json()["data"][0]["books"] == [
        other,
        deleted,
    ]


async def test_returns_bring_customers_lines_and_books(client: HttpClient) -> None:
    book = (await client.post("/v1/books", json=a_book())).json()
    order = (await client.post("/v1/orders", json=an_order(a_line(sku=ISBN)))).json()
    path = f"/v1/orders/{order['id']}/returns"
    back = (await client.post(path, json={"lines": [{"line": 1, "quantity": 1}]})).json()
    one = (await client.get(f"/v1/returns/{back['id']}?expand=customer,books")).json()
    assert one == {**back, "books": [book], "customer": None}
    for target in ("/v1/returns", path):
        assert (await client.get(f"{target}?expand=customer,books")).json()["data"] == [one]


async def test_reviews_bring_the_book_and_the_customer(client: HttpClient) -> None:
    book = (await client.post("/v1/books", json=a_book())).headers["location"]
    ada = (await client.post("/v1/customers", json=a_customer())).json()
    review = (
        await client.post(f"{book}/reviews", json={"customer_id": ada["id"], "rating": 5, "text": "Good."})
    ).json()
    await client.post(f"/v1/reviews/{review['id']}/publish")
    rated = (await client.get(book)).json()
    assert rated["rating"]["count"] == 1
    one = (await client.get(f"/v1/reviews/{review['id']}?expand=customer,book")).json()
    assert (one["book"], one["customer"]) == (rated, ada), "as they are now"
    for target in ("/v1/reviews", f"{book}/reviews"):
        assert (await client.get(f"{target}?expand=book,customer")).json()["data"] == [one]
    assert "customer" not in (await client.get("/v1/reviews?expand=book")).json()["data"][0]


@pytest.mark.parametrize("name", EXPANDING)
async def test_what_cannot_be_brought_is_refused(name: str) -> None:
    client = HttpClient(create_app(services_on(memory_ports(MemoryStore())), CONFIG))
    there = await one_of_each(client, OPERATIONS)
    (operation,) = (one for one in OPERATIONS if one.id == name)
    for text in ("moon", "", "customer,", "customer,moon"):
        answer = await client.get(f"{there.path(operation)}?expand={text}")
        assert (answer.status, [pointer for pointer, _ in answer.errors]) == (400, ["expand"]), text
        assert "must be of: " in answer.json()["errors"][0]["message"]


async def test_an_answer_with_more_in_it_has_another_etag(client: HttpClient) -> None:
    await client.post("/v1/books", json=a_book())
    path = (await client.post("/v1/orders", json=an_order(a_line(sku=ISBN)))).headers["location"]
    plain = (await client.get(path)).headers["etag"]
    more = (await client.get(f"{path}?expand=books")).headers["etag"]
    assert plain != more
    assert (await client.get(f"{path}?expand=books", headers={"If-None-Match": more})).status == 304
    book = (await client.get(f"/v1/isbn/{ISBN}")).json()["id"]
    await client.patch(f"/v1/books/{book}", json={"title": "Romola"})
    again = await client.get(f"{path}?expand=books", headers={"If-None-Match": more})
    assert (again.status, again.json()["books"][0]["title"]) == (200, "Romola")
    assert (await client.get(path, headers={"If-None-Match": plain})).status == 304


# ---- what it costs


@pytest.fixture
async def seen() -> list[str]:
    return []


@pytest.fixture
async def counted(database_url: str, seen: list[str]) -> AsyncIterator[HttpClient]:
    """The application on PostgreSQL; `seen` has the names of its statements."""
    pool = Pool(database_url, observer=lambda name, _sql, _seconds, _error: seen.append(name))
    await pool.open()
    yield HttpClient(create_app(services_on(postgres_ports(pool)), CONFIG))
    await pool.close(2)


async def test_a_page_of_many_is_as_many_statements_as_a_page_of_one(counted: HttpClient, seen: list[str]) -> None:
    first = await one_of_each(counted, OPERATIONS)
    for nth in range(1, 6):
        await one_of_each(counted, OPERATIONS, nth=nth)
    lists = [one for one in OPERATIONS if one.takes("limit") and one.takes("fields")]
    assert {one.id for one in lists} >= {one.id for one in OPERATIONS if one.takes("cursor") and first.reaches(one)} - {
        one.id for one in OPERATIONS if one.told["tags"] == ["analytics"]
    }
    await counted.get("/v1/events")  # whoever reads events first gives the waiting ones their numbers
    rows: dict[str, int] = {}
    for operation in lists:
        asked = f"&expand={','.join(expansions(operation))}" if expansions(operation) else ""
        statements: dict[int, list[str]] = defaultdict(list)
        for limit in (1, 100):
            seen.clear()
            answer = await counted.get(f"{first.path(operation)}?limit={limit}&include=total{asked}")
            # Jobs that were asked for before are told of when it suits.
            statements[limit] = [one for one in seen if one != "jobs.notify"]
            rows[operation.id] = len(answer.json()["data"])
        assert statements[1] == statements[100], operation.id
    assert sum(many > 1 for many in rows.values()) >= 8, rows
    assert min(rows["get_orders"], rows["get_reviews"], rows["get_books"], rows["get_customers"]) >= 6, rows
