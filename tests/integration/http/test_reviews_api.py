"""Reviews over HTTP."""

from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, OTHER_ISBN, a_book, a_customer
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts

SECRET = "Nobody-but-me-wrote-this"


async def made(client: HttpClient) -> tuple[str, str]:
    book = (await client.post("/v1/books", json=a_book())).json()["id"]
    return book, (await client.post("/v1/customers", json=a_customer())).json()["id"]


def a_review(book: str, customer: str, **changed: Any) -> dict[str, Any]:
    return {"book_id": book, "customer_id": customer, "rating": 4, "text": "Line one.\nLine two.", **changed}


async def rating(client: HttpClient, book: str) -> Any:
    return (await client.get(f"/v1/books/{book}")).json()["rating"]


async def test_one_is_written_published_rejected_and_put_away(client: HttpClient) -> None:
    book, customer = await made(client)
    answer = await client.post("/v1/reviews", json=a_review(book, customer, title=" Long ", language="EN"))
    review = answer.json()
    path = f"/v1/reviews/{review['id']}"
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, path, '"1"')
    assert (review["status"], review["title"], review["language"], review["reason"]) == ("pending", "Long", "en", None)
    assert await rating(client, book) == {"count": 0, "average": None}

    answer = await client.post(f"{path}/publish", headers={"If-Match": '"1"'})
    assert (answer.status, answer.json()["status"], answer.headers["etag"]) == (200, "published", '"2"')
    assert await rating(client, book) == {"count": 1, "average": "4.00"}
    assert (await client.post(f"{path}/publish")).code == "review-decided"
    assert (await client.post(f"{path}/publish", headers={"If-Match": '"1"'})).status == 412

    answer = await client.post(f"{path}/reject", json={"reason": "not of the book"})
    assert (answer.json()["status"], answer.json()["reason"]) == ("rejected", "not of the book")
    assert (await client.post(f"{path}/reject")).status == 409
    assert (await client.post(f"{path}/publish")).json()["reason"] is None

    changed = (await client.patch(path, json={"rating": 2})).json()
    assert (changed["status"], await rating(client, book)) == ("published", {"count": 1, "average": "2.00"})
    changed = (await client.put(path, json={"text": "New words."})).json()
    assert (changed["status"], await rating(client, book)) == ("pending", {"count": 0, "average": None})

    await client.post(f"{path}/publish")
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404
    assert await rating(client, book) == {"count": 0, "average": None}
    assert (await client.post(f"{path}/restore")).json()["status"] == "published"
    assert await rating(client, book) == {"count": 1, "average": "2.00"}


async def test_the_reviews_of_a_book(client: HttpClient) -> None:
    book, customer = await made(client)
    other = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN))).json()["id"]
    await client.post("/v1/reviews", json=a_review(other, customer))
    new = {"customer_id": customer, "rating": 5, "text": "Good."}
    answer = await client.post(f"/v1/books/{book}/reviews", json=new)
    review = answer.json()
    assert (answer.status, answer.headers["location"]) == (201, f"/v1/reviews/{review['id']}")
    page = (await client.get(f"/v1/books/{book}/reviews?status=pending")).json()
    assert [one["id"] for one in page["data"]] == [review["id"]]
    assert len((await client.get("/v1/reviews?rating[gte]=4&sort=-rating")).json()["data"]) == 2
    assert (await client.get(f"/v1/books/{book}/reviews?book_id={other}")).errors == [("book_id", "unknown-parameter")]
    for path in (f"/v1/books/{NO_ID}/reviews", "/v1/books/none/reviews"):
        assert (await client.get(path)).status == 404
        assert (await client.post(path, json=new)).status == 404
    assert (await client.get("/v1/reviews?rating=6")).errors == [("rating", "out-of-range")]
    assert (await client.get("/v1/reviews?rating=many&status=lost")).errors == [
        ("rating", "bad-value"),
        ("status", "bad-value"),
    ]


async def test_what_is_wrong_is_named_and_nothing_is_written(
    client: HttpClient, nothing_written: NothingWritten
) -> None:
    book, customer = await made(client)
    async with nothing_written():
        answer = await client.post(
            "/v1/reviews", json=a_review(book, customer, rating=6, title="", text="\x00", likes=1)
        )
        assert answer.status == 422
        assert sorted(answer.errors) == [
            ("/likes", "unknown-field"),
            ("/rating", "out-of-range"),
            ("/text", "control-character"),
            ("/title", "blank"),
        ]
        answer = await client.post("/v1/reviews", json=a_review(NO_ID, NO_ID, title=" ", language="english please"))
        assert answer.errors == [
            ("/title", "blank"),
            ("/language", "invalid-language"),
            ("/book_id", "no-such-book"),
            ("/customer_id", "no-such-customer"),
        ]
        for wrong in ({"rating": "5"}, {"rating": 4.5}, {"rating": None}, {"text": None}, {"rating": True}):
            assert (await client.post("/v1/reviews", json=a_review(book, customer, **wrong))).status == 422
        assert (await client.post("/v1/reviews", json={"rating": 5})).errors == [
            ("/book_id", "required"),
            ("/customer_id", "required"),
            ("/text", "required"),
        ]
        answer = await client.post(f"/v1/reviews/{NO_ID}/reject", json={"reason": "x" * 501})
        assert answer.status == 422
        for verb in ("publish", "reject", "restore"):
            assert (await client.post(f"/v1/reviews/{NO_ID}/{verb}")).status == 404


async def test_a_second_review_of_a_book_is_refused(client: HttpClient, nothing_written: NothingWritten) -> None:
    book, customer = await made(client)
    await client.post("/v1/reviews", json=a_review(book, customer))
    async with nothing_written():
        answer = await client.post("/v1/reviews", json=a_review(book, customer))
        assert (answer.status, answer.code, answer.errors) == (
            400,
            "review-exists",
            [("/customer_id", "review-exists")],
        )


async def test_what_a_person_wrote_is_in_no_event(client: HttpClient, test_db: StorePorts) -> None:
    book, customer = await made(client)
    review = (await client.post("/v1/reviews", json=a_review(book, customer, title=SECRET, text=SECRET))).json()
    path = f"/v1/reviews/{review['id']}"
    await client.patch(path, json={"text": f"{SECRET}!"})
    await client.post(f"{path}/reject", json={"reason": SECRET})
    assert test_db.events is not None
    events = [kept for kept in await test_db.events() if kept.event.aggregate == "review"]
    assert [kept.event.type for kept in events] == ["review.created", "review.updated", "review.rejected"]
    assert {kept.request_id for kept in events} == {"req-1"}
    assert SECRET not in repr(events)
