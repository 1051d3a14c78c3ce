"""What PostgreSQL and the connection to it raise, as the errors of the ports.

`read` and `write` run a function on a connection of the pool and raise nothing else but what the ports promise and
what is a fault of Daybook itself (a missing table, a wrong type), which passes through unchanged.
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import asyncpg

from adapters.postgres.connection import Connection
from adapters.postgres.pool import Pool, PoolClosed, PoolTimeout
from application.errors import Conflict, OutcomeUnknown, Unavailable
from application.ports.authors import AuthorExists, AuthorsChanged
from application.ports.books import IsbnExists
from application.ports.categories import CategoriesChanged, CategoryCodeExists, SlugExists
from application.ports.consumers import ConsumerMoved
from application.ports.customers import CustomerReferenceExists, EmailExists
from application.ports.groups import GroupNameExists
from application.ports.idempotency import KeyInUse
from application.ports.jobs import JobKeyExists
from application.ports.orders import OrderReferenceExists, ReturnReferenceExists
from application.ports.reviews import ReviewExists
from application.ports.schedules import ScheduleNameExists
from application.ports.segments import SegmentNameExists

_Result = TypeVar("_Result")


def _gone(what: str) -> Callable[[asyncpg.IntegrityConstraintViolationError], Exception]:
    return lambda _error: Conflict(f"{what} is not there: read again what is, and repeat the change")


def _there(what: str) -> Callable[[asyncpg.IntegrityConstraintViolationError], Exception]:
    return lambda _error: Conflict(f"{what} of this id is already there")


def _other_authors() -> AuthorsChanged:
    return AuthorsChanged("an author was renamed, deleted or merged in the meantime: read it again and repeat")


CONSTRAINTS: dict[str, Callable[[asyncpg.IntegrityConstraintViolationError], Exception]] = {
    "uq_customers_living_email": lambda _error: EmailExists(),
    "uq_customers_living_reference": lambda _error: CustomerReferenceExists(),
    "uq_authors_living_name_key": lambda _error: AuthorExists(),
    "uq_books_living_isbn": lambda _error: IsbnExists(),
    "uq_categories_living_path": lambda _error: SlugExists(),
    "uq_categories_living_code": lambda _error: CategoryCodeExists(),
    "uq_orders_reference_channel": lambda _error: OrderReferenceExists(),
    "uq_returns_reference_channel": lambda _error: ReturnReferenceExists(),
    "uq_reviews_living_customer_id_book_id": lambda _error: ReviewExists(),
    "uq_groups_living_name": lambda _error: GroupNameExists(),
    "uq_segments_living_name": lambda _error: SegmentNameExists(),
    "uq_jobs_open_unique_key": lambda _error: JobKeyExists(),
    "uq_schedules_living_name": lambda _error: ScheduleNameExists(),
    "pk_idempotency_keys": lambda _error: KeyInUse(),
    "pk_customers": _there("a customer"),
    "pk_authors": _there("an author"),
    "pk_books": _there("a book"),
    "pk_categories": _there("a category"),
    "pk_orders": _there("an order"),
    "pk_returns": _there("a return"),
    "pk_reviews": _there("a review"),
    "pk_groups": _there("a group"),
    "pk_group_members": lambda _error: Conflict("one of the customers is in the group already: read again who is"),
    "pk_segments": _there("a segment"),
    "pk_snapshots": _there("a snapshot"),
    "pk_addresses": _there("an address"),
    "pk_consents": _there("a consent"),
    "pk_event_consumers": lambda _error: ConsumerMoved(),
    "pk_merges": _there("a merge"),
    "pk_jobs": _there("a job"),
    "pk_schedules": _there("a schedule"),
    "pk_webhooks": _there("a webhook"),
    "pk_deliveries": _there("a delivery"),
    "uq_deliveries_webhook_id_sequence": _there("a delivery of the event to the webhook"),
    "fk_deliveries_webhook_id": _gone("the webhook of the delivery"),
    "uq_merges_from_id": _there("a merge of a customer"),
    "uq_addresses_default_customer_id_type": _there("a default address"),
    "fk_authors_merged_into": lambda _error: _other_authors(),
    "fk_categories_parent_id": lambda _error: CategoriesChanged("the category above is not there: read again what is"),
    "fk_book_authors_author_id": lambda _error: _other_authors(),
    "book_authors.author_id": lambda _error: _other_authors(),
    "fk_orders_customer_id": _gone("the customer of the order"),
    "fk_order_lines_book_id": _gone("a book of the order"),
    "fk_returns_order_id": _gone("the order of the return"),
    "fk_returns_customer_id": _gone("the customer of the return"),
    "fk_return_lines_book_id": _gone("a book of the return"),
    "fk_reviews_book_id": _gone("the book of the review"),
    "fk_reviews_customer_id": _gone("the customer of the review"),
    "reviews.customer_id": _gone("the customer of the review"),
    "fk_group_members_group_id": _gone("the group"),
    "fk_group_members_customer_id": _gone("a new member of the group"),
    "group_members.customer_id": _gone("a new member of the group"),
    "fk_snapshots_segment_id": _gone("the segment of the snapshot"),
    "fk_snapshot_members_customer_id": _gone("a member of the snapshot"),
    "fk_addresses_customer_id": _gone("the customer of the address"),
    "fk_consents_customer_id": _gone("the customer of the consent"),
    "fk_merges_customer_id": _gone("the customer of the merge"),
}
"""The error that each constraint of the schema stands for, by its name, or by table and column where it is NOT NULL.

