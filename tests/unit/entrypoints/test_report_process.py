"""Whether reports have a process of their own, and what is said when it does not start."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import msgpack

from application.errors import Unavailable
from entrypoints.bootstrap import report_process
from entrypoints.bootstrap.report_process import ReportProcess, connections_for_reports, has_report_process
from entrypoints.bootstrap.settings import AnalyticsStorage, AppConfig, PerformanceConfig, Settings, Storage
from entrypoints.bootstrap.telemetry import Answered, Metrics, Note, PoolState, Queried
from entrypoints.http.relay import framed, read_frame
from tests.support.pools import eventually


def settings(storage: Storage, analytics: AnalyticsStorage | None = None, *, process: bool = True) -> Settings:
    return Settings(
        app=AppConfig(storage=storage, analytics_storage=analytics),
        performance=PerformanceConfig(analytics_process=process, analytics_at_once=3),
    )


@pytest.fixture
async def process() -> AsyncIterator[ReportProcess]:
    made = ReportProcess(
        settings("postgres"), "postgresql://nobody@127.0.0.1:1/nowhere", take=print, ended=lambda: None
    )
    yield made
    await made.stop()


def test_what_lies_in_the_server_process_is_counted_there() -> None:
    assert not has_report_process(settings("memory"))
    assert not has_report_process(settings("memory", "duckdb"))
    assert not has_report_process(settings("postgres", process=False))
    assert has_report_process(settings("postgres"))
    assert has_report_process(settings("postgres", "duckdb"))
    assert has_report_process(settings("snowflake"))


def test_its_connections_are_counted_among_those_of_a_server_process() -> None:
    assert connections_for_reports(settings("postgres", process=False)) == 3
    assert connections_for_reports(settings("postgres")) == 3 + 2


async def test_one_that_does_not_start_is_said_to(
    process: ReportProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    for _ in range(2):
        with pytest.raises(Unavailable, match="does not start"):
            await process.connect()


async def test_one_that_ends_at_its_start_answers_nothing_and_is_tried_again(
    process: ReportProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    monkeypatch.setattr(report_process, "_START", f"open({str(started)!r}, 'a').write('.')")
    for times in (1, 2):
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError, Unavailable)):
            reader, _ = await process.connect()
            await read_frame(reader)
        await eventually(lambda: process._control is None)
        assert len(started.read_text()) == times


async def test_after_the_stop_none_is_started(process: ReportProcess) -> None:
    await process.stop()
    with pytest.raises(Unavailable, match="being stopped"):
        await process.connect()


async def test_its_notes_are_counted_and_its_connections_end_with_it() -> None:
    metrics = Metrics(None)
    notes: list[Note] = [
        Answered("rfm", "counted"),
        Queried("postgres", "analytics.rfm", False, 0.25),
        Queried("postgres", "analytics.rfm", True, 0.25),
        PoolState("reports", 3, 2, 1, 4),
    ]
    for note in notes:
        metrics.take(msgpack.decode(msgpack.encode(note), type=Note))

    def told() -> set[str]:
        return set(metrics.scrape()[1].decode().splitlines())

    assert told() >= {
        'analytics_answers_total{outcome="counted",report="rfm"} 1.0',
        'database_query_duration_seconds_count{outcome="ok",query="analytics.rfm",store="postgres"} 1.0',
        'database_query_duration_seconds_count{outcome="error",query="analytics.rfm",store="postgres"} 1.0',
        'database_pool_limit{pool="reports"} 3.0',
        'database_pool_connections{pool="reports",state="in_use"} 2.0',
        'database_pool_connections{pool="reports",state="idle"} 1.0',
        'database_pool_waiting{pool="reports"} 4.0',
    }
    metrics.reports_ended()
    assert told() >= {
        'analytics_answers_total{outcome="counted",report="rfm"} 1.0',
        'database_pool_limit{pool="reports"} 3.0',
        'database_pool_connections{pool="reports",state="in_use"} 0.0',
        'database_pool_connections{pool="reports",state="idle"} 0.0',
        'database_pool_waiting{pool="reports"} 0.0',
    }


async def test_a_note_is_read_as_it_was_sent() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(framed(b"one") + framed(b"") + framed(b"x" * 70_000))
    reader.feed_eof()
    assert [len(await read_frame(reader)) for _ in range(3)] == [3, 0, 70_000]
    with pytest.raises(asyncio.IncompleteReadError):
        await read_frame(reader)
