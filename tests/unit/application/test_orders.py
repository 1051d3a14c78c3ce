from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from msgspec import UNSET

from application.books.models import BookCreate, BookResponse
from application.caller import Caller
from application.customers.models import CustomerCreate, CustomerRead
from application.errors import NotFound, StaleVersion
from application.listing import read_listing
from application.orders.models import (
    ORDER_LIST,
    RETURN_LIST,
    OrderCreate,
    OrderLineCreate,
    OrderRead,
    OrderReturnCreate,
    OrderReturnLine,
    ReturnCreate,
    ReturnLineCreate,
)
from application.ports.orders import OrderReferenceExists, ReturnReferenceExists
from domain.orders.order import OrderCancelled, OrderHasReturns, OrderStatus, TooMuchReturned
from domain.shared.errors import Invalid
from tests.support.builders import MORNING, new_id
from tests.unit.application.conftest import Shop

BOB = Caller("bob", request_id="req-1")
EXPANDED = frozenset({"customer"})


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


def line(sku: str = "TOTE", quantity: int = 1, unit_price: str = "10", discount: str = "0") -> OrderLineCreate:
    return OrderLineCreate(sku=sku, quantity=quantity, unit_price=unit_price, discount=discount)


def back(*quantities: tuple[int, int], reference: str | None = None) -> OrderReturnCreate:
    return OrderReturnCreate(lines=[OrderReturnLine(line=n, quantity=q) for n, q in quantities], reference=reference)


async def a_customer(shop: Shop) -> CustomerRead:
    return await shop.customers.create(CustomerCreate(name="Ada"), BOB)


async def a_book(shop: Shop) -> BookResponse:
    return await shop.books.create(BookCreate(title="x", author="x", isbn="0-14-143954-8"), BOB)


async def an_order(shop: Shop, *lines: OrderLineCreate) -> OrderRead:
    return await shop.orders.place(OrderCreate(currency="EUR", lines=list(lines) or [line()]), BOB)


