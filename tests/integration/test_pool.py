"""The pool against a real server: order, limits, cancellation, and what is broken under its hands."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from time import monotonic
from typing import Any

import asyncpg
import pytest
import uvloop

from adapters.postgres import pool as pool_module
from adapters.postgres.connection import Connection
from adapters.postgres.pool import Pool, PoolClosed, PoolTimeout
from tests.support.pools import connected, eventually, hold, onlooker, opened, running, server_pid
from tests.support.proxy import Proxy

# Sessions that pools have in this database; other tests have theirs in databases of their own.
OURS = "pg_stat_activity WHERE application_name = 'daybook' AND datname = current_database()"

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    with asyncio.Runner(loop_factory=request.param) as runner:
        yield runner.run


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overflow at once, so that a test of the limit does not wait for it."""
    monkeypatch.setattr(pool_module, "_OVERFLOW_PATIENCE", 0.0)


# ---- order and limits


def test_the_connection_released_last_is_handed_out_first(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=3) as pool:
            first, second, third = pool.acquire(), pool.acquire(), pool.acquire()
            pids = [(await lease.__aenter__()).get_server_pid() for lease in (first, second, third)]
            for lease in (second, third, first):
                await lease.__aexit__(None, None, None)

            assert [await server_pid(pool) for _ in range(3)] == [pids[0]] * 3
            async with pool.acquire(), pool.acquire() as under:
                assert under.get_server_pid() == pids[2]

    run(scenario())


@pytest.mark.usefixtures("patient")
def test_no_more_than_size_and_overflow_and_then_a_timeout(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=2, max_overflow=2, acquire_timeout=1) as pool:
            released = asyncio.Event()
            tasks = await hold(pool, released, 4)
            assert (pool.size, pool.in_use, pool.idle, pool.waiting, pool.max) == (4, 4, 0, 0, 4)

            began = monotonic()
            with pytest.raises(PoolTimeout, match=r"no connection came free in 1 s: 4 of 4 are in use"):
                await server_pid(pool)
            assert 0.9 < monotonic() - began < 3

            released.set()
            assert len(set(await asyncio.gather(*tasks))) == 4
            assert (pool.in_use, pool.idle) == (0, 4)

    run(scenario())


def test_overflow_is_opened_only_for_who_has_waited(
    run: Run, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = pool_module._OVERFLOW_PATIENCE

    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=5) as pool:

            async def quick() -> None:
                async with pool.acquire() as connection:
                    await connection.fetchval("SELECT 1")

            # However busy the machine is, twenty short turns are over before this.
            monkeypatch.setattr(pool_module, "_OVERFLOW_PATIENCE", 30.0)
            await asyncio.gather(*(quick() for _ in range(20)))
            assert pool.size == 1

            monkeypatch.setattr(pool_module, "_OVERFLOW_PATIENCE", patience)
            async with pool.acquire():
                began = monotonic()
                await quick()
                assert monotonic() - began > 0.04
            assert pool.size == 2

    run(scenario())