A constraint without a line here (a check, a line without its order) is a fault of Daybook when it is broken: the
database's error passes through.
"""

# The connection is gone. Before PostgreSQL ends one it sends the reason, which asyncpg raises when a query waits.
_LOST: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DatabaseDroppedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
)

# No connection was had, so nothing was sent: seconds after which to try again.
_REFUSED: dict[type[Exception], int] = {
    PoolTimeout: 1,
    PoolClosed: 5,
    asyncpg.CannotConnectNowError: 2,
    asyncpg.TooManyConnectionsError: 2,
    asyncpg.InvalidAuthorizationSpecificationError: 30,
    asyncpg.InvalidCatalogNameError: 30,
    asyncpg.ConnectionRejectionError: 2,
    asyncpg.ClientCannotConnectError: 2,
}

# The server gave up what it was asked and undid it.
_UNDONE: dict[type[Exception], int] = {
    asyncpg.QueryCanceledError: 5,
    asyncpg.DeadlockDetectedError: 1,
    asyncpg.SerializationError: 1,
    asyncpg.LockNotAvailableError: 1,
    asyncpg.InsufficientResourcesError: 10,
    asyncpg.ReadOnlySQLTransactionError: 5,
    # A migration has changed a table: the next time the statement is prepared anew.
    asyncpg.InvalidCachedStatementError: 1,
    asyncpg.OutdatedSchemaCacheError: 1,
}


async def read(pool: Pool, question: Callable[[Connection], Awaitable[_Result]]) -> _Result:
    """What `question(connection)` returns; asked once more, on another connection, when the first was lost.

    Only for what changes nothing. Raises Unavailable when there is no connection to be had, or none twice.
    """
    acquired = False
    try:
        async with pool.acquire() as connection:
            acquired = True
            return await question(connection)
    except Exception as error:
        if not (acquired and is_lost(error)):
            raise_translated(error)
    try:
        async with pool.acquire() as connection:
            return await question(connection)
    except Exception as error:
        raise_translated(error)


async def write(pool: Pool, change: Callable[[Connection], Awaitable[_Result]]) -> _Result:
    """What `change(connection)` returns, run once, outside a transaction unless it opens one.

    Raises Unavailable when there was no connection or the server undid it, and OutcomeUnknown when the connection was
    lost underneath: whatever was sent may have happened. A unit of work knows better, because until its COMMIT is
    sent nothing has: it calls `raise_translated` itself, with `sent` only around the COMMIT.
    """
    acquired = False
    try:
        async with pool.acquire() as connection:
            acquired = True
            return await change(connection)
    except Exception as error:
        raise_translated(error, sent=acquired)


def raise_translated(error: Exception, *, sent: bool = False) -> NoReturn:
    """Raise what `translate` makes of it, with the driver's error as the cause."""
    translated = translate(error, sent=sent)
    if translated is error:
        raise error
    raise translated from error


def translate(error: Exception, *, sent: bool = False) -> Exception:
    """The port's error for a driver's; any other error is returned as it is.

    `sent` says that a change was on its way which the server keeps without a further word: a COMMIT, or a statement
    outside a transaction. A connection lost then is OutcomeUnknown. Lost before that, or inside a transaction that
    was not being committed, it is Unavailable: nothing was kept.
    """
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        name = error.constraint_name or ""
        if isinstance(error, asyncpg.NotNullViolationError):
            name = f"{error.table_name}.{error.column_name}"
        factory = CONSTRAINTS.get(name)
        return error if factory is None else factory(error)
    for kind, retry_after in _REFUSED.items():
        if isinstance(error, kind):
            return Unavailable(f"the database cannot be reached: {_said(error)}", retry_after=retry_after)
    for kind, retry_after in _UNDONE.items():
        if isinstance(error, kind):
            return Unavailable(f"the database gave up: {_said(error)}", retry_after=retry_after)
    if isinstance(error, TimeoutError) or is_lost(error):
        if sent:
            return OutcomeUnknown("the connection to the database was lost: the change may have been made, or not")
        return Unavailable("the connection to the database was lost or could not be made")
    return error


def is_lost(error: Exception) -> bool:
    """Whether it says that the connection is gone; running out of time on this side is not that."""
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has one type for a closed connection and for a misused one.
        return "closed" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        # A session was ended by the server while it was idle, and used before its socket was seen closed.
        return "cannot switch to state" in str(error)
    return isinstance(error, _LOST) and not isinstance(error, TimeoutError)


def _said(error: Exception) -> str:
    """PostgreSQL's own sentence without detail and hint, which quote values."""
    return str(error.args[0]) if error.args else type(error).__name__
