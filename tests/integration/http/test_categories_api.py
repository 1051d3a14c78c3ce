"""Categories over HTTP."""

import asyncio
from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, OTHER_ISBN, a_book
from tests.support.http_client import HttpClient

PLACE = "/v1/categories"


async def made(client: HttpClient, name: str, **more: Any) -> str:
    answer = await client.post(PLACE, json={"name": name, **more})
    assert answer.status == 201, answer.json()
    return str(answer.json()["id"])


async def test_one_is_made_changed_put_away_and_brought_back(client: HttpClient) -> None:
    new = {"name": " Historical  Fiction ", "code": "FV", "description": "Novels.", "position": 2}
    answer = await client.post(PLACE, json=new)
    category = answer.json()
    path = f"{PLACE}/{category['id']}"
    assert (answer.status, answer.headers["location"]) == (201, path)
    assert answer.headers["etag"].startswith('"1-')
    assert (category["name"], category["slug"], category["path"], category["depth"], category["parent_id"]) == (
        "Historical  Fiction",
        "historical-fiction",
        "historical-fiction",
        1,
        None,
    )
    assert category["books"] == {"own": 0, "branch": 0}
    read = await client.get(path)
    assert (read.json(), read.headers["etag"]) == (category, answer.headers["etag"])
    assert (await client.get(path, headers={"If-None-Match": read.headers["etag"]})).status == 304

    changed = await client.patch(path, json={"name": "History", "code": None}, headers={"If-Match": '"1"'})
    assert (changed.status, changed.json()["version"]) == (200, 2)
    assert (changed.json()["slug"], changed.json()["code"]) == ("historical-fiction", None)
    assert (await client.put(path, json={"slug": None})).json()["path"] == "history"
    assert (await client.put(path, json={"slug": "history"})).json()["version"] == 3
    assert (await client.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'})).status == 412

    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404
    assert (await client.get(f"{path}?include_deleted=true")).json()["deleted_at"] is not None
    assert (await client.get(PLACE)).json()["data"] == []
    back = await client.post(f"{path}/restore")
    assert (back.status, back.json()["deleted_at"], back.json()["version"]) == (200, None, 5)
    assert (await client.post(f"{path}/restore")).code == "not-deleted"
    assert (await client.get(f"/categories/{category['id']}")).status == 404


async def test_what_a_category_must_not_be(client: HttpClient, nothing_written: NothingWritten) -> None:
    fiction = await made(client, "Fiction", code="F")
    await made(client, "Sea", parent_id=fiction)
    async with nothing_written():
        for body, errors in (
            ({}, [("/name", "required")]),
            ({"name": "&"}, [("/slug", "no-slug")]),
            ({"name": "x" * 101, "slug": "--", "code": "y" * 41}, ["too-long", "no-slug", "too-long"]),
            ({"name": "A", "position": -1, "parent_id": "x"}, ["out-of-range", "invalid-id"]),
            ({"name": "A", "parent_id": NO_ID}, [("/parent_id", "no-such-category")]),
            ({"name": "A", "path": "a"}, [("/path", "unknown-field")]),
        ):
            answer = await client.post(PLACE, json=body)
            told = [one if isinstance(errors[0], tuple) else one[1] for one in answer.errors]
            assert (answer.status, sorted(told)) == (422, sorted(errors)), body
        answer = await client.post(PLACE, json={"name": "FICTION"})
        assert (answer.status, answer.code, answer.errors) == (400, "slug-exists", [("/slug", "slug-exists")])
        answer = await client.post(PLACE, json={"name": "SEA", "parent_id": fiction})
        assert (answer.status, answer.code) == (400, "slug-exists")
        answer = await client.post(PLACE, json={"name": "Facts", "code": "F"})
        assert (answer.status, answer.code, answer.errors) == (400, "code-exists", [("/code", "code-exists")])
        assert (await client.patch(f"{PLACE}/{fiction}", json={"parent_id": None})).errors == [
            ("/parent_id", "unknown-field")
        ]
        assert (await client.delete(f"{PLACE}/{fiction}")).code == "category-has-children"
        assert (await client.get(f"{PLACE}?depth=0&path=x&level=2")).errors == [
            ("level", "unknown-parameter"),
            ("depth", "bad-value"),
        ]


async def test_a_branch_is_moved(client: HttpClient, nothing_written: NothingWritten) -> None:
    fiction, facts = await made(client, "Fiction"), await made(client, "Facts")
    sea = await made(client, "Sea", parent_id=fiction)
    ships = await made(client, "Ships", parent_id=sea)
    answer = await client.post(f"{PLACE}/{sea}/move", json={"parent_id": facts}, headers={"If-Match": '"1"'})
    assert (answer.status, answer.json()["path"], answer.json()["version"]) == (200, "facts/sea", 2)
    assert answer.headers["etag"] == (await client.get(f"{PLACE}/{sea}")).headers["etag"]
    moved = (await client.get(f"{PLACE}/{ships}")).json()
    assert (moved["path"], moved["depth"], moved["version"]) == ("facts/sea/ships", 3, 1)
    assert [one["id"] for one in (await client.get(f"{PLACE}?path=facts/sea/ships")).json()["data"]] == [ships]
    async with nothing_written():
        for parent in (sea, ships):
            answer = await client.post(f"{PLACE}/{sea}/move", json={"parent_id": parent})
            assert (answer.status, answer.code) == (409, "category-cycle")
        assert (await client.post(f"{PLACE}/{sea}/move", json={"parent_id": facts})).json()["version"] == 2
        assert (await client.post(f"{PLACE}/{sea}/move", json={})).errors == [("/parent_id", "required")]
        assert (await client.post(f"{PLACE}/{sea}/move")).status == 422
        assert (await client.post(f"{PLACE}/{sea}/move", json={"parent_id": NO_ID})).errors == [
            ("/parent_id", "no-such-category")
        ]
        assert (await client.post(f"{PLACE}/{NO_ID}/move", json={"parent_id": None})).status == 404
        assert (
            await client.post(f"{PLACE}/{sea}/move", json={"parent_id": None}, headers={"If-Match": '"1"'})
        ).status == 412
    answer = await client.post(f"{PLACE}/{sea}/move", json={"parent_id": None, "position": 7})
    assert (answer.json()["path"], answer.json()["position"], answer.json()["parent_id"]) == ("sea", 7, None)


async def test_two_moves_that_would_make_a_circle(client: HttpClient) -> None:
    for _ in range(5):
        one, two = await made(client, f"One {_}"), await made(client, f"Two {_}")
        answers = await asyncio.gather(
            client.post(f"{PLACE}/{one}/move", json={"parent_id": two}),
            client.post(f"{PLACE}/{two}/move", json={"parent_id": one}),
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        refused = next(answer for answer in answers if answer.status == 409)
        assert refused.code in ("category-cycle", "categories-changed")


async def test_the_tree(client: HttpClient) -> None:
    await made(client, "Zoology", position=1)
    fiction = await made(client, "Fiction", position=2)
    sea = await made(client, "Sea", parent_id=fiction)
    await made(client, "Art", parent_id=fiction)
    await made(client, "Ships", parent_id=sea)
    answer = await client.get(f"{PLACE}/tree")

    def drawn(nodes: list[dict[str, Any]]) -> Any:
        return {node["slug"]: drawn(node["children"]) for node in nodes}

    tree = drawn(answer.json()["data"])
    assert tree == {"zoology": {}, "fiction": {"art": {}, "sea": {"ships": {}}}}
    assert [*tree] == ["zoology", "fiction"]
    assert [*tree["fiction"]] == ["art", "sea"]
    assert drawn((await client.get(f"{PLACE}/tree?root={fiction}&depth=2")).json()["data"]) == {
        "fiction": {"art": {}, "sea": {}}
    }
    assert drawn((await client.get(f"{PLACE}/tree?depth=1")).json()["data"]) == {"zoology": {}, "fiction": {}}
    assert (await client.get(f"{PLACE}/tree", headers={"If-None-Match": answer.headers["etag"]})).status == 304
    assert (await client.get(f"{PLACE}/tree?root={NO_ID}")).status == 404
    assert (await client.get(f"{PLACE}/tree?root=x&depth=0&page=2")).errors == [
        ("root", "bad-value"),
        ("depth", "bad-value"),
        ("page", "unknown-parameter"),
    ]


async def test_the_books_of_a_category(client: HttpClient) -> None:
    fiction = await made(client, "Fiction")
    book = (await client.post("/v1/books", json=a_book(categories=["fiction"]))).json()
    other = (await client.post("/v1/books", json=a_book(isbn=OTHER_ISBN, categories=["Fiction/Sea"]))).json()
    sea = (await client.post(PLACE, json={"name": "Sea", "parent_id": fiction})).json()
    assert sea["books"] == {"own": 1, "branch": 1}
    path = f"{PLACE}/{fiction}/books"
    page = (await client.get(f"{path}?sort=created_at&include=total")).json()
    assert ([one["id"] for one in page["data"]], page["total"]) == ([book["id"], other["id"]], 2)
    assert [one["id"] for one in (await client.get(f"{path}?descendants=false")).json()["data"]] == [book["id"]]
    assert [one["id"] for one in (await client.get("/v1/books?category=FICTION")).json()["data"]] == [book["id"]]
    assert (await client.get(f"{PLACE}/{fiction}")).json()["books"] == {"own": 1, "branch": 2}

    first = await client.get(f"{path}?limit=1&sort=created_at&fields=id")
    assert first.json()["data"] == [{"id": book["id"]}]
    cursor = first.json()["next_cursor"]
    rest = await client.get(f"{path}?limit=1&sort=created_at&cursor={cursor}")
    assert [one["id"] for one in rest.json()["data"]] == [other["id"]]
    assert (await client.get(f"{path}?sort=created_at&descendants=false&cursor={cursor}")).errors == [
        ("cursor", "bad-cursor")
    ]
    assert (await client.get(f"{PLACE}/{sea['id']}/books?sort=created_at&cursor={cursor}")).errors == [
        ("cursor", "bad-cursor")
    ]
    assert (await client.get(f"{path}?category_id={fiction}")).errors == [("category_id", "unknown-parameter")]
    assert (await client.get(f"{path}?descendants=maybe")).errors == [("descendants", "bad-value")]
    assert (await client.get(f"{PLACE}/{NO_ID}/books")).status == 404

    renamed = await client.patch(f"{PLACE}/{fiction}", json={"name": "Prose", "slug": None})
    assert (renamed.json()["path"], renamed.json()["books"]) == ("prose", {"own": 1, "branch": 2})
    assert renamed.json() == (await client.get(f"{PLACE}/{fiction}")).json()
    assert (await client.get(f"/v1/books/{book['id']}")).json()["categories"] == ["Prose"]
    assert (await client.get(f"/v1/books/{other['id']}")).json()["categories"] == ["prose/sea"]
    moved = await client.post(f"{PLACE}/{sea['id']}/move", json={"parent_id": None})
    assert moved.json()["books"] == {"own": 1, "branch": 1}
    assert (await client.get(f"/v1/books/{other['id']}")).json()["version"] == 3
    events = (await client.get(f"/v1/events?aggregate_id={other['id']}")).json()["data"]
    assert [one["type"] for one in events if one["type"].startswith("book")] == ["book.created"] + ["book.updated"] * 2


async def test_a_retry_has_no_second_effect(client: HttpClient) -> None:
    fiction, facts = await made(client, "Fiction"), await made(client, "Facts")
    headers = {"Idempotency-Key": "move-1"}
    for path, body in ((PLACE, {"name": "Sea"}), (f"{PLACE}/{fiction}/move", {"parent_id": facts})):
        key = {"Idempotency-Key": path}
        first = await client.post(path, json=body, headers=key)
        again = await client.post(path, json=body, headers=key)
        assert (again.status, again.json()) == (first.status, first.json())
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["etag"] == first.headers["etag"]
    assert (await client.get(f"{PLACE}/{fiction}")).json()["version"] == 2
    answers = await asyncio.gather(
        *(client.post(f"{PLACE}/{fiction}/move", json={"parent_id": None}, headers=headers) for _ in range(5))
    )
    assert {answer.status for answer in answers} <= {200, 409}
    assert (await client.get(f"{PLACE}/{fiction}")).json()["version"] == 3
