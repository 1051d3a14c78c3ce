"""One Idempotency-Key over two servers on one database: one effect, whatever comes at once and whoever is killed."""

import asyncio
import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import asyncpg
import pytest

from tests.support.builders import isbn
from tests.support.daybook_process import Answer, Server, children, wait_until_gone
from tests.support.pools import eventually

AT_ONCE = 50


def post(to: Server, key: str, body: dict[str, str], path: str = "/v1/books") -> Answer:
    """The answer to one POST, sent again while it is said to be under way."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    while True:
        answer = to.request("POST", path, body=json.dumps(body).encode(), headers=headers)
        if answer.status != 409:
            return answer
        assert answer.json()["code"] == "idempotency-key-in-use"
        assert answer.headers["retry-after"] == "1"


def a_book(number: int, **given: str) -> dict[str, str]:
    return {"title": f"Volume {number}", "author": "George Eliot", "isbn": isbn(number).value, **given}


def race(servers: list[Server], rounds: int) -> None:
    ready = threading.Barrier(AT_ONCE)

    def send(place: int, number: int) -> Answer:
        ready.wait(30)
        return post(servers[place % len(servers)], f"key {number}", a_book(number))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(rounds):
            answers = list(threads.map(send, range(AT_ONCE), [number] * AT_ONCE))
            assert {one.status for one in answers} == {201}
            assert len({(one.body, one.headers["location"], one.headers["etag"]) for one in answers}) == 1
            assert [one.headers.get("idempotent-replayed") for one in answers].count(None) == 1
    page = servers[0].get("/v1/events?type=book.created&limit=1&include=total").json()
    assert page["total"] == rounds, "one event of each"
    assert servers[1].get("/v1/books?limit=1&include=total").json()["total"] == rounds


def test_fifty_at_once_have_one_effect(two_servers: list[Server]) -> None:
    race(two_servers, rounds=4)


@pytest.mark.long
def test_fifty_at_once_have_one_effect_two_hundred_times(two_servers: list[Server]) -> None:
    race(two_servers, rounds=200)


def test_a_server_that_is_killed_before_it_answers_has_had_its_effect_once(
    two_servers: list[Server], database_url: str
) -> None:
    """The commit is held up after its claim by another customer of the same address, who then is given up."""
    first, second = two_servers
    ada = {"name": "Ada Lovelace", "email": "ada@example.org"}

    async def go() -> Answer:
        holder, onlooker = await asyncpg.connect(database_url), await asyncpg.connect(database_url)

        async def waits() -> bool:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'idempotency'"
            return bool(await onlooker.fetchval(asked))

        try:
            held = holder.transaction()
            await held.start()
            await holder.execute("UPDATE customers SET email = 'ada@example.org'")
            sent = asyncio.create_task(asyncio.to_thread(lost, first, "killed", ada))
            await eventually(waits)
            await asyncio.to_thread(kill, first)
            await held.rollback()
            await sent
            return await asyncio.to_thread(post, second, "killed", ada, "/v1/customers")
        finally:
            await holder.close()
            await onlooker.close()

    assert post(second, "other", {"name": "Eve"}, "/v1/customers").status == 201
    answer = asyncio.run(go())
    assert answer.status == 201
    assert answer.headers["idempotent-replayed"] == "true", "the commit was on its way, and nobody heard of it"
    assert answer.json()["email"] == "ada@example.org"
    assert second.get("/v1/customers?limit=1&include=total").json()["total"] == 2


def kill(running: Server) -> None:
    """The server and the process that serves for it, at once."""
    every = [*children(running.process.pid), running.process.pid]
    for one in every:
        os.kill(one, signal.SIGKILL)
    wait_until_gone(*every)


def lost(to: Server, key: str, body: dict[str, str]) -> None:
    """A POST whose answer never comes."""
    with pytest.raises((OSError, HTTPException)):
        post(to, key, body, "/v1/customers")


def test_the_effect_of_a_server_killed_after_its_commit_is_not_had_again(two_servers: list[Server]) -> None:
    first, second = two_servers
    made = post(first, "kept", a_book(1))
    kill(first)
    again = post(second, "kept", a_book(1))
    assert (again.status, again.body) == (201, made.body)
    assert again.headers["idempotent-replayed"] == "true"
    other = post(second, "kept", a_book(1, title="Another"))
    assert (other.status, other.json()["code"]) == (422, "idempotency-key-reused")
