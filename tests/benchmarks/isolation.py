"""What heavy reports do to the order path: p99 of POST /v1/orders at half load, without reports and beside them.

    python -m tests.benchmarks.isolation

A made-up shop in a durable PostgreSQL of its own, `daybook serve` as it is, and two who ask: one places orders at half
the rate that the server takes at most, each at its own time whether the one before is answered or not (being late
counts); the other asks for heavy reports one after another, each of other days so that none is kept. Windows with and
without reports follow one another, and the figures are the medians of the windows. All is bounded in time and stays on
the loopback address.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from msgspec import Struct
from msgspec import json as wire
from rich.console import Console
from rich.table import Table

from adapters.embedded.server import EmbeddedPostgres
from entrypoints.bootstrap.migrate import upgrade
from tests.benchmarks.servers import ROOT, Contender, running

GOAL = 2.0
CONNECTIONS = 32
LINES_AN_ORDER = 3
REPORTS = (
    "rfm?method=ntile",
    "cohorts?period=week",
    "pareto?by=customer",
    "top-products?limit=1000",
    "interpurchase?bin_days=7",
    "revenue?period=day",
)
CUSTOMERS = """
    INSERT INTO customers (id, reference, status, tags, metadata, search_tokens, version, created_at, created_by,
                           updated_at, updated_by)
    SELECT uuidv7(), 'K' || n, 'active', '{}', '{}', ''::tsvector, 1, now(), 'bench', now(), 'bench'
    FROM generate_series(1, $1) AS n
"""
# The later a customer and a product of the list, the seldomer; over three years.
ORDERS = """
    WITH people AS (SELECT array_agg(id ORDER BY reference) AS ids FROM customers)
    INSERT INTO orders (id, customer_id, channel, status, placed_at, currency, subtotal, tax, shipping, line_count,
                        version, created_at, created_by, updated_at, updated_by)
    SELECT uuidv7(), ids[1 + floor(cardinality(ids) * power(random(), 2))], 'web', 'placed',
           now() - random() * interval '1095 days', 'EUR', 30, 0, 0, 3, 1, now(), 'bench', now(), 'bench'
    FROM generate_series(1, $1), people
"""
LINES = """
    INSERT INTO order_lines (order_id, number, sku, quantity, unit_price, discount, amount, returned)
    SELECT id, n, 'SKU' || floor(5000 * power(random(), 3)), 1, price, 0, price, 0
    FROM orders, generate_series(1, 3) AS n, LATERAL (SELECT round((random() * 40)::numeric, 2) + n AS price) AS priced
