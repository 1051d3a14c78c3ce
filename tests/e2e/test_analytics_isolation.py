"""Reports beside all else, from outside: a caller who goes away, a deadline, too many, and orders that go on.

A report takes long here while another session holds the returns, which orders do not need.
"""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from tests.support.daybook_process import APART, Answer, Server, children, environment, server
from tests.support.forked import Piped
from tests.support.pools import eventually, onlooker

ORDER = {"currency": "EUR", "lines": [{"sku": "TOTE", "quantity": 1, "unit_price": "4.50"}]}
SUMMARY = "/v1/analytics/summary?as_of=2027-01-01"
COUNTING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'daybook-reports' AND state = 'active'
"""


@asynccontextmanager
async def reports_take_long(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Inside, whoever counts returns waits. Gives a connection to look on with."""
    async with onlooker(url) as holder, onlooker(url) as watcher, holder.transaction():
        await holder.execute("LOCK TABLE returns IN ACCESS EXCLUSIVE MODE")
        yield watcher


async def counting(watcher: asyncpg.Connection, many: int) -> None:
    """Until so many reports are being counted in the database."""

    async def there() -> bool:
        return bool(await watcher.fetchval(COUNTING) == many)

    await eventually(there, within=15)


def asked_and_left(running: Server) -> socket.socket:
    """A caller who has asked for a report; to go away is to close it."""
    caller = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    caller.sendall(f"GET {SUMMARY} HTTP/1.1\r\nhost: daybook\r\n\r\n".encode())
    return caller


async def ask(running: Server, path: str) -> Answer:
    return await asyncio.to_thread(running.get, path)


async def sell(running: Server) -> None:
    assert (await asyncio.to_thread(running.post, "/v1/orders", ORDER)).status == 201


async def summary(folder: Path, **settings: str) -> Piped:
    """The command, begun."""
    return await asyncio.to_thread(Piped, "analytics", "summary", folder=folder, environment=environment(**settings))


async def test_a_caller_who_goes_away_takes_the_query_along(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, **APART) as running:
        async with reports_take_long(database_url) as watcher:
            first, second = asked_and_left(running), asked_and_left(running)
            await counting(watcher, 1)
            first.close()
            await asyncio.sleep(0.5)
            assert await watcher.fetchval(COUNTING) == 1, "the other caller still waits for it"
            second.close()
            await counting(watcher, 0)
        # The connection that was cut off is in order again.
        assert [(await ask(running, SUMMARY)).status for _ in range(3)] == [200] * 3
        gone = [line for line in running.log if line.get("status") == 499]
        assert len(gone) == 2
        assert running.stop() == 0
        assert [line for line in running.log if line["level"] in ("warning", "error")] == []


async def test_a_report_that_takes_too_long_says_what_to_do_and_is_over_in_the_database(
    tmp_path: Path, database_url: str
) -> None:
    with server(tmp_path, DATABASE_URL=database_url, PERFORMANCE_ANALYTICS_SECONDS="0.5", **APART) as running:
        async with reports_take_long(database_url) as watcher:
            answer = await ask(running, SUMMARY)
            assert (answer.status, answer.headers["content-type"]) == (504, "application/problem+json")
            assert (answer.json()["code"], answer.json()["type"]) == (
                "question-too-long",
                "/problems/question-too-long",
            )
            assert "not counted in 0.5 s" in answer.json()["detail"]
            assert "ask for fewer days" in answer.json()["detail"]
            await counting(watcher, 0)
        assert (await ask(running, SUMMARY)).status == 200