@pytest.mark.usefixtures("patient")
def test_overflow_is_closed_when_it_is_not_used(run: Run, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_OVERFLOW_IDLE", 0.1)

    async def scenario() -> None:
        async with opened(postgres_url, pool_size=2, max_overflow=3) as pool:
            released = asyncio.Event()
            tasks = await hold(pool, released, 5)
            released.set()
            pids = set(await asyncio.gather(*tasks))
            latest = await server_pid(pool)

            async with onlooker(postgres_url) as watcher:
                await eventually(lambda: pool.size == 2)
                assert await connected(watcher, pids) == 2
            assert await server_pid(pool) == latest

    run(scenario())


def test_who_asked_first_is_served_first(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            served: list[int] = []

            async def ask(number: int) -> None:
                async with pool.acquire():
                    served.append(number)

            async with pool.acquire():
                tasks = [asyncio.create_task(ask(number)) for number in range(10)]
                await asyncio.sleep(0)
                assert pool.waiting == 10
            # Whoever comes now does not get in before those who wait.
            await ask(10)
            await asyncio.gather(*tasks)
            assert served == list(range(11))

    run(scenario())


# ---- cancellation


def test_a_waiter_cancelled_while_it_is_handed_a_connection_gives_it_back(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            lease = pool.acquire()
            await lease.__aenter__()
            doomed, next_one = (asyncio.create_task(server_pid(pool)) for _ in range(2))
            await asyncio.sleep(0)
            await lease.__aexit__(None, None, None)
            doomed.cancel()

            assert (await asyncio.gather(doomed, return_exceptions=True))[0].__class__ is asyncio.CancelledError
            await asyncio.wait_for(next_one, 1)
            assert (pool.size, pool.idle) == (1, 1)

    run(scenario())


def test_a_waiter_cancelled_while_it_is_handed_a_free_place_gives_it_on(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            lease = pool.acquire()
            connection = await lease.__aenter__()
            doomed, next_one = (asyncio.create_task(server_pid(pool)) for _ in range(2))
            await asyncio.sleep(0)
            connection.terminate()
            await lease.__aexit__(None, None, None)
            doomed.cancel()

            assert (await asyncio.gather(doomed, return_exceptions=True))[0].__class__ is asyncio.CancelledError
            await asyncio.wait_for(next_one, 2)
            assert (pool.size, pool.idle) == (1, 1)

    run(scenario())


def test_cancelled_while_connecting_leaves_no_connection_behind(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=5) as pool, pool.acquire(), onlooker(postgres_url) as watcher:
            for number in range(40):
                task = asyncio.create_task(server_pid(pool))
                await asyncio.sleep(number / 4000)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await eventually(lambda: pool.in_use == 1)
            sessions = f"SELECT count(*) FROM {OURS}"

            async def as_many_as_we_know() -> bool:
                return bool(await watcher.fetchval(sessions) == pool.size)

            await eventually(as_many_as_we_know)

    run(scenario())


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("seed", range(3))
def test_random_cancellations_under_load_lose_nothing(run: Run, postgres_url: str, seed: int) -> None:
    chance = random.Random(seed)

    async def user(pool: Pool, pause: float) -> None:
        async with pool.acquire() as connection:
            kind = pause * 1000 % 4
            if kind < 1:
                async with connection.transaction():
                    await connection.execute("SELECT pg_sleep($1)", pause)
            elif kind < 2:
                await connection.execute("BEGIN")
                await connection.execute("SELECT pg_sleep($1)", pause)
                await connection.execute("COMMIT")
            elif kind < 3:
                await asyncio.sleep(pause)
            assert await connection.fetchval("SELECT $1::int", 7) == 7

    async def scenario() -> None:
        async with (
            opened(postgres_url, pool_size=3, max_overflow=3) as pool,
            onlooker(postgres_url) as watcher,
        ):
            tasks = []
            for _ in range(500):
                task = asyncio.create_task(user(pool, chance.random() / 100))
                tasks.append(task)
                if chance.random() < 0.7:
                    asyncio.get_running_loop().call_later(chance.random() / 25, task.cancel)
                if chance.random() < 0.3:
                    await asyncio.sleep(chance.random() / 100)
                assert pool.size <= pool.max
            outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)

            # Nobody but those who were cancelled has noticed anything.
            assert {type(each) for each in outcomes} == {type(None), asyncio.CancelledError}
            await eventually(lambda: pool.in_use == 0)
            assert pool.waiting == 0
            released = asyncio.Event()
            last = await hold(pool, released, pool.max)
            released.set()
            pids = set(await asyncio.gather(*last))
            assert await connected(watcher, pids) == pool.max == pool.size
            left = await watcher.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1) AND state <> 'idle'", list(pids)
            )
            assert left == 0

    run(scenario())


# ---- what a user leaves behind


def test_a_cancelled_query_is_stopped_and_harms_nobody(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool, onlooker(postgres_url) as watcher:
            pid = await server_pid(pool)

            async def slow() -> None:
                async with pool.acquire() as connection:
                    await connection.execute("SELECT pg_sleep(60)")

            for _ in range(5):
                task = asyncio.create_task(slow())
                await eventually(lambda: running(watcher, pid))
                task.cancel()
                async with pool.acquire() as connection:
                    assert connection.get_server_pid() == pid
                    assert await connection.fetchval("SELECT 42") == 42
                assert task.cancelled()

    run(scenario())


def test_a_query_cancelled_inside_the_block_and_swallowed_harms_nobody(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            async with pool.acquire() as connection:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(connection.execute("SELECT pg_sleep(60)"), 0.05)
            async with pool.acquire() as connection:
                assert await connection.fetchval("SELECT 42") == 42

    run(scenario())


def test_a_query_still_running_in_another_task_costs_the_connection(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool, onlooker(postgres_url) as watcher:
            async with pool.acquire() as connection:
                pid = connection.get_server_pid()
                leaked = asyncio.create_task(connection.fetchval("SELECT pg_sleep($1)", 60))
                await eventually(lambda: running(watcher, pid))
            assert await server_pid(pool) != pid
            with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresError)):
                await leaked

    run(scenario())


def test_a_statement_that_was_prepared_and_not_run_is_cleared_away(run: Run, postgres_url: str) -> None:
    async def refused(pool: Pool) -> int:
        async with pool.acquire() as connection:
            # asyncpg asks what the statement takes, and finds that this is not it.
            with_a_wrong_value = connection.fetchval("SELECT $1::int", "seven")
            with pytest.raises(asyncpg.DataError):
                await with_a_wrong_value
            raise LookupError

    async def scenario() -> None:
        async with (
            opened(postgres_url, pool_size=1, max_overflow=0, statement_timeout_ms=500) as pool,
            onlooker(postgres_url) as watcher,
        ):
            pid = await server_pid(pool)
            with pytest.raises(LookupError):
                await refused(pool)

            async def at_rest() -> bool:
                state = await watcher.fetchrow("SELECT state, xact_start FROM pg_stat_activity WHERE pid = $1", pid)
                return state is not None and tuple(state) == ("idle", None)

            await eventually(at_rest)
            await asyncio.sleep(0.7)
            async with pool.acquire() as connection:
                assert connection.get_server_pid() == pid
                assert await connection.fetchval("SELECT 42") == 42

    run(scenario())


def test_a_begin_that_came_through_when_it_was_cancelled_is_rolled_back(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with (
            Proxy(postgres_url) as proxy,
            opened(proxy.url, pool_size=1, max_overflow=0) as pool,
            onlooker(postgres_url) as watcher,
        ):
            pid = await server_pid(pool)

            async def begins() -> None:
                async with pool.acquire() as connection:
                    await connection.execute("BEGIN")

            proxy.stall()
            task = asyncio.create_task(begins())

            async def has_begun() -> bool:
                return bool(await watcher.fetchval("SELECT query = 'BEGIN' FROM pg_stat_activity WHERE pid = $1", pid))

            await eventually(has_begun)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            proxy.flow()
            async with pool.acquire() as connection:
                assert connection.get_server_pid() == pid
                assert not connection.is_in_transaction()

    run(scenario())


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN; SET LOCAL search_path = nowhere"])
def test_an_open_transaction_is_rolled_back_before_the_next_user(run: Run, postgres_url: str, begin: str) -> None:
    async def scenario() -> None:
        reported: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context))
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            async with pool.acquire() as connection:
                pid = connection.get_server_pid()
                await connection.execute(begin)
                await connection.execute("SELECT pg_advisory_lock(1)")
            async with pool.acquire() as connection:
                assert connection.get_server_pid() == pid
                assert not connection.is_in_transaction()
                assert await connection.fetchval("SHOW search_path") != "nowhere"
                assert await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
        assert reported == []

    run(scenario())


def test_a_failed_transaction_is_rolled_back_before_the_next_user(run: Run, postgres_url: str) -> None:
    async def fails(pool: Pool) -> None:
        async with pool.acquire() as connection:
            await connection.execute("BEGIN")
            await connection.execute("SELECT 1 / 0")

    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await fails(pool)
            async with pool.acquire() as connection:
                assert await connection.fetchval("SELECT 42") == 42

    run(scenario())


def test_a_connection_that_was_broken_off_is_not_taken_back(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, pool_size=1, max_overflow=0) as pool:
            async with pool.acquire() as connection:
                # As asyncpg does on a protocol error: the event loop closes the socket some time later.
                connection._transport.abort()  # type: ignore[attr-defined]  # private, so not in the stubs
            assert pool.size == 0
            await server_pid(pool)

    run(scenario())


# ---- sessions


def test_sessions_are_set_up_once(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, statement_timeout_ms=12_000) as pool, pool.acquire() as connection:
            shown = {
                name: await connection.fetchval(f"SHOW {name}")
                for name in ("application_name", "timezone", "jit", "statement_timeout")
            }
            assert shown == {
                "application_name": "daybook",
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": "12s",
            }
            document = {"title": "Emma", "pages": [1, 2.5, None, True], "ä": {"large": 2**70}}
            row = await connection.fetchrow("SELECT $1::jsonb, $1::json, NULL::jsonb", document)
            assert row is not None
            assert tuple(row) == (document, document, None)

    run(scenario())


def test_a_statement_that_takes_too_long_is_stopped_by_the_server(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url, statement_timeout_ms=50) as pool:
            async with pool.acquire() as connection:
                with pytest.raises(asyncpg.QueryCanceledError):
                    await connection.execute("SELECT pg_sleep(60)")
            assert await server_pid(pool) == connection.get_server_pid()

    run(scenario())


# ---- opening and closing


def test_a_wrong_address_shows_on_opening_without_the_password(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        pool = Pool("postgresql://ada:s3cret@127.0.0.1:1/shop", connect_timeout=2)
        with pytest.raises(ConnectionRefusedError) as caught:
            await pool.open()
        assert "s3cret" not in f"{caught.value}{pool!r}"
        assert pool.size == 0
        with pytest.raises(PoolClosed):
            await server_pid(pool)

    run(scenario())


def test_close_serves_who_is_in_and_who_waits_and_refuses_the_rest(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        pool = Pool(postgres_url, pool_size=1, max_overflow=0)
        await pool.open()
        lease = pool.acquire()
        connection = await lease.__aenter__()
        waiter = asyncio.create_task(server_pid(pool))
        await asyncio.sleep(0)
        closing = asyncio.create_task(pool.close(5))
        await asyncio.sleep(0.02)
        with pytest.raises(PoolClosed):
            await server_pid(pool)
        assert not closing.done()
        assert await connection.fetchval("SELECT 42") == 42

        await lease.__aexit__(None, None, None)
        assert await waiter == connection.get_server_pid()
        await asyncio.wait_for(closing, 1)
        assert pool.size == 0
        await pool.close(5)
        async with onlooker(postgres_url) as watcher:
            assert await connected(watcher, {await waiter}) == 0

    run(scenario())


def test_close_ends_what_outlasts_its_grace(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        pool = Pool(postgres_url, pool_size=1, max_overflow=0)
        await pool.open()

        async def slow() -> None:
            async with pool.acquire() as connection:
                await connection.execute("SELECT pg_sleep(60)")

        pid = await server_pid(pool)
        user, waiter = asyncio.create_task(slow()), asyncio.create_task(server_pid(pool))
        async with onlooker(postgres_url) as watcher:
            await eventually(lambda: running(watcher, pid))
            began = monotonic()
            await pool.close(0.1)
            assert monotonic() - began < 1
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
                await user
            with pytest.raises(PoolClosed):
                await waiter
            assert (pool.size, pool.in_use, pool.waiting) == (0, 0, 0)

            async def its_query_is_stopped() -> bool:
                return await connected(watcher, {pid}) == 0

            await eventually(its_query_is_stopped)

    run(scenario())


def test_a_connection_that_comes_after_the_pool_was_closed_is_closed(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with Proxy(postgres_url) as proxy, onlooker(postgres_url) as watcher:
            pool = Pool(proxy.url, pool_size=2)
            begun = await watcher.fetchval("SELECT clock_timestamp()")
            await pool.open()
            async with pool.acquire():
                proxy.stall()
                late = asyncio.create_task(server_pid(pool))
                await asyncio.sleep(0.02)
                await pool.close(0.01)
            proxy.flow()
            with pytest.raises(PoolClosed):
                await late
            assert pool.size == 0
            sessions = f"SELECT count(*) = 0 FROM {OURS} AND backend_start >= $1"

            async def nobody() -> bool:
                return bool(await watcher.fetchval(sessions, begun))

            await eventually(nobody)

    run(scenario())


def test_a_closed_pool_can_be_opened_again(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        pool = Pool(postgres_url)
        for _ in range(2):
            await pool.open()
            with pytest.raises(RuntimeError, match="the pool is open"):
                await pool.open()
            await server_pid(pool)
            await pool.close()

    run(scenario())


def test_another_event_loop_is_refused(postgres_url: str) -> None:
    pool = Pool(postgres_url)

    async def foreign() -> None:
        with pytest.raises(PoolClosed, match="event loop"):
            await pool.obtain(None)

    async def scenario() -> None:
        await pool.open()
        await asyncio.to_thread(asyncio.run, foreign())
        await pool.close()

    asyncio.run(scenario())


def test_a_lease_left_twice_does_not_hand_its_connection_to_two(run: Run, postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened(postgres_url) as pool:
            lease = pool.acquire()
            await lease.__aenter__()
            await lease.__aexit__(None, None, None)
            with pytest.raises(AttributeError):
                await lease.__aexit__(None, None, None)
            assert (pool.size, pool.idle) == (1, 1)

    run(scenario())


@pytest.mark.parametrize(("pool_size", "max_overflow"), [(0, 5), (5, -1)])
def test_a_pool_without_room_is_refused(pool_size: int, max_overflow: int) -> None:
    with pytest.raises(ValueError, match="pool_size of at least 1"):
        Pool("postgresql://localhost/shop", pool_size=pool_size, max_overflow=max_overflow)


def test_the_connection_class_is_our_own(run: Run, postgres_url: str) -> None:
    def observer(name: str, sql: str, seconds: float, error: BaseException | None, /) -> None:
        raise AssertionError("no statement ran")

    async def scenario() -> None:
        async with opened(postgres_url, observer=observer) as pool, pool.acquire() as connection:
            assert type(connection) is Connection
            assert connection.observer is observer

    run(scenario())


async def test_a_pool_that_is_opened_for_later_connects_with_its_first_use(database_url: str) -> None:
    told: list[int] = []
    pool = Pool(database_url, name="reports", settings={"max_parallel_workers_per_gather": "0"}, told=told.append)
    await pool.open(connect=False)
    assert (pool.size, told) == (0, [])
    async with pool.acquire() as connection:
        named = await connection.fetchrow(
            "SELECT application_name, current_setting('max_parallel_workers_per_gather') FROM pg_stat_activity"
            " WHERE pid = pg_backend_pid()"
        )
        assert told == [connection.get_server_pid()]
    assert tuple(named or ()) == ("reports", "0")
    await pool.close(2)
