from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.orders.order import (
    MAX_LINES,
    Order,
    OrderCancelled,
    OrderHasReturns,
    OrderLine,
    OrderStatus,
    TooMuchReturned,
)
from domain.orders.returns import Return, ReturnLine
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId, OrderId, ReturnId
from tests.support.builders import (
    MORNING,
    a_book,
    a_customer,
    a_line,
    a_lone_return,
    a_returned_line,
    an_order,
    minutes,
    new_id,
    some_returned,
)

LATER = MORNING + minutes(5)


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


class TestLines:
    def test_an_amount_is_quantity_times_price_less_discount_exactly(self) -> None:
        line = a_line(quantity=3, unit_price="0.0001", discount="0.0002")
        assert (line.gross, line.amount) == (Decimal("0.0003"), Decimal("0.0001"))
        most = a_line(quantity=1_000_000, unit_price="9999999.9999", discount="0.0001")
        assert most.amount == Decimal("9999999999899.9999")

    def test_its_limits_are_allowed(self) -> None:
        assert a_line(quantity=1_000_000, unit_price="10000000").amount == Decimal(10) ** 13
        assert a_line(unit_price="5", discount="5").amount == 0
        assert a_line(unit_price="0").amount == 0

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"quantity": 0}, [("/quantity", "out-of-range")]),
            ({"quantity": -1}, [("/quantity", "out-of-range")]),
            ({"quantity": 1_000_001}, [("/quantity", "out-of-range")]),
            ({"quantity": 1_000_000, "unit_price": "10000000.0001"}, [("/unit_price", "too-large")]),
            ({"unit_price": "-1"}, [("/unit_price", "negative")]),
            ({"discount": "-0.01"}, [("/discount", "negative")]),
            ({"unit_price": "5", "discount": "5.0001"}, [("/discount", "discount-above-price")]),
            (
                {"quantity": 0, "unit_price": "-1", "discount": "-1"},
                [("/quantity", "out-of-range"), ("/unit_price", "negative"), ("/discount", "negative")],
            ),
        ],
    )
    def test_a_bad_one_is_refused(self, values: dict[str, object], expected: list[tuple[str, str]]) -> None:
        with pytest.raises(Invalid) as caught:
            a_line(**values)  # type: ignore[arg-type]  # a dict of its keyword arguments
        assert problems(caught.value) == expected

    def test_no_more_came_back_than_was_bought(self) -> None:
        with pytest.raises(Invalid) as caught:
            replace(a_line(quantity=2), returned=3)
        assert problems(caught.value) == [("/returned", "out-of-range")]


class TestPlacing:
    def place(self, *lines: OrderLine, **values: object) -> Order:
        defaults: dict[str, object] = {
            "customer_id": None,
            "channel": "web",
            "reference": None,
            "currency": "EUR",
            "placed_at": MORNING,
            "tax": Decimal(0),
            "shipping": Decimal(0),
            "at": LATER,
            "by": "bob",
        }
        return Order.place(OrderId(new_id()), lines=lines, **{**defaults, **values})[0]  # type: ignore[arg-type]  # as above

    def test_one_is_placed(self) -> None:
        ada = a_customer()
        lines = (a_line(1, quantity=2, unit_price="19.9", discount="0.8"), a_line(2, unit_price="0.001"))
        order, event = Order.place(
            OrderId(new_id()),
            customer_id=ada.id,
            channel="web",
            reference="W-1",
            currency="EUR",
            placed_at=MORNING,
            lines=list(lines),
            tax=Decimal("7.41"),
            shipping=Decimal("4.9"),
            at=LATER,
            by="bob",
        )
        assert (order.status, order.lines, order.lifecycle.created_at) == (OrderStatus.PLACED, lines, LATER)
        assert (order.subtotal, order.total) == (Decimal("39.001"), Decimal("51.311"))
        assert (event.type, event.aggregate_id, event.version, event.at) == ("order.placed", order.id, 1, LATER)
        assert dict(event.data) == {"channel": "web", "currency": "EUR", "lines": 2}

    def test_its_time_is_kept_in_utc(self) -> None:
        order = self.place(a_line(), placed_at=MORNING.astimezone(timezone(timedelta(hours=14))))
        assert (order.placed_at, order.placed_at.tzinfo) == (MORNING, UTC)

    @pytest.mark.parametrize("hours", [-14, 0, 14])
    @pytest.mark.parametrize("year", [1, 1899, 9999])
    def test_a_time_that_has_no_date_somewhere_is_refused(self, year: int, hours: int) -> None:
        at = datetime(
            year, 12 if year == 9999 else 1, 31 if year == 9999 else 1, tzinfo=timezone(timedelta(hours=hours))
        )
        with pytest.raises(Invalid) as caught:
            self.place(a_line(), placed_at=at)
        assert problems(caught.value) == [("/placed_at", "out-of-range")]

    def test_all_that_is_wrong_is_named(self) -> None:
        with pytest.raises(Invalid) as caught:
            self.place(placed_at=datetime(1, 1, 1, tzinfo=UTC), tax=Decimal(-1), shipping=Decimal("NaN"))
        assert problems(caught.value) == [
            ("/lines", "no-lines"),
            ("/placed_at", "out-of-range"),
            ("/tax", "negative"),
            ("/shipping", "not-finite"),
        ]

    def test_it_has_at_most_so_many_lines(self) -> None:
        line = a_line()
        assert len(self.place(*[line] * MAX_LINES).lines) == MAX_LINES
        with pytest.raises(Invalid) as caught:
            self.place(*[line] * (MAX_LINES + 1))
        assert problems(caught.value) == [("/lines", "too-many")]

    def test_its_total_has_a_limit(self) -> None:
        most = a_line(unit_price="9999999999999")
        assert self.place(most, shipping=Decimal(1)).total == Decimal(10) ** 13
        with pytest.raises(Invalid) as caught:
            self.place(most, shipping=Decimal(1), tax=Decimal("0.0001"))
        assert problems(caught.value) == [("", "too-large")]


