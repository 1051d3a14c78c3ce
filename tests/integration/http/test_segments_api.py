"""Segments of customers and their snapshots over HTTP."""

from typing import Any

from tests.integration.http.conftest import NothingWritten
from tests.integration.http.payloads import NO_ID, a_line, an_order
from tests.support.http_client import HttpClient
from tests.support.store_case import StorePorts


async def a_shop(client: HttpClient) -> None:
    """Ada bought twice for 30 EUR in all, Bob once for 10 JPY, and Eve never; Ada and Eve get the newsletter."""
    for name, tags in (("Ada", ["newsletter"]), ("Bob", []), ("Eve", ["newsletter"])):
        customer = (await client.post("/v1/customers", json={"name": name, "tags": tags})).json()["id"]
        for currency, price in {"Ada": [("EUR", "10"), ("EUR", "20")], "Bob": [("JPY", "10")]}.get(name, []):
            line = a_line(quantity=1, unit_price=price)
            await client.post("/v1/orders", json=an_order(line, customer_id=customer, currency=currency))


async def defined(client: HttpClient, rule: str, name: str = "Loyal") -> str:
    path: str = (await client.post("/v1/segments", json={"name": name, "rule": rule})).headers["location"]
    return path


async def names(client: HttpClient, path: str) -> list[str]:
    answer = await client.get(path)
    assert answer.status == 200
    return [one["name"] for one in answer.json()["data"]]


async def test_a_segment_is_defined_changed_put_away_and_restored(client: HttpClient) -> None:
    answer = await client.post(
        "/v1/segments", json={"name": "Loyal", "rule": '  tag="newsletter" AND(orders>=2 or spent[EUR]>20.00)'}
    )
    segment = answer.json()
    path = f"/v1/segments/{segment['id']}"
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, path, '"1"')
    assert segment["rule"] == 'tag = "newsletter" and (orders >= 2 or spent[EUR] > 20)'
    same = await client.patch(path, json={"rule": segment["rule"]})
    assert same.json() == segment
    changed = await client.put(path, json={"rule": "has email"}, headers={"If-Match": '"1"'})
    assert (changed.json()["rule"], changed.headers["etag"]) == ("has email", '"2"')
    assert (await client.delete(path)).status == 204
    for verb in ("", "/members", "/snapshots"):
        assert (await client.get(f"{path}{verb}")).status == 404
    assert (await client.post(f"{path}/snapshot")).status == 404
    assert (await client.post(f"{path}/restore")).json()["version"] == 4
    answer = await client.post("/v1/segments", json={"name": "Loyal", "rule": "has tag"})
    assert (answer.status, answer.code) == (400, "segment-name-exists")


async def test_members_are_whom_the_rule_finds_now(client: HttpClient) -> None:
    await a_shop(client)
    rules: dict[str, list[str]] = {
        'status = active and tag = "newsletter" and (orders >= 3 or spent[EUR] > 20)': ["Ada"],
        'tag = "newsletter"': ["Eve", "Ada"],
        "orders = 0 or spent[JPY] >= 10": ["Eve", "Bob"],
        "not has tag": ["Bob"],
        "last_order_at >= 2026-01-01 and spent[EUR] = 30.00": ["Ada"],
        "orders > 5": [],
    }
    for number, (rule, expected) in enumerate(rules.items()):
        path = await defined(client, rule, str(number))
        assert await names(client, f"{path}/members") == expected, rule
    path = await defined(client, "has name")
    assert await names(client, f"{path}/members?sort=name&limit=2") == ["Ada", "Bob"]
    page = (await client.get(f"{path}/members?sort=name&limit=2&include=total")).json()
    assert (page["total"], page["has_more"]) == (3, True)
    assert await names(client, f"{path}/members?sort=name&cursor={page['next_cursor']}") == ["Eve"]
    other = await defined(client, "has tag", "Other")
    answer = await client.get(f"{other}/members?sort=name&cursor={page['next_cursor']}")
    assert answer.errors == [("cursor", "bad-cursor")]
    assert (await client.get(f"{path}/members?status=active")).errors == [("status", "unknown-parameter")]


async def test_a_snapshot_keeps_who_was_found(client: HttpClient, test_db: StorePorts) -> None:
    await a_shop(client)
    path = await defined(client, 'tag = "newsletter"')
    answer = await client.post(f"{path}/snapshot", headers={"If-Match": '"1"'})
    snapshot = answer.json()
    taken = f"/v1/snapshots/{snapshot['id']}"
    assert (answer.status, answer.headers["location"], answer.headers["etag"]) == (201, taken, '"1"')
    assert (snapshot["member_count"], snapshot["rule"]) == (2, 'tag = "newsletter"')
    assert (await client.get(taken)).json() == snapshot
    await client.patch(path, json={"rule": "orders > 5"})
    gone = (await client.get("/v1/customers?q=eve")).json()["data"][0]["id"]
    await client.delete(f"/v1/customers/{gone}")
    assert await names(client, f"{path}/members") == []
    assert await names(client, f"{taken}/members") == ["Ada"]
    assert await names(client, f"{taken}/members?include_deleted=true&sort=-name") == ["Eve", "Ada"]
    assert (await client.post(f"{path}/snapshot", json={})).json()["member_count"] == 0
    page = (await client.get(f"{path}/snapshots")).json()
    assert [one["member_count"] for one in page["data"]] == [0, 2]
    assert (await client.post(f"{path}/snapshot", headers={"If-Match": '"1"'})).status == 412
    assert (await client.post(f"{path}/snapshot", json={"x": 1})).status == 422
    assert test_db.events is not None
    events = [kept.event for kept in await test_db.events() if kept.event.aggregate == "snapshot"]
    segment_id = path.rpartition("/")[2]
    assert [(one.type, one.data) for one in events] == [
        ("snapshot.taken", {"segment_id": segment_id, "members": 2}),
        ("snapshot.taken", {"segment_id": segment_id, "members": 0}),
    ]
    for missing in (f"/v1/snapshots/{NO_ID}", f"/v1/snapshots/{NO_ID}/members", f"/v1/segments/{NO_ID}/members"):
        assert (await client.get(missing)).status == 404


async def test_a_rule_that_cannot_be_read_says_where(client: HttpClient, nothing_written: NothingWritten) -> None:
    wrong: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"name": "x", "rule": "orders >= many"}, [("/rule", "segment-rule")]),
        ({"name": "", "rule": "orders"}, [("/name", "blank"), ("/rule", "segment-rule")]),
        ({"name": "x", "rule": "has tag", "colour": 1}, [("/colour", "unknown-field")]),
        ({"name": "x"}, [("/rule", "required")]),
        ({"name": "x", "rule": " " * 2_001}, [("/rule", "too-long")]),
    ]
    async with nothing_written():
        for body, errors in wrong:
            answer = await client.post("/v1/segments", json=body)
            assert (answer.status, answer.errors) == (422, errors), body
        problem = (await client.post("/v1/segments", json=wrong[0][0])).json()["errors"][0]
        assert problem["message"] == "character 11: expected a whole number from 0 to 999999999, found 'many'"
