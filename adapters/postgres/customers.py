"""Customers in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, String, Uuid, any_, bindparam, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import customers, merges
from application.customers.models import CustomerRead
from application.errors import Erased, MergedAway, NotFound
from application.listing import Listing, Page
from domain.customers.customer import NOBODY, Customer, CustomerDetails, CustomerStatus
from domain.customers.email_address import EmailAddress
from domain.customers.phone_number import PhoneNumber
from domain.shared.ids import CustomerId

_DETAILS = ("name", "reference", "email", "phone", "status", "tags", "metadata")
# The order in which the two functions below take a row apart.
CUSTOMER_OUTPUT = [customers.c[name] for name in ("id", *_DETAILS, *LIFECYCLE, "deleted_at", "erased_at")]
_STATUSES = {str(status): status for status in CustomerStatus}

_GET = Statement(select(*CUSTOMER_OUTPUT).where(customers.c.id == bindparam("id")), name="customers.get")
_GET_MANY = Statement(
    select(*CUSTOMER_OUTPUT).where(customers.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))),
    name="customers.get_many",
)
_FIND_BY_REFERENCES = Statement(
    select(*CUSTOMER_OUTPUT).where(
        customers.c.reference == any_(bindparam("references", type_=ARRAY(String))), customers.c.deleted_at.is_(None)
    ),
    name="customers.find_by_references",
)
_FIND_BY_EMAILS = Statement(
    select(*CUSTOMER_OUTPUT).where(
        customers.c.email == any_(bindparam("emails", type_=ARRAY(String))), customers.c.deleted_at.is_(None)
    ),
    name="customers.find_by_emails",
)
_WHERE_TO = Statement(
    select(merges.c.customer_id, merges.c.kept.is_(None)).where(merges.c.from_id == bindparam("id")),
    name="customers.where_to",
)
_LISTS = ListStatements(customers, CUSTOMER_OUTPUT, members={"tag": "tags"})


def _values(customer: Customer) -> tuple[object, ...]:
    details, lifecycle = customer.details, customer.lifecycle
    return (
        customer.id,
        details.name,
        details.reference,
        None if details.email is None else details.email.value,
        None if details.phone is None else details.phone.value,
        details.status,
        details.tags,
        dict(details.metadata),
        customer.search_tokens,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
        customer.erased_at,
    )


CUSTOMERS = Kind(
    customers,
    _values,
    saves=(*_DETAILS, "search_tokens", "updated_at", "updated_by", "deleted_at", "erased_at"),
)


def customer_of(row: Record) -> Customer:
    """The aggregate of a row of CUSTOMER_OUTPUT."""
    return Customer(
        id=CustomerId(row[0]), details=_details_of(row), lifecycle=lifecycle_of(row[8:14]), erased_at=row[14]
    )


def _details_of(row: Record) -> CustomerDetails:
    if row[14] is not None:
        return NOBODY
    return CustomerDetails(
        name=row[1],
        reference=row[2],
        email=None if row[3] is None else EmailAddress(row[3]),
        phone=None if row[4] is None else PhoneNumber(row[4]),
        status=_STATUSES[row[5]],
        tags=tuple(row[6]),
        metadata=MappingProxyType(row[7]),
    )


def customer_read_of(row: Record) -> CustomerRead:
    return CustomerRead(
        id=row[0],
        name=row[1],
        reference=row[2],
        email=row[3],
        phone=row[4],
        status=_STATUSES[row[5]],
        tags=row[6],
        metadata=row[7],
        version=row[8],
        created_at=row[9],
        created_by=row[10],
        updated_at=row[11],
        updated_by=row[12],
        deleted_at=row[13],
        erased_at=row[14],
    )


def unless_erased(customer_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The id of a customer, or NULL where it is not there or was erased.

    An erasure waits until who names it has committed. It does not see a customer that the same statement adds.
    """
    return (
        select(customers.c.id)
        .where(customers.c.id == customer_id, customers.c.erased_at.is_(None))
        .with_for_update(read=True, key_share=True)
        .scalar_subquery()
    )


class PostgresCustomerRepository:
    """Customers for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, customer_id: CustomerId) -> Customer:
        """Raises NotFound, MergedAway or Erased."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=customer_id))
        if row is None:
            raise await _missing(self._pool, customer_id)
        if row[14] is not None:
            raise Erased("customer", customer_id)
        return customer_of(row)

    async def find_by_references(self, references: Sequence[str]) -> Mapping[str, Customer]:
        """The living customers that have these references."""
        rows = await read(
            self._pool, lambda connection: _FIND_BY_REFERENCES.fetch(connection, references=list(references))
        )
        return {row["reference"]: customer_of(row) for row in rows}

    async def find_by_emails(self, emails: Sequence[EmailAddress]) -> Mapping[EmailAddress, Customer]:
        """The living customers that have these e-mail addresses."""
        values = [email.value for email in emails]
        rows = await read(self._pool, lambda connection: _FIND_BY_EMAILS.fetch(connection, emails=values))
        return {EmailAddress(row["email"]): customer_of(row) for row in rows}

    def add(self, customer: Customer) -> None:
        """Keeps a new customer at commit."""
        self._pending.add(CUSTOMERS, customer)

    def add_many(self, customers: Iterable[Customer]) -> None:
        """As `add` for each, in one statement."""
        self._pending.add_many(CUSTOMERS, customers)

    def save(self, customer: Customer) -> Customer:
        """Keeps a changed customer at commit, under the next version."""
        saved = replace(customer, lifecycle=customer.lifecycle.next_version())
        self._pending.save(CUSTOMERS, saved)
        return saved


class PostgresCustomerReader:
    """Customers for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, customer_id: UUID, *, include_deleted: bool = False) -> CustomerRead:
        """Raises NotFound, MergedAway or Erased."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=customer_id))
        if row is None:
            raise await _missing(self._pool, customer_id)
        if row[14] is not None:
            raise Erased("customer", customer_id)
        if row[13] is not None and not include_deleted:
            raise NotFound("customer", customer_id)
        return customer_read_of(row)

    async def get_many(self, customer_ids: Iterable[UUID]) -> Mapping[UUID, CustomerRead]:
        """Those that exist, deleted ones included, by id."""
        ids = list(customer_ids)
        if not ids:
            return {}
        rows = await read(self._pool, lambda connection: _GET_MANY.fetch(connection, ids=ids))
        return {row[0]: customer_read_of(row) for row in rows}

    async def list(self, listing: Listing) -> Page[CustomerRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[customer_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)


async def _missing(pool: Pool, customer_id: UUID) -> NotFound:
    row = await read(pool, lambda connection: _WHERE_TO.fetchrow(connection, id=customer_id))
    if row is None:
        return NotFound("customer", customer_id)
    into, erased = row
    return Erased("customer", customer_id) if erased else MergedAway("customer", customer_id, into)
