"""Sessions with Snowflake: bounded, asked again when they are lost, and quiet about secrets."""

import asyncio
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from snowflake.connector import errors
from sqlalchemy import Connection, text

from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.errors import SessionLost, translate
from adapters.snowflake.stores import SnowflakeHealth
from application.errors import NotFound, Unavailable
from tests.support.snowflake_case import names_on

ONE = text("SELECT 1 AS one")


@contextmanager
def failing(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, *failures: Exception) -> Iterator[list[str]]:
    """The next statements fail in the driver with these, one after another; gives the list of those that were sent."""
    dialect = warehouse._engine.dialect
    left, sent, execute = list(failures), [], dialect.do_execute

    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        sent.append(statement)
        if left:
            raise left.pop(0)
        execute(cursor, statement, parameters, context)

    with monkeypatch.context() as patched:
        patched.setattr(dialect, "do_execute", do_execute)
        yield sent


def lost() -> Exception:
    return errors.OperationalError(msg="Authentication token has expired", errno=390114)


class TestLost:
    async def test_a_question_is_asked_again_in_another_session(
        self, migrated_snowflake: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await migrated_snowflake.ask("test", ONE)
        with failing(migrated_snowflake, monkeypatch, lost()) as sent:
            rows = await migrated_snowflake.ask("test", ONE)
        assert [row["one"] for row in rows] == [1]
        assert len([one for one in sent if one == "SELECT 1 AS one"]) == 2

    async def test_one_that_is_lost_twice_is_unavailable(
        self, migrated_snowflake: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await migrated_snowflake.ask("test", ONE)
        with (
            failing(migrated_snowflake, monkeypatch, lost(), lost()),
            pytest.raises(Unavailable, match="cannot be reached"),
        ):
            await migrated_snowflake.ask("test", ONE)
        assert await migrated_snowflake.ask("test", ONE)

    async def test_work_that_may_change_something_is_done_once(
        self, migrated_snowflake: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await migrated_snowflake.ask("test", ONE)
        with failing(migrated_snowflake, monkeypatch, lost()) as sent, pytest.raises(Unavailable):
            await migrated_snowflake.run(lambda session: session.execute(ONE))
        assert sent == ["SELECT 1 AS one"]

    async def test_all_sessions_of_the_pool_are_given_up_together(
        self, snowflake_connection: SnowflakeConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        warehouse = Warehouse(snowflake_connection, sessions=2)
        opened: list[object] = []
        dialect = warehouse._engine.dialect
        connect = dialect.connect

        def counted(**given: Any) -> Any:
            opened.append(given)
            return connect(**given)

        monkeypatch.setattr(dialect, "connect", counted)

        async def two_at_once() -> None:
            both = threading.Barrier(2)
            await asyncio.gather(*(warehouse.run(lambda session: both.wait(10)) for _ in range(2)))

        await two_at_once()
        await two_at_once()
        assert len(opened) == 2
        with failing(warehouse, monkeypatch, lost()):
            assert await warehouse.ask("test", ONE)
        await two_at_once()
        assert len(opened) == 4
        await warehouse.close()


class TestErrors:
    @pytest.mark.parametrize(
        ("number", "kind", "told"),
        [
            (606, errors.ProgrammingError, "no running warehouse"),
            (604, errors.ProgrammingError, "stopped the statement"),
            (625, errors.ProgrammingError, "another load"),
            (2003, errors.ProgrammingError, "`daybook warehouse sync` makes them"),
            (904, errors.ProgrammingError, "refused what it was asked"),
            (250001, errors.OperationalError, "cannot be reached"),
            (390111, errors.ProgrammingError, "cannot be reached"),
        ],
    )
    async def test_they_tell_what_it_is_by_its_number_alone(
        self,
        migrated_snowflake: Warehouse,
        monkeypatch: pytest.MonkeyPatch,
        number: int,
        kind: type[errors.Error],
        told: str,
    ) -> None:
        await migrated_snowflake.ask("test", ONE)
        failure = kind(msg="near 'ada@example.org'", errno=number)
        with failing(migrated_snowflake, monkeypatch, failure, failure), pytest.raises(Unavailable) as caught:
            await migrated_snowflake.ask("test", ONE)
        assert told in caught.value.detail
        assert str(number) in caught.value.detail
        assert "ada" not in caught.value.detail
        assert caught.value.retry_after > 0

    async def test_what_is_below_the_driver_does_not_come_through(self, migrated_snowflake: Warehouse) -> None:
        class TransactionException(Exception):
            """As DuckDB raises below fakesnow."""

        def work(session: Connection) -> None:
            raise TransactionException("Conflict on update of 'ada@example.org'")

        with pytest.raises(Unavailable, match=r"^Snowflake gave up \(TransactionException\)$"):
            await migrated_snowflake.run(work)

    @pytest.mark.parametrize("error", [TypeError("a float"), NotFound("book", 1), OSError(28, "No space left")])
    async def test_errors_of_our_own_come_through(self, migrated_snowflake: Warehouse, error: Exception) -> None:
        def work(session: Connection) -> None:
            raise error

        with pytest.raises(type(error)) as caught:
            await migrated_snowflake.run(work)
        assert caught.value is error

    @pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
    def test_a_broken_network_is_a_lost_session(self, error: Exception) -> None:
        assert isinstance(translate(error), SessionLost)

    async def test_no_error_adds_the_values_of_a_statement(
        self, migrated_snowflake: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = text("SELECT nothing FROM customers WHERE email = :email")
        await migrated_snowflake.ask("test", ONE)
        failure = errors.ProgrammingError(msg="invalid identifier 'NOTHING'", errno=904)
        with failing(migrated_snowflake, monkeypatch, failure), pytest.raises(Unavailable) as caught:
            await migrated_snowflake.ask("test", wrong, {"email": "ada@example.org"})
        told = "".join(traceback.format_exception(caught.value))
        assert "invalid identifier 'NOTHING'" in told
        assert "ada@example.org" not in told.replace('{"email": "ada@example.org"}', "")


class TestSecrets:
    def test_they_are_left_out_of_texts(self) -> None:
        connection = SnowflakeConnection(
            account="a",
            user="u",
            password="pass-word",
            private_key_file="key.pem",
            private_key_passphrase="pass-phrase",
        )
        warehouse = Warehouse(connection)
        for shown in (repr(connection), str(connection), repr(warehouse._engine), str(warehouse._engine.url)):
            assert "pass-" not in shown

    async def test_they_reach_the_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connection = SnowflakeConnection(
            account="a", user="u", password="p", private_key_file="k", private_key_passphrase="q", role="r", host="h"
        )
        given: dict[str, Any] = {}

        def connect(**arguments: Any) -> None:
            given.update(arguments)
            raise errors.OperationalError(msg="no", errno=250001)

        monkeypatch.setattr("snowflake.connector.connect", connect)
        with pytest.raises(Unavailable):
            await Warehouse(connection, login_seconds=3, statement_seconds=60).ask("test", ONE)
        assert {name: given[name] for name in ("account", "user", "password", "role", "host")} == {
            "account": "a",
            "user": "u",
            "password": "p",
            "role": "r",
            "host": "h",
        }
        assert (given["private_key_file"], given["private_key_file_pwd"]) == ("k", "q")
        assert (given["database"], given["schema"], given["login_timeout"]) == ("DAYBOOK", "PUBLIC", 3)
        assert given["session_parameters"]["TIMEZONE"] == "UTC"
        assert given["session_parameters"]["STATEMENT_TIMEOUT_IN_SECONDS"] == 60
        assert "warehouse" not in given
        assert "port" not in given


class TestBounds:
    async def test_no_more_are_at_work_than_there_are_sessions(self, snowflake_connection: SnowflakeConnection) -> None:
        warehouse = Warehouse(snowflake_connection, sessions=2)
        lock, at_work, most = threading.Lock(), 0, 0

        def work(session: Connection) -> int:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.02)
            found = session.execute(ONE).scalar_one()
            with lock:
                at_work -= 1
            return int(found)

        assert await asyncio.gather(*(warehouse.run(work) for _ in range(12))) == [1] * 12
        assert most == 2
        await warehouse.close()

    async def test_the_event_loop_goes_on_while_a_statement_runs(self, migrated_snowflake: Warehouse) -> None:
        released = threading.Event()
        waiting = asyncio.create_task(migrated_snowflake.run(lambda session: released.wait(10)))
        await asyncio.sleep(0)
        released.set()
        assert await waiting

    async def test_health_is_told_while_all_threads_work(self, snowflake_connection: SnowflakeConnection) -> None:
        warehouse = Warehouse(snowflake_connection, sessions=1)
        released = threading.Event()
        busy = asyncio.create_task(warehouse.run(lambda session: released.wait(10)))
        assert (await SnowflakeHealth(warehouse, names_on(snowflake_connection)).check()).ok
        assert not busy.done()
        released.set()
        await busy
        await warehouse.close()

    async def test_one_who_is_cancelled_does_not_wait(self, snowflake_connection: SnowflakeConnection) -> None:
        warehouse = Warehouse(snowflake_connection, sessions=1)
        released = threading.Event()
        task = asyncio.create_task(warehouse.run(lambda session: released.wait(10)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not released.is_set()
        released.set()
        assert await warehouse.ask("test", ONE)
        await warehouse.close()

    async def test_a_closed_one_is_unavailable(self, snowflake_connection: SnowflakeConnection) -> None:
        warehouse = Warehouse(snowflake_connection)
        assert await warehouse.ask("test", ONE)
        await warehouse.close()
        with pytest.raises(Unavailable, match="closed"):
            await warehouse.ask("test", ONE)
        await warehouse.close()


async def test_the_observer_is_told_of_each_question(snowflake_connection: SnowflakeConnection) -> None:
    seen: list[tuple[str, str, float, BaseException | None]] = []
    warehouse = Warehouse(snowflake_connection, observer=lambda *told: seen.append(told))
    await warehouse.ask("test.good", text("SELECT :value AS one"), {"value": "ada@example.org"})
    with pytest.raises(Unavailable):
        await warehouse.ask("test.bad", text("SELECT nothing"))
    await warehouse.close()
    (good, sql, seconds, none), (bad, _, _, error) = seen
    assert (good, none, bad) == ("test.good", None, "test.bad")
    assert "SELECT" in sql
    assert "ada" not in sql
    assert 0 < seconds < 10
    assert isinstance(error, Unavailable)
