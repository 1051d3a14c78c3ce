"""`make bench-jobs`: how soon a job begins, how many a second, and what asking for one costs the change that asks.

Everything goes through the ports on a durable PostgreSQL: units of work, PostgresJobQueue and JobRunner with the
settings that are the defaults. The worker is one process, as in `make run`, and PostgreSQL has the other core. What is
compared is interleaved, and each figure is the median of the rounds.
"""

import argparse
import asyncio
import itertools
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from litestar.types import ASGIApp
from rich.console import Console
from rich.table import Table

from adapters.embedded.server import EmbeddedPostgres
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.job_queue import PostgresJobQueue
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitOfWork, PostgresUnitsOfWork
from adapters.system.system import SystemClock, Uuid7Generator
from application.books.models import BookCreate
from application.books.service import BookService
from application.caller import Caller
from application.decoding import decode
from application.jobs.kinds import JobKind, JobRun
from application.jobs.running import JobRunner
from domain.books.book import Book
from domain.jobs.job import Job
from domain.shared.events import Event, Scalar
from domain.shared.ids import BookId, JobId, uuid7
from entrypoints.bootstrap.asgi import http_config
from entrypoints.bootstrap.migrate import upgrade
from entrypoints.bootstrap.settings import AppConfig, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.http.app import create_app
from entrypoints.http.telemetry import Telemetry
from tests.benchmarks.compare import a_new_book, shelf

CONCURRENCY = 10
AT_ONCE = 32
GOAL_START_MS, GOAL_RATE, GOAL_COST = 100.0, 1000.0, 1.3
CALLER = Caller("bench", request_id="bench")
IDS = Uuid7Generator(SystemClock())


class NoOp:
    """Does nothing; `began` has when each job began."""

    def __init__(self) -> None:
        self.began: dict[JobId, float] = {}
        self.enough: dict[int, asyncio.Event] = {}

    async def run(self, run: JobRun) -> Mapping[str, Scalar] | None:
        self.began[run.job.id] = time.perf_counter()
        if event := self.enough.get(len(self.began)):
            event.set()
        return None

    async def until(self, count: int) -> None:
        """Until so many have begun."""
        if len(self.began) < count:
            await self.enough.setdefault(count, asyncio.Event()).wait()


class Silent:
    """No telemetry."""

    def running(self, job: Job) -> AbstractContextManager[None]:  # of the protocol
        return nullcontext()

    def ended(self, job: Job, seconds: float, error: BaseException | None) -> None:
        """Says nothing."""

    def handed_back(self, job: Job) -> None:
        """Says nothing."""

    def lost(self, job: Job) -> None:
        """Says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all rounds: seconds from a commit to the start, jobs a second with CPU seconds a job, seconds a create."""

    starts: list[float]
    rates: list[float]
    cpus: list[float]
    units: dict[bool, list[float]]
    requests: dict[bool, list[float]]
    posts: dict[bool, list[float]]


def a_job() -> Job:
    return Job.ask(JobId(IDS.new()), kind="no-op", at=datetime.now(UTC), by="bench")


class Asking:
    """Units of work that ask for a job beside what is asked of them."""

    def __init__(self, units: PostgresUnitsOfWork) -> None:
        self._units = units

    def __call__(self, caller: Caller) -> PostgresUnitOfWork:
        unit = self._units(caller)
        unit.jobs.enqueue(a_job())
        return unit


