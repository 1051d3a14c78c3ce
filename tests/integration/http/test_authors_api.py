"""Authors over HTTP, and what books say of them."""

from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import ISBN, NO_ID, OTHER_ISBN, a_book
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts

THIRD_ISBN = "9791090636071"


async def entered(client: HttpClient, name: str, **more: Any) -> str:
    answer = await client.post("/v1/authors", json={"name": name, **more})
    assert answer.status == 201, answer.raw
    return str(answer.json()["id"])


async def names(client: HttpClient, path: str = "/v1/authors?sort=name") -> list[str]:
    return [one["name"] for one in (await client.get(path)).json()["data"]]


async def credits_of(client: HttpClient, book: str) -> list[tuple[str, str]]:
    return [(one["name"], one["role"]) for one in (await client.get(book)).json()["authors"]]


async def test_one_is_entered_changed_put_away_and_brought_back(client: HttpClient) -> None:
    answer = await client.post(
        "/v1/authors", json={"name": " George Eliot ", "other_names": ["Mary Ann Evans"], "born": "1819-11-22"}
    )
    author = answer.json()
    path = f"/v1/authors/{author['id']}"
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, path, '"1"')
    assert (author["name"], author["sort_name"], author["died"], author["merged_into"]) == (
        "George Eliot",
        "Eliot, George",
        None,
        None,
    )
    assert (await client.get(path)).json() == author
    assert (await client.get(f"/authors/{author['id']}", headers={"If-None-Match": '"1"'})).status == 304
    changed = (await client.patch(path, json={"name": "Marian Lewes", "died": "1880"})).json()
    assert (changed["sort_name"], changed["died"], changed["version"]) == ("Lewes, Marian", "1880", 2)
    changed = (await client.put(path, json={"sort_name": "Eliot"})).json()
    assert (await client.patch(path, json={"name": "X Y"})).json()["sort_name"] == "Eliot", "one that was given stays"
    assert (await client.patch(path, json={"sort_name": None})).json()["sort_name"] == "Y, X"
    assert (await client.patch(path, json={}, headers={"If-Match": '"1"'})).status == 412
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).code == "not-found"
    assert (await client.get(f"{path}?include_deleted=true")).json()["deleted_at"] is not None
    assert (await client.post(f"{path}/restore")).json()["deleted_at"] is None


async def test_what_is_wrong_is_named(client: HttpClient, nothing_written: NothingWritten) -> None:
    author = await entered(client, "J.K. Rowling")
    async with nothing_written():
        answer = await client.post("/v1/authors", json={"name": " ", "born": "1819-13", "other_names": ["x", ""]})
        assert answer.errors == [("/name", "blank"), ("/other_names/1", "blank"), ("/born", "invalid-date")]
        answer = await client.post("/v1/authors", json={"name": "x", "born": "1900", "died": "1899-12-31"})
        assert answer.errors == [("/died", "died-before-birth")]
        answer = await client.post("/v1/authors", json={"name": "j k ROWLING"})
        assert (answer.status, answer.code, answer.errors) == (400, "author-exists", [("/name", "author-exists")])
        for body, code in ({"from_id": author}, "same-author"), ({"from_id": NO_ID}, "no-such-author"):
            answer = await client.post(f"/v1/authors/{author}/merge", json=body)
            assert (answer.status, answer.errors) == (422, [("/from_id", code)])
        assert (await client.post(f"/v1/authors/{author}/merge")).errors == [("/from_id", "required")]
        assert (await client.post(f"/v1/authors/{author}/unmerge")).code == "not-merged"
        assert (await client.get(f"/v1/authors/{NO_ID}/books")).code == "not-found"
        assert (await client.get(f"/v1/authors/{author}/books?author_id={author}")).errors == [
            ("author_id", "unknown-parameter")
        ]


