"""A bookshop by lot: the same one for the same size and seed, as columns of whole numbers.

Customers come all the time, buy at a rate of their own and stop some day, as those of BG/NBD do; some buy for many.
Books are bought by Zipf's law, and a quarter of the lines hold a companion of the book before. Amounts are in cents,
moments in seconds of Unix time (UTC), and everybody and everything is a number from 0.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

SEED: Final = 1876
FIRST_DAY: Final = date(2023, 1, 1)
AS_OF: Final = date(2026, 1, 1)
"""The day after the last one."""
NOBODY: Final = -1
CURRENCY: Final = "EUR"
_DAY: Final = 86_400
_LINES_AN_ORDER: Final = 3.1
_MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is of everything, for so many order lines."""

    lines: int

    @property
    def customers(self) -> int:
        """200,000 for 5 million lines."""
        return max(self.lines // 25, 4)

    @property
    def products(self) -> int:
        """20,000 for 5 million lines."""
        return max(self.lines // 250, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Columns of the same length a group: of products, orders (by when they were placed), their lines, and returns.

    `line_order` and `return_order` are numbers of orders, `customer` is NOBODY for an order without one. A return takes
    back the first line of its order, wholly; orders that are `cancelled` have none.
    """

    size: Size
    price: Numbers
    customer: Numbers
    placed_at: Numbers
    cancelled: npt.NDArray[np.bool_]
    line_order: Numbers
    line_number: Numbers
    product: Numbers
    quantity: Numbers
    discount: Numbers
    return_order: Numbers
    returned_at: Numbers


def make_shop(size: Size, seed: int = SEED) -> Shop:
    """The shop of this size and seed."""
    chance = np.random.default_rng(seed)
    price = chance.integers(300, 4_500, size.products)
    counts = _line_counts(chance, size.lines)
    customer, placed_at = _orders(chance, size, len(counts))
    cancelled = chance.random(len(counts)) < 0.02
    first_line = np.cumsum(counts) - counts
    line_order = np.repeat(np.arange(len(counts)), counts)
    line_number = np.arange(size.lines) - np.repeat(first_line, counts) + 1
    product = _products(chance, size, line_number)
    quantity = _quantities(chance, size, customer[line_order])
    reduced = chance.random(size.lines) < 0.05
    return_order, returned_at = _returns(chance, placed_at, cancelled)
    return Shop(
        size=size,
        price=price,
        customer=customer,
        placed_at=placed_at,
        cancelled=cancelled,
        line_order=line_order,
        line_number=line_number,
        product=product,
        quantity=quantity,
        discount=np.where(reduced, price[product] * quantity // 10, 0),
        return_order=return_order,
        returned_at=returned_at,
    )


def _line_counts(chance: np.random.Generator, lines: int) -> Numbers:
    """How many lines each order has, so many together."""
    many = np.minimum(chance.geometric(1 / _LINES_AN_ORDER, lines), _MOST_LINES)
    orders = int(np.searchsorted(np.cumsum(many), lines)) + 1
    counts = many[:orders]
    counts[-1] -= counts.sum() - lines
    return counts


def _orders(chance: np.random.Generator, size: Size, orders: int) -> tuple[Numbers, Numbers]:
    """Who bought, and when, by when."""
    begin, end = _seconds(FIRST_DAY), _seconds(AS_OF)
    rate = chance.gamma(0.9, 1.0, size.customers)
    since = begin + chance.random(size.customers) * (end - begin)
    until = np.minimum(since + chance.exponential(500 * _DAY, size.customers), end)
    expected = np.cumsum(rate * (until - since))
    who = np.searchsorted(expected, chance.random(orders) * expected[-1])
    known = chance.random(orders) >= 0.05
    share = chance.random(orders)
    placed_at = np.where(known, since[who] + share * (until - since)[who], begin + share * (end - begin))
    placed_at = np.minimum(placed_at.astype(np.int64), end - 1)
    # The shop opens with a sale, and there is one on its last day.
    placed_at[0], placed_at[-1] = begin, end - 1
    by_time = np.argsort(placed_at, kind="stable")
    return np.where(known, who, NOBODY)[by_time], placed_at[by_time]


def _products(chance: np.random.Generator, size: Size, line_number: Numbers) -> Numbers:
    """What each line holds."""
    popularity = np.cumsum(1 / (np.arange(size.products) + 2.7))
    number = chance.permutation(size.products)
    companion = chance.permutation(size.products)
    drawn = number[np.searchsorted(popularity, chance.random(size.lines) * popularity[-1])]
    follows = (line_number > 1) & (chance.random(size.lines) < 0.25)
    held: Numbers = np.where(follows, companion[np.roll(drawn, 1)], drawn)
    return held


def _quantities(chance: np.random.Generator, size: Size, customer: Numbers) -> Numbers:
    """How many of it: some customers buy for many, so that what a purchase is worth differs from one to the next."""
    more = chance.gamma(0.5, 0.5, size.customers)
    return 1 + chance.poisson(np.where(customer == NOBODY, 0.1, more[customer]))


def _returns(
    chance: np.random.Generator, placed_at: Numbers, cancelled: npt.NDArray[np.bool_]
) -> tuple[Numbers, Numbers]:
    """Of which orders something comes back within a month, and when."""
    orders = np.flatnonzero((chance.random(len(placed_at)) < 0.03) & ~cancelled)
    returned_at = placed_at[orders] + chance.integers(_DAY, 30 * _DAY, len(orders))
    in_time = returned_at < _seconds(AS_OF)
    return orders[in_time], returned_at[in_time]


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
