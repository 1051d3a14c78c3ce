"""Examples for the document, made by the very code that answers requests: they cannot show what is not so."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from application.books.models import BookCreate, BookResponse
from application.customers.models import CustomerCreate, CustomerRead
from application.events.models import EventRead
from application.fields import MoneyInput
from application.orders.drafting import draft_order, draft_return
from application.orders.models import (
    OrderCreate,
    OrderLineCreate,
    OrderRead,
    OrderReturnCreate,
    OrderReturnLine,
    ReturnCreate,
    ReturnLineCreate,
    ReturnRead,
)
from domain.analytics.history import PurchaseHistory
from domain.books.book import Availability, Book, BookFormat
from domain.books.contributor import Contributor
from domain.books.isbn import Isbn
from domain.customers.customer import Customer
from domain.shared.ids import AuthorId, BookId, CustomerId, OrderId, ReturnId

CUSTOMER_ID = UUID("01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e01")
BOOK_ID = UUID("01933d10-6d7d-7a10-8e42-7b0c9d5e4f02")
AUTHOR_ID = UUID("01933d10-6d82-7065-87a9-5c6d7e8f9007")
ORDER_ID = UUID("01933d10-6d7e-7b21-a3c5-1e2f3a4b5c03")
RETURN_ID = UUID("01933d10-6d7f-7d32-b4d6-2f3a4b5c6d04")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
_BY = "anonymous"

BOOK_CREATE = BookCreate(
    title="Middlemarch",
    author="George Eliot",
    isbn="978-0-14-143954-9",
    published_date="1871-12",
    description="A study of provincial life.",
    language="en",
    price=MoneyInput(amount="19.99", currency="EUR"),
    categories=["Fiction"],
    subtitle="A Study of Provincial Life",
    publisher="Penguin Classics",
    edition="Revised edition",
    format=BookFormat.PAPERBACK,
    pages=880,
    availability=Availability.IN_STOCK,
)
CUSTOMER_CREATE = CustomerCreate(
    name="Ada Lovelace",
    reference="K-1815",
    email="ada@example.org",
    phone="+442079460958",
    tags=["newsletter"],
    metadata={"shelf": "A3"},
)
ORDER_CREATE = OrderCreate(
    currency="EUR",
    customer_id=CUSTOMER_ID,
    channel="web",
    reference="W-2026-0001",
    placed_at=NOW,
    shipping="4.90",
    lines=[
        OrderLineCreate(sku="9780141439549", quantity=2, unit_price="19.99", discount="1.98"),
        OrderLineCreate(sku="BOOKMARK-01", quantity=1, unit_price="0.50", description="Bookmark"),
    ],
)
ORDER_RETURN_CREATE = OrderReturnCreate(lines=[OrderReturnLine(line=1, quantity=1)], reference="R-2026-0001")
RETURN_CREATE = ReturnCreate(
    currency="EUR",
    channel="web",
    reference="R-2026-0002",
    returned_at=NOW,
    lines=[ReturnLineCreate(sku="9780141439549", quantity=1, unit_price="19.99")],
)

_BY_WHOM = (Contributor(id=AuthorId(AUTHOR_ID), name="George Eliot"),)
_BOOK, _CATALOGUED = Book.catalogue(BookId(BOOK_ID), BOOK_CREATE.details(_BY_WHOM), at=NOW, by=_BY)
_CUSTOMER, _ = Customer.register(CustomerId(CUSTOMER_ID), CUSTOMER_CREATE.details(), at=NOW, by=_BY)
_BOOKS = {Isbn.parse(BOOK_CREATE.isbn): BookId(BOOK_ID)}
_ORDER, _ = draft_order(OrderId(ORDER_ID), ORDER_CREATE, _BOOKS, at=NOW, by=_BY)
_RETURN = draft_return(ReturnId(RETURN_ID), RETURN_CREATE, _BOOKS, at=NOW, by=_BY)
_ORDER_AFTER, _ORDER_RETURN, _RETURN_EVENTS = _ORDER.take_back(
    ReturnId(RETURN_ID), {1: 1}, reference="R-2026-0001", returned_at=NOW, at=NOW, by=_BY
)
_CANCELLED, _ = _ORDER.cancel(at=NOW, by=_BY)

HISTORY = PurchaseHistory(customers=[_CUSTOMER], books=[_BOOK], orders=[_ORDER], returns=[])

BOOK = BookResponse.of(_BOOK)
CUSTOMER = CustomerRead.of(_CUSTOMER)
ORDER = OrderRead.of(_ORDER)
CANCELLED_ORDER = msgspec.structs.replace(OrderRead.of(_CANCELLED), version=2)
RETURN = ReturnRead.of(_RETURN)
ORDER_RETURN = ReturnRead.of(_ORDER_RETURN)
EVENT = EventRead.of(_CATALOGUED, "4bf92f3577b34da6a3ce929d0e0e4736", position=17, sequence=17)


def plain(value: Any) -> Any:
    """As JSON would read it. Of a command only what is given: no nulls, no empty lists, no defaults."""
    return msgspec.json.decode(msgspec.json.encode(_given(value)))


def _given(value: Any) -> Any:
    if isinstance(value, list):
        return [_given(one) for one in value]
    if not isinstance(value, msgspec.Struct) or not value.__struct_config__.forbid_unknown_fields:
        return value
    pairs = [(f.encode_name, f.default, getattr(value, f.name)) for f in msgspec.structs.fields(value)]
    return {name: _given(one) for name, default, one in pairs if one not in (default, None, [], {}, msgspec.UNSET)}


def page_of(*items: Any) -> dict[str, Any]:
    """A last page that holds these; orders and returns without their lines, as lists leave them out."""
    data = [plain(one) for one in items]
    for one in data:
        one.pop("lines", None)
    return {"data": data, "has_more": False, "next_cursor": None}
