"""ISBN: the International Standard Book Number (ISO 2108; ISBN Users' Manual, seventh edition)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from domain.shared.errors import Invalid

_SEPARATORS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212]")
_TEN = re.compile(r"[0-9]{9}[0-9X]")
_THIRTEEN = re.compile(r"[0-9]{13}")
_WEIGHTS_10 = tuple(range(10, 1, -1))
_ZEROS_10 = ord("0") * sum(_WEIGHTS_10)
_WEIGHTS_13 = (1, 3) * 6
_ZEROS_13 = ord("0") * sum(_WEIGHTS_13)


# Catalogues are checked by the hundred thousand, so both sums are over bytes and without a generator: a quarter of the
# time.
def _check_digit_13(first12: str) -> str:
    total = sum(map(mul, _WEIGHTS_13, first12.encode("ascii"))) - _ZEROS_13
    return "0123456789"[-total % 10]


def _check_digit_10(first9: str) -> str:
    total = sum(map(mul, _WEIGHTS_10, first9.encode("ascii"))) - _ZEROS_10
    return "0123456789X"[-total % 11]


@lru_cache(maxsize=65_536)  # a page of books asks for the same ones again and again
def _isbn10(isbn13: str) -> str | None:
    if not isbn13.startswith("978"):
        return None
    first9 = isbn13[3:12]
    return first9 + _check_digit_10(first9)


@dataclass(frozen=True, slots=True)
class Isbn:
    """Held as its 13 digits, so that both forms of one number are one key.

    `Isbn.parse("0-306-40615-2").value == "9780306406157"`.
    """

    value: str

    @classmethod
    def parse(cls, text: str) -> "Isbn":
        """An ISBN-10 or ISBN-13, with hyphens and spaces or without.

        Raises Invalid with `isbn-length` (10 or 13 characters once the separators are gone), `isbn-characters`,
        `isbn-prefix` (978 or 979; 979-0 is printed music, an ISMN), `isbn-checksum`, or `isbn-zero`.
        """
        digits = _SEPARATORS.sub("", text).upper()
        if len(digits) not in (10, 13):
            raise Invalid.because("isbn-length", "must have 10 or 13 digits, hyphens and spaces aside")
        if _TEN.fullmatch(digits):
            return cls._of_ten(digits)
        if not _THIRTEEN.fullmatch(digits):
            raise Invalid.because("isbn-characters", "must be digits, with X only as the last of ten")
        if not digits.startswith(("978", "979")):
            raise Invalid.because("isbn-prefix", "must begin with 978 or 979 when it has 13 digits")
        if digits.startswith("9790"):
            raise Invalid.because("isbn-prefix", "begins with 979-0, which is printed music (ISMN), not a book")
        if digits[12] != _check_digit_13(digits[:12]):
            raise Invalid.because("isbn-checksum", "has a wrong check digit: look for a mistyped digit")
        if digits.startswith("978000000000"):
            raise Invalid.because("isbn-zero", "is all zeros, which identifies no book")
        return cls(digits)

    @classmethod
    def _of_ten(cls, digits: str) -> "Isbn":
        if digits[9] != _check_digit_10(digits[:9]):
            raise Invalid.because("isbn-checksum", "has a wrong check digit: look for a mistyped digit")
        if digits.startswith("000000000"):
            raise Invalid.because("isbn-zero", "is all zeros, which identifies no book")
        stem = "978" + digits[:9]
        return cls(stem + _check_digit_13(stem))

    @classmethod
    def find(cls, text: str) -> "Isbn | None":
        """The ISBN that `text` is, or None when it is none."""
        try:
            return cls.parse(text)
        except Invalid:
            return None

    @property
    def isbn10(self) -> str | None:
        """The ten-digit form; a 979 number has none."""
        return _isbn10(self.value)

    def __str__(self) -> str:
        return self.value
