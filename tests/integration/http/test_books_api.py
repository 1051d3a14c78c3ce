"""The first document's eleven tests of books, over HTTP."""

import re

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import ISBN, NO_ID, OTHER_ISBN, a_book
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts


async def test_health_check(client: HttpClient) -> None:
    for path in ("/health", "/health/live", "/health/ready", "/test-db"):
        answer = await client.get(path)
        assert answer.status == 200
        assert answer.json()["status"] == "ok"
    assert [store["ok"] for store in (await client.get("/test-db")).json()["stores"]] == [True]


async def test_create_book(client: HttpClient, test_db: StorePorts) -> None:
    answer = await client.post(
        "/v1/books",
        json=a_book(
            description="A study of provincial life.",
            language="en",
            price={"amount": "19.99", "currency": "EUR"},
            categories=["Fiction"],
        ),
    )
    assert answer.status == 201
    book = answer.json()
    assert answer.headers["location"] == f"/v1/books/{book['id']}"
    assert re.fullmatch('"1-[0-9a-f]{16}"', answer.headers["etag"])
    assert book["isbn"] == "9780141439549"
    assert book["isbn10"] == "0141439548"
    assert book["price"] == {"amount": "19.99", "currency": "EUR"}
    assert book["version"] == 1
    assert book["created_by"] == "anonymous"
    assert book["created_at"] == book["updated_at"]
    assert book["created_at"].endswith("Z")
    assert book["deleted_at"] is None
    again = await client.get(answer.headers["location"])
    assert (again.json(), again.headers["etag"]) == (book, answer.headers["etag"])
    assert test_db.events is not None
    kept = [(one.event.type, one.request_id) for one in await test_db.events()]
    assert kept == [("author.created", "req-1"), ("book.created", "req-1")]
    assert [(one["name"], one["role"]) for one in book["authors"]] == [("George Eliot", "author")]


async def test_create_book_duplicate_isbn(client: HttpClient, nothing_written: NothingWritten) -> None:
    assert (await client.post("/v1/books", json=a_book())).status == 201
    async with nothing_written():
        for form in ("9780141439549", "0-14-143954-8"):
            answer = await client.post("/v1/books", json=a_book(isbn=form, title="Another"))
            assert answer.status == 400
            assert answer.json()["detail"] == "ISBN exists"
            assert answer.code == "isbn-exists"
            assert answer.errors == [("/isbn", "isbn-exists")]


async def test_get_all_books(client: HttpClient) -> None:
    assert (await client.get("/v1/books")).json() == {"data": [], "has_more": False, "next_cursor": None}
    await client.post("/v1/books", json=a_book())
    await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN, title="Another"))
    for path in ("/v1/books", "/books"):
        page = (await client.get(f"{path}?sort=title")).json()
        assert [book["title"] for book in page["data"]] == ["Another", "Middlemarch"]


async def test_get_book_by_id(client: HttpClient) -> None:
    created = await client.post("/v1/books", json=a_book())
    made = created.json()
    for path in (f"/v1/books/{made['id']}", f"/books/{made['id']}", f"/v1/isbn/{ISBN}", "/v1/isbn/0141439548"):
        answer = await client.get(path)
        assert (answer.status, answer.json()) == (200, made)
        assert answer.headers["etag"] == created.headers["etag"]


async def test_get_book_by_id_not_found(client: HttpClient) -> None:
    for name in (NO_ID, "1", "abc", NO_ID.replace("-", ""), f"{{{NO_ID}}}", "%00", "%F0%9F%93%9A", "x" * 5000):
        answer = await client.get(f"/v1/books/{name}")
        assert (answer.status, answer.code) == (404, "not-found")
    for isbn in ("978-0-14-143954-9", "no-isbn", "9790000000000"):
        assert (await client.get(f"/v1/isbn/{isbn}")).code == "not-found"


async def test_update_book(client: HttpClient) -> None:
    made = (await client.post("/v1/books", json=a_book())).json()
    for number, method in enumerate(("PUT", "PATCH"), start=2):
        answer = await client.request(method, f"/v1/books/{made['id']}", json={"title": f"Title {number}"})
        assert answer.status == 200
        assert answer.headers["etag"].startswith(f'"{number}-')
        changed = answer.json()
        assert changed["title"] == f"Title {number}"
        assert {**changed, "title": "", "version": 0, "updated_at": ""} == {
            **made,
            "title": "",
            "version": 0,
            "updated_at": "",
        }
    same = await client.put(f"/v1/books/{made['id']}", json={"title": "Title 3"})
    assert same.headers["etag"] == answer.headers["etag"], "a change to what it is already changes nothing"


async def test_update_book_not_found(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        for name in (NO_ID, "1"):
            for method in ("PUT", "PATCH"):
                assert (await client.request(method, f"/v1/books/{name}", json={"title": "T"})).code == "not-found"


async def test_delete_book(client: HttpClient) -> None:
    made = (await client.post("/v1/books", json=a_book())).json()
    path = f"/v1/books/{made['id']}"
    answer = await client.delete(path)
    assert (answer.status, answer.raw) == (204, b"")
    assert (await client.get(path)).code == "not-found"
    assert (await client.get(f"/v1/isbn/{ISBN}")).code == "not-found"
    assert (await client.get("/v1/books")).json()["data"] == []
    assert (await client.get(f"{path}?include_deleted=true")).json()["deleted_at"] is not None
    assert len((await client.get("/v1/books?include_deleted=true")).json()["data"]) == 1
    restored = await client.post(f"{path}/restore")
    assert (restored.status, restored.json()["deleted_at"]) == (200, None)
    assert (await client.post(f"{path}/restore", json={})).code == "not-deleted"


async def test_delete_book_not_found(client: HttpClient, nothing_written: NothingWritten) -> None:
    made = (await client.post("/v1/books", json=a_book())).json()
    await client.delete(f"/v1/books/{made['id']}")
    async with nothing_written():
        for name in (made["id"], NO_ID, "1"):
            assert (await client.delete(f"/v1/books/{name}")).code == "not-found"


async def test_create_book_invalid_isbn(client: HttpClient, nothing_written: NothingWritten) -> None:
    refused = {
        "978-0-14-143954-1": "isbn-checksum",
        "0-306-40615-3": "isbn-checksum",
        "97801414395": "isbn-length",
        "abcdefghij": "isbn-characters",
        "9770141439549": "isbn-prefix",
        "9790000000000": "isbn-prefix",
        "0000000000": "isbn-zero",
        "9780000000002": "isbn-zero",
    }
    async with nothing_written():
        for isbn, code in refused.items():
            answer = await client.post("/v1/books", json=a_book(isbn=isbn))
            assert answer.status == 422
            assert answer.errors == [("/isbn", code)], isbn
