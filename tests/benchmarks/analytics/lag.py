"""How late the embedded warehouse is while orders come in: every order's event against what answers show.

A server as it is (its worker brings the warehouse forward), 300 orders a second over HTTP by the paced clients of
`tests.benchmarks.isolation`, and a cheap report, asked again and again, whose watermark says how far the warehouse is.
Afterwards the log of events says when the first event was written that each of these answers did not have.
"""

import asyncio
import http.client
import importlib.util
import json
import statistics
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any, Final

import asyncpg
from rich.console import Console

from tests.benchmarks.analytics.contenders import store
from tests.benchmarks.analytics.loading import LoadedShop
from tests.benchmarks.analytics.reports import Say
from tests.benchmarks.analytics.stores import has_warehouse, with_warehouse
from tests.benchmarks.servers import ROOT

RATE, SECONDS = 300, 20
MOST_LAG: Final = 2.0
_LOOK_EVERY: Final = 0.1
_MOST_WAIT: Final = 600
_SELLERS: Final = "tests.benchmarks.isolation"


def measure_lag(shop: LoadedShop, console: Console, say: Say) -> None:
    """Prints one line; says so where a part of it is missing."""
    if not has_warehouse() or importlib.util.find_spec(_SELLERS) is None:
        console.print(f"[bold]lag[/bold]: not measured, for the embedded warehouse or {_SELLERS} is not there")
        return
    # However late it is, it answers: PostgreSQL would for one that is behind.
    late = {"WAREHOUSE_SYNC_SECONDS": "1", "ANALYTICS_MAX_LAG": "3600"}
    with store("embedded warehouse", {**with_warehouse(shop), **late}) as server:
        say("the warehouse takes what there is")
        _wait_for_all(shop.dsn, server.port)
        say(f"{RATE} orders a second for {SECONDS} s")
        sold, seen = _sold_and_seen(server.port)
    lags = asyncio.run(_lags(shop.dsn, seen))
    most = max(lags)
    console.print(
        f"lag of the warehouse at {sold['rate']:.0f} orders a second ({sold['orders']:,} in all, {sold['failed']} "
        f"failed, p99 {sold['p99_ms']:.1f} ms): median {statistics.median(lags):.2f} s, at most {most:.2f} s "
        f"(goal {MOST_LAG:g}: {'met' if most < MOST_LAG else 'missed'}), of {len(lags)} looks"
    )


def _sold_and_seen(port: int) -> tuple[dict[str, Any], Sequence[tuple[datetime, int]]]:
    """What came of the orders, and at which moments an answer had which watermark."""
    command = [sys.executable, "-m", _SELLERS, "--place", str(port), str(RATE), str(SECONDS)]
    seen = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as selling:
        while selling.poll() is None:
            watermark = _watermark(port)
            # The answer is of a moment before this one, so that no lag is told too short.
            seen.append((datetime.now(UTC), watermark))
            sleep(_LOOK_EVERY)
        told, _ = selling.communicate()
    if selling.returncode:
        raise SystemExit(f"{_SELLERS} ended with code {selling.returncode}")
    sold: dict[str, Any] = json.loads(told)
    return sold, seen


def _watermark(port: int) -> int:
    """How far an answer of the warehouse is."""
    answer = _answer(port)
    if answer["store"] != "duckdb":
        raise SystemExit(f"the embedded warehouse does not answer: {answer}")
    return int(answer["watermark"])


def _answer(port: int) -> dict[str, Any]:
    """An answer of the server; of a day long ago, so that there is little to count."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/v1/analytics/repeat-rate?as_of=2023-01-03")
    answer: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    if "watermark" not in answer:
        raise SystemExit(f"the server does not answer: {answer}")
    return answer


def _wait_for_all(dsn: str, port: int) -> None:
    """Until the warehouse has all that there is."""
    last = asyncio.run(_last_position(dsn))
    until = monotonic() + _MOST_WAIT
    # Until there is a warehouse, PostgreSQL answers.
    while (answer := _answer(port))["store"] != "duckdb" or answer["watermark"] < last:
        if monotonic() > until:
            raise SystemExit(f"the warehouse had not taken what there is after {_MOST_WAIT} s")
        sleep(1)


async def _last_position(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        last: int = await connection.fetchval("SELECT max(position) FROM events")
    finally:
        await connection.close()
    return last


async def _lags(dsn: str, seen: Sequence[tuple[datetime, int]]) -> list[float]:
    """For how many seconds there had been an event, at each moment, that the answer did not have."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT position, at FROM events WHERE position > $1 ORDER BY position", min(place for _, place in seen)
        )
    finally:
        await connection.close()
    places = [row["position"] for row in rows]
    lags = []
    for moment, watermark in seen:
        later = bisect_right(places, watermark)
        first = rows[later]["at"] if later < len(rows) else moment
        lags.append(max(0.0, (moment - first).total_seconds()))
    return lags
