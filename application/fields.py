"""Field types that commands and read models of several concepts share."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from domain.shared.errors import Invalid, Problems
from domain.shared.money import Money, canonical, currency_code, decimal_text, price_text
from domain.shared.text import clean_line, clean_text


@cache  # as many as there are lengths
def line(longest: int) -> Callable[[str], str]:
    """The domain's check of one line of text, as a function of the text alone."""
    return lambda text: clean_line(text, longest)


@cache
def text(longest: int) -> Callable[[str], str]:
    """The domain's check of text of several lines, as a function of the text alone."""
    return lambda value: clean_text(value, longest)


_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_PRICE = r"^[0-9]+(\.[0-9]+)?$"

Amount = Annotated[
    str,
    Meta(
        pattern=_DECIMAL,
        max_length=20,
        description="An exact decimal of at most four places.",
        examples=["19.99"],
        extra={"value": decimal_text},
    ),
]
Price = Annotated[
    str,
    Meta(
        pattern=_PRICE,
        max_length=20,
        description="An exact decimal of at most four places, not below 0.",
        examples=["19.99"],
        extra={"value": price_text},
    ),
]
Currency = Annotated[
    str,
    Meta(
        pattern="^[A-Z]{3}$",
        description="ISO 4217 code.",
        examples=["EUR"],
        extra={"value": currency_code},
    ),
]


class MoneyInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount and its currency; there is no default currency."""

    amount: Price
    currency: Currency

    def price(self) -> Money:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        amount = problems.take("/amount", price_text, self.amount)
        problems.take("/currency", currency_code, self.currency)
        if problems.found or amount is None:
            raise Invalid(problems.found)
        return Money(amount, self.currency)


class MoneyRead(msgspec.Struct, frozen=True, kw_only=True):
    """`amount` has the places of its currency, and more only where they are not zero."""

    amount: Annotated[Decimal, Meta(description="An exact decimal.", examples=["19.99"])]
    currency: Annotated[str, Meta(examples=["EUR"])]

    @staticmethod
    @lru_cache(maxsize=8_192)  # prices are few and read often, and finding the canonical form is half of reading a book
    def of(amount: Decimal, currency: str) -> "MoneyRead":
        """The canonical form of an exact amount."""
        return MoneyRead(amount=canonical(amount, currency), currency=currency)


def given(value: Any, default: Any) -> Any:
    """`value` where the caller gave one (null included), else `default`."""
    return default if value is msgspec.UNSET else value