class Bench:
    """A pool, and a worker for as long as it is asked for."""

    def __init__(self, pool: Pool, concurrency: int) -> None:
        self.units = PostgresUnitsOfWork(pool)
        self.pool = pool
        self._asking = Asking(self.units)
        self._applications = {asks: self._application(asks=asks) for asks in (False, True)}
        self._numbers = itertools.count(10**7)
        self._concurrency = concurrency

    async def working(self, handler: NoOp, does: Callable[[], "asyncio.Future[None] | asyncio.Task[None]"]) -> None:
        """Does this while there is a worker."""
        clock, stopping = SystemClock(), asyncio.Event()
        runner = JobRunner(
            queue=PostgresJobQueue(self.pool, clock),
            kinds=[JobKind(name="no-op", about="Nothing.", handler=handler)],
            clock=clock,
            chance=random.random,
            telemetry=Silent(),
        )
        work = asyncio.create_task(
            runner.work(queues=["default"], concurrency=self._concurrency, stopping=stopping, grace=5)
        )
        try:
            await does()
        finally:
            stopping.set()
            await work

    async def ask(self, *jobs: Job) -> None:
        async with self.units(CALLER) as uow:
            uow.jobs.enqueue(*jobs)
            await uow.commit()

    async def starts(self, count: int) -> list[float]:
        """Seconds from each commit to the start of its job, one at a time, on an idle machine."""
        handler, found = NoOp(), []

        async def one_by_one() -> None:
            await self.ask(a_job())
            await handler.until(1)
            for n in range(count):
                await asyncio.sleep(random.uniform(0.01, 0.06))
                job = a_job()
                await self.ask(job)
                committed = time.perf_counter()
                await handler.until(n + 2)
                # It may begin before the one who asked gets word of the commit.
                found.append(max(0.0, handler.began[job.id] - committed))

        await self.working(handler, lambda: asyncio.create_task(one_by_one()))
        return found

    async def rate(self, count: int) -> tuple[float, float]:
        """Jobs a second of so many that wait, until the last one is done; and CPU seconds a job, of the worker."""
        for _ in range(count // 1000):
            await self.ask(*[a_job() for _ in range(1000)])
        async with self.pool.acquire() as connection:
            await connection.execute("VACUUM ANALYZE jobs, pgqueuer.pgqueuer")
        handler = NoOp()
        before = resource.getrusage(resource.RUSAGE_SELF)
        began = time.perf_counter()

        async def all_of_them() -> None:
            await handler.until(count)

        await self.working(handler, lambda: asyncio.create_task(all_of_them()))
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        async with self.pool.acquire() as connection:
            done = await connection.fetchval("SELECT count(*) FROM jobs WHERE state = 'succeeded'")
            left = await connection.fetchval("SELECT count(*) FROM pgqueuer.pgqueuer")
            if left or done < count:
                raise RuntimeError(f"of {count} jobs {done} are done, and {left} deliveries are left")
            await connection.execute("TRUNCATE jobs, pgqueuer.pgqueuer")
        return count / seconds, cpu / count

    def _books(self, *, asks: bool) -> BookService:
        units = self._asking if asks else self.units
        return BookService(units=units, reader=PostgresBookReader(self.pool), clock=SystemClock(), ids=IDS)

    def _application(self, *, asks: bool) -> ASGIApp:
        """What a server process answers with, whose books are kept here; without logs and metrics."""
        settings = Settings(app=AppConfig(storage="memory"))
        services = replace(Wiring(settings, None).services, books=self._books(asks=asks))
        return Telemetry(create_app(services, http_config(settings)))

    async def post(self, count: int, *, asks: bool) -> float:
        """Seconds of POST /v1/books, from the request as a server reads it to the answer as it writes it."""
        app = self._applications[asks]
        waiting = iter([msgspec.json.encode(a_new_book(self._numbers)) for _ in range(count)])

        async def caller() -> None:
            for body in waiting:
                status = await answered(app, body)
                if status != 201:
                    raise RuntimeError(f"a create was answered with {status}")

        return await self._each(caller, count)

    async def create(self, books: Iterator[Book], count: int, *, asks: bool) -> float:
        """Seconds of a unit of work that adds a book, so many in all and 32 at once; with a job or without."""
        units = self._asking if asks else self.units
        waiting = iter([fresh(book) for book in itertools.islice(books, count)])

        async def caller() -> None:
            for book, event in waiting:
                async with units(CALLER) as uow:
                    uow.books.add(book)
                    uow.record(event)
                    await uow.commit()

        return await self._each(caller, count)

    async def request(self, count: int, *, asks: bool) -> float:
        """Seconds of a whole create without HTTP: decoded, checked, its author looked up, kept, answered."""
        service = self._books(asks=asks)
        waiting = iter([msgspec.json.encode(a_new_book(self._numbers)) for _ in range(count)])

        async def caller() -> None:
            for body in waiting:
                msgspec.json.encode(await service.create(decode(BookCreate, body), CALLER))

        return await self._each(caller, count)

    async def _each(self, caller: Callable[[], Coroutine[None, None, None]], count: int) -> float:
        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
        return (time.perf_counter() - began) / count


async def answered(app: ASGIApp, body: bytes) -> int:
    """The status of a POST of a book."""
    status = 0

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"host", b"bench"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    scope: Any = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/books",
        "raw_path": b"/v1/books",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await app(scope, receive, send)
    return status


def fresh(book: Book) -> tuple[Book, Event]:
    """The same book, catalogued now."""
    at = datetime.now(UTC)
    return Book.catalogue(BookId(uuid7(at, random.randbytes(10))), book.details, at=at, by="bench")


async def measured(dsn: str, options: argparse.Namespace, console: Console) -> Figures:
    """All of it, in turns."""
    pool = Pool(dsn)
    await pool.open()
    bench = Bench(pool, options.concurrency)
    books = iter(shelf(random.Random(1876)))
    found = Figures(
        starts=[],
        rates=[],
        cpus=[],
        units={False: [], True: []},
        requests={False: [], True: []},
        posts={False: [], True: []},
    )
    for asks in (False, True, False, True):
        await bench.create(books, 300, asks=asks)
        await bench.request(300, asks=asks)
        await bench.post(300, asks=asks)
    for turn in range(options.rounds):
        console.print(f"[dim]round {turn + 1} of {options.rounds}[/dim]")
        for _ in range(4):
            for asks in (False, True):
                found.units[asks].append(await bench.create(books, options.creates, asks=asks))
                found.requests[asks].append(await bench.request(options.creates, asks=asks))
                found.posts[asks].append(await bench.post(options.creates, asks=asks))
        async with pool.acquire() as connection:
            await connection.execute("TRUNCATE jobs, pgqueuer.pgqueuer")
        found.starts.extend(await bench.starts(options.starts))
        rate, cpu = await bench.rate(options.jobs)
        found.rates.append(rate)
        found.cpus.append(cpu)
    await pool.close()
    return found


def cost(what: str, found: dict[bool, list[float]]) -> list[tuple[str, str, str, bool | None]]:
    """What it takes with a job and without, and the ratio of the turns that followed one another."""
    without, asking = (statistics.median(found[asks]) * 1e6 for asks in (False, True))
    ratio = statistics.median(more / less for less, more in zip(found[False], found[True], strict=True))
    return [
        (f"{what}: µs", f"{without:.0f}", "", None),
        ("the same with a job: µs", f"{asking:.0f}", "", None),
        ("with a job / without", f"{ratio:.2f}", f"< {GOAL_COST:g}", ratio < GOAL_COST),
    ]


def show(console: Console, found: Figures, options: argparse.Namespace) -> None:
    """One table, each figure beside its goal."""
    table = Table(title="jobs, one worker", title_justify="left")
    table.add_column("what")
    for name in ("figure", "goal", ""):
        table.add_column(name, justify="right")
    starts = [one * 1000 for one in sorted(found.starts)]
    p50, p99 = statistics.median(starts), starts[int(len(starts) * 0.99)]
    rate = statistics.median(found.rates)
    rows: Sequence[tuple[str, str, str, bool | None]] = [
        ("commit to start, idle: p50 ms", f"{p50:.1f}", "", None),
        ("commit to start, idle: p99 ms", f"{p99:.1f}", f"< {GOAL_START_MS:g}", p99 < GOAL_START_MS),
        (f"no-op jobs a second, {options.jobs:,} waiting, {options.concurrency} at once", f"{rate:,.0f}",
         f">= {GOAL_RATE:,.0f}", rate >= GOAL_RATE),
        ("CPU of the worker, µs a job", f"{statistics.median(found.cpus) * 1e6:.0f}", "", None),
        *cost(f"unit of work that adds a book, {AT_ONCE} at once", found.units),
        *cost(f"whole create without HTTP, {AT_ONCE} at once", found.requests),
        *cost(f"POST /v1/books without its socket, {AT_ONCE} at once", found.posts),
    ]  # fmt: skip
    for what, figure, goal, met in rows:
        table.add_row(what, figure, goal, "" if met is None else "met" if met else "missed")
    console.print(table)


def main() -> None:
    """Runs it all and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of everything (default 3)")
    parser.add_argument("--jobs", type=int, default=20_000, help="that wait for the worker, a round (default 20000)")
    parser.add_argument("--starts", type=int, default=300, help="jobs asked for one by one, a round (default 300)")
    parser.add_argument("--creates", type=int, default=800, help="a turn, of four a round (default 800)")
    parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="of the worker (default 10)")
    options = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        dsn = postgres.start()
        try:
            upgrade(dsn)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found = runner.run(measured(dsn, options, console))
        finally:
            postgres.stop()
    show(console, found, options)


if __name__ == "__main__":
    main()