async def test_a_printed_name_finds_an_author_or_makes_one(client: HttpClient, test_db: StorePorts) -> None:
    first = (await client.post("/v1/books", json=a_book())).json()
    (author,) = first["authors"]
    assert (author["name"], author["role"]) == ("George Eliot", "author")
    second = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN, author="george éliot."))).json()
    assert (second["author"], second["authors"]) == ("george éliot.", [author])
    assert await names(client) == ["George Eliot"]
    assert test_db.events is not None
    assert [one.event.type for one in await test_db.events()] == ["author.created", "book.created", "book.created"]
    found = (await client.get(f"/v1/authors/{author['id']}/books?sort=isbn")).json()["data"]
    assert [one["isbn"] for one in found] == ["9780141439549", "9780306406157"]
    assert len((await client.get(f"/v1/books?author_id={author['id']}")).json()["data"]) == 2


async def test_authors_may_be_named_by_id_name_and_role(client: HttpClient) -> None:
    eliot = await entered(client, "George Eliot")
    body = a_book(authors=[{"id": eliot}, {"name": "A. Byatt", "role": "editor"}])
    del body["author"]
    book = (await client.post("/v1/books", json=body)).json()
    assert book["author"] == "George Eliot"
    assert [(one["name"], one["role"]) for one in book["authors"]] == [
        ("George Eliot", "author"),
        ("A. Byatt", "editor"),
    ]
    assert await names(client) == ["A. Byatt", "George Eliot"]
    path = f"/v1/books/{book['id']}"
    same = await client.put(path, json={"authors": book["authors"]})
    assert same.json()["version"] == 1, "what was read can be sent back"
    changed = (await client.patch(path, json={"author": "Charlotte Brontë"})).json()
    assert (changed["author"], await credits_of(client, path)) == (
        "Charlotte Brontë",
        [("Charlotte Brontë", "author"), ("A. Byatt", "editor")],
    )
    changed = (await client.patch(path, json={"author_ids": [eliot]})).json()
    assert (changed["author"], await credits_of(client, path)) == ("George Eliot", [("George Eliot", "author")])
    await client.patch(path, json={"author": "as printed", "author_ids": [eliot]})
    changed = (await client.patch(path, json={"authors": [{"name": "A. Byatt"}]})).json()
    assert (changed["author"], await credits_of(client, path)) == ("as printed", [("A. Byatt", "author")])
    assert (await client.patch(path, json={"authors": []})).json()["authors"] == []


async def test_bad_credits_are_named_one_by_one(client: HttpClient, nothing_written: NothingWritten) -> None:
    bodies: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"author_ids": [NO_ID]}, [("/author_ids/0", "no-such-author")]),
        ({"authors": [{"id": NO_ID}, {"id": NO_ID, "role": "editor"}]}, [
            ("/authors/0/id", "no-such-author"), ("/authors/1/id", "no-such-author")]),
        ({"authors": [{"role": "editor"}]}, [("/authors/0", "id-or-name")]),
        ({"authors": [{"name": "A"}, {"name": "A"}]}, [("/authors/1/name", "repeated")]),
        ({"authors": [{"name": " "}]}, [("/authors/0/name", "blank")]),
        ({"authors": [{"name": "A", "role": "friend"}]}, [("/authors/0/role", "not-an-option")]),
        ({"authors": [{"name": "A"}], "author_ids": [NO_ID]}, [("/author_ids", "authors-twice")]),
    ]  # fmt: skip
    async with nothing_written():
        for more, errors in bodies:
            answer = await client.post("/v1/books", json=a_book(**more))
            assert (answer.status, answer.errors) == (422, errors), more
        body = a_book(isbn="0000000000")
        del body["author"]
        answer = await client.post("/v1/books", json={**body, "authors": []})
        assert sorted(answer.errors) == [("/author", "required"), ("/isbn", "isbn-zero")]
        assert (await client.post("/v1/books", json={"title": "T", "isbn": ISBN})).errors == [("/author", "required")]