"""


class Window(Struct, frozen=True, kw_only=True):
    """What came of one window: milliseconds from when each order was due to its answer."""

    rate: float
    orders: int
    failed: int
    p50_ms: float
    p99_ms: float
    most_ms: float


@dataclass(slots=True)
class Asked:
    """Reports that were asked for, and how long the longest took."""

    counted: int = 0
    refused: int = 0
    longest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


async def fill(dsn: str, lines: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(CUSTOMERS.replace("$1", str(max(100, lines // 25))))
        await connection.execute(ORDERS.replace("$1", str(lines // LINES_AN_ORDER)))
        await connection.execute(LINES)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


# ---- the process that places orders


class Seller(asyncio.Protocol):
    """One connection. An order that waits for it is sent with the answer before."""

    def __init__(self, free: "asyncio.Queue[Seller]", times: list[float], failed: list[int]) -> None:
        self._free = free
        self._times = times
        self._failed = failed
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._free.put_nowait(self)

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        start = head.lower().find(b"content-length:")
        if not found or len(body) < int(head[start + 15 :].split(b"\r\n", 1)[0]):
            return
        self._times.append(time.perf_counter() - self._due)
        if not head.startswith(b"HTTP/1.1 201"):
            self._failed.append(int(head[9:12]))
        self._buffer = b""
        self._free.put_nowait(self)


def order(number: int) -> bytes:
    lines = [{"sku": f"SKU{(number * step) % 5000}", "quantity": 1, "unit_price": "9.99"} for step in (1, 7, 31)]
    body = json.dumps({"currency": "EUR", "lines": lines}).encode()
    head = "POST /v1/orders HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def place(port: int, rate: float, seconds: float) -> Window:
    """Orders at `rate` a second, or as fast as they are answered when it is 0."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Seller] = asyncio.Queue()
    times: list[float] = []
    failed: list[int] = []
    sellers = [
        (await loop.create_connection(lambda: Seller(free, times, failed), "127.0.0.1", port))[0]
        for _ in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    for number in itertools.count():
        due = began + number / rate if rate else time.perf_counter()
        if due - began >= seconds:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        seller = await asyncio.wait_for(free.get(), 60)
        seller.send(order(number), due if rate else time.perf_counter())
    for _ in sellers:
        await asyncio.wait_for(free.get(), 60)
    elapsed = time.perf_counter() - began
    for transport in sellers:
        transport.close()
    times.sort()
    return Window(
        rate=len(times) / elapsed,
        orders=len(times),
        failed=len(failed),
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        most_ms=times[-1] * 1000,
    )


def placed(port: int, rate: float, seconds: float) -> Window:
    """As `place`, in a process of its own."""
    arguments = [sys.executable, "-m", "tests.benchmarks.isolation", "--place", str(port), str(rate), str(seconds)]
    told = subprocess.run(arguments, cwd=ROOT, capture_output=True, check=True, timeout=seconds + 120)
    return wire.decode(told.stdout, type=Window)


# ---- who asks for reports


@contextmanager
def reports_asked(
    port: int, askers: int, reports: Sequence[str], first_days: Iterator[date], asked: Asked
) -> Iterator[None]:
    """Inside, so many ask for one heavy report after another."""
    enough = threading.Event()
    threads = [
        threading.Thread(target=_ask, args=(port, number, reports, first_days, asked, enough))
        for number in range(askers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        enough.set()
        for thread in threads:
            thread.join(120)


def _ask(
    port: int, number: int, reports: Sequence[str], first_days: Iterator[date], asked: Asked, enough: threading.Event
) -> None:
    for turn in itertools.count(number):
        if enough.is_set():
            return
        with asked.lock:
            first_day = next(first_days)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        began = time.perf_counter()
        connection.request("GET", f"/v1/analytics/{reports[turn % len(reports)]}&from={first_day}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        with asked.lock:
            asked.counted += answer.status == 200
            asked.refused += answer.status != 200
            asked.longest = max(asked.longest, time.perf_counter() - began)


# ---- all of it


def measured(
    port: int, options: argparse.Namespace, console: Console
) -> tuple[float, Sequence[Window], Sequence[Window], Asked]:
    placed(port, 0, options.seconds / 2)
    most = placed(port, 0, options.seconds).rate
    rate, asked = most * options.load, Asked()
    first_days = (date.today() - timedelta(days=days) for days in itertools.count(1095))  # noqa: DTZ011  # any day
    quiet: list[Window] = []
    beside: list[Window] = []
    for turn in range(options.rounds):
        console.print(f"[dim]round {turn + 1} of {options.rounds}, {rate:.0f} orders a second[/dim]")
        quiet.append(placed(port, rate, options.seconds))
        with reports_asked(port, options.askers, options.report or REPORTS, first_days, asked):
            beside.append(placed(port, rate, options.seconds))
    return most, quiet, beside, asked


def show(
    console: Console,
    options: argparse.Namespace,
    most: float,
    quiet: Sequence[Window],
    beside: Sequence[Window],
    asked: Asked,
) -> bool:
    """One table; whether the goal was met."""
    table = Table(title=f"POST /v1/orders at {most * options.load:.0f} a second", title_justify="left")
    for name in ("", "orders", "failed", "p50 ms", "p99 ms", "longest ms"):
        table.add_column(name, justify="left" if not name else "right")
    for name, windows in (("without reports", quiet), ("beside reports", beside)):
        middle = [statistics.median(getattr(one, part) for one in windows) for part in ("p50_ms", "p99_ms", "most_ms")]
        table.add_row(
            name,
            f"{sum(one.orders for one in windows):,}",
            str(sum(one.failed for one in windows)),
            *(f"{one:.1f}" for one in middle),
        )
    ratio = statistics.median(after.p99_ms / before.p99_ms for before, after in zip(quiet, beside, strict=True))
    table.add_row("ratio of the p99", "", "", "", f"{ratio:.2f}", f"goal <= {GOAL:g}")
    console.print(table)
    console.print(
        f"{options.lines:,} order lines; {options.askers} asked for reports, of which {asked.counted} were counted and "
        f"{asked.refused} refused, the longest in {asked.longest:.1f} s; at most {most:.0f} orders a second; "
        f"goal {'met' if ratio <= GOAL else 'missed'}"
    )
    return ratio <= GOAL


def main() -> None:
    """Runs it all and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=600_000, help="order lines of the shop (default 600000)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of windows (default 5)")
    parser.add_argument("--seconds", type=float, default=6, help="of a window (default 6)")
    parser.add_argument("--load", type=float, default=0.5, help="share of the most it takes (default 0.5)")
    parser.add_argument("--askers", type=int, default=2, help="who ask for reports at once (default 2)")
    parser.add_argument(
        "--report", action="append", help="with its parameters, such as rfm?method=rank; several heavy ones"
    )
    parser.add_argument("--place", nargs=3, metavar=("PORT", "RATE", "SECONDS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.place is not None:
        port, rate, seconds = options.place
        sys.stdout.buffer.write(wire.encode(uvloop.run(place(int(port), float(rate), float(seconds)))))
        return
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        data = Path(folder) / "postgres"
        with EmbeddedPostgres(data) as postgres:
            upgrade(postgres.dsn)
            asyncio.run(fill(postgres.dsn, options.lines))
        daybook = Contender(
            name="Daybook",
            command=[str(Path(sys.executable).with_name("daybook")), "serve"],
            target=[],
            environment={
                "DATABASE_EMBEDDED_FOLDER": str(data),
                "WAREHOUSE_FOLDER": str(Path(folder) / "warehouse"),
                "LOG_FORMAT": "json",
                "WORKERS": "1",
            },
        )
        with running(daybook, None) as server:
            figures = measured(server.port, options, console)
    show(console, options, *figures)


if __name__ == "__main__":
    main()
