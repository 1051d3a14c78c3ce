"""What the pool, `read` and `write` make of killed sessions, silent networks and a database that goes and comes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import uvloop

from adapters.embedded.server import EmbeddedPostgres
from adapters.postgres import connection as connection_module
from adapters.postgres import pool as pool_module
from adapters.postgres.connection import BROKEN, Connection
from adapters.postgres.errors import raise_translated, read, write
from adapters.postgres.pool import Pool, PoolTimeout
from application.errors import OutcomeUnknown, Unavailable
from tests.support.pools import connected, eventually, hold, onlooker, opened, running, server_pid
from tests.support.proxy import Proxy


def asks(sql: str) -> Callable[[Connection], Awaitable[int]]:
    async def question(connection: Connection) -> int:
        return int(await connection.fetchval(sql))

    return question


async def fill(pool: Pool, count: int) -> set[int]:
    """Open `count` connections and leave them idle; their server processes."""
    released = asyncio.Event()
    tasks = await hold(pool, released, count)
    released.set()
    return set(await asyncio.gather(*tasks))


async def kill(watcher: asyncpg.Connection, pids: set[int]) -> None:
    await watcher.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid", list(pids))


# ---- killed sessions


def test_idle_sessions_that_were_killed_are_replaced_without_anybody_noticing(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=5) as pool, onlooker(postgres_url) as watcher:
            old = await fill(pool, 5)
            await kill(watcher, old)
            for _ in range(20):
                assert await read(pool, asks("SELECT 42")) == 42
            assert await connected(watcher, old) == 0
            assert not await fill(pool, 5) & old

    uvloop.run(scenario())


def test_one_killed_session_puts_the_others_to_the_test_and_keeps_them(postgres_url: str) -> None:
    async def scenario() -> None:
        async with (
            Proxy(postgres_url) as proxy,
            opened(proxy.url, pool_size=3) as pool,
            onlooker(postgres_url) as watcher,
        ):
            old = await fill(pool, 3)
            async with pool.acquire() as connection:
                killed = connection.get_server_pid()
                await kill(watcher, {killed})
                with pytest.raises(BROKEN):
                    await connection.fetchval("SELECT 1")
            assert (pool.size, pool.idle) == (2, 2)
            before = proxy.sent
            assert await fill(pool, 2) == old - {killed}
            assert proxy.sent > before

    uvloop.run(scenario())


def test_a_read_whose_session_is_killed_is_asked_again_once(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=2) as pool, onlooker(postgres_url) as watcher:
            pids: list[int] = []

            async def question(connection: Connection) -> int:
                pids.append(connection.get_server_pid())
                if len(pids) == 1:
                    await connection.execute("SELECT pg_sleep(60)")
                return int(await connection.fetchval("SELECT 42"))

            asked = asyncio.create_task(read(pool, question))
            await eventually(lambda: bool(pids))
            await eventually(lambda: running(watcher, pids[0]))
            await kill(watcher, {pids[0]})
            assert await asked == 42
            assert len(set(pids)) == 2

    uvloop.run(scenario())


def test_a_read_lost_twice_is_unavailable(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url) as pool, onlooker(postgres_url) as watcher:
            attempts = 0

            async def question(connection: Connection) -> int:
                nonlocal attempts
                attempts += 1
                await kill(watcher, {connection.get_server_pid()})
                return int(await connection.fetchval("SELECT 42"))

            with pytest.raises(Unavailable, match="lost") as caught:
                await read(pool, question)
            assert attempts == 2
            assert not isinstance(caught.value, OutcomeUnknown)
            assert isinstance(caught.value.__cause__, BROKEN)

    uvloop.run(scenario())


def test_sessions_killed_under_load_cost_reads_nothing_and_writes_an_honest_answer(postgres_url: str) -> None:
    """Every write that was acknowledged is there, and none that was refused."""

    async def scenario() -> None:
        table = f"kept_{uuid4().hex}"
        async with opened(postgres_url, pool_size=4, max_overflow=2) as pool, onlooker(postgres_url) as watcher:
            await watcher.execute(f"CREATE TABLE {table} (n int)")
            outcomes: dict[int, str] = {}

            async def writer(number: int) -> None:
                async def change(connection: Connection) -> None:
                    await connection.execute(f"INSERT INTO {table} VALUES ($1)", number)

                try:
                    await write(pool, change)
                    outcomes[number] = "kept"
                except OutcomeUnknown:
                    outcomes[number] = "unknown"
                except Unavailable:
                    outcomes[number] = "refused"

            async def reader() -> int:
                # Two kills may hit both attempts; then it is Unavailable, never a driver's error.
                try:
                    return await read(pool, asks("SELECT count(*) FROM generate_series(1, 2000)"))
                except Unavailable:
                    return 2000

            async def killer() -> None:
                for _ in range(15):
                    await asyncio.sleep(0.01)
                    await watcher.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'daybook' AND datname = current_database()"
                        " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2"
                    )

            killing = asyncio.create_task(killer())
            for start in range(0, 600, 20):
                answers = await asyncio.gather(
                    *(writer(number) for number in range(start, start + 20)), *(reader() for _ in range(20))
                )
                assert {answer for answer in answers if answer is not None} == {2000}
                await asyncio.sleep(0.005)
            await killing

            kept = {row["n"] for row in await watcher.fetch(f"SELECT n FROM {table}")}
            await watcher.execute(f"DROP TABLE {table}")
            assert len(outcomes) == 600
            assert {number for number, outcome in outcomes.items() if outcome == "kept"} <= kept
            assert not {number for number, outcome in outcomes.items() if outcome == "refused"} & kept
            assert await read(pool, asks("SELECT 42")) == 42
            await eventually(lambda: pool.in_use == 0)

    uvloop.run(scenario())


# ---- the word on a write


def test_a_write_lost_after_it_was_sent_has_an_unknown_outcome(postgres_url: str) -> None:
    async def scenario() -> None:
        table = f"kept_{uuid4().hex}"

        async def change(connection: Connection) -> None:
            await connection.execute(f"INSERT INTO {table} VALUES (1)")

        async with Proxy(postgres_url) as proxy, opened(proxy.url) as pool, onlooker(postgres_url) as watcher:
            await watcher.execute(f"CREATE TABLE {table} (n int)")
            proxy.cuts_after = b"INSERT"
            with pytest.raises(OutcomeUnknown):
                await write(pool, change)
            # It was made: nobody could have told.
            await eventually(lambda: has_rows(watcher, table, 1))
            await write(pool, change)
            await eventually(lambda: has_rows(watcher, table, 2))
            await watcher.execute(f"DROP TABLE {table}")

    uvloop.run(scenario())


async def has_rows(watcher: asyncpg.Connection, table: str, count: int) -> bool:
    return bool(await watcher.fetchval(f"SELECT count(*) = $1 FROM {table}", count))


def test_a_transaction_lost_before_its_commit_is_unavailable_and_after_it_unknown(postgres_url: str) -> None:
    async def scenario() -> None:
        async def unit_of_work(pool: Pool) -> None:
            async with pool.acquire() as connection:
                try:
                    await connection.execute("BEGIN")
                    await connection.execute("SELECT 1 AS change")
                except Exception as error:
                    raise_translated(error)
                try:
                    await connection.execute("COMMIT")
                except Exception as error:
                    raise_translated(error, sent=True)

        async with Proxy(postgres_url) as proxy, opened(proxy.url) as pool:
            proxy.cuts_after = b"change"
            with pytest.raises(Unavailable) as caught:
                await unit_of_work(pool)
            assert type(caught.value) is Unavailable
            proxy.cuts_after = b"COMMIT"
            with pytest.raises(OutcomeUnknown):
                await unit_of_work(pool)
            await unit_of_work(pool)

    uvloop.run(scenario())


def test_a_write_without_a_connection_was_not_made(postgres_url: str) -> None:
    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, opened(proxy.url, acquire_timeout=3) as pool:
            proxy.refuses = True
            proxy.cut()
            await asyncio.sleep(0.01)
            with pytest.raises(Unavailable) as caught:
                await write(pool, asks("SELECT 42"))
            assert type(caught.value) is Unavailable
            proxy.refuses = False
            assert await write(pool, asks("SELECT 42")) == 42

    uvloop.run(scenario())


def test_a_statement_stopped_by_the_server_is_unavailable(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, statement_timeout_ms=50) as pool:
            for run in (read, write):
                with pytest.raises(Unavailable, match="statement timeout") as caught:
                    await run(pool, asks("SELECT count(*) FROM pg_sleep(60)"))
                assert type(caught.value) is Unavailable

    uvloop.run(scenario())


def test_an_exhausted_pool_is_unavailable(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0, acquire_timeout=1) as pool, pool.acquire():
            with pytest.raises(Unavailable, match="1 of 1 are in use") as caught:
                await read(pool, asks("SELECT 42"))
            assert isinstance(caught.value.__cause__, PoolTimeout)

    uvloop.run(scenario())


def test_an_error_of_the_question_itself_passes_through(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url) as pool:
            for run in (read, write):
                with pytest.raises(asyncpg.UndefinedTableError):
                    await run(pool, asks("SELECT 1 FROM nowhere_to_be_found"))

    uvloop.run(scenario())


# ---- age and silence


def test_an_old_connection_is_replaced(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, recycle_seconds=0.1) as pool, onlooker(postgres_url) as watcher:
            first = await server_pid(pool)
            assert await server_pid(pool) == first
            await asyncio.sleep(0.12)
            second = await server_pid(pool)
            assert second != first
            # Under a load that never lets it rest as well: then it is replaced when it is released.
            async with pool.acquire():
                waiter = asyncio.create_task(server_pid(pool))
                await asyncio.sleep(0.12)
            assert await waiter != second
            assert await connected(watcher, {first, second}) == 0
            assert pool.size == 1

    uvloop.run(scenario())


def test_a_connection_in_use_costs_nothing_on_the_wire(postgres_url: str) -> None:
    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, opened(proxy.url) as pool:
            await asyncio.sleep(0.05)
            before = proxy.sent
            for _ in range(100):
                async with pool.acquire():
                    pass
            await asyncio.sleep(0.05)
            assert proxy.sent == before

    uvloop.run(scenario())


@pytest.fixture
def suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle connections are asked for a sign of life at once, and given little time for it."""
    monkeypatch.setattr(pool_module, "_TRUSTED_IDLE", 0.0)
    monkeypatch.setattr(pool_module, "_PING_WITHIN", 0.2)


