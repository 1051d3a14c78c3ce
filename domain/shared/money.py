"""Money: an exact decimal and an ISO 4217 currency. Never a float, never NaN, never rounded on the way in."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

from domain.shared.errors import Invalid, Problems

PLACES = 4
LIMIT = Decimal(10) ** 13
EXACT = Context(prec=60)
_QUANTUM = Decimal(1).scaleb(-PLACES)
_QUANTA = [Decimal(1).scaleb(-places) for places in range(PLACES + 1)]
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

# ISO 4217 active codes (list one), with the number of places of the minor unit where it is not two.
_PLACES_OTHER_THAN_TWO = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_TWO_PLACES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY "
    "COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR "
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
    "STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
MINOR_UNITS: dict[str, int] = {**dict.fromkeys(_TWO_PLACES.split(), 2), **_PLACES_OTHER_THAN_TWO}


def currency_code(text: str) -> str:
    """An active ISO 4217 code, upper case as the standard writes it. Raises Invalid with `unknown-currency`."""
    if text not in MINOR_UNITS:
        raise Invalid.because("unknown-currency", "must be an active ISO 4217 code in capitals, such as EUR")
    return text


def exact_amount(value: Decimal) -> Decimal:
    """An amount of at most four places and at most 10^13 in size, as it was given.

    Raises Invalid with `not-finite`, `too-precise` or `too-large`.
    """
    if not value.is_finite():
        raise Invalid.because("not-finite", "must be a finite decimal number")
    if value.copy_abs() > LIMIT:  # abs() would round, and overflow on an exponent of a million
        raise Invalid.because("too-large", "must be at most 10000000000000 in size")
    try:
        stored = value.quantize(_QUANTUM, context=EXACT)
    except InvalidOperation:
        raise Invalid.because("too-precise", f"must have at most {PLACES} decimal places") from None
    if stored != value:
        raise Invalid.because("too-precise", f"must have at most {PLACES} decimal places")
    return EXACT.plus(stored)  # -0 is 0


def amount_not_negative(value: Decimal) -> Decimal:
    """As `exact_amount`, and not below 0 (`negative`)."""
    if value.is_finite() and value < 0:
        raise Invalid.because("negative", "must not be negative")
    return exact_amount(value)


def canonical(amount: Decimal, currency: str) -> Decimal:
    """`amount` with the places that its currency has, and more only where they are not zero.

    19.9000 EUR is 19.90, 500.0000 JPY is 500, 0.0010 EUR is 0.001: one text for one amount, whatever store it is from.
    """
    return _trimmed(amount, MINOR_UNITS.get(currency, 2))


def _trimmed(amount: Decimal, places: int) -> Decimal:
    usual = EXACT.quantize(amount, _QUANTA[places])
    return EXACT.plus(usual if usual == amount else EXACT.normalize(amount))  # -0 is 0


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency. Equal amounts are equal whatever their trailing zeros."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """Checked money. Raises Invalid that names both fields where both are wrong."""
        problems = Problems()
        problems.take("/amount", exact_amount, amount)
        problems.take("/currency", currency_code, currency)
        problems.raise_if_any()
        return cls(exact_amount(amount), currency)

    @classmethod
    def not_negative(cls, amount: Decimal, currency: str) -> "Money":
        """As `of`, and not below 0: a price."""
        problems = Problems()
        problems.take("/amount", amount_not_negative, amount)
        problems.take("/currency", currency_code, currency)
        problems.raise_if_any()
        return cls(exact_amount(amount), currency)

    def __str__(self) -> str:
        return f"{canonical(self.amount, self.currency)} {self.currency}"


def decimal_text(text: str) -> Decimal:
    """An amount from its plain decimal text (no exponent, no NaN, no spaces). Raises Invalid with `not-a-decimal`."""
    if len(text) > 40 or not _PLAIN.fullmatch(text):
        raise Invalid.because("not-a-decimal", "must be a plain decimal such as 19.99")
    return exact_amount(Decimal(text))


@lru_cache(maxsize=16_384)  # a shop has far fewer prices than lines that name them
def price_text(text: str) -> Decimal:
    """As `decimal_text`, and not below 0."""
    return amount_not_negative(decimal_text(text))