class TestCancelling:
    def test_one_is_cancelled_once(self) -> None:
        order = an_order()
        cancelled, event = order.cancel(at=LATER, by="bob")
        assert (cancelled.status, cancelled.lifecycle.updated_by) == (OrderStatus.CANCELLED, "bob")
        assert (event.type, event.version) == ("order.cancelled", 2)
        with pytest.raises(OrderCancelled):
            cancelled.cancel(at=LATER, by="bob")

    def test_one_of_which_something_came_back_is_not(self) -> None:
        changed, _ = some_returned(an_order(a_line(quantity=2)), {1: 1})
        with pytest.raises(OrderHasReturns):
            changed.cancel(at=LATER, by="bob")


class TestTakingBack:
    def test_what_comes_back_is_noted_and_recorded(self) -> None:
        book, ada = a_book(), a_customer()
        order = an_order(
            a_line(1, quantity=3, unit_price="10", discount="0.01", book=book, description="x"),
            a_line(2, sku="TOTE"),
            a_line(3, quantity=2),
            customer=ada,
            channel="web",
            currency="GBP",
        )
        return_id = ReturnId(new_id())
        changed, recorded, events = order.take_back(
            return_id, {3: 2, 1: 1}, reference="C-1", returned_at=LATER, at=LATER, by="bob"
        )
        assert [line.returned for line in changed.lines] == [1, 0, 2]
        assert (changed.lifecycle.version, changed.lifecycle.updated_by) == (1, "bob")
        assert (recorded.id, recorded.order_id, recorded.customer_id) == (return_id, order.id, ada.id)
        assert (recorded.channel, recorded.reference, recorded.currency) == ("web", "C-1", "GBP")
        assert recorded.lines == (
            ReturnLine(number=1, sku="TOTE", quantity=2, unit_price=Decimal(10), amount=Decimal(20), order_line=3),
            ReturnLine(
                number=2,
                sku=book.details.isbn.value,
                book_id=book.id,
                description="x",
                quantity=1,
                unit_price=Decimal(10),
                amount=Decimal("9.9967"),
                order_line=1,
            ),
        )
        assert recorded.total == Decimal("29.9967")
        assert [(event.type, event.aggregate_id, event.version) for event in events] == [
            ("return.recorded", recorded.id, 1),
            ("order.returned", order.id, 2),
        ]
        assert events[0].data["order_id"] == str(order.id)

    def test_never_more_than_was_bought(self) -> None:
        order, _ = some_returned(an_order(a_line(1, quantity=3), a_line(2, quantity=1)), {1: 2})
        with pytest.raises(TooMuchReturned, match=r"line 1: 1 left, line 2: 1 left"):
            some_returned(order, {1: 2, 2: 5})
        rest, _ = some_returned(order, {1: 1})
        with pytest.raises(TooMuchReturned):
            some_returned(rest, {1: 1})

    @pytest.mark.parametrize(
        ("quantities", "expected"),
        [
            ({}, [("/lines", "no-lines")]),
            ({1: 1, 7: 1, 0: 1}, [("/lines/1/line", "no-such-line"), ("/lines/2/line", "no-such-line")]),
            ({1: 0}, [("/lines/0/quantity", "out-of-range")]),
            ({1: 1, 2: -1}, [("/lines/1/line", "no-such-line"), ("/lines/1/quantity", "out-of-range")]),
        ],
    )
    def test_what_was_not_bought_is_refused(self, quantities: dict[int, int], expected: list[tuple[str, str]]) -> None:
        with pytest.raises(Invalid) as caught:
            some_returned(an_order(a_line(1, quantity=5)), quantities)
        assert problems(caught.value) == expected

    def test_nothing_comes_back_before_it_was_bought(self) -> None:
        with pytest.raises(Invalid) as caught:
            some_returned(an_order(), {1: 1}, at=MORNING - minutes(1))
        assert problems(caught.value) == [("/returned_at", "before-order")]

    def test_nothing_comes_back_of_a_cancelled_order(self) -> None:
        cancelled, _ = an_order().cancel(at=LATER, by="bob")
        with pytest.raises(OrderCancelled):
            some_returned(cancelled, {1: 1})

    @given(
        quantity=st.integers(1, 60),
        unit_price=st.decimals(0, 1000, places=4),
        share=st.decimals(0, 1, places=4),
        data=st.data(),
    )
    def test_all_pieces_give_back_the_amount_exactly_however_they_come(
        self, quantity: int, unit_price: Decimal, share: Decimal, data: st.DataObject
    ) -> None:
        discount = (unit_price * quantity * share).quantize(Decimal("0.0001"), rounding="ROUND_DOWN")
        order = an_order(OrderLine(number=1, sku="X", quantity=quantity, unit_price=unit_price, discount=discount))
        amount, given_back, left = order.lines[0].amount, Decimal(0), quantity
        while left:
            pieces = data.draw(st.integers(1, left))
            order, recorded = some_returned(order, {1: pieces})
            exact = amount * pieces / quantity
            assert recorded.lines[0].amount >= 0
            assert abs(recorded.lines[0].amount - exact) <= Decimal("0.0001")
            given_back += recorded.total
            left -= pieces
        assert given_back == amount
        assert order.lines[0].returned == quantity

    def test_a_refund_rounds_half_to_even(self) -> None:
        line = a_line(quantity=4, unit_price="0.0001", discount="0.0002")
        assert [line.refund(n) for n in (1, 2, 3, 4)] == [
            Decimal(text) for text in ("0.0000", "0.0001", "0.0002", "0.0002")
        ]


