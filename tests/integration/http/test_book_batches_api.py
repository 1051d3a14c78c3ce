"""Many books in one request."""

from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import ISBN, NO_ID, OTHER_ISBN, a_book
from tests.support.builders import isbn
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts

PATH = "/v1/books/batch"


def new(number: int, **more: Any) -> dict[str, Any]:
    return {"op": "create", **a_book(isbn=isbn(number).value, title=f"Volume {number}"), **more}


def change(book: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"op": "update", "id": book["id"], **more}


async def sent(client: HttpClient, *rows: Any, **headers: str) -> Any:
    answer = await client.post(PATH, json={"rows": list(rows)}, headers=headers)
    assert answer.status == 200, answer.raw
    result = answer.json()
    assert [one["row"] for one in result["rows"]] == list(range(len(rows)))
    for name in ("created", "updated", "unchanged", "refused"):
        assert result[name] == sum(one["verdict"] == name for one in result["rows"])
    return result


def verdicts(result: Any) -> list[str]:
    return [one["problem"]["code"] if one["verdict"] == "refused" else one["verdict"] for one in result["rows"]]


async def test_good_rows_are_kept_and_bad_ones_told_apart(client: HttpClient, test_db: StorePorts) -> None:
    book = (await client.post("/v1/books", json=a_book())).json()
    gone = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN))).json()
    await client.delete(f"/v1/books/{gone['id']}")
    before = await test_db.watermark()
    result = await sent(
        client,
        new(1, author="Anne Brontë", authors=[{"name": "Anne Brontë"}, {"name": "A Translator", "role": "translator"}]),
        new(2, author="anne bronte"),
        change(book, title="Romola", price={"amount": "9.99", "currency": "GBP"}, version=1),
        new(3, isbn="978-0-14-143954-1", title=" "),
        new(4, isbn=ISBN),
        new(5, isbn=isbn(1).value),
        change(gone, title="x"),
        change({"id": NO_ID}, title="x"),
        change(book, title="Again"),
        {"op": "delete", "id": book["id"]},
        "no object",
        new(6, weight=3),
        new(7, authors=[{"id": NO_ID}]),
    )
    assert verdicts(result) == [
        *("created", "created", "updated", "invalid", "isbn-exists", "isbn-exists", "not-found", "not-found"),
        *("repeated-book", "invalid", "invalid", "invalid", "invalid"),
    ]
    errors = {one["row"]: [(e["pointer"], e["code"]) for e in one["problem"]["errors"]]
              for one in result["rows"] if one["problem"]}  # fmt: skip
    assert errors[3] == [("/title", "blank"), ("/isbn", "isbn-checksum")]
    assert errors[4] == errors[5] == [("/isbn", "isbn-exists")]
    assert (errors[9], errors[10]) == ([("/op", "not-an-option")], [("", "wrong-type")])
    assert (errors[11], errors[12]) == ([("/weight", "unknown-field")], [("/authors/0/id", "no-such-author")])
    first, second, third = result["rows"][:3]
    assert (first["version"], third["id"], third["version"]) == (1, book["id"], 2)
    changed = (await client.get(f"/v1/books/{book['id']}")).json()
    assert (changed["title"], changed["price"]["amount"], changed["version"]) == ("Romola", "9.99", 2)
    made = [(await client.get(f"/v1/books/{one['id']}")).json() for one in (first, second)]
    assert made[0]["authors"][0] == made[1]["authors"][0]
    assert [one["role"] for one in made[0]["authors"]] == ["author", "translator"]
    assert test_db.events is not None
    kinds = [one.event.type for one in (await test_db.events())[before:]]
    assert kinds == ["author.created"] * 2 + ["book.created"] * 2 + ["book.updated"]


async def test_the_same_again_changes_nothing(client: HttpClient, nothing_written: NothingWritten) -> None:
    made = (await client.post("/v1/books", json=a_book())).json()
    async with nothing_written():
        again = await sent(client, change(made, title=made["title"], authors=made["authors"]), new(1, isbn=ISBN))
    assert verdicts(again) == ["unchanged", "isbn-exists"]
    assert (again["rows"][0]["id"], again["rows"][0]["version"]) == (made["id"], 1)


async def test_an_isbn_is_the_first_ones(client: HttpClient) -> None:
    one = (await client.post("/v1/books", json=a_book())).json()
    other = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN))).json()
    result = await sent(
        client, change(one, isbn=isbn(5).value), change(other, isbn=isbn(5).value), new(5), new(6, isbn=ISBN)
    )
    assert verdicts(result) == ["updated", "isbn-exists", "isbn-exists", "isbn-exists"]
    freed = await sent(client, new(6, isbn=ISBN), change(one, version=1), change(other, version=2))
    assert verdicts(freed) == ["created", "stale-version", "stale-version"]


async def test_many_are_changed_at_once(client: HttpClient) -> None:
    made = await sent(client, *[new(n, author=f"Author {n % 7}") for n in range(200)])
    assert made["created"] == 200
    rows = [
        change(one, title=f"New {one['row']}", authors=[{"name": "Somebody New"}] * (one["row"] % 2), pages=7)
        for one in made["rows"]
    ]
    changed = await sent(client, *rows)
    assert changed["updated"] == 200
    assert all(one["version"] == 2 for one in changed["rows"])
    page = (await client.get("/v1/books?sort=isbn&limit=100&include=total")).json()
    assert (page["total"], [one["title"] for one in page["data"][:3]]) == (200, ["New 0", "New 1", "New 2"])
    assert [len(one["authors"]) for one in page["data"][:4]] == [0, 1, 0, 1]
    (author,) = (await client.get("/v1/authors?name=Somebody New")).json()["data"]
    of = (await client.get(f"/v1/authors/{author['id']}/books?include=total&limit=1")).json()
    assert of["total"] == 100


async def test_a_batch_must_have_rows(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        for body, errors in (
            ({"rows": []}, [("/rows", "too-few")]),
            ({"rows": [new(1)] * 1001}, [("/rows", "too-many")]),
            ({}, [("/rows", "required")]),
            ({"rows": {}}, [("/rows", "wrong-type")]),
        ):
            answer = await client.post(PATH, json=body)
            assert (answer.status, answer.errors) == (422, errors)


async def test_sent_again_with_its_key_it_has_one_effect(client: HttpClient) -> None:
    first = await client.post(PATH, json={"rows": [new(1)]}, headers={"Idempotency-Key": "k"})
    again = await client.post(PATH, json={"rows": [new(1)]}, headers={"Idempotency-Key": "k"})
    assert (again.status, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
