"""Groups of customers over HTTP."""

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts


async def customers(client: HttpClient, *names: str) -> list[str]:
    return [(await client.post("/v1/customers", json={"name": name})).json()["id"] for name in names]


async def founded(client: HttpClient, name: str = "Circle") -> str:
    path: str = (await client.post("/v1/groups", json={"name": name})).headers["location"]
    return path


async def names(client: HttpClient, path: str) -> list[str]:
    return [one["name"] for one in (await client.get(path)).json()["data"]]


async def test_a_group_is_founded_changed_put_away_and_restored(client: HttpClient) -> None:
    answer = await client.post("/v1/groups", json={"name": " Circle ", "description": "On Mondays."})
    group = answer.json()
    path = f"/v1/groups/{group['id']}"
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, path, '"1"')
    assert (group["name"], group["description"], group["version"]) == ("Circle", "On Mondays.", 1)
    changed = await client.patch(path, json={"description": None}, headers={"If-Match": '"1"'})
    assert (changed.json()["description"], changed.headers["etag"]) == (None, '"2"')
    assert (await client.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})).status == 412
    assert (await client.delete(path)).status == 204
    assert (await client.get(path)).status == 404
    assert (await client.get(f"{path}?include_deleted=true")).json()["version"] == 3
    assert (await client.post(f"{path}/restore")).json()["version"] == 4
    assert (await client.post(f"{path}/restore")).code == "not-deleted"
    answer = await client.post("/v1/groups", json={"name": "Circle"})
    assert (answer.status, answer.code, answer.errors) == (
        400,
        "group-name-exists",
        [("/name", "group-name-exists")],
    )


async def test_members_join_and_leave(client: HttpClient, test_db: StorePorts) -> None:
    path = await founded(client)
    ada, bob, eve = await customers(client, "Ada", "Bob", "Eve")
    answer = await client.post(f"{path}/members", json={"customer_ids": [ada, bob, ada]})
    assert (answer.status, answer.json()) == (200, {"changed": 2, "unchanged": 0})
    answer = await client.post(f"{path}/members", json={"customer_ids": [bob, eve]})
    assert answer.json() == {"changed": 1, "unchanged": 1}
    assert await names(client, f"{path}/members?sort=-name&limit=2") == ["Eve", "Bob"]
    assert (await client.get(f"{path}/members?include=total")).json()["total"] == 3
    assert (await client.delete(f"{path}/members/{ada}")).status == 204
    assert (await client.delete(f"{path}/members/{ada}")).status == 404
    assert (await client.delete(f"{path}/members/{bob}", headers={"If-Match": '"9"'})).status == 412
    answer = await client.post(f"{path}/members/remove", json={"customer_ids": [ada, eve]})
    assert answer.json() == {"changed": 1, "unchanged": 1}
    assert await names(client, f"{path}/members") == ["Bob"]
    assert (await client.get(path)).json()["version"] == 1
    assert test_db.events is not None
    told = [(kept.event.type, kept.event.data) for kept in await test_db.events() if kept.event.aggregate == "group"]
    assert told == [
        ("group.created", {}),
        *(("group.joined", {"customer_id": one}) for one in (ada, bob, eve)),
        *(("group.left", {"customer_id": one}) for one in (ada, eve)),
    ]


async def test_a_cursor_is_of_one_group(client: HttpClient) -> None:
    one, other = await founded(client), await founded(client, "Other")
    body = {"customer_ids": await customers(client, "Ada", "Bob")}
    await client.post(f"{one}/members", json=body)
    page = (await client.get(f"{one}/members?limit=1")).json()
    cursor = page["next_cursor"]
    assert (await client.get(f"{one}/members?limit=1&cursor={cursor}")).json()["has_more"] is False
    assert (await client.get(f"{other}/members?limit=1&cursor={cursor}")).errors == [("cursor", "bad-cursor")]


async def test_what_is_wrong_is_named_and_nobody_joins(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = await founded(client)
    ada, bob = await customers(client, "Ada", "Bob")
    await client.delete(f"/v1/customers/{bob}")
    async with nothing_written():
        answer = await client.post(f"{path}/members", json={"customer_ids": [ada, NO_ID, bob]})
        assert (answer.status, answer.errors) == (
            422,
            [("/customer_ids/1", "no-such-customer"), ("/customer_ids/2", "no-such-customer")],
        )
        for body, code in (
            ({}, "required"),
            ({"customer_ids": []}, "too-few"),
            ({"customer_ids": [ada] * 1_001}, "too-many"),
        ):
            answer = await client.post(f"{path}/members", json=body)
            assert (answer.status, answer.errors) == (422, [("/customer_ids", code)])
        answer = await client.post(f"{path}/members", json={"customer_ids": ["x"]})
        assert answer.errors == [("/customer_ids/0", "invalid-id")]
        for verb in ("members", "members/remove"):
            assert (await client.post(f"/v1/groups/{NO_ID}/{verb}", json={"customer_ids": [ada]})).status == 404
        assert (await client.get(f"/v1/groups/{NO_ID}/members")).status == 404
        assert (await client.delete(f"{path}/members/none")).status == 404
