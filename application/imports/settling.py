"""What becomes of one order or return of a file, given what the store knows: decided without asking anybody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from application.customers.models import CustomerCreate
from application.imports.comparing import differences, line_differences
from application.imports.gathering import PlacedRow, Sale
from application.imports.models import RowVerdict, Verdict
from application.imports.rejecting import Fields, rejected, rejected_by
from application.imports.rows import SaleKey, SaleRow
from application.orders.drafting import order_line, return_line
from application.orders.models import OrderLineCreate, ReturnLineCreate
from application.ports.system import IdGenerator
from domain.books.isbn import Isbn
from domain.customers.customer import Customer
from domain.orders.order import Order, OrderLine
from domain.orders.returns import Return, ReturnLine
from domain.shared.errors import DomainError, Invalid, Problems
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId
from domain.shared.money import currency_code, price_text

T = TypeVar("T")
L = TypeVar("L", OrderLine, ReturnLine)
Drafted = list[tuple[PlacedRow, L]]

_DIFFERENT = "already-imported-differently"


@dataclass(slots=True, kw_only=True)
class Known:
    """What the store has of what a batch speaks of.

    `originals` are the orders that returns are of, by the order's key; `customers` are the living ones by the text of
    the file, and `former_customers` those whom an order is kept for and who were put away since.
    """

    orders: Mapping[SaleKey, Order] = field(default_factory=dict)
    returns: Mapping[SaleKey, Return] = field(default_factory=dict)
    originals: Mapping[SaleKey, Order] = field(default_factory=dict)
    customers: dict[str, CustomerId] = field(default_factory=dict)
    former_customers: Mapping[str, CustomerId] = field(default_factory=dict)
    books: Mapping[Isbn, BookId] = field(default_factory=dict)


@dataclass(slots=True)
class Settled:
    """What a unit of work will keep. `changed` are orders of which something came back."""

    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    changed: list[Order] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Settler:
    """Settles the sales of one batch, one after the other."""

    def __init__(
        self, known: Known, ids: IdGenerator, fields: Fields, *, makes_customers: bool, at: datetime, by: str
    ) -> None:
        self._known = known
        self._ids = ids
        self._fields = fields
        self._makes_customers = makes_customers
        self._at = at
        self._by = by
        self.settled = Settled()

    def settle(self, sale: Sale) -> list[RowVerdict]:
        """A verdict for each row of one sale; what is to be kept is in `settled`."""
        try:
            if not sale.key.returned:
                return self._order(sale)
            if sale.head.order is None:
                return self._return_alone(sale)
            return self._return_of_order(sale, sale.head.order)
        except DomainError as error:
            return [rejected_by(one.line, error, self._fields) for one in sale.rows]

    def _order(self, sale: Sale) -> list[RowVerdict]:
        head, problems = sale.head, Problems()
        currency = problems.take("/currency", _currency, head.currency)
        placed_at = problems.take("/placed_at", _required, sale.at)
        tax = problems.take("/tax", price_text, head.tax or "0")
        shipping = problems.take("/shipping", price_text, head.shipping or "0")
        if problems.found or currency is None or placed_at is None or tax is None or shipping is None:
            raise Invalid(problems.found)
        drafted, verdicts = self._drafted(sale, self._order_line)
        if not drafted:
            return verdicts
        known = self._known.orders.get(sale.key)
        if known is not None:
            different = differences(
                currency=(known.currency, currency),
                placed_at=(known.placed_at, placed_at),
                tax=(known.tax, tax),
                shipping=(known.shipping, shipping),
                customer=(known.customer_id, self._customer_named(sale)),
            )
            return verdicts + self._compared(drafted, {one.number: one for one in known.lines}, different)
        customer_id, customer = self._customer(sale)
        order, placed = Order.place(
            OrderId(self._ids.new()),
            customer_id=customer_id,
            channel=sale.key.channel,
            reference=sale.key.reference,
            currency=currency,
            placed_at=placed_at,
            lines=[line for _, line in drafted],
            tax=tax,
            shipping=shipping,
            at=self._at,
            by=self._by,
            imported=True,
        )
        events = [placed]
        if head.cancelled:
            order, cancelled = order.cancel(at=self._at, by=self._by)
            order = replace(order, lifecycle=order.lifecycle.next_version())
            events.append(cancelled)
        self._keep_customer(sale, customer)
        self.settled.orders.append(order)
        self.settled.events += events
        return verdicts + _created(drafted)

    def _return_alone(self, sale: Sale) -> list[RowVerdict]:
        problems = Problems()
        currency = problems.take("/currency", _currency, sale.head.currency)
        returned_at = problems.take("/returned_at", _required, sale.at)
        if problems.found or currency is None or returned_at is None:
            raise Invalid(problems.found)
        drafted, verdicts = self._drafted(sale, self._return_line)
        if not drafted:
            return verdicts
        known = self._known.returns.get(sale.key)
        if known is not None:
            different = differences(
                order=(known.order_id, None),
                currency=(known.currency, currency),
                returned_at=(known.returned_at, returned_at),
                customer=(known.customer_id, self._customer_named(sale)),
            )
            return verdicts + self._compared(drafted, {one.number: one for one in known.lines}, different)
        customer_id, customer = self._customer(sale)
        recorded = Return.of_lines(
            ReturnId(self._ids.new()),
            order_id=None,
            customer_id=customer_id,
            channel=sale.key.channel,
            reference=sale.key.reference,
            currency=currency,
            returned_at=returned_at,
            lines=[line for _, line in drafted],
            at=self._at,
            by=self._by,
        )
        self._keep_customer(sale, customer)
        self.settled.returns.append(recorded)
        self.settled.events.append(recorded.event("return.recorded", self._at, self._by))
        return verdicts + _created(drafted)

    def _return_of_order(self, sale: Sale, reference: str) -> list[RowVerdict]:
        order = self._known.originals.get(SaleKey(False, sale.key.channel, reference))  # noqa: FBT003  # of an order
        if order is None:
            raise Invalid.because("no-such-order", f"there is no order {reference} in this channel", "/order")
        if sale.at is None:
            raise Invalid.because("required", "is required", "/returned_at")
        quantities, verdicts = self._quantities(sale, order)
        known = self._known.returns.get(sale.key)
        if known is not None:
            there = {one.order_line: one.quantity for one in known.lines}
            other = differences(order=(known.order_id, order.id), returned_at=(known.returned_at, sale.at))
            return verdicts + [
                self._unchanged_or(one.line, other or differences(quantity=(there.get(number), quantity)))
                for number, (one, quantity) in quantities.items()
            ]
        if quantities:
            changed, recorded, events = order.take_back(
                ReturnId(self._ids.new()),
                {number: quantity for number, (_, quantity) in quantities.items()},
                reference=sale.key.reference,
                returned_at=sale.at,
                at=self._at,
                by=self._by,
            )
            self.settled.changed.append(changed)
            self.settled.returns.append(recorded)
            self.settled.events += events
        return verdicts + [RowVerdict(one.line, Verdict.CREATED) for one, _ in quantities.values()]

    def _quantities(self, sale: Sale, order: Order) -> tuple[dict[int, tuple[PlacedRow, int]], list[RowVerdict]]:
        """What comes back by line of the order, and the rows that name no line or one named before."""
        numbers = {line.number for line in order.lines}
        quantities: dict[int, tuple[PlacedRow, int]] = {}
        verdicts = []
        for one in sale.rows:
            number = one.row.order_line
            if number is None:
                verdicts.append(rejected(one.line, "required", "line is required: the number of the order's line"))
            elif number not in numbers:
                verdicts.append(rejected(one.line, "no-such-line", f"line: the order has no line {number}"))
            elif number in quantities:
                verdicts.append(rejected(one.line, "repeated-line", f"line: {number} is named twice in this return"))
            else:
                quantities[number] = (one, one.row.quantity)
        return quantities, verdicts

    def _drafted(self, sale: Sale, draft: Callable[[int, SaleRow], L]) -> tuple[Drafted[L], list[RowVerdict]]:
        """The lines that keep the rules, and the verdicts of the others."""
        drafted: Drafted[L] = []
        verdicts: list[RowVerdict] = []
        for one in sale.rows:
            try:
                drafted.append((one, draft(one.place, one.row)))
            except Invalid as error:
                verdicts.append(rejected_by(one.line, error, self._fields))
        return drafted, verdicts

    def _order_line(self, number: int, row: SaleRow) -> OrderLine:
        command = OrderLineCreate(
            sku=row.sku,
            quantity=row.quantity,
            unit_price=row.unit_price,
            discount=row.discount,
            description=row.description,
        )
        return order_line(number, command, self._known.books)

    def _return_line(self, number: int, row: SaleRow) -> ReturnLine:
        command = ReturnLineCreate(
            sku=row.sku, quantity=row.quantity, unit_price=row.unit_price, description=row.description
        )
        return return_line(number, command, self._known.books)

    def _compared(self, drafted: Drafted[L], known: Mapping[int, L], different: Sequence[str]) -> list[RowVerdict]:
        """Each row compared with the line that is kept at its place; `different` is what differs of the whole."""
        verdicts = []
        for one, line in drafted:
            kept = known.get(one.place)
            if different or kept is not None:
                names = different or ([] if kept is None else line_differences(kept, line))
                verdicts.append(self._unchanged_or(one.line, names))
            else:
                message = "was not there when its order was imported, and a kept order does not grow"
                verdicts.append(rejected(one.line, _DIFFERENT, message))
        return verdicts

    def _unchanged_or(self, line: int, different: Sequence[str]) -> RowVerdict:
        if not different:
            return RowVerdict(line, Verdict.UNCHANGED)
        names = ", ".join(self._fields.get(name, name) for name in different)
        return rejected(line, _DIFFERENT, f"was imported before with another {names}, and is left as it is")

    def _customer_named(self, sale: Sale) -> CustomerId | None:
        """Who the file says it is, living or put away; a fresh id, equal to none, when there is nobody of that name."""
        text = sale.head.customer
        if text is None:
            return None
        known = self._known.customers.get(text, self._known.former_customers.get(text))
        return CustomerId(self._ids.new()) if known is None else known

    def _customer(self, sale: Sale) -> tuple[CustomerId | None, tuple[Customer, Event] | None]:
        text = sale.head.customer
        if text is None:
            return None, None
        known = self._known.customers.get(text)
        if known is not None:
            return known, None
        if not self._makes_customers:
            raise Invalid.because(
                "no-such-customer", f"there is no customer {text}: import customers first", "/customer"
            )
        country = next((one.row.country for one in sale.rows if one.row.country), None)
        command = CustomerCreate(reference=text, metadata={"country": country} if country else {})
        try:
            details = command.details()
        except Invalid as error:
            of_country = any(problem.pointer.startswith("/metadata") for problem in error.problems)
            pointer = "/country" if of_country else "/customer"
            raise Invalid(replace(problem, pointer=pointer) for problem in error.problems) from None
        customer, event = Customer.register(CustomerId(self._ids.new()), details, at=self._at, by=self._by)
        return customer.id, (customer, event)

    def _keep_customer(self, sale: Sale, made: tuple[Customer, Event] | None) -> None:
        if made is not None and sale.head.customer is not None:
            customer, event = made
            self._known.customers[sale.head.customer] = customer.id
            self.settled.customers.append(customer)
            self.settled.events.append(event)


def _currency(code: str | None) -> str:
    if code is None:
        raise Invalid.because("currency-missing", "is missing, and there is no default currency")
    return currency_code(code)


def _required(value: T | None) -> T:
    if value is None:
        raise Invalid.because("required", "is required")
    return value


def _created(drafted: Drafted[L]) -> list[RowVerdict]:
    return [RowVerdict(one.line, Verdict.CREATED) for one, _ in drafted]
