"""The process beside a server process that counts its reports: there when it is asked, and gone with who started it.

One server for all of it, in the order of the tests, since each start takes seconds.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_analytics_isolation import SUMMARY, ask, counting, reports_take_long, sell
from tests.e2e.test_serve_monitored import scraped, value
from tests.support.daybook_process import APART, Answer, Server, children, server, wait_until_gone
from tests.support.pools import eventually
from tests.support.postgres import TemplateDatabase

ORIGIN = "https://shop.example"
ANSWERS = "analytics_answers_total"


@pytest.fixture(scope="module")
def url(migrated_template: TemplateDatabase) -> Iterator[str]:
    with migrated_template.copy() as copied:
        yield copied


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, url: str) -> Iterator[Server]:
    settings = {"PERFORMANCE_ANALYTICS_SECONDS": "4", "PERFORMANCE_ANALYTICS_AT_ONCE": "2", "ALLOWED_ORIGINS": ORIGIN}
    with server(tmp_path_factory.mktemp("server"), DATABASE_URL=url, **settings, **APART) as started:
        yield started


def serving(running: Server) -> int:
    """The process that serves."""
    (pid,) = children(running.process.pid)
    return pid


def reporting(running: Server) -> int:
    """The process that counts reports."""
    (pid,) = children(serving(running))
    return pid


async def asked(running: Server, day: int) -> "asyncio.Task[Answer]":
    """A report of another day for each number, which nobody has kept."""
    return asyncio.create_task(ask(running, f"/v1/analytics/summary?as_of=2027-03-{day:02}"))


async def test_it_starts_with_the_first_report_and_lets_others_go_first(running: Server) -> None:
    await sell(running)
    assert (await ask(running, "/v1/analytics/definitions")).status == 200
    assert children(serving(running)) == []
    answer = await asyncio.to_thread(running.get, SUMMARY, **{"X-Request-Id": "mine-1", "Origin": ORIGIN})
    assert (answer.status, answer.json()["data"]["orders"], answer.json()["store"]) == (200, 1, "postgres")
    assert (answer.headers["x-request-id"], answer.headers["access-control-allow-origin"]) == ("mine-1", ORIGIN)
    assert os.getpriority(os.PRIO_PROCESS, reporting(running)) > os.getpriority(os.PRIO_PROCESS, serving(running))
    (line,) = [one for one in running.log if one.get("request_id") == "mine-1"]
    assert (line["route"], line["status"]) == ("/v1/analytics/summary", 200)
    families = scraped(running)
    assert value(families, ANSWERS, report="summary", outcome="counted") == 1
    assert value(families, "database_query_duration_seconds_count", store="postgres", query="analytics.watermark") == 1


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="Linux has it")
def test_it_gets_what_nobody_else_wants_unless_it_is_to_have_a_share(tmp_path: Path, database_url: str) -> None:
    for idle, policy in (("true", os.SCHED_IDLE), ("false", os.SCHED_OTHER)):
        settings = {**APART, "DATABASE_URL": database_url, "PERFORMANCE_ANALYTICS_IDLE": idle}
        with server(tmp_path, **settings) as running:
            assert running.get(SUMMARY).status == 200
            assert os.sched_getscheduler(reporting(running)) == policy
            assert os.sched_getscheduler(serving(running)) == os.SCHED_OTHER


async def test_a_file_comes_whole_and_a_picture_is_drawn_there(running: Server) -> None:
    for form, beginning in (
        ("text/csv", b"start,"),
        ("application/vnd.apache.parquet", b"PAR1"),
        ("image/png", b"\x89PNG"),
    ):
        answer = await asyncio.to_thread(running.get, "/v1/analytics/revenue", Accept=form)
        assert (answer.status, answer.body[: len(beginning)]) == (200, beginning), form


async def test_one_that_is_killed_costs_the_questions_it_had_and_is_started_anew(running: Server, url: str) -> None:
    before = scraped(running)
    async with reports_take_long(url) as watcher:
        waiting = [await asked(running, day) for day in (1, 2)]
        await counting(watcher, 2)
        killed = reporting(running)
        os.kill(killed, signal.SIGKILL)
        answers = await asyncio.gather(*waiting)
        assert [(one.status, one.json()["code"], one.headers["retry-after"]) for one in answers] == [
            (503, "unavailable", "1")
        ] * 2
        assert "ask again" in answers[0].json()["detail"]
        # The database ends a second after the deadline what nobody waits for.
        await counting(watcher, 0)
    (warning,) = [one for one in running.log if one["level"] == "warning"]
    assert warning["event"] == "the process that counts reports ended (code -9): the next report starts another"
    assert "request_id" not in warning
    assert value(scraped(running), "database_pool_connections", pool="reports") == 0
    assert [(await ask(running, SUMMARY)).status for _ in range(2)] == [200] * 2
    assert reporting(running) != killed
    # It keeps nothing, and its counts go on from those of the one before.
    after = scraped(running)
    for outcome in ("counted", "cached"):
        assert value(after, ANSWERS, outcome=outcome) == value(before, ANSWERS, outcome=outcome) + 1


async def test_it_ends_when_its_server_process_is_killed_and_takes_its_queries_along(running: Server, url: str) -> None:
    async with reports_take_long(url) as watcher:
        waiting = await asked(running, 3)
        await counting(watcher, 1)
        served, reported = serving(running), reporting(running)
        os.kill(served, signal.SIGKILL)
        await asyncio.to_thread(wait_until_gone, served, reported)
        with pytest.raises((OSError, EOFError)):
            await waiting
        await counting(watcher, 0)
    await eventually(lambda: children(running.process.pid) not in ([], [served]), within=30)

    async def answers() -> bool:
        try:
            return (await ask(running, SUMMARY)).status == 200
        except OSError:
            return False  # nobody serves for a moment

    await eventually(answers, within=30)
    assert reporting(running) != reported


async def test_a_stop_of_all_processes_at_once_lets_it_answer_what_it_was_asked(running: Server, url: str) -> None:
    before = len(running.log)
    async with reports_take_long(url) as watcher:
        waiting = await asked(running, 4)
        await counting(watcher, 1)
        served, reported = serving(running), reporting(running)
        for pid in (running.process.pid, served, reported):
            os.kill(pid, signal.SIGTERM)
        await asyncio.sleep(0.5)
    assert (await waiting).status == 200
    assert await asyncio.to_thread(running.process.wait, 30) == 0
    await asyncio.to_thread(wait_until_gone, served, reported)
    assert [one for one in running.log[before:] if one["level"] in ("warning", "error")] == []
