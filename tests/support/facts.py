"""Facts as a store of record tells them, made up."""

from collections.abc import AsyncIterator
from uuid import UUID

from application.ports.warehouse import Changed, FactPart, Facts, FactTable, Place


def line(*values: object) -> bytes:
    return (",".join("" if one is None else str(one) for one in values) + "\n").encode()


def sale(order: UUID, customer: UUID | None, amount: str, *, sku: str = "A", at: str = "2026-03-01 12:00:00") -> bytes:
    return line(order, customer, at, "EUR", sku, None, None, 1, amount, amount)


def an_order_of(order: UUID, customer: UUID | None, amount: str) -> dict[FactTable, bytes]:
    return {
        FactTable.ORDERS: line(order, customer, "2026-03-01 12:00:00", "EUR", amount),
        FactTable.SALES: sale(order, customer, amount),
    }


def facts_of(sequence: int, changed: Changed | None, *told: dict[FactTable, bytes]) -> Facts:
    async def parts() -> AsyncIterator[FactPart]:
        for tables in told:
            for table, rows in tables.items():
                yield FactPart(table=table, rows=rows)

    return Facts(place=Place(sequence=sequence, watermark=sequence, event="x:1"), changed=changed, parts=parts())
