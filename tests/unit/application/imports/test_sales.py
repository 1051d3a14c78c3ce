"""Orders and returns in Daybook's own CSV, and how rows are gathered to orders."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.imports.gathering import WINDOW
from application.imports.models import Mode
from domain.orders.order import MAX_LINES, Order, OrderStatus
from domain.shared.errors import Invalid
from tests.support.builders import isbn
from tests.support.importing import CALLER, Imports, MeddlingUnits

ORDERS = (
    "channel,reference,placed_at,customer,currency,status,tax,shipping,sku,description,quantity,unit_price,discount"
)
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
FIRST = "web,W-1,2026-01-31T12:00:00Z,K-1,EUR,placed,0.70,3.90,TOTE,Bag,2,5.00,0.50"
SECOND = "web,W-1,,,,,,,MUG,,1,7.50,"
SHORT = "reference,placed_at,currency,sku,quantity,unit_price"
RETURNS = "channel,reference,returned_at,order,line,quantity,currency,sku,description,unit_price"


def orders(*rows: str) -> str:
    return "\n".join([ORDERS, *rows, ""])


def returns(*rows: str) -> str:
    return "\n".join([RETURNS, *rows, ""])


def short(*rows: str) -> str:
    return "\n".join([SHORT, *rows, ""])


def sold(reference: object, sku: str = "MUG") -> str:
    return f"{reference},2026-01-31,EUR,{sku},1,7.50"


def only_order(imports: Imports) -> Order:
    (order,) = imports.store.orders.values()
    return order


async def ada(imports: Imports) -> None:
    await imports.take("reference,email\nK-1,ada@example.org\n")


class TestOrders:
    async def test_every_field_is_taken(self, imports: Imports) -> None:
        await ada(imports)
        assert await imports.take(orders(FIRST, SECOND)) == ["2 created", "3 created"]
        order = only_order(imports)
        assert (order.channel, order.reference, order.currency) == ("web", "W-1", "EUR")
        assert order.placed_at == datetime(2026, 1, 31, 12, tzinfo=UTC)
        assert (order.tax, order.shipping, order.subtotal) == (Decimal("0.7"), Decimal("3.9"), Decimal(17))
        assert order.customer_id in imports.store.customers
        assert [(one.sku, one.quantity, one.discount, one.description) for one in order.lines] == [
            ("TOTE", 2, Decimal("0.5"), "Bag"),
            ("MUG", 1, Decimal(0), None),
        ]

    async def test_a_second_run_changes_nothing(self, imports: Imports) -> None:
        await ada(imports)
        await imports.take(orders(FIRST, SECOND))
        before = imports.store.watermark
        assert await imports.take(orders(FIRST, SECOND)) == ["2 unchanged", "3 unchanged"]
        assert imports.store.watermark == before

    async def test_what_came_back_or_was_cancelled_since_is_no_difference(self, imports: Imports) -> None:
        await ada(imports)
        await imports.take(orders(FIRST, SECOND, FIRST.replace("W-1", "W-2")))
        await imports.take(returns("web,X-1,2026-02-01T00:00:00Z,W-1,1,1,,,,"))
        kept = next(one for one in imports.store.orders.values() if one.reference == "W-2")
        async with imports.units(CALLER) as uow:
            uow.orders.save(kept.cancel(at=datetime.now(UTC), by="bob")[0])
            await uow.commit()
        found = await imports.take(orders(FIRST, SECOND, FIRST.replace("W-1", "W-2")))
        assert found == ["2 unchanged", "3 unchanged", "4 unchanged"]

    async def test_a_cancelled_order_is_kept_as_one(self, imports: Imports) -> None:
        await ada(imports)
        assert await imports.take(orders(FIRST.replace("placed", "cancelled"))) == ["2 created"]
        order = only_order(imports)
        assert (order.status, order.lifecycle.version) == (OrderStatus.CANCELLED, 2)
        placed, cancelled = [one.event for one in imports.store.events][-2:]
        assert (placed.type, cancelled.type) == ("order.placed", "order.cancelled")
        assert placed.data == {"channel": "web", "currency": "EUR", "lines": 1, "imported": True}
        assert await imports.take(orders(FIRST.replace("placed", "cancelled"))) == ["2 unchanged"]

    @pytest.mark.parametrize("customer", ["K-1", "Ada@Example.org"])
    async def test_a_customer_is_found_by_reference_or_address(self, imports: Imports, customer: str) -> None:
        await ada(imports)
        assert await imports.take(orders(FIRST.replace("K-1", customer))) == ["2 created"]
        assert only_order(imports).customer_id in imports.store.customers
        assert await imports.take(orders(FIRST)) == ["2 unchanged"]

    async def test_a_customer_nobody_knows_is_not_made(self, imports: Imports) -> None:
        assert await imports.take(orders(FIRST, SECOND, SECOND.replace("W-1", "W-2"))) == [
            "2 no-such-customer",
            "3 no-such-customer",
            "4 currency-missing",
        ]

    async def test_a_customer_who_was_put_away_since_is_still_the_same(self, imports: Imports) -> None:
        await ada(imports)
        await imports.take(orders(FIRST))
        (customer,) = imports.store.customers.values()
        async with imports.units(CALLER) as uow:
            uow.customers.save(customer.delete(at=datetime.now(UTC), by="bob")[0])
            await uow.commit()
        assert await imports.take(orders(FIRST)) == ["2 unchanged"]
        assert await imports.take(orders(FIRST.replace("W-1", "W-2"))) == ["2 no-such-customer"]

    async def test_a_sku_that_is_a_known_isbn_is_linked_to_its_book(self, imports: Imports) -> None:
        file = short(sold("W-1", f"{isbn(1)}"), sold("W-2", f"{isbn(2)}"))
        await imports.take(f"isbn,title,author\n{isbn(1)},A,B\n")
        assert await imports.take(file) == ["2 created", "3 created"]
        linked = [one.lines[0].book_id for one in imports.store.orders.values()]
        assert linked[0] in imports.store.books
        assert linked[1] is None
        await imports.take(f"isbn,title,author\n{isbn(2)},C,D\n")
        assert await imports.take(file) == ["2 unchanged", "3 unchanged"]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (("2026-01-31T12:00:00Z", ""), "required"),
            (("2026-01-31T12:00:00Z", "2026-02-31T12:00:00Z"), "invalid-time"),
            (("2026-01-31T12:00:00Z", "9999-12-31T12:00:00Z"), "out-of-range"),
            (("EUR", ""), "currency-missing"),
            (("EUR", "EURO"), "unknown-currency"),
            (("placed", "lost"), "unknown-status"),
            (("0.70", "-0.70"), "negative"),
            (("3.90", "free"), "not-a-decimal"),
            ((",2,5.00", ",-2,5.00"), "out-of-range"),
            ((",2,5.00", ",2,"), "not-a-decimal"),
            (("0.50", "10.01"), "discount-above-price"),
            (("W-1", " "), "blank"),
            (("web", "x" * 65), "too-long"),
        ],
    )
    async def test_what_cannot_be_kept_is_refused_with_its_reason(
        self, imports: Imports, change: tuple[str, str], code: str
    ) -> None:
        await ada(imports)
        assert await imports.take(orders(FIRST.replace(*change))) == [f"2 {code}"]
        assert not imports.store.orders

    async def test_rows_of_one_order_that_contradict_each_other_are_told(self, imports: Imports) -> None:
        await ada(imports)
        other = SECOND.replace("web,W-1,,,,", "web,W-1,,,GBP,")
        assert await imports.take(orders(FIRST, other, SECOND)) == ["2 created", "3 differs-within-order", "4 created"]
        assert [one.number for one in only_order(imports).lines] == [1, 3]

    async def test_the_head_may_stand_on_a_row_that_is_refused(self, imports: Imports) -> None:
        await ada(imports)
        assert await imports.take(orders(FIRST.replace(",2,5.00", ",two,5.00"), SECOND)) == [
            "2 not-a-whole-number",
            "3 created",
        ]
        assert only_order(imports).currency == "EUR"

    async def test_the_same_number_in_two_channels_is_two_orders(self, imports: Imports) -> None:
        await ada(imports)
        found = await imports.take(orders(FIRST, FIRST.replace("web", "shop"), SECOND))
        assert found == ["2 created", "3 created", "4 created"]
        assert sorted(len(one.lines) for one in imports.store.orders.values()) == [1, 2]

    async def test_an_order_takes_no_more_lines_than_it_may_have(self, imports: Imports) -> None:
        found = await imports.take(short(*(sold("W-1") for _ in range(MAX_LINES + 2))))
        assert found[MAX_LINES - 1 :] == [
            f"{MAX_LINES + 1} created",
            f"{MAX_LINES + 2} too-many",
            f"{MAX_LINES + 3} too-many",
        ]
        assert len(only_order(imports).lines) == MAX_LINES

    async def test_orders_are_never_updated(self, imports: Imports) -> None:
        with pytest.raises(Invalid, match="never updated"):
            await imports.take(orders(FIRST), mode=Mode.UPDATE)


class TestGathering:
    async def test_rows_of_one_order_may_stand_apart(self, imports: Imports) -> None:
        between = [sold(f"B-{n}") for n in range(WINDOW)]
        found = await imports.take(short(sold("W-1"), *between, sold("W-1", "CUP")))
        assert found == [f"{n} created" for n in range(2, WINDOW + 4)]
        order = next(one for one in imports.store.orders.values() if one.reference == "W-1")
        assert [one.sku for one in order.lines] == ["MUG", "CUP"]

    async def test_but_not_too_far(self, imports: Imports) -> None:
        between = [sold(f"B-{n}") for n in range(WINDOW + 1)]
        file = short(sold("W-1"), *between, sold("W-1", "CUP"))
        assert (await imports.take(file))[-1] == f"{WINDOW + 4} order-interrupted"
        assert (await imports.take(file, dry_run=True))[-1] == f"{WINDOW + 4} order-interrupted"
        assert (await imports.take(file))[0] == "2 unchanged"
        order = next(one for one in imports.store.orders.values() if one.reference == "W-1")
        assert [one.sku for one in order.lines] == ["MUG"]

    async def test_many_orders_go_through_batches_of_bounded_size(self, imports: Imports) -> None:
        count = 1_001
        imports.units = meddling = MeddlingUnits(imports.units, [])
        found = await imports.take(short(*(sold(n) for n in range(count))))
        assert found == [f"{n} created" for n in range(2, count + 2)]
        # The last batch also holds those that were still open.
        assert meddling.commits == 4

    async def test_verdicts_add_up(self, imports: Imports) -> None:
        rows = [sold(n, "MUG" if n % 3 else "") for n in range(500)]
        await imports.take(short(*rows, "too,few", *rows))
        summary = imports.summary
        assert summary.rows == 1_001
        assert summary.accepted + summary.rejected == summary.rows
        assert sum(one.rows for one in summary.reasons) == summary.rejected
        assert all(len(one.examples) <= 3 for one in summary.reasons)


class TestReturns:
    async def sell(self, imports: Imports) -> None:
        await ada(imports)
        await imports.take(orders(FIRST, SECOND))

    async def test_of_an_order(self, imports: Imports) -> None:
        await self.sell(imports)
        assert await imports.take(returns("web,X-1,2026-02-01T09:00:00Z,W-1,1,1,,,,", "web,X-1,,W-1,2,1,,,,")) == [
            "2 created",
            "3 created",
        ]
        (recorded,) = imports.store.returns.values()
        assert recorded.order_id == only_order(imports).id
        assert recorded.total == Decimal("12.25")
        assert [one.returned for one in only_order(imports).lines] == [1, 1]

    async def test_a_second_run_changes_nothing(self, imports: Imports) -> None:
        await self.sell(imports)
        file = returns("web,X-1,2026-02-01T09:00:00Z,W-1,1,1,,,,", "web,X-2,2026-02-02T09:00:00Z,W-1,1,1,,,,")
        assert await imports.take(file) == ["2 created", "3 created"]
        before = imports.store.watermark
        assert await imports.take(file) == ["2 unchanged", "3 unchanged"]
        assert imports.store.watermark == before
        changed = file.replace("W-1,1,1", "W-1,1,2", 1)
        assert await imports.take(changed) == ["2 already-imported-differently", "3 unchanged"]

    async def test_never_more_than_was_bought(self, imports: Imports) -> None:
        await self.sell(imports)
        rows = [f"web,X-{n},2026-02-01T09:00:00Z,W-1,1,1,,,," for n in range(3)]
        expected = ["2 created", "3 created", "4 returned-more-than-bought"]
        assert await imports.take(returns(*rows), dry_run=True) == expected
        assert not imports.store.returns
        assert await imports.take(returns(*rows)) == expected
        assert only_order(imports).lines[0].returned == 2

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("web,X-1,2026-02-01T09:00:00Z,W-9,1,1,,,,", "no-such-order"),
            ("shop,X-1,2026-02-01T09:00:00Z,W-1,1,1,,,,", "no-such-order"),
            ("web,X-1,2026-02-01T09:00:00Z,W-1,9,1,,,,", "no-such-line"),
            ("web,X-1,2026-02-01T09:00:00Z,W-1,,1,,,,", "required"),
            ("web,X-1,2026-02-01T09:00:00Z,W-1,one,1,,,,", "not-a-whole-number"),
            ("web,X-1,,W-1,1,1,,,,", "required"),
            ("web,X-1,2026-01-01T09:00:00Z,W-1,1,1,,,,", "before-order"),
            ("web,X-1,2026-02-01T09:00:00Z,W-1,1,0,,,,", "out-of-range"),
            ("web,X-1,2026-02-01T09:00:00Z,,,1,,MUG,,7.50", "currency-missing"),
            ("web,X-1,2026-02-01T09:00:00Z,,,1,EUR,,,7.50", "blank"),
        ],
    )
    async def test_what_cannot_be_kept_is_refused_with_its_reason(self, imports: Imports, row: str, code: str) -> None:
        await self.sell(imports)
        assert await imports.take(returns(row)) == [f"2 {code}"]
        assert not imports.store.returns

    async def test_a_line_that_is_named_twice_is_told(self, imports: Imports) -> None:
        await self.sell(imports)
        row = "web,X-1,2026-02-01T09:00:00Z,W-1,1,1,,,,"
        assert await imports.take(returns(row, row)) == ["2 created", "3 repeated-line"]

    async def test_standing_alone(self, imports: Imports) -> None:
        row = "shop,X-1,2026-02-01T09:00:00Z,,,2,EUR,MUG,Mug,7.50"
        assert await imports.take(returns(row)) == ["2 created"]
        (recorded,) = imports.store.returns.values()
        assert (recorded.order_id, recorded.total, recorded.channel) == (None, Decimal(15), "shop")
        assert await imports.take(returns(row)) == ["2 unchanged"]
        assert await imports.take(returns(row.replace("7.50", "7.60"))) == ["2 already-imported-differently"]


class TestRaces:
    async def test_an_order_that_somebody_else_brought_costs_no_other(self, imports: Imports) -> None:
        other = Imports()
        await other.take(short(sold("W-1")))
        theirs = only_order(other)
        imports.units = late(imports, lambda uow: uow.orders.add(theirs))
        found = await imports.take(short(sold("W-1"), sold("W-2"), sold("W-1", "CUP")))
        assert found == ["2 unchanged", "3 created", "4 already-imported-differently"]
        assert len(imports.store.orders) == 2

    async def test_a_customer_that_somebody_else_made_is_used(self, imports: Imports) -> None:
        retail = f"{RETAIL}\n1,A,,1,2010-12-01,1,7,\n"
        other = Imports()
        await other.take(retail)
        (theirs,) = other.store.customers.values()
        imports.units = late(imports, lambda uow: uow.customers.add(theirs))
        assert await imports.take(retail) == ["2 created"]
        assert only_order(imports).customer_id == theirs.id
        assert len(imports.store.customers) == 1


def late(imports: Imports, change: Any) -> MeddlingUnits:
    """Units before the first of whose commits somebody else makes a change."""
    units = imports.units

    async def somebody() -> None:
        async with units(CALLER) as uow:
            change(uow)
            await uow.commit()

    return MeddlingUnits(units, [somebody])