class TestStandingAlone:
    def test_it_is_worth_quantity_times_price(self) -> None:
        recorded = a_lone_return(a_returned_line(1, quantity=3, unit_price="0.001"), a_returned_line(2), reference="C")
        assert [line.amount for line in recorded.lines] == [Decimal("0.003"), Decimal(10)]
        assert (recorded.total, recorded.order_id) == (Decimal("10.003"), None)
        event = recorded.event("return.recorded", MORNING, "bob")
        assert dict(event.data) == {"channel": "direct", "currency": "EUR", "lines": 2}

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"quantity": 0}, [("/quantity", "out-of-range")]),
            ({"quantity": 1_000_001}, [("/quantity", "out-of-range")]),
            ({"unit_price": "-1"}, [("/unit_price", "negative")]),
            ({"quantity": 2, "unit_price": "5000000000000.0001"}, [("/unit_price", "too-large")]),
        ],
    )
    def test_a_bad_line_is_refused(self, values: dict[str, object], expected: list[tuple[str, str]]) -> None:
        with pytest.raises(Invalid) as caught:
            a_returned_line(**values)  # type: ignore[arg-type]  # a dict of its keyword arguments
        assert problems(caught.value) == expected

    def test_a_bad_return_is_refused(self) -> None:
        def recorded(lines: list[ReturnLine], returned_at: datetime = MORNING) -> Return:
            return Return.of_lines(
                ReturnId(new_id()),
                order_id=None,
                customer_id=CustomerId(new_id()),
                channel="web",
                reference=None,
                currency="EUR",
                returned_at=returned_at,
                lines=lines,
                at=MORNING,
                by="bob",
            )

        with pytest.raises(Invalid) as caught:
            recorded([], datetime(1, 1, 1, tzinfo=UTC))
        assert problems(caught.value) == [("/lines", "no-lines"), ("/returned_at", "out-of-range")]
        most = a_returned_line(unit_price="10000000000000")
        with pytest.raises(Invalid) as caught:
            recorded([most, a_returned_line(unit_price="0.0001")])
        assert problems(caught.value) == [("", "too-large")]
        with pytest.raises(Invalid) as caught:
            recorded([a_returned_line()] * 5_001)
        assert problems(caught.value) == [("/lines", "too-many")]
        zone = timezone(timedelta(hours=-9))
        assert recorded([most], MORNING.astimezone(zone)).returned_at.tzinfo is UTC