async def test_a_rename_reaches_the_books_and_their_tags(client: HttpClient) -> None:
    made = await client.post("/v1/books", json=a_book())
    path, tag = made.headers["location"], made.headers["etag"]
    author = made.json()["authors"][0]["id"]
    await client.patch(f"/v1/authors/{author}", json={"name": "Mary Ann Evans"})
    seen = await client.get(path, headers={"If-None-Match": tag})
    assert (seen.status, seen.json()["version"], seen.json()["author"]) == (200, 1, "George Eliot")
    assert await credits_of(client, path) == [("Mary Ann Evans", "author")]
    changed = await client.patch(path, json={"title": "T"}, headers={"If-Match": tag})
    assert changed.status == 200, "the version is still the one that was seen"
    again = await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN))
    assert again.json()["authors"][0]["name"] == "George Eliot", "the name is free, so it is another author now"


async def test_what_this_process_knows_of_an_author_may_be_out_of_date(client: HttpClient, test_db: StorePorts) -> None:
    """Another process renames, deletes and merges: here straight in the store, past the services."""
    first = (await client.post("/v1/books", json=a_book())).json()
    author = first["authors"][0]["id"]
    await client.patch(f"/v1/authors/{author}", json={"name": "Mary Ann Evans"})
    second = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN))).json()
    (other,) = second["authors"]
    assert (other["name"], other["id"] == author) == ("George Eliot", False)
    merged = await client.post(f"/v1/authors/{author}/merge", json={"from_id": other["id"]})
    assert merged.status == 200
    third = (await client.post("/v1/books", json=a_book(isbn=THIRD_ISBN))).json()
    assert [one["id"] for one in third["authors"]] == [author], "a merged name leads to who stays"
    assert third["author"] == "George Eliot"


async def test_two_become_one_and_two_again(client: HttpClient) -> None:
    stays, gone = await entered(client, "George Eliot"), await entered(client, "G. Eliot")
    book = (await client.post("/v1/books", json=a_book(author_ids=[gone]))).headers["location"]
    answer = await client.post(f"/v1/authors/{stays}/merge", json={"from_id": gone})
    assert (answer.status, answer.json()["id"]) == (200, stays)
    assert await credits_of(client, book) == [("George Eliot", "author")]
    assert await names(client) == ["George Eliot"]
    for path in (f"/v1/authors/{gone}", f"/authors/{gone}", f"/v1/authors/{gone}/books?limit=5"):
        moved = await client.get(path)
        assert (moved.status, moved.headers["location"], moved.raw) == (301, path.replace(gone, stays), b"")
        assert (await client.head(path)).status == 301
    for method, path in (("PATCH", ""), ("DELETE", "")):
        answer = await client.request(method, f"/v1/authors/{gone}{path}", json={} if method == "PATCH" else None)
        assert (answer.status, answer.code) == (404, "merged-away")
    assert (await client.post(f"/v1/authors/{gone}/restore")).code == "author-merged"
    shown = (await client.get(f"/v1/authors/{gone}?include_deleted=true")).json()
    assert shown["merged_into"] == stays
    used = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN, author_ids=[gone]))).json()
    assert [one["id"] for one in used["authors"]] == [stays]
    back = await client.post(f"/v1/authors/{gone}/unmerge", headers={"If-Match": '"2"'})
    assert (back.status, back.json()["merged_into"], back.json()["version"]) == (200, None, 3)
    assert await credits_of(client, book) == [("G. Eliot", "author")]
    assert (await client.get(f"/v1/books/{used['id']}")).json()["authors"] == used["authors"]


async def test_an_author_with_books_is_not_put_away(client: HttpClient) -> None:
    made = await client.post("/v1/books", json=a_book())
    author, book = f"/v1/authors/{made.json()['authors'][0]['id']}", made.headers["location"]
    answer = await client.delete(author)
    assert (answer.status, answer.code) == (409, "author-has-books")
    await client.delete(book)
    assert (await client.delete(author)).status == 204
    refused = await client.post(f"{book}/restore")
    assert (refused.status, refused.code) == (409, "authors-deleted")
    assert (await client.post(f"{author}/restore")).status == 200
    assert (await client.post(f"{book}/restore")).status == 200