@pytest.mark.usefixtures("suspicious")
@pytest.mark.parametrize("pre_ping", [True, False])
def test_pre_ping_asks_an_idle_connection_for_a_sign_of_life(postgres_url: str, *, pre_ping: bool) -> None:
    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, opened(proxy.url, pre_ping=pre_ping) as pool:
            before = proxy.sent
            await server_pid(pool)
            await asyncio.sleep(0.05)
            assert (proxy.sent > before) == pre_ping

    uvloop.run(scenario())


@pytest.mark.usefixtures("suspicious")
def test_a_silent_connection_is_given_up_in_time_and_all_idle_ones_with_it(postgres_url: str) -> None:
    async def scenario() -> None:
        async with (
            Proxy(postgres_url) as proxy,
            opened(proxy.url, pool_size=5, acquire_timeout=1.5) as pool,
        ):
            await fill(pool, 5)
            proxy.stall()
            began = monotonic()
            with pytest.raises(Unavailable):
                await read(pool, asks("SELECT 42"))
            assert monotonic() - began < 3
            assert pool.size == 0

            proxy.flow()
            assert await read(pool, asks("SELECT 42")) == 42

    uvloop.run(scenario())


@pytest.mark.usefixtures("suspicious")
def test_cancelled_while_a_connection_is_checked_loses_nothing(postgres_url: str) -> None:
    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, opened(proxy.url, pool_size=1, max_overflow=0) as pool:
            proxy.stall()
            user = asyncio.create_task(server_pid(pool))
            await asyncio.sleep(0.05)
            user.cancel()
            await asyncio.gather(user, return_exceptions=True)
            proxy.flow()
            assert await read(pool, asks("SELECT 42")) == 42
            await eventually(lambda: (pool.size, pool.in_use) == (1, 0))

    uvloop.run(scenario())


