"""Aggregates for tests: everything has a plain default, and what a test is about is given.

Ids ascend in the order of making, as those of the real generator do.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from domain.books.author import Author, AuthorDetails, sort_name_of
from domain.books.book import Book, BookDetails
from domain.books.category import Category, CategoryDetails, slug_of
from domain.books.contributor import Contributor, ContributorRole
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.books.review import Review, ReviewDetails
from domain.customers.customer import Customer, CustomerDetails, CustomerStatus
from domain.customers.email_address import EmailAddress
from domain.customers.phone_number import PhoneNumber
from domain.orders.order import DEFAULT_CHANNEL, Order, OrderLine
from domain.orders.returns import Return, ReturnLine
from domain.shared.ids import AuthorId, BookId, CategoryId, CustomerId, OrderId, ReturnId, ReviewId, uuid7
from domain.shared.money import Money

MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)
ACTOR = "ada"

_serial = count(1)


def new_id(at: datetime = MORNING) -> UUID:
    """An id that sorts after all those made before at the same time."""
    return uuid7(at, next(_serial).to_bytes(10, "big"))


def isbn(number: int) -> Isbn:
    """The `number`-th ISBN of a range, 978-1-00000000-x and on."""
    stem = f"9781{number:08d}"
    weights = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
    return Isbn.parse(f"{stem}{-weights % 10}")


def a_customer(
    *,
    name: str | None = "Ada Lovelace",
    reference: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    status: CustomerStatus = CustomerStatus.ACTIVE,
    tags: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
    at: datetime = MORNING,
    by: str = ACTOR,
) -> Customer:
    """A customer that was registered."""
    details = CustomerDetails(
        name=name,
        reference=reference,
        email=None if email is None else EmailAddress.parse(email),
        phone=None if phone is None else PhoneNumber.parse(phone),
        status=status,
        tags=tuple(tags),
        metadata={} if metadata is None else metadata,
    )
    return Customer.register(CustomerId(new_id()), details, at=at, by=by)[0]


def an_author(
    name: str = "George Eliot",
    *,
    sort_name: str | None = None,
    other_names: Sequence[str] = (),
    born: str | None = None,
    died: str | None = None,
    at: datetime = MORNING,
    by: str = ACTOR,
) -> Author:
    """An author who was entered."""
    details = AuthorDetails(
        name=name,
        sort_name=sort_name or sort_name_of(name),
        other_names=tuple(other_names),
        born=None if born is None else PublicationDate.parse(born),
        died=None if died is None else PublicationDate.parse(died),
    )
    return Author.enter(AuthorId(new_id()), details, at=at, by=by)[0]


def credited(author: Author, role: ContributorRole = ContributorRole.AUTHOR) -> Contributor:
    """An author as a book names it."""
    return Contributor(id=author.id, name=author.details.name, role=role)


def a_book(
    *,
    title: str = "Middlemarch",
    author: str = "George Eliot",
    number: int | None = None,
    isbn_text: str | None = None,
    published: str | None = None,
    description: str | None = None,
    language: str | None = None,
    price: tuple[str, str] | None = None,
    categories: Sequence[str] = (),
    authors: Sequence[Contributor] = (),
    at: datetime = MORNING,
    by: str = ACTOR,
    **more: Any,
) -> Book:
    """A book that was catalogued, with an ISBN of its own unless one is given; `more` are details as they are."""
    details = BookDetails(
        title=title,
        author=author,
        isbn=Isbn.parse(isbn_text) if isbn_text else isbn(10_000_000 + next(_serial) if number is None else number),
        published_date=None if published is None else PublicationDate.parse(published),
        description=description,
        language=language,
        price=None if price is None else Money.of(Decimal(price[0]), price[1]),
        categories=tuple(categories),
        authors=tuple(authors),
        **more,
    )
    return Book.catalogue(BookId(new_id()), details, at=at, by=by)[0]


def a_line(
    number: int = 1,
    *,
    sku: str = "TOTE",
    book: Book | None = None,
    description: str | None = None,
    quantity: int = 1,
    unit_price: str = "10",
    discount: str = "0",
) -> OrderLine:
    """A line of an order; of `book` when one is given."""
    return OrderLine(
        number=number,
        sku=sku if book is None else book.details.isbn.value,
        book_id=None if book is None else book.id,
        description=description,
        quantity=quantity,
        unit_price=Decimal(unit_price),
        discount=Decimal(discount),
    )


def an_order(
    *lines: OrderLine,
    customer: Customer | None = None,
    channel: str = DEFAULT_CHANNEL,
    reference: str | None = None,
    currency: str = "EUR",
    placed_at: datetime = MORNING,
    tax: str = "0",
    shipping: str = "0",
    at: datetime = MORNING,
    by: str = ACTOR,
) -> Order:
    """An order that was placed, of one line unless lines are given."""
    return Order.place(
        OrderId(new_id()),
        customer_id=None if customer is None else customer.id,
        channel=channel,
        reference=reference,
        currency=currency,
        placed_at=placed_at,
        lines=lines or (a_line(),),
        tax=Decimal(tax),
        shipping=Decimal(shipping),
        at=at,
        by=by,
    )[0]


def some_returned(
    order: Order, quantities: Mapping[int, int], *, reference: str | None = None, at: datetime = MORNING
) -> tuple[Order, Return]:
    """The order after these quantities of its lines came back, and their return."""
    changed, recorded, _ = order.take_back(
        ReturnId(new_id()), quantities, reference=reference, returned_at=at, at=at, by=ACTOR
    )
    return changed, recorded


def a_lone_return(
    *lines: ReturnLine,
    customer: Customer | None = None,
    channel: str = DEFAULT_CHANNEL,
    reference: str | None = None,
    currency: str = "EUR",
    returned_at: datetime = MORNING,
    at: datetime = MORNING,
) -> Return:
    """A return that stands alone, of one line unless lines are given."""
    return Return.of_lines(
        ReturnId(new_id()),
        order_id=None,
        customer_id=None if customer is None else customer.id,
        channel=channel,
        reference=reference,
        currency=currency,
        returned_at=returned_at,
        lines=lines or (a_returned_line(),),
        at=at,
        by=ACTOR,
    )


def a_returned_line(
    number: int = 1,
    *,
    sku: str = "TOTE",
    book: Book | None = None,
    description: str | None = None,
    quantity: int = 1,
    unit_price: str = "10",
) -> ReturnLine:
    """A line of a return that stands alone."""
    return ReturnLine.standing_alone(
        number,
        sku=sku if book is None else book.details.isbn.value,
        book_id=None if book is None else book.id,
        description=description,
        quantity=quantity,
        unit_price=Decimal(unit_price),
    )


def a_category(
    name: str = "Fiction",
    *,
    parent: Category | None = None,
    slug: str | None = None,
    position: int = 0,
    code: str | None = None,
    description: str | None = None,
    at: datetime = MORNING,
    by: str = ACTOR,
) -> Category:
    """A category that was opened, with the slug that its name makes unless one is given."""
    details = CategoryDetails(
        name=name, slug=slug or slug_of(name), position=position, code=code, description=description
    )
    return Category.open(CategoryId(new_id()), details, parent, at=at, by=by)[0]


def a_review(
    book: Book,
    customer: Customer,
    *,
    stars: int = 4,
    title: str | None = None,
    text: str = "Worth the while.",
    language: str | None = None,
    at: datetime = MORNING,
    by: str = ACTOR,
) -> Review:
    """A review that waits to be decided upon."""
    details = ReviewDetails(rating=stars, title=title, text=text, language=language)
    review_id = ReviewId(new_id())
    return Review.write(review_id, book_id=book.id, customer_id=customer.id, details=details, at=at, by=by)[0]


def minutes(number: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=number)