class TestPlacing:
    async def test_one_is_placed_with_exact_amounts(self, shop: Shop) -> None:
        ada, book = await a_customer(shop), await a_book(shop)
        placed = await shop.orders.place(
            OrderCreate(
                currency="EUR",
                lines=[line("0141439548", 3, "19.99", "0.07"), line(" TOTE ", 1, "0.001")],
                customer_id=ada.id,
                channel="web",
                reference=" W-1 ",
                placed_at=MORNING.astimezone(timezone(timedelta(hours=5))),
                tax="7.4",
                shipping="4.95",
            ),
            BOB,
        )
        assert (placed.status, placed.customer_id, placed.channel, placed.reference) == (
            OrderStatus.PLACED,
            ada.id,
            "web",
            "W-1",
        )
        assert (placed.placed_at, placed.placed_at.tzinfo) == (MORNING, UTC)
        amounts = [str(one.amount) for one in (placed.subtotal, placed.tax, placed.shipping, placed.total)]
        assert amounts == ["59.901", "7.40", "4.95", "72.251"]
        assert placed.lines is not UNSET
        assert [(one.number, one.sku, one.book_id, str(one.amount.amount)) for one in placed.lines] == [
            (1, "9780141439549", book.id, "59.90"),
            (2, "TOTE", None, "0.001"),
        ]
        assert await shop.orders.get(placed.id) == placed
        assert shop.events[-1] == ("order.placed", 1, "bob")

    async def test_it_is_placed_now_unless_it_says_when(self, shop: Shop) -> None:
        assert (await an_order(shop)).placed_at == MORNING

    async def test_a_sku_that_is_an_unknown_isbn_is_kept_as_it_is(self, shop: Shop) -> None:
        placed = await an_order(shop, line("0-306-40615-2"))
        assert placed.lines is not UNSET
        assert [(one.sku, one.book_id) for one in placed.lines] == [("0-306-40615-2", None)]

    async def test_a_deleted_book_is_not_linked(self, shop: Shop) -> None:
        await shop.books.delete((await a_book(shop)).id, BOB)
        placed = await an_order(shop, line("0141439548"))
        assert placed.lines is not UNSET
        assert [(one.sku, one.book_id) for one in placed.lines] == [("0141439548", None)]

    async def test_all_that_is_wrong_is_named_and_nothing_is_kept(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as caught:
            await shop.orders.place(
                OrderCreate(
                    currency="XXX",
                    lines=[
                        line(),
                        OrderLineCreate(sku="", quantity=1, unit_price="x", discount="-1", description=""),
                        line(quantity=2, unit_price="5", discount="10.01"),
                        line(quantity=0),
                    ],
                    channel="",
                    reference="x" * 65,
                    placed_at=datetime(1, 1, 1, tzinfo=UTC),
                    tax="-1",
                    shipping="1e3",
                ),
                BOB,
            )
        assert sorted(problems(caught.value)) == [
            ("/channel", "blank"),
            ("/currency", "unknown-currency"),
            ("/lines/1/description", "blank"),
            ("/lines/1/discount", "negative"),
            ("/lines/1/sku", "blank"),
            ("/lines/1/unit_price", "not-a-decimal"),
            ("/lines/2/discount", "discount-above-price"),
            ("/lines/3/quantity", "out-of-range"),
            ("/placed_at", "out-of-range"),
            ("/reference", "too-long"),
            ("/shipping", "not-a-decimal"),
            ("/tax", "negative"),
        ]
        assert (shop.events, shop.store.orders) == ([], {})

    async def test_a_customer_that_is_named_must_be_there(self, shop: Shop) -> None:
        ada = await a_customer(shop)
        await shop.customers.delete(ada.id, BOB)
        for customer_id in (ada.id, new_id()):
            with pytest.raises(Invalid) as caught:
                await shop.orders.place(OrderCreate(currency="EUR", lines=[line()], customer_id=customer_id), BOB)
            assert problems(caught.value) == [("/customer_id", "no-such-customer")]
        assert shop.store.orders == {}

    async def test_a_reference_is_taken_once_a_channel(self, shop: Shop) -> None:
        for channel in ("web", "shop"):
            await shop.orders.place(OrderCreate(currency="EUR", lines=[line()], channel=channel, reference="R"), BOB)
        with pytest.raises(OrderReferenceExists):
            await shop.orders.place(OrderCreate(currency="EUR", lines=[line()], channel="web", reference="R"), BOB)


class TestReading:
    async def test_a_customer_is_added_when_asked_for(self, shop: Shop) -> None:
        ada = await a_customer(shop)
        known = await shop.orders.place(OrderCreate(currency="EUR", lines=[line()], customer_id=ada.id), BOB)
        unknown = await an_order(shop)
        await shop.customers.delete(ada.id, BOB)
        gone = await shop.customers.get(ada.id, include_deleted=True)
        assert (await shop.orders.get(known.id)).customer is UNSET
        assert (await shop.orders.get(known.id, expand=EXPANDED)).customer == gone
        assert (await shop.orders.get(unknown.id, expand=EXPANDED)).customer is None
        page = await shop.orders.list(read_listing(ORDER_LIST, [("expand", "customer"), ("sort", "id")]))
        assert [(one.customer, one.lines) for one in page.data] == [(gone, UNSET), (None, UNSET)]

    async def test_what_is_not_there_is_not_found(self, shop: Shop) -> None:
        nothing = new_id()
        for asked in (
            shop.orders.get(nothing),
            shop.orders.cancel(nothing, BOB),
            shop.orders.take_back(nothing, back((1, 1)), BOB),
        ):
            with pytest.raises(NotFound, match=f"there is no order {nothing}"):
                await asked
        with pytest.raises(NotFound, match=f"there is no return {nothing}"):
            await shop.orders.get_return(nothing)

    async def test_a_list_goes_on_from_its_cursor(self, shop: Shop) -> None:
        placed = [await an_order(shop) for _ in range(3)]
        first = await shop.orders.list(read_listing(ORDER_LIST, [("limit", "2")]))
        rest = await shop.orders.list(read_listing(ORDER_LIST, [("cursor", first.next_cursor or "")]))
        assert [one.id for one in [*first.data, *rest.data]] == [one.id for one in reversed(placed)]


class TestCancelling:
    async def test_one_is_cancelled_once(self, shop: Shop) -> None:
        placed = await an_order(shop)
        with pytest.raises(StaleVersion):
            await shop.orders.cancel(placed.id, BOB, version=2)
        cancelled = await shop.orders.cancel(placed.id, BOB, version=1)
        assert (cancelled.status, cancelled.version) == (OrderStatus.CANCELLED, 2)
        assert await shop.orders.get(placed.id) == cancelled
        with pytest.raises(OrderCancelled):
            await shop.orders.cancel(placed.id, BOB)
        with pytest.raises(OrderCancelled):
            await shop.orders.take_back(placed.id, back((1, 1)), BOB)
        assert [kind for kind, _, _ in shop.events] == ["order.placed", "order.cancelled"]


class TestTakingBack:
    async def test_pieces_come_back_until_none_is_left(self, shop: Shop) -> None:
        placed = await an_order(shop, line("A", 3, "10", "0.01"), line("B"))
        shop.clock.pass_by(minutes=1)
        first = await shop.orders.take_back(placed.id, back((1, 1), (2, 1), reference=" C-1 "), BOB, version=1)
        assert (first.order_id, first.reference, str(first.total.amount)) == (placed.id, "C-1", "19.9967")
        assert first.lines is not UNSET
        assert [(one.sku, one.order_line, str(one.amount.amount)) for one in first.lines] == [
            ("A", 1, "9.9967"),
            ("B", 2, "10.00"),
        ]
        assert await shop.orders.get_return(first.id) == first
        second = await shop.orders.take_back(placed.id, back((1, 2)), BOB, version=2)
        assert first.total.amount + second.total.amount == Decimal("39.99")
        order = await shop.orders.get(placed.id)
        assert order.lines is not UNSET
        assert ([one.returned for one in order.lines], order.version) == ([3, 1], 3)
        with pytest.raises(TooMuchReturned):
            await shop.orders.take_back(placed.id, back((1, 1)), BOB)
        with pytest.raises(OrderHasReturns):
            await shop.orders.cancel(placed.id, BOB)
        assert [kind for kind, _, _ in shop.events] == [
            "order.placed",
            "return.recorded",
            "order.returned",
            "return.recorded",
            "order.returned",
        ]

    async def test_a_line_is_named_once(self, shop: Shop) -> None:
        placed = await an_order(shop, line(quantity=5))
        with pytest.raises(Invalid) as caught:
            await shop.orders.take_back(placed.id, back((1, 1), (1, 1), reference=""), BOB)
        assert problems(caught.value) == [("/lines/1/line", "repeated-line"), ("/reference", "blank")]

    async def test_a_line_that_is_not_there_is_pointed_at(self, shop: Shop) -> None:
        placed = await an_order(shop, line(quantity=5))
        with pytest.raises(Invalid) as caught:
            await shop.orders.take_back(placed.id, back((1, 1), (9, 1)), BOB)
        assert problems(caught.value) == [("/lines/1/line", "no-such-line")]
        with pytest.raises(StaleVersion):
            await shop.orders.take_back(placed.id, back((1, 1)), BOB, version=7)
        assert (await shop.orders.get(placed.id)).version == 1

    async def test_a_reference_that_is_taken_leaves_the_order_as_it_was(self, shop: Shop) -> None:
        placed = await an_order(shop, line(quantity=5))
        await shop.orders.take_back(placed.id, back((1, 1), reference="C"), BOB)
        with pytest.raises(ReturnReferenceExists):
            await shop.orders.take_back(placed.id, back((1, 1), reference="C"), BOB)
        order = await shop.orders.get(placed.id)
        assert order.lines is not UNSET
        assert (order.lines[0].returned, len(shop.store.returns)) == (1, 1)


class TestReturnsAlone:
    async def test_one_is_worth_quantity_times_price(self, shop: Shop) -> None:
        ada, book = await a_customer(shop), await a_book(shop)
        recorded = await shop.orders.take_back_alone(
            ReturnCreate(
                currency="GBP",
                lines=[ReturnLineCreate(sku="978-0141439549", quantity=3, unit_price="0.001", description=" x ")],
                customer_id=ada.id,
                reference="C1",
            ),
            BOB,
        )
        assert (recorded.order_id, recorded.returned_at, str(recorded.total.amount)) == (None, MORNING, "0.003")
        assert recorded.lines is not UNSET
        (one,) = recorded.lines
        assert (one.sku, one.book_id, one.description, one.order_line) == (book.isbn, book.id, "x", None)
        assert await shop.orders.get_return(recorded.id) == recorded
        assert (await shop.orders.get_return(recorded.id, expand=EXPANDED)).customer == ada
        assert shop.events[-1] == ("return.recorded", 1, "bob")
        page = await shop.orders.list_returns(read_listing(RETURN_LIST, [("expand", "customer,lines")]))
        assert [(found.customer, found.lines) for found in page.data] == [(ada, recorded.lines)]

    async def test_all_that_is_wrong_is_named_and_nothing_is_kept(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as caught:
            await shop.orders.take_back_alone(
                ReturnCreate(
                    currency="eur",
                    lines=[ReturnLineCreate(sku=" ", quantity=1, unit_price="-1")],
                    returned_at=datetime(9999, 12, 31, tzinfo=UTC),
                    channel="\n",
                ),
                BOB,
            )
        assert sorted(problems(caught.value)) == [
            ("/channel", "control-character"),
            ("/currency", "unknown-currency"),
            ("/lines/0/sku", "blank"),
            ("/lines/0/unit_price", "negative"),
            ("/returned_at", "out-of-range"),
        ]
        with pytest.raises(Invalid) as caught:
            await shop.orders.take_back_alone(
                ReturnCreate(
                    currency="EUR",
                    lines=[ReturnLineCreate(sku="x", quantity=1, unit_price="1")],
                    customer_id=new_id(),
                ),
                BOB,
            )
        assert problems(caught.value) == [("/customer_id", "no-such-customer")]
        assert (shop.events, shop.store.returns) == ([], {})