async def test_orders_and_lists_go_on_while_reports_fill_all_their_places(tmp_path: Path, database_url: str) -> None:
    settings = {
        "DATABASE_POOL_SIZE": "2",
        "DATABASE_MAX_OVERFLOW": "0",
        "PERFORMANCE_ANALYTICS_AT_ONCE": "2",
        "PERFORMANCE_ANALYTICS_WAITING": "3",
    }
    with server(tmp_path, DATABASE_URL=database_url, **settings, **APART) as running:
        await sell(running)
        async with reports_take_long(database_url) as watcher:
            reports = [
                asyncio.create_task(ask(running, f"/v1/analytics/summary?as_of=2027-01-0{day}")) for day in range(1, 6)
            ]
            await counting(watcher, 2)
            began = time.monotonic()
            for _ in range(20):
                await sell(running)
                assert (await ask(running, "/v1/orders?limit=1")).status == 200
            assert time.monotonic() - began < 10
            refused = await ask(running, "/v1/analytics/summary?as_of=2027-02-01")
            assert (refused.status, refused.json()["code"]) == (503, "too-many-questions")
            assert int(refused.headers["retry-after"]) > 0
            assert await watcher.fetchval(COUNTING) == 2
        assert [one.status for one in await asyncio.gather(*reports)] == [200] * 5
        metrics = (await ask(running, "/metrics")).body.decode()
        assert 'analytics_answers_total{outcome="counted",report="summary"} 5.0' in metrics
        assert 'analytics_answers_total{outcome="too-many-questions",report="summary"} 1.0' in metrics


async def test_what_is_kept_is_answered_while_reports_take_long(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, **APART) as running:
        await sell(running)
        first = await ask(running, SUMMARY)
        async with reports_take_long(database_url):
            again = await ask(running, SUMMARY)
            same = await asyncio.to_thread(running.get, SUMMARY, **{"If-None-Match": first.headers["etag"]})
        assert (again.status, again.body, again.headers["etag"]) == (200, first.body, first.headers["etag"])
        assert (same.status, same.body) == (304, b"")
        metrics = (await ask(running, "/metrics")).body.decode()
        assert 'analytics_answers_total{outcome="cached",report="summary"} 2.0' in metrics


async def test_two_processes_share_what_is_kept_in_redis_and_do_without_it(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    first_folder, second_folder, third_folder = (tmp_path / name for name in ("first", "second", "third"))
    for folder in (first_folder, second_folder, third_folder):
        folder.mkdir()
    with (
        server(first_folder, DATABASE_URL=database_url, REDIS_URL=redis_url) as first,
        server(second_folder, DATABASE_URL=database_url, REDIS_URL=redis_url) as second,
        server(third_folder, DATABASE_URL=database_url, REDIS_URL="redis://127.0.0.1:1/0") as third,
    ):
        for sold in range(1, 4):
            await sell(first)
            answers = [await ask(one, SUMMARY) for one in (first, second, third, second)]
            assert [json.loads(one.body)["data"]["orders"] for one in answers] == [sold] * 4
        told = [(await ask(one, "/metrics")).body.decode() for one in (first, second, third)]
        counted = 'analytics_answers_total{outcome="counted",report="summary"}'
        assert [f"{counted} 3.0" in text for text in told] == [True, False, True]
        assert 'analytics_answers_total{outcome="cached",report="summary"} 6.0' in told[1]
        assert redis_url not in first.err + second.err


async def test_ctrl_c_ends_a_report_of_the_command_line_in_the_database(tmp_path: Path, database_url: str) -> None:
    async with reports_take_long(database_url) as watcher:
        process = await summary(tmp_path, DATABASE_URL=database_url)
        await counting(watcher, 1)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        code, out, err = await asyncio.to_thread(process.communicate, timeout=30)
        assert (code, out, err.strip()) == (130, "", "interrupted")
        assert time.monotonic() - began < 5
        await counting(watcher, 0)


async def test_a_report_of_the_command_line_has_its_deadline_too(tmp_path: Path, database_url: str) -> None:
    async with reports_take_long(database_url) as watcher:
        process = await summary(tmp_path, DATABASE_URL=database_url, PERFORMANCE_ANALYTICS_SECONDS="0.5")
        code, _, err = await asyncio.to_thread(process.communicate, timeout=30)
        assert code == 5
        assert "not counted in 0.5 s" in err
        await counting(watcher, 0)


async def test_the_database_ends_a_report_whose_server_was_killed(tmp_path: Path, database_url: str) -> None:
    with server(tmp_path, DATABASE_URL=database_url, PERFORMANCE_ANALYTICS_SECONDS="2", **APART) as running:
        async with reports_take_long(database_url) as watcher:
            with asked_and_left(running):
                await counting(watcher, 1)
                for pid in (running.process.pid, *children(running.process.pid)):
                    os.kill(pid, signal.SIGKILL)
                await asyncio.to_thread(running.process.wait, 10)
            await counting(watcher, 0)
