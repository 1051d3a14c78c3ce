"""Telephone numbers in E.164 form (ITU-T E.164: a plus sign, a country code, at most 15 digits)."""

import re
from dataclasses import dataclass

from domain.shared.errors import Invalid

_SEPARATORS = re.compile(r"[\s().\-/\u00ad\u2010-\u2015\u2212]")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """`PhoneNumber.parse("+44 20 7946-0958").value == "+442079460958"`."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "PhoneNumber":
        """Raises Invalid with `invalid-phone`. A number without its country code is refused, never guessed."""
        if _TRUNK_ZERO.search(text):
            raise Invalid.because("invalid-phone", "must be without the (0), which nobody dials from abroad")
        value = _SEPARATORS.sub("", text)
        if not _E164.fullmatch(value):
            raise Invalid.because("invalid-phone", "must be in E.164 form with the country code, such as +442079460958")
        return cls(value)

    def __str__(self) -> str:
        return self.value
