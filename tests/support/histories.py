"""Purchase histories as Hypothesis draws them: small, and full of what makes stores differ.

Ties in every measure, empty sets, orders without a customer, cancelled ones, returns of orders and alone, two
currencies, prices of 0 and of 0.001, amounts up to 10^13, SKUs that differ in case, references that look like the id
of another customer, deleted customers and books, and moments around midnights and the days of 23, 25 and 0 hours.

Histories of different numbers may be loaded into one store: they share SKUs, authors and categories, and no currency.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from application.ports.history import HistoryBatch
from domain.analytics.history import PurchaseHistory
from domain.analytics.scope import Customers, Lines, Returns, Scope
from domain.books.book import Book, BookDetails
from domain.customers.customer import Customer, CustomerDetails
from domain.orders.order import Order, OrderLine
from domain.orders.returns import Return, ReturnLine
from domain.shared.ids import BookId, CustomerId, OrderId, ReturnId, uuid7
from domain.shared.money import MINOR_UNITS
from tests.support.builders import isbn

T = TypeVar("T")

ACTOR = "ada"
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)

# Days of 23 and 25 hours; clocks put back across midnight (St. John's, 1996), a day that was left out (Apia, 2011).
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
_MOMENTS = (
    datetime(2024, 3, 30, 23, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
    datetime(2024, 10, 26, 22, 30, tzinfo=UTC),
    datetime(2024, 11, 3, 5, 30, tzinfo=UTC),
    datetime(2024, 4, 6, 15, 0, tzinfo=UTC),
    datetime(1996, 10, 27, 2, 31, tzinfo=UTC),
    datetime(2011, 12, 30, 9, 59, 59, 999_999, tzinfo=UTC),
    datetime(2023, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
)
_SKUS = ("A1", "a1", "B-2", "Ä", "Z", "10", "9", "ﬁ", "\N{MUSICAL SYMBOL G CLEF}")
_AUTHORS = ("Ann", "ann", "Étienne", "Zoë", "Ann Z")
_CATEGORIES = ("Poetry", "poetry", "Maps, old", 'Q"t', "Épics")
_PRICES = ("0", "0.001", "0.0001", "2.5", "2.5000", "9.99", "1234567.8901")
_LARGE = Decimal(10) ** 13
_CURRENCIES = ("EUR", "USD", *sorted(MINOR_UNITS.keys() - {"EUR", "USD"}))
MOST_NUMBERS = len(_CURRENCIES) // 2
# More than one history makes, of ids and of books.
_IDS, _BOOKS = 500, 10


def currencies_of(number: int) -> tuple[str, str]:
    """What most orders of the history with this number are in, and what the others are in."""
    return _CURRENCIES[2 * number], _CURRENCIES[2 * number + 1]


@dataclass(frozen=True, slots=True)
class _Draw:
    """Draws for the history with this number, and makes ids of its own."""

    draw: Callable[..., object]
    number: int
    made: list[int]

    def __call__(self, strategy: st.SearchStrategy[T]) -> T:
        value: T = self.draw(strategy)  # type: ignore[assignment]  # Hypothesis types `draw` by overload only
        return value

    def of(self, choices: Sequence[T]) -> T:
        return self(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        return self(st.integers(1, one_in)) == one_in

    def many(self, most: int, least: int = 0) -> range:
        return range(self(st.integers(least, most)))

    def new_id(self) -> UUID:
        self.made.append(len(self.made))
        assert len(self.made) < _IDS
        # Scattered, so that the order of ids is not that of making, and those of one history lie between another's.
        return uuid7(BEGAN, ((self.number * _IDS + len(self.made)) * 7_919 % 100_003).to_bytes(10, "big"))

    def currency(self) -> str:
        usual, other = currencies_of(self.number)
        return other if self.chance(6) else usual


@st.composite
def histories(draw: Callable[..., object], *, largest: int = 14, number: int = 0) -> PurchaseHistory:
    """A history of at most `largest` orders."""
    d = _Draw(draw, number, [])
    customers = _customers(d)
    books = [_book(d, number) for number in d.many(4)]
    orders, returns = [], []
    for _ in range(d.of((largest, largest, largest, largest // 2, largest // 2, 1, 0))):
        order, returned = _order(d, customers, books)
        orders.append(order)
        returns += returned
    returns += [_lone_return(d, customers, books) for _ in d.many(4)]
    return PurchaseHistory(customers=customers, books=books, orders=orders, returns=returns)


@st.composite
def scopes(draw: Callable[..., object], history: PurchaseHistory, *, currency: str | None = "EUR") -> Scope:
    """A scope whose ends lie near what happened."""
    d = _Draw(draw, 0, [])
    tz = d.of(ZONES)
    moments = [order.placed_at for order in history.orders] or [BEGAN]
    near = [moment.date() + timedelta(days=n) for moment in moments[:6] for n in (-1, 0, 1, 2)]
    as_of = d.of(near) if d.chance(4) else date(2025, 1, 1)
    first = d.of(near) if d.chance(4) else None
    return Scope(
        as_of=as_of,
        from_=first if first is None or first < as_of else None,
        tz=tz,
        currency=currency,
        returns=d.of((Returns.NET, Returns.NET, Returns.IGNORE)),
        lines=d.of(list(Lines)),
        customers=d.of(list(Customers)),
    )


def batch(history: PurchaseHistory) -> HistoryBatch:
    """The history in one batch."""
    return HistoryBatch(
        customers=history.customers, books=history.books, orders=history.orders, returns=history.returns
    )


def _customers(d: _Draw) -> list[Customer]:
    made: list[Customer] = []
    taken: set[str] = set()
    for number in range(d.of((6, 6, 6, 3, 3, 1, 0))):
        customer_id = d.new_id()
        pretended = [str(other.id) for other in made]
        reference = d.of([None, None, "A", "a", "B", "10", "9", "Å", *pretended])
        deleted = d.chance(5)
        if not deleted and reference in taken:
            reference = None
        if not deleted and reference is not None:
            taken.add(reference)
            # Living customers of one store have references of their own.
            reference = reference if d.number == 0 or reference in pretended else f"{reference}~{d.number}"
        details = CustomerDetails(name=f"Customer {number}", reference=reference)
        customer, _ = Customer.register(CustomerId(customer_id), details, at=BEGAN, by=ACTOR)
        if deleted:
            customer, _ = customer.delete(at=BEGAN, by=ACTOR)
        made.append(customer)
    return made


def _book(d: _Draw, number: int) -> Book:
    details = BookDetails(
        title=d.of(("Emma", "emma", "Zadig", "Ödipus")),
        author=d.of(_AUTHORS),
        isbn=isbn(d.number * _BOOKS + number),
        categories=tuple(d(st.lists(st.sampled_from(_CATEGORIES), unique=True, max_size=3))),
    )
    book, _ = Book.catalogue(BookId(d.new_id()), details, at=BEGAN, by=ACTOR)
    return book.delete(at=BEGAN, by=ACTOR)[0] if d.chance(5) else book


def _order(d: _Draw, customers: Sequence[Customer], books: Sequence[Book]) -> tuple[Order, list[Return]]:
    large = d.chance(12)
    lines = [_line(d, 1, books, large=True)] if large else [_line(d, n + 1, books) for n in d.many(4, 1)]
    order, _ = Order.place(
        OrderId(d.new_id()),
        customer_id=_buyer(d, customers),
        channel="direct",
        reference=None,
        currency=d.currency(),
        placed_at=_moment(d),
        lines=lines,
        tax=Decimal(0),
        shipping=Decimal(0),
        at=BEGAN,
        by=ACTOR,
    )
    if d.chance(9):
        return order.cancel(at=BEGAN, by=ACTOR)[0], []
    returns = []
    for _ in d.many(2):
        left = [line for line in order.lines if line.returned < line.quantity]
        if not left or not d.chance(3):
            continue
        line = d.of(left)
        quantity = d(st.integers(1, line.quantity - line.returned))
        later = order.placed_at + timedelta(hours=d(st.integers(0, 60 * 24)))
        order, recorded, _ = order.take_back(
            ReturnId(d.new_id()), {line.number: quantity}, reference=None, returned_at=later, at=BEGAN, by=ACTOR
        )
        returns.append(recorded)
    return order, returns


def _line(d: _Draw, number: int, books: Sequence[Book], *, large: bool = False) -> OrderLine:
    sku, book_id, description = _goods(d, books)
    if large:
        quantity, price = 1, _LARGE - d.of((Decimal(0), Decimal("0.0001"), Decimal("0.9999")))
    else:
        quantity, price = d(st.sampled_from((1, 1, 2, 3, 7, 999_999))), Decimal(d.of(_PRICES))
    return OrderLine(
        number=number,
        sku=sku,
        book_id=book_id,
        description=description,
        quantity=quantity,
        unit_price=price,
        discount=price * quantity if d.chance(8) else Decimal(0),
    )


def _lone_return(d: _Draw, customers: Sequence[Customer], books: Sequence[Book]) -> Return:
    lines = []
    for number in d.many(2, 1):
        sku, book_id, description = _goods(d, books)
        line = ReturnLine.standing_alone(
            number + 1,
            sku=sku,
            book_id=book_id,
            description=description,
            quantity=d.of((1, 2, 5)),
            unit_price=Decimal(d.of((*_PRICES, "98765432.1"))),
        )
        lines.append(line)
    return Return.of_lines(
        ReturnId(d.new_id()),
        order_id=None,
        customer_id=_buyer(d, customers),
        channel="direct",
        reference=None,
        currency=d.currency(),
        returned_at=_moment(d),
        lines=lines,
        at=BEGAN,
        by=ACTOR,
    )


def _goods(d: _Draw, books: Sequence[Book]) -> tuple[str, BookId | None, str | None]:
    description = d.of((None, "mug", "Mug", "šálek"))
    if books and d.chance(2):
        book = d.of(books)
        return book.details.isbn.value, book.id, description
    return d.of(_SKUS), None, description


def _buyer(d: _Draw, customers: Sequence[Customer]) -> CustomerId | None:
    if not customers or d.chance(7):
        return None
    return d.of(customers).id


def _moment(d: _Draw) -> datetime:
    if d.chance(2):
        return d.of(_MOMENTS) + timedelta(minutes=d.of((-60, -1, 0, 1, 30, 24 * 60)))
    return BEGAN + timedelta(days=d(st.integers(0, 60)), minutes=d(st.integers(0, 24 * 60 - 1)))
