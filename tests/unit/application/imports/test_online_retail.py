"""Order rows of Online Retail."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.orders.order import Order
from tests.support.importing import Imports

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
A = "536365,85123A,HEART,6,2010-12-01T08:26:00,2.55,17850,United Kingdom"
B = "536365,71053,LANTERN,8,2010-12-01T08:26:00,3.39,17850,United Kingdom"
C = "C536379,D,Discount,-1,2010-12-01T09:41:00,27.5,14527,United Kingdom"


def file(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def only_order(imports: Imports) -> Order:
    (order,) = imports.store.orders.values()
    return order


async def test_rows_of_one_invoice_are_one_order(imports: Imports) -> None:
    assert await imports.take(file(A, B)) == ["2 created", "3 created"]
    order = only_order(imports)
    assert (order.channel, order.reference, order.currency) == ("online-retail", "536365", "GBP")
    assert order.placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert order.subtotal == Decimal("42.42")
    assert [(one.number, one.sku, one.quantity, one.description) for one in order.lines] == [
        (1, "85123A", 6, "HEART"),
        (2, "71053", 8, "LANTERN"),
    ]
    (customer,) = imports.store.customers.values()
    assert order.customer_id == customer.id
    assert customer.details.reference == "17850"
    assert customer.details.metadata == {"country": "United Kingdom"}
    assert imports.summary.stored == {"customers": 1, "orders": 1, "returns": 0}


async def test_a_customer_is_made_once(imports: Imports) -> None:
    await imports.take(file(A, A.replace("536365", "536366")))
    await imports.take(file(A.replace("536365", "536367")))
    assert len(imports.store.customers) == 1
    assert {one.customer_id for one in imports.store.orders.values()} == set(imports.store.customers)


async def test_a_c_invoice_is_a_return_that_stands_alone(imports: Imports) -> None:
    assert await imports.take(file(C)) == ["2 created"]
    assert not imports.store.orders
    (recorded,) = imports.store.returns.values()
    assert (recorded.order_id, recorded.reference, recorded.total) == (None, "C536379", Decimal("27.5"))
    assert [one.quantity for one in recorded.lines] == [1]


@pytest.mark.parametrize(
    "row",
    [
        A.replace("17850", ""),
        A.replace("2.55", "0"),
        A.replace("2.55", "0.001"),
        A.replace("HEART", ""),
        A.replace("85123A", "POST"),
    ],
)
async def test_what_looks_odd_and_is_kept(imports: Imports, row: str) -> None:
    assert await imports.take(file(row)) == ["2 created"]
    line = only_order(imports).lines[0]
    assert str(line.unit_price.normalize()) == row.split(",")[5]


async def test_exact_duplicates_are_lines_of_their_own(imports: Imports) -> None:
    assert await imports.take(file(A, A, A)) == ["2 created", "3 created", "4 created"]
    assert [one.number for one in only_order(imports).lines] == [1, 2, 3]
    assert await imports.take(file(A, A, A)) == ["2 unchanged", "3 unchanged", "4 unchanged"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (A.replace(",6,", ",-6,"), "stock-adjustment"),
        (A.replace(",6,", ",0,"), "out-of-range"),
        (A.replace(",6,", ",1000001,"), "out-of-range"),
        (A.replace(",6,", ",six,"), "not-a-whole-number"),
        (A.replace(",6,", ",6.5,"), "not-a-whole-number"),
        (A.replace("2.55", "1e3"), "not-a-decimal"),
        (A.replace("2.55", "-2.55"), "negative"),
        (A.replace("2.55", "0.00001"), "too-precise"),
        (A.replace("2.55", "NaN"), "not-a-decimal"),
        (A.replace("2.55", ""), "not-a-decimal"),
        (A.replace("85123A", ""), "blank"),
        (A.replace("HEART", "x" * 256), "too-long"),
        (A.replace("2010-12-01T08:26:00", "2010-13-01T08:26:00"), "invalid-time"),
        (A.replace("2010-12-01T08:26:00", "yesterday"), "invalid-time"),
        (A.replace("2010-12-01T08:26:00", "1899-12-01T08:26:00"), "out-of-range"),
        (A.replace("536365", ""), "blank"),
        (A.replace("536365", "x" * 65), "too-long"),
        (A.replace("17850", "x" * 65), "too-long"),
        (C.replace(",-1,", ",1,"), "positive-return"),
        (C.replace(",-1,", ",0,"), "out-of-range"),
    ],
)
async def test_what_cannot_be_kept_is_refused_with_its_reason(imports: Imports, row: str, code: str) -> None:
    assert await imports.take(file(row)) == [f"2 {code}"]
    assert not imports.store.orders
    assert not imports.store.returns
    assert not imports.store.customers


async def test_a_message_names_the_columns_of_the_file(imports: Imports) -> None:
    await imports.take(file(A.replace(",6,", ",six,").replace("2010-12-01T08", "2010-12-32T08")))
    assert imports.messages == [
        (
            "Quantity must be a whole number such as 2; "
            "InvoiceDate must be a time such as 2010-12-01T08:26:00, of the calendar"
        )
    ]


async def test_an_invoice_of_which_a_row_is_refused_is_kept_without_it_and_rows_keep_their_place(
    imports: Imports,
) -> None:
    rows = (A, B.replace(",8,", ",-8,"), A)
    assert await imports.take(file(*rows)) == ["2 created", "3 stock-adjustment", "4 created"]
    assert [one.number for one in only_order(imports).lines] == [1, 3]
    assert await imports.take(file(*rows)) == ["2 unchanged", "3 stock-adjustment", "4 unchanged"]
    # Once corrected it is told apart from what is there; nothing else moves into its place.
    assert await imports.take(file(A, B, A)) == ["2 unchanged", "3 already-imported-differently", "4 unchanged"]


async def test_an_invoice_that_was_cut_does_not_grow(imports: Imports) -> None:
    await imports.take(file(A))
    before = imports.store.watermark
    assert await imports.take(file(A, B)) == ["2 unchanged", "3 already-imported-differently"]
    assert imports.store.watermark == before
    assert await imports.take(file(A)) == ["2 unchanged"]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (A.replace(",6,", ",7,"), "Quantity"),
        (A.replace("2.55", "2.56"), "UnitPrice"),
        (A.replace("HEART", "HEARTS"), "Description"),
        (A.replace("85123A", "85123B"), "StockCode"),
        (A.replace("T08:26", "T08:27"), "InvoiceDate"),
        (A.replace("17850", ""), "CustomerID"),
        (A.replace("17850", "17851"), "CustomerID"),
        (A.replace("17850", "19999"), "CustomerID"),
    ],
)
async def test_an_order_that_is_there_is_never_changed(imports: Imports, changed: str, what: str) -> None:
    await imports.take(file(A, A.replace("536365", "536366").replace("17850", "17851")))
    before = imports.store.watermark
    assert await imports.take(file(changed)) == ["2 already-imported-differently"]
    assert imports.messages == [f"was imported before with another {what}, and is left as it is"]
    assert imports.store.watermark == before


async def test_times_are_in_the_zone_that_is_asked_for(imports: Imports) -> None:
    summer = A.replace("2010-12-01", "2011-07-01")
    await imports.take(file(summer), tz="Europe/London")
    assert only_order(imports).placed_at == datetime(2011, 7, 1, 7, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2010-12-01 08:26:00", "12/1/2010 8:26", "2010-12-01T08:26:00Z", "2010-12-01T09:26:00+01:00"]
)
async def test_other_ways_to_write_the_same_time(imports: Imports, text: str) -> None:
    await imports.take(file(A))
    assert await imports.take(file(A.replace("2010-12-01T08:26:00", text))) == ["2 unchanged"]


async def test_a_number_that_a_spreadsheet_made_a_decimal_is_the_same_customer(imports: Imports) -> None:
    await imports.take(file(A))
    assert await imports.take(file(A.replace("17850", "17850.0"))) == ["2 unchanged"]


@pytest.mark.parametrize("text", [" 17850", "17850 ", "17850.0"])
async def test_a_customer_is_the_same_however_padded(imports: Imports, text: str) -> None:
    assert await imports.take(file(A, B.replace("17850", text))) == ["2 created", "3 created"]
    assert await imports.take(file(A.replace("536365", "536366").replace("17850", text))) == ["2 created"]
    assert len(imports.store.customers) == 1


async def test_accents_written_in_two_ways_are_one_customer(imports: Imports) -> None:
    await imports.take(file(A.replace("17850", "Ren\u00e9")))
    assert await imports.take(file(A.replace("536365", "536366").replace("17850", "Rene\u0301"))) == ["2 created"]
    assert len(imports.store.customers) == 1


@pytest.mark.parametrize("column", ["536365", "85123A", "HEART", "2.55", "17850", "United Kingdom", "08:26"])
async def test_what_no_store_can_keep_is_refused_wherever_it_stands(imports: Imports, column: str) -> None:
    (found,) = await imports.take(file(A.replace(column, column + "\x00")))
    assert found.split()[1] in ("control-character", "not-a-decimal", "invalid-time")
    assert imports.store.watermark == 0


async def test_rows_of_one_invoice_with_two_times_are_one_order_at_the_first(imports: Imports) -> None:
    assert await imports.take(file(A, B.replace("08:26", "08:27"))) == ["2 created", "3 created"]
    assert only_order(imports).placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


async def test_currency_and_channel_can_be_named(imports: Imports) -> None:
    await imports.take(file(A), currency="EUR", channel="web")
    assert (only_order(imports).currency, only_order(imports).channel) == ("EUR", "web")
    assert await imports.take(file(A)) == ["2 created"]


async def test_two_customers_on_one_invoice_are_told(imports: Imports) -> None:
    assert await imports.take(file(A, B.replace("17850", "17851"))) == ["2 created", "3 differs-within-order"]
    assert imports.messages == ["CustomerID is 17851, but 17850 further up in the same order"]
