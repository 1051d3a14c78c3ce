"""Pairs of customers who may be one person."""

from tests.integration.http.payloads import a_customer
from tests.support.http_client import HttpClient


async def test_pairs_come_page_by_page_the_likeliest_first(client: HttpClient) -> None:
    people = [("Ada", "a.da@gmail.com"), ("ada", "ada+x@gmail.com")]
    people += [("Bob", "bob@x.org"), ("Bob", "bob+1@x.org"), ("Bob", "b@x.org")]
    for number, (name, email) in enumerate(people):
        made = await client.post("/v1/customers", json=a_customer(name=name, email=email, reference=f"K-{number}"))
        assert made.status == 201
    first = await client.get("/v1/customers/duplicates?limit=1")
    assert first.status == 200
    (pair,) = first.json()["data"]
    assert (pair["score"], pair["reasons"], pair["first"]["reference"]) == ("0.94", ["mailbox", "name"], "K-0")
    assert (first.json()["has_more"], first.headers["cache-control"]) == (True, "no-store")
    link = first.headers["link"].removeprefix("<").partition(">")[0]
    second = await client.get(link)
    assert [one["second"]["reference"] for one in second.json()["data"]] == ["K-3"]
    assert (second.json()["has_more"], second.json()["next_cursor"]) == (False, None)
    every = (await client.get("/v1/customers/duplicates?min_score=0.4")).json()["data"]
    assert [one["score"] for one in every] == ["0.94", "0.94", "0.4", "0.4"]


async def test_what_is_wrong_with_the_question_is_named_at_once(client: HttpClient) -> None:
    answer = await client.get("/v1/customers/duplicates?limit=0&min_score=2&sort=score&cursor=x")
    assert (answer.status, answer.code) == (400, "bad-query")
    assert answer.errors == [("sort", "unknown-parameter"), ("min_score", "bad-value"), ("limit", "bad-limit")]
    for cursor in ("x", "W10", "%C3%A9", "WyJ4IiwiMCIsIngiLCJ5Il0"):
        assert (await client.get(f"/v1/customers/duplicates?cursor={cursor}")).errors == [("cursor", "bad-cursor")]
    assert (await client.get("/v1/customers/duplicates")).json() == {"data": [], "has_more": False, "next_cursor": None}
