"""What the driver raises becomes an error of the ports, or stays what it is when it is our own fault."""

import asyncpg
import pytest

from adapters.postgres import errors
from adapters.postgres.errors import is_lost, raise_translated, translate
from adapters.postgres.pool import PoolClosed, PoolTimeout
from application.errors import AlreadyExists, OutcomeUnknown, Unavailable

LOST: list[Exception] = [
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.ConnectionFailureError("gone"),
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    asyncpg.CrashShutdownError("crash"),
    asyncpg.IdleInTransactionSessionTimeoutError("idle"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    ConnectionResetError("reset"),
    BrokenPipeError("pipe"),
]
REFUSED: list[Exception] = [
    PoolTimeout("full"),
    PoolClosed("closed"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    asyncpg.InvalidPasswordError("password authentication failed"),
]
UNDONE: list[Exception] = [
    asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.SerializationError("could not serialize access"),
    asyncpg.DiskFullError("disk full"),
    asyncpg.ReadOnlySQLTransactionError("read-only"),
]
OUR_FAULT: list[Exception] = [
    asyncpg.UndefinedTableError('relation "books" does not exist'),
    asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
    asyncpg.InternalClientError("got result for unknown protocol state 3"),
    ValueError("what"),
]


def named(error: Exception) -> str:
    return type(error).__name__


@pytest.mark.parametrize("error", LOST, ids=named)
def test_a_lost_connection_leaves_a_change_unknown_only_when_it_was_sent(error: Exception) -> None:
    assert is_lost(error)
    assert type(translate(error)) is Unavailable
    assert type(translate(error, sent=True)) is OutcomeUnknown


@pytest.mark.parametrize("error", REFUSED + UNDONE, ids=named)
def test_what_was_refused_or_undone_is_unavailable(error: Exception) -> None:
    assert not is_lost(error)
    for sent in (False, True):
        translated = translate(error, sent=sent)
        assert type(translated) is Unavailable
        assert str(error) in str(translated)
        assert 1 <= translated.retry_after <= 30


def test_running_out_of_time_here_is_not_a_lost_connection_and_leaves_a_change_unknown() -> None:
    assert not is_lost(TimeoutError())
    assert type(translate(TimeoutError())) is Unavailable
    assert type(translate(TimeoutError(), sent=True)) is OutcomeUnknown


@pytest.mark.parametrize("error", OUR_FAULT, ids=named)
def test_our_own_faults_pass_through(error: Exception) -> None:
    assert translate(error) is error
    with pytest.raises(type(error)) as caught:
        raise_translated(error)
    assert caught.value is error


def violation(constraint: str | None) -> asyncpg.UniqueViolationError:
    error = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    error.constraint_name = constraint
    return error


def test_constraints_become_what_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    class Taken(AlreadyExists):
        message = "taken"

    monkeypatch.setitem(errors.CONSTRAINTS, "uq_books_isbn", lambda _: Taken())
    known, unknown, unnamed = violation("uq_books_isbn"), violation("uq_other"), violation(None)

    assert type(translate(known)) is Taken
    assert translate(unknown) is unknown
    assert translate(unnamed) is unnamed
    with pytest.raises(Taken) as caught:
        raise_translated(known)
    assert caught.value.__cause__ is known
