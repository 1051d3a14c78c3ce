"""The first document's five workflows, over HTTP."""

from tests.integration.http.payloads import NO_ID, a_book
from tests.support.builders import isbn
from tests.support.http_client import HttpClient


async def test_complete_crud_workflow(client: HttpClient) -> None:
    made = await client.post("/books", json=a_book())
    path = made.headers["location"]
    assert (await client.get(path)).json()["title"] == "Middlemarch"
    changed = await client.put(path, json={"title": "Romola"}, headers={"If-Match": made.headers["etag"]})
    assert changed.json()["version"] == 2
    assert (await client.get(path)).json() == changed.json()
    assert (await client.delete(path, headers={"If-Match": changed.headers["etag"]})).status == 204
    assert (await client.get(path)).status == 404
    back = await client.post(f"{path}/restore")
    assert back.json()["title"] == "Romola"
    assert (await client.get(path)).json() == back.json()


async def test_multiple_books_management(client: HttpClient) -> None:
    made = [
        (await client.post("/v1/books", json=a_book(isbn=isbn(n).value, title=f"Volume {n}", author=f"A {n % 2}")))
        for n in range(6)
    ]
    assert [one.status for one in made] == [201] * 6
    assert len({one.json()["id"] for one in made}) == 6
    await client.delete(made[0].headers["location"])
    await client.patch(made[1].headers["location"], json={"author": "A 0"})
    page = (await client.get("/v1/books?author=A 0&sort=title&include=total".replace(" ", "%20"))).json()
    assert [one["title"] for one in page["data"]] == ["Volume 1", "Volume 2", "Volume 4"]
    assert page["total"] == 3
    found = (await client.get("/v1/books?q=volume+5")).json()["data"]
    assert [one["title"] for one in found] == ["Volume 5"]


async def test_error_handling_workflow(client: HttpClient) -> None:
    bad = await client.post("/v1/books", json={"title": "", "isbn": "1", "weight": 3})
    assert bad.status == 422
    assert sorted(bad.errors) == [
        ("/author", "required"),
        ("/isbn", "isbn-length"),
        ("/title", "blank"),
        ("/weight", "unknown-field"),
    ]
    made = await client.post("/v1/books", json=a_book())
    path = made.headers["location"]
    assert (await client.post("/v1/books", json=a_book())).code == "isbn-exists"
    assert (await client.put(path, json={"title": None})).errors == [("/title", "wrong-type")]
    assert (await client.put(path, json={"title": "T"}, headers={"If-Match": '"9"'})).code == "stale-version"
    assert (await client.get(f"/v1/books/{NO_ID}")).code == "not-found"
    assert (await client.get(path)).json() == made.json()


async def test_partial_update_workflow(client: HttpClient) -> None:
    price = {"amount": "9.50", "currency": "EUR"}
    made = await client.post("/v1/books", json=a_book(price=price, language="en", categories=["Fiction", "Classics"]))
    path = made.headers["location"]
    steps = [
        ({"language": "de"}, "language", "de"),
        ({"price": None}, "price", None),
        ({"price": {"amount": "0.001", "currency": "JPY"}}, "price", {"amount": "0.001", "currency": "JPY"}),
        ({"categories": ["Fiction"]}, "categories", ["Fiction"]),
        ({"published_date": "1872"}, "published_date", "1872"),
        ({"isbn": "0-306-40615-2"}, "isbn", "9780306406157"),
    ]
    merge = {"Content-Type": "application/merge-patch+json"}
    for place, (body, field, value) in enumerate(steps):
        answer = await client.patch(path, json=body, headers=merge if place % 2 else {})
        assert (answer.status, answer.json()[field]) == (200, value)
    final = (await client.get(path)).json()
    assert (final["version"], final["title"], final["author"]) == (7, "Middlemarch", "George Eliot")


async def test_pagination_workflow(client: HttpClient) -> None:
    for n in range(25):
        await client.post("/v1/books", json=a_book(isbn=isbn(n).value, title=f"Volume {n:02d}"))
    path, seen, pages = "/v1/books?limit=10&sort=-title&q=volume", [], 0
    while path:
        answer = await client.get(path)
        page = answer.json()
        seen += [one["title"] for one in page["data"]]
        pages += 1
        assert page["has_more"] is (pages < 3)
        assert (page["next_cursor"] is None) is (pages == 3)
        link = answer.headers.get("link", "")
        path = link.removeprefix("<").partition(">")[0]
        if pages == 1:
            late = await client.post("/v1/books", json=a_book(isbn=isbn(99).value, title="Volume 99"))
            assert late.status == 201, "what is added before the cursor shifts nothing"
    assert seen == [f"Volume {n:02d}" for n in reversed(range(25))]