def test_a_query_that_cannot_be_stopped_costs_its_connection(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_REPAIR_WITHIN", 0.2)

    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, opened(proxy.url, pool_size=1, max_overflow=0) as pool:
            pid = await server_pid(pool)
            proxy.stall()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await read(pool, asks("SELECT 42"))
            assert pool.in_use == 1
            await eventually(lambda: pool.size == 0)
            proxy.flow()
            assert await server_pid(pool) != pid

    uvloop.run(scenario())


# ---- a database that goes and comes


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path / "database", durable=False) as server:
        yield server


def test_the_pool_heals_after_the_database_was_stopped_and_started(own_server: EmbeddedPostgres) -> None:
    async def scenario() -> None:
        async with Proxy(own_server.dsn) as proxy, opened(proxy.url, pool_size=4) as pool:
            old = await fill(pool, 4)
            await asyncio.to_thread(own_server.stop)
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await read(pool, asks("SELECT 42"))
                with pytest.raises(Unavailable):
                    await write(pool, asks("SELECT 42"))
            assert (pool.in_use, pool.waiting) == (0, 0)

            proxy.server_url = await asyncio.to_thread(own_server.start)
            answers = await asyncio.gather(*(read(pool, asks("SELECT 42")) for _ in range(40)))
            assert answers == [42] * 40
            assert not await fill(pool, 4) & old

    uvloop.run(scenario())


def test_a_wrong_password_says_so_and_is_not_shown(own_server: EmbeddedPostgres) -> None:
    async def scenario() -> None:
        parts = urlsplit(own_server.dsn)
        url = urlunsplit(parts._replace(netloc=f"{parts.username}:s3cret@"))
        pool = Pool(url)
        with pytest.raises(asyncpg.InvalidPasswordError) as caught:
            await pool.open()
        assert "s3cret" not in f"{caught.value}{pool!r}"
        with pytest.raises(Unavailable, match="password authentication failed"):
            raise_translated(caught.value)

    uvloop.run(scenario())


def test_json_is_not_asked_about_when_connecting(postgres_url: str) -> None:
    """The codecs of json and jsonb are set without a query: the server has seen none when the first user comes."""

    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy:
            dsn = connection_module.Dsn(proxy.url)
            plain = await asyncpg.connect(proxy.url)
            for_plain, proxy.sent = proxy.sent, 0
            ours = await connection_module.connect(dsn, within=5, settings={})
            assert proxy.sent == for_plain
            await plain.close()
            await ours.close()

    uvloop.run(scenario())
