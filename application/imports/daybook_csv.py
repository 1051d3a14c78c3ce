"""Daybook's own CSV: customers, books, orders and returns, one row a customer, a book or a line.

A column that is not there leaves its field as it is; an empty cell means that there is no such value. Amounts are exact
decimals, times RFC 3339 (without an offset they are in the zone of the options), as over HTTP. Several categories or
tags stand in one cell, separated by semicolons or as a JSON list; metadata is a JSON object.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from application.books.fields import BookCredit
from application.fields import MoneyInput, line
from application.imports.models import ImportOptions, zone
from application.imports.rows import (
    BookRow,
    CustomerRow,
    ReadRow,
    SaleHead,
    SaleKey,
    SaleRow,
    customer_text,
    local_time,
    sale_key,
    whole_number,
)
from domain.books.book import MAX_PAGES, Availability, BookFormat
from domain.books.contributor import ContributorRole
from domain.books.isbn import Isbn
from domain.customers.customer import REFERENCE_LENGTH, CustomerStatus
from domain.customers.email_address import EmailAddress
from domain.orders.order import DEFAULT_CHANNEL, OrderStatus
from domain.shared.errors import Invalid, Problems

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Cell = Callable[[list[str]], str]
_reference = line(REFERENCE_LENGTH)


def read_customers(columns: Mapping[str, int], _options: ImportOptions) -> ReadRow:
    """Reads customers. One without a reference is told apart by the e-mail address."""
    texts = [(name, columns[name]) for name in ("name", "reference", "email", "phone") if name in columns]
    cell = _cells(columns)
    status, tags, metadata = cell("status"), cell("tags"), cell("metadata")

    def read(fields: list[str]) -> CustomerRow:
        problems = Problems()
        values: dict[str, Any] = {name: fields[place].strip() or None for name, place in texts}
        reference = values.get("reference") and problems.take("/reference", _reference, values["reference"])
        email = values.get("email") and problems.take("/email", EmailAddress.parse, values["email"])
        if status(fields):
            values["status"] = problems.take("/status", _choice, CustomerStatus, status(fields))
        if "tags" in columns:
            values["tags"] = problems.take("/tags", _several, tags(fields))
        if "metadata" in columns:
            values["metadata"] = problems.take("/metadata", _object, metadata(fields))
        if not problems.found and not reference and not email:
            problems.add("", "no-identity", "has no reference and no e-mail address to be told apart by")
        problems.raise_if_any()
        return CustomerRow(reference or None, email or None, values)

    return read


def read_books(columns: Mapping[str, int], options: ImportOptions) -> ReadRow:
    """Reads books by their ISBN. A price needs its currency, from the column or from the options."""
    optional = ("published_date", "description", "language", "subtitle", "publisher", "edition", "series")
    required = [(name, columns[name]) for name in ("title", "author") if name in columns]
    texts = [(name, columns[name]) for name in (*optional, "series_position") if name in columns]
    checked = [(name, columns[name], read) for name, read in _BOOK_CELLS if name in columns]
    cell = _cells(columns)
    isbn, price, currency, categories = cell("isbn"), cell("price"), cell("currency"), cell("categories")
    authors = cell("authors")

    def read(fields: list[str]) -> BookRow:
        problems = Problems()
        number = problems.take("/isbn", Isbn.parse, isbn(fields))
        values: dict[str, Any] = {name: fields[place] for name, place in required}
        values |= {name: fields[place].strip() or None for name, place in texts}
        if "price" in columns:
            values["price"] = problems.take("/price", _price, price(fields), currency(fields) or options.currency)
        if "categories" in columns:
            values["categories"] = problems.take("/categories", _several, categories(fields))
        for name, place, checked_cell in checked:
            values[name] = problems.take_given(f"/{name}", checked_cell, fields[place].strip() or None)
        if "authors" in columns:
            values["authors"] = problems.take("/authors", _credits, authors(fields))
        if problems.found or number is None:
            raise Invalid(problems.found)
        values["isbn"] = number.value
        return BookRow(number, values)

    return read


def read_orders(columns: Mapping[str, int], options: ImportOptions) -> ReadRow:
    """Reads orders, one row a line. What all its rows share may stand on the first of them alone."""
    cell = _cells(columns)
    channel, reference, customer, currency = cell("channel"), cell("reference"), cell("customer"), cell("currency")
    placed_at, tax, shipping, status = cell("placed_at"), cell("tax"), cell("shipping"), cell("status")
    sku, about, quantity, price = cell("sku"), cell("description"), cell("quantity"), cell("unit_price")
    discount, tz = cell("discount"), zone(options.tz)
    default_channel = options.channel or DEFAULT_CHANNEL

    def read(fields: list[str]) -> SaleRow:
        key = _key(channel(fields) or default_channel, reference(fields), returned=False)
        problems = Problems()
        time = placed_at(fields)
        at = problems.take("/placed_at", local_time, time, tz) if time else None
        state = status(fields) and problems.take("/status", _choice, OrderStatus, status(fields))
        pieces = problems.take("/quantity", whole_number, quantity(fields))
        who = problems.take("/customer", customer_text, customer(fields))
        return SaleRow(
            key=key,
            head=SaleHead(
                who,
                currency(fields) or options.currency,
                tax(fields) or None,
                shipping(fields) or None,
                state is OrderStatus.CANCELLED if state else None,
            ),
            at=at,
            sku=sku(fields),
            quantity=pieces or 0,
            unit_price=price(fields),
            discount=discount(fields) or "0",
            description=about(fields) or None,
            faults=tuple(problems.found),
        )

    return read


def read_returns(columns: Mapping[str, int], options: ImportOptions) -> ReadRow:
    """Reads returns, one row a line: of a line of an `order`, or else standing alone with SKU and price."""
    cell = _cells(columns)
    channel, reference, customer, currency = cell("channel"), cell("reference"), cell("customer"), cell("currency")
    returned_at, order, order_line, quantity = cell("returned_at"), cell("order"), cell("line"), cell("quantity")
    sku, about, price, tz = cell("sku"), cell("description"), cell("unit_price"), zone(options.tz)
    default_channel = options.channel or DEFAULT_CHANNEL

    def read(fields: list[str]) -> SaleRow:
        key = _key(channel(fields) or default_channel, reference(fields), returned=True)
        problems = Problems()
        time = returned_at(fields)
        at = problems.take("/returned_at", local_time, time, tz) if time else None
        number = problems.take("/line", whole_number, order_line(fields)) if order_line(fields) else None
        pieces = problems.take("/quantity", whole_number, quantity(fields))
        who = problems.take("/customer", customer_text, customer(fields))
        of = problems.take("/order", sale_key, False, key.channel, order(fields)) if order(fields) else None  # noqa: FBT003  # of an order
        return SaleRow(
            key=key,
            head=SaleHead(who, currency(fields) or options.currency, order=None if of is None else of.reference),
            at=at,
            sku=sku(fields),
            quantity=pieces or 0,
            unit_price=price(fields),
            description=about(fields) or None,
            order_line=number,
            faults=tuple(problems.found),
        )

    return read


def _cells(columns: Mapping[str, int]) -> Callable[[str], Cell]:
    """Makes readers of one column by name: its trimmed text, "" where the file has no such column."""

    def cell(name: str) -> Cell:
        if name not in columns:
            return lambda _fields: ""
        place = columns[name]
        return lambda fields: fields[place].strip()

    return cell


def _key(channel: str, reference: str, *, returned: bool) -> SaleKey:
    try:
        return sale_key(returned, channel, reference)
    except Invalid as error:
        raise Invalid(problem.under("/reference") for problem in error.problems) from None


def _option(kind: type[E]) -> Callable[[str], E]:
    def read(text: str) -> E:
        try:
            return kind(text)
        except ValueError:
            raise Invalid.because("not-an-option", f"must be one of: {', '.join(kind)}") from None

    return read


def _pages(text: str) -> int:
    number = whole_number(text)
    if not 1 <= number <= MAX_PAGES:
        raise Invalid.because("out-of-range", f"must be at least 1 and at most {MAX_PAGES}")
    return number


_BOOK_CELLS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("format", _option(BookFormat)),
    ("pages", _pages),
    ("availability", _option(Availability)),
)


def _choice(kind: Callable[[str], T], text: str) -> T:
    try:
        return kind(text)
    except ValueError:
        raise Invalid.because("unknown-status", f"must be one of: {', '.join(kind)}") from None  # type: ignore[arg-type]  # an enum


def _several(text: str) -> list[str]:
    if text.startswith("["):
        return _decoded(text, list[str], "must be a JSON list of texts, or texts separated by semicolons")
    return [part.strip() for part in text.split(";") if part.strip()]


class _AuthorCell(Struct):
    """An author as a list of books tells of one; the id is that of the store that told it."""

    name: str
    role: ContributorRole = ContributorRole.AUTHOR


def _credits(text: str) -> list[BookCredit]:
    if text.startswith("["):
        told = _decoded(text, list[_AuthorCell], "must be a JSON list of names and roles, or names with semicolons")
        return [BookCredit(name=one.name, role=one.role) for one in told]
    return [BookCredit(name=name) for name in _several(text)]


def _object(text: str) -> dict[str, str]:
    return _decoded(text, dict[str, str], "must be a JSON object of texts") if text else {}


def _decoded(text: str, kind: type[T], message: str) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid.because("invalid-json", message) from None


def _price(amount: str, currency: str | None) -> MoneyInput | None:
    if not amount:
        return None
    if currency is None:
        raise Invalid.because("currency-missing", "needs a currency, in the column `currency`")
    return MoneyInput(amount=amount, currency=currency)
