"""The business of two years: who ordered what and when, and what came back. The same for the same seed and day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from entrypoints.demo.baskets import Shelves
from entrypoints.demo.dice import Dice, Weighted
from entrypoints.demo.readers import Reader, readers
from entrypoints.demo.stock import GIFT_WRAP, OTHER_GOODS, OtherGoods, StockedBook, stocked_books

READERS = 3_000
ORDERS = 12_000
DAYS = 730
_CENT = Decimal("0.01")
_TRIES = 40
_MONTHS = (0.85, 0.8, 0.9, 0.95, 0.95, 0.9, 0.85, 0.8, 1.0, 1.1, 1.35, 2.1)
_WEEKDAYS = (1.0, 0.95, 0.95, 1.0, 1.15, 1.35, 0.6)
_GROWTH = 0.35
_HOURS = Weighted(range(7, 23), (1, 2, 4, 6, 7, 8, 7, 7, 8, 8, 7, 7, 6, 5, 3, 1))
_CHANNELS = Weighted(("web", "shop", "phone"), (62, 31, 7))
_TAX = {"EUR": Decimal("0.07"), "CHF": Decimal("0.026")}
_SHIPPING = {"EUR": (Decimal("3.90"), Decimal(29)), "CHF": (Decimal("7.00"), Decimal(45))}
_FRANCS = Decimal("1.10")
_FIVE_RAPPEN = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """A line of an order; `discount` is of the whole line."""

    sku: str
    description: str
    quantity: int
    unit_price: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldOrder:
    """An order; times are UTC."""

    channel: str
    reference: str
    reader: Reader | None
    currency: str
    placed_at: datetime
    cancelled: bool
    tax: Decimal
    shipping: Decimal
    lines: Sequence[SoldLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """Goods that came back: pieces of an order by the number of its line, or a line alone whose order is not known."""

    channel: str
    reference: str
    returned_at: datetime
    order: SoldOrder | None
    quantities: dict[int, int]
    line: SoldLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """All of it, oldest first."""

    books: Sequence[StockedBook]
    readers: Sequence[Reader]
    orders: Sequence[SoldOrder]
    returns: Sequence[CameBack]


def make_shop(seed: int, until: date, *, customers: int = READERS, orders: int = ORDERS) -> Shop:
    """The shop of this seed, with two years of business up to the day before `until`."""
    return _Business(seed, until, customers, orders).shop()


class _Business:
    def __init__(self, seed: int, until: date, customers: int, orders: int) -> None:
        self._dice = Dice(seed)
        self._first = until - timedelta(days=DAYS)
        self._count = orders
        self._books = stocked_books(self._dice)
        self._readers = readers(self._dice, customers, DAYS)
        self._shelves = Shelves(self._books, self._dice, DAYS)
        self._buyers = Weighted(self._readers, [one.activity for one in self._readers])
        self._owned: dict[Reader | None, set[str]] = {}
        self._numbers: dict[str, int] = {}

    def shop(self) -> Shop:
        orders = [self._order(day, moment) for day, moment in self._moments()]
        returns = sorted(self._returns(orders), key=lambda one: one.returned_at)
        numbered = [replace(one, reference=self._number("X", one.returned_at)) for one in returns]
        return Shop(books=self._books, readers=self._readers, orders=orders, returns=numbered)

    def _moments(self) -> list[tuple[int, datetime]]:
        """When orders are placed: more before Christmas and on Saturdays, and more from year to year."""
        days = [self._first + timedelta(days=day) for day in range(DAYS)]
        busy = Weighted(
            range(DAYS),
            [_MONTHS[d.month - 1] * _WEEKDAYS[d.weekday()] * (1 + _GROWTH * n / DAYS) for n, d in enumerate(days)],
        )
        drawn = [(busy.draw(self._dice), self._time()) for _ in range(self._count)]
        return [(day, datetime.combine(days[day], moment)) for day, moment in sorted(drawn)]

    def _time(self) -> time:
        return time(_HOURS.draw(self._dice), self._dice.between(0, 59), self._dice.between(0, 59))

    def _order(self, day: int, moment: datetime) -> SoldOrder:
        dice = self._dice
        reader, channel = self._buyer(day), _CHANNELS.draw(dice)
        if reader is None:
            channel = "shop"
        owned = self._owned.setdefault(reader, set()) if reader is not None else set()
        basket = self._shelves.fill(reader, day, owned)
        owned.update(one.isbn for one in basket)
        currency = "EUR" if reader is None else reader.currency
        lines = [self._line(book.isbn, book.title, book.price, reader, moment) for book in basket]
        lines += [self._line(one.sku, one.description, one.price, None, moment) for one in self._extras(moment)]
        subtotal = sum((one.quantity * one.unit_price - one.discount for one in lines), Decimal(0))
        postage, free_from = _SHIPPING[currency]
        return SoldOrder(
            channel=channel,
            reference=self._number(channel[0].upper(), moment),
            reader=reader,
            currency=currency,
            placed_at=moment,
            cancelled=channel != "shop" and dice.chance(0.03),
            tax=_cents(subtotal * _TAX[currency]),
            shipping=postage if channel != "shop" and subtotal < free_from else Decimal(0),
            lines=lines,
        )

    def _buyer(self, day: int) -> Reader | None:
        """Somebody who is a customer on that day; now and then somebody without a name."""
        if self._dice.chance(0.06):
            return None
        for _ in range(_TRIES):
            reader = self._buyers.draw(self._dice)
            if reader.joined <= day <= reader.left:
                return reader
        return None

    def _extras(self, moment: datetime) -> Iterator[OtherGoods]:
        if moment.month == 12 and self._dice.chance(0.25):
            yield GIFT_WRAP
        elif self._dice.chance(0.04):
            yield self._dice.one_of(OTHER_GOODS)

    def _line(self, sku: str, description: str, euros: Decimal, reader: Reader | None, moment: datetime) -> SoldLine:
        dice = self._dice
        swiss = reader is not None and reader.swiss
        price = (euros * _FRANCS / _FIVE_RAPPEN).quantize(Decimal(1)) * _FIVE_RAPPEN if swiss else euros
        quantity = 1
        if reader is not None and reader.library and dice.chance(0.3):
            quantity = dice.between(2, 8)
        elif dice.chance(0.04):
            quantity = 2
        percent = 0
        if (moment.month, moment.day) >= (11, 23) and moment.month == 11 and dice.chance(0.4):
            percent = 15
        elif reader is not None and reader.loyalty_card and dice.chance(0.3):
            percent = 5
        return SoldLine(
            sku=sku,
            description=description,
            quantity=quantity,
            unit_price=price,
            discount=_cents(price * quantity * percent / 100),
        )

    def _returns(self, orders: Sequence[SoldOrder]) -> Iterator[CameBack]:
        """Of one web order in twenty something comes back within four weeks, now and then in two parcels."""
        dice = self._dice
        end = datetime.combine(self._first + timedelta(days=DAYS), time())
        for order in orders:
            if order.cancelled or not dice.chance(0.07 if order.channel == "web" else 0.015):
                continue
            left = {number: line.quantity for number, line in enumerate(order.lines, start=1)}
            moment = order.placed_at
            for _ in range(2 if dice.chance(0.1) else 1):
                moment += timedelta(days=dice.between(2, 14), minutes=dice.between(0, 300))
                quantities = {n: dice.between(1, pieces) for n, pieces in left.items() if pieces and dice.chance(0.5)}
                if quantities and moment < end:
                    left = {number: pieces - quantities.get(number, 0) for number, pieces in left.items()}
                    yield self._came_back(order, moment, quantities)
            if dice.chance(0.02) and moment < end:
                yield self._came_back(None, moment, {}, order.lines[0])

    def _came_back(
        self, order: SoldOrder | None, moment: datetime, quantities: dict[int, int], line: SoldLine | None = None
    ) -> CameBack:
        return CameBack(
            channel="shop" if order is None else order.channel,
            reference="",
            returned_at=moment,
            order=order,
            quantities=quantities,
            line=line,
        )

    def _number(self, letter: str, moment: datetime) -> str:
        series = f"{letter}-{moment.year}"
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return f"{series}-{self._numbers[series]:05}"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)
