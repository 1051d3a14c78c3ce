"""Addresses in PostgreSQL.

Those of one customer are one whole: a commit locks the customer's row and looks whether they are still what they were.
"""

from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, select

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import addresses, customers
from application.customers.address_models import AddressRead
from application.errors import Conflict, NotFound
from application.listing import Listing, Page
from domain.customers.address import Address, AddressBook, AddressDetails, AddressType
from domain.shared.ids import AddressId, CustomerId

_DETAILS = ("type", "is_default", "recipient", "lines", "city", "region", "postal_code", "country")
# The order in which the two functions below take a row apart.
ADDRESS_OUTPUT = [addresses.c[name] for name in ("id", "customer_id", *_DETAILS, *LIFECYCLE)]
_TYPES = {str(kind): kind for kind in AddressType}

LOCK_LIVING = Statement(
    select(customers.c.id)
    .where(customers.c.id == bindparam("id"), customers.c.deleted_at.is_(None))
    .with_for_update(key_share=True),
    name="customers.lock_living",
)
_GET = Statement(
    select(*ADDRESS_OUTPUT).where(
        addresses.c.id == bindparam("id"), addresses.c.customer_id == bindparam("customer_id")
    ),
    name="addresses.get",
)
_OF = Statement(
    select(*ADDRESS_OUTPUT).where(addresses.c.customer_id == bindparam("customer_id")), name="addresses.of_customer"
)
_VERSIONS = Statement(
    select(addresses.c.id, addresses.c.version).where(addresses.c.customer_id == bindparam("customer_id")),
    name="addresses.versions",
)
_REMOVE = Statement(
    delete(addresses).where(addresses.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))), name="addresses.remove"
)
_LISTS = ListStatements(addresses, ADDRESS_OUTPUT)


def _values(address: Address) -> tuple[object, ...]:
    details = address.details
    return (
        address.id,
        address.customer_id,
        details.type,
        details.default,
        details.recipient,
        details.lines,
        details.city,
        details.region,
        details.postal_code,
        details.country,
        details.match_key,
        *lifecycle_values(address.lifecycle),
    )


ADDRESSES = Kind(addresses, _values, saves=("customer_id", *_DETAILS, "match_key", "updated_at", "updated_by"))


def address_of(row: Record) -> Address:
    """The address of a row of ADDRESS_OUTPUT."""
    return Address(
        id=AddressId(row[0]),
        customer_id=CustomerId(row[1]),
        details=AddressDetails(
            type=_TYPES[row[2]],
            default=row[3],
            recipient=row[4],
            lines=tuple(row[5]),
            city=row[6],
            region=row[7],
            postal_code=row[8],
            country=row[9],
        ),
        lifecycle=lifecycle_of(row[10:15]),
    )


def _read_of(row: Record) -> AddressRead:
    return AddressRead(
        id=row[0],
        customer_id=row[1],
        type=_TYPES[row[2]],
        default=row[3],
        recipient=row[4],
        lines=row[5],
        city=row[6],
        region=row[7],
        postal_code=row[8],
        country=row[9],
        version=row[10],
        created_at=row[11],
        created_by=row[12],
        updated_at=row[13],
        updated_by=row[14],
    )


class PostgresAddressRepository:
    """The addresses of a customer for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def of(self, customer_id: CustomerId) -> AddressBook:
        """All of a customer's."""
        rows = await read(self._pool, lambda connection: _OF.fetch(connection, customer_id=customer_id))
        return AddressBook.of(customer_id, map(address_of, rows))

    def save(self, before: AddressBook, after: AddressBook) -> None:
        """Makes `before` into `after` at commit."""
        known, kept = {one.id: one for one in before.addresses}, {one.id for one in after.addresses}
        gone = [one.id for one in before.addresses if one.id not in kept]

        async def check(connection: Connection) -> None:
            living = await LOCK_LIVING.fetchval(connection, id=before.customer_id)
            versions = await _VERSIONS.fetch(connection, customer_id=before.customer_id)
            if living is None or {row["id"]: row["version"] for row in versions} != {
                one.id: one.lifecycle.version for one in before.addresses
            }:
                raise Conflict("somebody else changed the customer's addresses in the meantime: read them again")
            if gone:
                await _REMOVE.execute(connection, ids=gone)

        self._pending.step(check)
        changed = [one for one in after.addresses if one.id in known and one != known[one.id]]
        # A default is given up before it is taken.
        for one in sorted(changed, key=lambda one: one.details.default):
            self._pending.save(ADDRESSES, one)
        self._pending.add_many(ADDRESSES, (one for one in after.addresses if one.id not in known))


class PostgresAddressReader:
    """Addresses for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, customer_id: UUID, address_id: UUID) -> AddressRead:
        """Raises NotFound, also when it is another customer's."""
        row = await read(
            self._pool, lambda connection: _GET.fetchrow(connection, id=address_id, customer_id=customer_id)
        )
        if row is None:
            raise NotFound("address", address_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[AddressRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)
