"""Lists: limits, cursors, sorts, filters, and what they refuse."""

from urllib.parse import quote

from tests.integration.http.payloads import NO_ID, a_book, a_customer, an_order
from tests.support.builders import isbn
from tests.support.http_client import HttpClient

LISTS = ("/v1/customers", "/customers", "/v1/books", "/books", "/v1/orders", "/v1/returns")


BAD_QUERIES = [
    ("limit=0", "limit", "bad-limit"),
    ("limit=-1", "limit", "bad-limit"),
    ("limit=ten", "limit", "bad-limit"),
    ("limit=", "limit", "bad-limit"),
    ("limit=1.5", "limit", "bad-limit"),
    ("limit=٣", "limit", "bad-limit"),
    ("limit=1&limit=2", "limit", "repeated-parameter"),
    ("cursor=nonsense", "cursor", "bad-cursor"),
    ("cursor=", "cursor", "bad-cursor"),
    ("sort=secret", "sort", "bad-sort"),
    ("sort=created_at,created_at", "sort", "bad-sort"),
    ("include=everything", "include", "unknown-include"),
    ("colour=red", "colour", "unknown-parameter"),
    ("Limit=1", "Limit", "unknown-parameter"),
    ("created_at[gte]=yesterday", "created_at[gte]", "bad-value"),
    ("created_at[like]=2026", "created_at[like]", "unknown-parameter"),
    ("created_at=%00", "created_at", "control-character"),
]


async def test_a_list_refuses_what_it_cannot_answer(client: HttpClient) -> None:
    for path in LISTS:
        for query, name, code in BAD_QUERIES:
            answer = await client.get(f"{path}?{quote(query, safe='=&%[]')}")
            assert (answer.status, answer.code, answer.errors) == (400, "bad-query", [(name, code)]), (path, query)


async def test_all_that_is_wrong_with_a_query_is_named(client: HttpClient) -> None:
    answer = await client.get("/v1/orders?limit=x&colour=red&status=lost&customer_id=1&expand=moon")
    assert sorted(name for name, _ in answer.errors) == ["colour", "customer_id", "expand", "limit", "status"]


async def test_a_query_that_is_no_query_is_refused(client: HttpClient) -> None:
    for query in ("q=%ff", "q=%c3%28", "&".join(f"a{n}=1" for n in range(200))):
        answer = await client.get(f"/v1/books?{query}")
        assert (answer.status, answer.errors) == (400, [("", "malformed-query")])


async def test_more_than_a_hundred_is_a_hundred_and_the_default_is_twenty(client: HttpClient) -> None:
    for n in range(101):
        await client.post("/v1/books", json=a_book(isbn=isbn(n).value))
    assert len((await client.get("/v1/books")).json()["data"]) == 20
    page = (await client.get("/v1/books?limit=999999&include=total")).json()
    assert (len(page["data"]), page["has_more"], page["total"]) == (100, True, 101)
    assert "total" not in (await client.get("/v1/books")).json()


async def test_a_cursor_is_of_one_list_one_filter_and_one_sort(client: HttpClient) -> None:
    for n in range(3):
        await client.post("/v1/books", json=a_book(isbn=isbn(n).value))
        await client.post("/v1/customers", json=a_customer(email=f"ada{n}@example.org"))
    cursor = (await client.get("/v1/books?limit=1")).json()["next_cursor"]
    assert (await client.get(f"/v1/books?limit=2&cursor={cursor}")).status == 200
    for path in (
        f"/v1/customers?cursor={cursor}",
        f"/v1/books?sort=title&cursor={cursor}",
        f"/v1/books?author=George&cursor={cursor}",
        f"/v1/books?include_deleted=true&cursor={cursor}",
        f"/v1/books?cursor={cursor[:-2]}",
        f"/v1/books?cursor={cursor}x",
    ):
        answer = await client.get(path)
        assert (answer.status, answer.errors) == (400, [("cursor", "bad-cursor")]), path


async def test_words_are_found_in_any_case_and_without_accents(client: HttpClient) -> None:
    await client.post("/v1/books", json=a_book(title="Żółć i miód", author="Łucja"))
    for words in ("zolc", "ZOLC miod", "łucja", "9780141439549", "0141439548"):
        found = (await client.get(f"/v1/books?q={quote(words)}")).json()["data"]
        assert [one["title"] for one in found] == ["Żółć i miód"], words
    assert (await client.get("/v1/books?q=zolc+bitter")).json()["data"] == []


async def test_the_link_repeats_the_question(client: HttpClient) -> None:
    for n in range(3):
        await client.post("/v1/books", json=a_book(isbn=isbn(n).value, author="A & B"))
    answer = await client.get("/books?limit=1&author=A%20%26%20B&sort=-title")
    link = answer.headers["link"]
    assert link.startswith("</books?limit=1&author=A+%26+B&sort=-title&cursor=")
    assert link.endswith('>; rel="next"')
    assert answer.json()["next_cursor"] in link
    target = link.removeprefix("<").partition(">")[0]
    assert (await client.get(target)).json()["data"][0]["id"] != answer.json()["data"][0]["id"]


PATHS = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/test-db"),
    ("GET", "/v1/version"),
    ("GET", "/problems"),
    ("GET", "/problems/not-found"),
    ("GET", "/schema/openapi.json"),
    ("GET", "/schema/swagger"),
    ("GET", "/schema/redoc"),
    ("GET", "/schema"),
    ("GET", "/v1/isbn/9780141439549"),
    ("GET", f"/v1/books/{NO_ID}"),
    ("GET", f"/v1/orders/{NO_ID}"),
    ("GET", f"/v1/orders/{NO_ID}/returns"),
    ("GET", f"/v1/returns/{NO_ID}"),
    ("GET", f"/v1/customers/{NO_ID}/orders"),
    ("GET", "/v1/analytics/summary"),
    ("GET", "/v1/analytics/rfm/customers"),
    ("GET", "/v1/analytics/definitions"),
    ("GET", "/v1/analytics/definitions/rfm"),
    ("POST", "/v1/books"),
    ("POST", "/v1/customers"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/returns"),
    ("POST", f"/v1/orders/{NO_ID}/cancel"),
    ("POST", f"/v1/orders/{NO_ID}/returns"),
    ("POST", f"/v1/books/{NO_ID}/restore"),
    ("PUT", f"/v1/books/{NO_ID}"),
    ("PATCH", f"/v1/customers/{NO_ID}"),
    ("DELETE", f"/v1/books/{NO_ID}"),
]


async def test_every_path_refuses_a_parameter_that_it_does_not_have(client: HttpClient) -> None:
    for method, path in PATHS:
        answer = await client.request(method, f"{path}?force=true", json=an_order() if method == "POST" else None)
        assert (answer.status, answer.code) == (400, "bad-query"), path
        assert answer.errors == [("force", "unknown-parameter")], path
