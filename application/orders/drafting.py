"""From commands to orders and returns: shared by placing one and by importing many."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from application.fields import line
from application.orders.models import OrderCreate, OrderLineCreate, ReturnCreate, ReturnLineCreate
from domain.books.isbn import Isbn
from domain.orders.order import CHANNEL_LENGTH, DESCRIPTION_LENGTH, REFERENCE_LENGTH, SKU_LENGTH, Order, OrderLine
from domain.orders.returns import Return, ReturnLine, earliest_time
from domain.shared.errors import Invalid, Problems
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId
from domain.shared.money import currency_code, price_text
from domain.shared.text import clean_line

# The lines of an import hold few different texts, each many times over; what is refused is not remembered.
_line = lru_cache(maxsize=16_384)(clean_line)
_price = lru_cache(maxsize=4_096)(price_text)


def isbns(skus: Iterable[str]) -> list[Isbn]:
    """The distinct ISBNs among SKUs."""
    return list(dict.fromkeys(isbn for isbn in map(Isbn.find, skus) if isbn is not None))


def draft_order(
    order_id: OrderId, command: OrderCreate, books: Mapping[Isbn, BookId], *, at: datetime, by: str
) -> tuple[Order, Event]:
    """An order as commanded, its lines linked to `books`. Raises Invalid that names each bad field."""
    problems = Problems()
    head = _head(command, problems)
    tax = problems.take("/tax", price_text, command.tax)
    shipping = problems.take("/shipping", price_text, command.shipping)
    lines = []
    for place, one in enumerate(command.lines):
        lines.append(problems.take(f"/lines/{place}", order_line, place + 1, one, books))
    if problems.found or tax is None or shipping is None:
        raise Invalid(problems.found)
    return Order.place(
        order_id,
        customer_id=_customer(command.customer_id),
        channel=head[0] or "",
        reference=head[1],
        currency=command.currency,
        placed_at=command.placed_at or at,
        lines=[one for one in lines if one is not None],
        tax=tax,
        shipping=shipping,
        at=at,
        by=by,
    )


def draft_return(
    return_id: ReturnId, command: ReturnCreate, books: Mapping[Isbn, BookId], *, at: datetime, by: str
) -> Return:
    """A return that stands alone, its lines linked to `books`. Raises Invalid that names each bad field."""
    problems = Problems()
    head = _head(command, problems)
    lines = []
    for place, one in enumerate(command.lines):
        lines.append(problems.take(f"/lines/{place}", return_line, place + 1, one, books))
    problems.raise_if_any()
    return Return.of_lines(
        return_id,
        order_id=None,
        customer_id=_customer(command.customer_id),
        channel=head[0] or "",
        reference=head[1],
        currency=command.currency,
        returned_at=command.returned_at or at,
        lines=[one for one in lines if one is not None],
        at=at,
        by=by,
    )


def _customer(customer_id: UUID | None) -> CustomerId | None:
    return None if customer_id is None else CustomerId(customer_id)


def _head(command: OrderCreate | ReturnCreate, problems: Problems) -> tuple[str | None, str | None]:
    problems.take("/currency", currency_code, command.currency)
    when = command.placed_at if isinstance(command, OrderCreate) else command.returned_at
    if when is not None:
        problems.take("/placed_at" if isinstance(command, OrderCreate) else "/returned_at", earliest_time, when)
    channel = problems.take("/channel", clean_line, command.channel, CHANNEL_LENGTH)
    return channel, problems.take_given("/reference", line(REFERENCE_LENGTH), command.reference)


def _description(text: str) -> str:
    return _line(text, DESCRIPTION_LENGTH)


def _goods(
    one: OrderLineCreate | ReturnLineCreate, books: Mapping[Isbn, BookId], problems: Problems
) -> tuple[str, BookId | None, str | None, Decimal]:
    sku = problems.take("/sku", _line, one.sku, SKU_LENGTH) or ""
    isbn = Isbn.find(sku) if books else None
    book_id = None if isbn is None else books.get(isbn)
    about = problems.take_given("/description", _description, one.description)
    price = problems.take("/unit_price", _price, one.unit_price)
    return (sku if book_id is None or isbn is None else isbn.value), book_id, about, price or Decimal(0)


def order_line(number: int, one: OrderLineCreate, books: Mapping[Isbn, BookId]) -> OrderLine:
    """One line as commanded, linked to its book where `books` has it. Raises Invalid that names each bad field."""
    problems = Problems()
    sku, book_id, about, price = _goods(one, books, problems)
    discount = problems.take("/discount", _price, one.discount)
    problems.raise_if_any()
    return OrderLine(
        number=number,
        sku=sku,
        book_id=book_id,
        description=about,
        quantity=one.quantity,
        unit_price=price,
        discount=discount or Decimal(0),
    )


def return_line(number: int, one: ReturnLineCreate, books: Mapping[Isbn, BookId]) -> ReturnLine:
    """One line that comes back alone, linked as above. Raises Invalid that names each bad field."""
    problems = Problems()
    sku, book_id, about, price = _goods(one, books, problems)
    problems.raise_if_any()
    return ReturnLine.standing_alone(
        number, sku=sku, book_id=book_id, description=about, quantity=one.quantity, unit_price=price
    )
