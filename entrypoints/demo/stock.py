"""What the shop sells.

Titles, authors, years of first publication and languages are facts of real works (titles.csv). Everything else is made
up: prices, and the ISBNs, which begin with 979-9. No group of that prefix has been assigned by the International ISBN
Agency, so none of them is the number of a real edition; their check digits are right.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

from domain.books.isbn import Isbn
from entrypoints.demo.dice import Dice

_UNASSIGNED = "9799"
_FROM_TO = {
    "Children": (790, 1690),
    "Crime": (990, 1690),
    "Drama": (490, 1290),
    "Poetry": (690, 1990),
    "Philosophy": (990, 3490),
    "Science": (1290, 3990),
    "Economics": (1490, 3990),
    "History": (1490, 3990),
    "Biography": (1190, 2990),
}
_USUAL = (890, 2290)
_DEMAND = {"en": 1.0, "de": 0.6, "fr": 0.25}
_RARE = 0.1
_MODERN_FROM = 1930


@dataclass(frozen=True, slots=True, kw_only=True)
class StockedBook:
    """A book on the shelf; `price` is in euros and without tax, `weight` says how well it sells."""

    isbn: str
    title: str
    author: str
    year: int
    language: str
    category: str
    series: str
    price: Decimal
    weight: float

    @property
    def categories(self) -> tuple[str, ...]:
        """Its shelf, and its age."""
        return (self.category, "Modern classics" if self.year >= _MODERN_FROM else "Classics")


@dataclass(frozen=True, slots=True)
class OtherGoods:
    """What a bookshop sells beside books; `price` as of a book."""

    sku: str
    description: str
    price: Decimal


GIFT_WRAP = OtherGoods("GIFT-WRAP", "Gift wrapping", Decimal("1.50"))
OTHER_GOODS = (
    GIFT_WRAP,
    OtherGoods("TOTE-BAG", "Cotton tote bag", Decimal("9.50")),
    OtherGoods("GIFT-CARD-25", "Gift card", Decimal("25.00")),
    OtherGoods("BOOK-LIGHT", "Reading light", Decimal("12.90")),
)


def stocked_books(dice: Dice) -> Sequence[StockedBook]:
    """All titles in the order of the file, priced and weighted: a few sell well, most now and then (Zipf)."""
    text = files("entrypoints.demo").joinpath("titles.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    ranks = dice.shuffled(range(len(rows)))
    return [
        StockedBook(
            isbn=unassigned_isbn(place),
            title=row["title"],
            author=row["author"],
            year=int(row["year"]),
            language=row["language"],
            category=row["category"],
            series=row["series"],
            price=_price(dice, row["category"]),
            weight=_DEMAND.get(row["language"], _RARE) / (ranks[place] + 6),
        )
        for place, row in enumerate(rows)
    ]


def unassigned_isbn(number: int) -> str:
    """The thirteen digits of an ISBN that no publisher can have, different for each number below 10^8."""
    stem = f"{_UNASSIGNED}{number:08}"
    return next(isbn.value for digit in "0123456789" if (isbn := Isbn.find(stem + digit)) is not None)


def _price(dice: Dice, category: str) -> Decimal:
    least, most = _FROM_TO.get(category, _USUAL)
    cents = dice.between(least // 10, most // 10) * 10 + dice.one_of((0, 5, 9))
    return Decimal(cents).scaleb(-2)
