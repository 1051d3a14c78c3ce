"""Customers in Snowflake."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.listing import ListStatements
from adapters.snowflake.rows import LIFECYCLE, lifecycle, moment, output, text_by_name, texts
from adapters.sql.tables import customers
from application.customers.models import CustomerRead
from application.errors import Erased, NotFound
from application.listing import Listing, Page
from domain.customers.customer import CustomerStatus

_OUTPUT = output(
    customers, ("id", "name", "reference", "email", "phone", "status", "tags", "metadata", *LIFECYCLE, "erased_at")
)
_GET = select(*_OUTPUT).where(customers.c.id == bindparam("id", type_=customers.c.id.type))
_GET_MANY = select(*_OUTPUT).where(customers.c.id.in_(bindparam("ids", expanding=True, type_=customers.c.id.type)))
_LISTS = ListStatements(customers, _OUTPUT, members={"tag": "tags"})


class SnowflakeCustomerReader:
    """Customers for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def get(self, customer_id: UUID, *, include_deleted: bool = False) -> CustomerRead:
        """Raises NotFound or Erased."""
        rows = await self._warehouse.ask("customers.get", _GET, {"id": customer_id})
        if rows and rows[0]["erased_at"] is not None:
            raise Erased("customer", customer_id)
        if not rows or (rows[0]["deleted_at"] is not None and not include_deleted):
            raise NotFound("customer", customer_id)
        return _read_of(rows[0])

    async def get_many(self, customer_ids: Iterable[UUID]) -> Mapping[UUID, CustomerRead]:
        """Those that exist, deleted ones included, by id."""
        ids = list(customer_ids)
        if not ids:
            return {}
        rows = await self._warehouse.ask("customers.get_many", _GET_MANY, {"ids": ids})
        return {row["id"]: _read_of(row) for row in rows}

    async def list(self, listing: Listing) -> Page[CustomerRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._warehouse, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)


def _read_of(row: RowMapping) -> CustomerRead:
    return CustomerRead(
        id=row["id"],
        name=row["name"],
        reference=row["reference"],
        email=row["email"],
        phone=row["phone"],
        status=CustomerStatus(row["status"]),
        tags=texts(row["tags"]),
        metadata=text_by_name(row["metadata"]),
        **lifecycle(row),
        erased_at=None if row["erased_at"] is None else moment(row["erased_at"]),
    )
